// What pinhash does when things are neither simple nor wrong: limits, placeholders, prereleases, several pins, other servers, interruptions.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hexDigest } from '../fake-github/bytes.ts'
import { mostAtOnce } from '../fake-github/log.ts'
import { type FakeRelease, asset, createQuota, enterpriseServer, publicServer, release } from '../fake-github/world.ts'
import {
  assetName,
  assetsOf,
  builder,
  cueRepository,
  flake,
  flakeAt,
  hashesOf,
  nix32,
  publishedRelease,
  releaseOf,
  systems,
} from './cue.ts'
import { type Lab, assetRequests, contents, openLab } from './lab.ts'
import { fileOf, worldOf } from './tools.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(async () => lab.close())

const next = releaseOf('v0.11.0')
const updated = flakeAt('v0.11.0', hashesOf(next))
const good = { 'flake.nix': flake, 'nix/github.nix': builder }
const read = (folder: string, file = 'flake.nix'): string => readFileSync(join(folder, file), 'utf8')
const update = ['update', 'cue', 'v0.11.0']
const json = (name: string): string => readFileSync(new URL(`../../fixtures/e2e/${name}`, import.meta.url), 'utf8')
const tool = (name: string, tag: string, hash: string): string =>
  `{ fetchurl }: fetchurl {\n  url = "https://github.com/acme/${name}/releases/download/${tag}/${name}.tar.gz";\n  sha256 = "${hash}";\n}\n`
const zeros = '0'.repeat(52)

describe('without the forge’s list', () => {
  it.each<[string, number | null]>([
    ['the rate limit is reached', 403],
    ['the limit is answered as 429', 429],
  ])('an explicit tag is worked with from the public URLs where %s', async (_, refusal) => {
    const quota = createQuota(60, { remaining: 0, ...(refusal === 429 ? { refusal } : {}) })
    const folder = await lab.stage({ repositories: [cueRepository(next)], quota }, good)
    const { code, document } = await lab.report(folder, update)
    expect(code).toBe(0)
    expect(read(folder)).toBe(updated)
    const [outcome] = document.outcomes
    expect(outcome?.warnings.map((warning) => warning.code)).toEqual(['without-list'])
    expect(outcome?.warnings[0]?.message).toMatch(/public URLs alone.*rate limit.*until 2096/)
    expect(
      Object.values(outcome!.systems)
        .flat()
        .map(({ evidence }) => evidence),
    ).toEqual([['bytes'], ['bytes'], ['bytes']])
  })

  it('a builder that cannot be read needs it', async () => {
    const folder = await lab.stage(
      { repositories: [cueRepository(next)], quota: createQuota(60, { remaining: 0 }) },
      { 'flake.nix': flake },
    )
    const { code, document } = await lab.report(folder, update)
    expect(code).toBe(4)
    expect(document.outcomes[0]).toMatchObject({ outcome: 'unknown', reason: { code: 'rate-limited' } })
    expect(read(folder)).toBe(flake)
  })
})

describe('the way to the assets', () => {
  const world = { repositories: [cueRepository(next)] }
  const hosts = (): string[] => lab.fake.tunnels.map(({ host }) => host)

  it('is opened while the forge is asked for the release, and costs nothing where there is none', async () => {
    const folder = await lab.stage(world, good)
    expect((await lab.report(folder, ['update', 'cue', 'v9.9.9'])).code).toBe(3)
    expect(hosts().filter((host) => host === 'github.com').length).toBe(systems.length + 1)
    expect(assetRequests(lab.fake)).toEqual([])
  })

  it.each([update, ['verify', 'cue']])('is used for them by %s', async (...argv) => {
    const folder = await lab.stage(world, argv[0] === 'verify' ? { ...good, 'flake.nix': updated } : good)
    expect((await lab.report(folder, argv)).code).toBe(0)
    expect(hosts()[0]).toBe('api.github.com')
    // One for each asset, and one for the checksum file.
    expect(hosts().filter((host) => host === 'github.com').length).toBe(systems.length + 1)
  })

  it('is opened once for systems that fetch the same', async () => {
    const assets = [asset('all.tar.gz', { generate: 500, seed: 'all' })]
    const all = { org: 'acme', name: 'all', releases: [release({ tag: 'v1.0.0', createdAt: '2025-01-01T00:00:00Z', assets })] }
    const folder = await lab.stage({ repositories: [all] }, { 'all.nix': tool('all', 'v1.0.0', nix32(hexDigest(assets[0]!.bytes))) })
    expect((await lab.report(folder, ['verify'])).code).toBe(0)
    // One for the asset, and one for the checksum file that there might be.
    expect(hosts().filter((host) => host === 'github.com').length).toBe(2)
  })

  it('is not opened where only the checksum file is asked for', async () => {
    const folder = await lab.stage(world, good)
    expect((await lab.report(folder, [...update, '--no-download'])).code).toBe(0)
    expect(hosts().filter((host) => host === 'github.com').length).toBe(1)
  })
})

