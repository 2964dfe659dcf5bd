import { existsSync, readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { ProxyAgent, request } from 'undici'
import { afterEach, describe, expect, test } from 'vitest'
import { createClient } from './client.ts'
import { type Fake, startFakeGitHub } from './fake-github.ts'
import type { TunnelFault } from './faults.ts'
import { mostAtOnce } from './log.ts'
import { take } from './shape.ts'
import { type World, asset, createWorld, release } from './world.ts'

let fake: Fake
const download = 'https://github.com/acme/tool/releases/download/v1/tool.bin'

async function start(world: Partial<World> = {}): Promise<void> {
  const assets = [asset('tool.bin', { generate: 300_000, seed: 'tool' })]
  fake = await startFakeGitHub(
    createWorld({ repositories: [{ org: 'acme', name: 'tool', releases: [release({ tag: 'v1', assets })] }], ...world }),
  )
}
afterEach(async () => fake.stop())

/** The error code or message of one request, or its status. */
async function outcome(url = download, options: { ca?: string; proxyUrl?: string } = {}): Promise<number | string> {
  const { username, password, origin } = new URL(options.proxyUrl ?? fake.proxyUrl)
  const token = username === '' ? {} : { token: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
  const dispatcher = new ProxyAgent({ uri: origin, ...token, requestTls: { ca: options.ca ?? readFileSync(fake.caFile, 'utf8') } })
  // undici hears of no abort and keeps no time while a proxy is silent, so neither is relied on here.
  const patience = setTimeout(1000, 'silence')
  const answer = request(url, { dispatcher }).then(
    async ({ statusCode, body }) => body.dump().then(() => statusCode),
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  )
  const first = await Promise.race([answer, patience])
  dispatcher.destroy().catch(() => {})
  return first
}

/** The first line that the proxy answers to a head written by hand. */
function firstLine(head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(fake.proxyUrl).port), '127.0.0.1', () => socket.write(`${head}\r\n\r\n`))
    socket.on('error', reject)
    socket.once('data', (data) => {
      resolve(data.toString().split('\r\n', 1)[0] ?? '')
      socket.destroy()
    })
  })
}

