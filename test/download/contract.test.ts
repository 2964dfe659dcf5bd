// Downloads against the fake GitHub: through its proxy, with its authority, over its redirects and faults.
import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { NetworkError } from '../../src/core/errors.ts'
import { downloads } from '../../src/download/asset-stream.ts'
import type { Clock } from '../../src/download/attempts.ts'
import { sender } from '../../src/download/send.ts'
import { networkSettings } from '../../src/download/settings.ts'
import type { Downloaded, Downloads } from '../../src/download/types.ts'
import type { Fault, Rule } from '../fake-github/faults.ts'
import { type Fake, startFakeGitHub } from '../fake-github/fake-github.ts'
import { asset, createWorld, release, type World } from '../fake-github/world.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31) % 253)
const sha256 = createHash('sha256').update(bytes).digest('hex')
const url = 'https://github.com/cue-lang/cue/releases/download/v1/cue.tar.gz'
const clock: Clock = { now: () => Date.now(), random: () => 0, sleep: async () => {} }

async function start(world: Partial<World> = {}, env: Record<string, string> = {}): Promise<{ fake: Fake; port: Downloads }> {
  const repositories = [{ org: 'cue-lang', name: 'cue', releases: [release({ tag: 'v1', assets: [asset('cue.tar.gz', bytes)] })] }]
  const fake = await startFakeGitHub(createWorld({ repositories, ...world }))
  const settings = networkSettings({ ...fake.env, ...env })
  const own = sender({ ...settings, timeouts: { connect: 500, headers: 500, idle: 500 } })
  open.push(own.close, fake.stop)
  return { fake, port: downloads({ send: own.send, retries: settings.retries, clock }) }
}

async function fetched(port: Downloads, from = url, size: number | null = bytes.length): Promise<Downloaded> {
  return port.digest(from, { algorithms: ['sha256'], size, id: '1', label: 'cue' })
}

function hex(downloaded: Downloaded): string {
  return Buffer.from(downloaded.digests.get('sha256')?.bytes ?? []).toString('hex')
}

