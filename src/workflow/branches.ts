// The selected pins → the branches that their updates go to; asks nobody and writes nothing.
import type { BranchDocument } from '../core/report.ts'
import { branchNames } from '../pin/branch-name.ts'
import { load } from './found.ts'
import { selectOrExplain } from './chosen.ts'
import type { Context, Selection } from './context.ts'
import { type Entry, entriesOf } from './entries.ts'
import { isManaged } from './restraint.ts'

/** The names are distinct among all pins of the repository, so that no selection changes them. Throws as `update` does where the selection is wrong. */
export function branches(context: Context, selection: Selection, prefix: string): BranchDocument {
  const found = load(context.files, selection)
  const selected = selectOrExplain(found, selection, context).filter(isManaged)
  const all = new Map<string, Entry>()
  const others = selection.globs === null ? [] : entriesOf(load(context.files, { globs: null }))
  for (const entry of [...others, ...entriesOf(found)]) all.set(placeOf(entry), entry)
  const names = branchNames([...all.values()], prefix)
  const at = new Map([...all.keys()].map((key, i) => [key, names[i]!]))
  return {
    branches: selected.map(({ pin }) => ({ pin: pin.name, file: pin.file, line: pin.line, branch: at.get(placeOf(pin))! })),
    problems: found.problems,
  }
}

const placeOf = ({ name, file, line, column }: Entry): string => JSON.stringify([name, file, line, column])