describe('the proxy', () => {
  test('opens tunnels to the hosts of this world alone', async () => {
    await start({ files: { 'https://mirror.example.com/x': new Uint8Array(1) } })
    expect(await outcome()).toBe(302)
    expect(await outcome('https://mirror.example.com/x')).toBe(200)
    expect(fake.unexpected()).toEqual([])
    expect(await firstLine('CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443')).toBe('HTTP/1.1 403 Forbidden')
    expect(await firstLine('CONNECT github.com:22 HTTP/1.1\r\nHost: github.com:22')).toBe('HTTP/1.1 403 Forbidden')
    expect(fake.unexpected()).toEqual(['CONNECT example.org:443', 'CONNECT github.com:22'])
  })

  test('forwards plain requests, and refuses those to nobody and those without a host', async () => {
    await start({ files: { 'http://plain.example.com/x': new TextEncoder().encode('plain') } })
    const get = (path: string): Promise<[number, string]> =>
      new Promise((resolve, reject) => {
        const { hostname: host, port } = new URL(fake.proxyUrl)
        httpRequest({ host, port, path }, (answer) => {
          let text = ''
          answer.on('data', (piece: Buffer) => (text += piece.toString()))
          answer.on('end', () => resolve([answer.statusCode ?? 0, text]))
        })
          .on('error', reject)
          .end()
      })
    expect(await get('http://plain.example.com/x')).toEqual([200, 'plain'])
    expect((await get('http://github.com/acme/tool'))[0]).toBe(301)
    expect(await get('http://example.org/x')).toEqual([502, ''])
    expect(await get('/x')).toEqual([400, ''])
    expect(fake.unexpected()).toEqual(['CONNECT example.org:80'])
  })

  test('asks for credentials where the world says so, and has them in its own address', async () => {
    await start({ proxyCredentials: 'user:secret' })
    expect(fake.proxyUrl).toMatch(/^http:\/\/user:secret@127\.0\.0\.1:\d+$/)
    expect(await firstLine('CONNECT github.com:443 HTTP/1.1\r\nHost: github.com:443')).toBe('HTTP/1.1 407 Proxy Authentication Required')
    expect(await outcome()).toBe(302)
  })

  test('shows a certificate for the host that was named, and nobody else trusts it', async () => {
    await start()
    expect(await outcome(download, { ca: '' })).toMatch(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED|UNABLE_TO_GET_ISSUER/)
    const socket = connect(Number(new URL(fake.proxyUrl).port), '127.0.0.1')
    await new Promise((resolve) => {
      socket.write('CONNECT api.github.com:443 HTTP/1.1\r\nHost: api.github.com:443\r\n\r\n')
      socket.once('data', resolve)
    })
    const tls = connectTls({ socket, servername: 'api.github.com', ca: readFileSync(fake.caFile) })
    await new Promise((resolve) => tls.once('secureConnect', resolve))
    expect(tls.authorized).toBe(true)
    expect(tls.getPeerCertificate().subjectaltname).toBe('DNS:api.github.com')
    // The right tunnel, but another host in the request.
    tls.write('GET / HTTP/1.1\r\nHost: github.com\r\n\r\n')
    const [line] = await new Promise<string[]>((resolve) => tls.once('data', (data: Buffer) => resolve(data.toString().split('\r\n'))))
    expect(line).toBe('HTTP/1.1 421 Misdirected Request')
    tls.destroy()
  })

  test.each<[TunnelFault, RegExp]>([
    [{ kind: 'tls', certificate: 'unknown-ca' }, /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT/],
    [{ kind: 'tls', certificate: 'wrong-host' }, /ERR_TLS_CERT_ALTNAME_INVALID/],
    [{ kind: 'tls', certificate: 'expired' }, /CERT_HAS_EXPIRED/],
    [{ kind: 'proxy', status: 407 }, /407|UND_ERR_ABORTED/],
    [{ kind: 'proxy', status: 502 }, /502|UND_ERR_ABORTED/],
    [{ kind: 'dns' }, /502|UND_ERR_ABORTED/],
    [{ kind: 'hang' }, /^silence$/],
  ])('can fail a tunnel: %j', async (fault, code) => {
    await start()
    fake.world.faults.push({ host: 'github.com', times: 1, fault })
    expect(String(await outcome())).toMatch(code)
    expect(fake.requests).toEqual([])
    expect(fake.tunnels.at(-1)?.fault).toBe(fault.kind)
    expect(fake.unexpected()).toEqual([])
    expect(await outcome()).toBe(302)
  })

  test('takes as long as the network does: once for the tunnel, once for each request', async () => {
    await start({ network: { latency: 100, bytesPerSecond: null } })
    const client = createClient(fake, { connections: 1 })
    const time = async (): Promise<number> => {
      const begin = performance.now()
      await client.get(download)
      return performance.now() - begin
    }
    const [first, second] = [await time(), await time()]
    expect(first).toBeGreaterThanOrEqual(195)
    expect(second).toBeGreaterThanOrEqual(95)
    expect(fake.tunnels.length).toBe(1)
    await client.close()
  })

  test('gives each connection its own rate', async () => {
    await start({ network: { latency: 0, bytesPerSecond: 1_000_000 } })
    const begin = performance.now()
    const clients = [createClient(fake), createClient(fake), createClient(fake)]
    await Promise.all(clients.map(async (client) => client.follow(download)))
    expect(performance.now() - begin).toBeGreaterThanOrEqual(295)
    expect(mostAtOnce(fake.requests.filter(({ sent }) => sent > 0))).toBe(3)
    await Promise.all(clients.map((client) => client.close()))
  })
})

describe('starting and stopping', () => {
  test('the environment names the proxy and the authority, and empties what leads elsewhere', async () => {
    await start()
    const { env } = fake
    expect(new Set([env['HTTPS_PROXY'], env['https_proxy'], env['HTTP_PROXY'], env['http_proxy']])).toEqual(new Set([fake.proxyUrl]))
    expect(new Set([env['NODE_EXTRA_CA_CERTS'], env['SSL_CERT_FILE'], env['NIX_SSL_CERT_FILE']])).toEqual(new Set([fake.caFile]))
    expect([env['NO_PROXY'], env['no_proxy'], env['GITHUB_TOKEN'], env['GH_TOKEN'], env['GITHUB_API_URL']]).toEqual(['', '', '', '', ''])
    expect(readFileSync(fake.caFile, 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----\n[^]+-----END CERTIFICATE-----\n$/)
  })

  test('stopping ends stalled connections and leaves nothing behind, however often it is done', async () => {
    await start()
    fake.world.faults.push({ host: 'github.com', fault: { kind: 'stall' } })
    const client = createClient(fake)
    const pending = client.get(download).catch((error: unknown) => (error as Error).name)
    while (fake.requests.length === 0) await setTimeout(5)
    await Promise.all([fake.stop(), fake.stop()])
    expect(await pending).not.toMatchObject({ status: 200 })
    expect(existsSync(fake.caFile)).toBe(false)
    await expect(firstLine('CONNECT github.com:443 HTTP/1.1')).rejects.toThrow('ECONNREFUSED')
    await client.close()
  })
})

test('the allowance of a connection is neither saved up nor lent', () => {
  const bucket = { busyUntil: 0 }
  expect(take(bucket, 1000, 1000, 5000)).toBe(1000)
  expect(take(bucket, 500, 1000, 5000)).toBe(1500)
  expect(take(bucket, 500, 1000, 6500)).toBe(500)
})
