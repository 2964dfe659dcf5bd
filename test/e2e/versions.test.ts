// Which version is taken, what a person's words allow, what a bump says of coverage, and what drift is called: through the whole program.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hexDigest } from '../fake-github/bytes.ts'
import { type FakeAsset, type FakeRelease, type World, asset, checksums, release } from '../fake-github/world.ts'
import { nix32 } from './cue.ts'
import { type Lab, assetRequests, contents, openLab } from './lab.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(async () => lab.close())

const day = 86_400_000
const before = (days: number, minutes = 0): string => new Date(Date.now() - days * day + minutes * 60_000).toISOString()
const ends = ['linux_amd64', 'darwin_arm64'] as const
const named = (tag: string, end: string): string => `tool_${tag}_${end}.tar.gz`

function made(tag: string, days = 100, more: Partial<FakeRelease> = {}, kept: readonly string[] = ends): FakeRelease {
  const times = { createdAt: before(days), updatedAt: before(days, -5) }
  const assets = kept.map((end) => asset(named(tag, end), `${tag} ${end}`, times))
  return release({ tag, createdAt: before(days), publishedAt: before(days), assets, ...more })
}

const hash = (tag: string, end: string, bytes = `${tag} ${end}`): string => nix32(hexDigest(new TextEncoder().encode(bytes)))

/** A file that pins the tool. `said` stands above the binding, `aside` after the version. */
function pinned(
  tag: string,
  { said = '', aside = '', hashes = ends.map((end) => hash(tag, end)) }: { said?: string; aside?: string; hashes?: readonly string[] } = {},
): string {
  return `{ pkgs, system }:
{
${said === '' ? '' : `  ${said}\n`}  tool = let version = "${tag}"; ${aside}
  in pkgs.fetchurl {
    url = {
      x86_64-linux = "https://github.com/acme/tool/releases/download/\${version}/tool_\${version}_linux_amd64.tar.gz";
      aarch64-darwin = "https://github.com/acme/tool/releases/download/\${version}/tool_\${version}_darwin_arm64.tar.gz";
    }.\${system};
    sha256 = {
      x86_64-linux = "${hashes[0]}";
      aarch64-darwin = "${hashes[1]}";
    }.\${system};
  };
}
`
}

const world = (...releases: FakeRelease[]): Partial<World> => ({ repositories: [{ org: 'acme', name: 'tool', releases }] })
const text = (folder: string): Promise<string> => readFile(join(folder, 'tool.nix'), 'utf8')
const stage = (releases: readonly FakeRelease[], file: string): Promise<string> => lab.stage(world(...releases), { 'tool.nix': file })

