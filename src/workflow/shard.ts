// The selected pins → those that one of several machines is to verify.
import { createHash } from 'node:crypto'
import { AbsentError, NetworkError } from '../core/errors.ts'
import type { Release, Repository } from '../core/release.ts'
import type { Sharded } from '../core/report.ts'
import { compareText } from '../core/natural-order.ts'
import { type Portion, shardsOf } from '../pin/shards.ts'
import { chosenAsset, listedAt } from './assets.ts'
import type { Selection, Shard } from './context.ts'
import type { Entry } from './entries.ts'
import { within } from './nix-pin.ts'
import { repositoryAt } from './origin.ts'
import { Refusal } from './refusal.ts'
import type { Selected } from './select.ts'
import type { Tools } from './tools.ts'

/** What is downloaded for a pin, and how many bytes its release says that it has; null where the release does not list it. */
interface Download {
  readonly name: string
  size(release: Release): number | null
}

/** A pin with what it fetches, before anything is known of it. */
interface Load {
  readonly key: string
  readonly origin: { readonly repository: Repository; readonly tag: string } | null
  readonly downloads: readonly Download[]
}

/**
 * Every pin is in one shard of those that have the same selection and, where sizes are weighed, see the same releases. Throws NetworkError where a release could
 * not be asked for its sizes: this machine would share the work otherwise than the others.
 */
export async function inShard(
  selected: readonly Selected<Entry>[],
  systems: Selection['systems'],
  { number, of, by }: Shard,
  tools: Pick<Tools, 'context' | 'requests'>,
): Promise<{ readonly selected: readonly Selected<Entry>[]; readonly sharded: Sharded }> {
  const loads = selected.map(({ pin }) => loadOf(pin, systems))
  const sizes = by === 'size' && of > 1 ? await sizesOf(loads, tools) : new Map<string, number>()
  const portions = loads.map(portionOf)
  const shards = shardsOf(portions, of, sizes)
  const own = selected.filter((_, i) => shards[i] === number - 1)
  return { selected: own, sharded: { number, of, pins: selected.length, taken: own.length, split: splitOf(portions, shards) } }
}

function loadOf(entry: Entry, systems: Selection['systems']): Load {
  const { name, file, line, column, tag } = entry
  const key = JSON.stringify([file, line, column, name])
  const repository = repositoryAt(entry)
  const origin = repository === null || tag === null ? null : { repository, tag }
  if (entry.kind === 'spec') {
    const meant = entry.state.systems.filter(({ system }) => systems === null || systems.includes(system))
    return {
      key,
      origin,
      downloads: meant.map(({ url, system }) => ({ name: url, size: (release) => listedAt(url, release, system)?.size ?? null })),
    }
  }
  const downloads = within(entry.pin, systems).flatMap((fetch): Download[] => {
    const url = fetch.urls[0]?.text
    if (url !== undefined) return [{ name: url, size: (release) => listedAt(url, release, fetch.system)?.size ?? null }]
    // Which assets a builder that cannot be read fetches is not known before its release is; it is as many as it has hashes.
    return fetch.hashes.map(({ value }) => ({
      name: `${entry.org}/${entry.repo} ${tag} ${value.text}`,
      size: (release) => {
        try {
          return origin === null ? null : chosenAsset(fetch, origin.repository, release, origin.tag, release, []).asset.size
        } catch (error) {
          if (error instanceof Refusal) return null
          throw error
        }
      },
    }))
  })
  return { key, origin, downloads }
}

function portionOf({ key, origin, downloads }: Load): Portion {
  return { key, release: origin === null ? null : releaseKey(origin), downloads: downloads.map(({ name }) => name) }
}

const releaseKey = ({ repository: { server, org, name }, tag }: NonNullable<Load['origin']>): string =>
  JSON.stringify([server, org, name, tag])

/** Bytes by the name of the download. */
async function sizesOf(loads: readonly Load[], { context, requests }: Pick<Tools, 'context' | 'requests'>): Promise<Map<string, number>> {
  const sizes = new Map<string, number>()
  await Promise.all(
    loads.map(async ({ origin, downloads }) => {
      if (origin === null) return
      try {
        const release = await requests(() => context.forge.release(origin.repository, origin.tag))
        for (const { name, size } of downloads) {
          const bytes = size(release)
          if (bytes !== null) sizes.set(name, bytes)
        }
      } catch (error) {
        if (error instanceof AbsentError) return
        if (!(error instanceof NetworkError)) throw error
        const message = `Without the sizes of all assets this machine would share the pins otherwise than the others; '--shard-by downloads' shares without them: ${error.message}`
        throw new NetworkError(error.code, message, { cause: error, retryable: error.retryable, retryAt: error.retryAt })
      }
    }),
  )
  return sizes
}

/** The same for all machines that share alike, and for no others. */
function splitOf(portions: readonly Portion[], shards: readonly number[]): string {
  const all = portions.map(({ key }, i) => [key, shards[i]!] as const).toSorted(([a], [b]) => compareText(a, b))
  return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 12)
}
