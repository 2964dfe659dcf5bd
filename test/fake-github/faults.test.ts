import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hexDigest, wholeOf } from './bytes.ts'
import { type Client, createClient, usual } from './client.ts'
import { type Fake, startFakeGitHub } from './fake-github.ts'
import type { Fault, Rule } from './faults.ts'
import { asset, createWorld, release } from './world.ts'

let fake: Fake
let client: Client
const store = 'release-assets.githubusercontent.com'
const download = 'https://github.com/acme/tool/releases/download/v1/tool.bin'
const api = 'https://api.github.com/repos/acme/tool/releases'
const content = { generate: 200_000, seed: 'tool' }
const whole = Buffer.from(wholeOf(content))

beforeEach(async () => {
  const assets = [asset('tool.bin', content), asset('other.bin', 'other')]
  fake = await startFakeGitHub(createWorld({ repositories: [{ org: 'acme', name: 'tool', releases: [release({ tag: 'v1', assets })] }] }))
  client = createClient(fake)
})
afterEach(async () => {
  await client.close()
  await fake.stop()
})

const atStore = (fault: Fault, more: Partial<Rule> = {}): void => void fake.world.faults.push({ host: store, fault, ...more })
const signed = async (): Promise<string> => (await client.get(download)).headers['location'] ?? ''

/** What arrives before the connection breaks, as a client sees it that counts bytes. */
async function receive(url: string): Promise<{ status: number; promised: string | undefined; received: Buffer; error: string | null }> {
  const { ProxyAgent, request } = await import('undici')
  const { readFileSync } = await import('node:fs')
  const dispatcher = new ProxyAgent({ uri: fake.proxyUrl, requestTls: { ca: readFileSync(fake.caFile, 'utf8') }, bodyTimeout: 300 })
  const pieces: Buffer[] = []
  try {
    const answer = await request(url, { dispatcher, headersTimeout: 300 })
    let error: string | null = null
    try {
      for await (const piece of answer.body) pieces.push(Buffer.from(piece as Uint8Array))
    } catch (problem) {
      error = (problem as NodeJS.ErrnoException).code ?? String(problem)
    }
    return { status: answer.statusCode, promised: String(answer.headers['content-length']), received: Buffer.concat(pieces), error }
  } finally {
    await dispatcher.destroy()
  }
}