describe('placeholders', () => {
  const hashes = hashesOf(next)
  it.each(['', zeros, '0'.repeat(64)])('verify reports %j, update fills it in', async (placeholder) => {
    const folder = await lab.stage(
      { repositories: [cueRepository(next)] },
      { ...good, 'flake.nix': flakeAt('v0.11.0', [hashes[0]!, placeholder, hashes[2]!]) },
    )
    const verified = await lab.report(folder, ['verify'])
    expect(verified.code).toBe(1)
    expect(verified.document.outcomes[0]).toMatchObject({ outcome: 'mismatch', reason: { code: 'placeholder-hash' } })
    expect(verified.document.outcomes[0]?.reason?.message).toMatch(/aarch64-darwin at flake\.nix:31 .*pinhash update/)
    expect((await lab.run(folder, ['update'])).code).toBe(0)
    expect(read(folder)).toBe(updated)
  })

  it('lib.fakeHash becomes a literal', async () => {
    const text =
      '{ lib, fetchurl }: fetchurl {\n  url = "https://github.com/acme/tool/releases/download/v1.0.0/tool.tar.gz";\n  hash = lib.fakeHash; # to be filled in\n}\n'
    const made = release({ tag: 'v1.0.0', assets: [asset('tool.tar.gz', 'bytes')] })
    const folder = await lab.stage({ repositories: [{ org: 'acme', name: 'tool', releases: [made] }] }, { 'tool.nix': text })
    expect((await lab.run(folder, ['update', 'tool'])).code).toBe(0)
    const sri = `sha256-${Buffer.from(hexDigest(made.assets[0]!.bytes), 'hex').toString('base64')}`
    expect(read(folder, 'tool.nix')).toBe(text.replace('lib.fakeHash', `"${sri}"`))
  })
})

describe('which release', () => {
  const early = (tag: string): FakeRelease => releaseOf(tag, { prerelease: true })
  const releases = [releaseOf('v0.13.0', { draft: true }), early('v0.12.0-rc.1'), next, publishedRelease('digest')]
  it('the newest that is neither draft nor prerelease', async () => {
    const folder = await lab.stage({ repositories: [cueRepository(...releases)] }, good)
    expect((await lab.run(folder, ['update'])).code).toBe(0)
    expect(read(folder)).toBe(updated)
  })
  it('a prerelease that is asked for, and the next one of those from there', async () => {
    const rc = early('v0.12.0-rc.2')
    const folder = await lab.stage({ repositories: [cueRepository(rc, ...releases)] }, good)
    expect((await lab.run(folder, ['update', 'cue', 'v0.12.0-rc.1'])).code).toBe(0)
    expect(read(folder)).toBe(flakeAt('v0.12.0-rc.1', hashesOf(releases[1]!)))
    expect((await lab.run(folder, ['update', 'cue'])).code).toBe(0)
    expect(read(folder)).toBe(flakeAt('v0.12.0-rc.2', hashesOf(rc)))
  })
  it('an older one where that is allowed', async () => {
    const old = releaseOf('v0.9.2')
    const folder = await lab.stage({ repositories: [cueRepository(...releases, old)] }, good)
    expect((await lab.run(folder, ['update', 'cue', 'v0.9.2', '--allow-downgrade'])).code).toBe(0)
    expect(read(folder)).toBe(flakeAt('v0.9.2', hashesOf(old)))
  })
  it('the one meant, with or without its v', async () => {
    const folder = await lab.stage({ repositories: [cueRepository(...releases)] }, good)
    expect((await lab.run(folder, ['update', 'cue', '0.11.0'])).code).toBe(0)
    expect(read(folder)).toBe(updated)
  })
})

