// The repository → its pins, and what was seen but is not managed.
import type { ListDocument, ListedPin } from '../core/report.ts'
import { constraintsOf } from '../pin/policy.ts'
import { load } from './found.ts'
import type { Context, Selection } from './context.ts'
import { type Entry, entriesOf, listedSystems } from './entries.ts'
import { selectOrExplain } from './chosen.ts'

/** Steps 1 and 2. A repository without pins is an empty list, not an error. */
export async function list(context: Context, selection: Selection): Promise<ListDocument> {
  const found = load(context.files, selection)
  const entries = entriesOf(found)
  const asked = selection.pins.length > 0 || selection.systems !== null
  const shown = asked && entries.length > 0 ? selectOrExplain(found, selection, context).map(({ pin }) => pin) : entries
  return {
    pins: shown.map((entry) => ({
      pin: entry.name,
      org: entry.org,
      name: entry.repo,
      tag: entry.tag,
      file: entry.file,
      line: entry.line,
      systems: ofSystems(listedSystems(found, entry), selection.systems),
      ...constraintsIn(entry),
    })),
    unmanaged: found.discovery.unmanaged.map(({ place, fetcher, reason }) => ({
      file: place.file,
      line: found.checkout.position(place).line,
      fetcher,
      reason,
    })),
    problems: found.problems,
  }
}

function ofSystems(listed: ListedPin['systems'], systems: Selection['systems']): ListedPin['systems'] {
  return systems === null ? listed : Object.fromEntries(Object.entries(listed).filter(([system]) => systems.includes(system)))
}

function constraintsIn({ spoken }: Entry): Pick<ListedPin, 'constraints'> {
  const constraints = constraintsOf(spoken.policy)
  return constraints.length === 0 ? {} : { constraints }
}
