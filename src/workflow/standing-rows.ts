// The selected pins → those that stay where they are because another row of their table goes on.
import type { Pin } from '../pin/pin.ts'
import { compareTags } from '../pin/tag.ts'
import { versionEdits } from '../pin/version-edits.ts'
import { shownTable } from '../pin/version-rows.ts'
import type { Found } from './found.ts'
import type { Entry, NixEntry } from './entries.ts'
import type { Selected } from './select.ts'
import { tableSources } from './table-sources.ts'

/**
 * Of a table in which every row is a package of its own, the newest row goes on, or the one before the tag that is asked for: a row is added to it. The others are
 * the older versions that the table is there for.
 */
export function standingRows(selected: readonly Selected<Entry>[], found: Found): ReadonlySet<Selected<Entry>> {
  const standing = new Set<Selected<Entry>>()
  for (const named of groups(selected, ({ pin, tag }) => (pin.kind === 'nix' ? JSON.stringify([pin.file, pin.name, tag]) : null)))
    for (const rows of named.length === 1 ? [] : groups(named, ({ pin }) => tableOf((pin as NixEntry).pin, found))) {
      const going = goingOn(rows)
      for (const row of rows) if (row.pin.tag !== going.pin.tag) standing.add(row)
    }
  return standing
}

/** An entry that stays: what is still to be filled in is filled in. */
export function held(entry: NixEntry): NixEntry {
  const { spoken } = entry
  return { ...entry, spoken: { ...spoken, policy: { ...spoken.policy, hold: true } } }
}

function goingOn(rows: readonly Selected<Entry>[]): Selected<Entry> {
  const ordered = rows.toSorted((a, b) => compareTags(a.pin.tag!, b.pin.tag!))
  const { tag } = ordered[0]!
  if (tag === null) return ordered.at(-1)!
  return ordered.findLast((row) => compareTags(row.pin.tag!, tag) <= 0) ?? ordered[0]!
}

/** The table of which the pin is a row, as any other version would show. */
function tableOf(pin: Pin, found: Found): string | null {
  if (pin.tag === null) return null
  const other = pin.tag.replace(/\d+(?=\D*$)/, (digits) => String(BigInt(digits) + 1n))
  const planned = versionEdits(pin, other)
  return planned.ok ? shownTable(pin, other, planned.edits, tableSources(found.checkout)) : null
}

function groups<T>(items: readonly T[], keyOf: (item: T) => string | null): T[][] {
  const found = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    if (key !== null) found.set(key, [...(found.get(key) ?? []), item])
  }
  return [...found.values()]
}
