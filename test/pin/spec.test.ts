import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assetNames, parseSpec } from '../../src/pin/spec.ts'
import type { SpecPin } from '../../src/pin/spec.ts'

type Entry = Record<string, unknown>
const cue: Entry = {
  org: 'cue-lang',
  name: 'cue',
  version: 'v0.10.0',
  asset: '{name}_{version}_{os}_{arch}.tar.gz',
  systems: ['x86_64-linux', 'aarch64-darwin'],
  file: 'nix/pins.nix',
}
const text = (pin: unknown, name = 'cue'): string => JSON.stringify({ pins: { [name]: pin } }, null, 2)
const schema = new Ajv().compile(JSON.parse(readFileSync(new URL('../../schema/pinhash.schema.json', import.meta.url), 'utf8')) as object)

function pinOf(source: string): SpecPin {
  const result = parseSpec(source)
  if (!result.ok) throw new Error(result.problems.map((problem) => problem.message).join('\n'))
  expect(schema(JSON.parse(source)), JSON.stringify(schema.errors)).toBe(true)
  const [pin] = result.spec.pins
  if (pin === undefined) throw new Error('no pin')
  return pin
}

function names(changes: Entry, tag: string): Record<string, string> {
  return Object.fromEntries(assetNames(pinOf(text({ ...cue, ...changes })), tag).map(({ system, name }) => [system, name]))
}

function messages(source: string): readonly string[] {
  const result = parseSpec(source)
  return result.ok ? [] : result.problems.map((problem) => problem.message)
}

