// A document of `verify` → the lines that say which of the pins it is about, and what came of them.
import type { OutcomeDocument } from '../../core/report.ts'
import { count, printable, wrap } from './layout.ts'
import { summaryLine } from './outcomes.ts'
import type { View } from './view.ts'

/** What was compared, then the summary; the latter is left out where nothing was left to verify. */
export function verifiedLines(document: OutcomeDocument, view: View): readonly string[] {
  const { outcomes, compared } = document
  const narrowed = compared === undefined || compared.pins === 0 ? [] : [comparedLine(compared)]
  return outcomes.length === 0 && narrowed.length > 0 ? narrowed : [...narrowed, summaryLine(document, view)]
}

/** Such as `2 of 9 pins differ from main (0123456)`. */
export function comparedLine({ base, commit, pins, changed }: NonNullable<OutcomeDocument['compared']>): string {
  const than = printable(`${base} (${commit.slice(0, 7)})`)
  if (changed === 0) return `none of ${count(pins, 'pin')} differs from ${than}; there is nothing to verify`
  return `${changed} of ${count(pins, 'pin')} ${changed === 1 ? 'differs' : 'differ'} from ${than}`
}

/** What makes the comparison less exact than it could be. */
export function remarkLines({ compared }: OutcomeDocument, view: View): readonly string[] {
  return (compared?.remarks ?? []).flatMap((remark) => wrap(printable(`warning: ${remark}`), view.columns).map(view.err.warning))
}
