// The comments of a Nix file that speak to pinhash, and places in it → those that stand beside the places.
import type { Span } from '../core/span.ts'
import { type Node, children } from '../nix/children.ts'
import type { AttributeSet, BindingOrInherit, Document } from '../nix/syntax.ts'
import { type Said, readPolicyComment } from './policy.ts'

/** A comment `# pinhash: …` and what it says. */
export interface PolicyComment extends Span {
  readonly said: Said
}

/** Whether a file may have any: a quick look. */
export function maySpeak(text: string): boolean {
  return text.includes('pinhash') || text.includes('Pinhash')
}

/** Those of a file, in order. */
export function policyComments(document: Document): readonly PolicyComment[] {
  if (!maySpeak(document.text)) return []
  return document.comments.flatMap(({ start, end }) => {
    const said = readPolicyComment(document.text.slice(start, end))
    return said === null ? [] : [{ start, end, said }]
  })
}

/**
 * The comments beside these places: on the line where the place, or a binding or list item around it, begins or ends, or on lines of their own directly above.
 * So a comment above a binding speaks for every place in it, and one above the file's expression for the whole file. In the argument of a call, the bindings that
 * say what is fetched (`org`, `pname`, `url`, …) stand for the version that they go with.
 */
export function commentsBeside(document: Document, places: readonly Span[]): readonly PolicyComment[] {
  const comments = policyComments(document)
  if (comments.length === 0) return []
  const lines = new Lines(document)
  const spans = new Map<string, Span>()
  for (const place of places) for (const span of [place, ...around(document, place.start)]) spans.set(`${span.start}:${span.end}`, span)
  return comments.filter((comment) => [...spans.values()].some((span) => lines.areBeside(comment, span)))
}

const identity = new Set([
  'org',
  'owner',
  'name',
  'repo',
  'pname',
  'version',
  'tag',
  'rev',
  'url',
  'urls',
  'src',
  'hash',
  'sha256',
  'sha512',
  'outputHash',
])

/** The file's expression, the bindings and list items that hold the offset, and the bindings beside it that name the same thing. */
function around(document: Document, offset: number): readonly Span[] {
  const found: Span[] = [document.root]
  let argument: AttributeSet | null = null
  let parent: Node | undefined
  let node: Node | undefined = document.root
  while (node !== undefined) {
    const within: Node | undefined = children(node).find((child) => child.start <= offset && offset < child.end)
    if (within !== undefined && (kindOf(node) === 'list' || kindOf(within) === 'binding')) found.push(within)
    if ('kind' in node && node.kind === 'attributes' && parent !== undefined && isArgument(node, parent)) argument = node
    // What stands between a call and its argument says nothing by itself: `f (finalAttrs: { … })`.
    if (kindOf(node) !== 'parenthesized' && kindOf(node) !== 'lambda') parent = node
    node = within
  }
  return argument === null ? found : [...found, ...argument.bindings.filter(namesIt)]
}

const kindOf = (node: Node): string | null => ('kind' in node ? node.kind : null)

function isArgument(node: AttributeSet, parent: Node): boolean {
  return 'kind' in parent && parent.kind === 'apply' && parent.argument.start <= node.start && node.end <= parent.argument.end
}

function namesIt(binding: BindingOrInherit): boolean {
  if (binding.kind === 'inherit') return true
  const [only, ...more] = binding.path
  return more.length === 0 && only?.kind === 'identifier' && identity.has(only.name)
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
