// What breaks the house's rules and what only looks like it: one line a situation, for the test of the rules and for that of the lint rules.
import type { RuleName } from './rooms.ts'

/** A file of one line. */
export interface Case {
  readonly situation: string
  readonly file: string
  readonly code: string
}

/** A case that must be refused, by this rule, and by this one of the linter's; null where only our own refuses it. */
export interface Wrong extends Case {
  readonly rule: RuleName
  readonly lint: 'no-restricted-imports' | 'no-restricted-globals' | 'no-console' | null
}

type WrongRow = readonly [situation: string, file: string, code: string, rule: RuleName, lint: Wrong['lint']]

const wrongRows: readonly WrongRow[] = [
  ['a leaf calls up', 'src/core/a.ts', "import { parse } from '../nix/parse.ts'", 'import-up', 'no-restricted-imports'],
  ['hash calls its caller', 'src/hash/a.ts', "import { get } from '../download/send.ts'", 'import-up', 'no-restricted-imports'],
  ['a type from above', 'src/files/a.ts', "import type { Files } from '../workflow/ports.ts'", 'import-up', 'no-restricted-imports'],
  ['a re-export from above', 'src/archive/a.ts', "export { fetch } from '../forge/github.ts'", 'import-up', 'no-restricted-imports'],
  ['an import for its effects', 'src/download/a.ts', "import '../forge/github.ts'", 'import-up', 'no-restricted-imports'],
  ['an import over many lines', 'src/forge/a.ts', "import {\n  pins,\n} from '../pin/group.ts'", 'import-up', 'no-restricted-imports'],
  ['a dynamic import from above', 'src/workflow/a.ts', "export const load = () => import('../cli/run.ts')", 'import-up', null],
  ['a type by dynamic import from above', 'src/workflow/a.ts', "export type A = import('../cli/run.ts').A", 'import-up', null],
  ['a command wires ports', 'src/cli/commands/a.ts', "import { compose } from '../../compose.ts'", 'import-up', 'no-restricted-imports'],
  ['the command line knows the action', 'src/cli/a.ts', "import { runStep } from '../action/run.ts'", 'import-up', 'no-restricted-imports'],
  ['the action knows its program', 'src/action/a.ts', "import { run } from '../step.ts'", 'import-up', 'no-restricted-imports'],
  ['the action reads the environment', 'src/action/a.ts', 'export const a = process.env', 'process', 'no-restricted-globals'],
  ['the library runs the program', 'src/index.ts', "export { main } from './bin.ts'", 'import-up', 'no-restricted-imports'],
  ['wiring takes the library', 'src/compose.ts', "import { update } from './index.ts'", 'import-up', 'no-restricted-imports'],
  ['a pin is downloaded', 'src/pin/a.ts', "import { send } from '../download/send.ts'", 'import-impure', 'no-restricted-imports'],
  [
    'the evaluator reads files',
    'src/nix/evaluate/a.ts',
    "import { read } from '../../files/read.ts'",
    'import-impure',
    'no-restricted-imports',
  ],
  ['the evaluator knows the disk', 'src/nix/a.ts', "import { readFileSync } from 'node:fs'", 'import-package', 'no-restricted-imports'],
  [
    'a digest is computed in a pure room',
    'src/hash/a.ts',
    "import { createHash } from 'node:crypto'",
    'import-package',
    'no-restricted-imports',
  ],
  ['a built-in by its short name', 'src/core/a.ts', "import { join } from 'path'", 'import-package', 'no-restricted-imports'],
  ['a pure room takes a package', 'src/pin/a.ts', "import { request } from 'undici'", 'import-package', 'no-restricted-imports'],
  ['a pure room loads a built-in late', 'src/nix/a.ts', "export const os = await import('node:os')", 'import-package', null],
  ['the environment in a leaf', 'src/forge/a.ts', 'export const token = process.env.GITHUB_TOKEN', 'process', 'no-restricted-globals'],
  ['the environment in a template', 'src/cli/a.ts', 'export const a = `${`${process.cwd()}`}`', 'process', 'no-restricted-globals'],
  [
    'the process through the global object',
    'src/files/a.ts',
    'export const a = globalThis.process.platform',
    'process',
    'no-restricted-globals',
  ],
  ['the process as a module', 'src/compose.ts', "import { env } from 'node:process'", 'process', 'no-restricted-imports'],
  ['a command prints by itself', 'src/cli/commands/a.ts', "console.log('done')", 'console', 'no-console'],
  ['a clock in a pure room', 'src/pin/a.ts', 'export const now = Date.now()', 'effect', null],
  ['chance in a pure room', 'src/hash/a.ts', 'export const chance = Math.random()', 'effect', null],
  ["Node's bytes in a pure room", 'src/hash/a.ts', "export const bytes = Buffer.from('00', 'hex')", 'effect', 'no-restricted-globals'],
  [
    'a module that cannot be named beforehand',
    'src/cli/a.ts',
    'export const load = (name: string) => import(name)',
    'import-computed',
    null,
  ],
  ['a file beside the rooms', 'src/misc.ts', 'export const a = 1', 'no-room', null],
  ['a room nobody planned', 'src/lib/a.ts', 'export const a = 1', 'no-room', null],
  ['tests in the program', 'src/cli/a.ts', "import { pin } from '../../test/pin.ts'", 'import-outside', null],
  ['an import without its ending', 'src/cli/a.ts', "import { a } from './b'", 'import-ending', null],
  ['a drawer for everything', 'src/cli/utils.ts', 'export const a = 1', 'barrel', null],
  ['a barrel', 'src/pin/index.ts', "export * from './tag.ts'", 'barrel', null],
]

