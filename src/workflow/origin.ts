// A pin → where its releases are, and its outcome with what the forge says of them.
import type { Release, Repository } from '../core/release.ts'
import type { Outcome } from '../core/report.ts'
import { daysSince } from '../pin/age.ts'
import type { SpecPin } from '../pin/spec.ts'
import type { Entry } from './entries.ts'

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
