// Offsets in a text to lines and columns for people, and to the line with a caret under the place.

/** Both count from 1; columns are characters (code points), not bytes and not UTF-16 units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Finds positions in one text; made once for many look-ups. */
export interface LineIndex {
  /** Offsets outside of the text count as its nearest end. */
  positionAt(offset: number): Position
  /** The line that holds the offset, without its end, and where it starts. */
  lineAt(offset: number): { readonly start: number; readonly text: string }
}

/** Lines end as Nix counts them: with `\n`, `\r\n` or a lone `\r`. */
export function lineIndex(text: string): LineIndex {
  const starts = [0]
  for (const end of text.matchAll(/\r\n?|\n/g)) starts.push(end.index + end[0].length)

  function lineOf(offset: number): number {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  return {
    positionAt(offset) {
      const at = Math.min(Math.max(offset, 0), text.length)
      const line = lineOf(at)
      return { line: line + 1, column: countCharacters(text, starts[line] as number, at) + 1 }
    },
    lineAt(offset) {
      const line = lineOf(Math.min(Math.max(offset, 0), text.length))
      const start = starts[line] as number
      return { start, text: text.slice(start, starts[line + 1] ?? text.length).replace(/[\r\n]+$/, '') }
    },
  }
}

/** The position of one offset; see `lineIndex` for many. */
export function positionAt(text: string, offset: number): Position {
  return lineIndex(text).positionAt(offset)
}

const WIDTH = 120
/** How much of a cut line stands before the place. */
const BEFORE = 80

/**
 * The source line of the offset and, below it, a caret under the character: two lines, no line end after them. Tabs are kept in both, so
 * that the caret stands right; a long line is cut around the place, with `…`; control characters are shown as `�`.
 */
export function excerpt(text: string, offset: number): string {
  const index = lineIndex(text)
  const line = [...index.lineAt(offset).text]
  const column = Math.min(index.positionAt(offset).column - 1, line.length)
  const from = line.length > WIDTH && column > BEFORE ? column - BEFORE : 0
  const to = line.length > from + WIDTH ? from + WIDTH : line.length
  const shown = line
    .slice(from, to)
    .map((character) => (/^[\0-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]$/.test(character) ? '\ufffd' : character))
  const start = from > 0 ? '…' : ''
  const indent = shown.slice(0, column - from).map((character) => (character === '\t' ? '\t' : ' '))
  return `${start}${shown.join('')}${to < line.length ? '…' : ''}\n${start === '' ? '' : ' '}${indent.join('')}^`
}

function countCharacters(text: string, start: number, end: number): number {
  let count = 0
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    // The second half of a pair belongs to the character before it.
    if (!isSecondHalf(code) || at === start || !isFirstHalf(text.charCodeAt(at - 1))) count++
  }
  // An offset inside a pair means its character.
  const cuts = end > start && isFirstHalf(text.charCodeAt(end - 1)) && isSecondHalf(text.charCodeAt(end))
  return cuts ? count - 1 : count
}

function isFirstHalf(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

function isSecondHalf(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}
