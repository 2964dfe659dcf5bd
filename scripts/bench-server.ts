// The releases that the bench downloads, served by a process of its own so that its work is not counted as the program's.
// Started by bench.ts with a channel: says `{ env }` once it is ready, takes `{ network }`, and ends with the channel.
import { type Fake, startFakeGitHub } from '../test/fake-github/fake-github.ts'
import { type Generated, hexDigest } from '../test/fake-github/bytes.ts'
import { type FakeRelease, type Network, asset, checksums, createWorld, release } from '../test/fake-github/world.ts'

export const megabyte = 1_000_000
export const archiveSize: number = 20 * megabyte
export const hugeSize: number = 1000 * megabyte
export const giantSize: number = 2000 * megabyte
/** Pins of `verify --no-download`, and how many of them share a release. */
export const fleetPins = 200
export const fleetTargets = 5
export const targets = ['linux_amd64', 'darwin_arm64', 'darwin_amd64'] as const

const batch = (count: number, size: number): string[] =>
  Array.from({ length: count }, (_, index) => `https://github.com/bench/batch/releases/download/v${size}/batch-${index}.bin`)

export const manyUrls = { '12 × 4 MB': batch(12, 4), '8 × 20 MB': batch(8, 20) } as const

export const fleetName = (release: number): string => `fleet${release}`

/** Content of one asset of the fleet. */
export const fleetBytes = (name: string, target: number): Generated => ({ generate: 2 * megabyte, seed: `${name} ${target}` })

export type ServerMessage =
  | { readonly env: Readonly<Record<string, string>> }
  | { readonly unexpected: readonly string[] }
  | { readonly api: number; readonly assetBytes: number }
export type ClientMessage = { readonly network: Network } | { readonly ask: 'unexpected' | 'traffic' }

function fleet(name: string): FakeRelease {
  const assets = Array.from({ length: fleetTargets }, (_, target) => asset(`${name}-${target}.bin`, fleetBytes(name, target)))
  return release({ tag: 'v1.0.0', assets })
}

function batches(size: number, count: number): FakeRelease {
  return release({
    tag: `v${size}`,
    assets: Array.from({ length: count }, (_, index) =>
      asset(`batch-${index}.bin`, { generate: size * megabyte, seed: `batch ${size} ${index}` }),
    ),
  })
}

function archives(name: string, tag: string, size: number): FakeRelease {
  const assets = targets.map((target) => asset(`${name}_${tag}_${target}.tar.gz`, { generate: size, seed: `${name} ${tag} ${target}` }))
  return release({
    tag,
    createdAt: tag === 'v1.0.0' ? '2025-07-01T00:00:00Z' : '2025-08-01T00:00:00Z',
    assets: [...assets, checksums(assets)],
  })
}

function huge(tag: string, size: number): FakeRelease {
  const only = asset(`huge_${tag}.bin`, { generate: size, seed: `huge ${tag}` })
  // The API's digest is computed here, not while the program waits for it.
  hexDigest(only.bytes)
  return release({ tag, createdAt: tag === 'v1.0.0' ? '2025-07-01T00:00:00Z' : '2025-08-01T00:00:00Z', assets: [only] })
}

async function serve(): Promise<void> {
  // The parent hears of an interruption too, and ends the channel when it has cleaned up.
  process.on('SIGINT', () => {})
  const world = createWorld({
    quota: null,
    repositories: [
      { org: 'bench', name: 'tool', releases: [archives('tool', 'v2.0.0', archiveSize), archives('tool', 'v1.0.0', 1000)] },
      { org: 'bench', name: 'batch', releases: [batches(4, 12), batches(20, 8)] },
      {
        org: 'bench',
        name: 'giant',
        releases: [release({ tag: 'v1.0.0', assets: [asset('giant.bin', { generate: giantSize, seed: 'giant' })] })],
      },
      ...Array.from({ length: Math.ceil(fleetPins / fleetTargets) }, (_, index) => ({
        org: 'bench',
        name: fleetName(index),
        releases: [fleet(fleetName(index))],
      })),
      { org: 'bench', name: 'huge', releases: [huge('v2.0.0', hugeSize), huge('v1.0.0', 1000)] },
    ],
  })
  const fake: Fake = await startFakeGitHub(world)
  // The parent may have gone while this one was starting.
  if (!process.connected) return fake.stop()
  process.once('disconnect', () => void fake.stop())
  const say = (message: ServerMessage): void => {
    if (process.connected) process.send?.(message)
  }
  process.on('message', (message: ClientMessage) => {
    if ('network' in message) world.network = message.network
    else if (message.ask === 'unexpected') say({ unexpected: fake.unexpected() })
    else {
      const seen = fake.requests.splice(0)
      const api = seen.filter(({ host }) => host === 'api.github.com').length
      say({ api, assetBytes: seen.filter(({ asset: name }) => name !== null).reduce((sum, { sent }) => sum + sent, 0) })
    }
  })
  say({ env: fake.env })
}

if (process.send !== undefined && process.argv[1]?.endsWith('bench-server.js') === true) await serve()
