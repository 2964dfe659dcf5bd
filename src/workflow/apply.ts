// Plans → proven changes, written step by step, and the outcome of each: DESIGN's steps 8 and 9.
import { InterruptedError } from '../core/errors.ts'
import type { Outcome } from '../core/report.ts'
import type { Found } from './found.ts'
import { committerOf, refuseDirty } from './commit.ts'
import type { Context, UpdateOptions } from './context.ts'
import type { OwnedPlan } from './plan.ts'
import { problemOnTop, problemsOf } from './proving.ts'
import { Refusal, endOf } from './refusal.ts'
import { changesOf, stepsByFile, stepsByPin } from './steps.ts'
import type { Tools } from './tools.ts'
import { unifiedDiff } from './unified-diff.ts'
import { type Carried, carryOut } from './carry-out.ts'

/**
 * Plans that touch the same files are proved and written together, all of them or none. Where something happens after each pin (a commit, a command) each is a step by
 * itself, proved on top of those that hold by then. What does not hold is as if it had never been planned.
 */
export async function apply(
  plans: readonly OwnedPlan[],
  { found, context, proofs }: Tools,
  options: UpdateOptions,
): Promise<{ outcomes: Outcome[]; diff: string }> {
  const outcomes = plans.map((plan) => plan.outcome)
  const diffs: string[] = []
  const committer = committerOf(found, context, options)
  const alone = committer !== null || (options.each ?? null) !== null
  const problems = alone ? [] : await together(plans, found, proofs.pause)
  for (const [i, problem] of problems.entries()) if (problem !== null) outcomes[i] = ended(outcomes[i]!, unproven(plans[i]!, problem))
  const sound = plans.map((plan, i) => (outcomes[i] === plan.outcome ? plan : { outcome: plan.outcome, entry: plan.entry }))
  const held: OwnedPlan[] = []
  for (const members of alone ? stepsByPin(sound) : stepsByFile(sound)) {
    const step = members.map((i) => plans[i]!)
    try {
      refuseInterrupted(context)
      const problem = alone ? problemOnTop(found, proposalsOf(held), proposalsOf(step)) : null
      if (problem !== null) throw unproven(step[0]!, problem)
      const changes = changesOf(step, held, found)
      if (committer !== null) await refuseDirty(committer, changes)
      if (options.dryRun) diffs.push(...(await Promise.all(changes.map(unifiedDiff))))
      const carried: Carried = options.dryRun
        ? { warnings: [], ...(committer === null ? {} : { commit: { id: null, message: committer.messageOf(step) } }) }
        : await carryOut(step, changes, { found, context, committer, each: options.each ?? null })
      for (const i of members) outcomes[i] = added(outcomes[i]!, carried)
      if (alone) held.push(...step)
    } catch (error) {
      for (const i of members) outcomes[i] = ended(outcomes[i]!, error)
    }
  }
  return { outcomes, diff: diffs.join('') }
}

const proposalsOf = (plans: readonly OwnedPlan[]): NonNullable<OwnedPlan['proposal']>[] => plans.flatMap((plan) => plan.proposal ?? [])

/** For each plan what is wrong with it where all are written, or null. */
async function together(plans: readonly OwnedPlan[], found: Found, pause: () => Promise<void>): Promise<readonly (string | null)[]> {
  const problems = await problemsOf(found, proposalsOf(plans), pause)
  let next = 0
  return plans.map((plan) => (plan.proposal === undefined ? null : (problems[next++] ?? null)))
}

function unproven({ outcome }: OwnedPlan, problem: string): Refusal {
  return new Refusal(
    'refused',
    'not-proven',
    `The edit of ${outcome.pin} was not written because evaluating it again did not give what was intended: ${problem}`,
  )
}

function refuseInterrupted({ signal }: Context): void {
  if (signal.aborted) throw new InterruptedError('Interrupted before it was written')
}

/** An interruption is one pin's end, too: those before it hold, and that is to be told. */
function ended(outcome: Outcome, error: unknown): Outcome {
  const end =
    error instanceof InterruptedError
      ? ({ outcome: 'unknown', reason: { code: 'interrupted', message: error.message } } as const)
      : endOf(error)
  return { ...outcome, to: null, ...end }
}

function added(outcome: Outcome, { warnings, commit }: Carried): Outcome {
  return { ...outcome, warnings: [...outcome.warnings, ...warnings], ...(commit === undefined ? {} : { commit }) }
}
