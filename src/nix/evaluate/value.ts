// What Nix expressions become: values that are lazy, total and remember where their characters came from.
import type { Place, Span } from '../../core/span.ts'
import type { AttributeName, Lambda } from '../syntax.ts'
import { deepest, effort } from './effort.ts'
import type { Machine } from './machine.ts'
import { type Dullness, type Scope, telling } from './scope.ts'

/** The literal a run of characters came from; `start` and `end` span it whole, quotes included. `expression` is no literal but something like `lib.fakeHash`. */
export interface Origin extends Place {
  readonly form: 'quoted' | 'indented' | 'uri' | 'name' | 'json' | 'toml' | 'file' | 'expression'
}

/** Characters `start`..`end` of a string's value come from `from`..`to` in the origin's file: they are the same characters, or the run maps only as a whole; see isExact. */
export interface Run extends Span {
  readonly from: number
  readonly to: number
  readonly origin: Origin
  /** That it maps only as a whole, where the lengths would not tell. */
  readonly inexact?: true
}

/** A string; `runs` are sorted and disjoint, and characters outside of them have no literal of their own. */
export interface Text {
  readonly kind: 'string'
  readonly text: string
  readonly runs: readonly Run[]
}

/** A path inside the repository: relative to its root, normalised, forward slashes, `''` being the root itself. */
export interface Path {
  readonly kind: 'path'
  readonly path: string
}

/** What cannot be known. `failed` says that Nix itself would stop here (throw, a missing attribute, a type error). */
export interface Unknown {
  readonly kind: 'unknown'
  readonly failed: boolean
  readonly reason: string
  readonly place: Place | null
}

export interface Null {
  readonly kind: 'null'
}
export interface Bool {
  readonly kind: 'bool'
  readonly value: boolean
}
export interface Int {
  readonly kind: 'int'
  readonly value: number
}
export interface Float {
  readonly kind: 'float'
  readonly value: number
}
export interface List {
  readonly kind: 'list'
  readonly items: readonly Thunk[]
}

/** One attribute; `key` is the name's own place, where it was written down. */
export interface Entry {
  readonly value: Thunk
  readonly key: { readonly file: string; readonly node: AttributeName } | Text | null
}

/** An attribute set. `rest` answers names outside `entries` (a set of which only some is known); null when there are none. */
export interface Attributes {
  readonly kind: 'attributes'
  readonly entries: ReadonlyMap<string, Entry>
  readonly rest: ((name: string) => Value) | null
  /** A stand-in for a part of nixpkgs, a flake input or a module's arguments: nothing to look for inside. */
  readonly model: boolean
}

/** A function written in Nix. */
export interface Closure {
  readonly node: Lambda
  readonly scope: Scope
  readonly file: string
}

/** What a function written in TypeScript does with its argument; `at` is the call, the machine is the one that calls. */
export type Call = (argument: Thunk, at: Place | null, machine: Machine) => Value

/** Either `lambda` or `call` is there. */
export type Function = { readonly kind: 'function'; readonly name: string } & (
  | { readonly lambda: Closure; readonly call: null }
  | { readonly lambda: null; readonly call: Call }
)

export type Value = Unknown | Null | Bool | Int | Float | Text | Path | List | Attributes | Function

/** Thrown inside builtins to end them with a value; never leaves the call or the thunk it is thrown in. */
export class Halt {
  readonly value: Unknown
  constructor(value: Unknown) {
    this.value = value
  }
}

/** A value that is computed when first asked for. */
export class Thunk {
  #value: Value | null
  #compute: (() => Value) | null
  /** Whether there is nothing to look for inside. */
  readonly dullness: Dullness

  constructor(value: Value | null, compute: (() => Value) | null, dullness: Dullness) {
    this.#value = value
    this.#compute = compute
    this.dullness = dullness
  }

