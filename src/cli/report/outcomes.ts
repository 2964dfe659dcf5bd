// OutcomeDocument → what `pinhash update` and `pinhash verify` print.
import type { AssetOutcome, Outcome, OutcomeDocument, OutcomeName } from '../../core/report.ts'
import { bytes, count, duration, hashText, printable, shortHash, table, width, wrap } from './layout.ts'
import type { Cell } from './layout.ts'
import { joinSystems } from './systems.ts'
import type { SystemsRow } from './systems.ts'
import type { Painter, View } from './view.ts'

/** Those that nobody has to do anything about. */
export const fine: readonly OutcomeName[] = ['unchanged', 'updated', 'verified', 'outdated']

/** A block of lines for each pin in the document's order. With `quiet` only pins that are not fine or that carry a warning. */
export function outcomeLines({ outcomes }: OutcomeDocument, view: View, painter: Painter = view.out): readonly string[] {
  const shown = outcomes.filter(({ outcome, warnings }) => !view.quiet || !fine.includes(outcome) || warnings.length > 0)
  const headers = shown.map((outcome) => header(outcome, painter))
  const longest = Math.max(0, ...headers.map(({ plain }) => width(plain)))
  return shown.flatMap((outcome, i) => {
    const { plain, painted } = headers[i] ?? { plain: '', painted: '' }
    const place = printable(`${outcome.file}:${outcome.line}`)
    const room = view.columns === null ? longest : Math.min(longest, view.columns - width(place) - 3)
    const gap = ' '.repeat(Math.max(0, room - width(plain)) + 3)
    const notes = [
      ...(outcome.reason === undefined ? [] : wrap(printable(outcome.reason.message), view.columns, '  ').map(painter.bad)),
      ...outcome.warnings.flatMap(({ message }) => wrap(printable(`warning: ${message}`), view.columns, '  ').map(painter.warning)),
    ]
    const said = outcome.constraints === undefined ? '' : `   ${painter.warning(printable(outcome.constraints.join(', ')))}`
    return [
      `${painted}${gap}${painter.faint(place)}${said}`,
      ...assetLines(outcome, view, painter),
      ...commitLines(outcome, painter),
      ...notes,
    ]
  })
}

/** What it all came to: `1 pin updated, 3 hashes, 25.1 MB in 2.1 s`. Bytes are those downloaded, each address once. */
export function summaryLine(document: OutcomeDocument, view: View, dryRun = false): string {
  const { outcomes } = document
  const parts = outcomeCounts(document, dryRun)
  const assets = outcomes.flatMap((outcome) => assetsOf(outcome).map((asset) => ({ outcome: outcome.outcome, asset })))
  const places = new Set(
    assets
      .filter(({ outcome, asset }) => (outcome === 'updated' ? asset.new !== asset.old : outcome === 'verified'))
      .map(({ asset }) => `${asset.file}:${asset.line}:${asset.column}`),
  )
  if (places.size > 0) parts.push(count(places.size, 'hash'))
  const sizes = new Map(assets.filter(({ asset }) => asset.evidence.includes('bytes')).map(({ asset }) => [asset.url, asset.size ?? 0]))
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  return `${[...parts, ...(total > 0 ? [bytes(total)] : [])].join(', ')} in ${duration(view.milliseconds)}`
}

/** Such as `1 pin updated` and `2 refused`. */
export function outcomeCounts({ outcomes, problems }: OutcomeDocument, dryRun = false): string[] {
  const parts: string[] = []
  for (const name of order) {
    const number = outcomes.filter(({ outcome }) => outcome === name).length
    if (number === 0) continue
    const subject = parts.length === 0 ? count(number, 'pin') : String(number)
    parts.push(`${subject} ${name === 'updated' && dryRun ? 'would be updated' : words[name]}`)
  }
  if (parts.length === 0) parts.push(problems.length === 0 ? 'no pins found' : `no pins found, ${count(problems.length, 'problem')}`)
  return parts
}

const order: readonly OutcomeName[] = ['updated', 'verified', 'outdated', 'unchanged', 'mismatch', 'drift', 'missing', 'refused', 'unknown']

const words: Readonly<Record<OutcomeName, string>> = {
  updated: 'updated',
  verified: 'verified',
  outdated: 'outdated',
  unchanged: 'unchanged',
  mismatch: 'with another hash',
  drift: 'drifted',
  missing: 'missing',
  refused: 'refused',
  unknown: 'unresolved',
}

