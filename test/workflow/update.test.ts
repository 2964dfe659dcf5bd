// Laws of updating: only the literals of a pin change, whatever stands around them, and the order of answers does not matter.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Spelling } from '../../src/hash/spelling.ts'
import type { Selection, UpdateOptions } from '../../src/workflow/context.ts'
import { list } from '../../src/workflow/list.ts'
import { update } from '../../src/workflow/update.ts'
import { verify } from '../../src/workflow/verify.ts'
import { hashOf, memory } from './memory.ts'

const options: UpdateOptions = { dryRun: false, download: true, allowDowngrade: false, comments: true }
const only = (pin: string, tag: string | null): Selection => ({ globs: null, systems: null, pins: [{ pin, tag }] })
const everything: Selection = { globs: null, systems: null, pins: [] }

const platforms = ['x86_64-linux', 'aarch64-linux', 'x86_64-darwin', 'aarch64-darwin'] as const
const suffixes: Readonly<Record<string, string>> = {
  'x86_64-linux': 'linux_amd64',
  'aarch64-linux': 'linux_arm64',
  'x86_64-darwin': 'darwin_amd64',
  'aarch64-darwin': 'darwin_arm64',
}
const builder = `{ fetchurl, stdenv, system, org, name, version, sha256 }:
let suffix = { ${platforms.map((system) => `${system} = "${suffixes[system]}";`).join(' ')} }.\${system};
in stdenv.mkDerivation {
  pname = name;
  inherit version;
  src = fetchurl { url = "https://github.com/\${org}/\${name}/releases/download/\${version}/\${name}_\${version}_\${suffix}.tar.gz"; inherit sha256; };
}
`

/** How one pin is written. */
interface Written {
  readonly name: string
  readonly systems: readonly string[]
  readonly shape: 'builder' | 'unreadable' | 'hash map' | 'sources' | 'branches'
  readonly spelling: Spelling
  readonly quoted: boolean
  readonly gaps: readonly string[]
  readonly comment: boolean
}

/** What a pin holds: its version and, for each system, its bytes. */
interface Held {
  readonly version: string
  readonly bytes: (system: string) => string
}

const assetUrl = (name: string, version: string, system: string): string =>
  `https://github.com/acme/${name}/releases/download/${version}/${name}_${version}_${suffixes[system]}.tar.gz`

/** The expression of a pin; everything that is no version and no hash is the same for whatever it holds. */
function render({ name, systems, shape, spelling, quoted, gaps, comment }: Written, { version, bytes }: Held): string {
  let next = 0
  const gap = (): string => gaps[next++ % gaps.length] ?? ' '
  const key = (system: string): string => (quoted ? `"${system}"` : system)
  const hash = (system: string): string => `"${hashOf(bytes(system), spelling)}"`
  const note = comment ? `\n# nix-prefetch-url ${assetUrl(name, version, systems[0]!)}\n` : gap()
  const map = (value: (system: string) => string): string =>
    `{${note}${systems.map((system) => `${key(system)}${gap()}=${gap()}${value(system)};${gap()}`).join('')}}`
  const attribute = spelling.name === 'sri' ? 'hash' : 'sha256'
  switch (shape) {
    case 'builder':
    case 'unreadable':
      return `callPackage ${shape === 'builder' ? './nix/builder.nix' : './nix/gone.nix'}${gap()}{ inherit system; org = "acme"; name =${gap()}"${name}"; version${gap()}= "${version}"; sha256 =${gap()}${map(hash)}.\${system}; }`
    case 'hash map':
      return `let${gap()}version = "${version.slice(1)}";${gap()}hashes = ${map(hash)}; suffix = ${map((system) => `"${suffixes[system]}"`).replace(note, ' ')}.\${system}; in fetchurl {${gap()}url = "https://github.com/acme/${name}/releases/download/v\${version}/${name}_v\${version}_\${suffix}.tar.gz"; ${attribute} =${gap()}hashes.\${system}; }`
    case 'sources':
      return `fetchurl${gap()}(${map((system) => `{ url = "${assetUrl(name, version, system)}"; ${attribute} =${gap()}${hash(system)}; }`)}.\${system})`
    case 'branches': {
      const [first, ...rest] = systems.map(
        (system) => `{${gap()}url = "${assetUrl(name, version, system)}"; ${attribute} = ${hash(system)}; }`,
      )
      const tests = systems.map((system) => `system == "${system}"`)
      return `fetchurl (${rest.reduce((otherwise, each, i) => `if ${tests[i + 1]} then ${each} else${gap()}(${otherwise})`, `if ${tests[0]} then ${first} else throw "no"`)})`
    }
  }
}

