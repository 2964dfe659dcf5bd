// A place in a Nix file → the system that the attribute around it is named after.
import { type System, isDouble } from '../core/system.ts'
import { bindingsAround } from '../nix/bindings-around.ts'
import { staticName } from '../nix/evaluate/bindings.ts'
import type { Document } from '../nix/syntax.ts'

/** A binding named after a system, with the systems its neighbours are named after. */
export interface NamedSystem {
  readonly system: System
  readonly systems: ReadonlySet<System>
}

/** The innermost such binding around an offset, or null. */
export function namedSystem(document: Document, offset: number): NamedSystem | null {
  for (const { binding, set } of bindingsAround(document, offset)) {
    const system = binding.path.map(staticName).find(isDouble)
    if (system === undefined) continue
    const names = set.bindings.flatMap((each) => (each.kind === 'binding' ? each.path : each.names)).map(staticName)
    return { system, systems: new Set(names.filter(isDouble)) }
  }
  return null
}
