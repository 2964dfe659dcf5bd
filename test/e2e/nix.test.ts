// Side by side with real Nix, through the same proxy.
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asset, release } from '../fake-github/world.ts'
import { builder, cueRepository, flake, flakeAt, hashesOf, publishedRelease, releaseOf, systems } from './cue.ts'
import { type Lab, openLab } from './lab.ts'
import { nixIn, withNix } from './nix.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(async () => lab.close())

const fixture = (name: string): string => readFileSync(new URL(`../../fixtures/e2e/${name}`, import.meta.url), 'utf8')
const lines = (text: string): string[] => text.trim().split('\n')
const next = releaseOf('v0.11.0')
const url = (end: string, tag = 'v0.11.0'): string => `https://github.com/cue-lang/cue/releases/download/${tag}/cue_${tag}_${end}`

describe.skipIf(!withNix)('beside real Nix', () => {
  it('hashes files of awkward sizes as nix-prefetch-url does', async () => {
    const sizes = [0, 1, 55, 56, 63, 64, 65, 4095, 4096, 1024 * 1024 + 1]
    const assets = sizes.map((size) => asset(`file-${size}`, { generate: size, seed: 'awkward' }))
    const folder = await lab.stage({ repositories: [{ org: 'acme', name: 'tool', releases: [release({ tag: 'v1', assets })] }] }, {})
    const nix = nixIn(folder, lab.fake)
    const urls = sizes.map((size) => `https://github.com/acme/tool/releases/download/v1/file-${size}`)
    const own = await lab.spawn(folder, ['hash', ...urls])
    expect({ code: own.code, stderr: own.stderr }).toEqual({ code: 0, stderr: '' })
    const theirs: string[] = []
    for (const each of urls) theirs.push(`${(await nix('nix-prefetch-url', each)).stdout.trim()}  ${each}`)
    expect(lines(own.stdout)).toEqual(theirs)
    for (const type of ['md5', 'sha1', 'sha512'])
      expect((await lab.run(folder, ['hash', '--type', type, urls[4]!])).stdout).toBe(
        (await nix('nix-prefetch-url', '--type', type, urls[4]!)).stdout,
      )
    await writeFile(join(folder, 'empty'), '')
    expect((await lab.run(folder, ['hash', 'empty'])).stdout).toBe(
      (await nix('nix-hash', '--type', 'sha256', '--flat', '--base32', 'empty')).stdout,
    )
    expect(lab.fake.unexpected()).toEqual([])
  })

  it('converts as nix-hash and nix hash do', async () => {
    const folder = await lab.stage({}, {})
    const nix = nixIn(folder, lab.fake)
    const modern = (to: string, type: string, hashes: readonly string[]): ReturnType<typeof nix> =>
      nix('nix', '--extra-experimental-features', 'nix-command', 'hash', to, '--type', type, ...hashes)
    for (const [type, length] of [
      ['md5', 16],
      ['sha1', 20],
      ['sha256', 32],
      ['sha512', 64],
    ] as const) {
      const digests = [Buffer.alloc(length), Buffer.alloc(length, 0xff), ...Array.from({ length: 30 }, () => randomBytes(length))]
      const hex = digests.map((digest) => digest.toString('hex'))
      const spellings = {
        hex,
        nix32: lines((await nix('nix-hash', '--type', type, '--to-base32', ...hex)).stdout),
        base64: lines((await modern('to-base64', type, hex)).stdout),
        sri: lines((await modern('to-sri', type, hex)).stdout),
      }
      expect(spellings.nix32).toHaveLength(hex.length)
      for (const from of Object.values(spellings))
        for (const [to, expected] of Object.entries(spellings)) {
          const { code, stdout } = await lab.run(folder, ['convert', '--type', type, '--to', to, ...from])
          expect(code).toBe(0)
          expect(lines(stdout)).toEqual(expected)
        }
      const prefixed = spellings.nix32.map((hash) => `${type}:${hash}`)
      expect(lines((await lab.run(folder, ['convert', '--to', 'hex', ...prefixed])).stdout)).toEqual(hex)
    }
  })

  it('writes what Nix evaluates to the new URLs and hashes, and what Nix can fetch', async () => {
    const folder = await lab.stage(
      { repositories: [cueRepository(next, publishedRelease('digest'))] },
      { 'flake.nix': flake, 'nix/github.nix': builder, 'stand-in.nix': fixture('stand-in.nix') },
    )
    const nix = nixIn(folder, lab.fake)
    expect((await lab.spawn(folder, ['update', 'cue', 'v0.11.0'])).code).toBe(0)

    const packages = `
      let
        pkgs = import ./stand-in.nix;
        nixpkgs = { lib = (pkgs "x86_64-linux").lib; legacyPackages = builtins.listToAttrs (map (name: { inherit name; value = pkgs name; }) [ ${systems.map(([system]) => `"${system}"`).join(' ')} ]); };
      in
      builtins.mapAttrs (_: each: { inherit (each.cue.src) url sha256; }) ((import ./flake.nix).outputs { self = { }; inherit nixpkgs; }).packages`
    const evaluated = await nix('nix-instantiate', '--eval', '--strict', '--json', '--expr', packages)
    expect(evaluated.stderr).toBe('')
    const hashes = hashesOf(next)
    expect(JSON.parse(evaluated.stdout)).toEqual(
      Object.fromEntries(systems.map(([system, end], i) => [system, { url: url(end), sha256: hashes[i] }])),
    )

    const fetched = (hash: string): ReturnType<typeof nix> =>
      nix('nix-build', '--no-out-link', '--expr', `import <nix/fetchurl.nix> { url = "${url('linux_amd64.tar.gz')}"; sha256 = "${hash}"; }`)
    const built = await fetched(hashes[0]!)
    expect(built.code, built.stderr).toBe(0)
    const sha256 = createHash('sha256')
      .update(await readFile(built.stdout.trim()))
      .digest('hex')
    expect((await lab.run(folder, ['convert', '--to', 'hex', hashes[0]!])).stdout.trim()).toBe(sha256)
    expect((await lab.run(folder, ['verify'])).code).toBe(0)

    // One flipped character is caught by both.
    const flipped = `${hashes[0]!.slice(0, 30)}${hashes[0]![30] === 'a' ? 'b' : 'a'}${hashes[0]!.slice(31)}`
    const refused = await fetched(flipped)
    expect(refused.code).not.toBe(0)
    expect(refused.stderr).toContain('hash mismatch')
    await writeFile(join(folder, 'flake.nix'), flakeAt('v0.11.0', [flipped, ...hashes.slice(1)]))
    const verified = await lab.spawn(folder, ['verify'])
    expect(verified.code).toBe(1)
    expect(verified.stdout).toContain(flipped)
    expect(verified.stdout).toContain(hashes[0])
    expect(verified.stdout).toMatch(/x86_64-linux/)
  })

  it('writes a generated file that works as documented', async () => {
    const folder = await lab.stage(
      { repositories: [cueRepository(next, releaseOf('v0.10.0'))] },
      { 'pinhash.json': fixture('pinhash.json'), 'nix/github.nix': fixture('builder.nix'), 'stand-in.nix': fixture('stand-in.nix') },
    )
    const nix = nixIn(folder, lab.fake)
    expect((await lab.spawn(folder, ['update', 'cue', 'v0.11.0'])).code).toBe(0)
    const use = `
      let pins = import ./nix/pins.nix;
      in builtins.listToAttrs (map (system: let pkgs = import ./stand-in.nix system; in {
        name = system;
        value = let cue = pkgs.callPackage ./nix/github.nix (pins.cue // { inherit system; sha256 = pins.cue.sha256.\${system}; }); in { inherit (cue) version; inherit (cue.src) url sha256; };
      }) [ ${systems.map(([system]) => `"${system}"`).join(' ')} ])`
    const evaluated = await nix('nix-instantiate', '--eval', '--strict', '--json', '--expr', use)
    expect(evaluated.stderr).toBe('')
    const hashes = hashesOf(next)
    expect(JSON.parse(evaluated.stdout)).toEqual(
      Object.fromEntries(systems.map(([system, end], i) => [system, { version: 'v0.11.0', url: url(end), sha256: hashes[i] }])),
    )
  })
})