  /** Computes once. A value that needs itself is Unknown, as Nix would stop there. Never throws, unless something is wrong with the evaluator itself. */
  force(): Value {
    if (this.#value !== null) return this.#value
    const compute = this.#compute
    if (compute === null) return recursion
    const { depth } = effort
    if (depth >= deepest) {
      effort.cut = true
      return tooDeep
    }
    this.#compute = null
    effort.depth = depth + 1
    let value: Value
    try {
      value = compute()
    } catch (error) {
      value = ended(error)
    }
    effort.depth = depth
    this.#value = value
    return value
  }

  /** The value if it was computed already. */
  get known(): Value | null {
    return this.#value
  }
}

function ended(error: unknown): Unknown {
  if (error instanceof Halt) return error.value
  // The stack was not ours alone, or a string would have been longer than strings can be.
  if (error instanceof RangeError) {
    effort.cut = true
    return tooDeep
  }
  throw error
}

export const lazy = (compute: () => Value, dullness: Dullness = telling): Thunk => new Thunk(null, compute, dullness)
export const ready = (value: Value): Thunk => new Thunk(value, null, telling)

export const unknown = (reason: string, place: Place | null = null): Unknown => ({ kind: 'unknown', failed: false, reason, place })
export const failure = (reason: string, place: Place | null = null): Unknown => ({ kind: 'unknown', failed: true, reason, place })
const recursion: Unknown = failure('the value needs itself')
export const tooDeep: Unknown = unknown('the evaluation is nested too deeply')
export const tooLong: Unknown = unknown('the evaluation takes too long')
/** Whether a value is only missing because the evaluation was cut off. */
export const isCut = (value: Unknown): boolean => value === tooDeep || value === tooLong

/** A value that should have been of another kind, as Unknown: what was unknown stays so, the rest is a type error. */
export function asUnknown(value: Value, reason: string): Unknown {
  return value.kind === 'unknown' ? value : failure(reason)
}

/** A value's kind in words. */
export function kindName(value: Value): string {
  switch (value.kind) {
    case 'attributes':
      return 'a set'
    case 'int':
      return 'an integer'
    case 'bool':
      return 'a boolean'
    default:
      return value.kind === 'unknown' ? 'something not known' : value.kind === 'null' ? 'null' : `a ${value.kind}`
  }
}

export const nothing: Null = { kind: 'null' }
export const yes: Bool = { kind: 'bool', value: true }
export const no: Bool = { kind: 'bool', value: false }
export const bool = (value: boolean): Bool => (value ? yes : no)
export const int = (value: number): Int => ({ kind: 'int', value })
export const float = (value: number): Float => ({ kind: 'float', value })
export const list = (items: readonly Thunk[]): List => ({ kind: 'list', items })
/** A string without provenance. */
export const text = (value: string): Text => ({ kind: 'string', text: value, runs: [] })

/** Lists and sets that came from a data file: there is nothing to look for inside. */
export const plain: WeakSet<Value> = new WeakSet()

/** An attribute set of known values. */
export function attributes(entries: Readonly<Record<string, Thunk | Value>>, rest: Attributes['rest'] = null, model = false): Attributes {
  const map = new Map<string, Entry>()
  for (const [name, value] of Object.entries(entries)) map.set(name, { value: value instanceof Thunk ? value : ready(value), key: null })
  return { kind: 'attributes', entries: map, rest, model }
}

/** An attribute set of entries. */
export const attributesOf = (entries: ReadonlyMap<string, Entry>, rest: Attributes['rest'] = null): Attributes => ({
  kind: 'attributes',
  entries,
  rest,
  model: false,
})

/** A function written in TypeScript. */
export function native(name: string, call: Call): Function {
  return { kind: 'function', lambda: null, name, call }
}

/** A native function of several arguments, one after another. */
export function curried(name: string, arity: number, call: (args: Thunk[], at: Place | null, machine: Machine) => Value): Function {
  const collect = (given: Thunk[]): Function =>
    native(name, (argument, at, machine) => {
      const args = [...given, argument]
      return args.length === arity ? call(args, at, machine) : collect(args)
    })
  return collect([])
}
