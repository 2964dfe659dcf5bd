// The table of faults: what goes wrong, and what holds all the same.
import { expect } from 'vitest'
import { apiRows } from './api-rows.ts'
import type { AnswerFault, Rule, TunnelFault } from '../fake-github/faults.ts'
import { wholeOf } from '../fake-github/bytes.ts'
import { asset, checksums } from '../fake-github/world.ts'
import { type Ran, type Row, bytesOf, darwin, linux, secrets, size, store } from './scene.ts'

const onAsset =
  (fault: AnswerFault, more: Partial<Rule> = {}): (() => readonly Rule[]) =>
  () => [{ host: store, asset: linux, fault, ...more }]
const once = (fault: AnswerFault): (() => readonly Rule[]) => onAsset(fault, { times: 1 })
const tunnel =
  (fault: TunnelFault, more: Partial<Rule> = {}): (() => readonly Rule[]) =>
  () => [{ host: 'github.com', fault, ...more }]
const status = (code: number, headers: Record<string, string> = {}): AnswerFault => ({ kind: 'status', status: code, headers })

const arrives = { file: 'new', code: 0 } as const
const unknown = (reason: string, says: RegExp): Pick<Row, 'file' | 'code' | 'reason' | 'says'> => ({ file: 'old', code: 4, reason, says })

/** Requests for the one asset at the store. */
const tries = (ran: Ran): number => ran.requests.filter(({ host, asset: name }) => host === store && name === linux).length
const ranges = (ran: Ran): string[] =>
  ran.requests.flatMap(({ host, asset: name, headers }) =>
    host === store && name === linux && headers['range'] !== undefined ? [headers['range']] : [],
  )

const soon = (): string => new Date(Date.now() + 1500).toUTCString()
const mirror = ['--mirror', 'https://github.com=https://mirror.example/gh/']
const mirrorFiles = Object.fromEntries(
  [linux, darwin].map((name) => [`https://mirror.example/gh/cue-lang/cue/releases/download/v1.1.0/${name}`, bytesOf('v1.1.0', name)]),
)
const shortLimits = ['--retries', '2', '--max-wait', '2']

/** For what takes every limit to its end. */
const patient = ['--connect-timeout', '3', '--header-timeout', '0.8', '--idle-timeout', '0.8', '--retries', '1']

