// A pin and a word for a version → the release meant, or the newest that fits.
import { AbsentError, NetworkError } from '../core/errors.ts'
import type { Release, Repository } from '../core/release.ts'
import type { Warning } from '../core/report.ts'
import { nearestTags } from '../pin/nearest.ts'
import { newestThatFits, sameRelease } from '../pin/newest.ts'
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

/** Answers without which an explicit tag can still be worked with: the public URLs are another way to it. */
const passing: ReadonlySet<NetworkError['code']> = new Set(['rate-limited', 'server-error', 'timeout', 'unreachable', 'bad-answer'])

/** The release of an explicit tag. `withoutList` says whether the pin can do without the forge's answer. Throws AbsentError with the nearest tags, or NetworkError. */
export async function explicitTarget(forge: Forge, repository: Repository | null, current: string | null, requested: string, withoutList: boolean): Promise<Target> {
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
  } catch (error) {
    const publicOnly = error instanceof NetworkError ? passing.has(error.code) : error instanceof AbsentError && repository.server !== 'github.com'
    if (!withoutList || !publicOnly) throw error
    const tag = sameRelease(requested, null, current).find((each) => current !== null && sameShape(each, current)) ?? requested
    return { tag, release: null, warnings: [{ code: 'without-list', message: `worked from the public URLs alone, without the list of assets: ${(error as Error).message}` }] }
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
  } catch {
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

/** The newest release that fits; null where the pin is at it. */
export async function newestTarget(forge: Forge, repository: Repository, current: string): Promise<Target | null> {
  const releases = await allReleases(forge, repository)
  const { tag } = newestThatFits(releases, current, { prereleases: 'auto' })
  if (tag === null || tag === current) return null
  return { tag, release: releases.find((release) => release.tag === tag) ?? null, warnings: [] }
}

/** Throws Refusal `downgrade` where the new tag is older. */
export function refuseDowngrade(current: string | null, tag: string, allowed: boolean): void {
  if (current !== null && !allowed && isDowngrade(current, tag) === true)
    throw new Refusal('refused', 'downgrade', `${tag} is older than ${current}; give --allow-downgrade if that is meant`)
}
