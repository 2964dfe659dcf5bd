// The releases of a repository and the current tag become the tag to go to, or the tags that a person's word may mean.
import { ageProblemOf } from './age.ts'
import { follows } from './policy.ts'
import { bareVersion, compareBuilds, compareTags, isPrerelease, sameShape, tagProblem } from './tag.ts'

/** What choosing needs to know of a release. */
export interface Candidate {
  readonly tag: string
  readonly draft: boolean
  readonly prerelease: boolean
  /** ISO 8601; null where nobody said. */
  readonly publishedAt?: string | null
  readonly assets?: readonly { readonly updatedAt: string | null }[]
}

/** A release that was not taken, and why. */
export interface SkippedRelease {
  readonly tag: string
  readonly reason: 'draft' | 'bad-tag' | 'other-shape' | 'prerelease' | 'older' | 'not-followed' | 'too-young'
  readonly message: string
}

/**
 * `tag` is the newest that fits, perhaps the current one; null where nothing fits. `newer` are all that fit and are newer than the current one, newest first.
 * `skipped` is in the order of the releases.
 */
export interface Newest {
  readonly tag: string | null
  readonly newer: readonly string[]
  readonly skipped: readonly SkippedRelease[]
}

/** `auto`: prereleases count only where the pin is on one, by its name or by the forge's flag. */
export interface NewestOptions {
  readonly prereleases: 'auto' | boolean
  /** The range to stay in, as `follows` reads it. */
  readonly follow?: string | null
  /** Milliseconds that a release must have been left alone, as of `now`. */
  readonly age?: { readonly least: number; readonly now: number } | null
}

/** The newest release that fits the current tag: published, of its shape, no prerelease unless wanted, not older. Of two that are level the first listed is taken. */
export function newestThatFits(releases: readonly Candidate[], current: string, options: NewestOptions): Newest {
  const { follow = null, age = null } = options
  const early = (release: Candidate): boolean => release.prerelease || isPrerelease(release.tag)
  const onEarly = isPrerelease(current) || releases.some((release) => release.tag === current && early(release))
  const prereleases = options.prereleases === 'auto' ? onEarly : options.prereleases
  const newer: string[] = []
  let here = false
  const skipped: SkippedRelease[] = []
  for (const release of releases) {
    const { tag } = release
    const skip = (reason: SkippedRelease['reason'], why: string): number => skipped.push({ tag, reason, message: `${tag} ${why}` })
    const problem = tagProblem(tag)
    if (release.draft) skip('draft', 'is a draft')
    else if (problem !== null) skip('bad-tag', `is not a tag to work with: ${problem}`)
    else if (!sameShape(tag, current)) skip('other-shape', `is not of the shape of ${current}`)
    else if (tag === current) here = true
    else if (early(release) && !prereleases) skip('prerelease', 'is a prerelease')
    else if (order(tag, current) <= 0) skip('older', `is not newer than ${current}`)
    else if (follow !== null && !follows(follow, tag)) skip('not-followed', `is not what "follow ${follow}" allows`)
    else {
      const young = age === null ? null : ageProblemOf(release, age.least, age.now)
      if (young === null) newer.push(tag)
      else skip('too-young', young)
    }
  }
  newer.sort((a, b) => order(b, a))
  return { tag: newer[0] ?? (here ? current : null), newer, skipped }
}

/** The highest of all published releases, of any shape, prereleases included; null where there is none. */
export function newestOfAll(releases: readonly Candidate[]): string | null {
  let newest: string | null = null
  for (const { tag, draft } of releases) if (!draft && tagProblem(tag) === null && (newest === null || order(tag, newest) > 0)) newest = tag
  return newest
}

function order(a: string, b: string): number {
  return compareTags(a, b) || compareBuilds(a, b)
}

/**
 * The tags that a requested version may mean, the likeliest first: itself, then with the current tag's prefix put before, then without and with a `v`.
 * A request that names a prefix other than `v` means itself only. Where `known` lists the repository's tags, only those are given.
 */
export function sameRelease(requested: string, known: readonly string[] | null, current: string | null): readonly string[] {
  const { prefix, version } = bareVersion(requested)
  const tags = [requested]
  if (/^[vV]?$/.test(prefix) && /^\d/.test(version)) {
    if (current !== null) tags.push(bareVersion(current).prefix + version)
    tags.push(version, `v${version}`)
  }
  return [...new Set(tags)].filter((tag) => tagProblem(tag) === null && (known === null || known.includes(tag)))
}

/** The tag's version in the form of another literal of it: `0.11.0` for `bun-v0.11.0` where the literal is `0.10.0`, `v0.11.0` where it is `v0.10.0`; the tag itself where the forms have nothing in common. */
export function inFormOf(literal: string, tag: string): string {
  const wanted = bareVersion(literal)
  const { prefix, version } = bareVersion(tag)
  const fits = /^\d/.test(wanted.version) && /^\d/.test(version) && (prefix.endsWith(wanted.prefix) || /^[vV]?$/.test(prefix))
  return fits ? wanted.prefix + version : tag
}
