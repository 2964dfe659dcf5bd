// What a step came to → annotations and lines of the log, the summary of the job, and the outputs of the step.
import { annotation, githubText } from '../cli/report/github.ts'
import { code, linked, prose, row, tableHead } from '../cli/report/markdown-text.ts'
import { markdownText } from '../cli/report/markdown.ts'
import { printable } from '../cli/report/layout.ts'
import { withoutPasswords } from '../cli/passwords.ts'
import type { OutcomeDocument } from '../core/report.ts'
import type { Verb } from './inputs.ts'
import type { Failure } from './pinhash.ts'
import type { Proposed } from './propose.ts'

/** All that a step has to tell. */
export interface Told {
  readonly command: Verb
  readonly version: string
  readonly document: OutcomeDocument | null
  readonly failures: readonly Failure[]
  readonly proposed: readonly Proposed[]
  /** What the document's files are prefixed with to be relative to the workspace. */
  readonly prefix: string
}

const outcomes: Readonly<Record<number, string>> = { 0: 'ok', 1: 'findings', 2: 'bad-input', 3: 'missing', 4: 'unknown', 70: 'bug' }

/** The word for an exit code. */
export function outcomeWord(exitCode: number): string {
  return outcomes[exitCode] ?? 'interrupted'
}

/** Lines for the log: what came of each pull request, and annotations. */
export function logText({ command, version, document, failures, proposed, prefix }: Told): string {
  const lines = proposed.map(({ what, url, title, why }) => {
    const where = url === null ? '' : ` ${url}`
    return `pull request ${what}${where}: ${printable(title)}${why === null ? '' : ` (${printable(why)})`}\n`
  })
  const marks = proposed.flatMap(({ what, pins, why, branch }) => {
    if (why === null) return []
    const title = `${pins.length === 1 ? pins[0]!.pin : `${pins.length} pins`}: pull request ${what}`
    const words = what === 'left' ? `The pull request from ${branch ?? ''} is left alone: ${why}` : why
    return [annotation(what === 'left' ? 'note' : 'error', { title }, words)]
  })
  const own = failures.map((failure) => annotation('error', { title: `pinhash: ${failure.code}` }, failure.message))
  const found = document === null ? '' : githubText({ document, command, version, prefix })
  return withoutPasswords([...lines, ...own, found, ...marks].join(''))
}

/** For people: the report in Markdown, below it the pull requests. */
export function summaryText({ command, version, document, failures, proposed, prefix }: Told): string {
  const plain = document === null ? null : (JSON.parse(withoutPasswords(JSON.stringify(document))) as OutcomeDocument)
  const body = plain === null ? `## pinhash ${command} could not run\n` : markdownText({ document: plain, command, version, prefix })
  const errors = failures.map((failure) => `- ${code(failure.code)}: ${prose(withoutPasswords(failure.message))}\n`).join('')
  const rows = proposed.map(({ title, what, number, url, why }) =>
    row([prose(title), number === null ? '' : linked(`#${number}`, url), prose(what + (why === null ? '' : `: ${withoutPasswords(why)}`))]),
  )
  const table = rows.length === 0 ? '' : `\n### Pull requests\n\n${tableHead(['update', 'pull request', ''])}${rows.join('')}`
  return `${body}${errors === '' ? '' : `\n${errors}`}${table}`
}

/** One compact line of JSON: what happened to each pin, and the pull request it is in. */
export function pinsJson({ document, proposed }: Pick<Told, 'document' | 'proposed'>): string {
  return withoutPasswords(
    JSON.stringify(
      (document?.outcomes ?? []).map(({ pin, outcome, file, line, from, to, reason }) => {
        const own = proposed.find(({ pins }) => pins.some((each) => each.pin === pin && each.file === file && each.line === line))
        const pullRequest = own === undefined ? null : { what: own.what, branch: own.branch, number: own.number, url: own.url }
        return { pin, outcome, file, line, from, to, reason: reason?.code ?? null, pullRequest }
      }),
    ),
  )
}

/** As the runner reads them: between lines that no value holds. `random` gives a word that nobody can guess. */
export function outputsText(values: Readonly<Record<string, string>>, random: () => string): string {
  return Object.entries(values)
    .map(([name, value]) => {
      const end = `end-${random()}`
      return `${name}<<${end}\n${value}\n${end}\n`
    })
    .join('')
}