describe('warnings', () => {
  it('name a system whose hash did not change although the version did', async () => {
    const same = releaseOf('v0.12.0')
    same.assets[1] = { ...same.assets[1]!, bytes: next.assets[1]!.bytes }
    same.assets = same.assets.filter(({ name }) => name !== 'checksums.txt')
    const folder = await lab.stage({ repositories: [cueRepository(same, next)] }, { ...good, 'flake.nix': updated })
    const { code, stdout } = await lab.run(folder, ['update', 'cue'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/warning: the hash for aarch64-darwin did not change although the version did/)
  })
  it('say once what is so of several systems', async () => {
    const world = worldOf('one')
    const [newer, older] = world.repositories![0]!.releases
    Object.assign(newer!.assets[0]!, { bytes: older!.assets[0]!.bytes })
    const folder = await lab.stage(world, { 'a.nix': fileOf('one v1.0.0') })
    const { document } = await lab.report(folder, ['update'])
    expect(document.outcomes[0]?.warnings).toEqual([
      {
        code: 'same-hash',
        message: 'the hash for aarch64-darwin, aarch64-linux, x86_64-darwin, x86_64-linux did not change although the version did',
      },
    ])
  })
  it('name the systems that got the same bytes from different URLs', async () => {
    const shared = releaseOf('v0.11.0')
    shared.assets[2] = { ...shared.assets[2]!, bytes: shared.assets[1]!.bytes }
    shared.assets = shared.assets.filter(({ name }) => name !== 'checksums.txt')
    const folder = await lab.stage({ repositories: [cueRepository(shared)] }, good)
    const { code, stdout } = await lab.run(folder, update)
    expect(code).toBe(0)
    expect(stdout).toMatch(/warning: aarch64-darwin and x86_64-darwin have the same bytes at different URLs/)
  })
})

describe('beside a pin', () => {
  const url = (version: string): string => `https://github.com/acme/one/releases/download/${version}/one_${version}.tar.gz`
  const row = (version: string): string => `fetchurl { url = "${url(version)}"; sha256 = "${zeros}"; }`

  it('the fetches that share its version and are not managed are named', async () => {
    const file = `{ fetchurl, fetchzip, fetchgit }: let version = "v1.0.0"; in {
  a = ${row('${version}')};
  b = fetchzip { url = "${url('${version}')}"; postFetch = "rm $out/x"; sha256 = "${zeros}"; };
  c = fetchgit { url = "https://github.com/acme/one"; rev = version; sha256 = "${zeros}"; };
  d = fetchzip { url = "${url('v1.0.0')}"; postFetch = "rm $out/x"; sha256 = "${zeros}"; };
  e = fetchgit { url = "https://github.com/acme/one"; rev = version; };
}
`
    const folder = await lab.stage(worldOf('one'), { 'a.nix': file })
    const { document } = await lab.report(folder, ['update'])
    expect(document.outcomes.map(({ outcome, warnings }) => [outcome, warnings])).toEqual([
      [
        'updated',
        [
          ['fetchzip', 3, 'postFetch changes what was fetched before it is hashed'],
          ['fetchgit', 4, 'pinhash does not check sources out of version control'],
        ].map(([fetcher, line, why]) => ({
          code: 'stale-hash',
          message: `the hash of ${fetcher} at a.nix:${line} is still that of v1.0.0: ${why}; a build with Nix tells the new one`,
        })),
      ],
    ])
  })

  const sources = (linux: string, mac: string): string =>
    `{ fetchurl, system }: {\n  x86_64-linux = ${row(linux)};\n  aarch64-darwin = ${row(mac)};\n}.\${system}\n`
  it.each([
    ['spells its version out', sources('v1.0.0', 'v1.0.0'), 'updated'],
    ['takes its version from where the others do', `let version = "v1.0.0"; in ${sources('${version}', '${version}')}`, 'refused'],
  ])('--system leaves the other systems as they are where each %s', async (_, file, outcome) => {
    const folder = await lab.stage(worldOf('one'), { 'a.nix': file })
    const { document } = await lab.report(folder, ['update', '--system', 'x86_64-linux'])
    expect(document.outcomes.map((each) => each.outcome)).toEqual([outcome])
    const now = read(folder, 'a.nix').split('\n')
    const then = file.split('\n')
    expect(now.flatMap((line, i) => (line === then[i] ? [] : [i]))).toEqual(outcome === 'updated' ? [1] : [])
    if (outcome === 'updated') expect(now[1]).toContain(url('v1.1.0'))
  })
})

describe('several pins', () => {
  it('go on where one is bad, and every one is reported in the order of the files', async () => {
    const made = release({ tag: 'v2.0.0', assets: [asset('good.tar.gz', 'good')] })
    const bad = release({ tag: 'v2.0.0', assets: [asset('bad.tar.gz', 'bad', { state: 'open' })] })
    const repositories = [
      { org: 'acme', name: 'bad', releases: [bad] },
      { org: 'acme', name: 'good', releases: [made] },
      cueRepository(next),
    ]
    const files = {
      ...good,
      'a.nix': tool('bad', 'v1.0.0', zeros),
      'b.nix': tool('gone', 'v1.0.0', zeros),
      'z.nix': tool('good', 'v1.0.0', zeros),
      'broken.nix': '{ fetchurl }: fetchurl { url = ',
    }
    const folder = await lab.stage({ repositories }, files)
    const { code, document } = await lab.report(folder, ['update'])
    expect(code).toBe(1)
    expect(document.outcomes.map(({ pin, outcome }) => [pin, outcome])).toEqual([
      ['bad', 'refused'],
      ['gone', 'missing'],
      ['cue', 'updated'],
      ['good', 'updated'],
    ])
    expect(document.problems.map(({ file, code: problem }) => [file, problem])).toEqual([['broken.nix', 'syntax']])
    expect(read(folder)).toBe(updated)
    expect(read(folder, 'a.nix')).toBe(files['a.nix'])
    expect(read(folder, 'z.nix')).toBe(tool('good', 'v2.0.0', nix32(hexDigest(made.assets[0]!.bytes))))
  })

  it('share a limit of downloads, and each distinct URL is fetched once', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const repositories = names.map((name) => ({
      org: 'acme',
      name,
      releases: [release({ tag: 'v2.0.0', assets: [asset(`${name}.tar.gz`, name)] })],
    }))
    const files = Object.fromEntries([...names, ...names].map((name, i) => [`${i}.nix`, tool(name, 'v1.0.0', zeros)]))
    for (const jobs of [1, 2]) {
      const folder = await lab.stage({ repositories, network: { latency: 20, bytesPerSecond: null } }, files)
      const { code } = await lab.run(folder, ['update', '--jobs', String(jobs)])
      expect(code).toBe(0)
      const downloads = lab.fake.requests.filter(({ host }) => host === 'release-assets.githubusercontent.com')
      expect(downloads.map(({ asset: name }) => name).toSorted()).toEqual(names.map((name) => `${name}.tar.gz`))
      expect(mostAtOnce(downloads)).toBeLessThanOrEqual(jobs)
    }
  })
})

