// One file under one system → the fetches it makes, as Nix would make them.
import type { System } from '../../core/system.ts'
import type { Fetch, Unmanaged } from './fetchers.ts'
import { evaluateFlake } from './flakes.ts'
import { Machine } from './machine.ts'
import { type BuilderCall, Nixpkgs } from './nixpkgs.ts'
import { folderOf } from './repository-path.ts'
import type { SourceTree } from './source-tree.ts'
import { lazy, ready } from './value.ts'

export interface Evaluation {
  readonly fetches: readonly Fetch[]
  readonly unmanaged: readonly Unmanaged[]
  /** Calls of builders that cannot be read. */
  readonly builderCalls: readonly BuilderCall[]
  /** Files whose text the result may depend on. */
  readonly reads: ReadonlySet<string>
  /** Whether it was cut off for taking too long: then something may be missing. */
  readonly exhausted: boolean
  /** Whether another system may have another result. */
  readonly dependsOnSystem: boolean
}

/** Evaluates a file by itself: a flake through its outputs, anything else as it is, functions with their parameters bound by name. Never throws for any text. */
export function evaluateFile(tree: SourceTree, file: string, system: System, systems: ReadonlySet<System>): Evaluation {
  const machine = new Machine(system, tree)
  const nixpkgs = new Nixpkgs(machine, systems)
  machine.world = nixpkgs
  const value = lazy(() => machine.import(file)).force()
  const isFlake = value.kind === 'attributes' && file.split('/').at(-1) === 'flake.nix' && value.entries.has('outputs')
  machine.exploration.add(isFlake ? lazy(() => evaluateFlake(machine, nixpkgs, value, folderOf(file))) : ready(value))
  machine.exploration.run(systems)
  const { fetches, unmanaged } = nixpkgs.recorder.results()
  return {
    fetches,
    unmanaged,
    builderCalls: nixpkgs.builderCalls,
    reads: machine.reads,
    exhausted: machine.exhausted,
    dependsOnSystem: machine.dependsOnSystem,
  }
}
