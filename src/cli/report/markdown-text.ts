// Any text → Markdown that shows it and does nothing else: no markup, no mention, no reference, no link.
import { printable } from './layout.ts'

/** One sentence of a message is hardly longer; one line of Markdown shall not be a book. */
const longest = 2000

/** Text of one line. Addresses and commands of pinhash become code, which nobody links or pings. */
export function prose(text: string): string {
  return clipped(text)
    .split(/('pinhash [^']*'|\bhttps?:\/\/[^\s'"<>`]*[^\s'"<>`.,;:)])/)
    .map((part, i) => (i % 2 === 1 ? code(part.replace(/^'(.*)'$/, '$1')) : escaped(part)))
    .join('')
}

/** Inline code, also in a table; nothing for an empty text. */
export function code(text: string): string {
  const shown = clipped(text)
  if (shown === '') return ''
  if (/^[^`|\\<>&]+$/.test(shown) && shown === shown.trim()) return `\`${shown}\``
  return `<code>${shown.replaceAll(/[^A-Za-z0-9 ]/gu, (character) => `&#${character.codePointAt(0)};`)}</code>`
}

/** A link whose label is code; without an address the label alone. */
export function linked(label: string, url: string | null): string {
  return url === null ? code(label) : `[${code(label)}](${url})`
}

/** A row of a table, of cells that are Markdown already. */
export function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`
}

/** The first rows of a table. `right`: the numbers of columns that are aligned at their end. */
export function tableHead(names: readonly string[], right: readonly number[] = []): string {
  return row(names) + row(names.map((_, i) => (right.includes(i) ? '---:' : '---')))
}

/** Below a line that a click opens. That line is no Markdown: it may hold nothing that came from anywhere else. */
export function folded(summary: string, body: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${body}\n</details>\n\n`
}

/** A space of no width parts what would be a mention, a reference or an address; readers do not see it. */
const apart = '&#8203;'

function escaped(text: string): string {
  return text
    .replaceAll(/[&<>|$]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll(/[\\`*_[\]~!]/g, '\\$&')
    .replaceAll(/@|(?<!&)#|\bwww(?=\.)|\bGH(?=-)|:(?=\/\/)/gi, `$&${apart}`)
}

function clipped(text: string): string {
  const shown = printable(text)
  return shown.length <= longest ? shown : `${[...shown].slice(0, longest).join('')}…`
}
