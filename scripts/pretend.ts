// Pins → a world in which every one of them has a release one version up, and every address has bytes whose digest follows from the address.
import { createHash } from 'node:crypto'
import type { Algorithm, Digest } from '../src/core/digest.ts'
import { NetworkError } from '../src/core/errors.ts'
import type { Asset, Release, Repository } from '../src/core/release.ts'
import { readHash } from '../src/pin/hash-edits.ts'
import type { Pin, PinFetch } from '../src/pin/pin.ts'
import { bareVersion } from '../src/pin/tag.ts'
import { commitOf } from '../src/pin/version-edits.ts'
import type { Found } from '../src/workflow/found.ts'
import type { Context } from '../src/workflow/context.ts'
import { type Digested, Digests, type Wish } from '../src/workflow/digests.ts'
import type { Change, Downloads, Files, Forge } from '../src/workflow/ports.ts'
import { type Tools, toolsFor } from '../src/workflow/tools.ts'

/** The digest of what an address pretends to serve, or of the tree it unpacks to. */
export function pretendDigest(url: string, algorithm: Algorithm, unpacked = false): Digest {
  return {
    algorithm,
    bytes: createHash(algorithm)
      .update(`${unpacked ? 'the tree' : 'the bytes'} at ${url}`)
      .digest(),
  }
}

/** The tag with its last number one higher: `v1.2.3-rc1` → `v1.2.4-rc1`; of a day the next day; null where it has no number. */
export function nextTag(tag: string): string | null {
  const { prefix, version } = bareVersion(tag)
  const day = /^((?:19|20)\d\d)([-_]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)/.exec(version)
  if (day !== null) {
    const [text, year, separator = '', month, date] = day
    const next = new Date(Date.UTC(Number(year), Number(month) - 1, Number(date) + 1)).toISOString().slice(0, 10)
    return prefix + next.replaceAll('-', separator) + version.slice(text.length)
  }
  const core = /^\d+(?:[._]\d+)*/.exec(version)?.[0]
  if (core === undefined) return null
  const last = /\d+$/.exec(core)!
  return prefix + core.slice(0, last.index) + String(BigInt(last[0]) + 1n).padStart(last[0].length, '0') + version.slice(core.length)
}

/** What a pin is pretended to go to: the next tag, or another commit; or why there is nothing. */
export function nextOf(pin: Pin): { readonly tag: string } | { readonly none: string } {
  if (pin.tag !== null) {
    const tag = nextTag(pin.tag)
    return tag === null ? { none: `${pin.tag} is a fixed name` } : { tag }
  }
  const commit = commitOf(pin)
  if (commit !== null) return { tag: createHash('sha1').update(commit).digest('hex') }
  const url = pin.fetches[0]?.urls[0]?.text ?? ''
  return { none: /\/latest\//.test(url) ? `${url} is whatever is the latest` : `${url || pin.name} names no version` }
}

class PretendDigests extends Digests {
  override of({ url, algorithms, tree }: Wish): Promise<Digested> {
    const all = (names: readonly Algorithm[], unpacked: boolean): Map<Algorithm, Digest> =>
      new Map(names.map((name) => [name, pretendDigest(url, name, unpacked)]))
    return Promise.resolve({
      size: 1,
      digests: all(algorithms, false),
      tree: tree === null ? null : { digests: all(tree.algorithms, true), remarks: { notOnMacOS: null, substituted: null } },
    })
  }
}

const unreachable = (what: string): NetworkError => new NetworkError('unreachable', `${what} is not asked while pretending`)

/** Knows releases of the repositories given; cannot be reached for the rest, so that public URLs are all there is. */
export function pretendForge(releases: ReadonlyMap<string, readonly Release[]>): Forge {
  const of = ({ org, name }: Repository): readonly Release[] => {
    const known = releases.get(`${org}/${name}`)
    if (known === undefined) throw unreachable(`${org}/${name}`)
    return known
  }
  return {
    release: async (repository, tag) => {
      const found = of(repository).find((release) => release.tag === tag)
      if (found === undefined) throw unreachable(`${repository.org}/${repository.name} ${tag}`)
      return Promise.resolve(found)
    },
    releases: async function* (repository) {
      yield await Promise.resolve(of(repository))
    },
    tags: async function* (repository) {
      yield await Promise.resolve(of(repository).map((release) => release.tag))
    },
  }
}

/** A release with assets of these names; their digests are those of the bytes pretended, or those given. */
export function pretendRelease(
  { server, org, name }: Repository,
  tag: string,
  assets: readonly (string | readonly [name: string, digest: Digest])[],
): Release {
  const assetOf = (given: string | readonly [string, Digest]): Asset => {
    const asset = typeof given === 'string' ? given : given[0]
    const url = `https://${server}/${org}/${name}/releases/download/${tag}/${asset}`
    const digest = typeof given === 'string' ? pretendDigest(url, 'sha256') : given[1]
    return { name: asset, url, apiUrl: `https://api.${server}/assets/${asset}`, state: 'uploaded', size: 1, digest, updatedAt: null }
  }
  return { tag, draft: false, prerelease: false, immutable: false, publishedAt: '2026-01-01T00:00:00Z', assets: assets.map(assetOf) }
}

/** Releases, today's and the next, for pins whose builder cannot be read: which asset is whose is known by today's digests. */
export function builderReleases(pins: readonly Pin[]): Map<string, Release[]> {
  const known = new Map<string, Release[]>()
  for (const { repository, tag, fetches } of pins) {
    const next = tag === null ? null : nextTag(tag)
    if (repository === null || tag === null || next === null || fetches.every((fetch) => fetch.builder === null)) continue
    // Systems that share a hash share its asset.
    const lenderOf = ({ hashes }: PinFetch): PinFetch => fetches.find((each) => each.hashes[0]?.value.text === hashes[0]?.value.text)!
    const names = fetches.map((fetch) => `${repository.name}_${bareVersion(tag).version}_${lenderOf(fetch).system}.tar.gz`)
    const held = fetches.flatMap((fetch, i): (readonly [string, Digest])[] => {
      const read = readHash(fetch.hashes[0]!)
      return read.kind === 'digest' ? [[names[i]!, read.digest]] : []
    })
    const renamed = [...new Set(names)].map((name) => name.replace(bareVersion(tag).version, bareVersion(next).version))
    known.set(`${repository.org}/${repository.name}`, [
      pretendRelease(repository, tag, [...new Map(held)]),
      pretendRelease(repository, next, renamed),
    ])
  }
  return known
}

/** Files that are read as they are and written only to `written`. */
export function withoutWriting(files: Files): { readonly files: Files; readonly written: Map<string, string> } {
  const written = new Map<string, string>()
  const write = (changes: readonly Change[]): Promise<void> => {
    for (const { path, after } of changes) if (after !== null) written.set(path, after)
    return Promise.resolve()
  }
  return { files: { ...files, write }, written }
}

/** What the workflows need, with nothing behind it. */
export function pretendContext(files: Files, forge: Forge): Context {
  const downloads: Downloads = {
    digest: (url) => Promise.reject(unreachable(url)),
    text: (url) => Promise.reject(unreachable(url)),
  }
  const ignore = (): void => undefined
  return {
    files,
    forge,
    downloads,
    progress: { begin: ignore, advance: ignore, end: ignore },
    jobs: 8,
    signal: new AbortController().signal,
    now: () => Date.parse('2026-06-01T00:00:00Z'),
  }
}

/** Tools whose digests are pretended. */
export function pretendTools(context: Context, found: Found): Tools {
  return { ...toolsFor(context, found), digests: new PretendDigests(context) }
}