const bodies: readonly Row[] = [
  { name: 'reset before the first byte, once', faults: once({ kind: 'reset' }), ...arrives },
  { name: 'reset after the headers, once', faults: once({ kind: 'reset', after: 0 }), ...arrives },
  {
    name: 'reset before the first byte, always',
    faults: onAsset({ kind: 'reset' }),
    ...unknown('unreachable', /the connection to .* broke/),
    also: (ran) => expect(tries(ran)).toBe(3),
  },
  {
    name: 'reset in the middle, once',
    faults: once({ kind: 'reset', after: 60_000 }),
    ...arrives,
    also: (ran) => expect(ranges(ran)).toHaveLength(1),
  },
  { name: 'reset in the middle of every answer, each a little further', faults: onAsset({ kind: 'reset', after: 90_000 }), ...arrives },
  { name: 'reset at the last byte, once', faults: once({ kind: 'reset', after: size - 1 }), ...arrives },
  {
    name: 'reset in the middle, then a server that is down',
    faults: () => [...once({ kind: 'reset', after: 60_000 })(), ...onAsset(status(503), { nth: 2, times: 1 })()],
    ...arrives,
  },
  {
    name: 'reset in the middle, then the whole again',
    faults: () => [...once({ kind: 'reset', after: 60_000 })(), ...onAsset({ kind: 'no-range' }, { nth: 2 })()],
    ...arrives,
  },
  {
    name: 'reset in the middle, then another range',
    faults: () => [...once({ kind: 'reset', after: 60_000 })(), ...onAsset({ kind: 'wrong-range' }, { nth: 2, times: 1 })()],
    ...arrives,
  },
  {
    name: 'reset in the middle, then a range that cannot be had',
    faults: () => [...once({ kind: 'reset', after: 60_000 })(), ...onAsset(status(416), { nth: 2, times: 1 })()],
    ...arrives,
  },
  {
    name: 'reset in the middle, then old bytes',
    faults: () => [...once({ kind: 'reset', after: 60_000 })(), ...onAsset({ kind: 'stale' }, { nth: 2 })()],
    file: 'old',
    code: 1,
    reason: 'evidence-disagrees',
  },
  { name: 'truncated in the middle, once', faults: once({ kind: 'truncate', after: 60_000 }), ...arrives },
  { name: 'truncated in the middle, as announced, once', faults: once({ kind: 'truncate', after: 60_000, announced: true }), ...arrives },
  { name: 'truncated at once, always', faults: onAsset({ kind: 'truncate', after: 0 }), ...unknown('unreachable', /broke/) },
  {
    name: 'longer than it should be',
    faults: onAsset({ kind: 'oversize', extra: 7 }),
    ...unknown('bad-answer', /200007 bytes where the release lists 200000/),
  },
  {
    name: 'a length that is too great',
    faults: onAsset({ kind: 'content-length', value: size + 9 }),
    ...unknown('bad-answer', /200009 bytes where the release lists 200000/),
  },
  {
    name: 'a length that is too small',
    faults: onAsset({ kind: 'content-length', value: size - 9 }),
    ...unknown('bad-answer', /199991 bytes where/),
  },
  { name: 'no length', faults: onAsset({ kind: 'content-length', value: null }), ...arrives },
  {
    name: 'no length, and another than the release lists',
    faults: onAsset({ kind: 'content-length', value: null }),
    world: (world) => void (world.repositories[0]!.releases[0]!.assets[0]!.size = size - 1),
    ...unknown('bad-answer', /more than the 199999 bytes/),
  },
  { name: 'old bytes of the same length', faults: onAsset({ kind: 'stale' }), file: 'old', code: 1, reason: 'evidence-disagrees' },
  {
    name: 'old bytes of another length',
    faults: onAsset({ kind: 'stale', bytes: { generate: 1234, seed: 'old' } }),
    ...unknown('bad-answer', /1234 bytes where/),
  },
  { name: 'an HTML page, once', faults: once({ kind: 'html200' }), ...arrives },
  { name: 'an HTML page, always', faults: onAsset({ kind: 'html200' }), ...unknown('bad-answer', /an HTML page instead of the file/) },
  { name: 'zipped on the way', faults: onAsset({ kind: 'gzip' }), ...unknown('bad-answer', /in the encoding gzip/) },
  { name: 'a slow trickle', faults: onAsset({ kind: 'slow', bytesPerSecond: 60_000 }), ...arrives },
  { name: 'a stall before the headers, once', faults: once({ kind: 'stall' }), ...arrives },
  {
    name: 'a stall before the headers, always',
    limits: patient,
    faults: onAsset({ kind: 'stall' }),
    ...unknown('timeout', /did not answer in time/),
  },
  {
    name: 'a stall in the middle, once',
    faults: once({ kind: 'stall', after: 60_000 }),
    ...arrives,
    also: (ran) => expect(ranges(ran)).toHaveLength(1),
  },
  {
    name: 'a stall after the headers, always',
    limits: patient,
    faults: onAsset({ kind: 'stall', after: 0 }),
    ...unknown('timeout', /stalled/),
  },
]

const statuses: readonly Row[] = [
  ...[408, 500, 501, 502, 503, 504].map((code): Row => ({ name: `status ${code}, once`, faults: once(status(code)), ...arrives })),
  {
    name: 'status 503, always',
    faults: onAsset(status(503)),
    ...unknown('server-error', /status 503/),
    also: (ran) => expect(tries(ran)).toBe(3),
  },
  {
    name: 'status 503 with a time, once',
    faults: once(status(503, { 'retry-after': '1' })),
    ...arrives,
    also: (ran) => expect(ran.milliseconds).toBeGreaterThan(950),
  },
  { name: 'status 429, once', faults: once(status(429)), ...arrives },
  {
    name: 'status 429 with seconds, once',
    faults: once(status(429, { 'retry-after': '1' })),
    ...arrives,
    also: (ran) => expect(ran.milliseconds).toBeGreaterThan(950),
  },
  { name: 'status 429 with a date, once', faults: () => once(status(429, { 'retry-after': soon() }))(), ...arrives },
  {
    name: 'status 429 for an hour',
    faults: onAsset(status(429, { 'retry-after': '3600' })),
    ...unknown('rate-limited', /status 429/),
    also: (ran) => expect(tries(ran)).toBe(1),
  },
  {
    name: 'status 401 from the store',
    faults: onAsset(status(401)),
    ...unknown('unauthorized', /status 401/),
    also: (ran) => expect(tries(ran)).toBe(1),
  },
  {
    name: 'status 403 from the store',
    faults: onAsset(status(403)),
    ...unknown('forbidden', /status 403/),
    also: (ran) => expect(tries(ran)).toBe(1),
  },
  {
    name: 'status 404 in the browser, but the API has it',
    faults: () => [{ host: 'github.com', asset: linux, fault: status(404) }],
    ...arrives,
  },
  {
    name: 'status 404 everywhere',
    faults: () => [{ asset: linux, fault: status(404) }],
    file: 'old',
    code: 3,
    reason: 'not-found',
    says: /status 404/,
  },
  { name: 'status 418', faults: onAsset(status(418)), ...unknown('bad-answer', /status 418/) },
]

