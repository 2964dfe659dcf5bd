// A file that is plain data → that data.
import { usualSystems } from '../../core/system.ts'
import { Machine } from './machine.ts'
import { Nixpkgs } from './nixpkgs.ts'
import type { SourceTree } from './source-tree.ts'
import type { Value } from './value.ts'

/** What a data file can hold; `undefined` stands for what is no data. */
export type Data = string | number | boolean | null | readonly Data[] | { readonly [name: string]: Data } | undefined

/** The value of a file, everything in it forced. Never throws. */
export function evaluateData(tree: SourceTree, file: string): Data {
  const machine = new Machine(usualSystems[0]!, tree)
  machine.world = new Nixpkgs(machine, new Set(usualSystems))
  return dataOf(machine.import(file), 0)
}

function dataOf(value: Value, depth: number): Data {
  if (depth > 50) return undefined
  switch (value.kind) {
    case 'string':
      return value.text
    case 'int':
    case 'float':
    case 'bool':
      return value.value
    case 'null':
      return null
    case 'list':
      return value.items.map((item) => dataOf(item.force(), depth + 1))
    case 'attributes':
      return Object.fromEntries([...value.entries].map(([name, entry]) => [name, dataOf(entry.value.force(), depth + 1)]))
    default:
      return undefined
  }
}
