// What an update came to → blocks of Markdown that a maintainer reads before merging it.
import type { Outcome, OutcomeDocument } from '../../core/report.ts'
import { count } from './layout.ts'
import type { Block } from './markdown-limit.ts'
import { comparePage, hashTable, notes, place, tagLink } from './markdown-parts.ts'
import { code, folded, prose, row, tableHead } from './markdown-text.ts'
import { chosen, evidenceText, fileName, fine } from './outcomes.ts'
import { ago } from './outdated.ts'
import { joinSystems } from './systems.ts'

/** A block a pin: what changed, what was refused and why, and folded what stays as it is. */
export function updateBlocks({ outcomes }: OutcomeDocument, prefix: string): readonly Block[] {
  const refused = outcomes.filter(({ outcome }) => !fine.includes(outcome))
  const updated = outcomes.filter(({ outcome }) => outcome === 'updated')
  const rest = outcomes.filter((each) => !refused.includes(each) && !updated.includes(each))
  return [
    ...updated.map((outcome) => updatedBlock(outcome, prefix)),
    ...(refused.length === 0 ? [] : [{ text: '### Not updated\n\n' }]),
    ...refused.map((outcome) => refusedBlock(outcome, prefix)),
    ...rest.filter(({ warnings }) => warnings.length > 0).map((outcome) => ({ text: `${notes(outcome)}\n` })),
    ...(rest.length === 0 ? [] : [unchangedBlock(rest, prefix)]),
  ]
}

function updatedBlock(outcome: Outcome, prefix: string): Block {
  const { pin, from, to, release } = outcome
  const compare = comparePage(outcome)
  const tags = from === to ? [tagLink(outcome, to)] : [tagLink(outcome, from), tagLink(outcome, to)]
  const facts = [
    ...(release === undefined || release.publishedAt === null
      ? []
      : [`published ${release.age === null ? '' : `${ago(release.age)}, `}on ${prose(release.publishedAt.slice(0, 10))}`]),
    ...(release?.prerelease === true ? ['a prerelease'] : []),
    ...(release?.immutable === true ? ['immutable'] : []),
    ...(compare === null ? [] : [`[what changed](${compare})`]),
    place(outcome, prefix),
  ]
  const hashes = hashTable(outcome, prefix, ['old hash', 'new hash'])
  const urls = new Set(
    Object.values(outcome.systems)
      .flat()
      .map(({ url }) => url),
  )
  const said = notes(outcome)
  return {
    text: `### ${[code(pin), tags.filter((tag) => tag !== '').join(' → ')].join(' ').trim()}\n\n${facts.join(' · ')}\n\n${evidenceTable(outcome)}${said === '' ? '' : `${said}\n`}`,
    fold: hashes === '' ? '' : folded(`Old and new hashes of ${count(urls.size, 'asset')}`, hashes),
  }
}

/** Why each hash is to be believed. */
function evidenceTable({ systems }: Outcome): string {
  const rows = joinSystems(systems, (asset) => JSON.stringify([asset.url, asset.new, asset.evidence, asset.unchecked]))
  if (rows.length === 0) return ''
  const body = rows.map(({ systems: names, asset }) => {
    const by = asset.chosenBy === undefined ? '' : `, ${chosen[asset.chosenBy]}`
    return row([prose(names), code(fileName(asset.url)) + by, prose(evidenceText(asset))])
  })
  return `${tableHead(['system', 'asset', 'evidence'])}${body.join('')}\n`
}

function refusedBlock(outcome: Outcome, prefix: string): Block {
  const { pin, from, to, outcome: name, reason, warnings } = outcome
  const tags = [from, to].flatMap((tag, i) => (tag === null || (i === 1 && to === from) ? [] : [tagLink(outcome, tag)])).join(' → ')
  const why = reason === undefined ? '' : ` (${code(reason.code)}): ${prose(reason.message)}`
  const hashes = name === 'mismatch' || name === 'drift' ? hashTable(outcome, prefix, ['the file holds', 'found']) : ''
  const said = notes({ pin, warnings })
  return {
    text: `**${name === 'unknown' ? 'could not find out' : name}**: ${code(pin)} ${tags}, ${place(outcome, prefix)}${why}\n\n${said === '' ? '' : `${said}\n`}`,
    fold: hashes === '' ? '' : folded('The hash in the file and the one found', hashes),
  }
}

function unchangedBlock(rest: readonly Outcome[], prefix: string): Block {
  const rows = rest.map((outcome) =>
    row([code(outcome.pin), tagLink(outcome, outcome.from), place(outcome, prefix), prose((outcome.constraints ?? []).join(', '))]),
  )
  return { text: '', fold: folded(`${count(rest.length, 'pin')} unchanged`, tableHead(['pin', 'version', 'where', '']) + rows.join('')) }
}
