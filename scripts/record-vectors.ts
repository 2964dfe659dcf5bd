// Expressions, systems and the fixtures of shapes → what real Nix makes of them, written to the fixtures that hold the evaluator to it.
// Usage: node build/scripts/record-vectors.js --lib DIR [expressions] [systems] [shapes]    DIR is a checkout of nixpkgs, or of its lib alone; nix-instantiate must be on PATH.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { usualSystems } from '../src/core/system.ts'
import { treeOf } from '../test/nix/evaluate/given.ts'
import { shapeFiles, shapes, shapesFolder } from '../test/nix/evaluate/shapes.ts'
import { RealNix } from '../test/real-nix/ask.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { lib: { type: 'string' } } })
if (values.lib === undefined) throw new Error('say where nixpkgs is: --lib DIR')
const lib = resolve(existsSync(join(values.lib, 'lib/default.nix')) ? join(values.lib, 'lib') : values.lib)

const isWanted = (what: 'expressions' | 'systems' | 'shapes'): boolean => positionals.length === 0 || positionals.includes(what)

const instantiate = (expression: string): string =>
  execFileSync('nix-instantiate', ['--eval', '--strict', '--json', '-I', `nixpkgs/lib=${lib}`, '-E', expression], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 26,
  })

function answer(expression: string): { value: unknown } | { fails: true } {
  try {
    return { value: JSON.parse(instantiate(expression)) }
  } catch {
    return { fails: true }
  }
}

/** One object a line: a change of one vector is a change of one line. */
const write = (file: string, open: string, lines: readonly string[], close: string): void =>
  writeFileSync(file, `${open}\n${lines.map((line) => `  ${line}`).join(',\n')}\n${close}\n`)

interface Vector {
  readonly expression: string
  readonly lib?: true
}

function recordExpressions(): void {
  const file = 'fixtures/evaluate/expressions.json'
  const vectors = (JSON.parse(readFileSync(file, 'utf8')) as Vector[]).map(({ expression, lib: needsLib }) => {
    const whole = needsLib === true ? `let lib = import <nixpkgs/lib>; in ${expression}` : `(${expression})`
    return { expression, ...(needsLib === true ? { lib: true } : {}), ...answer(whole) }
  })
  write(
    file,
    '[',
    vectors.map((vector) => JSON.stringify(vector)),
    ']',
  )
}

// Answers that nixpkgs gives anew with its versions, or that nobody selects, are left out; so are systems it cannot describe.
const platforms = `
  let
    lib = import <nixpkgs/lib>;
    isPlain = v: builtins.isString v || builtins.isInt v || v == null;
    plain = lib.filterAttrs (_: isPlain);
    left = [ "aesSupport" "androidNdkVersion" "androidSdkVersion" "darwinMinVersion" "darwinMinVersionVariable" "darwinSdkVersion" "libDir" ];
    describe = system:
      let
        whole = lib.systems.elaborate system;
        p = builtins.removeAttrs whole left;
        named = builtins.mapAttrs (_: v: v.name);
      in
      {
        yes = builtins.filter (n: p.\${n} == true && lib.match ".*Support" n == null) (builtins.attrNames p);
        plain = plain (builtins.removeAttrs p [ "linux-kernel" "gcc" "emulator" ]);
        inherit (p) extensions node go;
        uname = plain p.uname;
        rust = plain p.rust;
        cpu = plain p.parsed.cpu;
        significantByte = p.parsed.cpu.significantByte.name;
        format = p.parsed.kernel.execFormat.name;
        families = builtins.attrNames p.parsed.kernel.families;
        names = named { inherit (p.parsed) cpu kernel vendor abi; };
      };
    attempt = system: let d = describe system; in builtins.deepSeq d d;
  in`

function recordSystems(): void {
  const doubles = JSON.parse(instantiate('(import <nixpkgs/lib>).systems.doubles.all')) as string[]
  const described = doubles.flatMap((system) => {
    const result = answer(`${platforms} attempt "${system}"`)
    return 'value' in result ? [`${JSON.stringify(system)}: ${JSON.stringify(result.value)}`] : []
  })
  write('fixtures/evaluate/platforms.json', '{', described, '}')
}

/** Under a system for which Nix stops at a fetch nobody sees that fetch. */
async function recordShapes(): Promise<void> {
  const nix = new RealNix(lib)
  const rows: string[] = []
  for (const shape of shapes) {
    const answers = await nix.ask(shapesFolder, treeOf(shapeFiles), shape, usualSystems)
    const told = Object.fromEntries(
      [...answers].map(([system, { fetches }]) => [system, fetches.map(({ fetcher, url, hash }) => [fetcher, url, hash]).sort()]),
    )
    rows.push(`${JSON.stringify(shape)}: ${JSON.stringify(told)}`)
  }
  nix.close()
  write('fixtures/shapes/expected.json', '{', rows, '}')
}

if (isWanted('expressions')) recordExpressions()
if (isWanted('systems')) recordSystems()
if (isWanted('shapes')) await recordShapes()
