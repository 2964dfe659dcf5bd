// The shapes in which people pin binaries, and the traps among them ↔ the fetches that real Nix makes of them, under every system.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type System, usualSystems } from '../../../src/core/system.ts'
import type { Evaluation } from '../../../src/nix/evaluate/evaluate-file.ts'
import type { Fetch } from '../../../src/nix/evaluate/fetchers.ts'
import { soleOrigin } from '../../../src/nix/evaluate/text.ts'
import { RealNix } from '../../real-nix/ask.ts'
import { evaluated, treeOf } from './given.ts'
import { shapeFiles, shapes, shapesFolder } from './shapes.ts'

type Told = readonly (readonly [fetcher: string, url: string, hash: string])[]
const expected = JSON.parse(readFileSync(join(shapesFolder, 'expected.json'), 'utf8')) as Record<string, Record<System, Told>>

const read = (shape: string, system: System): Evaluation => evaluated(shapeFiles, shape, system)
const tellingOf = (fetch: Fetch): [string, string, string] => [fetch.fetcher, fetch.urls[0]!.text, fetch.hashes[0]!.value.text]
const sorted = (told: Told): string[] => [...new Set(told.map((each) => each.join(' ')))].sort()

/** What real Nix cannot say: it has no values for conditions and sets that are not known, or it sees fetches that are not pinhash's to manage. */
const beyond: Readonly<Record<string, { readonly more?: readonly string[]; readonly unmanaged?: readonly string[] }>> = {
  'unknown-condition.nix': { more: ['https://example.com/beta', 'https://example.com/stable'] },
  'firefox-add-ons.nix': { more: ['https://github.com/acme/blocker/releases/download/v4.2.0/blocker-4.2.0.xpi'] },
  'pinned-nixpkgs/default.nix': { unmanaged: ['channel:nixos-24.05'] },
  'changed.nix': { unmanaged: ['https://example.com/a', 'https://example.com/b', 'https://example.com/c', 'ftp://example.com/e'] },
}

describe('every shape is read as real Nix reads it', () => {
  it('has a recorded answer for each', () => {
    expect(Object.keys(expected).sort()).toEqual([...shapes].sort())
  })
  for (const shape of shapes)
    it.each(usualSystems)(`${shape} under %s`, (system) => {
      const { fetches, exhausted } = read(shape, system)
      const { more = [], unmanaged = [] } = beyond[shape] ?? {}
      const wanted = expected[shape]![system]!.filter(([, url]) => !unmanaged.includes(url))
      expect(exhausted).toBe(false)
      expect(sorted(fetches.map(tellingOf).filter(([, url]) => !more.includes(url)))).toEqual(sorted(wanted))
      expect(fetches.map(({ urls }) => urls[0]!.text)).toEqual(expect.arrayContaining([...more]))
    })
})

describe('every hash is one literal that an edit can replace', () => {
  for (const shape of shapes)
    it(shape, () => {
      for (const system of usualSystems)
        for (const { hashes } of read(shape, system).fetches)
          for (const { value } of hashes) {
            const sole = soleOrigin(value)
            expect(sole).not.toBeNull()
            const { origin, from, to } = sole!
            const source = shapeFiles[origin.file]!
            if (origin.form === 'expression') expect(source.slice(from, to)).toBe('lib.fakeHash')
            else if (value.text === '') expect(source.slice(origin.start, origin.end)).toBe('""')
            else {
              expect(source.slice(from, to)).toBe(value.text)
              expect(source.slice(origin.start, origin.end)).toBe(`"${value.text}"`)
            }
          }
    })
})

describe('what is not managed says why', () => {
  it.each([
    [
      'changed.nix',
      ['postFetch changes', 'curlOptsList changes', 'netrcPhase logs in', 'neither http nor https', 'it has no hash', 'url: no'],
    ],
    ['not-downloads.nix', []],
    ['update-script.nix', []],
  ])('%s', (shape, reasons) => {
    const { unmanaged } = read(shape, 'x86_64-linux')
    expect(unmanaged).toHaveLength(reasons.length)
    for (const [i, reason] of reasons.entries()) expect(unmanaged[i]!.reason).toContain(reason)
  })
  it('tells a fetch that Nix stops at from one that is not known', () => {
    const failed = read('changed.nix', 'x86_64-linux').unmanaged.map((each) => each.failed)
    expect(failed).toEqual([false, false, false, false, false, true])
    expect(read('platform-map.nix', 'riscv64-linux').unmanaged).toMatchObject([
      { failed: true, reason: expect.stringContaining('no binary for riscv64-linux') as string },
    ])
  })
})

