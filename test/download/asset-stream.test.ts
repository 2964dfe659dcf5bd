import { createHash } from 'node:crypto'
import type { RequestListener, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { InterruptedError, NetworkError } from '../../src/core/errors.ts'
import { downloads, type DownloadsOptions } from '../../src/download/asset-stream.ts'
import type { Clock } from '../../src/download/attempts.ts'
import { digestStream } from '../../src/download/digest-stream.ts'
import { type Sender, sender } from '../../src/download/send.ts'
import { networkSettings } from '../../src/download/settings.ts'
import type { Downloaded, Wanted } from '../../src/download/types.ts'
import { serve, type TestServer } from './server.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

async function start(listener: RequestListener): Promise<TestServer> {
  const server = await serve(listener)
  open.push(server)
  return server
}

function newSender(): Sender {
  const settings = networkSettings({})
  const own = sender({ ...settings, timeouts: { ...settings.timeouts, idle: 300 } })
  open.push(own)
  return own
}

/** A clock that waits for nobody and remembers what it was asked for. */
function fakeClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = []
  return { slept, now: () => 1_000_000, random: () => 0, sleep: async (ms) => void slept.push(ms) }
}

function make(options: Partial<DownloadsOptions> = {}): ReturnType<typeof downloads> {
  return downloads({ send: newSender().send, retries: 5, clock: fakeClock(), ...options })
}

function wanted(more: Partial<Wanted> = {}): Wanted {
  return { algorithms: ['sha256'], size: null, id: '1', label: 'tool', ...more }
}

function hex(downloaded: Downloaded, algorithm: 'sha256' | 'sha512' | 'sha1' | 'md5' = 'sha256'): string {
  return Buffer.from(downloaded.digests.get(algorithm)?.bytes ?? []).toString('hex')
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function failure(promise: Promise<unknown>): Promise<NetworkError> {
  const error = await promise.then(
    () => new Error('did not fail'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(NetworkError)
  return error as NetworkError
}

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 251))

/** Serves `content` with a strong tag and ranges; the first `broken` answers break off after `at` bytes each. */
function fragile(broken: number, at: number, { tag = '"v1"', ranges = true } = {}): RequestListener {
  let left = broken
  return (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const resume = ranges && from > 0 && request.headers['if-range'] === tag
    const body = resume ? content.subarray(from) : content
    const headers = { etag: tag, 'content-length': String(body.length), 'content-type': 'application/octet-stream' }
    const range = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }
    response.writeHead(resume ? 206 : 200, resume ? { ...headers, ...range } : headers)
    if (left-- <= 0) response.end(body)
    else breakOff(response, body.subarray(0, at))
  }
}

function breakOff(response: ServerResponse, bytes: Uint8Array): void {
  response.write(bytes, () => setTimeout(() => response.destroy(), 30))
}