function header({ pin, outcome, from, to }: Outcome, painter: Painter): { readonly plain: string; readonly painted: string } {
  const status = outcome === 'updated' || outcome === 'verified' ? painter.good : fine.includes(outcome) ? painter.faint : painter.bad
  const name = printable(pin)
  const tags = printable([...new Set([from, to].filter((tag) => tag !== null))].join(' → '))
  const word = outcome === 'updated' && from !== to ? '' : outcome === 'unknown' ? 'could not find out' : outcome
  const cells: readonly (readonly [string, string])[] = [
    [name, painter.strong(name)],
    [tags, word === '' ? painter.good(tags) : tags],
    [word, status(word)],
  ]
  const filled = cells.filter(([text]) => text !== '')
  return { plain: filled.map(([text]) => text).join('  '), painted: filled.map(([, painted]) => painted).join('  ') }
}

function assetLines(outcome: Outcome, view: View, painter: Painter): readonly string[] {
  const rows = joinSystems(outcome.systems, ({ url, old, new: found }) => JSON.stringify([url, old, found]))
  const named = new Set(rows.map(({ systems }) => systems)).size < rows.length
  const long = view.verbose || outcome.outcome === 'mismatch' || outcome.outcome === 'drift'
  const heads = table(
    rows.map(({ systems, asset }) => assetCells(systems, asset, { named, long, painter })),
    '  ',
  )
  return heads.flatMap((line, i) => [line, ...detailLines(rows[i], { long, verbose: view.verbose, painter })])
}

function assetCells(
  systems: string,
  asset: AssetOutcome,
  { named, long, painter }: { named: boolean; long: boolean; painter: Painter },
): readonly Cell[] {
  const hash = asset.new === null || asset.new === asset.old ? shortHash(asset.old) : `${shortHash(asset.old)} → ${shortHash(asset.new)}`
  return [
    { text: printable(systems) },
    ...(named ? [{ text: printable(fileName(asset.url)) }] : []),
    ...(long ? [] : [{ text: printable(hash) }]),
    { text: asset.size === null ? '' : bytes(asset.size), align: 'end' },
    { text: printable(evidenceText(asset)), paint: painter.faint },
    { text: asset.chosenBy === undefined ? '' : `${printable(fileName(asset.url))}, ${chosen[asset.chosenBy]}`, paint: painter.faint },
  ]
}

/** What held and what could not be checked. What there is none of stands in the document alone. */
export function evidenceText({ evidence, unchecked = [] }: AssetOutcome): string {
  return [...evidence, ...(unchecked.length === 0 ? [] : [`not checked: ${unchecked.join(', ')}`])].join(', ')
}

/** How the asset of a builder that cannot be read was found: what is to be doubted first, should it be the wrong one. */
export const chosen: Readonly<Record<NonNullable<AssetOutcome['chosenBy']>, string>> = {
  digest: 'chosen by the hash in the file',
  comment: 'chosen by the comment',
  name: 'chosen by its name',
}

/** Full hashes, where they are not abbreviated in the row, and with `verbose` the address. */
function detailLines(
  row: SystemsRow<AssetOutcome> | undefined,
  { long, verbose, painter }: { long: boolean; verbose: boolean; painter: Painter },
): readonly string[] {
  if (row === undefined || !long) return []
  const { asset } = row
  const place = painter.faint(printable(`${asset.file}:${asset.line}:${asset.column}`))
  const same = asset.new === null || asset.new === asset.old
  return [
    ...(verbose ? [`    ${printable(asset.url)}`] : []),
    ...(same
      ? [`    ${printable(hashText(asset.old))}   ${place}`]
      : [
          `    file has  ${painter.bad(printable(hashText(asset.old)))}   ${place}`,
          `    found     ${painter.good(printable(asset.new ?? ''))}`,
        ]),
  ]
}

/** The commit's first characters and its message, in a dry run the message alone. */
function commitLines({ commit }: Outcome, painter: Painter): readonly string[] {
  if (commit === undefined) return []
  const [subject = '', ...rest] = commit.message.split('\n').map(printable)
  const head = commit.id === null ? 'would be committed as' : `committed as ${commit.id.slice(0, 10)}`
  return [painter.faint(`  ${head}: ${subject}`), ...rest.map((line) => (line === '' ? '' : painter.faint(`    ${line}`)))]
}

function assetsOf(outcome: Outcome): readonly AssetOutcome[] {
  return Object.values(outcome.systems).flat()
}

/** The last part of an address. */
export function fileName(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1)
}