describe('the newest that fits', () => {
  const old = made('v1.0.0', 300)
  it.each<[string, readonly FakeRelease[], string, readonly string[], string]>([
    ['is the highest, not the last published', [made('v1.0.1', 1), made('v1.2.0', 10), old], pinned('v1.0.0'), [], 'v1.2.0'],
    ['is no other product', [made('cli-v2.0.0', 1), made('v1.1.0', 10), old], pinned('v1.0.0'), [], 'v1.1.0'],
    ['is no prerelease', [made('v2.0.0-rc.1', 1), made('v1.1.0', 10), old], pinned('v1.0.0'), [], 'v1.1.0'],
    ['is a prerelease where the option says so', [made('v2.0.0-rc.1', 1), old], pinned('v1.0.0'), ['--prerelease'], 'v2.0.0-rc.1'],
    [
      'is a prerelease where a comment says so',
      [made('v2.0.0-rc.1', 1), old],
      pinned('v1.0.0', { said: '# pinhash: prerelease' }),
      [],
      'v2.0.0-rc.1',
    ],
    [
      'is within what is followed',
      [made('v2.0.0', 1), made('v1.1.0', 10), old],
      pinned('v1.0.0', { aside: '# pinhash: follow ^1' }),
      [],
      'v1.1.0',
    ],
    ['is old enough for the option', [made('v1.2.0', 1), made('v1.1.0', 10), old], pinned('v1.0.0'), ['--min-age', '7d'], 'v1.1.0'],
    [
      'is old enough for the comment, which goes before the option',
      [made('v1.2.0', 9), made('v1.1.0', 20), old],
      pinned('v1.0.0', { said: '# pinhash: min-age 2w' }),
      ['--min-age', '1d'],
      'v1.1.0',
    ],
    [
      'may be young where the comment says so',
      [made('v1.2.0', 1), old],
      pinned('v1.0.0', { said: '# pinhash: min-age 0d' }),
      ['--min-age', '7d'],
      'v1.2.0',
    ],
    [
      'has no files that were replaced lately',
      [
        made('v1.2.0', 30, { assets: ends.map((end) => asset(named('v1.2.0', end), 'x', { updatedAt: before(2) })) }),
        made('v1.1.0', 20),
        old,
      ],
      pinned('v1.0.0'),
      ['--min-age', '7d'],
      'v1.1.0',
    ],
    [
      'is the one asked for, whatever was said',
      [made('v2.0.0', 1), old],
      pinned('v1.0.0', { said: '# pinhash: follow 1, min-age 7d' }),
      ['tool', 'v2.0.0', '--min-age', '7d'],
      'v2.0.0',
    ],
    [
      'is the one asked for, also on hold',
      [made('v2.0.0', 1), old],
      pinned('v1.0.0', { said: '# pinhash: hold' }),
      ['tool@v2.0.0'],
      'v2.0.0',
    ],
  ])('%s', async (_, releases, file, argv, expected) => {
    const folder = await stage(releases, file)
    const { code, document } = await lab.report(folder, ['update', ...argv])
    expect(document.outcomes.map(({ outcome, to, reason }) => [outcome, to, reason?.message])).toEqual([['updated', expected, undefined]])
    expect(code).toBe(0)
    expect((await text(folder)).includes(`version = "${expected}"`)).toBe(true)
    expect(lab.fake.unexpected()).toEqual([])
  })

  it('is the newest complete one, and the others are mentioned with what they lack', async () => {
    const broken = made('v1.3.0', 1, {
      assets: ends.map((end) => asset(named('v1.3.0', end), 'x', end === 'linux_amd64' ? {} : { state: 'open' })),
    })
    const folder = await stage([made('v1.4.0', 1, {}, ['linux_amd64']), broken, made('v1.2.0', 2), old], pinned('v1.0.0'))
    const { code, document } = await lab.report(folder, ['update'])
    expect(code).toBe(0)
    expect(document.outcomes[0]).toMatchObject({ outcome: 'updated', to: 'v1.2.0' })
    expect(document.outcomes[0]!.warnings.map(({ code: name }) => name)).toEqual(['skipped-release', 'skipped-release'])
    expect(document.outcomes[0]!.warnings[0]!.message).toContain('v1.4.0 has no asset tool_v1.4.0_darwin_arm64.tar.gz for aarch64-darwin')
    expect(document.outcomes[0]!.warnings[1]!.message).toContain('is not uploaded')
    // Not a byte of the others was asked for.
    expect(assetRequests(lab.fake).filter(({ asset: name }) => !name.includes('v1.2.0'))).toEqual([])
  })

  it('is missing where no newer one is complete, and the nearest name is told', async () => {
    const folder = await stage(
      [made('v1.1.0', 1, { assets: [asset('tool_v1.1.0_linux_amd64.tar.xz', 'x'), asset(named('v1.1.0', 'darwin_arm64'), 'y')] }), old],
      pinned('v1.0.0'),
    )
    const was = contents(folder)
    const { code, document } = await lab.report(folder, ['update'])
    expect(code).toBe(3)
    expect(document.outcomes[0]).toMatchObject({ outcome: 'missing', reason: { code: 'no-asset' } })
    expect(document.outcomes[0]!.reason!.message).toContain(
      'for x86_64-linux it has tool_v1.1.0_linux_amd64.tar.xz, packed as tar.xz instead of tar.gz',
    )
    expect(contents(folder)).toEqual(was)
  })

  it('is read from all pages', async () => {
    const many = Array.from({ length: 230 }, (_, i) => made(`v1.0.${i}`, 300 - i, {}, i === 229 ? ends : []))
    const folder = await stage([...many.slice(100), ...many.slice(0, 100)], pinned('v1.0.0'))
    expect((await lab.report(folder, ['update'])).document.outcomes[0]).toMatchObject({ to: 'v1.0.229' })
  })
})

