// A pin: the fetches that share one version. Data only.
import type { Repository } from '../core/release.ts'
import type { ReleaseUrl } from '../core/release-url.ts'
import type { Place } from '../core/span.ts'
import type { System } from '../core/system.ts'
import type { Fetch, FetchHash } from '../nix/evaluate/fetchers.ts'
import type { Text } from '../nix/evaluate/value.ts'

/** One fetch of one system as discovery keeps it: a fetcher's call, or a call of a builder that cannot be read. */
export interface PinFetch {
  readonly system: System
  readonly fetcher: string
  /** The call. */
  readonly place: Place
  /** In the order of trying; empty for a builder that cannot be read. */
  readonly urls: readonly Text[]
  /** What the first URL says of a release. */
  readonly release: ReleaseUrl | null
  readonly hashes: readonly FetchHash[]
  readonly mode: Fetch['mode']
  readonly tree: Fetch['tree']
  readonly stripRoot: boolean
  readonly pname: Text | null
  readonly version: Text | null
  /** For a builder that cannot be read: the repository it names. */
  readonly builder: { readonly org: Text; readonly name: Text; readonly version: Text } | null
}

export interface Pin {
  readonly name: string
  /** Every word that means this pin besides its name: `org/name`, the repository's name. */
  readonly aliases: readonly string[]
  /** Where its version stands, else its first fetch. */
  readonly place: Place
  readonly repository: Repository | null
  /** The tag it is at, or the version where it is on no forge; null where it has none (`latest`, a commit). */
  readonly tag: string | null
  /** By system, then in document order. */
  readonly fetches: readonly PinFetch[]
  /** The same fetches seen under systems without one of their own, to which a map lends another system's. */
  readonly borrowed: readonly PinFetch[]
}

/** The pin's own fetch that a borrowed one is; null for one that is nobody's. */
export const lenderOf = (pin: Pin, borrowed: PinFetch): PinFetch | null =>
  pin.fetches.find((fetch) => sameLiterals(fetch, borrowed) && fetch.urls[0]?.text === borrowed.urls[0]?.text) ?? null

const sameLiterals = (a: PinFetch, b: PinFetch): boolean => {
  const literals = ({ hashes }: PinFetch): string =>
    hashes.map(({ value }) => value.runs.map((run) => `${run.origin.file}:${run.from}`).join('+')).join()
  return literals(a) === literals(b)
}

/** Whether all that is fetched are source archives of tags. */
export const isArchives = (pin: Pin): boolean => pin.fetches.every((fetch) => fetch.release?.kind === 'archive')

/** Where a hash's literal stands; the call where it has none. */
export function hashPlace({ value }: FetchHash, fetch: PinFetch): Place {
  const run = value.runs[0]
  return run === undefined ? fetch.place : { file: run.origin.file, start: run.from, end: run.to }
}

/** The files a pin's literals stand in, its own file first. */
export function filesOf(pin: Pin): string[] {
  const files = new Set([pin.place.file])
  for (const fetch of pin.fetches) for (const hash of fetch.hashes) for (const run of hash.value.runs) files.add(run.origin.file)
  return [...files]
}