const redirects: readonly Row[] = [
  {
    name: 'a redirect to itself',
    faults: onAsset({ kind: 'redirect', to: 'self' }),
    ...unknown('too-many-redirects', /redirected in a loop/),
  },
  {
    name: 'a chain of redirects without end',
    world: (world) =>
      void Object.assign(
        world.files,
        Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`https://hop.example/${i}`, new Uint8Array([i])])),
      ),
    faults: () => [
      ...onAsset({ kind: 'redirect', to: 'https://hop.example/0' })(),
      ...Array.from({ length: 13 }, (_, i): Rule => ({
        host: 'hop.example',
        path: new RegExp(`^/${i}$`),
        fault: { kind: 'redirect', to: `https://hop.example/${i + 1}` },
      })),
    ],
    ...unknown('too-many-redirects', /more than 10 times/),
  },
  {
    name: 'a redirect from https to http',
    faults: onAsset({ kind: 'redirect', to: 'http://github.com/x?token=1' }),
    ...unknown('insecure-redirect', /from https to http:\/\/github\.com\/x, which/),
  },
  { name: 'a redirect to no address', faults: onAsset(status(302)), ...unknown('bad-answer', /no address to go on to/) },
  {
    name: 'a redirect to another scheme',
    faults: onAsset({ kind: 'redirect', to: 'ftp://files.example/x' }),
    ...unknown('bad-answer', /no address to go on to/),
  },
  {
    name: 'a redirect to a foreign host with other bytes',
    world: (world) => void (world.files['https://foreign.example/cue'] = { generate: size, seed: 'foreign' }),
    faults: () => [{ host: 'github.com', asset: linux, fault: { kind: 'redirect', to: 'https://foreign.example/cue' } }],
    file: 'old',
    code: 1,
    reason: 'evidence-disagrees',
  },
  {
    name: 'a redirect to a foreign host with the right bytes',
    world: (world) => void (world.files['https://foreign.example/cue'] = bytesOf('v1.1.0', linux)),
    faults: () => [{ host: 'github.com', asset: linux, fault: { kind: 'redirect', to: 'https://foreign.example/cue' } }],
    ...arrives,
    also: (ran) =>
      expect(ran.requests.filter(({ host }) => host === 'foreign.example').map(({ headers }) => headers['authorization'])).toEqual([
        undefined,
      ]),
  },
]

