// A pin and a word for a version → the release meant, or the newest that fits.
import { AbsentError, NetworkError } from '../core/errors.ts'
import type { Release, Repository } from '../core/release.ts'
import type { Warning } from '../core/report.ts'
import { nearestTags } from '../pin/nearest.ts'
import { timeOf } from '../pin/age.ts'
import { type Candidate, newestOfAll, newestThatFits, sameRelease } from '../pin/newest.ts'
import type { Policy } from '../pin/policy.ts'
import { bareVersion, isDowngrade, sameShape } from '../pin/tag.ts'
import type { Forge } from './ports.ts'
import { Refusal } from './refusal.ts'

/** Where a pin shall go. */
export interface Target {
  readonly tag: string
  /** Null where the forge could not be asked, or there is none. */
  readonly release: Release | null
  readonly warnings: readonly Warning[]
}

/** Where a pin is, to be looked at again: its tag is null where it has none. */
export interface Stay extends Omit<Target, 'tag'> {
  readonly tag: string | null
}

/** Answers without which an explicit tag can still be worked with: the public URLs are another way to it. */
const passing: ReadonlySet<NetworkError['code']> = new Set(['rate-limited', 'server-error', 'timeout', 'unreachable', 'bad-answer'])

/**
 * The release of an explicit tag; where all that is fetched are source archives, a tag without a release as well. `withoutList` says whether the pin can do without the forge's answer.
 * Throws AbsentError with the nearest tags, or NetworkError.
 */
export async function explicitTarget(
  forge: Forge,
  repository: Repository | null,
  current: string | null,
  requested: string,
  { withoutList, archives }: { readonly withoutList: boolean; readonly archives: boolean },
): Promise<Target> {
  if (repository === null) return { tag: inForm(current, requested), release: null, warnings: [] }
  try {
    for (const tag of sameRelease(requested, null, current)) {
      try {
        const release = await forge.release(repository, tag)
        return { tag: release.tag, release, warnings: [] }
      } catch (error) {
        if (!(error instanceof AbsentError) || error.code !== 'no-release') throw error
      }
    }
    if (archives) {
      const [tag] = sameRelease(requested, await allTags(forge, repository), current)
      if (tag !== undefined) return { tag, release: null, warnings: [] }
    }
  } catch (error) {
    const publicOnly =
      error instanceof NetworkError ? passing.has(error.code) : error instanceof AbsentError && repository.server !== 'github.com'
    if (!withoutList || !publicOnly) throw error
    const tag = sameRelease(requested, null, current).find((each) => current !== null && sameShape(each, current)) ?? requested
    return {
      tag,
      release: null,
      warnings: [
        { code: 'without-list', message: `worked from the public URLs alone, without the list of assets: ${(error as Error).message}` },
      ],
    }
  }
  throw new AbsentError('no-release', await noRelease(forge, repository, requested))
}

/** Where no forge has releases the version is written in the form the file has. */
function inForm(current: string | null, requested: string): string {
  if (current === null) return requested
  const { prefix } = bareVersion(current)
  const asked = bareVersion(requested)
  return /^v?$/i.test(asked.prefix) && /^v?$/i.test(prefix) ? prefix + asked.version : requested
}

async function noRelease(forge: Forge, repository: Repository, requested: string): Promise<string> {
  const where = `${repository.org}/${repository.name} has no release ${requested}`
  try {
    const tags = (await allReleases(forge, repository)).map((release) => release.tag)
    if (tags.length === 0) return `${where}, and no other release either`
    const near = nearestTags(requested, tags)
    return `${where}; ${near.length > 0 ? `the nearest ${near.length === 1 ? 'is' : 'are'} ${near.join(', ')}` : `the newest is ${tags[0]!}`}`
  } catch (error) {
    if (!(error instanceof NetworkError) && !(error instanceof AbsentError)) throw error
    // The list is a courtesy: without it the answer is still that there is no such release.
    return where
  }
}

/** Every page of a repository's releases. */
export async function allReleases(forge: Forge, repository: Repository): Promise<Release[]> {
  const releases: Release[] = []
  for await (const page of forge.releases(repository)) releases.push(...page)
  return releases
}