async function failure(promise: Promise<unknown>): Promise<NetworkError> {
  const error = await promise.then(
    () => new Error('did not fail'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(NetworkError)
  return error as NetworkError
}

function onStore(fault: Fault, more: Partial<Rule> = {}): Partial<World> {
  return { faults: [{ asset: 'cue.tar.gz', host: 'release-assets.githubusercontent.com', fault, ...more }] }
}

describe('an asset of github.com', () => {
  it('comes through the proxy and its authority, and the token stays at home', async () => {
    const { fake, port } = await start({ tokens: { 's3cret-t0ken': {} } }, { GITHUB_TOKEN: 's3cret-t0ken' })
    expect(hex(await fetched(port))).toBe(sha256)
    expect(fake.requests.map(({ host }) => host)).toEqual(['github.com', 'release-assets.githubusercontent.com'])
    expect(fake.requests.every(({ headers }) => headers['authorization'] === undefined)).toBe(true)
    expect(fake.requests.every(({ headers }) => headers['accept-encoding'] === 'identity')).toBe(true)
    expect(fake.unexpected()).toEqual([])
  })

  it.each(['redirect', 'bytes'] as const)(
    'comes from a private repository through the API (%s), the token no further',
    async (assetAnswer) => {
      const repositories = [
        { org: 'cue-lang', name: 'cue', private: true, releases: [release({ tag: 'v1', assets: [asset('cue.tar.gz', bytes)] })] },
      ]
      const world = { tokens: { 's3cret-t0ken': { sees: 'all' as const } }, repositories, assetAnswer }
      const { fake, port } = await start(world, { GITHUB_TOKEN: 's3cret-t0ken' })
      const list = await port.text('https://api.github.com/repos/cue-lang/cue/releases/tags/v1', 100_000)
      const address = /"(https:\/\/api\.github\.com\/repos\/[^"]*\/releases\/assets\/\d+)"/.exec(list)?.[1] ?? ''
      expect(hex(await fetched(port, address))).toBe(sha256)
      for (const { host, headers } of fake.requests)
        expect(headers['authorization']).toBe(host === 'api.github.com' ? 'Bearer s3cret-t0ken' : undefined)
      expect(new Set(fake.requests.map(({ host }) => host)).size).toBe(assetAnswer === 'redirect' ? 2 : 1)
      expect(fake.unexpected()).toEqual([])
    },
  )

  it('comes many times at once', async () => {
    const { fake, port } = await start()
    const all = await Promise.all(Array.from({ length: 20 }, async () => hex(await fetched(port))))
    expect(new Set(all)).toEqual(new Set([sha256]))
    expect(fake.unexpected()).toEqual([])
  })

  it.each<[string, Fault]>([
    ['is reset in the middle', { kind: 'reset', after: 60_000 }],
    ['is reset before it begins', { kind: 'reset' }],
    ['stalls', { kind: 'stall', after: 60_000 }],
    ['never begins', { kind: 'stall' }],
    ['ends early', { kind: 'truncate', after: 60_000 }],
    ['ends early, as announced', { kind: 'truncate', after: 60_000, announced: true }],
    ['turns into an HTML page', { kind: 'html200' }],
    ['meets a server that is down', { kind: 'status', status: 503 }],
  ])('arrives although it %s once', async (_, fault) => {
    const { fake, port } = await start(onStore(fault, { times: 1 }))
    expect(hex(await fetched(port))).toBe(sha256)
    expect(fake.unexpected()).toEqual([])
  })

  it('is resumed, so that no byte is sent twice', async () => {
    const { fake, port } = await start(onStore({ kind: 'reset', after: 60_000 }, { times: 1 }))
    await fetched(port)
    const ranges = fake.requests.filter(({ host }) => host !== 'github.com').map(({ headers }) => headers['range'] ?? null)
    expect(ranges).toHaveLength(2)
    expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/)
  })

  it.each<[string, Fault]>([
    ['sends the whole', { kind: 'no-range' }],
    ['sends another range', { kind: 'wrong-range' }],
    ['has other bytes now', { kind: 'stale', bytes }],
  ])('is right although the server that should resume %s', async (_, fault) => {
    const store = 'release-assets.githubusercontent.com'
    const { port } = await start({
      faults: [
        { host: store, times: 1, fault: { kind: 'reset', after: 60_000 } },
        { host: store, nth: 2, times: 1, fault },
      ],
    })
    expect(hex(await fetched(port))).toBe(sha256)
  })

  it.each<[string, Fault, string, number | null]>([
    ['too long', { kind: 'oversize', extra: 5 }, 'bad-answer', bytes.length],
    ['cut short each time', { kind: 'truncate', after: 10_000, announced: true }, 'unreachable', bytes.length],
    ['zipped on the way', { kind: 'gzip' }, 'bad-answer', bytes.length],
    ['an HTML page', { kind: 'html200' }, 'bad-answer', null],
    ['a redirect to itself', { kind: 'redirect', to: 'self' }, 'too-many-redirects', null],
    ['a redirect to http', { kind: 'redirect', to: 'http://github.com/x' }, 'insecure-redirect', null],
    ['gone', { kind: 'status', status: 410 }, 'not-found', null],
  ])('is refused when it is %s', async (_, fault, code, size) => {
    const { port } = await start(onStore(fault))
    const error = await failure(fetched(port, url, size))
    expect(error.code).toBe(code)
    expect(error.message).not.toMatch(/[?&]\w+=/)
  })

  it.each<[string, Fault, string, RegExp]>([
    [
      'an unknown authority',
      { kind: 'tls', certificate: 'unknown-ca' },
      'unreachable',
      /certificate of github\.com is not trusted.*NODE_EXTRA_CA_CERTS/,
    ],
    [
      'a certificate for another host',
      { kind: 'tls', certificate: 'wrong-host' },
      'unreachable',
      /certificate of github\.com is not trusted/,
    ],
    ['an expired certificate', { kind: 'tls', certificate: 'expired' }, 'unreachable', /CERT_HAS_EXPIRED/],
    ['a proxy that refuses', { kind: 'proxy', status: 403 }, 'forbidden', /the proxy http:\/\/127\.0\.0\.1:\d+ does not allow/],
    ['a proxy that finds no such name', { kind: 'dns' }, 'unreachable', /the proxy http:\/\/127\.0\.0\.1:\d+ did not connect/],
    ['a proxy that never answers', { kind: 'hang' }, 'timeout', /in time/],
  ])('is not fetched past %s', async (_, fault, code, message) => {
    const { port } = await start({ faults: [{ host: 'github.com', fault }] })
    const error = await failure(fetched(port))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
  })

  it('needs the named authority', async () => {
    const { port } = await start({}, { NODE_EXTRA_CA_CERTS: '', SSL_CERT_FILE: '', NIX_SSL_CERT_FILE: '' })
    expect((await failure(fetched(port))).message).toMatch(/is not trusted; .*SSL_CERT_FILE/)
  })

  it('needs the proxy to know its password, and never shows it', async () => {
    const { fake, port } = await start({ proxyCredentials: 'me:s3cret' })
    expect(hex(await fetched(port))).toBe(sha256)
    const other = await start({ proxyCredentials: 'me:s3cret' }, { HTTPS_PROXY: '', https_proxy: fake.proxyUrl.replace('s3cret', 'wr0ng') })
    const error = await failure(fetched(other.port))
    expect(error.code).toBe('unauthorized')
    expect(error.message).not.toMatch(/s3cret|wr0ng/)
  })
})
