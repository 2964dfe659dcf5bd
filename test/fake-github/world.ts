// Everything the fake GitHub knows, as data: repositories, releases, tokens, quotas, faults and the network's shape.
import { type Bytes, hexDigest } from './bytes.ts'
import type { Rule } from './faults.ts'

/** The hosts of one GitHub: the public one or an enterprise server. */
export interface Server {
  /** Host of the web server; names the server everywhere else. */
  readonly web: string
  readonly api: string
  /** What API paths begin with: empty, or `/api/v3`. */
  readonly apiPrefix: string
  /** Host that release downloads are redirected to. */
  readonly store: string
  readonly codeload: string
}

/** Requests per hour. `null` in place of a quota means that there is no limit. */
export interface Quota {
  limit: number
  remaining: number
  /** Seconds since the epoch. */
  reset: number
  /** What the API answers when nothing remains; 403 unless said otherwise. */
  refusal?: 403 | 429
}

export interface Token {
  /** Web host of the server that issued it; elsewhere it is a bad credential. `github.com` unless said otherwise. */
  server?: string
  /** Private repositories it may see, `org/name`. */
  sees?: 'all' | readonly string[]
  /** Repositories whose drafts it is shown. */
  pushes?: readonly string[]
  quota?: Quota | null
}

export interface FakeAsset {
  name: string
  bytes: Bytes
  /** `uploaded`; `open` and `starter` are broken uploads that nobody can download. */
  state: string
  /** `computed` from the bytes; a string or null is sent as it is; `absent` leaves the field out, as old servers do. */
  digest: string | null
  /** What the API says the size is; null means the bytes' own. */
  size: number | null
  contentType: string
  /** ISO 8601. */
  createdAt: string
  updatedAt: string
}

export interface FakeRelease {
  tag: string
  /** What people call it, and what they say about it. */
  title?: string
  notes?: string
  draft: boolean
  prerelease: boolean
  immutable: boolean
  /** ISO 8601: the commit's date, which decides the order of releases and which one is the latest. */
  createdAt: string
  /** ISO 8601; null for drafts. */
  publishedAt: string | null
  /** Overrides the choice of the latest release. */
  makeLatest: boolean
  assets: FakeAsset[]
}

export interface FakeRepository {
  /** Web host of its server; `github.com` unless said otherwise. */
  server?: string
  org: string
  name: string
  private?: boolean
  /** Earlier `org/name`s: requests for them are redirected. */
  formerly?: readonly string[]
  releases: FakeRelease[]
  /** Source archives by tag, as codeload serves them. */
  archives?: Record<string, Bytes>
  /** Tags besides those of published releases and of `archives`. */
  tags?: readonly string[]
  attestations?: FakeAttestation[]
}

export interface FakeAttestation {
  /** sha256 of the bytes it is listed for, lower-case hexadecimal. */
  digest: string
  /** The bundle, any JSON. */
  bundle: unknown
  /** In the list itself, or at an address: as a snappy block (what GitHub does, and unless said otherwise), in snappy's frames, or as plain JSON. */
  how?: 'inline' | 'block' | 'frames' | 'json'
  /** Sent as the address in place of the true one. */
  address?: string
}

export interface Network {
  /** Milliseconds added to every tunnel's opening and to every request. */
  latency: number
  /** Of each connection; null means as fast as it goes. */
  bytesPerSecond: number | null
}

export interface World {
  repositories: FakeRepository[]
  tokens: Record<string, Token>
  /** Of requests without a token. */
  quota: Quota | null
  servers: Server[]
  /** Other addresses, `http:` or `https:` on any host, and what a GET of them gives. */
  files: Record<string, Bytes>
  faults: Rule[]
  network: Network
  /** How the API hands out an asset's bytes. */
  assetAnswer: 'redirect' | 'bytes'
  /** How long a signed download address is good for. */
  signatureSeconds: number
  /** `user:password` that the proxy asks for; null means that it asks nothing. */
  proxyCredentials: string | null
}

export const publicServer: Server = {
  web: 'github.com',
  api: 'api.github.com',
  apiPrefix: '',
  store: 'release-assets.githubusercontent.com',
  codeload: 'codeload.github.com',
}

/** An enterprise server: its API is a path of its web host, and by default it limits nothing. */
export function enterpriseServer(web: string): Server {
  return { web, api: web, apiPrefix: '/api/v3', store: `media.${web}`, codeload: `codeload.${web}` }
}

/** A world with github.com in it and nothing else but what is given. */
export function createWorld(given: Partial<World> = {}): World {
  return {
    repositories: [],
    tokens: {},
    quota: createQuota(60),
    servers: [publicServer],
    files: {},
    faults: [],
    network: { latency: 0, bytesPerSecond: null },
    assetAnswer: 'redirect',
    signatureSeconds: 300,
    proxyCredentials: null,
    ...given,
  }
}

/** A fresh quota; `reset` is seconds since the epoch, far away unless given. */
export function createQuota(limit: number, more: Partial<Quota> = {}): Quota {
  return { limit, remaining: limit, reset: 4_000_000_000, ...more }
}

/** A healthy, published asset save what `more` says. A string is its UTF-8 text. */
export function asset(name: string, bytes: Bytes | string, more: Partial<FakeAsset> = {}): FakeAsset {
  return {
    name,
    bytes: typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes,
    state: 'uploaded',
    digest: 'computed',
    size: null,
    contentType: 'application/octet-stream',
    createdAt: '2025-07-01T10:00:00Z',
    updatedAt: '2025-07-01T10:00:05Z',
    ...more,
  }
}

/** A published release save what is said. */
export function release(given: Partial<FakeRelease> & { tag: string }): FakeRelease {
  return {
    draft: false,
    prerelease: false,
    immutable: false,
    createdAt: '2025-07-01T09:00:00Z',
    publishedAt: given.draft === true ? null : '2025-07-01T10:01:00Z',
    makeLatest: false,
    assets: [],
    ...given,
  }
}

export interface ChecksumOptions {
  /** `checksums.txt` unless said otherwise. */
  name?: string
  algorithm?: 'sha256' | 'sha512'
  /** How a line is written: `hash  name`, `hash *name`, `hash  ./name`, `SHA256 (name) = hash`, or the hash alone. */
  style?: 'plain' | 'star' | 'dot' | 'bsd' | 'bare'
  /** Hex digests to state in place of the true ones, by asset name. */
  wrong?: Readonly<Record<string, string>>
}

/** A checksum file over the given assets. */
export function checksums(assets: readonly FakeAsset[], options: ChecksumOptions = {}): FakeAsset {
  const { algorithm = 'sha256', style = 'plain' } = options
  const lines = assets.map(({ name, bytes }) => {
    const hex = options.wrong?.[name] ?? hexDigest(bytes, algorithm)
    switch (style) {
      case 'plain':
        return `${hex}  ${name}\n`
      case 'star':
        return `${hex} *${name}\n`
      case 'dot':
        return `${hex}  ./${name}\n`
      case 'bsd':
        return `${algorithm.toUpperCase()} (${name}) = ${hex}\n`
      case 'bare':
        return `${hex}\n`
    }
  })
  return asset(options.name ?? 'checksums.txt', lines.join(''), { contentType: 'text/plain' })
}
