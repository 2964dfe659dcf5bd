// Characters that came from a literal → the edit that makes them others, written as that kind of literal needs it.
import type { Place } from '../core/span.ts'
import { encodeJsonString } from '../core/json.ts'
import { escapeIndented, escapeString } from '../nix/escape.ts'
import { soleOrigin } from '../nix/evaluate/text.ts'
import type { Origin, Text } from '../nix/evaluate/value.ts'

/** A replacement in a file's text. */
export interface FileEdit extends Place {
  readonly text: string
}

/** The edit that puts `value` in place of the characters `from`..`to` of a literal; null where such a literal cannot be edited. */
export function literalEdit(origin: Origin, from: number, to: number, value: string): FileEdit | null {
  const text = encoded(origin.form, value)
  return text === null ? null : { file: origin.file, start: from, end: to, text }
}

function encoded(form: Origin['form'], value: string): string | null {
  switch (form) {
    case 'quoted':
      return escapeString(value)
    case 'indented':
      return escapeIndented(value)
    case 'json':
    case 'toml':
      return encodeJsonString(value)
    case 'uri':
      return /^[A-Za-z0-9%/?:@&=+$,_.!~*'-]*$/.test(value) ? value : null
    case 'file':
      return value
    case 'expression':
      return `"${escapeString(value)}"`
    case 'name':
      return null
  }
}

/** The edit that replaces the whole of a string that is exactly one literal (or an expression such as `lib.fakeHash`); null where it is not. */
export function wholeEdit(value: Text, replacement: string): FileEdit | null {
  const sole = soleOrigin(value)
  if (sole === null) return null
  const { origin } = sole
  if (origin.form === 'expression') return literalEdit(origin, origin.start, origin.end, replacement)
  if (origin.form === 'file') return literalEdit(origin, sole.from, sole.to, replacement)
  const quote = quoteLength(origin)
  // A TOML literal string or a multi-line one has other quotes; what does not begin right behind the quotes is no whole literal.
  if (value.text !== '' && (sole.from !== origin.start + quote || sole.to !== origin.end - quote)) return null
  return literalEdit(origin, origin.start + quote, origin.end - quote, replacement)
}

const quoteLength = (origin: Origin): number => (origin.form === 'indented' ? 2 : origin.form === 'uri' || origin.form === 'name' ? 0 : 1)
