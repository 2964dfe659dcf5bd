// Everything that can be wrong: one clear sentence, the right exit code, nothing changed on disk, a document for machines.
import { chmod, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeRelease, type World, createQuota, createWorld } from '../fake-github/world.ts'
import { builder, cueRepository, flake, flakeAt, hashesOf, publishedRelease, releaseOf } from './cue.ts'
import { type Lab, type RunOptions, assetRequests, contents, openLab } from './lab.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(async () => lab.close())

const next = releaseOf('v0.11.0')
const good = { 'flake.nix': flake, 'nix/github.nix': builder }
const world = (...releases: FakeRelease[]): Partial<World> => ({ repositories: [cueRepository(...releases)] })
const usual = world(next, publishedRelease('digest'))
const update = ['update', 'cue', 'v0.11.0']
/** As its tests ask for assets, so that "not a byte was downloaded" can be said. */
const single = (name: string, tag = 'v1.0.0'): string =>
  `{ fetchurl }: fetchurl {\n  url = "https://github.com/acme/${name}/releases/download/${tag}/${name}.tar.gz";\n  sha256 = "1liz2gkd0zj72xbg0fynsrcz1rsdqdpfjsgqzwbzv54wyrv9qi4g";\n}\n`

interface Case {
  readonly what: string
  readonly world?: Partial<World>
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  readonly prepare?: (folder: string) => Promise<unknown>
  readonly argv?: readonly string[]
  readonly options?: RunOptions
  readonly exit: number
  /** What the sentence holds, in this order. */
  readonly says: readonly string[]
  /** Whether asset bytes may have been asked for. */
  readonly downloads?: boolean
}

const broken = (change: (release: FakeRelease) => void): Partial<World> => {
  const release = releaseOf('v0.11.0')
  change(release)
  return world(release, publishedRelease('digest'))
}
const linux = 'cue_v0.11.0_linux_amd64.tar.gz'