/** Every tag of a repository. */
async function allTags(forge: Forge, repository: Repository): Promise<string[]> {
  const tags: string[] = []
  for await (const page of forge.tags(repository)) tags.push(...page)
  return tags
}

/** What is asked of a newer version. */
export interface Wish {
  readonly current: string
  readonly policy: Policy
  /** `--min-age`, for pins that say nothing of their own. */
  readonly minAge: number | null
  /** `--prerelease`. */
  readonly prereleases: boolean
  /** Whether all that is fetched are source archives, which every tag has, not only a release. */
  readonly archives: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** What a repository has, seen from a pin. */
export interface Offer {
  /** What fits and is newer, newest first. */
  readonly newer: readonly Target[]
  /** Everything there is, also what does not fit. */
  readonly known: readonly Candidate[]
  /** What nobody can know to be old enough. */
  readonly warnings: readonly Warning[]
}

/** The versions a pin could go to. Throws AbsentError or NetworkError. */
export async function offerOf(forge: Forge, repository: Repository, wish: Wish): Promise<Offer> {
  const releases = await allReleases(forge, repository)
  const known = await withTags(forge, repository, releases, wish)
  const least = wish.policy.minAge ?? wish.minAge
  const { newer, skipped } = newestThatFits(known, wish.current, {
    prereleases: wish.policy.prerelease || wish.prereleases ? true : 'auto',
    follow: wish.policy.follow,
    age: least === null ? null : { least, now: wish.now },
  })
  const undated = known.filter(
    ({ tag, publishedAt }) => timeOf(publishedAt) === null && skipped.some((each) => each.tag === tag && each.reason === 'too-young'),
  )
  const doubtful = skipped.find(({ tag }) => tag === newestOfAll(undated))
  const warnings: Warning[] =
    doubtful === undefined ? [] : [{ code: 'skipped-release', message: `passed over a newer release: ${doubtful.message}` }]
  return {
    warnings,
    newer: newer.map((tag) => ({ tag, release: releases.find((release) => release.tag === tag && !release.draft) ?? null, warnings: [] })),
    known,
  }
}

/** The tags beside the releases, where the pin is at a tag that is no release: then releases are not how its versions come. */
async function withTags(
  forge: Forge,
  repository: Repository,
  releases: readonly Release[],
  { archives, current }: Wish,
): Promise<readonly Candidate[]> {
  if (!archives || releases.some((release) => release.tag === current && !release.draft)) return releases
  const published = releases.filter((release) => !release.draft)
  const alone = (await allTags(forge, repository)).filter((tag) => !published.some((release) => release.tag === tag))
  return [...published, ...alone.map((tag): Candidate => ({ tag, draft: false, prerelease: false, publishedAt: null, assets: [] }))]
}

const mostTries = 10

/** The newest version that has all that the pin fetches, and a warning for each newer one that has not. `make` throws Refusal `no-asset` or `broken-asset` for those. */
export async function firstComplete<Goal extends Stay, Made>(
  targets: readonly Goal[],
  make: (target: Goal) => Promise<Made>,
): Promise<{ readonly target: Goal; readonly made: Made; readonly passed: readonly Warning[] }> {
  const refusals: Refusal[] = []
  for (const target of targets.slice(0, mostTries)) {
    try {
      const made = await make(target)
      return {
        target,
        made,
        passed: refusals.map(({ message }) => ({ code: 'skipped-release', message: `passed over a newer release: ${message}` })),
      }
    } catch (error) {
      if (!(error instanceof Refusal) || (error.code !== 'no-asset' && error.code !== 'broken-asset')) throw error
      refusals.push(error)
    }
  }
  // None is complete, and a pin that quietly stays behind for good helps nobody: the newest says what it lacks.
  throw refusals[0] ?? new Error('no version was given to choose from')
}

/** Throws Refusal `downgrade` where the new tag is older. */
export function refuseDowngrade(current: string | null, tag: string | null, allowed: boolean): void {
  if (current !== null && tag !== null && !allowed && isDowngrade(current, tag) === true)
    throw new Refusal('refused', 'downgrade', `${tag} is older than ${current}; give --allow-downgrade if that is meant`)
}
