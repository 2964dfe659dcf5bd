// A fetch → the piece of its URL that is the version, and the literals that this piece comes from.
import type { Run, Text } from '../nix/evaluate/value.ts'
import { slice } from '../nix/evaluate/text.ts'
import type { PinFetch } from './pin.ts'
import { bareVersion } from './tag.ts'

/** A number with dots, with what makes it a prerelease: what a version looks like inside a path. */
const token =
  /(?<![0-9A-Za-z]|\d[._])[vV]?\d+(?:\.\d+)+(?:-(?:alpha|beta|rc|preview|pre|next|nightly|dev|canary)[-.]?[0-9A-Za-z]*(?:\.\d+)*)?(?![0-9]|\.\d)/g

/** The piece of the URL that is the version: the tag's segment, or on no forge where the package's own version, or the only version-like word, stands. */
export function versionText(fetch: PinFetch): Text | null {
  const [url] = fetch.urls
  if (url === undefined) return fetch.builder?.version ?? null
  if (fetch.release !== null) {
    const span = fetch.release.tagSpan
    return span === null ? null : slice(url, span[0], span[1])
  }
  return versionOf(url, fetch.version) ?? versionWord(url)
}

/** All forty digits of a commit, standing alone. */
const commitWord = /(?<![0-9A-Za-z])[0-9a-f]{40}(?![0-9A-Za-z])/g

/** Whether a text is a commit, all forty digits of it. */
export const isCommit = (text: string): boolean => /^[0-9a-f]{40}$/.test(text)

/** The one commit that a URL without a version names: what is moved there instead. */
export function commitText(fetch: PinFetch): Text | null {
  const [url] = fetch.urls
  if (url === undefined || fetch.release !== null || versionText(fetch) !== null) return null
  const found = [...url.text.matchAll(commitWord)].filter(({ index }) => index >= pathStart(url.text))
  return new Set(found.map(([word]) => word)).size === 1 ? slice(url, found[0]!.index, found[0]!.index + 40) : null
}

/** What tells the state of a fetch from another: its version, or the commit it is of. */
export const versionOrCommit = (fetch: PinFetch): Text | null => versionText(fetch) ?? commitText(fetch)

/** Where a URL's path begins: a version in a host name is not the pin's. */
export const pathStart = (url: string): number => Math.max(0, url.indexOf('/', url.indexOf('://') + 3))

function versionOf(url: Text, version: Text | null): Text | null {
  if (version === null || !/\d/.test(version.text)) return null
  for (const word of new Set([version.text, bareVersion(version.text).version]))
    for (let at = url.text.indexOf(word, pathStart(url.text)); at >= 0; at = url.text.indexOf(word, at + 1))
      if (isWord(url.text, at, at + word.length)) return slice(url, at, at + word.length)
  return null
}

/** Not a part of a longer number, nor, where nothing but its place says that it is a version, of a longer word such as a commit. */
function isWord(text: string, start: number, end: number): boolean {
  const before = text[start - 1] ?? ''
  const after = text.slice(end)
  if (/\d/.test(text[start]!) && (/\d/.test(before) || /\d\.$/.test(text.slice(Math.max(0, start - 2), start)))) return false
  if (/^(?:\d|\.\d)/.test(after)) return false
  return text.slice(start, end).includes('.') || !(/[0-9A-Za-z]/.test(before) || /^[0-9A-Za-z]/.test(after))
}

/** The version that stands in a path by itself; null where there are two, or where others than the author of the file move it. */
function versionWord(url: Text): Text | null {
  if (/\/latest\//.test(url.text)) return null
  const found = [...url.text.matchAll(token)].flatMap(({ index, 0: word }) =>
    index < pathStart(url.text) ? [] : [literalAround(url, index, index + word.length)],
  )
  for (const words of [found, found.filter((word) => digitRuns(word).every(isWholeLiteral))])
    if (new Set(words.map((word) => word.text.replace(/^[vV]/, ''))).size === 1) return words[0]!
  return null
}

/** Where the word is a part of a literal that holds nothing else, that literal: it says where the version ends. */
function literalAround(url: Text, start: number, end: number): Text {
  const run = url.runs.find((each) => each.start <= start && each.end >= end)
  const isAll = run !== undefined && isWholeLiteral(run) && !/[/:]/.test(url.text.slice(run.start, run.end))
  return isAll ? slice(url, run.start, run.end) : slice(url, start, end)
}

/** The runs that bring a digit: a constant `v` or `name-` before the version is not part of it. */
export function digitRuns(value: Text): Run[] {
  const runs = value.runs.filter((run) => /\d/.test(value.text.slice(Math.max(0, run.start), run.end)))
  return runs.length > 0 ? runs : [...value.runs]
}

/** Whether the run's literal holds nothing but (a part of) the version: it does not stand inside a URL. */
export function isWholeLiteral({ origin, from, to }: Run): boolean {
  const quotes = origin.form === 'toml' ? 5 : 2
  return origin.form === 'file' || (from - origin.start <= quotes && origin.end - to <= quotes)
}

/** The whole literals that hold this fetch's version or commit: those its tag comes from, those its URLs repeat it from, and the package's own. */
export function versionLiterals(fetch: PinFetch): Run[] {
  const version = versionOrCommit(fetch)
  if (version === null) return []
  const own = digitRuns(version)
  if (own.length > 0 && own.every(isWholeLiteral)) return own
  const { version: bare } = bareVersion(version.text)
  const repeated = [...fetch.urls, ...(fetch.version === null ? [] : [fetch.version])].flatMap((text) =>
    text.runs.filter((run) => /\d/.test(bare) && isWholeLiteral(run) && bareVersion(text.text.slice(run.start, run.end)).version === bare),
  )
  return repeated.slice(0, 1)
}

/** The file the text of the version or commit stands in. */
export function versionFile(fetch: PinFetch): string {
  const version = versionOrCommit(fetch)
  const run = version === null ? undefined : digitRuns(version)[0]
  return run?.origin.file ?? fetch.place.file
}
