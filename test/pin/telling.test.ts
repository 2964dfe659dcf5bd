// Which files are worth evaluating, and what is looked through while another is.
import { describe, expect, it } from 'vitest'
import { Telling } from '../../src/pin/telling.ts'
import { foundIn, someHash } from './found.ts'

function tellingOf(texts: Readonly<Record<string, string>>): Telling {
  const telling = new Telling(new Set(Object.keys(texts)))
  for (const [path, text] of Object.entries(texts)) telling.add(path, text)
  return telling
}
const own = (text: string): boolean => tellingOf({ 'a.nix': text }).own.length === 1

describe('a file tells', () => {
  it.each([
    ['by the name of a fetcher', '{ fetchurl }: 1', true],
    ['by a hash', `{ x = "${someHash}"; }`, true],
    ['by an attribute', '{ sha256 = x; }', true],
    ['by code inside a string', "''\n  a ${fetchurl x}\n''", true],
    ['not by a script', "''\n  fetchurl x\n  sha256 = y\n''", false],
    ['not by a comment', '# fetchurl\n1 /* sha256 = "" */', false],
    ['by data in a string', 'builtins.fromJSON \'\'\n{ "sha256": "x" } sha256 =\n\'\'', true],
    ['by code after an old line end', '# a\r fetchurl x', true],
    ['by what does not parse', "''\n fetchurl", true],
  ])('%s', (_, text, expected) => {
    expect(own(text)).toBe(expected)
  })
})

it('a file is quiet if it tells nothing, and nobody it imports does', () => {
  const telling = tellingOf({
    'default.nix': 'import ./a.nix',
    'a.nix': 'import ./b.nix',
    'b.nix': '{ fetchurl }: 1',
    'c.nix': 'import ./d.nix',
    'd.nix': '1',
    'e/f.nix': 'map (x: import (./. + "/${x}")) []',
    'e/g.nix': '{ fetchurl }: 1',
  })
  const quiet = ['default.nix', 'a.nix', 'b.nix', 'c.nix', 'd.nix', 'e/f.nix', 'e/g.nix', 'elsewhere.nix'].filter((file) =>
    telling.isQuiet(file),
  )
  expect(quiet).toEqual(['c.nix', 'd.nix'])
})

it('a file is not quiet if a path that is put together may lead to one that is not', () => {
  const texts = {
    'a/string.nix': 'import (./tools + "/tool.nix")',
    'a/name.nix': 'folder: import (folder + "/tool.nix")',
    'a/b/above.nix': 'name: import ../${name}.nix',
    'a/tools/tool.nix': '{ fetchurl }: 1',
    'c/prose.nix': '# A line. Another one.\nimport ./x.nix',
    'c/default.nix': '{ fetchurl }: 1',
  }
  const telling = tellingOf(texts)
  expect(Object.keys(texts).filter((file) => telling.isQuiet(file))).toEqual(['c/prose.nix'])
})

const github = 'https://github.com/acme/tool/releases/download'
const tags = (texts: Record<string, string>): string[] =>
  foundIn(texts)
    .discovery.pins.map(({ tag }) => tag ?? '')
    .toSorted()

