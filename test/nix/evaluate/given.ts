// Texts by path → the tree an evaluation sees, and what single expressions become in it.
import type { Evaluation } from '../../../src/nix/evaluate/evaluate-file.ts'
import { evaluateFile } from '../../../src/nix/evaluate/evaluate-file.ts'
import { Machine } from '../../../src/nix/evaluate/machine.ts'
import type { SourceTree } from '../../../src/nix/evaluate/source-tree.ts'
import { Nixpkgs } from '../../../src/nix/evaluate/nixpkgs.ts'
import { type Value, lazy } from '../../../src/nix/evaluate/value.ts'
import { parse } from '../../../src/nix/parse.ts'
import type { Document } from '../../../src/nix/syntax.ts'
import { type System, usualSystems } from '../../../src/core/system.ts'

/** A repository in memory. */
export function treeOf(files: Readonly<Record<string, string>>): SourceTree {
  const documents = new Map<string, Document>()
  const folders = new Map<string, Map<string, 'regular' | 'directory' | 'symlink'>>([['', new Map()]])
  for (const path of Object.keys(files)) {
    const steps = path.split('/')
    for (let i = 0; i < steps.length; i++) {
      const folder = steps.slice(0, i).join('/')
      if (!folders.has(folder)) folders.set(folder, new Map())
      folders.get(folder)!.set(steps[i]!, i === steps.length - 1 ? 'regular' : 'directory')
    }
  }
  const text = (path: string): string | null => (Object.hasOwn(files, path) ? files[path]! : null)
  return {
    text,
    entries: (path) => folders.get(path) ?? null,
    document(path) {
      const content = text(path)
      if (content === null) return null
      let document = documents.get(path)
      if (document === undefined) {
        document = parse(content)
        documents.set(path, document)
      }
      return document
    },
  }
}

/** The value of an expression, with what else is there beside it. */
export function valueOf(expression: string, files: Readonly<Record<string, string>> = {}): Value {
  const machine = new Machine('x86_64-linux', treeOf({ ...files, 'expression.nix': expression }))
  machine.world = new Nixpkgs(machine, new Set(usualSystems))
  return lazy(() => machine.import('expression.nix')).force()
}

/** What a file fetches under one system. */
export function evaluated(files: Readonly<Record<string, string>>, file = 'default.nix', system: System = 'x86_64-linux'): Evaluation {
  return evaluateFile(treeOf(files), file, system, new Set([...usualSystems, system]))
}
