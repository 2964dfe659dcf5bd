// A place in a TOML text becomes the string, number, boolean or date that stands there.
import type { JsonPiece, JsonString } from './json.ts'
import { Failure } from './cursor.ts'
import type { Span } from './span.ts'

/** `pieces` cover what is between the quotes; a trimmed line end, and a backslash that joins lines, are pieces without a value. */
export type TomlString = JsonString
export interface TomlInteger extends Span {
  readonly kind: 'integer'
  /** Within 64 bits, signed. */
  readonly value: bigint
}
export interface TomlFloat extends Span {
  readonly kind: 'float'
  readonly value: number
}
export interface TomlBoolean extends Span {
  readonly kind: 'boolean'
  readonly value: boolean
}
/** A date, a time or both, as written. */
export interface TomlDate extends Span {
  readonly kind: 'date'
  readonly text: string
}
export type TomlScalar = TomlString | TomlInteger | TomlFloat | TomlBoolean | TomlDate

const digits = '[0-9](?:_?[0-9])*'
const whole = '(?:0|[1-9](?:_?[0-9])*)'
const date = '([0-9]{4})-([0-9]{2})-([0-9]{2})'
const time = '([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\\.[0-9]+)?'
const word = /[A-Za-z0-9_+.:-]+(?: (?=[0-9]{2}:)[0-9:.+Zz-]+)?/y
const integer = new RegExp(`^(?:[+-]?${whole}|0x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*)$`)
const float = new RegExp(`^[+-]?(?:${whole}(?:\\.${digits}(?:[eE][+-]?${digits})?|[eE][+-]?${digits})|inf|nan)$`)
const dateAndTime = new RegExp(`^${date}(?:[Tt ]${time}(?:[Zz]|[+-]([0-9]{2}):([0-9]{2}))?)?$`)
const onlyTime = new RegExp(`^${time}$`)

/** The string of any of the four forms that starts at the offset, or null where none does. Throws Failure. */
export function stringAt(text: string, start: number): TomlString | null {
  const quote = text[start]
  if (quote !== '"' && quote !== "'") return null
  const multiline = text.startsWith(quote.repeat(3), start)
  return multiline ? longString(text, start, quote) : shortString(text, start, quote)
}

function shortString(text: string, start: number, quote: string): TomlString {
  const pieces: JsonPiece[] = []
  let at = start + 1
  while (text[at] !== quote) {
    if (at >= text.length || text[at] === '\n') throw new Failure(start, 'a string is not closed')
    const piece = quote === '"' && text[at] === '\\' ? escapeAt(text, at) : runAt(text, at, quote)
    pieces.push(piece)
    at = piece.end
  }
  return joined(start, at + 1, pieces)
}

function longString(text: string, start: number, quote: string): TomlString {
  const pieces: JsonPiece[] = []
  let at = start + 3
  const first = lineEnd(text, at)
  if (first > 0) pieces.push({ start: at, end: (at += first), value: '' })
  for (;;) {
    if (at >= text.length) throw new Failure(start, 'a string is not closed')
    let piece: JsonPiece
    if (text[at] === quote) {
      const count = runLength(text, at, quote)
      // Up to two quotes may stand directly before the three that close.
      if (count >= 3) {
        if (count > 5) throw new Failure(at + 5, 'a string goes on after its end')
        if (count > 3) pieces.push({ start: at, end: at + count - 3, value: quote.repeat(count - 3) })
        return joined(start, at + count, pieces)
      }
      piece = { start: at, end: at + count, value: quote.repeat(count) }
    } else if (text[at] === '\\' && quote === '"') piece = joinAt(text, at) ?? escapeAt(text, at)
    else if (lineEnd(text, at) > 0) piece = { start: at, end: at + lineEnd(text, at), value: text.slice(at, at + lineEnd(text, at)) }
    else piece = runAt(text, at, quote)
    pieces.push(piece)
    at = piece.end
  }
}

function joined(start: number, end: number, pieces: readonly JsonPiece[]): TomlString {
  return { kind: 'string', start, end, value: pieces.map((piece) => piece.value).join(''), pieces }
}

const basicRun = /[^"\\\u0000-\u0008\u000a-\u001f\u007f]+/y
const literalRun = /[^'\u0000-\u0008\u000a-\u001f\u007f]+/y

function runAt(text: string, start: number, quote: string): JsonPiece {
  const value = matchAt(quote === '"' ? basicRun : literalRun, text, start)
  if (value === '') throw new Failure(start, `a string holds an unescaped ${JSON.stringify(text[start])}`)
  return { start, end: start + value.length, value }
}

const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

function escapeAt(text: string, start: number): JsonPiece {
  const letter = text[start + 1] ?? ''
  const plain = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined
  if (plain !== undefined) return { start, end: start + 2, value: plain }
  const code = matchAt(/u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}/y, text, start + 1)
  const point = Number.parseInt(code.slice(1), 16)
  if (code === '' || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
    throw new Failure(start, 'expected an escape such as \\n, \\" or \\u00e9')
  return { start, end: start + 1 + code.length, value: String.fromCodePoint(point) }
}

/** A backslash at a line's end, with all white space up to the next text. */
function joinAt(text: string, start: number): JsonPiece | null {
  const found = matchAt(/\\[ \t]*\r?\n(?:[ \t\n]|\r\n)*/y, text, start)
  return found === '' ? null : { start, end: start + found.length, value: '' }
}

/** The number, boolean or date that starts at the offset, or null where none does. */
export function wordAt(text: string, start: number): TomlInteger | TomlFloat | TomlBoolean | TomlDate | null {
  const found = matchAt(word, text, start)
  const span = { start, end: start + found.length }
  if (found === 'true' || found === 'false') return { kind: 'boolean', ...span, value: found === 'true' }
  if (integer.test(found)) {
    const plain = found.replace(/^[+-]|_/g, '')
    const value = found.startsWith('-') ? -BigInt(plain) : BigInt(plain)
    if (BigInt.asIntN(64, value) !== value) throw new Failure(start, `the number ${found} does not fit into 64 bits`)
    return { kind: 'integer', ...span, value }
  }
  if (float.test(found)) {
    const plain = found
      .replaceAll('_', '')
      .replace('inf', 'Infinity')
      .replace(/^[+-]?nan$/, 'NaN')
    return { kind: 'float', ...span, value: Number(plain) }
  }
  return isDate(found) ? { kind: 'date', ...span, text: found } : null
}

function isDate(text: string): boolean {
  const clock = onlyTime.exec(text)
  if (clock !== null) return isTime(clock.slice(1))
  const found = dateAndTime.exec(text)
  if (found === null) return false
  const [year = 0, month = 0, day = 0] = found.slice(1, 4).map(Number)
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
  const [offsetHours = '0', offsetMinutes = '0'] = found.slice(7)
  return day >= 1 && day <= days && (found[4] === undefined || isTime(found.slice(4, 7))) && isTime([offsetHours, offsetMinutes, '0'])
}

function isTime(parts: readonly string[]): boolean {
  const [hour = 0, minute = 0, second = 0] = parts.map(Number)
  // RFC 3339 knows leap seconds.
  return hour < 24 && minute < 60 && second <= 60
}

/** Length of the line end at an offset; 0 where there is none. */
export function lineEnd(text: string, at: number): number {
  return text[at] === '\n' ? 1 : text[at] === '\r' && text[at + 1] === '\n' ? 2 : 0
}

/** What a sticky pattern finds at an offset; empty where nothing. */
export function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

function runLength(text: string, at: number, character: string): number {
  let count = 0
  while (text[at + count] === character) count++
  return count
}
