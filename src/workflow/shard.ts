// The selected pins → those that one of several machines is to verify.
import type { Sharded } from '../core/report.ts'
import { type Portion, shardsOf } from '../pin/shards.ts'
import type { Selection, Shard } from './context.ts'
import type { Entry } from './entries.ts'
import { within } from './nix-pin.ts'
import type { Selected } from './select.ts'

/** Every pin is in one shard of those that have the same selection. */
export function inShard(
  selected: readonly Selected<Entry>[],
  systems: Selection['systems'],
  { number, of }: Shard,
): { readonly selected: readonly Selected<Entry>[]; readonly sharded: Sharded } {
  const shards = shardsOf(
    selected.map(({ pin }) => portionOf(pin, systems)),
    of,
  )
  const own = selected.filter((_, i) => shards[i] === number - 1)
  return { selected: own, sharded: { number, of, pins: selected.length, taken: own.length } }
}

function portionOf(entry: Entry, systems: Selection['systems']): Portion {
  const { name, file, line, column, tag } = entry
  const key = JSON.stringify([file, line, column, name])
  if (entry.kind === 'spec') {
    const meant = entry.state.systems.filter(({ system }) => systems === null || systems.includes(system))
    return {
      key,
      downloads: meant.map(({ url }) => url),
      release: releaseKey('github.com', entry.spec.org, entry.spec.name, entry.spec.version),
    }
  }
  const { repository } = entry.pin
  // Which assets a builder that cannot be read fetches is not known yet; it is as many as it has hashes.
  const downloads = within(entry.pin, systems).flatMap(
    (fetch) => fetch.urls[0]?.text ?? fetch.hashes.map(({ value }) => `${entry.org}/${entry.repo} ${tag} ${value.text}`),
  )
  return {
    key,
    downloads,
    release: repository === null || tag === null ? null : releaseKey(repository.server, repository.org, repository.name, tag),
  }
}

function releaseKey(...words: readonly string[]): string {
  return JSON.stringify(words)
}
