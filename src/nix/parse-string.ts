// The inside of string and path literals to parts: escapes read, line ends normalised, indentation stripped, as Nix does it.
import { characterSize, indentedEscapeSize, indentedRunEnd, pathRunEnd, quotedRunEnd } from './lex.ts'
import type { Interpolation, Part, Text } from './syntax.ts'

/** Reads the interpolation whose `${` stands at `start`; reading goes on at its end. */
export type ReadInterpolation = (start: number) => Interpolation

/** What a literal's inside held; `end` is behind the closing quote if it is `closed`, else at the end of the text. */
export interface Inside {
  readonly parts: Part[]
  readonly end: number
  readonly closed: boolean
}

function textPart(text: string, start: number, end: number): Text {
  return { kind: 'text', start, end, value: text.slice(start, end) }
}

function opensInterpolation(text: string, at: number): boolean {
  return text.charCodeAt(at) === 36 && text.charCodeAt(at + 1) === 123
}

/** What the character behind a backslash, at `at`, stands for. */
function escapedValue(text: string, at: number): string {
  const code = text.charCodeAt(at)
  if (code === 110) return '\n'
  if (code === 114) return '\r'
  if (code === 116) return '\t'
  return text.slice(at, at + characterSize(text, at))
}

/** The inside of `"…"` from `offset`, behind the opening quote. */
export function quotedInside(text: string, offset: number, interpolation: ReadInterpolation): Inside {
  const parts: Part[] = []
  let at = offset
  for (;;) {
    const end = quotedRunEnd(text, at)
    if (end > at) quotedRun(text, at, end, parts)
    if (!opensInterpolation(text, end)) {
      return end < text.length ? { parts, end: end + 1, closed: true } : { parts, end, closed: false }
    }
    const part = interpolation(end)
    parts.push(part)
    at = part.end
  }
}

function quotedRun(text: string, start: number, end: number, parts: Part[]): void {
  let from = start
  let at = start
  while (at < end) {
    const code = text.charCodeAt(at)
    if (code !== 92 && code !== 13) {
      at++
      continue
    }
    let next: number
    let value: string
    if (code === 13) {
      next = text.charCodeAt(at + 1) === 10 ? at + 2 : at + 1
      value = '\n'
    } else {
      next = Math.min(end, at + 1 + characterSize(text, at + 1))
      value = escapedValue(text, at + 1)
    }
    if (at > from) parts.push(textPart(text, from, at))
    parts.push({ kind: 'text', start: at, end: next, value })
    at = next
    from = next
  }
  if (end > from) parts.push(textPart(text, from, end))
}

/** A stretch of an indented string before stripping: an escape has a value, plain characters have null. */
interface Piece {
  readonly start: number
  readonly end: number
  readonly value: string | null
  readonly interpolation: Interpolation | null
}

/** The inside of `''…''` from `offset`, behind the opening quotes and the line end that belongs to them. */
export function indentedInside(text: string, offset: number, interpolation: ReadInterpolation): Inside {
  const pieces: Piece[] = []
  let at = offset
  for (;;) {
    const end = indentedRunEnd(text, at)
    if (end > at) indentedRun(text, at, end, pieces)
    if (!opensInterpolation(text, end)) {
      const closed = end < text.length
      return { parts: strip(text, pieces), end: closed ? end + 2 : end, closed }
    }
    const part = interpolation(end)
    pieces.push({ start: part.start, end: part.end, value: null, interpolation: part })
    at = part.end
  }
}

function indentedRun(text: string, start: number, end: number, pieces: Piece[]): void {
  let from = start
  let at = start
  for (;;) {
    at = quotesBefore(text, at, end)
    if (at === end) break
    const size = indentedEscapeSize(text, at)
    // The text may end in quotes that neither close nor escape, as in `'''` without more.
    if (size === 0 || at + size > end) break
    if (at > from) pieces.push({ start: from, end: at, value: null, interpolation: null })
    const code = text.charCodeAt(at + 2)
    const value = code === 39 ? "''" : code === 36 ? '$' : escapedValue(text, at + 3)
    pieces.push({ start: at, end: at + size, value, interpolation: null })
    at += size
    from = at
  }
  if (end > from) pieces.push({ start: from, end, value: null, interpolation: null })
}

