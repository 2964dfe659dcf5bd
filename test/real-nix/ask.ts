// A file and a system → the fetches that real Nix makes of it in the world of world.nix.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix, resolve } from 'node:path'
import type { System } from '../../src/core/system.ts'
import { libBuiltins, libSources } from '../../src/nix/evaluate/lib.ts'
import type { SourceTree } from '../../src/nix/evaluate/source-tree.ts'
import { doubles, flakeExposed, groups, platform, systemsWhere } from '../../src/nix/evaluate/platform.ts'
import type { Value } from '../../src/nix/evaluate/value.ts'
import { type Node, children } from '../../src/nix/children.ts'

// A stand-in that unfolds without end stops at two gigabytes; Nix's collector reads this name.
const bounded = { ...process.env, GC_MAXIMUM_HEAP_SIZE: '2000000000' }

/** What a fetcher was asked for. */
export interface Asked {
  readonly fetcher: string
  readonly url: string
  readonly hash: string
}

/** `whole` says that the file could be evaluated to its end; otherwise there may be more fetches than these. */
export interface Answer {
  readonly whole: boolean
  readonly fetches: readonly Asked[]
}

function data(value: Value): unknown {
  switch (value.kind) {
    case 'string':
      return value.text
    case 'bool':
    case 'int':
      return value.value
    case 'null':
      return null
    case 'list':
      return value.items.map((item) => data(item.force()))
    case 'attributes':
      return Object.fromEntries([...value.entries].map(([name, entry]) => [name, data(entry.value.force())]))
    default:
      return undefined
  }
}

const quoted = (name: string): string => JSON.stringify(name)

/** The project's own lib as one Nix file, for where nixpkgs' is not at hand. */
function libText(): string {
  const sections = Object.entries(libSources).map(([section, sources], i) => ({
    section,
    variable: `section${i}`,
    text: Object.entries(sources)
      .map(([name, source]) => `    ${quoted(name)} = ${source};`)
      .join('\n'),
  }))
  const systemLists = Object.entries(groups).map(([name, question]) => `${quoted(name)} = ${nixList(systemsWhere(question))};`)
  return `let
  platforms = builtins.fromJSON (builtins.readFile ./platforms.json);
  passed = builtins.intersectAttrs { ${libBuiltins.map((name) => `${quoted(name)} = null;`).join(' ')} } builtins;
${sections.map(({ variable, text }) => `  ${variable} = {\n${text}\n  };`).join('\n')}
  doubles = { ${systemLists.join(' ')} all = ${nixList(doubles)}; };
  lib = ${sections
    .map(({ variable }) => variable)
    .toReversed()
    .join(' // ')} // passed // {
    ${sections.map(({ section, variable }) => `${section} = lib // ${variable};`).join('\n    ')}
    inherit lib;
    systems = { elaborate = given: platforms.\${given.system or given}; inherit doubles; flakeExposed = ${nixList(flakeExposed)}; };
    platforms = doubles;
  };