it('tells of a builder that cannot be read what names the release', () => {
  const { builderCalls, fetches } = read('builder-unreadable.nix', 'aarch64-darwin')
  expect(fetches).toEqual([])
  expect(builderCalls).toHaveLength(1)
  const [call] = builderCalls
  expect([call!.org.text, call!.name.text, call!.version.text]).toEqual(['acme', 'tool', 'v0.9.2'])
  expect(shapeFiles['builder-unreadable.nix']).toContain(`"aarch64-darwin" = "${call!.hash.text}"`)
})

it('takes the repository for what such a builder calls so, not the name of the file', () => {
  const source =
    '{ fetchRelease }: fetchRelease { owner = "acme"; repo = "tool"; tag = "v1.0"; name = "tool-1.0.zip"; hash = "sha256-P0nPtjlYJpuZBlz2tQFnjU5j8kV+4ZFbzX/6Df753P0="; }'
  const { builderCalls } = evaluated({ 'default.nix': source })
  expect(builderCalls.map(({ org, name, version }) => [org.text, name.text, version.text])).toEqual([['acme', 'tool', 'v1.0']])
})

it('says what a hash is of', () => {
  const { fetches } = read('fetchers.nix', 'x86_64-linux')
  const about = Object.fromEntries(
    fetches.map(({ urls, mode, tree, stripRoot }) => [urls[0]!.text.slice('https://example.com/1/'.length), { mode, tree, stripRoot }]),
  )
  const flat = { mode: 'flat', tree: null, stripRoot: true }
  const archive = { mode: 'unpacked', tree: 'archive', stripRoot: true }
  expect(about).toEqual({
    a: flat,
    b: flat,
    c: { mode: 'unpacked', tree: 'executable', stripRoot: true },
    d: { mode: 'unpacked', tree: 'file', stripRoot: true },
    'e.zip': archive,
    'f.tar.gz': { ...archive, stripRoot: false },
    g: flat,
    'h.tar.gz': archive,
    'i.tar.gz': archive,
    j: flat,
  })
})

it('gives a fetch the name and version of the package that uses it', () => {
  const { fetches } = read('external-json/default.nix', 'x86_64-linux')
  expect(fetches).toHaveLength(1)
  expect(fetches[0]!.pname?.text).toBe('tool')
  expect(fetches[0]!.version?.text).toBe('4.5.6')
  expect(fetches[0]!.version?.runs[0]?.origin).toMatchObject({ file: 'external-json/hashes.json', form: 'json' })
})

describe('what was recorded is what real Nix says', () => {
  const required = process.env['PINHASH_REQUIRE_NIX'] === '1'
  const hasNix = ((): boolean => {
    try {
      execFileSync('nix-instantiate', ['--version'], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })()
  it.runIf(hasNix || required)(
    'about every shape',
    async () => {
      const nix = new RealNix(process.env['NIXPKGS_LIB'] ?? null)
      try {
        for (const shape of shapes)
          for (const [system, { fetches }] of await nix.ask(shapesFolder, treeOf(shapeFiles), shape, ['x86_64-linux', 'aarch64-darwin']))
            expect([shape, system, sorted(fetches.map(({ fetcher, url, hash }) => [fetcher, url, hash]))]).toEqual([
              shape,
              system,
              sorted(expected[shape]![system]!),
            ])
      } finally {
        nix.close()
      }
    },
    300_000,
  )
  it.runIf(hasNix || required)(
    'to the end, where a file walks all of what nobody knows',
    async () => {
      const nix = new RealNix(process.env['NIXPKGS_LIB'] ?? null)
      try {
        const answers = await nix.ask(shapesFolder, treeOf(shapeFiles), 'cleaned-settings.nix', ['x86_64-linux'])
        expect(answers.get('x86_64-linux')).toMatchObject({ whole: true, fetches: [{ fetcher: 'fetchurl' }] })
      } finally {
        nix.close()
      }
    },
    60_000,
  )
})
