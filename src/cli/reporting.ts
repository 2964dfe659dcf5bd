// The options about forms of a report → what goes to standard output, and what is written beside it.
import path from 'node:path'
import { InputError } from '../core/errors.ts'
import type { Option } from './options.ts'
import type { Given } from './settings.ts'

export type Format = 'text' | 'json' | 'markdown' | 'github' | 'sarif' | 'gitlab'

const formats: readonly Format[] = ['text', 'json', 'markdown', 'github', 'sarif', 'gitlab']

/** The variable of a GitHub job that names the file of its summary. */
export const summaryVariable = 'GITHUB_STEP_SUMMARY'

/** One `--report`. */
export interface ReportRequest {
  readonly format: Format
  /** As given; null: the summary of the job is appended to. */
  readonly file: string | null
}

/** What a command line says about reports. */
export interface Reporting {
  readonly format: Format
  readonly reports: readonly ReportRequest[]
}

/** Accepted by every command whose result is a document about pins. */
export const reporting: readonly Option[] = [
  {
    name: 'format',
    kind: 'value',
    choices: formats,
    describe: `${formats.join(', ')}: what goes to standard output (default text); github: annotations of a GitHub job; gitlab: code quality`,
  },
  {
    name: 'report',
    kind: 'list',
    describe: `FORMAT=FILE: write a report to FILE as well; markdown without =FILE is appended to the job summary (${summaryVariable}); may be given several times`,
  },
]

/** `options` are those of the command: some have a --format of their own. Throws InputError `usage`. */
export function readReporting(given: Given, options: readonly Option[]): Reporting {
  const json = given.flag('json')
  const choosing = options.some((option) => reporting.includes(option))
  const format = choosing ? (given.value('format') as Format | null) : null
  if (json && format !== null && format !== 'json') throw usage(`--json and --format ${format} exclude each other`)
  const reports = choosing ? (given.list('report') ?? []).map(readReport) : []
  const files = reports.map(({ file }) => (file === null ? null : path.normalize(file)))
  const twice = files.find((file, i) => files.indexOf(file) !== i)
  if (twice !== undefined) throw usage(`two reports cannot be written to ${twice ?? 'the summary of the job'}`)
  return { format: format ?? (json ? 'json' : 'text'), reports }
}

function readReport(text: string): ReportRequest {
  const [, name = text, file = null] = /^([^=]*)=([^]*)$/.exec(text) ?? []
  const format = formats.find((each) => each === name)
  if (format === undefined)
    throw usage(`--report takes FORMAT=FILE, FORMAT being one of ${formats.join(', ')}, not ${JSON.stringify(text)}`)
  if (file === '' || file === '-') throw usage(`--report ${text} names no file; --format ${format} is for standard output`)
  if (file === null && format !== 'markdown') throw usage(`--report ${format} needs a file: --report ${format}=FILE`)
  return { format, file }
}

/** What was asked for, as far as a command line can be understood that may be wrong: for answering in the right form. */
export function formatAsked(argv: readonly string[]): Format {
  const end = argv.indexOf('--')
  const words = end === -1 ? argv : argv.slice(0, end)
  if (words.includes('--json')) return 'json'
  const named = words.flatMap((word, i) => (word === '--format' ? [words[i + 1]] : word.startsWith('--format=') ? [word.slice(9)] : []))
  return formats.find((format) => format === named.at(-1)) ?? 'text'
}

function usage(message: string): InputError {
  return new InputError('usage', message)
}
