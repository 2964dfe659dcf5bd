// The releases that the demo repository pins, and the ones it could move to: made up, the same at each run.
import { type FakeRelease, type FakeRepository, type World, asset, checksums, createWorld, release } from '../test/fake-github/world.ts'

interface Product {
  readonly org: string
  readonly name: string
  /** Tags, newest first, each with the time of its commit. */
  readonly tags: readonly (readonly [tag: string, createdAt: string])[]
  /** Names of the files of one release, and how large the first one is; the others are a little larger each. */
  readonly assets: (tag: string) => readonly string[]
  readonly size: number
  /** Name of its checksum file; null where it has none. */
  readonly checksums: string | null
}

const products: readonly Product[] = [
  {
    org: 'cue-lang',
    name: 'cue',
    tags: [
      ['v0.12.0-alpha.1', '2025-09-01T12:00:00Z'],
      ['v0.11.0', '2025-08-01T12:00:00Z'],
      ['v0.10.0', '2025-07-01T12:00:00Z'],
    ],
    assets: (tag) =>
      ['linux_amd64.tar.gz', 'linux_arm64.tar.gz', 'darwin_amd64.tar.gz', 'darwin_arm64.tar.gz', 'windows_amd64.zip'].map(
        (end) => `cue_${tag}_${end}`,
      ),
    size: 840_000,
    checksums: 'checksums.txt',
  },
  {
    org: 'BurntSushi',
    name: 'ripgrep',
    tags: [['14.1.1', '2025-07-01T12:00:00Z']],
    assets: (tag) =>
      ['x86_64-unknown-linux-musl', 'aarch64-apple-darwin', 'x86_64-apple-darwin'].map((target) => `ripgrep-${tag}-${target}.tar.gz`),
    size: 210_000,
    checksums: null,
  },
  {
    org: 'jqlang',
    name: 'jq',
    tags: [['jq-1.7.1', '2025-07-01T12:00:00Z']],
    assets: () => ['jq-linux-amd64', 'jq-macos-arm64', 'jq-macos-amd64'],
    size: 130_000,
    checksums: 'sha256sum.txt',
  },
]

function releaseOf(product: Product, tag: string, createdAt: string): FakeRelease {
  const assets = product
    .assets(tag)
    .map((name, index) => asset(name, { generate: product.size + index * 17_389, seed: `${product.org}/${product.name} ${tag} ${name}` }))
  const list = product.checksums === null ? [] : [checksums(assets, { name: product.checksums })]
  return release({ tag, createdAt, prerelease: tag.includes('alpha'), assets: [...assets, ...list] })
}

/** What the demo repository is updated and verified against. */
export function demoWorld(): World {
  return createWorld({
    repositories: products.map((product): FakeRepository => ({
      org: product.org,
      name: product.name,
      releases: product.tags.map(([tag, createdAt]) => releaseOf(product, tag, createdAt)),
    })),
  })
}
