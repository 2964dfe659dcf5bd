// Cells, sentences and quantities → lines of text.
import type { Paint } from './view.ts'

/** One cell of a table; padded first, painted then. */
export interface Cell {
  readonly text: string
  readonly paint?: Paint
  readonly align?: 'end'
}

/** Rows in columns three spaces apart, each line after `indent`; the last cell of a row is not padded, no line ends in a space. */
export function table(rows: readonly (readonly Cell[])[], indent = ''): readonly string[] {
  const widths: number[] = []
  for (const row of rows) row.forEach(({ text }, i) => (widths[i] = Math.max(widths[i] ?? 0, width(text))))
  return rows.map((row) => {
    const last = row.findLastIndex(({ text }) => text !== '')
    const cells = row.slice(0, last + 1).map(({ text, paint, align }, i) => {
      const padding = ' '.repeat((widths[i] ?? 0) - width(text))
      const painted = paint?.(text) ?? text
      return align === 'end' ? padding + painted : i === last ? painted : painted + padding
    })
    return indent + cells.join('   ')
  })
}

/** Breaks at spaces so that no line is longer than `columns`, where words allow; null means no limit. Line breaks of the text stay. */
export function wrap(text: string, columns: number | null, indent = ''): readonly string[] {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    let line = indent
    for (const word of paragraph.split(' ')) {
      const longer = line === indent ? line + word : `${line} ${word}`
      if (columns !== null && width(longer) > columns && line !== indent) {
        lines.push(line)
        line = indent + word
      } else line = longer
    }
    lines.push(line)
  }
  return lines
}

/** Characters as a reader counts them, near enough for names, versions and hashes. */
export function width(text: string): number {
  return [...text].length
}

/** The text without what could steer a terminal or reorder its line; line breaks and tabs become spaces. */
export function printable(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ').replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '�')
}

/** Bytes in decimal units with one digit: `8.4 MB`. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = count / 1000
  let unit = 0
  for (; value >= 999.95 && unit < units.length - 1; unit++) value /= 1000
  return `${value.toFixed(1)} ${units[unit] ?? ''}`
}

/** `40 ms`, `2.1 s`, `3 min 4 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 99.5) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** `1 pin`, `2 pins`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : /[cs]h$/.test(noun) ? 'es' : 's'}`
}

/** A hash as a file holds it; one that is still to be filled in, the empty string, as its literal. */
export function hashText(hash: string): string {
  return hash === '' ? '""' : hash
}

/** The first eight characters after any `sha256:` or `sha256-`, and an ellipsis. */
export function shortHash(hash: string): string {
  const digits = hashText(hash).replace(/^(?:md5|sha1|sha256|sha512)[:-]/, '')
  return width(digits) > 8 ? `${[...digits].slice(0, 8).join('')}…` : digits
}
