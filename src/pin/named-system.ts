// A place in a Nix file → the system that the attribute around it is named after.
import type { System } from '../core/system.ts'
import { type Node, children } from '../nix/children.ts'
import { staticName } from '../nix/evaluate/bindings.ts'
import type { Document } from '../nix/syntax.ts'

/** A binding named after a system, with the systems its neighbours are named after. */
export interface NamedSystem {
  readonly system: System
  readonly systems: ReadonlySet<System>
}

const double = /^[a-z0-9_]+-(?:linux|darwin|freebsd|netbsd|openbsd|windows)$/

/** The innermost such binding around an offset, or null. */
export function namedSystem({ root }: Document, offset: number): NamedSystem | null {
  let found: NamedSystem | null = null
  for (let node: Node | undefined = root; node !== undefined;) {
    const inside: Node | undefined = children(node).find((child) => child.start <= offset && offset < child.end)
    if (inside !== undefined && 'kind' in inside && inside.kind === 'binding' && 'kind' in node && node.kind === 'attributes') {
      const system = inside.path.map(staticName).find((name) => name !== null && double.test(name))
      if (system !== undefined && system !== null) {
        const names = node.bindings.flatMap((each) => (each.kind === 'binding' ? each.path : each.names)).map(staticName)
        found = { system, systems: new Set(names.filter((name) => name !== null && double.test(name)) as string[]) }
      }
    }
    node = inside
  }
  return found
}
