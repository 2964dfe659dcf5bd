// flake.nix and what it is made of: read by pinhash itself, and evaluated by real Nix where that is.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from '../src/nix/parse.ts'
import { temporaryFolder } from './files/temporary.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const at = (file: string): string => join(root, file)
const bin = at('dist/bin.js')
const required = process.env['PINHASH_REQUIRE_NIX'] === '1'
const present = spawnSync('nix-instantiate', ['--version'], { stdio: 'ignore' }).status === 0
const files = ['flake.nix', 'nix/package.nix', 'nix/check-pins.nix']

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string; readonly resolved?: string }>>
}

interface Made {
  readonly type: string
  readonly name: string
  readonly outPath: string
}

interface Outputs {
  readonly systems: readonly string[]
  readonly package: Made & {
    readonly given: Readonly<Record<string, unknown>> & {
      readonly pname: string
      readonly version: string
      readonly src: { readonly root: string; readonly files: readonly string[] }
      readonly npmDeps: { readonly root: string; readonly packages: Lock['packages'] }
    }
  }
  readonly same: readonly boolean[]
  readonly apps: Readonly<Record<string, { readonly type: string; readonly program: string }>>
  readonly check: string
  readonly checkOfOther: string
  readonly shell: readonly string[]
}

const read = (file: string): string => readFileSync(at(file), 'utf8')

describe('the Nix files', () => {
  it.each(files)('%s can be read', (file) => {
    expect(parse(read(file)).problems).toEqual([])
  })

  it('hold nothing that pinhash lists as a problem', () => {
    const run = spawnSync(process.execPath, [bin, 'list', '-C', root, '--file', 'flake.nix', '--file', 'nix'], { encoding: 'utf8' })
    expect([run.status, run.stdout, run.stderr]).toEqual([0, '', 'no pins found\n'])
  })

  it('are what docs/nix.md says', () => {
    const document = read('docs/nix.md')
    const [, example = ''] = /```nix\n([\s\S]*?)```/.exec(document) ?? []
    expect(example).toContain('pinhash.lib.checkPins pkgs { src = self; }')
    expect(parse(example).problems).toEqual([])
    const flake = read('flake.nix')
    const named = [...document.matchAll(/^\| `([a-z]+)\./gim)].map((match) => match[1] ?? '')
    expect(named).toEqual(['packages', 'overlays', 'apps', 'lib', 'devShells'])
    for (const name of named) expect(flake).toMatch(new RegExp(`^ {6}${name}[ .]`, 'm'))
  })

  it('get a hash for every dependency from package-lock.json', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as Lock
    const { '': _, ...others } = packages
    expect(Object.keys(others).length).toBeGreaterThan(50)
    expect(Object.entries(others).filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? ''))).toEqual([])
  })
})

describe.skipIf(!present && !required)('by real Nix, flake.nix gives', () => {
  let outputs: Outputs
  beforeAll(() => {
    const question = `let
      flake = import ${at('flake.nix')};
      self = { outPath = "/self"; };
      outputs = flake.outputs { inherit self; nixpkgs = import ${at('test/real-nix/stand-in.nix')}; };
      pkgs = (import ${at('test/real-nix/stand-in.nix')}).legacyPackages.x86_64-linux;
      system = "x86_64-linux";
      package = outputs.packages.\${system}.default;
    in {
      systems = builtins.attrNames outputs.packages;
      package = removeAttrs package [ "outPath" ];
      same = map (other: other.name == package.name)
        [ outputs.packages.\${system}.pinhash (outputs.overlays.default pkgs { }).pinhash outputs.checks.\${system}.package ];
      apps = builtins.mapAttrs (_: app: { inherit (app) type program; }) outputs.apps.\${system};
      check = outputs.checks.\${system}.pins.given.command;
      checkOfOther = (outputs.lib.checkPins pkgs { src = "/it's other"; }).given.command;
      shell = map (each: each.name) outputs.devShells.\${system}.default.given.packages;
    }`
    const run = spawnSync('nix-instantiate', ['--eval', '--strict', '--json', '-E', question], { encoding: 'utf8', maxBuffer: 2 ** 28 })
    if (run.status !== 0) throw new Error(`nix-instantiate: ${run.error?.message ?? run.stderr}`)
    outputs = JSON.parse(run.stdout) as Outputs
  })

  it('a package for every system that nixpkgs has, as package, overlay and check', () => {
    expect(outputs.systems).toEqual(['aarch64-darwin', 'aarch64-linux', 'x86_64-linux'])
    expect(outputs.same).toEqual([true, true, true])
  })

  it('all that a build needs', () => {
    const { given } = outputs.package
    const manifest = JSON.parse(read('package.json')) as { name: string; version: string; scripts: Record<string, string> }
    expect([given.pname, given.version]).toEqual([manifest.name, manifest.version])
    expect(given['postBuild']).toBe('npm run man')
    const source = new Set(given.src.files.map((file) => file.slice(given.src.root.length + 1)))
    expect([...source].filter((file) => !existsSync(at(file)))).toEqual([])
    const named = [...`${manifest.scripts['build']} ${manifest.scripts['build:scripts']}`.matchAll(/[\w.-]+\.(?:json|config\.ts)/g)]
    expect(named.length).toBeGreaterThan(1)
    for (const [file] of named) expect(source).toContain(file)
  })

  it('every dependency with the address that the registry has for it', () => {
    const { '': top, ...packages } = outputs.package.given.npmDeps.packages
    expect(top?.resolved).toBeUndefined()
    expect(packages['node_modules/typescript']?.resolved).toMatch(/^https:\/\/registry\.npmjs\.org\/typescript\/-\/typescript-[\d.]+\.tgz$/)
    expect(packages['node_modules/@types/node']?.resolved).toMatch(/^https:\/\/registry\.npmjs\.org\/@types\/node\/-\/node-[\d.]+\.tgz$/)
    const odd = Object.values(packages).filter(({ resolved = '', version = '?' }) => !resolved.endsWith(`-${version}.tgz`))
    expect(odd).toEqual([])
  })

  it('apps for the program and for what needs the network', () => {
    expect(Object.keys(outputs.apps)).toEqual(['default', 'verify'])
    for (const { type } of Object.values(outputs.apps)) expect(type).toBe('app')
    expect(outputs.apps['default']?.program).toMatch(/^\/store\/pinhash-[\d.]+\/bin\/pinhash$/)
    expect(outputs.shell).toContain('nodejs')
  })

  it('a check that passes where all can be read, and fails where it cannot', () => {
    const folder = temporaryFolder({
      "it's other/flake.nix": '{ outputs = _: { }; }\n',
      'broken/tool.nix': '{ fetchurl }: { a = ; }\n',
      'bin/pinhash': `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`,
    })
    chmodSync(join(folder, 'bin/pinhash'), 0o755)
    const env = { PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`, out: join(folder, 'out') }
    const check = (source: string): number | null => {
      const command = outputs.checkOfOther.replace(String.raw`'/it'\''s other'`, `"${join(folder, source)}"`)
      expect(command).not.toBe(outputs.checkOfOther)
      return spawnSync('bash', ['-e', '-c', command], { env, stdio: 'ignore' }).status
    }
    expect(outputs.check).toBe("pinhash list '-C' '/self' '--no-progress' '--file' 'flake.nix' '--file' 'nix' > $out\n")
    expect([check("it's other"), existsSync(env.out), check('broken')]).toEqual([0, true, 2])
  })
})
