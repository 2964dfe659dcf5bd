// What the files fetch → pins, and the fetches that are seen but not managed.
import type { Repository } from '../core/release.ts'
import { compareText } from '../core/natural-order.ts'
import type { Place } from '../core/span.ts'
import type { Run, Text } from '../nix/evaluate/value.ts'
import { feeding } from '../nix/evaluate/text.ts'
import type { Document } from '../nix/syntax.ts'
import { digitRuns, isWholeLiteral, versionFile, versionLiterals, versionOrCommit, versionText } from './fetch-version.ts'
import type { Pin, PinFetch } from './pin.ts'
import { namedSystem } from './named-system.ts'
import { archived, pinName } from './pin-name.ts'
import type { Root } from './roots.ts'
import { bareVersion } from './tag.ts'

/** A fetch that is seen but not managed. */
export interface SeenFetch {
  readonly place: Place
  readonly fetcher: string
  readonly reason: string
  /** What it says of where it fetches from, under any system; empty where it has no hash that could go stale. */
  readonly source: readonly Text[]
}

export interface Discovery {
  /** By file, then in document order. */
  readonly pins: readonly Pin[]
  readonly unmanaged: readonly SeenFetch[]
}

/** Groups what all roots fetch into pins. A fetch that several roots make is one fetch; one whose hash stands in a `foreign` file is somebody else's. */
export function discover(
  roots: readonly Root[],
  foreign: (file: string) => boolean = () => false,
  document: (file: string) => Document | null = () => null,
): Discovery {
  const fetches = new Map<string, PinFetch>()
  const managed = new Set<string>()
  for (const root of roots)
    for (const fetch of root.fetches) {
      if (fetch.hashes.some(({ value }) => value.runs.some((run) => foreign(run.origin.file)))) {
        managed.add(placeKey(fetch.place))
        continue
      }
      const key = sightKey(fetch)
      const known = fetches.get(key)
      if (known === undefined || (known.pname === null && fetch.pname !== null)) fetches.set(key, fetch)
      managed.add(placeKey(fetch.place))
    }
  const lent = lentFetches([...fetches.values()], document)
  const pins = grouped([...fetches.values()])
    .map((group) => pinOf(group, lent))
    .sort((a, b) => comparePlaces(a.place, b.place))
  return { pins, unmanaged: unmanagedOf(roots, managed) }
}

/** Puts together what has any key in common. */
function grouped(fetches: readonly PinFetch[]): PinFetch[][] {
  const groups = new Map<string, PinFetch[]>()
  for (const fetch of fetches) {
    const keys = versionKeys(fetch)
    const joined = [...new Set(keys.flatMap((key): PinFetch[][] => (groups.has(key) ? [groups.get(key)!] : [])))]
    const group = joined[0] ?? []
    group.push(fetch)
    for (const key of keys) groups.set(key, group)
    for (const other of joined.slice(1)) {
      group.push(...other)
      for (const [key, each] of groups) if (each === other) groups.set(key, group)
    }
  }
  return [...new Set(groups.values())]
}

const placeKey = (place: Place): string => `${place.file}:${place.start}`

const comparePlaces = (a: Place, b: Place): number => compareText(a.file, b.file) || a.start - b.start || a.end - b.end

/** Two sightings of one fetch have the same key: the same URLs with the same tag literals, and the same hash literals. */
export function sightKey(fetch: PinFetch): string {
  const literals = fetch.hashes.map(({ value }) => `${value.text}@${literalsOf(value.runs)}`)
  const [url] = fetch.urls
  const span = fetch.release?.tagSpan ?? null
  const tag = url === undefined || span === null ? '' : literalsOf(feeding(url, { start: span[0], end: span[1] }))
  return [fetch.system, fetch.urls.map(({ text }) => text).join(' ') || placeKey(fetch.place), tag, ...literals].join('|')
}

const literalsOf = (runs: readonly Run[]): string => runs.map((run) => `${run.origin.file}:${run.from}`).join('+')

/** Fetches with a key in common are one pin: the literals their version comes from, or where it is spelled out in the URLs, that text for one package of one file. */
function versionKeys(fetch: PinFetch): string[] {
  const { builder, release } = fetch
  if (builder !== null) return [`literal ${originsOf(builder.version.runs) || placeKey(fetch.place)}`]
  const version = versionOrCommit(fetch)
  if (version === null) return [`place ${placeKey(fetch.place)} ${fetch.pname?.text ?? ''}`]
  const literals = versionLiterals(fetch)
  const own = digitRuns(version)
  const keys = literals.length === 0 ? [] : [`literal ${originsOf(literals)}`]
  if (own.length > 0 && own.every(isWholeLiteral)) return keys
  const who =
    release === null
      ? (fetch.pname?.text ?? placeKey(fetch.place))
      : `${release.repository.server}/${release.repository.org}/${release.repository.name}`
  return [...keys, `text ${versionFile(fetch)} ${who} ${bareVersion(version.text).version}`]
}