describe('an answer', () => {
  test('can have any status, headers and words', async () => {
    fake.world.faults.push({
      host: 'api.github.com',
      fault: { kind: 'status', status: 503, headers: { 'retry-after': '7' }, body: 'busy' },
    })
    const answer = await client.get(api)
    expect([answer.status, answer.headers['retry-after'], answer.text]).toEqual([503, '7', 'busy'])
    expect(fake.requests.at(-1)).toMatchObject({ status: 503, fault: 'status' })
  })

  test('can be a page for people with status 200', async () => {
    atStore({ kind: 'html200' })
    const answer = await client.follow(download)
    expect([answer.status, answer.headers['content-type'], answer.text.slice(0, 15)]).toEqual([
      200,
      'text/html; charset=utf-8',
      '<!DOCTYPE html>',
    ])
  })

  test('can be encoded although nobody asked', async () => {
    atStore({ kind: 'gzip' })
    const answer = await client.follow(download)
    expect(answer.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(answer.body).equals(whole)).toBe(true)
  })

  test('can be other bytes of the same length, or of another', async () => {
    atStore({ kind: 'stale' }, { times: 1 })
    atStore({ kind: 'stale', bytes: new TextEncoder().encode('old') }, { nth: 2, times: 1 })
    const same = await client.follow(download)
    expect([same.status, same.body.length, same.body.equals(whole)]).toEqual([200, 200_000, false])
    expect((await client.follow(download)).text).toBe('old')
    const honest = await client.follow(download)
    expect(honest.body.equals(whole)).toBe(true)
    expect(honest.headers['etag']).not.toBe(same.headers['etag'])
  })

  test('can be longer than it should be, and say so', async () => {
    atStore({ kind: 'oversize', extra: 5 })
    const answer = await client.follow(download)
    expect([answer.headers['content-length'], answer.body.length]).toEqual(['200005', 200_005])
    expect(answer.body.subarray(0, 200_000).equals(whole)).toBe(true)
  })

  test('can promise no length', async () => {
    atStore({ kind: 'content-length', value: null })
    const answer = await receive(await signed())
    expect(answer).toMatchObject({ status: 200, promised: 'undefined', error: null })
    expect(answer.received.equals(whole)).toBe(true)
  })

  test.each([
    [{ kind: 'content-length', value: 300_000 }, '300000', 200_000, 'UND_ERR_SOCKET'],
    [{ kind: 'truncate', after: 70_000 }, '200000', 70_000, 'UND_ERR_SOCKET'],
    [{ kind: 'truncate', after: 70_000, announced: true }, '200000', 70_000, 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
  ] as const)('can end in good order before what it promised: %j', async (fault, promised, length, code) => {
    atStore(fault)
    const answer = await receive(await signed())
    expect([answer.status, answer.promised, answer.received.length]).toEqual([200, promised, length])
    expect(answer.error).toBe(code)
    expect(answer.received.equals(whole.subarray(0, length))).toBe(true)
  })

  test('can send more than it promised', async () => {
    atStore({ kind: 'content-length', value: 100_000 })
    const answer = await receive(await signed())
    expect(answer.promised).toBe('100000')
    expect(answer.received.length).toBeLessThanOrEqual(100_000)
  })

  test('can be JSON that breaks off', async () => {
    fake.world.faults.push({ path: '/repos/', fault: { kind: 'malformed' } })
    const answer = await client.get(api)
    expect(answer.status).toBe(200)
    expect(() => answer.json).toThrow(SyntaxError)
  })

  test('can be slow, whatever else is fast', async () => {
    atStore({ kind: 'slow', bytesPerSecond: 400_000 }, { asset: 'tool.bin' })
    const begin = performance.now()
    expect((await client.follow(download)).body.length).toBe(200_000)
    expect(performance.now() - begin).toBeGreaterThan(400)
  })
})

describe('a connection', () => {
  test('can be reset before anything is sent', async () => {
    atStore({ kind: 'reset' })
    await expect(receive(await signed())).rejects.toThrow()
  })

  test('can be reset after some bytes', async () => {
    atStore({ kind: 'reset', after: 50_000 })
    const { received, error } = await receive(await signed())
    expect(error).toMatch(/ECONNRESET|UND_ERR_SOCKET/)
    expect(received.equals(whole.subarray(0, 50_000))).toBe(true)
  })

  test('can fall silent before the headers, or after some bytes, or after the headers', async () => {
    atStore({ kind: 'stall' }, { times: 1 })
    atStore({ kind: 'stall', after: 50_000 }, { nth: 2, times: 1 })
    atStore({ kind: 'stall', after: 0 }, { nth: 3 })
    const url = await signed()
    await expect(receive(url)).rejects.toThrow('Headers Timeout')
    const later = await receive(url)
    expect([later.error, later.received.equals(whole.subarray(0, 50_000))]).toEqual(['UND_ERR_BODY_TIMEOUT', true])
    expect(await receive(url)).toMatchObject({ status: 200, promised: '200000', error: 'UND_ERR_BODY_TIMEOUT' })
  })
})

describe('a redirect', () => {
  test.each([
    ['self', download],
    ['http://github.com/acme/tool/releases/download/v1/tool.bin', 'http://github.com/acme/tool/releases/download/v1/tool.bin'],
    ['https://evil.example.org/x', 'https://evil.example.org/x'],
  ])('can lead to %s', async (to, location) => {
    fake.world.faults.push({ host: 'github.com', fault: { kind: 'redirect', to } })
    expect((await client.get(download)).headers['location']).toBe(location)
  })

  test('can have another status', async () => {
    fake.world.faults.push({ host: 'github.com', fault: { kind: 'redirect', to: 'https://github.com/x', status: 307 } })
    expect((await client.get(download)).status).toBe(307)
  })
})

describe('a range', () => {
  test('can be ignored', async () => {
    atStore({ kind: 'no-range' })
    const answer = await client.get(await signed(), { headers: { range: 'bytes=100-' } })
    expect([answer.status, answer.body.length, answer.headers['content-range']]).toEqual([200, 200_000, undefined])
  })

  test('can be another than the one asked for', async () => {
    atStore({ kind: 'wrong-range' })
    const answer = await client.get(await signed(), { headers: { range: 'bytes=100-' } })
    expect([answer.status, answer.headers['content-range'], answer.headers['content-length']]).toEqual([
      206,
      'bytes 99-199999/200000',
      '199901',
    ])
    expect(answer.body.equals(whole.subarray(99))).toBe(true)
  })
})

describe('a rule', () => {
  const broken: Fault = { kind: 'status', status: 500 }
  const statuses = async (urls: readonly string[], method: 'GET' | 'HEAD' = 'GET'): Promise<number[]> => {
    const found: number[] = []
    for (const url of urls) found.push((await client.get(url, { method })).status)
    return found
  }

  test('befalls from the nth request on, so many times', async () => {
    fake.world.faults.push({ host: 'api.github.com', nth: 2, times: 2, fault: broken })
    expect(await statuses([api, api, api, api])).toEqual([200, 500, 500, 200])
  })

  test('befalls one host, one method, one path, one asset', async () => {
    fake.world.faults = [{ path: '/acme/', fault: broken }]
    expect(await statuses([api, download])).toEqual([200, 500])
    fake.world.faults = [{ path: /tool\.bin$/, fault: broken }]
    expect(await statuses([download, download.replace('tool.bin', 'other.bin')])).toEqual([500, 302])
    fake.world.faults = [{ method: 'HEAD', fault: broken }]
    expect([...(await statuses([download], 'HEAD')), ...(await statuses([download]))]).toEqual([500, 302])
    fake.world.faults = [{ asset: 'other.bin', host: store, fault: broken }]
    expect((await client.follow(download)).status).toBe(200)
    expect((await client.follow(download.replace('tool.bin', 'other.bin'))).status).toBe(500)
  })

  test('that comes first wins, and the others count on', async () => {
    fake.world.faults = [
      { host: 'api.github.com', times: 1, fault: { kind: 'status', status: 502 } },
      { host: 'api.github.com', nth: 2, fault: broken },
    ]
    expect(await statuses([api, api])).toEqual([502, 500])
  })

  test('does not spare the quota', async () => {
    fake.world.faults.push({ host: 'api.github.com', fault: broken, times: 1 })
    await client.get(api)
    expect((await client.get(api)).headers['x-ratelimit-remaining']).toBe('58')
  })

  test('for a secondary limit looks like GitHub’s', async () => {
    const headers = { 'retry-after': '60', 'content-type': 'application/json' }
    const body = JSON.stringify({ message: 'You have exceeded a secondary rate limit.' })
    fake.world.faults.push({ host: 'api.github.com', fault: { kind: 'status', status: 429, headers, body }, times: 1 })
    const answer = await client.get(api, { headers: usual })
    expect([answer.status, answer.headers['retry-after'], answer.json.message]).toEqual([
      429,
      '60',
      'You have exceeded a secondary rate limit.',
    ])
  })
})

test('content of any size keeps its digest on the way', async () => {
  expect(hexDigest((await client.follow(download)).body)).toBe(hexDigest(content))
})