const cases: readonly Case[] = [
  {
    what: 'a folder without pins',
    files: { 'default.nix': '{ }\n' },
    argv: ['update'],
    exit: 3,
    says: ['no pin was found', 'pinhash list'],
  },
  { what: 'an empty folder', files: {}, argv: ['update'], exit: 3, says: ['no pin was found'] },
  { what: 'a pin nobody knows', argv: ['update', 'cua', 'v0.11.0'], exit: 3, says: ['no pin is called cua', 'did you mean cue'] },
  { what: 'a pin unlike any other', argv: ['update', 'terraform'], exit: 3, says: ['no pin is called terraform', 'the only pin is cue'] },
  {
    what: 'a pin of two files',
    files: { 'a.nix': single('tool'), 'b/c.nix': single('tool') },
    argv: ['update', 'tool', 'v2.0.0'],
    exit: 2,
    says: ['tool means several pins', 'a.nix:2', 'b/c.nix:2', '--file a.nix'],
  },
  {
    what: 'a tag that does not exist',
    argv: ['update', 'cue', 'v0.11.1'],
    exit: 3,
    says: ['cue-lang/cue has no release v0.11.1', 'v0.11.0', 'v0.10.0'],
  },
  {
    what: 'a repository that does not exist',
    world: { repositories: [] },
    exit: 3,
    says: ['there is no repository cue-lang/cue'],
  },
  {
    what: 'an asset that one system lacks',
    world: broken((release) => (release.assets = release.assets.filter(({ name }) => !name.includes('darwin_arm64')))),
    exit: 3,
    says: ['v0.11.0 has no asset cue_v0.11.0_darwin_arm64.tar.gz for aarch64-darwin', 'cue_v0.11.0_darwin_amd64.tar.gz'],
  },
  {
    what: 'a release without assets',
    world: broken((release) => (release.assets = [])),
    exit: 3,
    says: ['has no asset', 'the release has no assets'],
  },
  {
    what: 'a pin nobody knows beside an encrypted file',
    files: { ...good, 'secret.nix': new Uint8Array([0, 71, 73, 84]) },
    argv: ['update', 'terraform'],
    exit: 3,
    says: ['no pin is called terraform'],
  },
  {
    what: 'a file that does not parse',
    files: { ...good, 'flake.nix': flake.replace('org = "cue-lang";', 'org = "cue-lang"') },
    exit: 2,
    says: ['flake.nix:26:', 'name = "cue"', '^'],
  },
  {
    what: 'a broken file beside a good one, asked for a pin that is in the broken one',
    files: { ...good, 'b.nix': `{ ${single('tool')}` },
    argv: ['update', 'tool'],
    exit: 2,
    says: ['b.nix:1:3:', '\n  { { fetchurl }', '\n    ^'],
  },
  {
    what: 'a file that is read-only',
    prepare: (folder) => chmod(join(folder, 'flake.nix'), 0o444),
    exit: 2,
    says: ['could not write flake.nix', 'read-only', 'nothing was written'],
    downloads: true,
  },
  {
    what: 'a binary file by name',
    files: { 'flake.nix': new Uint8Array([0, 71, 73, 84, 0]) },
    argv: ['update', '--file', 'flake.nix'],
    exit: 2,
    says: ['no pin was found', 'flake.nix is not text'],
  },
  {
    what: 'a file that is not UTF-8',
    files: { 'flake.nix': new Uint8Array([...Buffer.from(flake), 0xff]) },
    exit: 2,
    says: ['flake.nix is not text', 'UTF-8'],
  },
  { what: 'a file that is not there', argv: ['update', '--file', 'nowhere.nix'], exit: 2, says: ['nowhere.nix does not exist'] },
  {
    what: 'a link out of the repository',
    files: {},
    prepare: (folder) => symlink('/etc/hostname', join(folder, 'flake.nix')),
    argv: ['update', '--file', 'flake.nix'],
    exit: 2,
    says: ['flake.nix leads out of the repository'],
  },
  {
    what: 'a hash that is malformed',
    files: { ...good, 'flake.nix': flake.replace('1liz2gkd', '1liz2gk') },
    exit: 2,
    says: ['the hash for x86_64-linux at flake.nix:30', '51'],
  },
  {
    what: 'a hash with a letter that nix32 does not have',
    files: { ...good, 'flake.nix': flake.replace('1liz2gkd', '1liz2gke') },
    exit: 2,
    says: ['the hash for x86_64-linux', '"e"'],
  },
  { what: 'a tag that is an option', argv: ['update', 'cue', '--', '--help'], exit: 2, says: ['"--help"', 'tag'] },
  { what: 'an empty tag', argv: ['update', 'cue@'], exit: 2, says: ['""', 'tag of cue', 'empty'] },
  { what: 'an empty second argument', argv: ['update', 'cue', ''], exit: 2, says: ['""', 'tag of cue', 'empty'] },
  { what: 'a tag of spaces', argv: ['update', 'cue', '  '], exit: 2, says: ['"  "', 'tag of cue', 'white space'] },
  { what: 'a tag with a space in it', argv: ['update', 'cue', 'v0.11.0 '], exit: 2, says: ['"v0.11.0 "', 'tag of cue', 'white space'] },
  { what: 'a folder that is not there', argv: ['-C', 'nowhere', ...update], exit: 2, says: ['nowhere', 'does not exist'] },
  {
    what: 'a downgrade',
    files: { ...good, 'flake.nix': flakeAt('v0.11.0', hashesOf(next)) },
    argv: ['update', 'cue', 'v0.10.0'],
    exit: 1,
    says: ['v0.10.0 is older than v0.11.0', '--allow-downgrade'],
  },
  {
    what: 'no proxy',
    options: { env: { HTTPS_PROXY: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' } },
    exit: 4,
    says: ['127.0.0.1:9', 'refused the connection', 'HTTPS_PROXY'],
  },
  {
    what: 'a proxy that does not allow the host',
    world: { ...usual, faults: [{ fault: { kind: 'proxy', status: 403 } }] },
    exit: 4,
    says: ['api.github.com', 'does not allow this host', 'NO_PROXY'],
  },
  {
    what: 'a certificate nobody knows',
    world: { ...usual, faults: [{ fault: { kind: 'tls', certificate: 'unknown-ca' } }] },
    exit: 4,
    says: ['certificate', 'not trusted', 'NODE_EXTRA_CA_CERTS'],
  },
  { what: 'a proxy that wants credentials', world: { ...usual, proxyCredentials: 'user:secret' }, exit: 4, says: ['credentials', '407'] },
  { what: 'a wrong token', options: { env: { GITHUB_TOKEN: 'ghp_wrong' } }, exit: 4, says: ['the token in GITHUB_TOKEN', 'not valid'] },
  { what: 'a wrong token from gh', options: { env: { GH_TOKEN: 'ghp_wrong' } }, exit: 4, says: ['the token in GH_TOKEN', 'not valid'] },
  {
    what: 'the rate limit, and no tag',
    world: { ...usual, quota: createQuota(60, { remaining: 0 }) },
    argv: ['update'],
    exit: 4,
    says: ['rate limit', '2096-10-02', 'GITHUB_TOKEN'],
  },
  {
    what: 'a digest unlike the bytes',
    world: broken(
      (release) =>
        (release.assets = release.assets
          .map((each) => (each.name === linux ? { ...each, digest: `sha256:${'ab'.repeat(32)}` } : each))
          .filter(({ name }) => name !== 'checksums.txt')),
    ),
    exit: 1,
    says: [linux, 'sha256-', 'digest', `sha256-${Buffer.from('ab'.repeat(32), 'hex').toString('base64')}`],
    downloads: true,
  },
  {
    what: 'checksums.txt unlike the digest',
    world: broken((release) => {
      release.assets = [
        ...release.assets.filter(({ name }) => name !== 'checksums.txt'),
        ...release.assets
          .filter(({ name }) => name === 'checksums.txt')
          .map((each) => ({ ...each, bytes: Buffer.from(`${'cd'.repeat(32)}  ${linux}\n`), digest: null })),
      ]
    }),
    exit: 1,
    says: [linux, 'checksums.txt', `sha256-${Buffer.from('cd'.repeat(32), 'hex').toString('base64')}`],
    downloads: true,
  },
  {
    what: 'checksums.txt unlike the bytes',
    world: broken((release) => {
      release.assets = release.assets.map((each) =>
        each.name === 'checksums.txt'
          ? { ...each, bytes: Buffer.from(`${'cd'.repeat(32)}  ${linux}\n`), digest: null }
          : { ...each, digest: null },
      )
    }),
    exit: 1,
    says: [linux, 'sha256-', 'checksums.txt', `sha256-${Buffer.from('cd'.repeat(32), 'hex').toString('base64')}`],
    downloads: true,
  },
  {
    what: 'a broken upload',
    world: broken((release) => (release.assets[0]!.state = 'starter')),
    exit: 1,
    says: [linux, 'not uploaded', 'starter'],
  },
  { what: 'an empty asset', world: broken((release) => (release.assets[0]!.bytes = new Uint8Array())), exit: 1, says: [linux, 'is empty'] },
  { what: 'a draft', world: broken((release) => (release.draft = true)), exit: 3, says: ['no release v0.11.0', 'v0.10.0'] },
  {
    what: 'bytes that a cache kept',
    world: { ...usual, faults: [{ host: 'release-assets.githubusercontent.com', asset: linux, fault: { kind: 'stale' } }] },
    exit: 1,
    says: [linux, 'digest'],
    downloads: true,
  },
  {
    what: 'an asset whose download is a 404',
    world: { ...usual, faults: [{ asset: linux, fault: { kind: 'status', status: 404 } }] },
    exit: 3,
    says: [linux, '404'],
    downloads: true,
  },
  {
    what: 'a pinhash.json that is no JSON',
    files: { ...good, 'pinhash.json': '{ "pins": {,} }' },
    argv: ['update', 'tool'],
    exit: 2,
    says: ['pinhash.json:1:12', 'expected a key'],
  },
  {
    what: 'a pinhash.json with a wrong system',
    files: {
      'pinhash.json':
        '{ "pins": { "cue": { "org": "cue-lang", "name": "cue", "version": "v0.10.0", "asset": "{name}_{version}_{os}_{arch}.tar.gz", "systems": ["x86_64-linux", "x86-64-darwin"], "file": "nix/pins.nix" } } }',
    },
    argv: ['update'],
    exit: 2,
    says: ['pinhash.json:1:', 'pins.cue.systems[1]', 'expected a system such as "x86_64-linux", got "x86-64-darwin"'],
  },
]

describe('what is wrong is said in one sentence, and nothing is changed', () => {
  it.each(cases)(
    '$what',
    async ({ world: given = usual, files = good, prepare, argv = update, options, exit, says, downloads = false }) => {
      const folder = await lab.stage(given, files)
      await prepare?.(folder)
      const before = contents(folder)
      const { code, stdout, stderr } = await lab.run(folder, argv, options)
      const text = stdout + stderr
      let rest = text.toLowerCase()
      for (const part of says) {
        expect(rest).toContain(part.toLowerCase())
        rest = rest.slice(rest.indexOf(part.toLowerCase()) + part.length)
      }
      expect(code).toBe(exit)
      expect(contents(folder)).toEqual(before)
      if (!downloads) expect(assetRequests(lab.fake)).toEqual([])
      for (const secret of ['ghp_wrong', 'secret']) expect(text).not.toContain(secret)
      expect(text).not.toMatch(/ \n|undefined|\[object|bug/)
      Object.assign(lab.fake.world, createWorld(given))
      expect((await lab.report(folder, argv, options)).code).toBe(exit)
    },
  )
})
