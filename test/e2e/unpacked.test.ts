// Pins whose hash is that of an unpacked tree: brought to another version, verified, and refused where nothing else would be honest.
import { readFile } from 'node:fs/promises'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeTar } from '../archive/make-tar.ts'
import { type FakeRepository, asset, createQuota, release } from '../fake-github/world.ts'
import { type Lab, contents, openLab } from './lab.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(async () => lab.close())

const fixture = (name: string): Buffer => readFileSync(new URL(`../../fixtures/archive/${name}`, import.meta.url))
const recorded = JSON.parse(fixture('expected.json').toString()) as { file: string; prefetch: string; whole: string }[]
/** What Nix said of a fixture: its only top entry, or all of it. */
const said = (file: string, of: 'prefetch' | 'whole' = 'prefetch'): string => recorded.find((each) => each.file === file)![of]

const scripts = { 'v1.0.0': '#!/bin/sh\necho one\n', 'v2.0.0': '#!/bin/sh\necho two\n' }
/** What nix-hash says of a file with these bytes, by itself and executable. */
const ofScripts = {
  file: ['1zk7g2630as94437ks004q2kq6v20y1h3rzk3rziqsxpdbkl0pj4', '15d6dzpbdmjwwn0pasbpf6lbwigghq91yk3rgi27cc4j5i9jy8c6'],
  executable: ['0wrk8lf0w6ar1z1q0vvpjgylv08ad50kk2d0n59x16fimgqgiq78', '1dm07280ac122p956sf35ay29xfsbvhsli9agz6063vsk12zansk'],
}

const [one, two] = ['gnu.tar.gz', 'pax-long-names.tar.gz']
const sources: FakeRepository = { org: 'acme', name: 'tool', releases: [], archives: { 'v1.0.0': fixture(one), 'v2.0.0': fixture(two) } }
const released = (name: string, first: string | Uint8Array, second: string | Uint8Array): FakeRepository => ({
  org: 'acme',
  name: 'tool',
  releases: [
    release({ tag: 'v2.0.0', assets: [asset(name, second)] }),
    release({ tag: 'v1.0.0', createdAt: '2025-06-01T00:00:00Z', assets: [asset(name, first)] }),
  ],
})
const download = 'https://github.com/acme/tool/releases/download/v${version}/tool'

interface Case {
  readonly what: string
  readonly nix: (version: string, hash: string) => string
  readonly repository: FakeRepository
  readonly hashes: readonly string[]
}

const cases: readonly Case[] = [
  {
    what: 'fetchFromGitHub with tag',
    nix: (version, hash) =>
      `{ fetchFromGitHub }: fetchFromGitHub {\n  owner = "acme";\n  repo = "tool";\n  tag = "v${version}";\n  sha256 = "${hash}";\n}\n`,
    repository: sources,
    hashes: [said(one), said(two)],
  },
  {
    what: 'fetchFromGitHub with rev',
    nix: (version, hash) =>
      `{ stdenv, fetchFromGitHub }: stdenv.mkDerivation rec {\n  pname = "tool";\n  version = "${version}";\n  src = fetchFromGitHub {\n    owner = "acme";\n    repo = pname;\n    rev = "v\${version}";\n    sha256 = "${hash}";\n  };\n}\n`,
    repository: sources,
    hashes: [said(one), said(two)],
  },
  {
    what: "fetchzip of GitHub's archive",
    nix: (version, hash) =>
      `{ fetchzip }: fetchzip {\n  url = "https://github.com/acme/tool/archive/refs/tags/v${version}.tar.gz";\n  sha256 = "${hash}";\n}\n`,
    repository: sources,
    hashes: [said(one), said(two)],
  },
  {
    what: "builtins.fetchTarball of GitHub's archive",
    nix: (version, hash) =>
      `builtins.fetchTarball {\n  url = "https://github.com/acme/tool/archive/v${version}.tar.gz";\n  sha256 = "${hash}";\n}\n`,
    repository: sources,
    hashes: [said(one), said(two)],
  },
  {
    what: 'fetchzip with stripRoot = false',
    nix: (version, hash) =>
      `{ fetchzip }: let version = "${version}"; in fetchzip {\n  url = "${download}.zip";\n  stripRoot = false;\n  sha256 = "${hash}";\n}\n`,
    repository: released('tool.zip', fixture('python.zip'), fixture('several.zip')),
    hashes: [said('python.zip', 'whole'), said('several.zip', 'whole')],
  },
  {
    what: 'fetchzip of a lone file',
    nix: (version, hash) =>
      `{ fetchzip }: let version = "${version}"; in fetchzip {\n  url = "${download}.zip";\n  sha256 = "${hash}";\n}\n`,
    repository: released('tool.zip', fixture('python.zip'), fixture('lone-file.zip')),
    hashes: [said('python.zip'), said('lone-file.zip', 'whole')],
  },
  {
    what: 'fetchzip with an extension',
    nix: (version, hash) =>
      `{ fetchzip }: let version = "${version}"; in fetchzip {\n  url = "${download}";\n  extension = "tar.xz";\n  sha256 = "${hash}";\n}\n`,
    repository: released('tool', fixture('gnu.tar.xz'), fixture('bz2-streams.tar.bz2')),
    hashes: [said('gnu.tar.xz'), said('bz2-streams.tar.bz2')],
  },
  ...(['executable', 'recursiveHash'] as const).map((attribute) => ({
    what: `fetchurl with ${attribute} = true`,
    nix: (version: string, hash: string) =>
      `{ fetchurl }: let version = "${version}"; in fetchurl {\n  url = "${download}";\n  ${attribute} = true;\n  sha256 = "${hash}";\n}\n`,
    repository: released('tool', scripts['v1.0.0'], scripts['v2.0.0']),
    hashes: ofScripts[attribute === 'executable' ? 'executable' : 'file'],
  })),
]