const originsOf = (runs: readonly Run[]): string =>
  [...new Set(runs.map((run) => `${run.origin.file}:${run.origin.start}`))].sort().join('+')

/** Fetches of a system whose hash stands under another system's name, in a map that does not name this one, and that the other system fetches, too. */
function lentFetches(fetches: readonly PinFetch[], document: (file: string) => Document | null): ReadonlySet<PinFetch> {
  const seen = new Set(fetches.map((fetch) => `${fetch.system} ${placeKey(hashPlace(fetch))}`))
  return new Set(
    fetches.filter((fetch) => {
      const place = hashPlace(fetch)
      const source = place.file.endsWith('.nix') ? document(place.file) : null
      const named = source === null ? null : namedSystem(source, place.start)
      return (
        named !== null &&
        named.system !== fetch.system &&
        !named.systems.has(fetch.system) &&
        seen.has(`${named.system} ${placeKey(place)}`)
      )
    }),
  )
}

function pinOf(unsorted: readonly PinFetch[], lent: ReadonlySet<PinFetch>): Pin {
  const all = [...unsorted].sort((a, b) => compareText(a.system, b.system) || comparePlaces(hashPlace(a), hashPlace(b)))
  const borrowed = all.filter((fetch) => lent.has(fetch))
  const fetches = borrowed.length === all.length ? all : all.filter((fetch) => !lent.has(fetch))
  const main = fetches.find((fetch) => fetch.release?.kind === 'asset') ?? fetches.find((fetch) => fetch.release !== null) ?? fetches[0]!
  const repository = repositoryOf(main)
  const tag = tagOf(main)
  const name = pinName(fetches, main, repository, tag)
  const named = repository ?? archived(main)
  const aliases = named === null ? [] : [`${named.org}/${named.name}`, named.name]
  return {
    name,
    aliases: aliases.filter((alias) => alias !== name),
    place: placeOf(fetches),
    repository,
    tag,
    fetches,
    borrowed: fetches === all ? [] : borrowed,
  }
}

function repositoryOf(fetch: PinFetch): Repository | null {
  if (fetch.builder !== null) return { server: 'github.com', org: fetch.builder.org.text, name: fetch.builder.name.text }
  return fetch.release?.repository ?? null
}

function tagOf(fetch: PinFetch): string | null {
  if (fetch.builder !== null) return fetch.builder.version.text
  if (fetch.release !== null) return fetch.release.tag
  return versionText(fetch)?.text ?? null
}

function hashPlace(fetch: PinFetch): Place {
  const run = fetch.hashes[0]?.value.runs[0]
  return run === undefined ? fetch.place : { file: run.origin.file, start: run.origin.start, end: run.origin.end }
}

/** Where the version stands first, in a literal of its own rather than inside a URL; else the first fetch. */
function placeOf(fetches: readonly PinFetch[]): Place {
  const runs = fetches.flatMap((fetch) => {
    const version = versionOrCommit(fetch)
    return version === null ? [] : digitRuns(version).filter((run) => run.origin.form !== 'name')
  })
  const whole = runs.filter(isWholeLiteral)
  const places = (whole.length > 0 ? whole : runs).map(({ origin, from, to }): Place => ({ file: origin.file, start: from, end: to }))
  return [...(places.length > 0 ? places : fetches.map((fetch) => fetch.place))].sort(comparePlaces)[0]!
}

/** Fetches that no root could read in full. A place that throws under one system is that system's absence, not a fetch. */
function unmanagedOf(roots: readonly Root[], managed: ReadonlySet<string>): SeenFetch[] {
  const seen = new Map<string, SeenFetch & { failed: boolean }>()
  for (const root of roots)
    for (const { place, fetcher, reason, failed, source } of root.unmanaged) {
      const key = placeKey(place)
      if (managed.has(key)) continue
      const known = seen.get(key)
      const all = [...(known?.source ?? []), ...source]
      seen.set(
        key,
        known !== undefined && (!known.failed || failed) ? { ...known, source: all } : { place, fetcher, reason, failed, source: all },
      )
    }
  return [...seen.values()].map(({ failed: _, ...fetch }) => fetch).sort((a, b) => comparePlaces(a.place, b.place))
}
