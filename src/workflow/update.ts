// The selected pins → new versions and hashes, proved and written: DESIGN's ten steps.
import type { Outcome, OutcomeDocument } from '../core/report.ts'
import { InterruptedError } from '../core/errors.ts'
import { apply } from './apply.ts'
import { readyToAttest } from './attest.ts'
import { load } from './found.ts'
import { selectOrExplain } from './chosen.ts'
import { readyToCommit } from './commit.ts'
import type { Context, Selection, UpdateOptions } from './context.ts'
import type { Entry } from './entries.ts'
import type { OwnedPlan } from './plan.ts'
import { planNixPin } from './plan-nix-pin.ts'
import { planSpecPin } from './plan-spec-pin.ts'
import { endOf } from './refusal.ts'
import { isManaged, refuseRestrained, withConstraints } from './restraint.ts'
import type { Selected } from './select.ts'
import { held, standingRows } from './standing-rows.ts'
import { type Tools, toolsFor } from './tools.ts'

/** Brings pins to a version. Throws where the selection itself is wrong; everything that concerns one pin is its outcome. */
export async function update(context: Context, selection: Selection, options: UpdateOptions): Promise<OutcomeDocument> {
  const found = load(context.files, selection)
  if (!options.dryRun) await context.files.tidy?.(found.checkout.paths())
  return updateFound(toolsFor(context, found), selectOrExplain(found, selection, context), selection, options)
}

/** The same for pins that were found and selected before. */
export async function updateFound(
  tools: Tools,
  selected: readonly Selected<Entry>[],
  selection: Selection,
  options: UpdateOptions,
): Promise<OutcomeDocument> {
  const { context, found } = tools
  await readyToAttest(context, options.attestation)
  await readyToCommit(found, context, options)
  const managed = selected.filter(isManaged)
  for (const { pin } of managed) if (pin.kind === 'nix') tools.proofs.expect(pin.pin)
  const standing = standingRows(managed, found)
  const plans = await Promise.all(managed.map((each) => planned(each, standing.has(each), tools, selection, options)))
  if (context.signal.aborted) throw new InterruptedError('Interrupted; nothing was written')
  const applied = await apply(plans, tools, options)
  return { outcomes: applied.outcomes, problems: found.problems, ...(options.dryRun ? { diff: applied.diff } : {}) }
}

async function planned(
  selected: Selected<Entry>,
  stays: boolean,
  tools: Tools,
  selection: Selection,
  options: UpdateOptions,
): Promise<OwnedPlan> {
  const { pin: entry } = selected
  try {
    refuseRestrained(selected)
    const asked = stays ? { ...selected, tag: null } : selected
    const plan =
      entry.kind === 'nix'
        ? await planNixPin(stays ? held(entry) : entry, asked, tools, selection, options)
        : await planSpecPin(entry, selected, tools, options)
    return { ...plan, entry, outcome: withConstraints(entry, plan.outcome) }
  } catch (error) {
    return { entry, outcome: failed(entry, error) }
  } finally {
    if (entry.kind === 'nix') tools.proofs.leave(entry.pin)
  }
}

/** The outcome of a pin whose work ended early. */
export function failed(entry: Entry, error: unknown): Outcome {
  const { outcome, reason } = endOf(error)
  return withConstraints(entry, {
    pin: entry.name,
    outcome,
    file: entry.file,
    line: entry.line,
    from: entry.tag,
    to: null,
    systems: {},
    warnings: [],
    reason,
  })
}