// One of its own for each test, since others unpack at the same time.
let temporary: string
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'pinhash-test-'))
  vi.stubEnv('TMPDIR', temporary)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(temporary, { recursive: true })
})

describe('the hash of an unpacked tree', () => {
  it.each(cases)('$what', async ({ nix, repository, hashes: [first = '', second = ''] }) => {
    const before = nix('1.0.0', first)
    const folder = await lab.stage({ repositories: [repository] }, { 'default.nix': before })
    const verified = await lab.report(folder, ['verify'])
    expect(verified.document.outcomes.map(({ outcome, warnings }) => ({ outcome, warnings }))).toEqual([
      { outcome: 'verified', warnings: [] },
    ])
    expect(verified.code).toBe(0)

    const bare = await lab.report(folder, ['update', 'tool', 'v2.0.0', '--no-download'])
    expect(bare.code).toBe(1)
    expect(bare.document.outcomes[0]?.reason).toEqual({
      code: 'no-evidence',
      message: expect.stringMatching(/is that of the unpacked tree, which no digest of the bytes tells; leave out --no-download$/),
    })
    expect(await readFile(join(folder, 'default.nix'), 'utf8')).toBe(before)

    lab.fake.requests.length = 0
    const updated = await lab.report(folder, ['update', 'tool', 'v2.0.0'])
    expect(updated.document.outcomes.map(({ outcome, reason }) => ({ outcome, reason }))).toEqual([{ outcome: 'updated' }])
    expect(updated.code).toBe(0)
    expect(await readFile(join(folder, 'default.nix'), 'utf8')).toBe(nix('2.0.0', second))
    // One download serves all systems.
    expect(
      lab.fake.requests.filter(({ host }) => host === 'codeload.github.com' || host === 'release-assets.githubusercontent.com'),
    ).toHaveLength(1)
    expect(lab.fake.unexpected()).toEqual([])

    expect((await lab.run(folder, ['verify'])).code).toBe(0)
    const corrupt = nix('2.0.0', first)
    const other = await lab.stage({ repositories: [repository] }, { 'default.nix': corrupt })
    const mismatch = await lab.report(other, ['verify'])
    expect(mismatch.code).toBe(1)
    expect(mismatch.document.outcomes[0]).toMatchObject({
      outcome: 'mismatch',
      reason: { code: 'hash-differs', message: expect.stringContaining(second) },
    })
    expect(readdirSync(temporary)).toEqual([])
  })
})

