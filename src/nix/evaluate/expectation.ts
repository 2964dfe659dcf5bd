// What a function is handed → whether its body sees what it would see if nobody called it.
import type { Formal, Lambda } from '../syntax.ts'
import { Dullness, type Scope, telling } from './scope.ts'
import type { Attributes, Thunk, Unknown } from './value.ts'

export class Expectation {
  readonly #byName: (name: string) => Thunk | null
  readonly #usual = new Map<string, Thunk | null>()

  /** `byName` gives the value that a parameter of that name most likely has, or null. */
  constructor(byName: (name: string) => Thunk | null) {
    this.#byName = byName
  }

  /** For the body of a function of one parameter. */
  ofValue(scope: Scope, name: string, argument: Thunk): Dullness {
    return inside(scope, () => this.#isExpected(name, argument))
  }

  /** For the body of a function that takes a set apart; `names` are its parameters once they are asked for. */
  ofSet(scope: Scope, given: Attributes | Unknown, lambda: Lambda, names: ReadonlyMap<string, Thunk>): Dullness {
    return inside(scope, () => this.#areExpected(given, lambda, names))
  }

  /** Whether a dull function stays so with what it is given: whether it sees what it would see if nobody called it. */
  #areExpected(given: Attributes | Unknown, { parameter, formals }: Lambda, names: ReadonlyMap<string, Thunk>): boolean {
    const isOpen = given.kind === 'unknown' || given.rest !== null
    const isModel = given.kind === 'attributes' && given.model
    if (isOpen && !isModel && given.kind === 'attributes') return false
    // A name for the whole set shows what no parameter names.
    if (parameter !== null && (isOpen || hasMore(given, formals!))) return false
    for (const { name, fallback } of formals!) {
      const isGiven = given.kind === 'attributes' && given.entries.has(name)
      const isUsual = fallback === null || this.#usualFor(name) !== null
      if (parameter !== null && isGiven !== isUsual) return false
      if (!isGiven && !isUsual) {
        if (isOpen && !isModel) return false
      } else if (!this.#isExpected(name, names.get(name)!, isGiven && fallback !== null)) return false
    }
    return true
  }

  #usualFor(name: string): Thunk | null {
    let usual = this.#usual.get(name)
    if (usual === undefined) {
      usual = this.#byName(name)
      this.#usual.set(name, usual)
    }
    return usual
  }

  /**
   * Whether a value is what a parameter of its name is bound to if nobody calls the function, or comes from where all is looked for without
   * this. `isHiding`: a default would otherwise take its place.
   */
  #isExpected(name: string, thunk: Thunk, isHiding = false): boolean {
    const usual = this.#usualFor(name)
    if (thunk === usual) return true
    const value = thunk.force()
    if (value.kind === 'attributes' || value.kind === 'list') if (thunk.dullness.holds) return true
    if (value.kind === 'function' && value.lambda?.scope.dullness.holds === true) return true
    if (value.kind === 'unknown') return usual !== null || !isHiding
    const other = usual?.force()
    if (value.kind === 'attributes') return value.model && other?.kind === 'attributes' && other.model
    return value.kind === 'string' && other?.kind === 'string' && value.text === other.text
  }
}

const inside = ({ dullness }: Scope, isExpected: () => boolean): Dullness =>
  dullness === telling ? telling : new Dullness(null, () => dullness.holds && isExpected())

/** Whether a set has what no parameter names. */
function hasMore(set: Attributes, formals: readonly Formal[]): boolean {
  let named = 0
  for (const { name } of formals) if (set.entries.has(name)) named++
  return named < set.entries.size
}
