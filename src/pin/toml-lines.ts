// A TOML text → its lines: blank ones, those that hold comments alone, and how they end.
import type { Span } from '../core/span.ts'

/** The lines of a text: where rows and comments begin and end. */
export class Lines {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  startOf(offset: number): number {
    return this.#text.lastIndexOf('\n', offset - 1) + 1
  }

  /** Where the line's text ends, before what ends the line. */
  endOf(offset: number): number {
    const end = this.#text.indexOf('\n', offset)
    if (end < 0) return this.#text.length
    return this.#text[end - 1] === '\r' ? end - 1 : end
  }

  /** What ends the line, or where it is the last one, what ends the first. */
  endOfLine(offset: number): string {
    return /^\r?\n/.exec(this.#text.slice(this.endOf(offset)))?.[0] ?? /\r?\n/.exec(this.#text)?.[0] ?? '\n'
  }

  /** Blank lines that follow on one another between two places, at most. */
  blankBetween(from: number, to: number): number {
    const runs = this.#text
      .slice(this.endOf(from), this.startOf(to))
      .split(/\r?\n/)
      .slice(1, -1)
      .map((line) => line.trim() === '')
    let most = 0
    for (let i = 0, run = 0; i < runs.length; i++) most = Math.max(most, (run = runs[i] === true ? run + 1 : 0))
    return most
  }

  /** Where comments that stand directly above a line begin; null where there are none. */
  commentsAbove(offset: number): number | null {
    let at = this.startOf(offset)
    while (at > 0 && this.#isComment(this.startOf(at - 1))) at = this.startOf(at - 1)
    return at === this.startOf(offset) ? null : at
  }

  /** Where a line ends with the comments that stand directly below it, unless they stand directly above something else. */
  after(offset: number): number {
    let end = this.endOf(offset)
    while (end < this.#text.length && this.#isComment(this.#next(end))) end = this.endOf(this.#next(end))
    const below = this.#text.slice(this.#next(end), this.endOf(this.#next(end)))
    return below.trim() === '' ? end : this.endOf(offset)
  }

  /** A comment with the space before it, or where the line holds nothing else, with the line. */
  withSpace({ start, end }: Span): Span {
    const from = this.startOf(start)
    const before = this.#text.slice(from, start)
    return before.trim() === '' ? { start: from, end: this.#next(end) } : { start: from + before.trimEnd().length, end }
  }

  #next(end: number): number {
    return Math.min(this.#text.length, end + /^\r?\n?/.exec(this.#text.slice(end, end + 2))![0].length)
  }

  #isComment(start: number): boolean {
    return /^[ \t]*#/.test(this.#text.slice(start, this.endOf(start)))
  }
}
