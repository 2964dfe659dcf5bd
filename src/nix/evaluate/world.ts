// What stands around Nix code: the names it can use, and what is known where the code itself says nothing.
import type { Place } from '../../core/span.ts'
import type { Scope } from './scope.ts'
import type { Thunk, Unknown, Value } from './value.ts'

/** What stands outside the language: the names in scope everywhere, and what happens at a call of something unknown. */
export interface World {
  /** The names in scope everywhere. */
  readonly scope: Scope
  /** `<name>`. */
  searchPath(name: string): Value
  /** The value that a parameter of that name most likely has, or null. */
  byName(name: string): Thunk | null
  /** The value that an attribute of that name most likely has in a set that is not known, or null. */
  byAttribute(name: string): Thunk | null
  /** A call of something that is not known: its argument is explored anyway; this is told of it first. */
  unknownCall(callee: Unknown, argument: Value, place: Place): void
}

/** The file name of Nix code that is part of the model, not of the repository: its literals are nobody's to edit. */
export const preludeFile = '<prelude>'
