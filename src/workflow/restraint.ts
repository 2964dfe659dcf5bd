// A selected pin and what a person said of it → whether it may be changed at all.
import type { Outcome } from '../core/report.ts'
import { constraintsOf } from '../pin/policy.ts'
import { hasPlaceholder } from '../pin/hash-edits.ts'
import type { Entry } from './entries.ts'
import { repositoryAt } from './origin.ts'
import { Refusal } from './refusal.ts'
import type { Selected } from './select.ts'

/** Whether a command is about the pin: one that is ignored has to be named. */
export function isManaged({ pin, named }: Selected<Entry>): boolean {
  return named || !pin.spoken.policy.ignore
}

/**
 * Throws Refusal where what is said of the pin cannot be understood (`bad-config`), or forbids what was asked: an ignored pin is not changed (`ignored`); one on
 * hold is changed by naming it with a tag alone (`held`). One on hold that was not named stays where it is, and that is no refusal.
 */
export function refuseRestrained(selected: Selected<Entry>): void {
  refuseUnclear(selected)
  const { pin: entry, named, tag } = selected
  const { policy } = entry.spoken
  if (policy.hold && (named ? tag === null && !isIncomplete(entry) : tag !== null))
    throw new Refusal(
      'refused',
      'held',
      `${entry.name} is on hold at ${entry.tag ?? 'its version'}; 'pinhash update ${entry.name} TAG' changes it all the same`,
    )
}

/** A hash that is still to be filled in is filled in at the version that is held. */
function isIncomplete(entry: Entry): boolean {
  if (entry.kind === 'spec') return entry.state.version !== entry.spec.version
  return entry.pin.fetches.some(hasPlaceholder)
}

/** The outcome with what was said of the pin, and where the pin is from. */
export function withConstraints(entry: Entry, outcome: Outcome): Outcome {
  const constraints = constraintsOf(entry.spoken.policy)
  const repository = repositoryAt(entry)
  return {
    ...outcome,
    ...(repository === null ? {} : { repository }),
    ...(constraints.length === 0 ? {} : { constraints }),
  }
}

/** Throws Refusal `bad-config` or `ignored`, as of `refuseRestrained`. */
export function refuseUnclear({ pin: entry }: Selected<Entry>): void {
  const { policy, problem } = entry.spoken
  if (problem !== null)
    throw new Refusal('refused', 'bad-config', `What is said of ${entry.name} cannot be understood: ${problem}; correct it first`)
  if (policy.ignore)
    throw new Refusal(
      'refused',
      'ignored',
      `${entry.name} is to be ignored, as what stands beside it says; take that out to have it managed`,
    )
}