describe('parseSpec', () => {
  it('reads a pin and where its version stands', () => {
    const source = text(cue)
    const pin = pinOf(source)
    expect(pin).toMatchObject({ pin: 'cue', org: 'cue-lang', name: 'cue', version: 'v0.10.0', file: 'nix/pins.nix', os: {}, arch: {} })
    expect(source.slice(pin.versionNode.start, pin.versionNode.end)).toBe('"v0.10.0"')
    expect(pin.systems).toStrictEqual([
      { system: 'x86_64-linux', asset: '{name}_{version}_{os}_{arch}.tar.gz' },
      { system: 'aarch64-darwin', asset: '{name}_{version}_{os}_{arch}.tar.gz' },
    ])
  })

  it('reads several pins in order, and none', () => {
    const many = parseSpec(JSON.stringify({ $schema: './x.json', pins: { b: cue, a: cue, __proto__x: cue } }))
    expect(many.ok && many.spec.pins.map((pin) => pin.pin)).toStrictEqual(['b', 'a', '__proto__x'])
    expect(parseSpec('{"pins": {}}')).toStrictEqual({ ok: true, spec: { message: null, pins: [] } })
  })

  it('reads what is said about versions', () => {
    expect(pinOf(text(cue)).policy).toStrictEqual({
      hold: false,
      follow: null,
      prerelease: false,
      minAge: null,
      ignore: false,
      attestation: null,
    })
    const said = { hold: true, follow: '~0.10', prerelease: true, minAge: '7d', ignore: false, attestation: 'prefer' }
    expect(pinOf(text({ ...cue, ...said })).policy).toStrictEqual({ ...said, minAge: 604_800_000 })
  })

  it.each<[Entry, string]>([
    [{ hold: 'yes' }, 'pins.cue.hold: expected true or false, got "yes"'],
    [{ ignore: null }, 'pins.cue.ignore: expected true or false, got null'],
    [{ follow: '>1' }, 'pins.cue.follow: expected a version to follow such as 0.10, ~0.10 or ^1.2, got ">1"'],
    [{ attestation: true }, 'pins.cue.attestation: expected a text, got true'],
    [{ attestation: 'always' }, 'pins.cue.attestation: expected one of require, prefer, off, got "always"'],
    [{ minAge: 7 }, 'pins.cue.minAge: expected a text, got 7'],
    [{ minAge: 'a week' }, 'pins.cue.minAge: expected an age such as 12h, 7d or 2w, got "a week"'],
    [{ 'min-age': '7d' }, 'pins.cue.min-age: unknown key "min-age"; did you mean "minAge"?'],
  ])('refuses %j', (changes, message) => {
    const source = text({ ...cue, ...changes })
    expect(messages(source)).toStrictEqual([message])
    expect(schema(JSON.parse(source))).toBe(false)
  })

  it('takes ./ from the path of the file', () => {
    expect(pinOf(text({ ...cue, file: './nix/pins.nix' })).file).toBe('nix/pins.nix')
  })

  it.each<[string, Entry, readonly string[]]>([
    ['a number for a system', { systems: ['x86_64-linux', 7] }, ['pins.cue.systems[1]: expected a system such as "x86_64-linux", got 7']],
    [
      'a mistyped system',
      { systems: ['x86_64-linus'] },
      ['pins.cue.systems[0]: expected a system such as "x86_64-linux", got "x86_64-linus"; did you mean "x86_64-linux"?'],
    ],
    [
      'half a system',
      { systems: ['linux'] },
      ['pins.cue.systems[0]: expected a system such as "x86_64-linux", got "linux"; did you mean "x86_64-linux"?'],
    ],
    ['a system twice', { systems: ['x86_64-linux', 'x86_64-linux'] }, ['pins.cue.systems[1]: "x86_64-linux" is listed twice']],
    ['no system', { systems: [] }, ['pins.cue.systems: expected at least one system']],
    ['an empty map of systems', { systems: {} }, ['pins.cue.systems: expected at least one system']],
    [
      'a text for systems',
      { systems: 'x86_64-linux' },
      ['pins.cue.systems: expected a list of systems or a map from systems to assets, got "x86_64-linux"'],
    ],
    [
      'a list without an asset',
      { asset: undefined },
      ['pins.cue: expected the key "asset", or "systems" as a map from each system to its asset'],
    ],
    [
      'a wrong system in a map',
      { systems: { 'aarch64-freebsdd': 'a' } },
      [
        'pins.cue.systems.aarch64-freebsdd: expected a system such as "x86_64-linux", got "aarch64-freebsdd"; did you mean "aarch64-freebsd"?',
      ],
    ],
    ['a wrong asset in a map', { systems: { 'x86_64-linux': null } }, ['pins.cue.systems.x86_64-linux: expected a text, got null']],
    ['an unknown key', { systms: [] }, ['pins.cue.systms: unknown key "systms"; did you mean "systems"?']],
    [
      'a key like no other',
      { zzzzzz: 1 },
      [
        'pins.cue.zzzzzz: unknown key "zzzzzz"; there are org, name, version, asset, systems, os, arch, file, hold, follow, prerelease, minAge, ignore, attestation',
      ],
    ],
    ['no version', { version: undefined }, ['pins.cue: expected the key "version", which is not there']],
    ['a version that is no tag', { version: '--help' }, ['pins.cue.version: expected a tag, but it starts with "-", as an option does']],
    ['an empty version', { version: '' }, ['pins.cue.version: expected a tag, but it is empty']],
    ['a version that is a number', { version: 1.5 }, ['pins.cue.version: expected a text, got 1.5']],
    [
      'an owner that is none',
      { org: 'cue lang' },
      ['pins.cue.org: expected the owner of a GitHub repository, such as "cue-lang", got "cue lang"'],
    ],
    [
      'an owner and a name in one',
      { org: 'cue-lang/cue' },
      ['pins.cue.org: expected the owner of a GitHub repository, such as "cue-lang", got "cue-lang/cue"'],
    ],
    ['a name that is none', { name: '..' }, ['pins.cue.name: expected the name of a GitHub repository, such as "cue", got ".."']],
    [
      'an unknown placeholder',
      { asset: '{name}_{versoin}.tgz' },
      ['pins.cue.asset: unknown placeholder {versoin}; did you mean {version}?'],
    ],
    [
      'a placeholder like no other',
      { asset: '{zzzzzz}' },
      ['pins.cue.asset: unknown placeholder {zzzzzz}; there are {org}, {name}, {tag}, {version}, {bare}, {system}, {os}, {arch}'],
    ],
    ['half a placeholder', { asset: '{name_x' }, ['pins.cue.asset: a brace stands without its counterpart']],
    ['a path for an asset', { asset: 'a/{name}' }, ['pins.cue.asset: expected the name of an asset, got a path']],
    ['an empty asset', { asset: '' }, ['pins.cue.asset: expected the name of an asset, got an empty text']],
    [
      'an absolute file',
      { file: '/etc/x.nix' },
      ['pins.cue.file: expected a path relative to this file, with "/" between its parts, got "/etc/x.nix"'],
    ],
    [
      'a file with a drive',
      { file: 'C:/x.nix' },
      ['pins.cue.file: expected a path relative to this file, with "/" between its parts, got "C:/x.nix"'],
    ],
    [
      'backslashes',
      { file: 'nix\\x.nix' },
      ['pins.cue.file: expected a path relative to this file, with "/" between its parts, got "nix\\\\x.nix"'],
    ],
    ['a file outside', { file: 'nix/../../x.nix' }, ['pins.cue.file: expected a path inside the repository, got "nix/../../x.nix"']],
    ['a crooked file', { file: 'nix//x.nix' }, ['pins.cue.file: expected a plain path, got "nix//x.nix"']],
    [
      'another kind of file',
      { file: 'nix/x.json' },
      ['pins.cue.file: expected the path of a Nix file, such as "nix/pins.nix", got "nix/x.json"'],
    ],
    ['no name of a file', { file: 'nix/.nix' }, ['pins.cue.file: expected the path of a Nix file, such as "nix/pins.nix", got "nix/.nix"']],
    [
      "Go's word where Nix's is due",
      { arch: { amd64: 'x64' } },
      ['pins.cue.arch.amd64: expected a processor as Nix names it, got "amd64"; did you mean "x86_64"?'],
    ],
    ['a word with a slash', { os: { darwin: 'mac/os' } }, ['pins.cue.os.darwin: expected a word of the name of an asset, got "mac/os"']],
    ['a list for words', { os: [] }, ['pins.cue.os: expected an object, got a list']],
    ['two mistakes', { org: 1, file: 2 }, ['pins.cue.org: expected a text, got 1', 'pins.cue.file: expected a text, got 2']],
  ])('says what is wrong with %s', (_, changes, expected) => {
    expect(messages(text({ ...cue, ...changes }))).toStrictEqual(expected)
  })

  it.each([
    ['{', 'expected a key in double quotes, got the end of the text'],
    ['[]', 'expected an object, got a list'],
    ['{}', 'expected the key "pins", which is not there'],
    ['{"pins": 1}', 'pins: expected an object, got 1'],
    ['{"pins": {"cue": true}}', 'pins.cue: expected an object, got true'],
    ['{"pins": {}, "pins": {}}', 'pins: the key "pins" is there twice'],
    ['{"pins": {}, "pin": {}}', 'pin: unknown key "pin"; did you mean "pins"?'],
    ['{"pins": {}, "message": "bump {pim}"}', 'message: unknown placeholder {pim}; did you mean {pin}?'],
    ['{"message": ""}', 'message: expected a message, got an empty text'],
    ['{"pins": {}, "$schema": 1}', '$schema: expected a text, got 1'],
    [text(cue, 'a@b'), 'pins["a@b"]: expected a name of a pin without white space, "@" and "/", and no "-" at its start'],
    [text(cue, ''), 'pins[""]: expected a name of a pin without white space, "@" and "/", and no "-" at its start'],
    [text(cue, '--all'), 'pins["--all"]: expected a name of a pin without white space, "@" and "/", and no "-" at its start'],
    [text(cue).replace('"version"', '"version": "v1", "version"'), 'pins.cue.version: the key "version" is there twice'],
  ])('says what is wrong with %j', (source, expected) => {
    expect(messages(source)).toStrictEqual([expected])
  })

  it('points at the place of each problem', () => {
    const source = text({ ...cue, systems: ['x86_64-linux', 7] })
    const result = parseSpec(source)
    expect(result.ok ? [] : result.problems.map(({ offset, path }) => [source.slice(offset, offset + 1), path])).toStrictEqual([
      ['7', 'pins.cue.systems[1]'],
    ])
  })

  it('takes nothing that the schema refuses', () => {
    const word = fc.constantFrom<unknown>(
      '',
      'cue',
      'v1',
      'nix/pins.nix',
      '{name}',
      'x86_64-linux',
      1,
      null,
      true,
      [],
      ['x86_64-linux'],
      [1],
      {},
      { 'x86_64-linux': 'a' },
      { darwin: 'macos' },
      { x86_64: 'x64' },
    )
    const keys = ['org', 'name', 'version', 'asset', 'systems', 'os', 'arch', 'file']
    const changes = fc.dictionary(fc.constantFrom(...keys, 'other'), word, { maxKeys: 2 })
    const without = fc.constantFrom(...keys, 'none', 'none', 'none')
    fc.assert(
      fc.property(changes, without, fc.constantFrom('cue', '', 'a b', '-x', 'a/b'), (change, missing, name) => {
        const source = text({ ...cue, ...change, [missing]: undefined }, name)
        if (parseSpec(source).ok) expect(schema(JSON.parse(source)), `${source} ${JSON.stringify(schema.errors)}`).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })

  it('throws for no text', () => {
    fc.assert(
      fc.property(fc.json(), (source) => {
        parseSpec(source)
        parseSpec(`{"pins": {"cue": ${source}}}`)
      }),
    )
  })
})

describe('assetNames', () => {
  it.each<[string, Entry, string, Record<string, string>]>([
    [
      "Go's words",
      {},
      'v0.11.0',
      { 'x86_64-linux': 'cue_v0.11.0_linux_amd64.tar.gz', 'aarch64-darwin': 'cue_v0.11.0_darwin_arm64.tar.gz' },
    ],
    [
      'the version without its prefix',
      { asset: '{name}-{bare}' },
      'v0.11.0',
      { 'x86_64-linux': 'cue-0.11.0', 'aarch64-darwin': 'cue-0.11.0' },
    ],
    [
      'the version in the form of the literal',
      { version: '0.10.0', asset: '{version} {tag}' },
      'v0.11.0',
      { 'x86_64-linux': '0.11.0 v0.11.0', 'aarch64-darwin': '0.11.0 v0.11.0' },
    ],
    [
      'the system and the owner',
      { asset: '{org}.{system}' },
      'v1',
      { 'x86_64-linux': 'cue-lang.x86_64-linux', 'aarch64-darwin': 'cue-lang.aarch64-darwin' },
    ],
    [
      "the pin's own words",
      { os: { darwin: 'macos' }, arch: { x86_64: 'x86_64' } },
      'v1',
      { 'x86_64-linux': 'cue_v1_linux_x86_64.tar.gz', 'aarch64-darwin': 'cue_v1_macos_arm64.tar.gz' },
    ],
    [
      'a name for each system',
      { asset: undefined, systems: { 'x86_64-linux': 'cue-{bare}-musl', 'x86_64-darwin': 'cue-mac' } },
      'v2.0',
      { 'x86_64-linux': 'cue-2.0-musl', 'x86_64-darwin': 'cue-mac' },
    ],
    ['a text with a dollar', { asset: 'a$&$1{bare}' }, 'v1$&', { 'x86_64-linux': 'a$&$11$&', 'aarch64-darwin': 'a$&$11$&' }],
    ['no placeholder', { asset: 'cue', systems: ['riscv64-linux', 'i686-linux'] }, 'v1', { 'riscv64-linux': 'cue', 'i686-linux': 'cue' }],
  ])('fills in %s', (_, changes, tag, expected) => {
    expect(names(changes, tag)).toStrictEqual(expected)
  })
})
