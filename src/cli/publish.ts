// The result or the failure of a command → its reports, on standard output, in files and in the summary of a job.
import { InputError } from '../core/errors.ts'
import type { Result } from './command.ts'
import { worst } from './exit-code.ts'
import type { ExitCode } from './exit-code.ts'
import { withoutPasswords } from './passwords.ts'
import type { PinDocument } from './report/findings.ts'
import { githubError, githubText } from './report/github.ts'
import { gitlabText } from './report/gitlab.ts'
import { errorDocument, jsonText, messageOf } from './report/json.ts'
import { printable } from './report/layout.ts'
import { markdownError, markdownText } from './report/markdown.ts'
import { sarifError, sarifText } from './report/sarif.ts'
import type { Origin, Subject } from './report/subject.ts'
import { plain } from './report/view.ts'
import type { View } from './report/view.ts'
import type { Target } from './report-targets.ts'
import type { Format } from './reporting.ts'
import type { ReportFiles, World } from './world.ts'

/** What is published for whom. */
export interface Publishing {
  readonly command: string
  /** Of standard output. */
  readonly format: Format
  readonly targets: readonly Target[]
  readonly world: Pick<World, 'stdout' | 'stderr' | 'version'>
  files(): Promise<ReportFiles>
}

/**
 * Prints what is neither text nor JSON, and writes every report that can be written; what cannot is said on standard error and counts as 2 in the exit code.
 * Throws InputError `usage` where the document is not about pins and has no such form.
 */
export async function publish(result: Result, { command, format, targets, world, files }: Publishing, view: View): Promise<number> {
  const prefix = [format, ...targets.map((target) => target.format)].some((each) => each !== 'text' && each !== 'json')
    ? (await files()).prefix()
    : ''
  const text = (form: Format): string => {
    if (form === 'text') return textOf(result, view)
    const document = JSON.parse(withoutPasswords(JSON.stringify(result.document))) as object
    if (form === 'json') return jsonText(document)
    if (!isAboutPins(document)) throw new InputError('usage', `what was asked for has no ${form} form; it is printed as text and as json`)
    return pinText(form, { command, document, version: world.version, prefix })
  }
  const own = targets.map((target) => ({ target, text: text(target.format) }))
  if (format !== 'text' && format !== 'json') world.stdout.write(text(format))
  const failures = await written(own, files)
  for (const message of failures) world.stderr.write(`pinhash: ${printable(message)}\n`)
  return failures.length === 0 ? result.exitCode : worst([result.exitCode as ExitCode, 2])
}

/** Writes the reports of a command that could not run at all, as far as that can be said in their form and they can be written. */
export async function publishError(error: unknown, { command, targets, world, files }: Publishing): Promise<void> {
  const own = targets.flatMap((target) => {
    const text = errorText(target.format, error, { command, version: world.version })
    return text === null ? [] : [{ target, text }]
  })
  const failures = await written(own, files)
  for (const message of failures) if (message !== messageOf(error)) world.stderr.write(`pinhash: ${printable(message)}\n`)
}

/** Null where the form has no words for a command that could not run: a list of findings without any would say that all is well. */
export function errorText(format: Format, error: unknown, about: Origin): string | null {
  const text = {
    text: () => `pinhash: ${printable(messageOf(error))}\n`,
    json: () => jsonText(errorDocument(error)),
    markdown: () => markdownError(error, about),
    github: () => githubError(error),
    sarif: () => sarifError(error, about),
    gitlab: () => null,
  }[format]()
  return text === null ? null : withoutPasswords(text)
}

function pinText(format: Exclude<Format, 'text' | 'json'>, subject: Subject): string {
  switch (format) {
    case 'markdown':
      return markdownText(subject)
    case 'github':
      return githubText(subject)
    case 'sarif':
      return sarifText(subject)
    case 'gitlab':
      return gitlabText(subject)
  }
}

/** Without colours and to no width; what goes to standard error comes last. */
function textOf(result: Result, view: View): string {
  const { stdout, stderr, verbatim = '' } = result.text({ ...view, out: plain, err: plain, columns: null })
  const lines = (of: readonly string[]): string => withoutPasswords(of.map((line) => `${line}\n`).join(''))
  return lines(stdout) + verbatim + lines(stderr)
}

function isAboutPins(document: object): document is PinDocument {
  return 'outcomes' in document || 'pins' in document
}

/** What could not be written, and why. Every other report is. */
async function written(
  reports: readonly { readonly target: Target; readonly text: string }[],
  files: Publishing['files'],
): Promise<readonly string[]> {
  const failures: string[] = []
  for (const { target, text } of reports) {
    try {
      const port = await files()
      await (target.append ? port.append(target.file, `${text}\n`) : port.write(target.file, text))
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      failures.push(error.message)
    }
  }
  return failures
}
