// A document or an error → Markdown: the body of a pull request, a comment, or the summary of a job.
import type { ListDocument, OutcomeDocument, Problem } from '../../core/report.ts'
import { ofProblem } from '../exit-code.ts'
import { errorDocument } from './json.ts'
import { count } from './layout.ts'
import { bodyLimit, fitted } from './markdown-limit.ts'
import type { Block } from './markdown-limit.ts'
import { outdatedBlocks } from './markdown-outdated.ts'
import { updateBlocks } from './markdown-update.ts'
import { verifyBlocks } from './markdown-verify.ts'
import { code, folded, prose, row, tableHead } from './markdown-text.ts'
import { narrowedLines } from './narrowed.ts'
import { outcomeCounts } from './outcomes.ts'
import { outdatedCounts } from './outdated.ts'
import type { Origin, Subject } from './subject.ts'
import { systemsText } from './systems.ts'

/** What it came to first, as a heading; no longer than `limit` characters, by default what GitHub takes, and when something was left out for that, it says so. */
export function markdownText(subject: Subject, limit: number = bodyLimit): string {
  const { document, command, prefix } = subject
  const blocks = 'outcomes' in document ? outcomeBlocks(command, document, prefix) : listBlocks(document, prefix)
  return `${fitted([...blocks, ...problemBlocks(document.problems, prefix)], limit).trimEnd()}\n`
}

/** For a command that could not run at all. */
export function markdownError(error: unknown, { command }: Pick<Origin, 'command'>): string {
  const { code: name, message } = errorDocument(error).error
  return `## ${command === null ? 'pinhash' : `pinhash ${command}`} could not run\n\n- ${code(name)}: ${prose(message)}\n`
}

function outcomeBlocks(command: string | null, document: OutcomeDocument, prefix: string): readonly Block[] {
  if (command === 'outdated') return [heading(outdatedCounts(document)), ...outdatedBlocks(document, prefix)]
  const { compared, outcomes } = document
  const narrowed = narrowedLines(document)
  const notes = [...narrowed, ...(compared?.remarks ?? [])]
  const title =
    outcomes.length === 0 && narrowed.length > 0 ? 'nothing to verify' : outcomeCounts(document, document.diff !== undefined).join(', ')
  return [
    heading(title),
    ...notes.map((note) => ({ text: `${prose(capital(note))}\n\n` })),
    ...(command === 'verify' ? verifyBlocks(document, prefix) : updateBlocks(document, prefix)),
  ]
}

function heading(text: string): Block {
  return { text: `## ${capital(text)}\n\n` }
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

function listBlocks({ pins, unmanaged }: ListDocument, prefix: string): readonly Block[] {
  const title = [
    pins.length === 0 ? 'no pins found' : count(pins.length, 'pin'),
    ...(unmanaged.length === 0 ? [] : [`${count(unmanaged.length, 'fetch')} seen, not managed`]),
  ]
  const table = pins.map(({ pin, tag, org, name, file, line, systems, constraints = [] }): Block => ({
    text: row([
      code(pin),
      code(tag ?? ''),
      org === null || name === null ? '' : code(`${org}/${name}`),
      prose(systemsText(Object.keys(systems), Object.keys(systems))),
      code(`${prefix}${file}:${line}`),
      prose(constraints.join(', ')),
    ]),
  }))
  const others = unmanaged
    .map(({ file, line, fetcher, reason }) => row([code(`${prefix}${file}:${line}`), code(fetcher), prose(reason)]))
    .join('')
  return [
    heading(title.join(', ')),
    ...(table.length === 0
      ? []
      : [{ text: tableHead(['pin', 'version', 'repository', 'systems', 'where', '']) }, ...table, { text: '\n' }]),
    ...(others === ''
      ? []
      : [
          {
            text: '',
            fold: folded(`${count(unmanaged.length, 'fetch')} not managed`, tableHead(['where', 'fetcher', 'why']) + others),
          },
        ]),
  ]
}

/** Files that stop the exit code from being 0 before those that are only told of. */
function problemBlocks(problems: readonly Problem[], prefix: string): readonly Block[] {
  const line = ({ file, line: at, column, code: name, message }: Problem): string => {
    const place = [prefix + file, ...(at === null ? [] : [at, ...(column === null ? [] : [column])])].join(':')
    return `- ${code(place)}: ${prose(message)} (${code(name)})\n`
  }
  const bad = problems.filter((problem) => ofProblem(problem) !== 0)
  const told = problems.filter((problem) => ofProblem(problem) === 0)
  return [
    ...(bad.length === 0
      ? []
      : [{ text: '### Files that could not be read\n\n' }, ...bad.map((each) => ({ text: line(each) })), { text: '\n' }]),
    ...(told.length === 0 ? [] : [{ text: '', fold: folded(`${count(told.length, 'file')} left alone`, told.map(line).join('')) }]),
  ]
}
