import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { InputError, InterruptedError, NetworkError } from '../../src/core/errors.ts'
import { type Answer, type Sender, sender } from '../../src/download/send.ts'
import { type NetworkSettings, networkSettings } from '../../src/download/settings.ts'
import { serve, type TestServer } from './server.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
})

function keep<T extends { close(): Promise<void> }>(each: T): T {
  open.push(each)
  return each
}

function senderFor(env: Record<string, string> = {}, timeouts: Partial<NetworkSettings['timeouts']> = {}): Sender {
  const settings = networkSettings(env)
  return keep(sender({ ...settings, timeouts: { ...settings.timeouts, ...timeouts } }))
}

async function read(answer: Answer): Promise<string> {
  let text = ''
  for await (const chunk of answer.body) text += Buffer.from(chunk).toString()
  return text
}

async function failure(promise: Promise<unknown>): Promise<NetworkError> {
  const error = await promise.then(
    () => new Error('did not fail'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(NetworkError)
  return error as NetworkError
}

async function redirector(to: (path: string) => string | null, status = 302): Promise<TestServer> {
  return keep(
    await serve((request, response) => {
      const location = to(request.url ?? '')
      if (location === null) response.end('bytes')
      else response.writeHead(status, { location }).end('moved')
    }),
  )
}

describe('send', () => {
  it('asks for the bytes as they are, with a user agent', async () => {
    const server = await redirector(() => null)
    const answer = await senderFor().send({ url: `${server.origin}/x`, headers: { range: 'bytes=1-' } })
    expect(await read(answer)).toBe('bytes')
    expect(server.seen[0]?.headers).toMatchObject({ 'accept-encoding': 'identity', 'user-agent': 'pinhash', range: 'bytes=1-' })
  })

  it('keeps connections for the requests that follow', async () => {
    const ports = new Set<number | undefined>()
    const server = keep(await serve((request, response) => response.end(String(ports.add(request.socket.remotePort).size))))
    const { send } = senderFor()
    for (let i = 0; i < 6; i++) await read(await send({ url: server.origin }))
    expect(ports.size).toBeLessThan(3)
  })

  it('keeps the connection that a redirect came on', async () => {
    const ports = new Set<number | undefined>()
    const server = keep(
      await serve((request, response) => {
        ports.add(request.socket.remotePort)
        if (request.url === '/a') response.writeHead(302, { location: '/b' }).end('moved')
        else response.end('bytes')
      }),
    )
    const { send } = senderFor()
    for (let i = 0; i < 4; i++) await read(await send({ url: `${server.origin}/a` }))
    expect(ports.size).toBeLessThan(4)
  })

  it.each([301, 302, 303, 307, 308])('follows %i, also to a relative address', async (status) => {
    const server = await redirector((path) => (path === '/a/b' ? '../c?d' : null), status)
    const answer = await senderFor().send({ url: `${server.origin}/a/b` })
    expect(await read(answer)).toBe('bytes')
    expect(answer.url).toBe(`${server.origin}/c?d`)
  })

  it('hands out every other status as it is', async () => {
    const server = keep(await serve((_, response) => response.writeHead(418).end()))
    const answer = await senderFor().send({ url: server.origin })
    expect(answer.status).toBe(418)
    answer.discard()
  })

  it('follows ten redirects and not eleven', async () => {
    const server = await redirector((path) => (Number(path.slice(1)) > 0 ? `/${Number(path.slice(1)) - 1}` : null))
    const { send } = senderFor()
    expect(await read(await send({ url: `${server.origin}/10` }))).toBe('bytes')
    expect((await failure(send({ url: `${server.origin}/11` }))).code).toBe('too-many-redirects')
  })

  it('ends a loop at once', async () => {
    const server = await redirector((path) => (path === '/a' ? '/b' : '/a'))
    expect((await failure(senderFor().send({ url: `${server.origin}/a` }))).code).toBe('too-many-redirects')
    expect(server.seen).toHaveLength(2)
  })

  it.each(['', 'ftp://x/y', 'https://['])('does not follow a redirect to %j', async (location) => {
    const server = await redirector(() => location)
    expect((await failure(senderFor().send({ url: server.origin }))).code).toBe('bad-answer')
  })

  it('gives the token to its API, keeps it within the origin, and drops it for good outside', async () => {
    const routes: Record<string, string> = {}
    const api = await redirector((path) => routes[path] ?? null)
    const store = await redirector((path) => routes[path] ?? null)
    routes['/renamed'] = '/out'
    routes['/out'] = `${store.origin}/back`
    routes['/back'] = `${api.origin}/again`
    const { send } = senderFor({ GITHUB_TOKEN: 's3cret', GITHUB_API_URL: api.origin })
    await read(await send({ url: `${api.origin}/renamed` }))
    const sent = (server: TestServer): (string | undefined)[] => server.seen.map(({ headers }) => headers.authorization)
    expect(sent(api)).toEqual(['Bearer s3cret', 'Bearer s3cret', undefined])
    expect(sent(store)).toEqual([undefined])
  })

  it('never shows the query of an address', async () => {
    const server = await redirector(() => 'http://127.0.0.1:1/x?sig=s3cret')
    const error = await failure(senderFor().send({ url: `${server.origin}/?sig=s3cret` }))
    expect(error.code).toBe('unreachable')
    expect(error.message).toContain('http://127.0.0.1:1/x')
    expect(error.message).not.toContain('s3cret')
  })

  it('refuses what is not a web address', async () => {
    expect((await failure(senderFor().send({ url: 'file:///etc/passwd' }))).message).toContain('only http and https')
  })

  it('says that the connection was refused, finally', async () => {
    const error = await failure(senderFor().send({ url: 'http://127.0.0.1:1/x' }))
    expect(error).toMatchObject({ code: 'unreachable', retryable: false })
    expect(error.message).toMatch(/127\.0\.0\.1:1 refused the connection; .*HTTPS_PROXY/)
  })

  it('says which proxy refused, without its password', async () => {
    const error = await failure(senderFor({ HTTPS_PROXY: 'http://me:s3cret@127.0.0.1:1' }).send({ url: 'https://x.example/y' }))
    expect(error.message).toContain('the proxy http://127.0.0.1:1 refused')
    expect(error.message).not.toContain('s3cret')
  })

  it('says that a name does not exist', async () => {
    const error = await failure(senderFor().send({ url: 'http://nothing.invalid/' }))
    expect(error.code).toBe('unreachable')
    expect(error.message).toContain('nothing.invalid')
  })

  it('gives up on a server that does not answer', async () => {
    const server = keep(await serve(() => {}))
    const error = await failure(senderFor({}, { headers: 100 }).send({ url: server.origin }))
    expect(error).toMatchObject({ code: 'timeout', retryable: true })
  })

  it('gives up on a proxy that does not answer', async () => {
    const server = createTcpServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const own = senderFor({ https_proxy: proxy }, { connect: 50, headers: 50 })
    expect(await failure(own.send({ url: 'https://x.example/' }))).toMatchObject({ code: 'timeout', retryable: true })
    await own.close()
    server.close()
  })

  it('counts a body that stalls as broken', async () => {
    const server = keep(await serve((_, response) => void response.writeHead(200, { 'content-length': '10' }).write('half')))
    const answer = await senderFor({}, { idle: 100 }).send({ url: server.origin })
    expect(await failure(read(answer))).toMatchObject({ code: 'timeout', retryable: true })
  })

  it('counts a body that breaks off as worth another try', async () => {
    const server = keep(
      await serve((_, response) => {
        response.writeHead(200, { 'content-length': '10' }).write('half')
        setTimeout(() => response.destroy(), 20)
      }),
    )
    const answer = await senderFor().send({ url: server.origin })
    expect(await failure(read(answer))).toMatchObject({ code: 'unreachable', retryable: true })
  })

  it('stops when interrupted: before, while waiting, and within the body', async () => {
    const server = keep(
      await serve((request, response) => {
        if (request.url === '/body') response.write('half')
      }),
    )
    const { send } = senderFor()
    await expect(send({ url: server.origin, signal: AbortSignal.abort() })).rejects.toBeInstanceOf(InterruptedError)
    await expect(send({ url: server.origin, signal: AbortSignal.timeout(50) })).rejects.toBeInstanceOf(InterruptedError)
    const answer = await send({ url: `${server.origin}/body`, signal: AbortSignal.timeout(200) })
    await expect(read(answer)).rejects.toBeInstanceOf(InterruptedError)
  })

  it('goes through a proxy for http with the whole address, and with credentials', async () => {
    const proxy = keep(await serve((request, response) => response.end(request.url)))
    const { send } = senderFor({ http_proxy: proxy.origin.replace('//', '//me:p%40ss@'), no_proxy: 'direct.invalid' })
    expect(await read(await send({ url: 'http://x.invalid/y?z' }))).toBe('http://x.invalid/y?z')
    expect(proxy.seen[0]?.headers['proxy-authorization']).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`)
    await failure(send({ url: 'http://direct.invalid/' }))
    expect(proxy.seen).toHaveLength(1)
  })

  it.each([
    [407, 'unauthorized', /asks for credentials/],
    [403, 'forbidden', /does not allow this host/],
    [502, 'unreachable', /did not connect \(502\)/],
  ])('understands a proxy that answers CONNECT with %i', async (status, code, message) => {
    const proxy = keep(await serve(() => {}))
    proxy.server.on('connect', (_, socket) => socket.end(`HTTP/1.1 ${status} No\r\n\r\n`))
    const error = await failure(senderFor({ https_proxy: proxy.origin }).send({ url: 'https://x.invalid/y' }))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
  })

  it.each([
    ['/nowhere/ca.pem', /SSL_CERT_FILE names \/nowhere\/ca\.pem, which cannot be read \(ENOENT\)/],
    [import.meta.filename, /holds no certificate/],
  ])('refuses the CA file %s', async (path, message) => {
    const error: unknown = await senderFor({ SSL_CERT_FILE: path })
      .send({ url: 'https://x.invalid' })
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(InputError)
    expect((error as InputError).message).toMatch(message)
  })
})
