// Names in scope: variables of let, rec and lambdas, and the sets that `with` opens.
import type { Thunk } from './value.ts'

/** One layer of names, innermost first. A layer has variables or is a `with`, never both. */
export interface Scope {
  readonly parent: Scope | null
  readonly variables: ReadonlyMap<string, Thunk> | null
  readonly opened: Thunk | null
  readonly dullness: Dullness
}

/** How many decisions are being made, and whether one of them has assumed that another holds. */
const deciding = { count: 0, assumes: false }

/**
 * Whether what is written in a scope needs no looking through: see `SourceTree.isDull`. Decided when first asked for; what depends on itself
 * holds unless something else speaks against it.
 */
export class Dullness {
  #known: boolean | null
  #isBeingDecided = false
  readonly #decide: () => boolean

  constructor(known: boolean | null, decide: () => boolean = () => false) {
    this.#known = known
    this.#decide = decide
  }

  get holds(): boolean {
    if (this.#known !== null) return this.#known
    if (this.#isBeingDecided) {
      deciding.assumes = true
      return true
    }
    const assumedBefore = deciding.assumes
    deciding.assumes = false
    deciding.count++
    this.#isBeingDecided = true
    const holds = this.#decide()
    this.#isBeingDecided = false
    deciding.count--
    // A yes that rests on an assumption is kept by the outermost decision alone: then the assumption has come true.
    if (!holds || !deciding.assumes || deciding.count === 0) this.#known = holds
    deciding.assumes = deciding.count > 0 && (deciding.assumes || assumedBefore)
    return holds
  }
}

export const dull: Dullness = new Dullness(true)
export const telling: Dullness = new Dullness(false)

export const variables = (
  parent: Scope | null,
  names: ReadonlyMap<string, Thunk>,
  dullness: Dullness = parent?.dullness ?? telling,
): Scope => ({ parent, variables: names, opened: null, dullness })
export const opening = (parent: Scope, set: Thunk): Scope => ({
  parent,
  variables: null,
  opened: set,
  dullness: parent.dullness,
})

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
