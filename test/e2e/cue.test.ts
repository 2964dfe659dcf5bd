// The main job on a real flake: exactly its literals change, with its builder readable and without.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checksums } from '../fake-github/world.ts'
import {
  assetName,
  assetsOf,
  builder,
  cueRepository,
  flake,
  flakeAt,
  hashesOf,
  older,
  pinned,
  publishedRelease,
  releaseOf,
  systems,
} from './cue.ts'
import { type Lab, assetRequests, contents, openLab } from './lab.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(async () => lab.close())

const read = (folder: string): Promise<string> => readFile(join(folder, 'flake.nix'), 'utf8')
const next = releaseOf('v0.11.0')
const updated = flakeAt('v0.11.0', hashesOf(next))

describe('update cue v0.11.0', () => {
  it('changes the version, three hashes and the URL of the comment, and no other byte', async () => {
    const folder = await lab.stage(
      { repositories: [cueRepository(next, publishedRelease('digest'))] },
      { 'flake.nix': flake, 'nix/github.nix': builder },
    )
    const { code, stdout, stderr } = await lab.spawn(folder, ['update', 'cue', 'v0.11.0'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(contents(folder)).toEqual({
      'flake.nix': Buffer.from(updated).toString('latin1'),
      'nix/github.nix': Buffer.from(builder).toString('latin1'),
    })
    expect(stdout).toMatch(/^cue {2}v0\.10\.0 → v0\.11\.0 {3}flake\.nix:\d+\n/)
    expect(stdout).toMatch(/ {2}x86_64-linux +1liz2gkd… → \w{8}… +40\.0 kB +bytes, digest, checksums\.txt\n/)
    expect(stdout).toMatch(/\n1 pin updated, 3 hashes, 120\.\d kB in .*\n$/)
    expect(lab.fake.unexpected()).toEqual([])
    // Run again, there is nothing left to do, and what is written is what is served.
    expect((await lab.run(folder, ['update'])).stdout).toMatch(/^cue {2}v0\.11\.0 {2}unchanged/)
    expect((await lab.run(folder, ['verify'])).code).toBe(0)
    expect(await read(folder)).toBe(updated)
  })

  it('does the same without the builder, by the digests that the file holds', async () => {
    const folder = await lab.stage({ repositories: [cueRepository(next, publishedRelease('digest'))] }, { 'flake.nix': flake })
    const { code, document } = await lab.report(folder, ['update', 'cue', 'v0.11.0'])
    expect(code).toBe(0)
    const assets = Object.values(document.outcomes[0]!.systems).flat()
    expect(assets.map(({ chosenBy }) => chosenBy)).toEqual(['digest', 'digest', 'digest'])
    expect(await read(folder)).toBe(updated)
  })

  it('does the same without builder and digests, by the comment and by the names', async () => {
    const nameless = { ...publishedRelease('digest'), assets: assetsOf('v0.10.0').map((each) => ({ ...each, digest: null })) }
    const folder = await lab.stage({ repositories: [cueRepository(next, nameless)] }, { 'flake.nix': flake })
    const { code, stdout } = await lab.run(folder, ['update', 'cue', 'v0.11.0'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/x86_64-linux .*cue_v0.11.0_linux_amd64.tar.gz, chosen by the comment/)
    expect(stdout).toMatch(/aarch64-darwin .*cue_v0.11.0_darwin_arm64.tar.gz, chosen by its name/)
    expect(await read(folder)).toBe(updated)
  })

  it('refuses to guess between two assets that serve a system, and names them', async () => {
    const musl = { ...next, assets: [...next.assets, { ...next.assets[1]!, name: 'cue_v0.11.0_darwin_arm64.zip' }] }
    const nameless = { ...publishedRelease('digest'), assets: assetsOf('v0.10.0').map((each) => ({ ...each, digest: null })) }
    const folder = await lab.stage({ repositories: [cueRepository(musl, nameless)] }, { 'flake.nix': flake })
    const before = contents(folder)
    const { code, document } = await lab.report(folder, ['update', 'cue', 'v0.11.0'])
    expect(code).toBe(1)
    expect(document.outcomes[0]).toMatchObject({ outcome: 'refused', reason: { code: 'doubt' } })
    for (const name of ['aarch64-darwin', 'cue_v0.11.0_darwin_arm64.tar.gz', 'cue_v0.11.0_darwin_arm64.zip'])
      expect(document.outcomes[0]?.reason?.message).toContain(name)
    expect(contents(folder)).toEqual(before)
    expect(assetRequests(lab.fake)).toEqual([])
  })

  it('leaves the comment alone where that is asked for', async () => {
    const folder = await lab.stage({ repositories: [cueRepository(next)] }, { 'flake.nix': flake, 'nix/github.nix': builder })
    expect((await lab.run(folder, ['update', 'cue@v0.11.0', '--no-comments'])).code).toBe(0)
    expect(await read(folder)).toBe(updated.replace('download/v0.11.0/cue_v0.11.0', 'download/v0.10.0/cue_v0.10.0'))
  })
})

describe('update --no-download', () => {
  it.each(['digest', 'checksums.txt'] as const)('takes upstream’s published %s for the bytes', async (by) => {
    const release = publishedRelease(by)
    for (const files of [{ 'flake.nix': flakeAt('v0.9.2', older), 'nix/github.nix': builder }, { 'flake.nix': flakeAt('v0.9.2', older) }]) {
      const folder = await lab.stage({ repositories: [cueRepository(release)] }, files)
      const { code, document } = await lab.report(folder, ['update', 'cue', 'v0.10.0', '--no-download'])
      expect(code).toBe(0)
      expect(systems.map(([system]) => document.outcomes[0]!.systems[system]!.map((each) => each.new))).toEqual(
        pinned.map((hash) => [hash]),
      )
      expect(
        Object.values(document.outcomes[0]!.systems)
          .flat()
          .map(({ evidence }) => evidence),
      ).toEqual([[by], [by], [by]])
      expect(await read(folder)).toBe(flake)
      expect(assetRequests(lab.fake).filter(({ asset }) => asset !== 'checksums.txt')).toEqual([])
    }
  })

  it('refuses what has neither, and writes nothing', async () => {
    const silent = releaseOf('v0.11.0')
    silent.assets = silent.assets.filter(({ name }) => name !== 'checksums.txt').map((each) => ({ ...each, digest: null }))
    const folder = await lab.stage({ repositories: [cueRepository(silent)] }, { 'flake.nix': flake, 'nix/github.nix': builder })
    const { code, document } = await lab.report(folder, ['update', 'cue', 'v0.11.0', '--no-download'])
    expect(code).toBe(1)
    expect(document.outcomes[0]?.reason?.code).toBe('no-evidence')
    expect(document.outcomes[0]?.reason?.message).toContain('--no-download')
    expect(await read(folder)).toBe(flake)
    expect(assetRequests(lab.fake)).toEqual([])
  })

  it('has a checksum file for one asset only, and says which is missing', async () => {
    const assets = assetsOf('v0.11.0').map((each) => ({ ...each, digest: null }))
    const partial = { ...releaseOf('v0.11.0'), assets: [...assets, checksums([assets[0]!])] }
    const folder = await lab.stage({ repositories: [cueRepository(partial)] }, { 'flake.nix': flake, 'nix/github.nix': builder })
    const { document } = await lab.report(folder, ['update', 'cue', 'v0.11.0', '--no-download'])
    expect(document.outcomes[0]?.reason?.message).toContain(assetName('v0.11.0', 'darwin_arm64.tar.gz'))
    expect(await read(folder)).toBe(flake)
  })
})
