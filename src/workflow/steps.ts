// Plans → the steps they are written in, and the texts after each: always the original texts and the edits of all that hold.
import { type Found, specFile } from './found.ts'
import { overlayOf } from './nix-pin.ts'
import type { Plan } from './plan.ts'
import { specChanges } from './plan-spec-pin.ts'
import type { Change } from './ports.ts'
import { editsOf } from './proving.ts'

/** Indexes of plans that are written together, all of them or none; in the order of the plans. */
export type Step = readonly number[]

/** Plans with a file in common together. */
export function stepsByFile(plans: readonly Plan[]): readonly Step[] {
  return joined(plans.map(filesOf))
}

/** Each plan by itself, save those that ask for the very same edit: neither would be right without the other. */
export function stepsByPin(plans: readonly Plan[]): readonly Step[] {
  return joined(
    plans.map((plan, i) => [
      ...(filesOf(plan).length === 0 ? [] : [String(i)]),
      ...(plan.proposal?.edits ?? []).map(({ file, start, end, text }) => JSON.stringify([file, start, end, text])),
    ]),
  )
}

/** What the step changes where `held` are written already. */
export function changesOf(step: readonly Plan[], held: readonly Plan[], found: Found): Change[] {
  const files = new Set(step.flatMap((plan) => filesOf(plan)))
  const below = held.filter((plan) => filesOf(plan).some((file) => files.has(file)))
  const before = textsOf(below, found)
  return [...textsOf([...below, ...step], found)]
    .map(([path, after]): Change => ({ path, before: before.get(path) ?? found.checkout.text(path), after }))
    .filter((change) => change.before !== change.after)
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

function textsOf(plans: readonly Plan[], found: Found): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  for (const { path, after } of specChanges(
    plans.flatMap((plan) => plan.spec ?? []),
    found,
  ))
    texts.set(path, after)
  const proposals = plans.flatMap((plan) => plan.proposal ?? [])
  if (proposals.length > 0) for (const [path, after] of overlayOf(found, editsOf(proposals))) texts.set(path, after)
  return texts
}

function filesOf(plan: Plan): readonly string[] {
  const own = plan.spec === undefined ? [] : [specFile, plan.spec.pin.file]
  return [...new Set([...(plan.proposal?.edits.map((edit) => edit.file) ?? []), ...own])]
}

/** Indexes of what has something in common together; what has nothing at all is left out. */
function joined(keys: readonly (readonly string[])[]): readonly Step[] {
  const groups: { keys: Set<string>; members: number[] }[] = []
  for (const [i, own] of keys.entries()) {
    if (own.length === 0) continue
    const merged = { keys: new Set(own), members: [i] }
    for (const group of groups.filter((each) => own.some((key) => each.keys.has(key)))) {
      for (const key of group.keys) merged.keys.add(key)
      merged.members.push(...group.members)
      groups.splice(groups.indexOf(group), 1)
    }
    merged.members.sort((a, b) => a - b)
    groups.push(merged)
  }
  return groups.map((group) => group.members)
}