describe('--dry-run', () => {
  const applied = async (
    files: Readonly<Record<string, string>>,
    argv: readonly string[],
    repositories = [cueRepository(next, publishedRelease('digest'))],
  ): Promise<void> => {
    const folder = await lab.stage({ repositories }, files)
    const before = contents(folder)
    const { code, stdout, stderr } = await lab.run(folder, [...argv, '--dry-run'])
    expect(code).toBe(0)
    expect(contents(folder)).toEqual(before)
    expect(stderr).toMatch(/1 pin would be updated/)
    const { document } = await lab.report(folder, [...argv, '--dry-run'])
    expect(document.diff).toBe(stdout)
    expect((await lab.run(folder, argv)).code).toBe(0)
    const written = contents(folder)
    for (const [program, ...options] of [
      ['git', 'apply', '-'],
      ['patch', '-p1', '--quiet'],
    ] as const) {
      if (spawnSync(program, ['--version']).status !== 0) continue
      const again = await lab.stage({ repositories }, files)
      const run = spawnSync(program, [...options], {
        cwd: again,
        encoding: 'utf8',
        input: stdout,
        env: { ...process.env, GIT_CEILING_DIRECTORIES: join(again, '..') },
      })
      expect(`${run.stdout}${run.stderr}`).toBe('')
      expect(contents(again)).toEqual(written)
    }
  }
  it('prints a diff that git and patch apply', () => applied(good, update))
  it('of a file without a final newline', () => applied({ ...good, 'flake.nix': flake.trimEnd() }, update))
  it('of a file with CRLF', () => applied({ ...good, 'flake.nix': flake.replaceAll('\n', '\r\n') }, update))
  it('of a file whose name holds spaces', () =>
    applied({ ...good, 'flake.nix': '{ }', 'a folder/my flake.nix': flake.replace('./nix', '../nix') }, update))
  it('of a generated file that is not there yet', () => applied({ 'pinhash.json': json('pinhash.json') }, update))
  it('is empty where nothing would change', async () => {
    const folder = await lab.stage({ repositories: [cueRepository(next)] }, { ...good, 'flake.nix': updated })
    expect(await lab.run(folder, ['update', '--dry-run'])).toMatchObject({ code: 0, stdout: '' })
  })
})

