// A place in a Nix file → the bindings of attribute sets around it.
import { type Node, children } from './children.ts'
import type { AttributeSet, Binding, Document } from './syntax.ts'

/** A binding and the set it stands in. */
export interface BindingAround {
  readonly binding: Binding
  readonly set: AttributeSet
}

/** The bindings around an offset, innermost first. */
export function bindingsAround({ root }: Document, offset: number): BindingAround[] {
  const around: BindingAround[] = []
  for (let node: Node | undefined = root; node !== undefined;) {
    const inside: Node | undefined = children(node).find((child) => child.start <= offset && offset < child.end)
    if (inside !== undefined && 'kind' in inside && inside.kind === 'binding' && 'kind' in node && node.kind === 'attributes')
      around.push({ binding: inside, set: node })
    node = inside
  }
  return around.reverse()
}