describe('source archives', () => {
  const file = (tag: string, content: string): string =>
    `{ pkgs }: pkgs.fetchurl {\n  url = "https://github.com/acme/tool/archive/refs/tags/${tag}.tar.gz";\n  sha256 = "${nix32(hexDigest(new TextEncoder().encode(content)))}";\n}\n`
  const archives = {
    'v1.0.0': new TextEncoder().encode('one'),
    'v1.1.0': new TextEncoder().encode('two'),
    'v2.0.0-rc.1': new TextEncoder().encode('rc'),
  }

  it('of a repository without releases go by its tags', async () => {
    const folder = await lab.stage(
      { repositories: [{ org: 'acme', name: 'tool', releases: [], archives }] },
      { 'tool.nix': file('v1.0.0', 'one') },
    )
    const { code, document } = await lab.report(folder, ['update'])
    expect(document.outcomes.map(({ outcome, to, reason }) => [outcome, to, reason?.message])).toEqual([['updated', 'v1.1.0', undefined]])
    expect(code).toBe(0)
    expect(await text(folder)).toBe(file('v1.1.0', 'two'))
    expect((await lab.run(folder, ['update', 'tool', '1.0.0', '--allow-downgrade'])).code).toBe(0)
    expect(await text(folder)).toBe(file('v1.0.0', 'one'))
    expect(lab.fake.unexpected()).toEqual([])
  })

  it('of tags whose age nobody knows are not taken where an age is asked for, and that is said', async () => {
    const folder = await lab.stage(
      { repositories: [{ org: 'acme', name: 'tool', releases: [], archives }] },
      { 'tool.nix': file('v1.0.0', 'one') },
    )
    for (const command of ['update', 'outdated']) {
      const { code, document } = await lab.report(folder, [command, '--min-age', '7d'])
      expect(code).toBe(0)
      expect(document.outcomes[0]).toMatchObject({
        outcome: 'unchanged',
        to: 'v1.0.0',
        warnings: [{ code: 'skipped-release', message: expect.stringContaining('v1.1.0 does not say when it was published') as string }],
      })
    }
    expect((await lab.run(folder, ['verify'])).stdout).not.toContain('warning')
  })

  it('of a repository with releases go by those', async () => {
    const folder = await lab.stage(
      { repositories: [{ org: 'acme', name: 'tool', releases: [made('v1.0.0')], archives }] },
      { 'tool.nix': file('v1.0.0', 'one') },
    )
    expect((await lab.report(folder, ['update'])).document.outcomes[0]).toMatchObject({ outcome: 'unchanged', to: 'v1.0.0' })
  })
})