describe('digest', () => {
  it('hashes the bytes with every algorithm that is asked for', async () => {
    const { origin } = await start((_, response) => response.end('abc'))
    const downloaded = await make().digest(origin, wanted({ algorithms: ['md5', 'sha1', 'sha256', 'sha512'], size: 3 }))
    expect(downloaded.size).toBe(3)
    expect(hex(downloaded, 'md5')).toBe('900150983cd24fb0d6963f7d28e17f72')
    expect(hex(downloaded, 'sha1')).toBe('a9993e364706816aba3e25717850c26c9cd0d89d')
    expect(hex(downloaded, 'sha256')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(hex(downloaded, 'sha512')).toMatch(/^ddaf35a193617aba/)
  })

  it('resumes where the body broke, each time, without reading a byte twice', async () => {
    const server = await start(fragile(3, 70_000))
    const downloaded = await make().digest(server.origin, wanted({ size: content.length }))
    expect(hex(downloaded)).toBe(sha256(content))
    expect(server.seen.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=70000-', 'bytes=140000-', 'bytes=210000-'])
  })

  it.each([
    ['ignores ranges', { ranges: false }],
    ['has only a weak tag', { tag: 'W/"v1"' }],
  ])('starts over with a server that %s, and tells the sink', async (_, options) => {
    const server = await start(fragile(2, 70_000, options))
    let parts: Uint8Array[] = []
    let restarts = 0
    const sink = {
      write: async (chunk: Uint8Array) => void parts.push(Buffer.from(chunk)),
      restart: () => {
        restarts++
        parts = []
      },
    }
    const downloaded = await make().digest(server.origin, wanted({ sink }))
    expect(downloaded.size).toBe(content.length)
    expect(hex(downloaded)).toBe(sha256(content))
    expect(Buffer.concat(parts).equals(content)).toBe(true)
    expect(restarts).toBe(2)
  })

  it.each([
    ['a range that does not fit', { 'content-range': 'bytes 5-9/300000', etag: '"v1"' }, 206],
    ['a part of another file', { 'content-range': `bytes 70000-${content.length - 1}/${content.length}`, etag: '"v2"' }, 206],
    ['no such range', {}, 416],
  ])('does not believe a server that answers the rest with %s', async (_, headers, status) => {
    const first = fragile(1, 70_000)
    const whole = fragile(0, 0)
    let count = 0
    const server = await start((request, response) => {
      count++
      if (count === 1) first(request, response)
      else if (count === 2) response.writeHead(status, headers).end('wrong')
      else whole(request, response)
    })
    expect(hex(await make().digest(server.origin, wanted({ size: content.length })))).toBe(sha256(content))
    expect(server.seen).toHaveLength(3)
  })

  it.each([
    ['the end of a shorter file', true, 'bytes 70000-99999/100000'],
    ['a part of a file of unsaid length', false, 'bytes 70000-99999/*'],
  ])('does not take %s for the rest, where no release lists the length', async (_, announced, range) => {
    const whole = fragile(0, 0)
    let count = 0
    const server = await start((request, response) => {
      count++
      if (count > 2) return whole(request, response)
      const length = count === 2 ? { 'content-range': range } : announced ? { 'content-length': String(content.length) } : {}
      response.writeHead(count === 1 ? 200 : 206, { etag: '"v1"', ...length })
      if (count === 1) breakOff(response, content.subarray(0, 70_000))
      else response.end(content.subarray(70_000, 100_000))
    })
    expect(hex(await make().digest(server.origin, wanted()))).toBe(sha256(content))
    expect(server.seen.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=70000-', undefined])
  })

  it('takes a part whose file has no length where the first answer told it, and asks for what is left', async () => {
    const rest = fragile(0, 0)
    let count = 0
    const server = await start((request, response) => {
      count++
      if (count === 1) return fragile(1, 70_000)(request, response)
      if (count > 2) return rest(request, response)
      response.writeHead(206, { etag: '"v1"', 'content-range': 'bytes 70000-99999/*' }).end(content.subarray(70_000, 100_000))
    })
    expect(hex(await make().digest(server.origin, wanted()))).toBe(sha256(content))
    expect(server.seen[2]?.headers.range).toBe('bytes=100000-')
  })

  it('gives up after five retries, with the last reason', async () => {
    const clock = fakeClock()
    const server = await start((_, response) => response.writeHead(503).end())
    const error = await failure(make({ clock }).digest(server.origin, wanted()))
    expect(error.code).toBe('server-error')
    expect(error.message).toContain('503')
    expect(server.seen).toHaveLength(6)
    expect(clock.slept).toEqual([250, 500, 1000, 2000, 4000])
  })

  it('waits as long as the server says', async () => {
    const clock = fakeClock()
    let count = 0
    const { origin } = await start((_, response) => {
      if (count++ === 0) response.writeHead(429, { 'retry-after': '7' }).end()
      else response.end('abc')
    })
    await make({ clock }).digest(origin, wanted())
    expect(clock.slept).toEqual([7000])
  })

  it.each([
    [404, 'not-found', 1],
    [410, 'not-found', 1],
    [401, 'unauthorized', 1],
    [403, 'forbidden', 1],
    [204, 'bad-answer', 1],
    [416, 'bad-answer', 1],
    [206, 'bad-answer', 1],
    [408, 'timeout', 2],
    [429, 'rate-limited', 2],
    [500, 'server-error', 2],
  ])('status %i is %s after %i attempts of two', async (status, code, attempts) => {
    const server = await start((_, response) => response.writeHead(status).end())
    expect((await failure(make({ retries: 1 }).digest(server.origin, wanted()))).code).toBe(code)
    expect(server.seen).toHaveLength(attempts)
  })

  it.each([
    ['an HTML page', { 'content-type': 'text/html; charset=utf-8' }, '<html>', null, 2, /HTML page/],
    ['an encoded body', { 'content-encoding': 'gzip' }, 'x', null, 1, /encoding gzip/],
    ['another length than promised', { 'content-length': '4' }, 'four', 5, 1, /4 bytes where the release lists 5/],
    ['more than promised, unannounced', { 'transfer-encoding': 'chunked' }, 'sixsix', 5, 1, /more than the 5 bytes/],
    ['less than promised, unannounced', { 'transfer-encoding': 'chunked' }, 'four', 5, 2, /after 4 of 5 bytes/],
    ['nothing', {}, '', null, 2, /empty/],
  ])('refuses %s', async (_, headers: Record<string, string>, body, size, attempts, message) => {
    const server = await start((_request, response) => response.writeHead(200, headers).end(body))
    const error = await failure(make({ retries: 1 }).digest(`${server.origin}/tool.tar.gz?sig=s3cret`, wanted({ size })))
    expect(error.code).toBe('bad-answer')
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('s3cret')
    expect(server.seen).toHaveLength(attempts)
  })

  it('takes an empty file where that may be, but only one that is said to be empty', async () => {
    const empty = await start((_, response) => response.writeHead(200, { 'content-length': '0' }).end())
    expect((await make().digest(empty.origin, { ...wanted(), mayBeEmpty: true })).size).toBe(0)
    const silent = await start((_, response) => response.writeHead(200, { 'transfer-encoding': 'chunked' }).end())
    expect((await failure(make().digest(silent.origin, { ...wanted(), mayBeEmpty: true }))).code).toBe('bad-answer')
  })

  it('takes HTML where HTML was asked for', async () => {
    const { origin } = await start((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'))
    expect((await make().digest(`${origin}/report.html?x`, wanted())).size).toBe(3)
  })

  it('counts a stalled body as broken and resumes it', async () => {
    let count = 0
    const server = await start((request, response) => {
      if (count++ > 0) return fragile(0, 0)(request, response)
      response.writeHead(200, { etag: '"v1"', 'content-length': String(content.length) }).write(content.subarray(0, 1000))
    })
    expect(hex(await make().digest(server.origin, wanted()))).toBe(sha256(content))
    expect(server.seen[1]?.headers.range).toBe('bytes=1000-')
  })

  it('tells how it goes: once begun, never more than there is, once ended', async () => {
    const told: string[] = []
    const progress = {
      begin: (id: string, label: string, total: number | null) => void told.push(`begin ${id} ${label} ${total}`),
      advance: (id: string, received: number) => void told.push(`at ${id} ${received}`),
      end: (id: string) => void told.push(`end ${id}`),
    }
    const { origin } = await start(fragile(1, 70_000))
    await make({ progress }).digest(origin, wanted())
    expect(told[0]).toBe('begin 1 tool 300000')
    expect(told.filter((line) => line.startsWith('begin'))).toHaveLength(1)
    expect(told.at(-2)).toBe('at 1 300000')
    expect(told.at(-1)).toBe('end 1')
  })

  it('makes the sender wait for a slow sink', async () => {
    const { origin } = await start((_, response) => response.end(Buffer.alloc(1_000_000)))
    let busy = 0
    let most = 0
    const write = async (): Promise<void> => {
      most = Math.max(most, ++busy)
      await new Promise((resolve) => setTimeout(resolve, 1))
      busy--
    }
    await make().digest(origin, wanted({ sink: { write, restart: () => {} } }))
    expect(most).toBe(1)
  })

  it('passes on what the sink throws, without another try', async () => {
    const server = await start((_, response) => response.end('abc'))
    const sink = {
      write: () => {
        throw new Error('disk full')
      },
      restart: () => {},
    }
    await expect(make().digest(server.origin, wanted({ sink }))).rejects.toThrow('disk full')
    expect(server.seen).toHaveLength(1)
  })

  it('stops when interrupted, also while it waits for the next attempt', async () => {
    const server = await start((_, response) => response.writeHead(503, { 'retry-after': '50' }).end())
    const { send } = newSender()
    const running = downloads({ send, retries: 5, signal: AbortSignal.timeout(200) }).digest(server.origin, wanted())
    await expect(running).rejects.toBeInstanceOf(InterruptedError)
    expect(server.seen).toHaveLength(1)
  })

  it('does many at once', async () => {
    const { origin } = await start((request, response) => response.end(request.url))
    const port = make()
    const paths = Array.from({ length: 40 }, (_, i) => `/file-${i}`)
    const all = await Promise.all(paths.map(async (path) => hex(await port.digest(origin + path, wanted()))))
    expect(all).toEqual(paths.map(sha256))
  })
})

describe('text', () => {
  it('reads a small text, and again when it broke', async () => {
    const clock = fakeClock()
    let count = 0
    const { origin } = await start((_, response) => {
      if (count++ === 0) response.writeHead(200, { 'content-length': '10' }).destroy()
      else response.end('grüße')
    })
    expect(await make({ clock }).text(origin, 100)).toBe('grüße')
  })

  it.each([
    ['announced', {}],
    ['unannounced', { 'transfer-encoding': 'chunked' }],
  ])('refuses more than the limit, %s', async (_, headers: Record<string, string>) => {
    const server = await start((_request, response) => response.writeHead(200, headers).end('x'.repeat(101)))
    expect((await failure(make().text(server.origin, 100))).code).toBe('bad-answer')
    expect(server.seen).toHaveLength(1)
  })

  it('takes exactly the limit', async () => {
    const { origin } = await start((_, response) => response.end('x'.repeat(100)))
    expect(await make().text(origin, 100)).toHaveLength(100)
  })
})

describe('digestStream', () => {
  it('does not depend on how the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 })), async (chunks) => {
        const { size, digests } = await digestStream(Readable.from(chunks), ['sha256'])
        const whole = Buffer.concat(chunks)
        return size === whole.length && Buffer.from(digests.get('sha256')?.bytes ?? []).toString('hex') === sha256(whole)
      }),
    )
  })

  it('hashes nothing, too', async () => {
    expect(hex(await digestStream(Readable.from([]), ['sha256']))).toBe(sha256(''))
  })
})
