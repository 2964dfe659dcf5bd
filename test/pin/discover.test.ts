// Which fetches are one pin, what it is called, and for which systems it is.
import { describe, expect, it } from 'vitest'
import { foundIn, someHash } from './found.ts'

const github = 'https://github.com/acme/tool/releases/download'
const fetch = (url: string, hash = someHash): string => `(fetchurl { url = "${url}"; hash = "${hash}"; })`
const pinsIn = (text: string): string[] =>
  foundIn({ 'default.nix': text }).discovery.pins.map(
    ({ name, tag, fetches }) => `${name} ${tag} ${[...new Set(fetches.map(({ system }) => system))].join(' ')}`,
  )
const all = 'aarch64-darwin aarch64-linux x86_64-darwin x86_64-linux'

describe('a pin is called', () => {
  it.each([
    [
      'its package',
      `{ stdenv, fetchurl }: stdenv.mkDerivation { pname = "nice"; version = "1.0.0"; src = ${fetch(`${github}/v1.0.0/t.zip`)}; }`,
      'nice v1.0.0',
    ],
    [
      'its package without the version',
      `{ stdenv, fetchurl }: stdenv.mkDerivation { name = "nice-1.0.0"; src = ${fetch(`${github}/v1.0.0/t.zip`)}; }`,
      'nice v1.0.0',
    ],
    [
      'its package without the version and its v',
      `{ stdenv, fetchurl }: stdenv.mkDerivation { name = "nice-v1.0.0"; src = ${fetch(`${github}/v1.0.0/t.zip`)}; }`,
      'nice v1.0.0',
    ],
    [
      'a word without slashes',
      `{ stdenv, fetchurl }: stdenv.mkDerivation { pname = "@acme/cli"; version = "1.0.0"; src = ${fetch(`${github}/v1.0.0/t.zip`)}; }`,
      'acme-cli v1.0.0',
    ],
    ['its repository', `{ fetchurl }: ${fetch(`${github}/v1.0.0/t.zip`)}`, 'tool v1.0.0'],
    [
      'the repository of a commit',
      `{ fetchurl }: ${fetch('https://github.com/acme/tool/archive/2fb06af13de884e9680f14a00c82e52a67c867f1.tar.gz')}`,
      'tool null',
    ],
    ['its file, up to the version', `{ fetchurl }: ${fetch('https://example.org/dl/tool-kit-1.2.0.tgz')}`, 'tool-kit 1.2.0'],
    ['its file, where nothing says a version', `{ fetchurl }: ${fetch('https://example.org/dl/picture.png')}`, 'picture.png null'],
  ])('%s', (_, text, expected) => {
    expect(pinsIn(text)).toEqual([`${expected} ${all}`])
  })

  it('what the names of its files begin with', () => {
    const text = `{ fetchurl, system }: fetchurl {
      x86_64-linux = { url = "https://example.org/1.2.0/tool-linux-1.2.0.tgz"; hash = "${someHash}"; };
      aarch64-darwin = { url = "https://example.org/1.2.0/tool-mac-1.2.0.tgz"; hash = "${someHash}"; };
    }.\${system}`
    expect(pinsIn(text)).toEqual(['tool 1.2.0 aarch64-darwin x86_64-linux'])
  })
})

describe('a version that is on no forge', () => {
  it.each([
    ['is the only one in the path', 'https://v9.example.org/tool/1.2.0/tool-1.2.0.tar.gz', '1.2.0'],
    ['is none where there are two', 'https://example.org/1.2.0/tool-3.4.5.tar.gz', 'null'],
    ['is none in a host name', 'https://1.2.0.example.org/tool.tar.gz', 'null'],
    ['is none in a commit', 'https://example.org/raw/07dcc188bc488b2dafa9324bd42088640bee3d19/x', 'null'],
    ['is none of a URL of the latest', 'https://example.org/latest/tool-1.2.0.zip', 'null'],
    ['may be a prerelease', 'https://example.org/tool-2.0.0-beta.3.tgz', '2.0.0-beta.3'],
  ])('%s', (_, url, version) => {
    expect(foundIn({ 'default.nix': `{ fetchurl }: ${fetch(url)}` }).discovery.pins.map(({ tag }) => String(tag))).toEqual([version])
  })

  it('ends where the literal ends that holds nothing else', () => {
    expect(pinsIn(`{ fetchurl }: let version = "0.0.17-g5cb360"; in ${fetch('https://example.org/tool-${version}.tgz')}`)).toEqual([
      `tool 0.0.17-g5cb360 ${all}`,
    ])
  })

  it('is the package’s, where its URL has it as a word', () => {
    const text = (url: string): string =>
      `{ stdenv, fetchurl }: stdenv.mkDerivation rec { pname = "tool"; version = "07dcc18"; src = ${fetch(url)}; }`
    expect(pinsIn(text('https://example.org/${version}/x'))).toEqual([`tool 07dcc18 ${all}`])
    expect(pinsIn(text('https://example.org/07dcc188bc488b2dafa9324bd42088640bee3d19/x'))).toEqual([`tool null ${all}`])
  })
})

