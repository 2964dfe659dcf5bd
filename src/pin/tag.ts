// A tag's text becomes what it says: its prefix, its version, its shape, and its place in the order of releases.
import { compareDigits, compareNatural, compareText } from '../core/natural-order.ts'

/** Tags of one shape are releases of one product in one scheme; equal text means equal shape. */
export type Shape = string

/** A tag cut in two: `bun-v1.2.3` is `bun-v` and `1.2.3`. `prefix + version` is always the tag; where no version can be seen, the prefix is empty. */
export interface BareVersion {
  readonly prefix: string
  readonly version: string
}

interface Parts extends BareVersion {
  /** `text` holds no version: `nightly`, a commit, `jdk8u392-b08`. */
  readonly scheme: 'text' | 'version' | 'date'
  /** Between the numbers: `.`, `_`, `-`, or nothing in `20240501`. */
  readonly separator: string
  readonly numbers: readonly string[]
  /** What makes it newer than the bare numbers: `a` of `3.4a`, `post1`. */
  readonly patch: string
  /** Dot-separated identifiers of a prerelease; null for a release. */
  readonly prerelease: readonly string[] | null
  readonly build: string
  /** Other text after the version: `.windows.1`, a date's `-f4abf8fd`. */
  readonly tail: string
  /** Words such as `-linux-x64` or `-stable` at the end: another flavour of the same release. */
  readonly flavour: string
}

const flavourWords = new Set(
  (
    'linux darwin macos macosx osx mac apple windows win win32 win64 ubuntu debian alpine freebsd android unknown pc msvc musl gnu glibc static ' +
    'amd64 x86 x64 x86_64 64bit i386 i686 arm arm64 aarch64 armv6 armv7 armhf riscv64 universal stable final release ga lts'
  ).split(' '),
)
const earlyWords = 'alpha|beta|rc|preview|prerelease|pre|dev|devel|nightly|snapshot|canary|unstable|insiders?|milestone|experimental|eap'
const earlyWord = new RegExp(`(?:^|[^a-z])(?:${earlyWords}|tip|edge)(?![a-z])`, 'i')
const attachedEarly = new RegExp(`^[._~]?((?:${earlyWords})(?![a-z]).*|(?:a|b|c|m)[.]?\\d+)$`, 'i')
const patched = /^(?:[a-z]|[.]?p\d+|[-._]?(?:post|hotfix|patch)[-.]?\d*)$/i
const dotted = /\d+(?:\.\d+)+|\d+(?:_\d+)+/
const date = /(?:19|20)\d\d([-_]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)/
const boundary = /(?<=(?:^|[-_/@:+=]|[^\d]\.)(?:[vV]\.?)?)/
const anywhere = [
  new RegExp(`${boundary.source}(?:${date.source}|${dotted.source})`),
  new RegExp(`(?<=^[A-Za-z]+)(?:${date.source}|${dotted.source})`),
  new RegExp(`${boundary.source}\\d+(?![\\d.])`),
  /(?<=^[A-Za-z]+)\d+/,
]
const commit = /^(?=.*[a-f])(?=.*\d)(?![a-f]\d+$)[0-9a-f]{7,64}$/

/**
 * Why a text cannot be a tag, as one clause about it (`it starts with "-"`), or null.
 * The rules are those of `git check-ref-format` and `git tag`, and no white space of any kind.
 */