describe('what is said beside a pin', () => {
  const releases = [made('v1.1.0', 10), made('v1.0.0', 300)]
  it('hold: stays without asking anybody, refuses a bare name, and is shown', async () => {
    const folder = await stage(releases, pinned('v1.0.0', { said: '# pinhash: hold' }))
    const was = contents(folder)
    const all = await lab.report(folder, ['update'])
    expect(all).toMatchObject({ code: 0, document: { outcomes: [{ outcome: 'unchanged', constraints: ['hold'] }] } })
    expect(lab.fake.requests).toEqual([])
    expect(await lab.report(folder, ['update', 'tool'])).toMatchObject({
      code: 1,
      document: { outcomes: [{ outcome: 'refused', reason: { code: 'held' } }] },
    })
    expect(await lab.report(folder, ['update', 'tool.nix@v1.1.0'])).toMatchObject({
      code: 1,
      document: { outcomes: [{ reason: { code: 'held' } }] },
    })
    expect((await lab.run(folder, ['list'])).stdout).toMatch(/tool\.nix:\d+ +hold\n/)
    expect((await lab.run(folder, ['verify'])).code).toBe(0)
    expect(contents(folder)).toEqual(was)
  })

  it('hold: a hash that is still to be filled in is filled in at that version', async () => {
    const open = pinned('v1.0.0', { said: '# pinhash: hold', hashes: ['', ''] })
    const folder = await stage(releases, open)
    expect(await lab.report(folder, ['update', 'tool'])).toMatchObject({
      code: 0,
      document: { outcomes: [{ outcome: 'updated', to: 'v1.0.0' }] },
    })
    expect(await text(folder)).toBe(pinned('v1.0.0', { said: '# pinhash: hold' }))
  })

  it('ignore: not among all, refused by name, listed with its mark', async () => {
    const folder = await stage(releases, pinned('v1.0.0', { said: '# pinhash: ignore # looked after elsewhere' }))
    const was = contents(folder)
    for (const command of ['update', 'outdated', 'verify'])
      expect(await lab.report(folder, [command])).toMatchObject({ code: 0, document: { outcomes: [] } })
    for (const command of ['update', 'outdated'])
      expect(await lab.report(folder, [command, 'tool'])).toMatchObject({
        code: 1,
        document: { outcomes: [{ outcome: 'refused', reason: { code: 'ignored' } }] },
      })
    expect(await lab.report(folder, ['verify', 'tool'])).toMatchObject({ code: 0, document: { outcomes: [{ outcome: 'verified' }] } })
    expect(await lab.report(folder, ['list'])).toMatchObject({ code: 0, document: { pins: [{ pin: 'tool', constraints: ['ignore'] }] } })
    expect(contents(folder)).toEqual(was)
  })

  it.each([
    ['# pinhash: hodl', 'did you mean "hold"'],
    ['# pinhash: follow newest', 'expected a version to follow'],
    ['# pinhash: min-age a week', 'expected an age'],
    ['# pinhash hold', 'write it as "pinhash: hold"'],
  ])('%s is a problem with its line, and the pin is not touched', async (said, message) => {
    const folder = await stage(releases, pinned('v1.0.0', { said }))
    const was = contents(folder)
    const { code, document } = await lab.report(folder, ['update'])
    expect(document.problems).toMatchObject([
      { file: 'tool.nix', line: 3, column: 3, code: 'bad-config', message: expect.stringContaining(message) as string },
    ])
    expect(document.outcomes).toMatchObject([
      { outcome: 'refused', reason: { code: 'bad-config', message: expect.stringContaining('tool.nix:3:') as string } },
    ])
    expect(code).toBe(2)
    expect(contents(folder)).toEqual(was)
    const { stderr } = await lab.run(folder, ['list'])
    expect(stderr).toContain('tool.nix:3:3: ')
    expect(stderr).toContain('\n    # pinhash')
  })

  it('beside nothing is a problem where all files were read, since nobody obeys it', async () => {
    const file = pinned('v1.0.0').replace('{\n  tool =', '{\n  # pinhash: hold\n\n  tool =')
    expect(file).toContain('# pinhash: hold\n\n')
    const folder = await stage(releases, file)
    const { code, document } = await lab.report(folder, ['list'])
    expect([code, document.problems]).toMatchObject([
      2,
      [{ file: 'tool.nix', line: 3, code: 'bad-config', message: expect.stringContaining('no pin stands beside this comment') as string }],
    ])
    expect((await lab.report(folder, ['list', '--file', '*.nix'])).document.problems).toEqual([])
    const ignored = await stage(releases, file.replace('hold', 'ignore'))
    expect((await lab.report(ignored, ['list'])).document.problems).toEqual([])
  })

  it('contradictions are refused', async () => {
    const folder = await stage(releases, pinned('v1.0.0', { said: '# pinhash: follow 1', aside: '# pinhash: follow 2' }))
    expect(await lab.report(folder, ['update'])).toMatchObject({
      code: 2,
      document: { outcomes: [{ outcome: 'refused', reason: { code: 'bad-config' } }] },
    })
  })

  it('counts in pinhash.json, too', async () => {
    const pin = {
      org: 'acme',
      name: 'tool',
      version: 'v1.0.0',
      asset: 'tool_{version}_{os}_{arch}.tar.gz',
      systems: ['x86_64-linux'],
      file: 'pins.nix',
      follow: '~1.0',
    }
    const folder = await lab.stage(world(...releases), { 'pinhash.json': JSON.stringify({ pins: { tool: pin } }) })
    expect(await lab.report(folder, ['update'])).toMatchObject({
      code: 0,
      document: { outcomes: [{ outcome: 'updated', to: 'v1.0.0', constraints: ['follow ~1.0'] }] },
    })
    expect(await lab.report(folder, ['outdated'])).toMatchObject({
      code: 0,
      document: { outcomes: [{ outcome: 'unchanged', newest: 'v1.0.0', newestOfAll: 'v1.1.0' }] },
    })
  })
})

