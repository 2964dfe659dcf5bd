// What a builtin may take for granted about its arguments: each function gives the kind asked for or halts the builtin with Unknown.
import type { Machine } from './machine.ts'
import { pathIn } from './repository-path.ts'
import {
  type Attributes,
  type Entry,
  Halt,
  type List,
  type Text,
  type Thunk,
  type Value,
  asUnknown,
  failure,
  kindName,
  unknown,
} from './value.ts'

/** Ends the builtin: the value is Unknown for the same reason, or of the wrong kind. */
export function wrongKind(value: Value, expected: string): never {
  throw new Halt(asUnknown(value, `${kindName(value)} is given where ${expected} is expected`))
}

/** Ends the builtin as Nix would end the evaluation. */
export function fail(reason: string): never {
  throw new Halt(failure(reason))
}

/** Ends the builtin with something that cannot be known. */
export function stop(reason: string): never {
  throw new Halt(unknown(reason))
}

export function stringOf(thunk: Thunk): Text {
  const value = thunk.force()
  return value.kind === 'string' ? value : wrongKind(value, 'a string')
}

/** A string, or what `"${…}"` makes of it. */
export function shownOf(machine: Machine, thunk: Thunk): Text {
  const value = thunk.force()
  const shown = machine.interpolate(value, null)
  if (shown.kind === 'string') return shown
  throw new Halt(shown)
}

export function listOf(thunk: Thunk): List {
  const value = thunk.force()
  return value.kind === 'list' ? value : wrongKind(value, 'a list')
}

export function setOf(thunk: Thunk): Attributes {
  const value = thunk.force()
  return value.kind === 'attributes' ? value : wrongKind(value, 'a set')
}

/** A set of which every name is known. */
export function wholeSetOf(thunk: Thunk): Attributes {
  const value = setOf(thunk)
  return value.rest === null ? value : stop('a set of which not all names are known')
}

export function intOf(thunk: Thunk): number {
  const value = thunk.force()
  return value.kind === 'int' ? value.value : wrongKind(value, 'an integer')
}

export function boolOf(value: Value): boolean {
  return value.kind === 'bool' ? value.value : wrongKind(value, 'a boolean')
}

/** A path inside the repository. */
export function pathOf(thunk: Thunk): string {
  const value = thunk.force()
  const path = pathIn(value)
  if (path !== null) return path
  return value.kind === 'string' ? stop(`the path ${value.text}`) : wrongKind(value, 'a path')
}

/** The names of a set in Nix's order: by code unit. */
export const sortedEntries = (set: Attributes): [string, Entry][] => [...set.entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
