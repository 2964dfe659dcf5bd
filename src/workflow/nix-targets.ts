// A pin of Nix files and what was asked for it → the versions to try.
import { hasPlaceholder } from '../pin/hash-edits.ts'
import { isArchives } from '../pin/pin.ts'
import type { UpdateOptions } from './context.ts'
import type { NixEntry } from './entries.ts'
import { Refusal } from './refusal.ts'
import { datedWarning, isDated } from './remarks.ts'
import { type Offer, explicitTarget, offerOf } from './resolve.ts'
import type { Tools } from './tools.ts'

type Targets = Pick<Offer, 'newer' | 'warnings'>

/** Where the pin stays. */
export const noTargets: Targets = { newer: [], warnings: [] }

/** Newest first; none where the pin stays where it is. */
export async function targetsOf(
  entry: NixEntry,
  requested: string | null,
  named: boolean,
  { context, requests }: Tools,
  options: UpdateOptions,
): Promise<Targets> {
  const { pin } = entry
  const { policy } = entry.spoken
  const { repository, tag } = pin
  const archives = isArchives(pin)
  if (requested !== null) {
    const withoutList = pin.fetches.every((fetch) => fetch.builder === null)
    return {
      newer: [await requests(() => explicitTarget(context.forge, repository, tag, requested, { withoutList, archives }))],
      warnings: [],
    }
  }
  if (policy.hold) return noTargets
  if (repository === null || tag === null) {
    if (!named || options.acceptDrift === true || pin.fetches.some(hasPlaceholder)) return noTargets
    throw new Refusal(
      'refused',
      'doubt',
      tag === null
        ? `${pin.name} is not pinned to a version; there is nothing newer to find`
        : `${pin.name} is on no forge that lists releases; give the version: pinhash update ${pin.name} VERSION`,
    )
  }
  if (isDated(tag)) {
    // A newer day is not a newer version: which build is meant is for a person to say.
    if (named)
      throw new Refusal(
        'refused',
        'doubt',
        `${pin.name} is pinned to ${tag}, which names a day and not a version; give the tag: pinhash update ${pin.name} TAG`,
      )
    return { newer: [], warnings: [datedWarning(pin, tag)] }
  }
  const wish = {
    current: tag,
    policy,
    minAge: options.minAge ?? null,
    prereleases: options.prereleases ?? false,
    archives,
    now: context.now(),
  }
  return requests(() => offerOf(context.forge, repository, wish))
}
