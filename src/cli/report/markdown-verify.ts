// What a verification found → blocks of Markdown: a short table of what is not fine, why, and the rest folded.
import type { Outcome, OutcomeDocument } from '../../core/report.ts'
import { count } from './layout.ts'
import type { Block } from './markdown-limit.ts'
import { hashTable, notes, place, tagLink } from './markdown-parts.ts'
import { code, folded, prose, row, tableHead } from './markdown-text.ts'
import { evidenceText, fine } from './outcomes.ts'

const columns: readonly string[] = ['pin', 'version', 'outcome', 'code', 'where']

/** In the document's order, what could not be found out after what is wrong. */
export function verifyBlocks({ outcomes }: OutcomeDocument, prefix: string): readonly Block[] {
  const wrong = outcomes.filter(({ outcome }) => !fine.includes(outcome) && outcome !== 'unknown')
  const found = [...wrong, ...outcomes.filter(({ outcome }) => outcome === 'unknown')]
  const good = outcomes.filter(({ outcome }) => fine.includes(outcome))
  const warned = good.filter(({ warnings }) => warnings.length > 0)
  return [
    ...(found.length === 0 ? [] : [{ text: tableHead(columns) }]),
    ...found.map((outcome) => ({ text: tableRow(outcome, prefix) })),
    ...(found.length === 0 ? [] : [{ text: '\n' }]),
    ...found.map((outcome) => reasonBlock(outcome, prefix)),
    ...warned.map((outcome) => ({ text: `${notes(outcome)}\n` })),
    ...(good.length === 0 ? [] : [{ text: '', fold: folded(`${count(good.length, 'pin')} verified`, goodTable(good, prefix)) }]),
  ]
}

function tableRow(outcome: Outcome, prefix: string): string {
  const word = outcome.outcome === 'unknown' ? 'could not find out' : `**${outcome.outcome}**`
  return row([code(outcome.pin), tagLink(outcome, outcome.from), word, code(outcome.reason?.code ?? ''), place(outcome, prefix)])
}

function reasonBlock(outcome: Outcome, prefix: string): Block {
  const { outcome: name } = outcome
  const hashes = name === 'mismatch' || name === 'drift' ? hashTable(outcome, prefix, ['the file holds', 'found']) : ''
  return { text: `${notes(outcome)}\n`, fold: hashes === '' ? '' : folded('The hash in the file and the one found', hashes) }
}

function goodTable(outcomes: readonly Outcome[], prefix: string): string {
  const rows = outcomes.map((outcome) => {
    const assets = Object.values(outcome.systems).flat()
    const evidence = [...new Set(assets.map(evidenceText))].join('; ')
    return row([
      code(outcome.pin),
      tagLink(outcome, outcome.from),
      prose(Object.keys(outcome.systems).join(', ')),
      prose(evidence),
      place(outcome, prefix),
    ])
  })
  return tableHead(['pin', 'version', 'systems', 'evidence', 'where']) + rows.join('')
}