describe('what is not there, or would not hold', () => {
  const github = cases[0]!
  const update = ['update', 'tool', 'v2.0.0']
  const stage = (archives: Record<string, Uint8Array>, more: object = {}): Promise<string> =>
    lab.stage({ repositories: [{ ...sources, archives }], ...more }, { 'default.nix': github.nix('1.0.0', github.hashes[0]!) })
  const tarball = (...entries: Parameters<typeof makeTar>[0][number][]): Buffer => gzipSync(makeTar(entries))

  it('a missing tag is missing, and the nearest are named', async () => {
    const folder = await stage({ 'v1.0.0': fixture(one), 'v2.0.0': fixture(two) })
    const before = contents(folder)
    const { code, document } = await lab.report(folder, ['update', 'tool', 'v2.0.1'])
    expect(code).toBe(3)
    expect(document.outcomes[0]).toMatchObject({ outcome: 'missing', reason: { message: expect.stringContaining('acme/tool') } })
    expect(contents(folder)).toEqual(before)
  })

  it.each([0, 1])('an explicit tag needs no answer of the API, or not all of them (%i)', async (remaining) => {
    const folder = await stage({ 'v1.0.0': fixture(one), 'v2.0.0': fixture(two) }, { quota: createQuota(60, { remaining }) })
    const { code, document } = await lab.report(folder, update)
    expect(document.outcomes[0]).toMatchObject({ outcome: 'updated', warnings: [{ code: 'without-list' }] })
    expect(code).toBe(0)
    expect(await readFile(join(folder, 'default.nix'), 'utf8')).toBe(github.nix('2.0.0', github.hashes[1]!))
    const gone = await lab.report(folder, ['update', 'tool', 'v2.0.1'])
    expect(gone.document.outcomes[0]).toMatchObject({ outcome: 'missing', reason: { code: 'not-found' } })
    expect(gone.code).toBe(3)
  })

  it('an archive that git fills in is taken, with a warning', async () => {
    const folder = await stage({
      'v2.0.0': tarball(
        { name: 'tool-2.0.0/', type: '5' },
        { name: 'tool-2.0.0/src/.gitattributes', content: 'version.py export-subst\n' },
        { name: 'tool-2.0.0/src/version.py', content: 'HEAD -> main' },
      ),
    })
    for (const argv of [update, ['verify']]) {
      const { code, document } = await lab.report(folder, argv)
      expect(code).toBe(0)
      expect(document.outcomes[0]?.warnings).toEqual([{ code: 'unstable-archive', message: expect.stringContaining('src/.gitattributes') }])
    }
  })

  it('Git LFS pointers and submodules are what Nix gets too', async () => {
    const entries = [
      { name: 't/.gitattributes', content: '*.bin filter=lfs diff=lfs merge=lfs -text\n' },
      { name: 't/a.bin', content: `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n` },
      { name: 't/.gitmodules', content: '[submodule "lib"]\n\tpath = lib\n\turl = https://github.com/acme/lib\n' },
      { name: 't/lib/', type: '5' },
    ]
    const folder = await stage({ 'v2.0.0': tarball(...entries) })
    const { document } = await lab.report(folder, update)
    expect(document.outcomes[0]).toMatchObject({ outcome: 'updated', warnings: [] })
    // As nix-hash has it.
    expect(await readFile(join(folder, 'default.nix'), 'utf8')).toContain('05kml5ws2m7lmhc4cqdvcqmpcpcwndvhg05v68jdvsg4949svs9p')
  })

  it.each<[string, Uint8Array, string]>([
    ['a program', Buffer.from(`\x7fELF${'x'.repeat(600)}`), 'it is neither a zip nor a tar'],
    ['two entries at the top', tarball({ name: 'a/x' }, { name: 'b' }), 'fetchzip takes a single entry at its top and there are 2'],
    [
      'names only case apart',
      tarball({ name: 't/A' }, { name: 't/a' }),
      '"a" differs only in case from another name, and cannot be unpacked on macOS',
    ],
    ['a name that leads out', tarball({ name: 't/../../a' }), 'leads out of the archive'],
    ['a device', tarball({ name: 't/a', type: '3' }), '"t/a" is a device'],
  ])('%s is refused', async (_, bytes, message) => {
    const folder = await stage({ 'v2.0.0': bytes })
    const before = contents(folder)
    const { document, code } = await lab.report(folder, update)
    expect(document.outcomes[0]).toMatchObject({
      outcome: 'refused',
      reason: { code: 'bad-archive', message: expect.stringContaining(message) },
    })
    expect(code).toBe(2)
    expect(contents(folder)).toEqual(before)
  })
})