const gap = fc.constantFrom(' ', '\n  ', '\t', '  /* v1.2.3, 1.2.3 */ ', ' # 1.2.3 "v1.2.3"\n', '\r\n', ' # ✓ überall\n  ')
const spelling = fc.constantFrom<Spelling>(
  { name: 'nix32', prefixed: false },
  { name: 'hex', prefixed: false },
  { name: 'sri', prefixed: false },
  { name: 'nix32', prefixed: true },
  { name: 'base64', prefixed: true },
)
const written = (name: string): fc.Arbitrary<Written> =>
  fc.record({
    name: fc.constant(name),
    systems: fc.shuffledSubarray([...platforms], { minLength: 1 }),
    shape: fc.constantFrom('builder', 'unreadable', 'hash map', 'sources', 'branches'),
    spelling,
    quoted: fc.boolean(),
    gaps: fc.array(gap, { minLength: 1, maxLength: 6 }),
    comment: fc.boolean(),
  })

const names = ['alpha', 'beta', 'gamma']
const held = (name: string, version: string): Held => ({ version, bytes: (system) => `${name} ${version} ${system}` })
const versions = ['v1.2.3', 'v1.3.0'] as const
const file = (pins: readonly Written[], what: (name: string) => Held): string =>
  `# v1.2.3 is what all of these were at once.\n{ fetchurl, callPackage, system, stdenv }:\n{\n${pins.map((pin) => `  ${pin.name} = ${render(pin, what(pin.name))};\n`).join('')}  note = "alpha v1.2.3";\n}\n`

const served = new Map(
  names.flatMap((name) =>
    versions.flatMap((version) => platforms.map((system) => [assetUrl(name, version, system), `${name} ${version} ${system}`] as const)),
  ),
)

