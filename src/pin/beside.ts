// The comments of a Nix file that speak to pinhash, and places in it → those that stand beside the places.
import type { Span } from '../core/span.ts'
import { type Node, children } from '../nix/children.ts'
import type { Document } from '../nix/syntax.ts'
import { type Said, readPolicyComment } from './policy.ts'

/** A comment `# pinhash: …` and what it says. */
export interface PolicyComment extends Span {
  readonly said: Said
}

/** Those of a file, in order. */
export function policyComments(document: Document): readonly PolicyComment[] {
  if (!document.text.includes('pinhash:')) return []
  return document.comments.flatMap(({ start, end }) => {
    const said = readPolicyComment(document.text.slice(start, end))
    return said === null ? [] : [{ start, end, said }]
  })
}

/**
 * The comments beside these places: on the line where the place, or a binding or list item around it, begins or ends, or on lines of their own directly above.
 * So a comment above a binding speaks for every place in it, and one above the file's expression for the whole file.
 */
export function commentsBeside(document: Document, places: readonly Span[]): readonly PolicyComment[] {
  const comments = policyComments(document)
  if (comments.length === 0) return []
  const lines = new Lines(document)
  const spans = new Map<string, Span>()
  for (const place of places) for (const span of [place, ...around(document, place.start)]) spans.set(`${span.start}:${span.end}`, span)
  return comments.filter((comment) => [...spans.values()].some((span) => lines.areBeside(comment, span)))
}

/** The file's expression and the bindings and list items that hold the offset. */
function around(document: Document, offset: number): readonly Span[] {
  const found: Span[] = [document.root]
  let node: Node | undefined = document.root
  while (node !== undefined) {
    const within: Node | undefined = children(node).find((child) => child.start <= offset && offset < child.end)
    const isItem = 'kind' in node && node.kind === 'list'
    if (within !== undefined && (isItem || ('kind' in within && within.kind === 'binding'))) found.push(within)
    node = within
  }
  return found
}

/** The lines of a text, and which of them hold nothing but comments. */
class Lines {
  readonly #starts: number[] = [0]
  readonly #commentOnly = new Set<number>()

  constructor({ text, comments }: Document) {
    for (const end of text.matchAll(/\r\n?|\n/g)) this.#starts.push(end.index + end[0].length)
    for (const comment of comments) {
      const first = this.#lineOf(comment.start)
      const last = this.#lineOf(comment.end)
      const before = text.slice(this.#starts[first], comment.start)
      const after = text.slice(comment.end, this.#starts[last + 1] ?? text.length)
      if ((before + after).trim() === '') for (let line = first; line <= last; line++) this.#commentOnly.add(line)
    }
  }

  areBeside(comment: Span, span: Span): boolean {
    const first = this.#lineOf(span.start)
    if (!this.#commentOnly.has(this.#lineOf(comment.start))) {
      const line = this.#lineOf(comment.start)
      return line === first || line === this.#lineOf(Math.max(span.start, span.end - 1))
    }
    for (let line = this.#lineOf(comment.end) + 1; line < first; line++) if (!this.#commentOnly.has(line)) return false
    return this.#lineOf(comment.end) < first
  }

  #lineOf(offset: number): number {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}
