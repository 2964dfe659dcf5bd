// The selected pins → new versions and hashes, proved and written: DESIGN's ten steps.
import pLimit from 'p-limit'
import type { Outcome, OutcomeDocument } from '../core/report.ts'
import { InterruptedError } from '../core/errors.ts'
import { evidence } from '../forge/evidence.ts'
import { readyToAttest } from './attest.ts'
import { type Found, load } from './checkout.ts'
import { selectOrExplain } from './chosen.ts'
import type { Context, Selection, UpdateOptions } from './context.ts'
import { Digests } from './digests.ts'
import type { Entry } from './entries.ts'
import { type Proposal, editsOf, overlayOf, problemsOf } from './nix-pin.ts'
import { planNixPin } from './plan-nix-pin.ts'
import { type SpecChange, planSpecPin, specChanges } from './plan-spec-pin.ts'
import type { Change } from './ports.ts'
import { endOf } from './refusal.ts'
import { isManaged, refuseRestrained, withConstraints } from './restraint.ts'
import type { Selected } from './select.ts'
import type { Tools } from './tools.ts'

/** What is to be done for one pin, or why nothing is. The outcome is what holds once it is written. */
export interface Plan {
  readonly outcome: Outcome
  readonly proposal?: Proposal
  readonly spec?: SpecChange
}

/** Brings pins to a version. Throws where the selection itself is wrong; everything that concerns one pin is its outcome. */
export async function update(context: Context, selection: Selection, options: UpdateOptions): Promise<OutcomeDocument> {
  const found = load(context.files, selection)
  if (!options.dryRun) await context.files.tidy?.(found.checkout.paths())
  const tools: Tools = {
    context,
    found,
    digests: new Digests(context),
    evidence: evidence(context.downloads),
    requests: pLimit(context.jobs),
  }
  return updateFound(tools, selectOrExplain(found, selection, context), selection, options)
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
  const plans = await Promise.all(selected.filter(isManaged).map((each) => planned(each, tools, selection, options)))
  if (context.signal.aborted) throw new InterruptedError('Interrupted; nothing was written')
  const applied = await apply(plans, found, context, options)
  return { outcomes: applied.outcomes, problems: found.problems, ...(options.dryRun ? { diff: applied.diff } : {}) }
}

async function planned(selected: Selected<Entry>, tools: Tools, selection: Selection, options: UpdateOptions): Promise<Plan> {
  const { pin: entry } = selected
  try {
    refuseRestrained(selected)
    const plan =
      entry.kind === 'nix'
        ? await planNixPin(entry, selected, tools, selection, options)
        : await planSpecPin(entry, selected, tools, options)
    return { ...plan, outcome: withConstraints(entry, plan.outcome) }
  } catch (error) {
    return { outcome: failed(entry, error) }
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

/** Steps 8 and 9: plans that touch the same files are proved and written together, all of them or none. */
async function apply(
  plans: readonly Plan[],
  found: Found,
  context: Context,
  options: UpdateOptions,
): Promise<{ outcomes: Outcome[]; diff: string }> {
  const outcomes = plans.map((plan) => plan.outcome)
  const diffs: string[] = []
  refuseUnproven(plans, outcomes, found)
  const proven = plans.map((plan, i) => (outcomes[i] === plan.outcome ? plan : { outcome: outcomes[i]! }))
  for (const group of groupsOf(proven, found)) {
    try {
      const changes = changesOf(
        group.map((i) => plans[i]!),
        found,
      )
      if (options.dryRun) diffs.push(...(await Promise.all(changes.map(unifiedDiff))))
      else await context.files.write(changes)
    } catch (error) {
      const { outcome, reason } = endOf(error)
      for (const i of group) outcomes[i] = { ...outcomes[i]!, outcome, to: null, reason }
    }
  }
  return { outcomes, diff: diffs.join('') }
}

/** What does not come out as intended is not written, and its outcome says so. */
function refuseUnproven(plans: readonly Plan[], outcomes: Outcome[], found: Found): void {
  const edited = plans.flatMap(({ proposal }, i) => (proposal === undefined ? [] : [{ i, proposal }]))
  const problems = problemsOf(
    found,
    edited.map(({ proposal }) => proposal),
  )
  for (const [n, { i }] of edited.entries()) {
    const problem = problems[n]
    if (problem === null || problem === undefined) continue
    const message = `The edit of ${outcomes[i]!.pin} was not written because evaluating it again did not give what was intended: ${problem}`
    outcomes[i] = { ...outcomes[i]!, outcome: 'refused', to: null, reason: { code: 'not-proven', message } }
  }
}

/** Indexes of plans with something to write, those with a file in common together. */
function groupsOf(plans: readonly Plan[], found: Found): number[][] {
  const groups: { files: Set<string>; members: number[] }[] = []
  for (const [i, plan] of plans.entries()) {
    const files = new Set([
      ...(plan.proposal?.edits.map((edit) => edit.file) ?? []),
      ...(plan.spec === undefined ? [] : specChanges([plan.spec], found).map((change) => change.path)),
    ])
    if (files.size === 0) continue
    const joined = groups.filter((group) => [...files].some((file) => group.files.has(file)))
    const merged = { files, members: [i] }
    for (const group of joined) {
      for (const file of group.files) merged.files.add(file)
      merged.members.push(...group.members)
      groups.splice(groups.indexOf(group), 1)
    }
    merged.members.sort((a, b) => a - b)
    groups.push(merged)
  }
  return groups.map((group) => group.members)
}

function changesOf(plans: readonly Plan[], found: Found): Change[] {
  const proposals = plans.flatMap((plan) => plan.proposal ?? [])
  const changes: Change[] = specChanges(
    plans.flatMap((plan) => plan.spec ?? []),
    found,
  )
  if (proposals.length > 0) {
    for (const [path, after] of overlayOf(found, editsOf(proposals))) changes.push({ path, before: found.checkout.text(path), after })
  }
  return changes.filter((change) => change.before !== change.after).sort((a, b) => (a.path < b.path ? -1 : 1))
}

async function unifiedDiff({ path, before, after }: Change): Promise<string> {
  const { createTwoFilesPatch } = await import('diff')
  const patch = createTwoFilesPatch('', '', before ?? '', after, undefined, undefined, { context: 3 })
  const hunks = patch.slice(patch.indexOf('\n@@') + 1)
  return `--- ${before === null ? '/dev/null' : nameInDiff(`a/${path}`)}\n+++ ${nameInDiff(`b/${path}`)}\n${hunks}`
}

/** As git and patch read it: a tab ends a name that holds spaces, and odder names are quoted. */
function nameInDiff(name: string): string {
  if (/["\\\p{Cc}]/u.test(name)) return JSON.stringify(name)
  return name.includes(' ') ? `${name}\t` : name
}