in lib
`
}

const nixList = (items: readonly string[]): string => `[ ${items.map(quoted).join(' ')} ]`

/** The names a file and the files that it leads to mention. */
function mentioned(tree: SourceTree, start: string): string[] {
  const names = new Set<string>()
  const seen = new Set([start])
  const todo = [start]
  for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
    const document = tree.document(file)
    const nodes: Node[] = document === null ? [] : [document.root]
    for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
      nodes.push(...children(node))
      if (!('kind' in node)) names.add(node.name)
      else if (node.kind === 'identifier') names.add(node.name)
      else if (node.kind === 'path' && node.parts.length === 1 && node.parts[0]!.kind === 'text') {
        const path = posix.join(posix.dirname(file), node.parts[0]!.value)
        for (const found of tree.entries(path) === null ? [path] : [posix.join(path, 'default.nix')])
          if (found.endsWith('.nix') && !found.startsWith('../') && !seen.has(found) && seen.size < 60) {
            seen.add(found)
            todo.push(found)
          }
      }
    }
  }
  // A stand-in must not have what tells Nix how to treat it.
  for (const name of [
    'type',
    'name',
    'outPath',
    'drvPath',
    'outputs',
    'version',
    'enable',
    'meta',
    'passthru',
    'override',
    'overrideAttrs',
    'fetched',
    'standsIn',
    'isNixpkgs',
    'imported',
    '__functor',
    '__toString',
  ])
    names.delete(name)
  return [...names].sort()
}

interface Told {
  readonly fetcher: string
  readonly url?: unknown
  readonly urls?: unknown
  readonly [attribute: string]: unknown
}

const isKnown = (value: unknown): value is string => typeof value === 'string' && !value.includes('/unknown/')

/** The fetches that a traced line tells; those that are not known as a whole are left out. */
function askedOf(told: Told): Asked[] {
  const hash = ['hash', 'sha256', 'sha512', 'sha1', 'outputHash']
    .map((name) => told[name])
    .find((value) => value !== undefined && value !== null)
  let { url } = told
  if (told.fetcher === 'fetchFromGitHub') {
    const { owner, repo } = told
    const at = isKnown(told['tag']) ? `refs/tags/${told['tag']}` : told['rev']
    url = [owner, repo, at].every(isKnown) ? `https://github.com/${String(owner)}/${String(repo)}/archive/${String(at)}.tar.gz` : undefined
  } else if (Array.isArray(told.urls)) url ??= told.urls[0]
  return isKnown(url) && isKnown(hash) ? [{ fetcher: told.fetcher, url, hash }] : []
}

// Compiled, this stands in build/test/real-nix, where only the TypeScript went.
const world = ['world.nix', '../../../test/real-nix/world.nix']
  .map((path) => resolve(import.meta.dirname, path))
  .find((path) => existsSync(path))!

/** Real Nix with a world of its own; `close` removes what it wrote. */
export class RealNix {
  readonly #folder = mkdtempSync(join(tmpdir(), 'pinhash-real-nix-'))
  readonly #lib: string
  #serial = 0

  /** `lib` is a checkout of nixpkgs or of its lib; without one the project's own likeness of lib serves. */
  constructor(lib: string | null) {
    const platforms = Object.fromEntries(doubles.map((system) => [system, data(platform(system))]))
    writeFileSync(join(this.#folder, 'platforms.json'), JSON.stringify(platforms))
    writeFileSync(join(this.#folder, 'lib.nix'), libText())
    this.#lib = lib === null ? join(this.#folder, 'lib.nix') : resolve(existsSync(join(lib, 'lib/default.nix')) ? join(lib, 'lib') : lib)
  }

  /** The fetches of a file of the folder `root`, of which `tree` shows the same files. */
  async ask(root: string, tree: SourceTree, file: string, systems: readonly System[]): Promise<Map<System, Answer>> {
    const facts = join(this.#folder, `${this.#serial++}.json`)
    const platforms = Object.fromEntries(doubles.map((system) => [system, data(platform(system))]))
    writeFileSync(facts, JSON.stringify({ names: mentioned(tree, file), platforms }))
    const answers = new Map<System, Answer>()
    // A function that refuses what it does not name does so under every system.
    let exact = false
    for (const system of systems) {
      let answer = await this.#run(resolve(root, file), system, facts, exact)
      if (answer.refused && !exact) {
        exact = true
        answer = await this.#run(resolve(root, file), system, facts, exact)
      }
      answers.set(system, { whole: answer.whole, fetches: answer.fetches })
    }
    rmSync(facts)
    return answers
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #run(file: string, system: System, facts: string, exact: boolean): Promise<Answer & { readonly refused: boolean }> {
    const strings = { file, system, facts, lib: this.#lib }
    const options = [
      '--eval',
      world,
      '--arg',
      'exact',
      String(exact),
      ...Object.entries(strings).flatMap(([name, value]) => ['--argstr', name, value]),
    ]
    return new Promise((done) => {
      execFile(
        'nix-instantiate',
        options,
        { timeout: 60_000, maxBuffer: 1 << 28, env: bounded, killSignal: 'SIGKILL' },
        (error, _, said) => {
          const lines = new Set([...said.matchAll(/^trace: fetch:(\{.*\})$/gm)].map(([, line]) => line!))
          const fetches = [...lines].flatMap((line) => askedOf(JSON.parse(line) as Told))
          done({ whole: error === null, refused: error !== null && said.includes('called with unexpected argument'), fetches })
        },
      )
    })
  }
}