const ways: readonly Row[] = [
  {
    name: 'an unknown authority',
    faults: tunnel({ kind: 'tls', certificate: 'unknown-ca' }),
    ...unknown('unreachable', /certificate of github\.com is not trusted/),
  },
  {
    name: 'a certificate for another host',
    faults: tunnel({ kind: 'tls', certificate: 'wrong-host' }),
    ...unknown('unreachable', /certificate of github\.com is not trusted/),
  },
  {
    name: 'a certificate that has expired',
    faults: tunnel({ kind: 'tls', certificate: 'expired' }),
    ...unknown('unreachable', /CERT_HAS_EXPIRED/),
  },
  {
    name: 'a proxy that does not allow the host',
    faults: tunnel({ kind: 'proxy', status: 403 }),
    ...unknown('forbidden', /the proxy http:\/\/127\.0\.0\.1:\d+ does not allow this host/),
  },
  { name: 'a proxy that cannot reach the host, once', faults: tunnel({ kind: 'proxy', status: 502 }, { times: 1 }), ...arrives },
  {
    name: 'a proxy that cannot reach the host, always',
    faults: tunnel({ kind: 'proxy', status: 502 }),
    ...unknown('unreachable', /did not connect \(502\)/),
  },
  { name: 'a proxy that finds no such name', faults: tunnel({ kind: 'dns' }), ...unknown('unreachable', /did not connect/) },
  {
    name: 'a proxy that never answers',
    faults: tunnel({ kind: 'hang' }),
    limits: ['--connect-timeout', '0.7', '--header-timeout', '0.7', '--retries', '1'],
    ...unknown('timeout', /in time/),
  },
  {
    name: 'a proxy that wants another password',
    env: (fake) => ({ https_proxy: fake.proxyUrl.replace(secrets.proxy, 'wr0ng'), HTTPS_PROXY: undefined }),
    ...unknown('unauthorized', /asks for credentials \(407\)/),
  },
  {
    name: 'a proxy that wants another password, for what needs no tunnel',
    argv: ['hash', 'http://files.example/a'],
    world: (world) => void (world.files['http://files.example/a'] = new Uint8Array([1])),
    env: (fake) => ({ http_proxy: fake.proxyUrl.replace(secrets.proxy, 'wr0ng'), HTTP_PROXY: undefined }),
    ...unknown('unauthorized', /the proxy http:\/\/127\.0\.0\.1:\d+ asks for credentials \(407\)/),
  },
  {
    name: 'a proxy that wants a password alone',
    world: (world) => void (world.proxyCredentials = `:${secrets.proxy}`),
    env: (fake) => ({ https_proxy: fake.proxyUrl.replace('who:', ':'), HTTPS_PROXY: undefined }),
    ...arrives,
  },
  {
    name: 'a proxy that is not there',
    env: () => ({ https_proxy: `http://who:${secrets.proxy}@127.0.0.1:9`, HTTPS_PROXY: undefined }),
    ...unknown('unreachable', /the proxy http:\/\/127\.0\.0\.1:9 refused the connection/),
  },
  {
    name: 'a name that nobody knows',
    argv: ['hash', `https://me:${secrets.netrc}@no-such-host.invalid/x`],
    limits: ['--retries', '0'],
    env: () => ({ HTTPS_PROXY: undefined, https_proxy: undefined }),
    ...unknown('unreachable', /name no-such-host\.invalid/),
  },
  {
    name: 'an authority file that is not there',
    env: () => ({ SSL_CERT_FILE: '/nowhere/ca.pem' }),
    file: 'old',
    code: 2,
    reason: 'bad-config',
    says: /SSL_CERT_FILE names \/nowhere\/ca\.pem/,
  },
]

const mirrors: readonly Row[] = [
  {
    name: 'a mirror has the assets',
    world: (world) => void Object.assign(world.files, mirrorFiles),
    limits: [...shortLimits, ...mirror],
    ...arrives,
    also: (ran) => {
      expect(new Set(ran.requests.map(({ host }) => host))).toEqual(new Set(['api.github.com', 'mirror.example']))
      expect(ran.requests.filter(({ host, headers }) => host === 'mirror.example' && headers['authorization'] !== undefined)).toEqual([])
    },
  },
  {
    name: 'a mirror of pinhash.json has the assets',
    world: (world) => void Object.assign(world.files, mirrorFiles),
    files: { 'pinhash.json': '{ "mirrors": { "https://github.com/": "https://mirror.example/gh/" } }\n' },
    ...arrives,
    also: (ran) => expect(ran.requests.some(({ host }) => host === 'github.com')).toBe(false),
  },
  {
    name: 'a mirror has other bytes',
    world: (world) =>
      void Object.assign(
        world.files,
        mirrorFiles,
        Object.fromEntries(Object.keys(mirrorFiles).map((url) => [url, { generate: size, seed: 'not these' }])),
      ),
    limits: [...shortLimits, ...mirror],
    file: 'old',
    code: 1,
    reason: 'evidence-disagrees',
  },
  {
    name: 'a mirror is down',
    world: (world) => void Object.assign(world.files, mirrorFiles),
    faults: () => [{ host: 'mirror.example', fault: status(503) }],
    limits: ['--retries', '0', ...mirror],
    ...unknown(
      'server-error',
      /https:\/\/github\.com\/cue-lang\/\S+ \(by way of its mirror https:\/\/mirror\.example\/gh\/cue-lang\/\S+\) was answered with status 503/,
    ),
  },
  {
    name: 'a mirror of the API is never given the token',
    world: (world) =>
      void (world.files['https://mirror.example/api/repos/cue-lang/cue/releases?per_page=100'] = new TextEncoder().encode('[]')),
    limits: [...shortLimits, '--mirror', 'https://api.github.com=https://mirror.example/api'],
    file: 'old',
    code: 0,
    also: (ran) =>
      expect(ran.requests.map(({ host, headers }) => [host, headers['authorization']])).toEqual([['mirror.example', undefined]]),
  },
]

