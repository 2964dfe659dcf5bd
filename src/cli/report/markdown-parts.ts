// Parts of an outcome → the Markdown that several reports share.
import type { AssetOutcome, Outcome } from '../../core/report.ts'
import { bytes, hashText } from './layout.ts'
import { code, linked, prose, row, tableHead } from './markdown-text.ts'
import { joinSystems } from './systems.ts'
import { urlPart } from './url-part.ts'

/** The page of a release; null where there is none, or its server's name is none. */
export function releasePage({ repository }: Pick<Outcome, 'repository'>, tag: string | null | undefined): string | null {
  const home = homeOf(repository)
  return home === null || tag == null ? null : `${home}/releases/tag/${urlPart(tag)}`
}

/** What changed between the pin's two tags; null where that is no question. */
export function comparePage({ repository, from, to }: Pick<Outcome, 'repository' | 'from' | 'to'>): string | null {
  const home = homeOf(repository)
  return home === null || from === null || to === null || from === to ? null : `${home}/compare/${urlPart(from)}...${urlPart(to)}`
}

function homeOf(repository: Outcome['repository']): string | null {
  if (repository === undefined || !/^[a-z0-9.-]+(?::\d+)?$/i.test(repository.server)) return null
  return `https://${repository.server}/${urlPart(repository.org)}/${urlPart(repository.name)}`
}

/** A tag that leads to its release. */
export function tagLink(outcome: Pick<Outcome, 'repository'>, tag: string | null | undefined): string {
  return tag == null ? '' : linked(tag, releasePage(outcome, tag))
}

/** `file:line` of the pin. */
export function place({ file, line }: Pick<Outcome, 'file' | 'line'>, prefix: string): string {
  return code(`${prefix}${file}:${line}`)
}

/** A line for the reason and one for each warning, each with its code. */
export function notes({ pin, reason, warnings }: Pick<Outcome, 'pin' | 'reason' | 'warnings'>): string {
  return [...(reason === undefined ? [] : [{ word: 'why', ...reason }]), ...warnings.map((warning) => ({ word: 'warning', ...warning }))]
    .map(({ word, code: name, message }) => `- ${code(pin)}, ${word} (${code(name)}): ${prose(message)}\n`)
    .join('')
}

/** A row for each hash literal; empty where there is none. */
export function hashTable(outcome: Outcome, prefix: string, names: readonly [old: string, now: string]): string {
  const rows = joinSystems(outcome.systems, ({ old, new: now, file, line, column }) => JSON.stringify([old, now, file, line, column]))
  if (rows.length === 0) return ''
  const cells = ({ old, new: now, file, line, size }: AssetOutcome): readonly string[] => [
    code(`${prefix}${file}:${line}`),
    code(hashText(old)),
    now === old ? 'the same' : code(now ?? ''),
    size === null ? '' : bytes(size),
  ]
  return (
    tableHead(['system', 'where', ...names, 'size'], [4]) +
    rows.map(({ systems, asset }) => row([prose(systems), ...cells(asset)])).join('')
  )
}
