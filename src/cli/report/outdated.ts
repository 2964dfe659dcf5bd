// OutcomeDocument → what `pinhash outdated` prints.
import type { Outcome, OutcomeDocument } from '../../core/report.ts'
import type { Printed } from '../command.ts'
import type { Cell } from './layout.ts'
import { count, duration, printable, table, wrap } from './layout.ts'
import { problemLines } from './problems.ts'
import type { View } from './view.ts'

/** A row a pin under a heading: its version, the newest that fits, the newest of all, each with its age; then reasons and warnings. With `quiet` only pins that are not up to date. */
export function outdatedText(document: OutcomeDocument, view: View): Printed {
  const shown = document.outcomes.filter(({ outcome, warnings }) => !view.quiet || outcome !== 'unchanged' || warnings.length > 0)
  const heading = ['pin', 'current', 'newest that fits', 'newest of all', 'where'].map((text): Cell => ({ text, paint: view.out.heading }))
  const [head = '', ...lines] = table([heading, ...shown.map((outcome) => row(outcome, view))])
  const body = shown.flatMap((outcome, i) => [lines[i] ?? '', ...notes(outcome, view)])
  const stdout = [...(shown.length === 0 ? [] : [head, ...body]), ...(view.quiet ? [] : [summary(document, view)])]
  return { stdout, stderr: problemLines(document.problems, view) }
}

function row(outcome: Outcome, { out }: View): readonly Cell[] {
  const { pin, outcome: name, from, newest, newestOfAll, ages, file, line, constraints = [] } = outcome
  const dated = (tag: string | null | undefined, days: number | null | undefined): string =>
    tag == null ? '?' : `${tag}${days == null ? '' : ` (${ago(days)})`}`
  const fits = newest != null && newest === from ? 'the current one' : dated(newest, ages?.newest)
  const highest =
    newestOfAll != null && newestOfAll === from
      ? 'the current one'
      : newestOfAll != null && newestOfAll === newest
        ? 'the same'
        : dated(newestOfAll, ages?.newestOfAll)
  const paint = name === 'outdated' ? out.good : name === 'unchanged' ? out.faint : out.bad
  return [
    { text: printable(pin), paint: out.strong },
    { text: printable(from === null ? '-' : dated(from, ages?.current)) },
    { text: printable(fits), paint },
    { text: printable(highest), paint: out.faint },
    { text: printable(`${file}:${line}`), paint: out.faint },
    { text: printable(constraints.join(', ')), paint: out.warning },
  ]
}

function notes({ reason, warnings }: Outcome, { columns, out }: View): readonly string[] {
  return [
    ...(reason === undefined ? [] : wrap(printable(reason.message), columns, '  ').map(out.bad)),
    ...warnings.flatMap(({ message }) => wrap(printable(`warning: ${message}`), columns, '  ').map(out.warning)),
  ]
}

/** `today`, `1 day ago`. */
export function ago(days: number): string {
  return days === 0 ? 'today' : `${count(days, 'day')} ago`
}

const troubles = [
  ['missing', 'missing'],
  ['refused', 'refused'],
  ['unknown', 'unresolved'],
] as const

function summary(document: OutcomeDocument, view: View): string {
  return document.outcomes.length === 0 ? outdatedCounts(document) : `${outdatedCounts(document)} in ${duration(view.milliseconds)}`
}

/** Such as `1 of 4 pins outdated, 1 refused`. */
export function outdatedCounts({ outcomes, problems }: OutcomeDocument): string {
  if (outcomes.length === 0) return problems.length === 0 ? 'no pins found' : `no pins found, ${count(problems.length, 'problem')}`
  const number = (test: (outcome: Outcome) => boolean): number => outcomes.filter(test).length
  const unknown = number(({ outcome, newest }) => outcome === 'unchanged' && newest === null)
  const parts = [
    `${number(({ outcome }) => outcome === 'outdated')} of ${count(outcomes.length, 'pin')} outdated`,
    ...(unknown === 0 ? [] : [`${unknown} with no version to compare`]),
    ...troubles.flatMap(([name, word]) => {
      const those = number(({ outcome }) => outcome === name)
      return those === 0 ? [] : [`${those} ${word}`]
    }),
  ]
  return parts.join(', ')
}
