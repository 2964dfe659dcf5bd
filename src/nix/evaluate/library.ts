// The tables of builtins and lib functions → the sets `builtins` and `lib`.
import type { System } from '../../core/system.ts'
import { parse } from '../parse.ts'
import { type Builtin, builtins } from './builtins.ts'
import { deepest, effort } from './effort.ts'
import { libBuiltins, libSources } from './lib.ts'
import { spend } from './limits.ts'
import { Machine } from './machine.ts'
import type { SourceTree } from './source-tree.ts'
import { preludeFile } from './world.ts'
import { doubles, flakeExposed, groups, platform, systemsWhere } from './platform.ts'
import { type Scope, lookup, variables } from './scope.ts'
import {
  type Attributes,
  type Entry,
  Halt,
  Thunk,
  type Value,
  attributes,
  curried,
  int,
  lazy,
  list,
  native,
  no,
  nothing,
  ready,
  text,
  unknown,
  yes,
} from './value.ts'

/** One builtin as a value. What it is given is explored where it cannot make anything of it. */
function builtinValue(name: string, [arity, call]: Builtin): Value {
  return curried(name, arity, (args, _, machine) => {
    try {
      const value = call(machine, args)
      if (value.kind === 'list') spend(value.items.length >> 1)
      else if (value.kind === 'attributes') spend(value.entries.size >> 1)
      return value
    } catch (error) {
      if (error instanceof Halt) for (const arg of args) machine.exploration.add(arg)
      throw error
    }
  })
}

/** Builtins that are in scope without `builtins.` before them. */
const globalBuiltins: ReadonlySet<string> = new Set([
  'abort',
  'baseNameOf',
  'dirOf',
  'isNull',
  'map',
  'removeAttrs',
  'throw',
  'toString',
  'placeholder',
  'fromTOML',
])

const constants: Readonly<Record<string, Value>> = {
  true: yes,
  false: no,
  null: nothing,
  nixVersion: text('2.18.1'),
  storeDir: text('/nix/store'),
  langVersion: int(6),
  nixPath: list([]),
}

const pure: ReadonlyMap<string, Entry> = new Map(
  [...Object.entries(builtins).map(([name, builtin]) => [name, builtinValue(name, builtin)] as const), ...Object.entries(constants)].map(
    ([name, value]) => [name, { value: ready(value), key: null }] as const,
  ),
)

const globalNames: ReadonlySet<string> = new Set([
  ...globalBuiltins,
  'true',
  'false',
  'null',
  'import',
  'scopedImport',
  'derivation',
  'fetchTarball',
  'fetchGit',
  'fetchTree',
])

function* namesInScope(entries: Iterable<readonly [string, Thunk]>): Generator<[string, Thunk]> {
  for (const [name, value] of entries) {
    yield [`__${name}`, value]
    if (globalNames.has(name)) yield [name, value]
  }
}

const pureScope: Scope = variables(null, new Map(namesInScope([...pure].map(([name, entry]) => [name, entry.value]))))

/** The names in scope everywhere; `extra` are the builtins that reach the world: fetchers, import, the current system. */
export function builtinScope(extra: Readonly<Record<string, Thunk | Value>>): Scope {
  const given = Object.entries(extra).map(([name, value]) => [name, value instanceof Thunk ? value : ready(value)] as const)
  const set = lazy(() => {
    const entries = new Map(pure)
    for (const [name, value] of given) entries.set(name, { value, key: null })
    entries.set('builtins', { value: set, key: null })
    return { kind: 'attributes', entries, rest: (name) => unknown(`builtins.${name} is not known`), model: true }
  })
  return variables(pureScope, new Map([...namesInScope(given), ['builtins', set]]))
}

/** Lib's own code has no world around it. */
const nowhere: SourceTree = { document: () => null, text: () => null, entries: () => null }

let made: Attributes | null = null

/** The set `lib`: one for all evaluations, since nothing in it depends on any of them. What is in it is read when it is first asked for. */
export function libSet(): Attributes {
  return (made ??= apart(makeLib))
}

/** Outside the account of whichever evaluation asks first: a limit met here would stay for all of them. */
function apart<T>(make: () => T): T {
  const account = { ...effort }
  Object.assign(effort, { depth: Math.min(account.depth, deepest - 100), steps: 0, cut: false })
  try {
    return make()
  } finally {
    Object.assign(effort, account)
  }
}

function makeLib(): Attributes {
  const globals = builtinScope({})
  const machine = new Machine('', nowhere)
  machine.world = {
    scope: globals,
    searchPath: (name) => unknown(`<${name}>`),
    byName: () => null,
    byAttribute: () => null,
    unknownCall: () => undefined,
  }
  const entries = new Map<string, Entry>()
  const lib: Attributes = { kind: 'attributes', entries, rest: (name) => unknown(`lib.${name} is not known`), model: true }
  const scope: Scope = variables(globals, new Map([['lib', ready(lib)]]))
  for (const name of libBuiltins) {
    const entry = pure.get(name)
    if (entry !== undefined) entries.set(name, entry)
  }
  for (const [section, sources] of Object.entries(libSources)) {
    const own = new Map<string, Entry>()
    for (const [name, source] of Object.entries(sources)) {
      const value = lazy(() =>
        apart(() => {
          const found = machine.evaluate(parse(source).root, scope, preludeFile)
          forceAll(found)
          return found
        }),
      )
      const entry: Entry = { value, key: null }
      own.set(name, entry)
      if (!entries.has(name) && !ownNames.has(section)) entries.set(name, entry)
    }
    // A section answers what lib itself answers: nixpkgs keeps most functions in both.
    const rest = (name: string): Value => entries.get(name)?.value.force() ?? unknown(`lib.${section}.${name} is not known`)
    entries.set(section, { value: ready({ kind: 'attributes', entries: own, rest, model: true }), key: null })
  }
  entries.set('systems', { value: ready(systemsSet()), key: null })
  entries.set('platforms', { value: ready(groupsSet('lib.platforms')), key: null })
  entries.set('lib', { value: ready(lib), key: null })
  entries.set('builtins', { value: lookup(globals, 'builtins')!, key: null })
  return lib
}

/** Sections whose functions are not in lib itself. */
const ownNames: ReadonlySet<string> = new Set(['generators'])

function forceAll(value: Value): void {
  if (value.kind === 'list') for (const item of value.items) forceAll(item.force())
}

const systemList = (systems: readonly System[]): Value => list(systems.map((system) => ready(text(system))))

/** nixpkgs' lists of systems, by group. */
function groupsSet(what: string): Attributes {
  const lists = Object.entries(groups).map(([name, question]) => [name, lazy(() => systemList(systemsWhere(question)))] as const)
  return attributes(
    { ...Object.fromEntries(lists), all: systemList(doubles), none: list([]) },
    (name) => unknown(`${what}.${name} is not known`),
    true,
  )
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
