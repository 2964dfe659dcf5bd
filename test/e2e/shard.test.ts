// `verify --shard I/N`: a matrix of runs that together verify every pin once.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hexDigest } from '../fake-github/bytes.ts'
import { type FakeRepository, asset, release } from '../fake-github/world.ts'
import { nix32 } from './cue.ts'
import { type Lab, assetRequests, openLab } from './lab.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(async () => lab.close())

const names = ['a', 'b', 'c', 'd', 'e']
const assetOf = (name: string): ReturnType<typeof asset> => asset(`${name}.tar.gz`, { generate: 500, seed: name })
const repositories: FakeRepository[] = names.map((name) => ({
  org: 'acme',
  name,
  releases: [release({ tag: 'v1.0.0', createdAt: '2025-01-01T00:00:00Z', assets: [assetOf(name)] })],
}))
const tool = (name: string): string =>
  `{ fetchurl }: fetchurl { url = "https://github.com/acme/${name}/releases/download/v1.0.0/${name}.tar.gz"; sha256 = "${nix32(hexDigest(assetOf(name).bytes))}"; }\n`
const files = Object.fromEntries(names.map((name) => [`${name}.nix`, tool(name)]))

async function matrix(folder: string, of: number, ...argv: string[]): Promise<string[][]> {
  const shards: string[][] = []
  for (let number = 1; number <= of; number++) {
    const { code, document } = await lab.report(folder, ['verify', '--shard', `${number}/${of}`, ...argv])
    const pins = document.outcomes.map(({ pin }) => pin)
    expect(code).toBe(0)
    expect(document).toMatchObject({ shard: { number, of, taken: pins.length } })
    shards.push(pins)
  }
  return shards
}

describe('verify --shard', () => {
  it.each([1, 2, 3, 5, 7])('every pin is in one of %i', async (of) => {
    const folder = await lab.stage({ repositories }, files)
    const shards = await matrix(folder, of)
    expect(shards.flat().toSorted()).toEqual(names)
    const sizes = shards.map((pins) => pins.length)
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    // Each asks for what it verifies, and for nothing else.
    lab.fake.requests.length = 0
    await lab.report(folder, ['verify', '--shard', `1/${of}`])
    expect([...new Set(assetRequests(lab.fake).map((request) => request.asset))].toSorted()).toEqual(
      shards[0]!.map((name) => `${name}.tar.gz`),
    )
    expect(await matrix(folder, of, '--no-download')).toEqual(shards)
  })

  it('parts have about equally many bytes, where releases state them, and no job asks for the bytes of another', async () => {
    const large = asset('c.tar.gz', { generate: 6e6, seed: 'c' })
    const world = {
      repositories: [
        ...repositories.filter(({ name }) => name !== 'c'),
        { org: 'acme', name: 'c', releases: [{ ...repositories[2]!.releases[0]!, assets: [large] }] },
      ],
    }
    const folder = await lab.stage(world, {
      ...files,
      'c.nix': tool('c').replace(nix32(hexDigest(assetOf('c').bytes)), nix32(hexDigest(large.bytes))),
    })
    expect(await matrix(folder, 2)).toEqual([['c'], ['a', 'b', 'd', 'e']])
    expect(await matrix(folder, 2, '--shard-by', 'downloads')).toEqual([
      ['a', 'c', 'e'],
      ['b', 'd'],
    ])
    lab.fake.requests.length = 0
    await lab.report(folder, ['verify', '--shard', '2/2'])
    const bytes = assetRequests(lab.fake).reduce((sum, { sent }) => sum + sent, 0)
    expect(bytes).toBe(4 * 500)
  })

  it('machines that share alike name the same split', async () => {
    const folder = await lab.stage({ repositories }, files)
    const split = async (shard: string): Promise<string> => {
      const { stdout } = await lab.run(folder, ['verify', '--shard', shard, '--shard-by', 'downloads'])
      return /\(split ([0-9a-f]{12})\)/.exec(stdout)![1]!
    }
    expect(await split('1/2')).toBe(await split('2/2'))
    expect(await split('1/2')).not.toBe(await split('1/3'))
  })

  it('verifies nothing where it would share otherwise than the others', async () => {
    const folder = await lab.stage({ repositories, faults: [{ path: '/repos/acme/b/', fault: { kind: 'status', status: 503 } }] }, files)
    const { code, document } = await lab.report(folder, ['verify', '--shard', '1/2', '--retries', '0'])
    expect([code, document.error?.code]).toEqual([4, 'server-error'])
    expect(document.error?.message).toContain("'--shard-by downloads' shares without them")
    expect(assetRequests(lab.fake)).toEqual([])
  })

  it('of the pins that are named, and of those that changed', async () => {
    const folder = await lab.stage({ repositories }, files)
    expect((await matrix(folder, 2, 'a', 'c', 'e')).flat().toSorted()).toEqual(['a', 'c', 'e'])
    const env = { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }
    const git = (...args: string[]): unknown =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: folder, env })
    git('init', '--quiet', '--initial-branch', 'main')
    git('add', 'a.nix', 'b.nix', 'c.nix')
    git('commit', '--quiet', '--message', 'a start')
    expect((await matrix(folder, 2, '--changed')).map((pins) => pins.length)).toEqual([1, 1])
    expect((await matrix(folder, 2, '--changed')).flat().toSorted()).toEqual(['d', 'e'])
    git('add', '--all')
    git('commit', '--quiet', '--message', 'the rest')
    expect(await matrix(folder, 2, '--changed')).toEqual([[], []])
  })

  it('says which part it was, and that nothing is left for it', async () => {
    const folder = await lab.stage({ repositories }, files)
    const full = await lab.run(folder, ['verify', '--shard=1/2'])
    expect([full.code, full.stdout]).toEqual([
      0,
      expect.stringMatching(/\nshard 1 of 2 \(split [0-9a-f]{12}\) has 3 of 5 pins\n3 pins verified, /),
    ])
    const empty = await lab.run(folder, ['verify', '--shard=6/6'])
    expect(empty).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^shard 6 of 6 \(split [0-9a-f]{12}\) has none of 5 pins; there is nothing to verify\n$/),
      stderr: '',
    })
    expect((await lab.run(folder, ['verify', '--shard=6/6', '--quiet'])).stdout).toBe('')
    writeFileSync(join(folder, 'e.nix'), tool('a').replaceAll('a.tar.gz', 'e.tar.gz').replace('acme/a', 'acme/e'))
    const codes = [await lab.run(folder, ['verify', '--shard=1/2']), await lab.run(folder, ['verify', '--shard=2/2'])].map(
      ({ code }) => code,
    )
    expect(codes.toSorted()).toEqual([0, 1])
  })

  it('--shard-by goes with --shard alone', async () => {
    const folder = await lab.stage({ repositories }, files)
    const { code, document } = await lab.report(folder, ['verify', '--shard-by', 'size'])
    expect([code, document.error?.code]).toEqual([2, 'usage'])
  })

  it.each(['0/2', '3/2', '1', '1/', '/2', 'a/b', '1/2/3', '-1/2', '1.0/2', '1/10000', ' 1/2'])('refuses %j', async (shard) => {
    const folder = await lab.stage({ repositories }, files)
    const { code, document } = await lab.report(folder, ['verify', `--shard=${shard}`])
    expect([code, document.error?.code]).toEqual([2, 'usage'])
    expect(document.error?.message).toContain('--shard takes I/N')
  })
})