/** Where `''` stands next, `end` where it does not stand before it. */
function quotesBefore(text: string, start: number, end: number): number {
  for (let at = start; at < end - 1; at++) {
    if (text.charCodeAt(at) === 39 && text.charCodeAt(at + 1) === 39) return at
  }
  return end
}

/** Behind the next line end, or `end` where there is none before it. */
function nextLine(text: string, start: number, end: number): number {
  let at = start
  while (at < end) if (text.charCodeAt(at++) === 10) return at
  return end
}

/** The least indentation of the lines that have more than spaces; infinite where there are none. */
function leastIndentation(text: string, pieces: readonly Piece[]): number {
  let least = Infinity
  let current = 0
  let atLineStart = true
  for (const piece of pieces) {
    if (piece.value !== null || piece.interpolation !== null) {
      if (atLineStart && current < least) least = current
      atLineStart = false
      continue
    }
    let at = piece.start
    while (at < piece.end) {
      if (!atLineStart) {
        at = nextLine(text, at, piece.end)
        atLineStart = text.charCodeAt(at - 1) === 10
        current = 0
        continue
      }
      const code = text.charCodeAt(at++)
      if (code === 32) current++
      else if (code === 10) current = 0
      else {
        atLineStart = false
        if (current < least) least = current
      }
    }
  }
  return least
}

function strip(text: string, pieces: readonly Piece[]): Part[] {
  const least = leastIndentation(text, pieces)
  const parts: Part[] = []
  let atLineStart = true
  let dropped = 0
  for (const [index, piece] of pieces.entries()) {
    if (piece.interpolation !== null) {
      atLineStart = false
      dropped = 0
      parts.push(piece.interpolation)
      continue
    }
    if (piece.value !== null) {
      // Nix strips after escapes were read: an escaped space can be indentation, an escaped line end begins a line.
      if (piece.value === ' ' && atLineStart && dropped++ < least) continue
      if (piece.value !== ' ' || !atLineStart) {
        if (atLineStart) dropped = 0
        atLineStart = piece.value === '\n'
      }
      parts.push({ kind: 'text', start: piece.start, end: piece.end, value: piece.value })
      continue
    }
    const end = index === pieces.length - 1 ? withoutLastLine(text, piece) : piece.end
    let at = piece.start
    let from = at
    while (at < end) {
      if (!atLineStart) {
        at = nextLine(text, at, end)
        atLineStart = text.charCodeAt(at - 1) === 10
        continue
      }
      const code = text.charCodeAt(at)
      if (code === 32) {
        if (dropped++ < least) {
          if (at > from) parts.push(textPart(text, from, at))
          from = at + 1
        }
      } else {
        dropped = 0
        if (code !== 10) atLineStart = false
      }
      at++
    }
    if (end > from) parts.push(textPart(text, from, end))
  }
  return parts
}

/** Where the last piece ends when a last line of nothing but spaces is left out. */
function withoutLastLine(text: string, piece: Piece): number {
  let end = piece.end
  while (end > piece.start && text.charCodeAt(end - 1) === 32) end--
  return end > piece.start && text.charCodeAt(end - 1) === 10 ? end : piece.end
}

/**
 * Whether Nix can read the path whose first run of characters is `run`: its lexer breaks it behind doubled slashes, and its grammar takes
 * one such break before an interpolation and none where there is no interpolation.
 */
export function isWholePath(run: string, isInterpolated: boolean): boolean {
  if (!run.includes('//')) return true
  const tokens = run.match(/[\w.+-]*(?:\/[\w.+-]+)+\/?|[\w.+-]*\/|[\w.+-]+/g) ?? []
  return tokens.length <= (isInterpolated ? 2 : 1)
}

/** The parts of a path whose first run of characters is `start` to `end`. `closed` is false where a slash stands last. */
export function pathInside(text: string, start: number, end: number, interpolation: ReadInterpolation): Inside {
  const parts: Part[] = []
  let from = start
  let to = end
  for (;;) {
    if (to > from) parts.push(textPart(text, from, to))
    if (!opensInterpolation(text, to)) return { parts, end: to, closed: to === from || text.charCodeAt(to - 1) !== 47 }
    const part = interpolation(to)
    parts.push(part)
    from = part.end
    to = pathRunEnd(text, from)
  }
}
