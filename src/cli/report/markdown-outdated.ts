// Versions beside newer ones → blocks of Markdown: what could not be told, what could move, and the rest folded.
import type { Outcome, OutcomeDocument } from '../../core/report.ts'
import { count } from './layout.ts'
import type { Block } from './markdown-limit.ts'
import { comparePage, notes, place, tagLink } from './markdown-parts.ts'
import { code, folded, prose, row, tableHead } from './markdown-text.ts'
import { fine } from './outcomes.ts'
import { ago } from './outdated.ts'

const columns: readonly string[] = ['pin', 'current', 'newest that fits', 'newest of all', '', 'where']

export function outdatedBlocks({ outcomes }: OutcomeDocument, prefix: string): readonly Block[] {
  const found = outcomes.filter(({ outcome }) => !fine.includes(outcome))
  const moving = outcomes.filter(({ outcome }) => outcome === 'outdated')
  const rest = outcomes.filter((each) => !found.includes(each) && !moving.includes(each))
  const shown = [...found, ...moving]
  const said = [...shown, ...rest].map((outcome) => ({ text: notes(outcome) })).filter(({ text }) => text !== '')
  return [
    ...(shown.length === 0
      ? []
      : [{ text: tableHead(columns) }, ...shown.map((outcome) => ({ text: tableRow(outcome, prefix) })), { text: '\n' }]),
    ...said,
    ...(said.length === 0 ? [] : [{ text: '\n' }]),
    ...(rest.length === 0
      ? []
      : [
          {
            text: '',
            fold: folded(
              `${count(rest.length, 'pin')} not outdated`,
              tableHead(columns) + rest.map((outcome) => tableRow(outcome, prefix)).join(''),
            ),
          },
        ]),
  ]
}

function tableRow(outcome: Outcome, prefix: string): string {
  const { pin, outcome: name, from, newest, newestOfAll, ages, constraints = [] } = outcome
  const dated = (tag: string | null | undefined, days: number | null | undefined): string =>
    tag == null ? '?' : `${tagLink(outcome, tag)}${days == null ? '' : ` (${ago(days)})`}`
  const compare = comparePage(outcome)
  const remarks = [
    ...(fine.includes(name) ? [] : [`**${name === 'unknown' ? 'could not find out' : name}**`]),
    ...(name === 'outdated' && compare !== null ? [`[what changed](${compare})`] : []),
    ...constraints.map(prose),
  ]
  return row([
    code(pin),
    from === null ? '' : dated(from, ages?.current),
    newest != null && newest === from ? 'the current one' : dated(newest, ages?.newest),
    newestOfAll != null && newestOfAll === from
      ? 'the current one'
      : newestOfAll != null && newestOfAll === newest
        ? 'the same'
        : dated(newestOfAll, ages?.newestOfAll),
    remarks.join(', '),
    place(outcome, prefix),
  ])
}
