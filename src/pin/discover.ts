// What the files fetch → pins, and the fetches that are seen but not managed.
import type { Repository } from '../core/release.ts'
import { compareText } from '../core/natural-order.ts'
import type { Place } from '../core/span.ts'
import { type Run, type Text } from '../nix/evaluate/value.ts'
import { feeding } from '../nix/evaluate/text.ts'
import type { Pin, PinFetch } from './pin.ts'
import type { Root } from './roots.ts'
import { bareVersion } from './tag.ts'

/** A fetch that is seen but not managed. */
export interface SeenFetch {
  readonly place: Place
  readonly fetcher: string
  readonly reason: string
}

export interface Discovery {
  /** By file, then in document order. */
  readonly pins: readonly Pin[]
  readonly unmanaged: readonly SeenFetch[]
}

/** Groups what all roots fetch into pins. A fetch that several roots make is one fetch; one whose hash stands in a `foreign` file is somebody else's. */
export function discover(roots: readonly Root[], foreign: (file: string) => boolean = () => false): Discovery {
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
  const groups = new Map<string, PinFetch[]>()
  for (const fetch of fetches.values()) {
    const key = versionKey(fetch)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [fetch])
    else group.push(fetch)
  }
  const pins = [...groups.values()].map(pinOf).sort((a, b) => comparePlaces(a.place, b.place))
  return { pins, unmanaged: unmanagedOf(roots, managed) }
}

const placeKey = (place: Place): string => `${place.file}:${place.start}`

const comparePlaces = (a: Place, b: Place): number => compareText(a.file, b.file) || a.start - b.start || a.end - b.end

/** Two sightings of one fetch have the same key. */
export function sightKey(fetch: PinFetch): string {
  const literals = fetch.hashes.map(({ value }) => `${value.text}@${value.runs.map((run) => `${run.origin.file}:${run.from}`).join('+')}`)
  return [fetch.system, fetch.urls.map((url) => url.text).join(' ') || placeKey(fetch.place), ...literals].join('|')
}

/** The fetches of one pin have the same key: the literals their tag comes from, or the tag itself where it stands in the URLs. */
function versionKey(fetch: PinFetch): string {
  const { builder } = fetch
  if (builder !== null) return `literal ${originsOf(builder.version.runs) || placeKey(fetch.place)}`
  const version = versionText(fetch)
  if (version !== null) {
    const digits = digitRuns(version)
    const whole = digits.length > 0 && digits.every(isWholeLiteral)
    if (whole) return `literal ${originsOf(digits)}`
    const { release } = fetch
    const name = release === null ? (fetch.pname?.text ?? fetch.urls[0]!.text) : `${release.repository.server}/${release.repository.org}/${release.repository.name}`
    return `text ${fetch.place.file} ${name} ${version.text}`
  }
  return `place ${placeKey(fetch.place)} ${fetch.pname?.text ?? ''}`
}

/** The piece of the URL that is the version: the tag's segment, or where the package's own version occurs. */
export function versionText(fetch: PinFetch): Text | null {
  const [url] = fetch.urls
  if (url === undefined) return fetch.builder?.version ?? null
  const span = fetch.release?.tagSpan ?? null
  if (span !== null) return cut(url, span[0], span[1])
  if (fetch.release !== null) return null
  const version = fetch.version?.text ?? ''
  if (!/\d/.test(version)) return null
  const at = url.text.indexOf(version)
  return at < 0 ? null : cut(url, at, at + version.length)
}

const cut = (value: Text, start: number, end: number): Text => ({
  kind: 'string',
  text: value.text.slice(start, end),
  runs: feeding(value, { start, end }).map((run) => ({ ...run, start: run.start - start, end: run.end - start })),
})

/** The runs that bring a digit: a constant `v` or `name-` before the version is not part of it. */
function digitRuns(value: Text): Run[] {
  const runs = value.runs.filter((run) => /\d/.test(value.text.slice(Math.max(0, run.start), run.end)))
  return runs.length > 0 ? runs : [...value.runs]
}

/** Whether the run's literal holds nothing but (a part of) the version: it does not stand inside a URL. */
const isWholeLiteral = (run: Run): boolean => {
  const { origin } = run
  return origin.form === 'file' || (run.from - origin.start <= 2 && origin.end - run.to <= 2)
}

const originsOf = (runs: readonly Run[]): string => [...new Set(runs.map((run) => `${run.origin.file}:${run.origin.start}`))].sort().join('+')

function pinOf(unsorted: readonly PinFetch[]): Pin {
  const fetches = [...unsorted].sort((a, b) => compareText(a.system, b.system) || comparePlaces(hashPlace(a), hashPlace(b)))
  const first = fetches.find((fetch) => fetch.release !== null) ?? fetches[0]!
  const repository = repositoryOf(first)
  const tag = tagOf(first)
  const pname = fetches.find((fetch) => fetch.pname !== null)?.pname?.text ?? null
  const name = (pname === null ? null : packageName(pname, tag)) ?? repository?.name ?? lastSegment(first)
  const aliases = repository === null ? [] : [`${repository.org}/${repository.name}`, repository.name]
  return { name, aliases: aliases.filter((alias) => alias !== name), place: placeOf(fetches), repository, tag, fetches }
}

/** A derivation's `name` may carry the version: `cue-0.10.0`. */
function packageName(pname: string, tag: string | null): string {
  const version = tag === null ? '' : bareVersion(tag).version
  const name = version !== '' && pname.endsWith(`-${version}`) ? pname.slice(0, -version.length - 1) : pname
  return /^[^\s@/]+$/.test(name) ? name : name.replace(/[\s@/]+/g, '-')
}

function lastSegment(fetch: PinFetch): string {
  const path = fetch.urls[0]?.text.replace(/[?#].*$/, '') ?? ''
  return path.slice(path.lastIndexOf('/') + 1) || fetch.fetcher
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

/** Where the version stands: the whole literal that brings its digits, else the first fetch. */
function placeOf(fetches: readonly PinFetch[]): Place {
  for (const fetch of fetches) {
    const version = versionText(fetch)
    const run = version === null ? undefined : digitRuns(version)[0]
    if (run !== undefined && run.origin.form !== 'name') return { file: run.origin.file, start: run.from, end: run.to }
  }
  return fetches.map((fetch) => fetch.place).sort(comparePlaces)[0]!
}

/** Fetches that no root could read in full. A place that throws under one system is that system's absence, not a fetch. */
function unmanagedOf(roots: readonly Root[], managed: ReadonlySet<string>): SeenFetch[] {
  const seen = new Map<string, SeenFetch & { failed: boolean }>()
  for (const root of roots)
    for (const { place, fetcher, reason, failed } of root.unmanaged) {
      const key = placeKey(place)
      const known = seen.get(key)
      if (managed.has(key) || (known !== undefined && (!known.failed || failed))) continue
      seen.set(key, { place, fetcher, reason, failed })
    }
  return [...seen.values()].map(({ place, fetcher, reason }) => ({ place, fetcher, reason })).sort((a, b) => comparePlaces(a.place, b.place))
}