describe('what an imported file makes of what it is handed is found', () => {
  it.each([
    ['nothing', '{ }', `{ fetchurl }: fetchurl { url = "${github}/v1.0.0/t"; hash = "${someHash}"; }`, ['v1.0.0']],
    [
      'a fetcher of another name',
      '{ get = pkgs.fetchurl; }',
      `{ get }: get { url = "${github}/v1.0.0/t"; hash = "${someHash}"; }`,
      ['v1.0.0'],
    ],
    [
      'a function that fetches',
      `{ get = version: pkgs.fetchurl { url = "${github}/\${version}/t"; hash = "${someHash}"; }; }`,
      '{ get }: { a = get "v1.0.0"; b = get "v2.0.0"; }',
      ['v1.0.0', 'v2.0.0'],
    ],
    [
      'what a default hides',
      '{ release = "2.0.0"; }',
      `{ fetchurl, release ? "1.0.0" }: fetchurl { url = "${github}/v\${release}/t"; hash = "${someHash}"; }`,
      ['v1.0.0', 'v2.0.0'],
    ],
    [
      'a part of the address',
      '{ number = "2.0.0"; }',
      `{ fetchurl, number }: fetchurl { url = "${github}/v\${number}/t"; hash = "${someHash}"; }`,
      ['v2.0.0'],
    ],
    [
      'a set with all of it',
      `{ source = { url = "${github}/v3.0.0/t"; hash = "${someHash}"; }; }`,
      '{ fetchurl, source }: fetchurl source',
      ['v3.0.0'],
    ],
    [
      'a set for a whole parameter',
      `{ number = "2.0.0"; }`,
      `arguments: arguments.fetchurl { url = "${github}/v\${arguments.number}/t"; hash = "${someHash}"; }`,
      ['v2.0.0'],
    ],
  ])('%s', (_, handed, called, expected) => {
    const calls = [`import ./tool.nix ({ inherit (pkgs) fetchurl; } // ${handed})`, `pkgs.callPackage ./tool.nix ${handed}`]
    const isPackage = !called.startsWith('arguments')
    // The importer has a word of its own.
    for (const call of isPackage ? calls : calls.slice(0, 1))
      expect(tags({ 'default.nix': `{ pkgs }: { tool = ${call}; hash = 1; }`, 'tool.nix': called })).toEqual(expected)
  })

  const tool = (fetcher: string, version = '${number}'): string => `${fetcher} { url = "${github}/v${version}/t"; hash = "${someHash}"; }`
  const handed: [string, string, string, string[]][] = [
    [
      'a string that picks a fetcher',
      '{ inherit pkgs; of = "fetchurl"; }',
      `{ pkgs, of }: { a = ${tool('pkgs.${of}', '1.0.0')}; }`,
      ['v1.0.0'],
    ],
    [
      'a string that picks a function',
      '{ inherit pkgs; of = "a"; }',
      `{ pkgs, of }: { x = { a = g: ${tool('g', '1.0.0')}; }.\${of} pkgs.fetchurl; }`,
      ['v1.0.0'],
    ],
    ['nixpkgs by another name', '{ p = pkgs; }', `{ p }: with p; { a = ${tool('fetchurl', '1.0.0')}; }`, ['v1.0.0']],
    ['nixpkgs as a whole', 'pkgs', `p: with p; { a = ${tool('fetchurl', '1.0.0')}; }`, ['v1.0.0']],
    [
      'nixpkgs for a default',
      '{ p = pkgs; }',
      `{ p ? null }: if p == null then { } else { a = ${tool('p.fetchurl', '1.0.0')}; }`,
      ['v1.0.0'],
    ],
    [
      'the system for a default',
      '{ inherit pkgs; s = pkgs.system; }',
      `{ pkgs, s ? null }: if s == null then { } else { a = ${tool('pkgs.fetchurl', '1.0.0')}; }`,
      ['v1.0.0'],
    ],
    [
      'something not known for a default',
      '{ inherit pkgs; p = other.x; }',
      `{ pkgs, p ? null }: if p == null then { } else { a = ${tool('pkgs.fetchurl', '1.0.0')}; }`,
      ['v1.0.0'],
    ],
    [
      'what only the whole set has',
      '{ inherit pkgs; number = "2.0.0"; }',
      `{ pkgs, ... }@all: { a = ${tool('pkgs.fetchurl', '${all.number}')}; }`,
      ['v2.0.0'],
    ],
    [
      'what the whole set may have',
      '{ inherit pkgs; number = "2.0.0"; }',
      `{ pkgs, ... }@all: { a = ${tool('pkgs.fetchurl', '${all.number or "1.0.0"}')}; }`,
      ['v1.0.0', 'v2.0.0'],
    ],
    [
      'what only the whole set has, beside what is left out',
      '{ inherit pkgs; number = "2.0.0"; }',
      `{ pkgs, a ? 1, b ? 1, ... }@all: { a = ${tool('pkgs.fetchurl', '${all.number}')}; }`,
      ['v2.0.0'],
    ],
    [
      'what is asked for',
      '{ inherit pkgs; number = "2.0.0"; }',
      `{ pkgs, ... }@all: if all ? number then { a = ${tool('pkgs.fetchurl', '3.0.0')}; } else { }`,
      ['v3.0.0'],
    ],
  ]
  it.each(handed)('%s, in a set', (_, argument, called, expected) => {
    expect(tags({ 'default.nix': `{ pkgs, other }: { tool = import ./tool.nix ${argument}; hash = 1; }`, 'tool.nix': called })).toEqual(
      expected,
    )
  })

  it.each([
    ['a set', '{ pkgs, c ? { number = "1.0.0"; } }: ', '${c.number}', '{ inherit pkgs; c = { number = "2.0.0"; }; }'],
    ['a string', '{ pkgs, number ? "1.0.0" }: ', '${number}', '{ inherit pkgs; number = "2.0.0"; }'],
  ])('%s from a file that tells nothing itself', (_, parameters, version, argument) => {
    expect(
      tags({
        'default.nix': '{ pkgs }: { hash = 1; t = import ./middle.nix { inherit pkgs; }; }',
        'middle.nix': `{ pkgs }: { x = import ./tool.nix ${argument}; }`,
        'tool.nix': parameters + tool('pkgs.fetchurl', version),
      }),
    ).toEqual(['v1.0.0', 'v2.0.0'])
  })

  it('a folder whose files are called', () => {
    expect(
      tags({
        'default.nix': '{ pkgs }: { hash = 1; t = import ./middle.nix { inherit pkgs; folder = ./tools; }; }',
        'middle.nix': '{ pkgs, folder }: { hash = 2; a = import (folder + "/tool.nix") { get = pkgs.fetchurl; }; }',
        'tools/tool.nix': `{ get }: { a = ${tool('get', '1.0.0')}; }`,
      }),
    ).toEqual(['v1.0.0'])
  })

  it('under a system that only the importer names', () => {
    const { pins } = foundIn({
      'default.nix': '{ pkgs }: { riscv64-linux = (import ./tool.nix) { inherit pkgs; }; hash = 1; }',
      'tool.nix': `{ pkgs }: pkgs.fetchurl { url = "${github}/v1.0.0/\${pkgs.system}"; hash = "${someHash}"; }`,
    }).discovery
    expect(pins.flatMap(({ fetches }) => fetches.map(({ system }) => system))).toContain('riscv64-linux')
  })

  it('through a chain whose middle tells nothing', () => {
    expect(
      tags({
        'default.nix': '{ pkgs, hash }: import ./middle.nix { inherit pkgs; get = pkgs.fetchurl; }',
        'middle.nix': '{ pkgs, get }: { tool = import ./tool.nix { inherit get; }; }',
        'tool.nix': `{ get }: get { url = "${github}/v1.0.0/t"; hash = "${someHash}"; }`,
      }),
    ).toEqual(['v1.0.0'])
  })
})
