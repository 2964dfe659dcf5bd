// The name of a world in a page → the GitHub that its commands meet.
import { demoWorld } from '../../scripts/demo-world.ts'
import { type World, publicServer } from '../fake-github/world.ts'

const ofRipgrep = 'ripgrep-14.1.1-x86_64-unknown-linux-musl.tar.gz'
const ofCue = 'cue_v0.10.0_linux_amd64.tar.gz'
const other = { generate: 213_377, seed: 'built once more' }

/** Everything as it was when the demo repository was pinned. */
const today = demoWorld

/** One file of a release was put there anew, under the same name, months after its publication. */
function replaced(name: string): World {
  const world = demoWorld()
  for (const asset of world.repositories.flatMap(({ releases }) => releases.flatMap(({ assets }) => assets))) {
    if (asset.name === name) Object.assign(asset, { bytes: other, updatedAt: '2025-10-20T08:00:00Z' })
  }
  return world
}

const failing = { kind: 'status', status: 503 } as const

/** By name; each call gives a new one. */
export const worlds: Readonly<Record<string, () => World>> = {
  today,
  replaced: () => replaced(ofRipgrep),
  /** Replaced, and the checksum file of the release still speaks of what was there before. */
  disagreeing: () => replaced(ofCue),
  /** Replaced, and the API answers nobody. */
  'replaced-and-quiet': () => ({ ...replaced(ofRipgrep), faults: [{ host: 'api.github.com', fault: failing }] }),
  /** On the way from the store to here a file becomes another one, as long as it was. */
  corrupt: () => ({
    ...demoWorld(),
    faults: [{ host: publicServer.store, asset: ofRipgrep, fault: { kind: 'stale', bytes: { generate: 210_000, seed: 'a cache' } } }],
  }),
  /** The API answers, and only that it cannot. */
  quiet: () => ({ ...demoWorld(), faults: [{ host: 'api.github.com', fault: failing }] }),
  /** GitHub answers, and only that it cannot. */
  down: () => ({ ...demoWorld(), faults: [{ fault: failing }] }),
}