describe('outdated', () => {
  it('tells the current version, the newest that fits, the newest of all, and their ages; downloads and writes nothing', async () => {
    const releases = [made('v2.0.0-rc.1', 1), made('v1.4.0', 2, {}, ['linux_amd64']), made('v1.1.0', 10), made('v1.0.0', 300)]
    const folder = await stage(releases, pinned('v1.0.0'))
    const was = contents(folder)
    const { code, document } = await lab.report(folder, ['outdated'])
    expect(code).toBe(0)
    expect(document.outcomes).toMatchObject([
      {
        outcome: 'outdated',
        from: 'v1.0.0',
        to: 'v1.1.0',
        newest: 'v1.1.0',
        newestOfAll: 'v2.0.0-rc.1',
        ages: { current: 300, newest: 10, newestOfAll: 1 },
        warnings: [{ code: 'skipped-release' }],
      },
    ])
    expect(assetRequests(lab.fake)).toEqual([])
    expect(contents(folder)).toEqual(was)
    const { stdout } = await lab.run(folder, ['outdated'])
    expect(stdout).toMatch(
      /^pin +current +newest that fits +newest of all +where\ntool +v1\.0\.0 \(300 days ago\) +v1\.1\.0 \(10 days ago\) +v2\.0\.0-rc\.1 \(1 day ago\) +tool\.nix:3\n/,
    )
    expect(stdout).toMatch(/\n1 of 1 pin outdated in .*\n$/)
    expect((await lab.run(folder, ['outdated', '--exit-code'])).code).toBe(1)
    expect((await lab.run(folder, ['outdated', '--exit-code', '--min-age', '30d'])).code).toBe(0)
  })

  it('is content where nothing newer fits, and says what holds', async () => {
    const folder = await stage([made('v1.1.0', 10), made('v1.0.0', 300)], pinned('v1.0.0', { said: '# pinhash: hold' }))
    expect(await lab.report(folder, ['outdated', '--exit-code'])).toMatchObject({
      code: 0,
      document: { outcomes: [{ outcome: 'unchanged', newest: 'v1.0.0', newestOfAll: 'v1.1.0', constraints: ['hold'] }] },
    })
    expect((await lab.run(folder, ['outdated'])).stdout).toMatch(/the current one +v1\.1\.0 \(10 days ago\) +tool\.nix:4 +hold\n/)
  })

  it.each<[string, Partial<World>, string, number]>([
    ['a repository that is not there', { repositories: [] }, 'missing', 3],
    ['a forge that fails', { faults: [{ host: 'api.github.com', fault: { kind: 'status', status: 401 } }] }, 'unknown', 4],
  ])('does not call %s up to date', async (_, more, outcome, code) => {
    const folder = await lab.stage({ ...world(made('v1.0.0')), ...more }, { 'tool.nix': pinned('v1.0.0') })
    expect(await lab.report(folder, ['outdated'])).toMatchObject({ code, document: { outcomes: [{ outcome }] } })
  })

  it('knows nothing of a pin on no forge, and says so', async () => {
    const folder = await lab.stage(
      {},
      {
        'a.nix':
          '{ pkgs }: pkgs.fetchurl { url = "https://example.org/logo.svg"; sha256 = "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73"; }',
      },
    )
    expect(await lab.report(folder, ['outdated'])).toMatchObject({
      code: 0,
      document: { outcomes: [{ outcome: 'unchanged', newest: null, newestOfAll: null }] },
    })
    expect((await lab.run(folder, ['outdated'])).stdout).toContain('1 with no version to compare')
    expect((await lab.report(folder, ['outdated', 'logo.svg'])).code).toBe(1)
  })
})

