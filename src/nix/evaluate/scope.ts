// Names in scope: variables of let, rec and lambdas, and the sets that `with` opens.
import type { Thunk } from './value.ts'

/** One layer of names, innermost first. A layer has variables or is a `with`, never both. */
export interface Scope {
  readonly parent: Scope | null
  readonly variables: ReadonlyMap<string, Thunk> | null
  readonly opened: Thunk | null
}

export const variables = (parent: Scope | null, names: ReadonlyMap<string, Thunk>): Scope => ({ parent, variables: names, opened: null })
export const opening = (parent: Scope, set: Thunk): Scope => ({ parent, variables: null, opened: set })

/** The variable of that name, or null: then only a `with` can have it. */
export function lookup(scope: Scope, name: string): Thunk | null {
  for (let layer: Scope | null = scope; layer !== null; layer = layer.parent) {
    const found = layer.variables?.get(name)
    if (found !== undefined) return found
  }
  return null
}

/** The sets opened by `with`, innermost first. */
export function openedSets(scope: Scope): Thunk[] {
  const sets: Thunk[] = []
  for (let layer: Scope | null = scope; layer !== null; layer = layer.parent) if (layer.opened !== null) sets.push(layer.opened)
  return sets
}