describe('an update', () => {
  it('changes the literals of its pin and nothing else, however all of it is written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(...names.map(written)), fc.constantFrom(...names), async (pins, chosen) => {
        const before = file(pins, (name) => held(name, 'v1.2.3'))
        const texts = new Map([
          ['all.nix', before],
          ['nix/builder.nix', builder],
        ])
        const document = await update(memory(texts, { bytes: served }), only(`acme/${chosen}`, 'v1.3.0'), options)
        expect(document.outcomes.map(({ outcome, reason }) => reason?.message ?? outcome)).toEqual(['updated'])
        const systems = pins.find(({ name }) => name === chosen)!.systems
        expect(Object.keys(document.outcomes[0]!.systems).toSorted()).toEqual(systems.toSorted())
        expect(texts.get('all.nix')).toBe(file(pins, (name) => held(name, name === chosen ? 'v1.3.0' : 'v1.2.3')))
        expect(texts.get('nix/builder.nix')).toBe(builder)
      }),
      { numRuns: 60 },
    )
  }, 120_000)

  it('of everything is the updates of each, and verifies', async () => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(...names.map(written)), async (pins) => {
        const texts = new Map([
          ['all.nix', file(pins, (name) => held(name, 'v1.2.3'))],
          ['nix/builder.nix', builder],
        ])
        const context = memory(texts, { bytes: served })
        const document = await update(context, everything, options)
        expect(document.outcomes.map(({ outcome, reason }) => reason?.message ?? outcome)).toEqual(names.map(() => 'updated'))
        expect(texts.get('all.nix')).toBe(file(pins, (name) => held(name, 'v1.3.0')))
        expect(
          (await verify(memory(texts, { bytes: served }), everything, { download: true })).outcomes.map(({ outcome }) => outcome),
        ).toEqual(names.map(() => 'verified'))
        expect(new Set(context.asked.filter((what) => what.startsWith('https:'))).size).toBe(
          context.asked.filter((what) => what.startsWith('https:')).length,
        )
      }),
      { numRuns: 20 },
    )
  }, 120_000)

  it('reports the same, in the same order, however long each answer takes', async () => {
    const pins = names.map((name, i): Written => ({
      name,
      systems: [...platforms],
      shape: i === 1 ? 'sources' : 'builder',
      spelling: { name: 'nix32', prefixed: false },
      quoted: true,
      gaps: [' '],
      comment: false,
    }))
    const text = file(pins, (name) => held(name, 'v1.2.3'))
    // Two of beta's assets are gone at the store, and the forge contradicts three of gamma's.
    const broken = new Map(served)
    const listed = new Map<string, string>()
    for (const system of ['aarch64-linux', 'x86_64-darwin', 'x86_64-linux'])
      listed.set(assetUrl('gamma', 'v1.3.0', system), `other ${system}`)
    for (const system of ['x86_64-linux', 'aarch64-darwin']) listed.set(assetUrl('beta', 'v1.3.0', system), 'gone')
    const run = async (delay: (asked: string) => number): Promise<string> => {
      const results: unknown[] = []
      const texts = new Map([
        ['all.nix', text],
        ['nix/builder.nix', builder],
      ])
      const context = memory(texts, { bytes: broken, digests: listed, delay })
      results.push(await update(context, everything, { ...options, dryRun: true }))
      results.push(await update(context, everything, options), texts.get('all.nix'))
      const later = new Map([
        ['all.nix', file(pins, (name) => held(name, 'v1.3.0'))],
        ['nix/builder.nix', builder],
      ])
      results.push(await verify(memory(later, { bytes: broken, digests: listed, delay }), everything, { download: true }))
      return JSON.stringify(results, null, 1)
    }
    const expected = await run(() => 0)
    expect(expected).toContain('evidence-disagrees')
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(12)), async (delays) => {
        expect(await run(() => delays.next().value ?? 0)).toBe(expected)
      }),
      { numRuns: 12 },
    )
  }, 120_000)

  it('fetches each distinct URL once, and no more at a time than jobs', async () => {
    const pins = names.map((name): Written => ({
      name,
      systems: [...platforms],
      shape: 'hash map',
      spelling: { name: 'sri', prefixed: false },
      quoted: false,
      gaps: [' '],
      comment: false,
    }))
    const text = file(pins, (name) => held(name, 'v1.2.3'))
    const texts = new Map([
      ['a.nix', text],
      ['b.nix', text],
    ])
    let [running, most] = [0, 0]
    const inner = memory(texts, { bytes: served, delay: () => 2 })
    const downloads: typeof inner.downloads = {
      ...inner.downloads,
      digest: async (url, wanted) => {
        most = Math.max(most, ++running)
        return inner.downloads.digest(url, wanted).finally(() => running--)
      },
    }
    await update({ ...inner, downloads, jobs: 3 }, everything, options)
    const urls = inner.asked.filter((what) => what.startsWith('https:'))
    expect(urls.toSorted()).toEqual(names.flatMap((name) => platforms.map((system) => assetUrl(name, 'v1.3.0', system))).toSorted())
    expect(most).toBe(3)
    expect(texts.get('a.nix')).toBe(file(pins, (name) => held(name, 'v1.3.0')))
    expect(texts.get('b.nix')).toBe(texts.get('a.nix'))
  })
})

describe('a list', () => {
  it('has what is written, in the order of the file', async () => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(...names.map(written)), async (pins) => {
        const texts = new Map([['all.nix', file(pins, (name) => held(name, 'v1.2.3'))]])
        // A builder that nobody calls would be seen and not managed.
        if (pins.some(({ shape }) => shape === 'builder')) texts.set('nix/builder.nix', builder)
        const { pins: listed, unmanaged, problems } = await list(memory(texts, { bytes: served }), everything)
        expect({ unmanaged, problems }).toEqual({ unmanaged: [], problems: [] })
        expect(listed.map(({ org, name, tag, file: where }) => [org, name, tag, where])).toEqual(
          names.map((name) => ['acme', name, 'v1.2.3', 'all.nix']),
        )
        for (const [i, pin] of pins.entries()) {
          expect(Object.keys(listed[i]!.systems).toSorted()).toEqual(pin.systems.toSorted())
          for (const system of pin.systems) {
            const [asset] = listed[i]!.systems[system]!
            expect(asset?.hash).toMatchObject({ value: hashOf(`${pin.name} v1.2.3 ${system}`, pin.spelling), spelling: pin.spelling.name })
            if (pin.shape !== 'unreadable') expect(asset?.url).toBe(assetUrl(pin.name, 'v1.2.3', system))
          }
        }
      }),
      { numRuns: 30 },
    )
  }, 120_000)
})
