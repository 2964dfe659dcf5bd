// A pin → where its releases are, and its outcome with what the forge says of them.
import { AbsentError, NetworkError } from '../core/errors.ts'
import type { Release, Repository } from '../core/release.ts'
import type { Outcome } from '../core/report.ts'
import { daysSince } from '../pin/age.ts'
import type { SpecPin } from '../pin/spec.ts'
import type { Entry } from './entries.ts'
import type { Tools } from './tools.ts'

/** The repository a pin of pinhash.json names. */
export const repositoryOf = (pin: SpecPin): Repository => ({ server: 'github.com', org: pin.org, name: pin.name })

/** Null where the pin is on no forge. */
export function repositoryAt(entry: Entry): Repository | null {
  return entry.kind === 'nix' ? entry.pin.repository : repositoryOf(entry.spec)
}

/** `now` is in milliseconds since the epoch; without a release the outcome stays as it is. */
export function withRelease(outcome: Outcome, release: Release | null, now: number): Outcome {
  if (release === null) return outcome
  const { tag, publishedAt, prerelease, immutable } = release
  return { ...outcome, release: { tag, publishedAt, age: daysSince(release, now), prerelease, immutable } }
}

/** The release a pin is at, to compare another with or to recognise its assets; null where there is none to be had. What else goes wrong is thrown. */
export async function heldRelease(
  repository: Repository | null,
  tag: string | null,
  { context, requests }: Pick<Tools, 'context' | 'requests'>,
): Promise<Release | null> {
  if (repository === null || tag === null) return null
  try {
    return await requests(() => context.forge.release(repository, tag))
  } catch (error) {
    if (error instanceof NetworkError || error instanceof AbsentError) return null
    throw error
  }
}
