// Flakes and the libraries that spread their outputs over systems: outputs, flake-utils, flake-parts.
import type { System } from '../../core/system.ts'
import { usualSystems } from '../../core/system.ts'
import type { Machine } from './machine.ts'
import { pathIn } from './repository-path.ts'
import type { Nixpkgs } from './nixpkgs.ts'
import {
  type Attributes,
  type Entry,
  type Thunk,
  type Value,
  attributes,
  attributesOf,
  curried,
  lazy,
  list,
  native,
  ready,
  text,
  unknown,
} from './value.ts'

/** `flake-utils.lib`: every system's outputs come from one function; this evaluation is about one system. */
export function flakeUtils(machine: Machine, systems: ReadonlySet<System>): Value {
  const system = machine.ofSystem(() => text(machine.system))
  const nested = (value: Value): Value => {
    if (value.kind !== 'attributes') return value
    const entries = new Map<string, Entry>()
    for (const [name, entry] of value.entries)
      entries.set(name, { value: ready(attributes({ [machine.system]: entry.value })), key: entry.key })
    return attributesOf(entries)
  }
  const each = (call: Thunk): Value => nested(machine.apply(call.force(), system, null))
  const all = list(usualSystems.map((name) => ready(text(name))))
  const lib = attributes(
    {
      eachDefaultSystem: native('eachDefaultSystem', each),
      // Which systems a flake lists does not matter: its pins are pins for every system they name.
      eachSystem: curried('eachSystem', 2, ([, call]) => each(call!)),
      eachDefaultSystemPassThrough: native('eachDefaultSystemPassThrough', (call) => machine.apply(call.force(), system, null)),
      eachSystemPassThrough: curried('eachSystemPassThrough', 2, ([, call]) => machine.apply(call!.force(), system, null)),
      eachDefaultSystemMap: native('eachDefaultSystemMap', (call) =>
        attributes({ [machine.system]: lazy(() => machine.apply(call.force(), system, null)) }),
      ),
      eachSystemMap: curried('eachSystemMap', 2, ([, call]) =>
        attributes({ [machine.system]: lazy(() => machine.apply(call!.force(), system, null)) }),
      ),
      mkApp: native('mkApp', (argument) => argument.force()),
      flattenTree: native('flattenTree', (argument) => argument.force()),
      filterPackages: curried('filterPackages', 2, ([, packages]) => packages!.force()),
      defaultSystems: all,
      allSystems: all,
      system: attributes(Object.fromEntries([...systems].map((name) => [name, text(name)]))),
    },
    (name) => unknown(`flake-utils.lib.${name} is not known`),
    true,
  )
  return attributes({ lib }, (name) => unknown(`flake-utils.${name} is not known`), true)
}

/** `flake-parts.lib`: modules with `perSystem`. */
export function flakeParts(machine: Machine, nixpkgs: Nixpkgs): Value {
  const lib = attributes(
    {
      mkFlake: curried('mkFlake', 2, ([, module]) => evaluateModule(machine, nixpkgs, module!, 0)),
      mkPerSystemOption: native('mkPerSystemOption', (module) => (machine.exploration.add(module), unknown('an option'))),
    },
    (name) => unknown(`flake-parts.lib.${name} is not known`),
    true,
  )
  return attributes({ lib }, (name) => unknown(`flake-parts.${name} is not known`), true)
}

/** A flake-parts module, with the modules it imports; its `perSystem` is called for this system. */
function evaluateModule(machine: Machine, nixpkgs: Nixpkgs, module: Thunk, depth: number): Value {
  const given = module.force()
  const path = pathIn(given)
  let value: Value = path === null ? given : machine.import(path)
  if (value.kind === 'function') value = machine.exploration.called(value)
  if (value.kind !== 'attributes') return value
  const imports = value.entries.get('imports')?.value.force()
  if (imports?.kind === 'list' && depth < 20)
    for (const item of imports.items) machine.exploration.add(lazy(() => evaluateModule(machine, nixpkgs, item, depth + 1)))
  const perSystem = value.entries.get('perSystem')?.value
  if (perSystem !== undefined)
    machine.exploration.add(
      lazy(() => {
        const call = perSystem.force()
        return call.kind === 'function' ? machine.exploration.called(call) : call
      }),
    )
  const rest = new Map(value.entries)
  rest.delete('perSystem')
  rest.delete('imports')
  return attributesOf(rest)
}

/** Calls a flake's `outputs` with stand-ins for its inputs. */
export function evaluateFlake(machine: Machine, nixpkgs: Nixpkgs, flake: Attributes, folder: string): Value {
  const outputs = flake.entries.get('outputs')?.value.force()
  if (outputs?.kind !== 'function') return outputs ?? unknown('a flake without outputs')
  const kinds = inputKinds(flake)
  const input = (name: string): Value => (name === 'self' ? nixpkgs.self(folder) : nixpkgs.input(kinds.get(name) ?? name))
  const entries = new Map<string, Entry>()
  const names = new Set([...kinds.keys(), 'self', ...(outputs.lambda?.node.formals ?? []).map((formal) => formal.name)])
  for (const name of names) entries.set(name, { value: lazy(() => input(name)), key: null })
  return machine.apply(outputs, ready({ kind: 'attributes', entries, rest: (name) => input(name), model: true }), null)
}

/** What the inputs are by their URLs, where those tell: a flake may call nixpkgs what it likes. */
function inputKinds(flake: Attributes): Map<string, string> {
  const kinds = new Map<string, string>()
  const inputs = flake.entries.get('inputs')?.value.force()
  if (inputs?.kind !== 'attributes') return kinds
  for (const [name, entry] of inputs.entries) {
    const input = entry.value.force()
    const url = input.kind === 'attributes' ? input.entries.get('url')?.value.force() : input
    const address = url?.kind === 'string' ? url.text.toLowerCase() : ''
    if (/nixpkgs(\/|$|\?|-)/.test(address) || address.includes('nixos/nixpkgs')) kinds.set(name, 'nixpkgs')
    else if (address.includes('numtide/flake-utils')) kinds.set(name, 'flake-utils')
    else if (address.includes('hercules-ci/flake-parts')) kinds.set(name, 'flake-parts')
    else kinds.set(name, name)
  }
  return kinds
}