describe('coverage', () => {
  const file = (tag: string): string =>
    pinned(tag, { hashes: ['linux_amd64', 'darwin_amd64'].map((end) => hash(tag, end)) }).replaceAll('darwin_arm64', 'darwin_amd64')
  it('mentions that a system got an asset of its own, once', async () => {
    const old = made('v1.0.0', 300, {}, ['linux_amd64', 'darwin_amd64'])
    const next = made('v1.1.0', 10, {}, ['linux_amd64', 'darwin_amd64', 'darwin_arm64'])
    const folder = await stage([next, old], file('v1.0.0'))
    const { document } = await lab.report(folder, ['update'])
    expect(document.outcomes[0]!.warnings).toEqual([
      {
        code: 'coverage',
        message: 'aarch64-darwin uses tool_v1.1.0_darwin_amd64.tar.gz, and v1.1.0 has its own: tool_v1.1.0_darwin_arm64.tar.gz',
      },
    ])
    const later = await stage([made('v1.2.0', 1, {}, ['linux_amd64', 'darwin_amd64', 'darwin_arm64']), next, old], file('v1.1.0'))
    expect((await lab.report(later, ['update'])).document.outcomes[0]).toMatchObject({ outcome: 'updated', warnings: [] })
  })
})

describe('the same version with other bytes', () => {
  const other = (more: Partial<FakeAsset>, over: Partial<FakeRelease> = {}): FakeRelease =>
    made('v1.0.0', 100, {
      assets: ends.map((end) =>
        asset(named('v1.0.0', end), end === 'linux_amd64' ? 'other bytes' : `v1.0.0 ${end}`, {
          updatedAt: before(100, -5),
          ...(end === 'linux_amd64' ? more : {}),
        }),
      ),
      ...over,
    })
  const truth = `sha256:${hexDigest(new TextEncoder().encode('v1.0.0 linux_amd64'))}`
  const held = hash('v1.0.0', 'linux_amd64')
  const now = hash('', '', 'other bytes')

  it.each<[string, FakeRelease, string, string, string]>([
    [
      'replaced later, by digest and time',
      other({ updatedAt: before(3) }),
      'drift',
      'replaced-upstream',
      "the forge's digest agrees with the new bytes",
    ],
    [
      'replaced a minute later, by digest and time',
      other({ updatedAt: before(100, 1) }),
      'drift',
      'replaced-upstream',
      'replaced upstream at',
    ],
    ['replaced later, by time alone', other({ updatedAt: before(3), digest: null }), 'drift', 'replaced-upstream', 'replaced upstream at'],
    [
      'uploaded a minute after publication, without a digest',
      other({ updatedAt: before(100, 1), digest: null }),
      'mismatch',
      'hash-differs',
      'cannot be told',
    ],
    ['never replaced, by digest', other({}), 'mismatch', 'hash-differs', 'nothing says that they were replaced'],
    ['of an immutable release', other({ updatedAt: before(3) }, { immutable: true }), 'mismatch', 'hash-differs', 'immutable'],
    ['corrupt on the way', other({ digest: truth }), 'mismatch', 'corrupt-download', 'a corrupt download'],
    [
      'of nobody’s saying',
      other({ digest: `sha256:${'0'.repeat(64)}`, updatedAt: before(3) }),
      'refused',
      'evidence-disagrees',
      'should agree',
    ],
  ])('%s', async (_, upstream, outcome, reason, said) => {
    const folder = await stage([upstream], pinned('v1.0.0'))
    const was = contents(folder)
    for (const argv of [['verify'], ['update', 'tool', 'v1.0.0']]) {
      const { code, document } = await lab.report(folder, argv)
      expect([argv[0], document.outcomes[0]!.outcome, document.outcomes[0]!.reason!.code]).toEqual([argv[0], outcome, reason])
      expect(document.outcomes[0]!.reason!.message).toContain(said)
      expect(code).toBe(1)
      if (reason !== 'evidence-disagrees') expect(document.outcomes[0]!.reason!.message).toContain(held)
      if (reason === 'replaced-upstream' || reason === 'hash-differs')
        expect(document.outcomes[0]!.systems['x86_64-linux']).toMatchObject([{ old: held, new: now }])
    }
    expect(contents(folder)).toEqual(was)
  })

  it('still served with its old bytes, is drift all the same', async () => {
    const stale = made('v1.0.0', 100, {
      assets: ends.map((end) =>
        asset(
          named('v1.0.0', end),
          `v1.0.0 ${end}`,
          end === 'linux_amd64' ? { digest: `sha256:${'1'.repeat(64)}`, updatedAt: before(1) } : { updatedAt: before(100, -5) },
        ),
      ),
    })
    const folder = await stage([stale], pinned('v1.0.0'))
    const { document } = await lab.report(folder, ['verify'])
    expect(document.outcomes[0]).toMatchObject({
      outcome: 'drift',
      reason: { code: 'replaced-upstream', message: expect.stringContaining('not served yet') as string },
    })
  })

  it('is repinned by --accept-drift alone, which says so', async () => {
    const folder = await stage([other({ updatedAt: before(3) })], pinned('v1.0.0'))
    const { code, document } = await lab.report(folder, ['update', 'tool', 'v1.0.0', '--accept-drift'])
    expect(code).toBe(0)
    expect(document.outcomes[0]).toMatchObject({ outcome: 'updated', from: 'v1.0.0', to: 'v1.0.0', warnings: [{ code: 'drift-accepted' }] })
    // What was done need not be asked for once more.
    expect(document.outcomes[0]!.warnings[0]!.message).not.toContain('--accept-drift')
    expect(await text(folder)).toBe(pinned('v1.0.0', { hashes: [now, hash('v1.0.0', 'darwin_arm64')] }))
    expect((await lab.run(folder, ['verify'])).code).toBe(0)
  })

  it('is repinned without a tag where there is nothing newer, also where there is no version', async () => {
    const folder = await stage([other({ updatedAt: before(3) })], pinned('v1.0.0'))
    expect(await lab.report(folder, ['update'])).toMatchObject({ code: 0, document: { outcomes: [{ outcome: 'unchanged' }] } })
    expect(await lab.report(folder, ['update', '--accept-drift'])).toMatchObject({
      code: 0,
      document: { outcomes: [{ outcome: 'updated', to: 'v1.0.0', warnings: [{ code: 'drift-accepted' }] }] },
    })
    const logo = (content: string): string =>
      `{ pkgs }: pkgs.fetchurl { url = "https://example.org/logo.svg"; sha256 = "${nix32(hexDigest(new TextEncoder().encode(content)))}"; }`
    const plain = await lab.stage(
      { files: { 'https://example.org/logo.svg': new TextEncoder().encode('new') } },
      { 'tool.nix': logo('old') },
    )
    expect(await lab.report(plain, ['verify'])).toMatchObject({
      code: 1,
      document: {
        outcomes: [
          {
            outcome: 'mismatch',
            reason: { message: expect.stringContaining("'pinhash update logo.svg --accept-drift' repins it") as string },
          },
        ],
      },
    })
    expect((await lab.report(plain, ['update', 'logo.svg', '--accept-drift'])).document.outcomes[0]).toMatchObject({ outcome: 'updated' })
    expect(await text(plain)).toBe(logo('new'))
  })

  it('is not repinned where the bytes and the digest disagree', async () => {
    const folder = await stage([other({ digest: truth })], pinned('v1.0.0'))
    const was = contents(folder)
    expect((await lab.report(folder, ['update', 'tool', 'v1.0.0', '--accept-drift'])).code).toBe(1)
    expect(contents(folder)).toEqual(was)
  })

  it('is told without a download, too', async () => {
    const folder = await stage([other({ updatedAt: before(3) })], pinned('v1.0.0'))
    expect(await lab.report(folder, ['verify', '--no-download'])).toMatchObject({
      code: 1,
      document: { outcomes: [{ outcome: 'drift', reason: { code: 'replaced-upstream' } }] },
    })
    expect(assetRequests(lab.fake)).toEqual([])
  })

  it('is told of pins of pinhash.json', async () => {
    const pin = {
      org: 'acme',
      name: 'tool',
      version: 'v1.0.0',
      asset: 'tool_{version}_{os}_{arch}.tar.gz',
      systems: ['x86_64-linux'],
      file: 'pins.nix',
    }
    const folder = await lab.stage(world(made('v1.0.0')), { 'pinhash.json': JSON.stringify({ pins: { tool: pin } }) })
    expect((await lab.run(folder, ['update'])).code).toBe(0)
    const was = contents(folder)
    lab.fake.world.repositories = world(other({ updatedAt: before(3) })).repositories!
    for (const argv of [['verify'], ['update', 'tool', 'v1.0.0']])
      expect(await lab.report(folder, argv)).toMatchObject({
        code: 1,
        document: { outcomes: [{ outcome: 'drift', reason: { code: 'replaced-upstream' } }] },
      })
    expect(contents(folder)).toEqual(was)
    expect((await lab.run(folder, ['update', 'tool', 'v1.0.0', '--accept-drift'])).code).toBe(0)
    expect((await lab.run(folder, ['verify'])).code).toBe(0)
  })
})

