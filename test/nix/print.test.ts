import fc from 'fast-check'
import { expect, test } from 'vitest'
import { children } from '../../src/nix/children.ts'
import type { Node } from '../../src/nix/children.ts'
import { parse } from '../../src/nix/parse.ts'
import { print } from '../../src/nix/print.ts'
import type { Document } from '../../src/nix/syntax.ts'
import { anyText, texts } from './arbitrary-text.ts'

/** The first node that stands outside of its parent or before the end of its sibling; null where all are in order. */
function misplaced(document: Document): Node | null {
  const rest: Node[] = [document.root]
  if (document.root.start < 0 || document.root.end > document.text.length) return document.root
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    let at = node.start
    for (const child of children(node)) {
      if (child.start < at || child.end < child.start || child.end > node.end) return child
      at = child.end
      rest.push(child)
    }
    if (node.end < at) return node
  }
  return null
}

test.each(Object.entries(texts))('%s', (_, text) => {
  const document = parse(text)
  expect(misplaced(document)).toBeNull()
  expect(print(document)).toBe(text)
})

test('any text is printed as it was, from spans that nest and are in order', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const document = parse(text)
      expect(misplaced(document)).toBeNull()
      expect(print(document)).toBe(text)
    }),
    { numRuns: 5000 },
  )
})

test('a wrong span shows in print', () => {
  const document = parse('{ a = b; }')
  const shifted = JSON.parse(JSON.stringify(document)) as { root: { bindings: { value: { start: number; end: number } }[] } }
  const value = shifted.root.bindings[0]?.value
  if (value === undefined) throw new Error('the binding has a value')
  value.start--
  expect(print(shifted as unknown as Document)).not.toBe('{ a = b; }')
})