describe('fetches are one pin', () => {
  it('where one literal is their version, wherever they are fetched', () => {
    const found = foundIn({
      'default.nix': `{ fetchurl }: let version = import ./version.nix; in [ ${fetch(`${github}/v\${version}/a`)} (import ./b.nix { inherit fetchurl version; }) ]`,
      'b.nix': `{ fetchurl, version }: ${fetch(`${github}/v\${version}/b`)}`,
      'version.nix': '"1.0.0"',
    })
    expect(found.discovery.pins.map(({ place, fetches }) => [place.file, new Set(fetches.map((each) => each.place.file)).size])).toEqual([
      ['version.nix', 2],
    ])
  })

  it('where they spell out one release in one file, and not in two', () => {
    const found = foundIn({
      'a.nix': `{ fetchurl }: [ ${fetch(`${github}/v1.0.0/a`)} ${fetch(`${github}/v1.0.0/b`)} ]`,
      'c.nix': `{ fetchurl }: ${fetch(`${github}/v1.0.0/c`)}`,
    })
    expect(found.discovery.pins.map(({ place, fetches }) => `${place.file} ${fetches.length}`)).toEqual(['a.nix 8', 'c.nix 4'])
  })

  it('where some spell out the version that the others take from a literal of their package', () => {
    const text = `{ stdenv, fetchurl }: stdenv.mkDerivation rec { pname = "tool"; version = "1.0.0"; src =
      if stdenv.isDarwin then ${fetch(`${github}/v1.0.0/mac`)} else ${fetch(`${github}/v\${version}/linux`)}; }`
    expect(pinsIn(text)).toEqual([`tool v1.0.0 ${all}`])
  })

  it('not where two literals say the same version of the same file', () => {
    const text = `{ fetchurl }: let get = version: fetchurl { url = "${github}/v\${version}/a"; hash = "${someHash}"; }; in [ (get "1.0.0") (get "1.0.0") ]`
    expect(pinsIn(text)).toHaveLength(2)
  })

  it('not where two literals say the same version', () => {
    const text = `{ fetchurl }: let get = version: part: fetchurl { url = "${github}/v\${version}/\${part}"; hash = "${someHash}"; }; in [ (get "1.0.0" "a") (get "1.0.0" "b") ]`
    expect(pinsIn(text)).toHaveLength(2)
  })
})

describe('a package that is overridden', () => {
  const src = (version: string, hash?: string): string => `src = ${fetch(`${github}/v\${${version}}/a`, hash)};`
  const own = (attributes: string): string => `(stdenv.mkDerivation (finalAttrs: { version = "1.0.0"; ${attributes} }))`
  it.each([
    [
      'sees what becomes of it',
      `${own(src('finalAttrs.version'))}.overrideAttrs (final: old: { version = "1.1.0"; ${src('final.version')} })`,
    ],
    [
      'sees what it was',
      `${own(src('finalAttrs.version'))}.overrideAttrs (old: rec { version = "1.1.0"; ${src('version')} meta = old.src; })`,
    ],
    ['is asked again with what is changed', `${own(src('finalAttrs.version'))}.overrideAttrs { version = "1.1.0"; }`],
  ])('%s', (_, expression) => {
    expect(new Set(pinsIn(`{ stdenv, fetchurl }: ${expression}`))).toEqual(new Set([`tool v1.0.0 ${all}`, `tool v1.1.0 ${all}`]))
  })

  it.each([
    ['sees what becomes of it', `final: old: { version = "1.1.0"; ${src('final.version')} }`, [`tool v1.1.0 ${all}`]],
    ['is itself not known', `old: { version = "1.1.0"; ${src('old.version')} }`, []],
    ['is itself not known, whatever it is called', `finalAttrs: { version = "1.1.0"; ${src('finalAttrs.version')} }`, []],
    ['may have its version beside it', `_: rec { version = "1.1.0"; ${src('version')} }`, [`tool v1.1.0 ${all}`]],
  ])('and is not here %s', (_, change, expected) => {
    expect(pinsIn(`final: prev: { tool = prev.tool.overrideAttrs (${change.replace('fetchurl', 'prev.fetchurl')}); }`)).toEqual(expected)
  })
})

describe('the systems of a pin', () => {
  const map = (rows: string): string =>
    `{ fetchurl, system }: let assets = rec { ${rows} }; own = assets.\${system} or assets.x86_64-linux; in fetchurl { url = "${github}/v1.0.0/\${own.n}"; inherit (own) hash; }`
  const row = (name: string): string => `{ n = "${name}"; hash = "${someHash}"; }`

  it('are those the map names, not those it lends an asset to', () => {
    const found = foundIn({ 'default.nix': map(`x86_64-linux = ${row('a')}; aarch64-darwin = ${row('b')};`) })
    const [pin] = found.discovery.pins
    expect(pin?.fetches.map(({ system }) => system)).toEqual(['aarch64-darwin', 'x86_64-linux'])
    expect(pin?.borrowed.map(({ system }) => system)).toEqual(['aarch64-linux', 'x86_64-darwin'])
  })

  it('are those the map names, also where two share an asset', () => {
    expect(pinsIn(map(`x86_64-linux = ${row('a')}; aarch64-darwin = ${row('b')}; x86_64-darwin = aarch64-darwin;`))).toEqual([
      'tool v1.0.0 aarch64-darwin x86_64-darwin x86_64-linux',
    ])
  })

  it('are all, where no system is named', () => {
    expect(pinsIn(`{ stdenv, fetchurl }: ${fetch(`${github}/v1.0.0/\${if stdenv.isDarwin then "mac" else "linux"}`)}`)).toEqual([
      `tool v1.0.0 ${all}`,
    ])
  })
})

it('a fetch whose hash stands in another tool’s file is nobody’s pin and not complained about', () => {
  const { pins, unmanaged } = foundIn({
    'default.nix': `{ fetchurl }: let s = (builtins.fromJSON (builtins.readFile ./npins/sources.json)).pins.tool; in fetchurl { inherit (s) url hash; }`,
    'npins/sources.json': JSON.stringify({ pins: { tool: { url: `${github}/v1.0.0/t.zip`, hash: someHash } } }),
  }).discovery
  expect({ pins, unmanaged }).toEqual({ pins: [], unmanaged: [] })
})