export function tagProblem(text: string): string | null {
  if (text === '') return 'it is empty'
  if (/\s/u.test(text)) return 'it holds white space'
  if (/\p{Cc}/u.test(text)) return 'it holds a control character'
  if (/\p{Cs}/u.test(text)) return 'it is no valid Unicode text'
  if (text.startsWith('-')) return 'it starts with "-", as an option does'
  const odd = /[~^:?*[\\]/.exec(text)?.[0]
  if (odd !== undefined) return `it holds "${odd}"`
  for (const pair of ['..', '@{', '//']) if (text.includes(pair)) return `it holds "${pair}"`
  if (text.startsWith('/')) return 'it starts with "/"'
  for (const end of ['/', '.']) if (text.endsWith(end)) return `it ends with "${end}"`
  if (/(?:^|\/)\./.test(text)) return 'a part of it starts with "."'
  if (/\.lock(?:$|\/)/.test(text)) return 'a part of it ends with ".lock"'
  return null
}

/** The tag without what stands before its version. */
export function bareVersion(tag: string): BareVersion {
  const { prefix, version } = parts(tag)
  return { prefix, version }
}

/**
 * What stays the same from release to release: prefix, scheme and flavour. `v1.2`, `v1.2.3` and `v1.2.3-rc.1` share one, `cli-v2.0.0` has another.
 * A tag without any number in it, or a commit, has a shape of its own: it has no newer.
 */
export function tagShape(tag: string): Shape {
  const { scheme, prefix, separator, numbers, tail, flavour } = parts(tag)
  if (scheme === 'text') return JSON.stringify(['text', commit.test(tag) ? tag : tag.replace(/\d+/g, '#')])
  // A first number that is a year tells 2024.5.1 from 1.2.3: a project that has both has two products or two schemes.
  const calendar = scheme === 'version' && numbers.length > 1 && /^(?:19|20)\d\d$/.test(numbers[0] ?? '')
  const sign = numbers.length > 1 || scheme === 'date' ? separator : '.'
  const rest = scheme === 'date' ? '' : tail.replace(/\d+/g, '#')
  return JSON.stringify([scheme, prefix, calendar, sign, rest, flavour.toLowerCase()])
}

/** Whether two tags are of one shape. */
export function sameShape(a: string, b: string): boolean {
  return tagShape(a) === tagShape(b)
}

/**
 * A total preorder, older first. Versions and dates go by their numbers (absent ones are 0), then by semantic versioning 2.0.0: prerelease before release,
 * numeric identifiers as numbers and before others, build metadata ignored; `rc10` counts as `rc.10`. The prefix is ignored. Tags without a version come first, in natural order.
 */
export function compareTags(a: string, b: string): number {
  const x = parts(a)
  const y = parts(b)
  if (x.scheme === 'text' || y.scheme === 'text') {
    return x.scheme === y.scheme ? compareNatural(a, b) : x.scheme === 'text' ? -1 : 1
  }
  for (let i = 0; i < Math.max(x.numbers.length, y.numbers.length); i++) {
    const order = compareDigits(x.numbers[i] ?? '', y.numbers[i] ?? '')
    if (order !== 0) return order
  }
  return compareNatural(x.patch, y.patch) || comparePrereleases(x.prerelease, y.prerelease) || compareNatural(x.tail, y.tail)
}

/** The order of two tags that `compareTags` finds level and that differ only in build metadata of one form (`+k3s1`, `+k3s2`); 0 where there is none to see. */
export function compareBuilds(a: string, b: string): number {
  const x = parts(a).build
  const y = parts(b).build
  return x.replace(/\d+/g, '#') === y.replace(/\d+/g, '#') ? compareNatural(x, y) : 0
}

/** Whether the tag says by itself that it is no final release: `-rc.1`, `b2`, `-dev`, `nightly-2024-05-01`. A platform's name at the end says no such thing. */
export function isPrerelease(tag: string): boolean {
  const { scheme, prefix, prerelease, tail } = parts(tag)
  if (prerelease !== null) return true
  return scheme === 'text' ? !commit.test(tag) && earlyWord.test(tag) : earlyWord.test(prefix) || earlyWord.test(tail)
}

/** The numbers of the tag's version, or year, month and day of its date; null where it has neither. */
export function versionNumbers(tag: string): readonly string[] | null {
  const { scheme, numbers } = parts(tag)
  return scheme === 'text' ? null : numbers
}

/** Whether going from one tag to the other goes back; null where the two cannot be compared, being of different shapes (a leading `v` aside). */
export function isDowngrade(from: string, to: string): boolean | null {
  if (from === to) return false
  const a = tagShape(plain(from))
  if (a !== tagShape(plain(to)) || !/\d/.test(from) || commit.test(from)) return null
  return (compareTags(to, from) || compareBuilds(to, from)) < 0
}

function plain(tag: string): string {
  const { prefix, version } = parts(tag)
  return /^[vV]$/.test(prefix) ? version : tag
}

function parts(tag: string): Parts {
  const flavourStart = beforeFlavour(tag)
  const text = tag.slice(0, flavourStart)
  const flavour = tag.slice(flavourStart)
  const found = commit.test(tag) ? null : firstOf(text)
  if (found === null) {
    return {
      scheme: 'text',
      prefix: '',
      version: tag,
      separator: '',
      numbers: [],
      patch: '',
      prerelease: null,
      build: '',
      tail: '',
      flavour: '',
    }
  }
  const [start, core] = found
  const rest = text.slice(start + core.length)
  const prefix = tag.slice(0, start)
  const version = tag.slice(start)
  const day = new RegExp(`^${date.source}$`).exec(core)
  if (day !== null) {
    const digits = core.replace(/\D/g, '')
    const numbers = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)]
    return {
      scheme: 'date',
      prefix,
      version,
      separator: day[1] ?? '',
      numbers,
      patch: '',
      prerelease: null,
      build: '',
      tail: rest,
      flavour,
    }
  }
  const separator = core.includes('_') ? '_' : '.'
  return { scheme: 'version', prefix, version, separator, numbers: core.split(separator), ...suffix(rest), flavour }
}