describe('files that change meanwhile', () => {
  it.each<[string, (folder: string) => Promise<void>, RegExp]>([
    [
      'changed',
      (folder) => writeFile(join(folder, 'flake.nix'), `${flake}# more\n`),
      /Could not write flake\.nix: it has changed since it was read; nothing was written/,
    ],
    [
      'vanished',
      (folder) => rm(join(folder, 'flake.nix')),
      /Could not write flake\.nix: it has disappeared since it was read; nothing was written/,
    ],
  ])('are not written: %s', async (_, meddle, message) => {
    const folder = await lab.stage({ repositories: [cueRepository(next)], network: { latency: 60, bytesPerSecond: null } }, good)
    const running = lab.report(folder, update)
    while (lab.fake.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await meddle(folder)
    const before = contents(folder)
    const { code, document } = await running
    expect(code).toBe(2)
    expect(document.outcomes[0]).toMatchObject({ outcome: 'refused', to: null, reason: { code: 'changed-file' } })
    expect(document.outcomes[0]?.reason?.message).toMatch(message)
    expect(contents(folder)).toEqual(before)
  })
})

describe('other servers and tokens', () => {
  const server = enterpriseServer('git.corp.example')
  const elsewhere = { ...cueRepository(next, releaseOf('v0.10.0')), server: server.web }
  const files = { ...good, 'nix/github.nix': builder.replace('https://github.com/', `https://${server.web}/`) }
  const token = 'ghp_0123456789abcdefghijABCDEFGHIJ'

  it('an enterprise server is asked at its own API, with the token that is for it', async () => {
    const world = { repositories: [elsewhere], servers: [publicServer, server], tokens: { [token]: { server: server.web } } }
    const folder = await lab.stage(world, files)
    const env = { GITHUB_SERVER_URL: `https://${server.web}`, GITHUB_API_URL: `https://${server.web}/api/v3`, GITHUB_TOKEN: token }
    const { code, document } = await lab.report(folder, ['update'], { env })
    expect(code).toBe(0)
    expect(document.outcomes[0]).toMatchObject({ outcome: 'updated', to: 'v0.11.0' })
    expect(
      Object.values(document.outcomes[0]!.systems)
        .flat()
        .map(({ evidence }) => evidence),
    ).toEqual(systems.map(() => ['bytes', 'digest', 'checksums.txt']))
    const carried = lab.fake.requests.filter(({ headers }) => headers['authorization'] !== undefined)
    expect(carried.length).toBeGreaterThan(0)
    for (const { host, path } of carried) expect(`${host}${path}`).toMatch(/^git\.corp\.example\/api\/v3\//)
    expect(lab.fake.requests.every(({ host }) => host.endsWith(server.web))).toBe(true)
    expect(JSON.stringify(lab.fake.unexpected())).toBe('[]')
  })

  it('a token goes to the API and nowhere else, and into no output', async () => {
    const folder = await lab.stage(
      { repositories: [cueRepository(next)], tokens: { [token]: {} }, quota: createQuota(60, { remaining: 0 }) },
      good,
    )
    const { code, stdout, stderr } = await lab.run(folder, [...update, '--verbose'], { env: { GH_TOKEN: token } })
    expect(code).toBe(0)
    expect(`${stdout}${stderr}`).not.toContain(token)
    const carried = lab.fake.requests.filter(({ headers }) => JSON.stringify(headers).includes(token))
    expect(new Set(carried.map(({ host }) => host))).toEqual(new Set(['api.github.com']))
  })

  it('a private repository is reached through its API alone', async () => {
    const hidden = { ...cueRepository(next, releaseOf('v0.10.0')), private: true }
    for (const assetAnswer of ['redirect', 'bytes'] as const) {
      const folder = await lab.stage({ repositories: [hidden], tokens: { [token]: { sees: 'all' } }, assetAnswer }, good)
      const { code, document } = await lab.report(folder, ['update'], { env: { GITHUB_TOKEN: token } })
      expect(code).toBe(0)
      expect(read(folder)).toBe(updated)
      expect(document.outcomes[0]?.systems['x86_64-linux']?.[0]?.evidence).toEqual(['bytes', 'digest', 'checksums.txt'])
      for (const { host, headers } of lab.fake.requests) if (host !== 'api.github.com') expect(headers['authorization']).toBeUndefined()
    }
    const folder = await lab.stage({ repositories: [hidden] }, good)
    const { code, document } = await lab.report(folder, update)
    expect(code).toBe(3)
    expect(document.outcomes[0]?.reason?.message).toMatch(/no repository cue-lang\/cue, or it is private: then set GITHUB_TOKEN/)
  })
})

describe('pins of pinhash.json', () => {
  const spec = json('pinhash.json')
  it('get their generated file, then other versions by one span', async () => {
    const now = releaseOf('v0.10.0')
    const folder = await lab.stage({ repositories: [cueRepository(now)] }, { 'pinhash.json': spec })
    expect((await lab.report(folder, ['verify'])).document.outcomes[0]).toMatchObject({
      outcome: 'mismatch',
      reason: { code: 'placeholder-hash' },
    })
    expect((await lab.run(folder, ['update'])).code).toBe(0)
    expect(read(folder, 'pinhash.json')).toBe(spec)
    const generated = read(folder, 'nix/pins.nix')
    for (const hash of hashesOf(now)) expect(generated).toContain(`"${hash}"`)
    expect((await lab.run(folder, ['verify'])).code).toBe(0)
    expect((await lab.run(folder, ['list'])).stdout).toMatch(/^cue +v0\.10\.0 +cue-lang\/cue .*pinhash\.json:7\n$/)

    Object.assign(lab.fake.world, { repositories: [cueRepository(next, now)] })
    expect((await lab.run(folder, ['update', 'cue'])).code).toBe(0)
    expect(read(folder, 'pinhash.json')).toBe(spec.replace('v0.10.0', 'v0.11.0'))
    for (const hash of hashesOf(next)) expect(read(folder, 'nix/pins.nix')).toContain(`"${hash}"`)
    expect((await lab.run(folder, ['update'])).stdout).toMatch(/unchanged/)

    await writeFile(join(folder, 'nix/pins.nix'), read(folder, 'nix/pins.nix').replace(hashesOf(next)[0]!, zeros.replace('0', '1')))
    const { code, stdout } = await lab.run(folder, ['verify', '--format', 'github'])
    const at = read(folder, 'nix/pins.nix')
      .slice(0, read(folder, 'nix/pins.nix').indexOf(zeros.replace('0', '1')))
      .split('\n')
    expect([code, /^::error file=nix\/pins\.nix,line=(\d+),col=(\d+),/.exec(stdout)?.slice(1)]).toEqual([
      1,
      [String(at.length), String(at.at(-1)!.length + 1)],
    ])
  })

  it('want every asset before a byte is downloaded', async () => {
    const partial = releaseOf('v0.11.0')
    partial.assets = partial.assets.filter(({ name }) => name !== assetName('v0.11.0', 'darwin_amd64.tar.gz'))
    const folder = await lab.stage({ repositories: [cueRepository(partial)] }, { 'pinhash.json': spec })
    const { code, document } = await lab.report(folder, update)
    expect(code).toBe(3)
    expect(document.outcomes[0]?.reason?.message).toMatch(
      /v0\.11\.0 has no asset cue_v0\.11\.0_darwin_amd64\.tar\.gz for x86_64-darwin; the nearest/,
    )
    expect(assetRequests(lab.fake)).toEqual([])
    expect(contents(folder)).toEqual({ 'pinhash.json': spec })
  })
})

describe('an interruption', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s in the middle of downloads leaves nothing behind', async (signal, exit) => {
    const large = release({ tag: 'v0.11.0', assets: assetsOf('v0.11.0', 2_000_000) })
    const folder = await lab.stage({ repositories: [cueRepository(large)], network: { latency: 0, bytesPerSecond: 200_000 } }, good)
    const before = contents(folder)
    const started = performance.now()
    const ran = await lab.spawn(folder, update, {
      during: (child) => {
        const timer = setInterval(() => {
          if (!lab.fake.requests.some(({ sent }) => sent > 0 && sent < 2_000_000)) return
          clearInterval(timer)
          child.kill(signal)
        }, 10)
        child.on('exit', () => clearInterval(timer))
      },
    })
    expect(ran.code).toBe(exit)
    expect(ran.stdout).toBe('')
    expect(ran.stderr).toBe('pinhash: interrupted; nothing was written\n')
    expect(contents(folder)).toEqual(before)
    // Ten seconds is what the downloads would have taken.
    expect(performance.now() - started).toBeLessThan(8000)
  })
})
