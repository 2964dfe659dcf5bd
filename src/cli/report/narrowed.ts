// A document of `verify` → the lines that say which of the pins it is about, and what came of them.
import type { OutcomeDocument } from '../../core/report.ts'
import type { Printed } from '../command.ts'
import { count, printable, wrap } from './layout.ts'
import { outcomeLines, summaryLine } from './outcomes.ts'
import { problemLines } from './problems.ts'
import type { View } from './view.ts'

/** What `verify` prints. */
export function verifiedText(document: OutcomeDocument, view: View): Printed {
  return {
    stdout: [...outcomeLines(document, view), ...(view.quiet ? [] : verifiedLines(document, view))],
    stderr: [...problemLines(document.problems, view), ...(view.quiet ? [] : remarkLines(document, view))],
  }
}

/** What was compared and which part was taken, then the summary; the latter is left out where nothing was left to verify. */
function verifiedLines(document: OutcomeDocument, view: View): readonly string[] {
  const narrowed = narrowedLines(document)
  return document.outcomes.length === 0 && narrowed.length > 0 ? narrowed : [...narrowed, summaryLine(document, view)]
}

/** Which of the pins were meant: `2 of 9 pins differ from main (0123456)`, `shard 2 of 4 has 1 of 2 pins`; none where all were, or where there are none. */
export function narrowedLines({ compared, shard }: OutcomeDocument): readonly string[] {
  return [
    ...(compared === undefined || compared.pins === 0 ? [] : [comparedLine(compared)]),
    ...(shard === undefined || shard.pins === 0 ? [] : [shardLine(shard)]),
  ]
}

function shardLine({ number, of, pins, taken, split }: NonNullable<OutcomeDocument['shard']>): string {
  return `shard ${number} of ${of} (split ${split}) has ${taken === 0 ? 'none' : taken} of ${count(pins, 'pin')}${taken === 0 ? '; there is nothing to verify' : ''}`
}

function comparedLine({ base, commit, pins, changed }: NonNullable<OutcomeDocument['compared']>): string {
  const than = printable(`${base} (${commit.slice(0, 7)})`)
  if (changed === 0) return `none of ${count(pins, 'pin')} differs from ${than}; there is nothing to verify`
  return `${changed} of ${count(pins, 'pin')} ${changed === 1 ? 'differs' : 'differ'} from ${than}`
}

/** What makes the comparison less exact than it could be. */
function remarkLines({ compared }: OutcomeDocument, view: View): readonly string[] {
  return (compared?.remarks ?? []).flatMap((remark) => wrap(printable(`warning: ${remark}`), view.columns).map(view.err.warning))
}