function firstOf(text: string): readonly [number, string] | null {
  for (const pattern of anywhere) {
    const found = pattern.exec(text)
    if (found !== null) return [found.index, found[0]]
  }
  return null
}

function suffix(rest: string): Pick<Parts, 'patch' | 'prerelease' | 'build' | 'tail'> {
  const plus = rest.indexOf('+')
  const body = plus < 0 ? rest : rest.slice(0, plus)
  const none = { patch: '', prerelease: null, build: plus < 0 ? '' : rest.slice(plus + 1), tail: '' }
  if (body === '') return none
  if (patched.test(body)) return { ...none, patch: body.replace(/[-._]/g, '').toLowerCase() }
  const early = attachedEarly.exec(body)?.[1]
  if (early !== undefined) return { ...none, prerelease: identifiers(early) }
  const first = /^-([^-._]+)/.exec(body)?.[1]
  if (first !== undefined && !flavourWords.has(first.toLowerCase())) return { ...none, prerelease: identifiers(body.slice(1)) }
  return { ...none, tail: body }
}

function identifiers(text: string): readonly string[] {
  return text.split('.').flatMap((identifier) => /^([A-Za-z]+)(\d+)$/.exec(identifier)?.slice(1) ?? [identifier])
}

function comparePrereleases(a: readonly string[] | null, b: readonly string[] | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  for (const [i, x] of a.entries()) {
    const y = b[i]
    if (y === undefined) return 1
    const numeric = [/^\d+$/.test(x), /^\d+$/.test(y)]
    const order = numeric[0] && numeric[1] ? compareDigits(x, y) : numeric[0] ? -1 : numeric[1] ? 1 : compareText(x, y)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Where the words of a flavour begin at the tag's end; they must leave a digit before them. */
function beforeFlavour(tag: string): number {
  let end = tag.length
  for (;;) {
    const word = /[-._](x86_64|[^-._]+)$/.exec(tag.slice(0, end))
    if (word === null || !flavourWords.has((word[1] ?? '').toLowerCase()) || !/\d/.test(tag.slice(0, word.index))) return end
    end = word.index
  }
}
