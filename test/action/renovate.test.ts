// The patterns of docs/renovate.md over Nix code: what they see is what pinhash sees, and its command does what it should.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builder, cueRepository, flake, flakeAt, hashesOf, releaseOf } from '../e2e/cue.ts'
import { type Lab, contents, openLab } from '../e2e/lab.ts'
import { fileOf, pinOf, worldOf } from '../e2e/tools.ts'
import type { World } from '../fake-github/world.ts'
import { actionPath } from './driver.ts'

interface Manager {
  readonly customType: string
  readonly managerFilePatterns: readonly string[]
  readonly matchStrings: readonly string[]
  readonly packageNameTemplate?: string
  readonly datasourceTemplate: string
  readonly versioningTemplate: string
}
interface Config {
  readonly customManagers: readonly Manager[]
  readonly packageRules: readonly { readonly postUpgradeTasks: { readonly commands: readonly string[] } }[]
}

// JSON5 is a part of JavaScript.
const [bot, config] = [...readFileSync(join(actionPath, 'docs', 'renovate.md'), 'utf8').matchAll(/```json5\n([^]*?)```/g)].map(
  ([, text = '']) => runInNewContext(`(${text})`) as unknown,
) as [{ readonly allowedCommands: readonly string[] }, Config]

const fill = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replaceAll(/\{\{\{(\w+)\}\}\}/g, (_, name: string) => {
    if (values[name] === undefined) throw new Error(`the template ${template} names ${name}, which nothing gives`)
    return values[name]
  })

interface Dependency {
  readonly packageName: string
  readonly depName: string
  readonly currentValue: string
  readonly line: number
  /** The text with another version. */
  readonly replaced: (version: string) => string
}

/** As Renovate's regex manager reads a file: every pattern with the flag g alone. */
function extract(text: string): Dependency[] {
  return config.customManagers.flatMap(({ matchStrings, packageNameTemplate }) =>
    matchStrings
      .flatMap((pattern) => [...text.matchAll(new RegExp(pattern, 'g'))])
      .map(({ 0: whole, index, groups = {} }) => {
        const { depName = '', currentValue = '' } = groups
        const packageName = packageNameTemplate === undefined ? (groups['packageName'] ?? '') : fill(packageNameTemplate, groups)
        const at = index + whole.indexOf(`"${currentValue}"`) + 1
        const replaced = (version: string): string => text.slice(0, at) + version + text.slice(at + currentValue.length)
        return { packageName, depName, currentValue, line: text.slice(0, at).split('\n').length, replaced }
      }),
  )
}

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(async () => lab.close())

interface Listed {
  readonly pins: readonly { readonly org: string; readonly name: string; readonly tag: string; readonly line: number }[]
}
async function listed(files: Readonly<Record<string, string>>): Promise<Listed['pins']> {
  const folder = await lab.stage({}, files)
  return (JSON.parse((await lab.run(folder, ['list', '--json'])).stdout) as Listed).pins
}

const hash = /sha256 = "(.*?)"/.exec(pinOf('one', 'v1.0.0'))![1]!
const call = `{ pkgs, system }:
{
  one = pkgs.callPackage ./github.nix {
    inherit system;
    org = "acme";
    name = "one";
    version = "v1.0.0";
    sha256 = "${hash}";
  };
  two = import ./github.nix { inherit (pkgs) fetchurl; owner = "acme"; repo = "two"; version = "2.10.0-rc.1"; hash = "${hash}"; };
}
`
const callee =
  '{ fetchurl, org ? owner, owner ? "", name ? repo, repo ? "", version, sha256 ? hash, hash ? "", ... }: fetchurl { url = "https://github.com/${org}/${name}/releases/download/${version}/a.tar.gz"; inherit sha256; }\n'
const derivation = `{ stdenv, fetchurl }:
stdenv.mkDerivation rec {
  pname = "ripgrep";
  version = "14.1.1";

  src = fetchurl {
    url = "https://github.com/BurntSushi/ripgrep/releases/download/v\${version}/ripgrep-\${version}.tar.gz";
    hash = "sha256-${Buffer.alloc(32, 1).toString('base64')}";
  };
}
`
const let_ = `{ pkgs }:
let
  version = "v1.0.0";
in
pkgs.fetchzip {
  url = "https://github.com/acme/one/releases/download/\${version}/one.zip";
  sha256 = "${hash}";
}
`

