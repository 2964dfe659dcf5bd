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

/** The edits of each file. */
export function byFile<Edit extends Place>(edits: readonly Edit[]): Map<string, Edit[]> {
  const groups = new Map<string, Edit[]>()
  for (const edit of edits) {
    const known = groups.get(edit.file)
    if (known === undefined) groups.set(edit.file, [edit])
    else known.push(edit)
  }
  return groups
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
      return encodeJsonString(value)
    case 'toml':
      // Of the four kinds of TOML strings each has its own escapes: what needs none is the same in all of them.
      return /^[^'"\\\p{Cc}]*$/u.test(value) ? value : null
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
  const { origin, from, to } = sole
  switch (origin.form) {
    case 'expression':
      return literalEdit(origin, origin.start, origin.end, replacement)
    case 'file':
      return literalEdit(origin, from, to, replacement)
    case 'toml':
      return wholeTomlEdit(origin, value.text === '' ? null : { from, to }, replacement)
    default: {
      const quote = origin.form === 'indented' ? 2 : origin.form === 'uri' || origin.form === 'name' ? 0 : 1
      const isWhole = value.text === '' || (from === origin.start + quote && to === origin.end - quote)
      return isWhole ? literalEdit(origin, origin.start + quote, origin.end - quote, replacement) : null
    }
  }
}

/** Between one quote or three, after which TOML drops a line end. */
function wholeTomlEdit(
  origin: Origin,
  content: { readonly from: number; readonly to: number } | null,
  replacement: string,
): FileEdit | null {
  if (content === null) {
    const text = encoded('toml', replacement)
    return text === null ? null : { file: origin.file, start: origin.start, end: origin.end, text: `"${text}"` }
  }
  const before = content.from - origin.start
  const after = origin.end - content.to
  const isWhole = (before === 1 && after === 1) || (before >= 3 && before <= 5 && after === 3)
  return isWhole ? literalEdit(origin, content.from, content.to, replacement) : null
}