/** What breaks a rule. */
export const wrong: readonly Wrong[] = wrongRows.map(([situation, file, code, rule, lint]) => ({ situation, file, code, rule, lint }))

const rightRows: readonly (readonly [situation: string, file: string, code: string])[] = [
  ['an import down', 'src/workflow/a.ts', "import { group } from '../pin/group.ts'"],
  ['an import in the same room', 'src/nix/evaluate/a.ts', "import { lex } from '../lex.ts'"],
  ['a pure room over another', 'src/pin/a.ts', "import { sameDigest } from '../core/digest.ts'"],
  ['an impure leaf with its built-ins', 'src/files/a.ts', "import { readFileSync } from 'node:fs'"],
  ['bin.ts with the process', 'src/bin.ts', 'process.exitCode = 1'],
  ['the ports name types of the ground', 'src/workflow/ports.ts', "export type { Release } from '../core/release.ts'"],
  ['words in comments', 'src/nix/a.ts', "// process, console, Buffer, import('node:fs')\n/* from '../cli/run.ts' */"],
  ['words in strings', 'src/nix/a.ts', "export const a = 'process.env and console.log and Date.now()'"],
  ['words in templates', 'src/nix/a.ts', 'export const a = `import { b } from "node:fs" ${1} process`'],
  ['words in regular expressions', 'src/nix/a.ts', "export const a = /['`\"] process/g\nexport const b = 'Buffer'"],
  ['a property of that name', 'src/cli/a.ts', 'export const a = { process: 1 }\nexport const b = a.process'],
  ['a method named import', 'src/nix/a.ts', 'export class A {\n  import(file: string): string {\n    return file\n  }\n}'],
  ['a private method named import', 'src/nix/a.ts', 'export class A {\n  #import = (a: A): A => this.#import(a)\n}'],
  ['a method named from', 'src/nix/a.ts', "export const a = Array.from('node:fs')"],
  ['a division before a string', 'src/nix/a.ts', "export const a = (4 / 2) + 'process / 1'.length / 2"],
]

/** What looks wrong and is not. */
export const right: readonly Case[] = rightRows.map(([situation, file, code]) => ({ situation, file, code }))
