// The releases that the bench downloads, served by a process of its own so that its work is not counted as the program's.
// Started by bench.ts with a channel: says `{ env }` once it is ready, takes `{ network }`, and ends with the channel.
import { type Fake, startFakeGitHub } from '../test/fake-github/fake-github.ts'
import { hexDigest } from '../test/fake-github/bytes.ts'
import { type FakeRelease, type Network, asset, checksums, createWorld, release } from '../test/fake-github/world.ts'

export const megabyte = 1_000_000
export const archiveSize: number = 20 * megabyte
export const hugeSize: number = 1000 * megabyte
export const targets = ['linux_amd64', 'darwin_arm64', 'darwin_amd64'] as const

export type ServerMessage = { readonly env: Readonly<Record<string, string>> } | { readonly unexpected: readonly string[] }
export type ClientMessage = { readonly network: Network } | { readonly ask: 'unexpected' }

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
    else say({ unexpected: fake.unexpected() })
  })
  say({ env: fake.env })
}

if (process.send !== undefined && process.argv[1]?.endsWith('bench-server.js') === true) await serve()