describe('evidence', () => {
  const assets = ends.map((end) => asset(named('v1.0.0', end), `v1.0.0 ${end}`))
  const plain = assets.map((each) => ({ ...each, digest: null }))
  it.each<[string, Partial<FakeRelease>, Partial<World>, { evidence: string[]; absent: string[]; unchecked: string[] }]>([
    [
      'all there is',
      { assets: [...assets, checksums(assets)], immutable: true },
      {},
      { evidence: ['bytes', 'digest', 'checksums.txt', 'immutable'], absent: [], unchecked: [] },
    ],
    ['nothing but bytes', { assets: plain }, {}, { evidence: ['bytes'], absent: ['digest', 'checksums', 'immutable'], unchecked: [] }],
    [
      'a list that cannot be read',
      { assets: [...assets, checksums(assets)] },
      { faults: [{ path: /checksums\.txt/, fault: { kind: 'status', status: 403 } }] },
      { evidence: ['bytes', 'digest'], absent: ['immutable'], unchecked: ['checksums.txt'] },
    ],
    [
      'a forge that cannot be asked',
      { assets },
      { faults: [{ host: 'api.github.com', fault: { kind: 'status', status: 401 } }] },
      { evidence: ['bytes'], absent: [], unchecked: ['digest', 'checksums', 'immutable'] },
    ],
  ])('%s', async (_, over, more, expected) => {
    const folder = await lab.stage({ ...world(release({ tag: 'v1.0.0', ...over })), ...more }, { 'tool.nix': pinned('v1.0.0') })
    const { code, document } = await lab.report(folder, ['verify'])
    expect(code).toBe(0)
    expect(document.outcomes[0]!.systems['x86_64-linux']).toMatchObject([expected])
    const { stdout } = await lab.run(folder, ['verify'])
    if (expected.unchecked.length === 0) expect(stdout).not.toContain('warning')
    else {
      expect(stdout).toContain(`not checked: ${expected.unchecked.join(', ')}`)
      expect(stdout).toContain('warning: ')
    }
  })

  it('of a tag without a release is absent, not unchecked', async () => {
    const folder = await lab.stage(
      { repositories: [{ org: 'acme', name: 'tool', releases: [], archives: { 'v1.0.0': new TextEncoder().encode('one') } }] },
      {
        'tool.nix': `{ pkgs }: pkgs.fetchurl { url = "https://github.com/acme/tool/archive/refs/tags/v1.0.0.tar.gz"; sha256 = "${nix32(hexDigest(new TextEncoder().encode('one')))}"; }`,
      },
    )
    expect((await lab.report(folder, ['verify'])).document.outcomes[0]!.systems['x86_64-linux']).toMatchObject([
      { evidence: ['bytes'], absent: ['digest', 'checksums', 'immutable'], unchecked: [] },
    ])
  })
})
