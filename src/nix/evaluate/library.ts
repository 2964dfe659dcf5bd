// The tables of builtins and lib functions → the sets `builtins` and `lib`.
import type { System } from '../../core/system.ts'
import { parse } from '../parse.ts'
import { type Builtin, builtins } from './builtins.ts'
import { libBuiltins, libSources } from './lib.ts'
import { type Machine, preludeFile } from './machine.ts'
import { doubles, flakeExposed, groups, platform, systemsWhere } from './platform.ts'
import { type Scope, variables } from './scope.ts'
import { type Attributes, type Entry, Thunk, type Value, attributes, curried, lazy, list, native, ready, text, unknown } from './value.ts'

const parsed = new Map<string, ReturnType<typeof parse>>()

function prelude(source: string): ReturnType<typeof parse> {
  let document = parsed.get(source)
  if (document === undefined) {
    document = parse(source)
    parsed.set(source, document)
  }
  return document
}

/** One builtin as a value. */
export const builtinValue = (machine: Machine, name: string, [arity, call]: Builtin): Value => curried(name, arity, (args) => call(machine, args))

/** The set `builtins`; `extra` are those that reach the world: fetchers, import, the current system. */
export function builtinSet(machine: Machine, extra: Readonly<Record<string, Thunk | Value>>): Attributes {
  const entries = new Map<string, Entry>()
  for (const [name, builtin] of Object.entries(builtins)) entries.set(name, { value: lazy(() => builtinValue(machine, name, builtin)), key: null })
  for (const [name, value] of Object.entries(extra)) entries.set(name, { value: value instanceof Thunk ? value : ready(value), key: null })
  const set: Attributes = { kind: 'attributes', entries, rest: (name) => unknown(`builtins.${name} is not known`), model: true }
  entries.set('builtins', { value: ready(set), key: null })
  return set
}

/** The set `lib`. */
export function libSet(machine: Machine, globals: ReadonlyMap<string, Thunk>, builtin: Attributes): Attributes {
  const entries = new Map<string, Entry>()
  const lib: Attributes = { kind: 'attributes', entries, rest: (name) => unknown(`lib.${name} is not known`), model: true }
  const names = new Map<string, Thunk>([...globals, ['lib', ready(lib)]])
  const scope: Scope = variables(null, names)
  for (const name of libBuiltins) {
    const entry = builtin.entries.get(name)
    if (entry !== undefined) entries.set(name, entry)
  }
  for (const [section, sources] of Object.entries(libSources)) {
    const own = new Map<string, Entry>()
    for (const [name, source] of Object.entries(sources)) {
      const entry: Entry = { value: lazy(() => machine.evaluate(prelude(source).root, scope, preludeFile)), key: null }
      own.set(name, entry)
      if (!entries.has(name)) entries.set(name, entry)
    }
    // A section answers what lib itself answers: nixpkgs keeps most functions in both.
    entries.set(section, { value: ready({ kind: 'attributes', entries: own, rest: (name) => entries.get(name)?.value.force() ?? unknown(`lib.${section}.${name} is not known`), model: true }), key: null })
  }
  entries.set('systems', { value: lazy(() => systemsSet()), key: null })
  entries.set('platforms', { value: lazy(() => groupsSet('lib.platforms')), key: null })
  entries.set('lib', { value: ready(lib), key: null })
  return lib
}

const systemList = (systems: readonly System[]): Value => list(systems.map((system) => ready(text(system))))

/** nixpkgs' lists of systems, by group. */
function groupsSet(what: string): Attributes {
  const lists = Object.entries(groups).map(([name, question]) => [name, lazy(() => systemList(systemsWhere(question)))] as const)
  return attributes({ ...Object.fromEntries(lists), all: systemList(doubles), none: list([]) }, (name) => unknown(`${what}.${name} is not known`), true)
}

function systemsSet(): Value {
  const elaborate = native('elaborate', (given) => {
    const value = given.force()
    if (value.kind === 'string') return platform(value.text)
    const system = value.kind === 'attributes' ? value.entries.get('system')?.value.force() : undefined
    return system?.kind === 'string' ? platform(system.text) : unknown('a platform that is not known')
  })
  return attributes(
    { elaborate, flakeExposed: systemList(flakeExposed), doubles: lazy(() => groupsSet('lib.systems.doubles')) },
    (name) => unknown(`lib.systems.${name} is not known`),
    true,
  )
}
