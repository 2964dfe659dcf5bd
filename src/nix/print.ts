// A tree back to its text: proof that its spans are right, for what they leave out or hold twice would show.
import { children } from './children.ts'
import type { Node } from './children.ts'
import type { Document } from './syntax.ts'

/** Walks the tree and joins names and the text between the spans of its nodes; the document's text, whatever that is. */
export function print(document: Document): string {
  const { text, root } = document
  const printed = [text.slice(0, root.start)]
  const rest: (Node | string)[] = [text.slice(root.end), root]
  for (let item = rest.pop(); item !== undefined; item = rest.pop()) {
    if (typeof item === 'string') {
      printed.push(item)
      continue
    }
    const inside = children(item)
    if (inside.length === 0) {
      printed.push('kind' in item && item.kind === 'identifier' ? item.name : text.slice(item.start, item.end))
      continue
    }
    let to = item.end
    for (let index = inside.length - 1; index >= 0; index--) {
      const child = inside[index] as Node
      rest.push(text.slice(child.end, to), child)
      to = child.start
    }
    printed.push(text.slice(item.start, to))
  }
  return printed.join('')
}