const others: readonly Row[] = [
  {
    name: 'a host of netrc redirects to another',
    argv: ['hash', 'https://files.example/a'],
    world: (world) =>
      void Object.assign(world.files, { 'https://files.example/a': new Uint8Array([1]), 'https://other.example/a': new Uint8Array([2]) }),
    faults: () => [{ host: 'files.example', fault: { kind: 'redirect', to: 'https://other.example/a' } }],
    file: 'old',
    code: 0,
    also: (ran) => expect(ran.requests.map(({ headers }) => headers['authorization']?.split(' ')[0])).toEqual(['Basic', undefined]),
  },
  {
    name: 'a netrc file that is named and not there',
    env: () => ({ NETRC: '/nowhere/netrc' }),
    file: 'old',
    code: 2,
    reason: 'bad-config',
    says: /NETRC names \/nowhere\/netrc/,
  },
  {
    name: 'a checksum file that cannot be had',
    world: (world) => void world.repositories[0]!.releases[0]!.assets.push(checksums(world.repositories[0]!.releases[0]!.assets)),
    faults: () => [{ asset: 'checksums.txt', fault: status(500) }],
    ...arrives,
    says: /checksums\.txt could not be read/,
  },
  {
    name: 'a checksum file that disagrees',
    world: (world) =>
      void world.repositories[0]!.releases[0]!.assets.push(
        checksums(world.repositories[0]!.releases[0]!.assets, { wrong: { [linux]: '0'.repeat(64) } }),
      ),
    file: 'old',
    code: 1,
    reason: 'evidence-disagrees',
  },
  {
    name: 'a checksum file whose one sum agrees and whose other does not',
    world: (world) => {
      const { assets } = world.repositories[0]!.releases[0]!
      const other = checksums(assets, { algorithm: 'sha512', wrong: { [linux]: '0'.repeat(128) } })
      assets.push(asset('checksums.txt', Buffer.concat([wholeOf(checksums(assets).bytes), wholeOf(other.bytes)])))
    },
    file: 'old',
    code: 1,
    reason: 'evidence-disagrees',
  },
  {
    name: 'a checksum file that nobody understands',
    world: (world) => void world.repositories[0]!.releases[0]!.assets.push(asset('checksums.txt', `${linux}: see above\n`)),
    ...arrives,
    says: /not checked: checksums\.txt[^]*checksums\.txt says nothing of cue_linux_amd64\.tar\.gz that is understood/,
  },
  {
    name: 'a digest of a kind that nobody knows',
    world: (world) => void (world.repositories[0]!.releases[0]!.assets[0]!.digest = `sha3:${'0'.repeat(64)}`),
    ...arrives,
    says: /not checked: digest/,
  },
  {
    name: 'an asset whose upload broke',
    world: (world) => void (world.repositories[0]!.releases[0]!.assets[0]!.state = 'starter'),
    file: 'old',
    code: 1,
    reason: 'broken-asset',
  },
  {
    name: 'an asset is empty',
    world: (world) => void (world.repositories[0]!.releases[0]!.assets[0] = asset(linux, new Uint8Array())),
    file: 'old',
    code: 1,
    reason: 'broken-asset',
  },
  {
    name: 'the digest of the release is of other bytes',
    world: (world) =>
      void (world.repositories[0]!.releases[0]!.assets[0] = asset(linux, wholeOf(bytesOf('v1.1.0', linux)), {
        digest: `sha256:${'1'.repeat(64)}`,
      })),
    file: 'old',
    code: 1,
    reason: 'evidence-disagrees',
  },
]

/** All of them. */
export const rows: readonly Row[] = [...bodies, ...statuses, ...redirects, ...ways, ...apiRows, ...mirrors, ...others]
