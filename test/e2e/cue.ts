// The flake of fixtures/cue at any version, and the releases of its tool.
import { readFileSync } from 'node:fs'
import { parseDigest, printDigest } from '../../src/hash/spelling.ts'
import { hexDigest } from '../fake-github/bytes.ts'
import { type FakeAsset, type FakeRelease, type FakeRepository, asset, checksums, release } from '../fake-github/world.ts'

/** The systems of the flake, in its order, each with the end of its asset's name. */
export const systems: readonly (readonly [system: string, end: string])[] = [
  ['x86_64-linux', 'linux_amd64.tar.gz'],
  ['aarch64-darwin', 'darwin_arm64.tar.gz'],
  ['x86_64-darwin', 'darwin_amd64.tar.gz'],
]

const ends = [...systems.map(([, end]) => end), 'linux_arm64.tar.gz', 'windows_amd64.zip']

/** What upstream's checksums.txt of v0.10.0 says. */
export const published: Readonly<Record<string, string>> = {
  'linux_amd64.tar.gz': '8f449c76f69c94fd17fff869e96ec34de7f059d6d63bf05617477ed0e6133fd2',
  'darwin_arm64.tar.gz': 'f72e5dae8b682f43a1e80fb3066a42e82c77725ac2a175927212d0be9d12671a',
  'darwin_amd64.tar.gz': 'cdd6acbd87528ae8f8f62497770a600ea23503d6f8b46f5919c7008f20b5238f',
}

/** How nix-prefetch-url prints those, by system: what the flake holds at v0.10.0. */
export const pinned: readonly string[] = [
  '1liz2gkd0zj72xbg0fynsrcz1rsdqdpfjsgqzwbzv54wyrv9qi4g',
  '06k72afvxl0jfa97b8f2b9r7fb7889m0dcqgx2hl6bv8ifp5sbpp',
  '13r3nlh8y06735cnzd7qsq1kb8hfc057g5r4yvwfi2jjhyysrmnd',
]

/** The file of an older version, to be brought to v0.10.0. */
export const older: readonly string[] = ['0', '1', '2'].map((digit) => digit.repeat(51).padStart(52, '0'))

const fixture = (path: string): string => readFileSync(new URL(`../../fixtures/cue/${path}`, import.meta.url), 'utf8')

export const flake: string = fixture('flake.nix')
export const builder: string = fixture('nix/github.nix')

/** The flake with another version, in the literal and in the comment's URL, and other hashes in its order. */
export function flakeAt(version: string, hashes: readonly string[]): string {
  let text = flake
    .replace('version = "v0.10.0"', `version = "${version}"`)
    .replace('/download/v0.10.0/cue_v0.10.0_', `/download/${version}/cue_${version}_`)
  for (const [i, hash] of pinned.entries()) text = text.replace(hash, hashes[i] ?? '')
  return text
}

export const assetName = (tag: string, end: string): string => `cue_${tag}_${end}`

/** Made-up assets of a release, all of the same seed. */
export function assetsOf(tag: string, size = 40_000): FakeAsset[] {
  return ends.map((end, i) => asset(assetName(tag, end), { generate: size + i, seed: `${tag} ${end}` }))
}

/** A release with made-up bytes, their digests and a checksums.txt. */
export function releaseOf(tag: string, more: Partial<FakeRelease> = {}, size = 40_000): FakeRelease {
  const assets = assetsOf(tag, size)
  return release({ tag, createdAt: createdAt(tag), assets: [...assets, checksums(assets)], ...more })
}

/** The release the flake pins: its digests are upstream's, its bytes are not. */
export function publishedRelease(by: 'digest' | 'checksums.txt'): FakeRelease {
  const assets = assetsOf('v0.10.0').map((each) => ({ ...each, digest: by === 'digest' ? digestOf(each) : null }))
  const wrong = Object.fromEntries(Object.entries(published).map(([end, hex]) => [assetName('v0.10.0', end), hex]))
  return release({
    tag: 'v0.10.0',
    createdAt: createdAt('v0.10.0'),
    assets: [...assets, ...(by === 'digest' ? [] : [checksums(assets, { wrong })])],
  })
}

function digestOf({ name }: FakeAsset): string {
  return `sha256:${published[name.slice('cue_v0.10.0_'.length)] ?? 'f'.repeat(64)}`
}

/** Later versions were committed later. */
function createdAt(tag: string): string {
  const [, minor = '0', patch = '0'] = /^v0\.(\d+)\.(\d+)/.exec(tag) ?? []
  return new Date(Date.UTC(2025, 0, 1 + Number(minor), Number(patch))).toISOString()
}

export function cueRepository(...releases: FakeRelease[]): FakeRepository {
  return { org: 'cue-lang', name: 'cue', releases }
}

/** What Nix would have for the assets of the flake's systems, in its order. */
export function hashesOf(from: FakeRelease): string[] {
  return systems.map(([, end]) => nix32(hexDigest(from.assets.find(({ name }) => name.endsWith(end))!.bytes)))
}

export function nix32(hex: string): string {
  const parsed = parseDigest(hex, { algorithm: 'sha256' })
  if (!parsed.ok) throw new Error(parsed.message)
  return printDigest(parsed.digest, 'nix32')
}