describe('the patterns', () => {
  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['calls of a builder', 'flake.nix', { 'flake.nix': flake, 'nix/github.nix': builder }],
    ['calls with other names, on one line', 'a.nix', { 'a.nix': call, 'github.nix': callee }],
    ['a derivation', 'a.nix', { 'a.nix': derivation }],
    ['a let', 'a.nix', { 'a.nix': let_ }],
    [
      'several in one file',
      'a.nix',
      {
        'a.nix': `{ fetchurl, stdenv }:\n[\n  (${derivation.split('\n').slice(1).join('\n')})\n  (${derivation.split('\n').slice(1).join('\n').replaceAll('ripgrep', 'fd').replace('14.1.1', '10.2.0')})\n]\n`,
      },
    ],
  ])('see %s as pinhash does', async (_, file, files) => {
    const found = extract(files[file]!).map(({ packageName, depName, currentValue, line }) => [
      packageName,
      depName,
      currentValue.replace(/^v/, ''),
      line,
    ])
    const pins = (await listed(files)).map(({ org, name, tag, line }) => [`${org}/${name}`, name, tag.replace(/^v/, ''), line])
    expect(pins.length).toBeGreaterThan(0)
    expect(found.toSorted()).toEqual(pins.toSorted())
  })

  const commented = (text: string): string => text.replaceAll(/^(?=.)/gm, '# ')
  it.each<[string, string]>([
    ['comments, line by line', `{ }:\n{\n${commented(call)}${commented(derivation)}${commented(let_)}}\n`],
    ['a comment on one line', `{ }: { }\n# x = { org = "acme"; name = "one"; version = "v1.0.0"; sha256 = "${hash}"; }\n`],
    ['a set without a hash', '{ org = "acme"; name = "one"; version = "v1.0.0"; license = "MIT"; }\n'],
    ['a hash that is not there', let_.replace(/ {2}sha256 = .*\n/, '')],
    ['names from elsewhere', `{ org, fetchurl }: { org = "\${org}"; name = "one"; version = "v1.0.0"; sha256 = "${hash}"; }\n`],
  ])('see nothing in %s, as pinhash does not', async (_, text) => {
    expect([extract(text), await listed({ 'a.nix': text })]).toEqual([[], []])
  })

  it.each<[string, string]>([
    [
      'fetchFromGitHub',
      `{ fetchFromGitHub }: fetchFromGitHub { owner = "acme"; repo = "one"; rev = "v1.0.0"; hash = "sha256-${Buffer.alloc(32, 1).toString('base64')}"; }\n`,
    ],
    ['a URL of whatever is the latest', let_.replace('download/${version}', 'latest/download')],
    ['another host', let_.replace('github.com', 'example.org')],
  ])('leave %s to pinhash', async (_, text) => {
    expect([extract(text), (await listed({ 'a.nix': text })).length]).toEqual([[], 1])
  })

  it('keep what is no plain version out', () => {
    for (const version of ['jq-1.7.1', '2024-05-01', 'nightly', 'v1.0.0;id', 'v1.0.0$(id)', '1.0.0 && id']) {
      expect(extract(call.replace('v1.0.0', version)).map(({ depName }) => depName)).toEqual(['two'])
      expect(extract(let_.replace('v1.0.0', version))).toEqual([])
    }
  })

  it('are such as re2 takes, and complete', () => {
    for (const { customType, managerFilePatterns, matchStrings, packageNameTemplate, ...rest } of config.customManagers) {
      expect([customType, rest]).toEqual(['regex', { datasourceTemplate: 'github-releases', versioningTemplate: 'semver' }])
      for (const pattern of managerFilePatterns) {
        const [, inner = ''] = /^\/(.*)\/$/.exec(pattern)!
        expect(['a.nix', 'nix/a.nix', 'a.json', 'anix'].map((name) => new RegExp(inner).test(name))).toEqual([true, true, false, false])
      }
      for (const pattern of matchStrings) {
        expect(pattern).not.toMatch(/\(\?<?[=!]|\\[1-9]|\\k/)
        const names = [...pattern.matchAll(/\(\?<(\w+)>/g)].map(([, name]) => name)
        expect(names.toSorted()).toEqual(['currentValue', 'depName', packageNameTemplate === undefined ? 'packageName' : 'org'].toSorted())
      }
    }
  })
})

describe('the task after an upgrade', () => {
  const [command = ''] = config.packageRules[0]!.postUpgradeTasks.commands

  it('is what the bot allows, and nothing else is', () => {
    const [allowed = ''] = bot.allowedCommands
    expect([command, `${command}; id`, `id; ${command}`, 'pinhash update a b'].map((each) => new RegExp(allowed).test(each))).toEqual([
      true,
      false,
      false,
      false,
    ])
  })

  const next = releaseOf('v0.11.0')
  it.each<[string, Partial<World>, Readonly<Record<string, string>>, string, string]>([
    [
      'a builder',
      { repositories: [cueRepository(next, releaseOf('v0.10.0'))] },
      { 'flake.nix': flakeAt('v0.10.0', hashesOf(releaseOf('v0.10.0'))), 'nix/github.nix': builder },
      'flake.nix',
      'v0.11.0',
    ],
    [
      'a let',
      worldOf('one'),
      { 'a.nix': fileOf('one v1.0.0').replace(' = let version', ' =\n    let version').replace(' # of one', '') },
      'a.nix',
      'v1.1.0',
    ],
  ])('gives the hashes that update alone would give: %s', async (_, world, files, file, newValue) => {
    const [dependency] = extract(files[file]!)
    const folder = await lab.stage(world, { ...files, [file]: dependency!.replaced(newValue) })
    const argv = fill(command, { packageName: dependency!.packageName, newValue }).split(' ')
    expect(argv.shift()).toBe('pinhash')
    expect(await lab.spawn(folder, argv)).toMatchObject({ code: 0 })
    const after = contents(folder)
    const plain = await lab.stage(world, files)
    expect(await lab.spawn(plain, ['update', dependency!.packageName, newValue, '--no-comments'])).toMatchObject({ code: 0 })
    expect(after).toEqual(contents(plain))
  })
})
