// A document or an error → workflow commands of GitHub Actions, which show up as annotations.
import { findingsOf } from './findings.ts'
import type { Level } from './findings.ts'
import { errorDocument } from './json.ts'
import { printable } from './layout.ts'
import type { Subject } from './subject.ts'

const commands: Readonly<Record<Level, string>> = { error: 'error', warning: 'warning', note: 'notice' }

/** One line a finding, the worst first, since GitHub shows the first ten of a kind and step; empty where there is nothing to say. */
export function githubText({ document, prefix }: Subject): string {
  return findingsOf(document)
    .map(({ level, code, pin, message, file, line, column }) => {
      const place = { file: prefix + file, ...(line === null ? {} : { line, ...(column === null ? {} : { col: column }) }) }
      return annotation(level, { ...place, title: pin === null ? code : `${pin}: ${code}` }, message)
    })
    .join('')
}

/** For a command that could not run at all. */
export function githubError(error: unknown): string {
  const { code, message } = errorDocument(error).error
  return annotation('error', { title: `pinhash: ${code}` }, message)
}

/** One line, whatever the texts hold; `properties` are `file`, `line`, `col` and `title`. */
export function annotation(level: Level, properties: Readonly<Record<string, string | number>>, message: string): string {
  const given = Object.entries(properties).map(([key, value]) => `${key}=${ofProperty(printable(String(value)))}`)
  return `::${commands[level]} ${given.join(',')}::${ofData(
    message
      .split(/\r\n|\r|\n/)
      .map(printable)
      .join('\n'),
  )}\n`
}

/** As the toolkit of GitHub Actions escapes a message (@actions/core, command.ts). */
function ofData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

/** As it escapes a property. */
function ofProperty(text: string): string {
  return ofData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
