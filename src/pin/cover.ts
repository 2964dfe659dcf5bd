// A pin and everything that was evaluated → the fewest, smallest roots that show all of its fetches.
import { sightKey } from './discover.ts'
import type { Pin } from './pin.ts'
import type { Root } from './roots.ts'

const sightings = new WeakMap<readonly Root[], ReadonlyMap<string, readonly number[]>>()

/** By the `sightKey` of a fetch the indexes of the roots that make it. */
function sightingsOf(roots: readonly Root[]): ReadonlyMap<string, readonly number[]> {
  const known = sightings.get(roots)
  if (known !== undefined) return known
  const made = new Map<string, number[]>()
  for (const [i, { fetches }] of roots.entries())
    for (const key of new Set(fetches.map(sightKey))) {
      const seen = made.get(key)
      if (seen === undefined) made.set(key, [i])
      else seen.push(i)
    }
  sightings.set(roots, made)
  return made
}

/** Roots that between them make every fetch of the pin; of several that make one fetch, the root that reads the fewest files. */
export function coverOf(pin: Pin, roots: readonly Root[]): Root[] {
  const wanted = new Set(pin.fetches.map(sightKey))
  const seen = sightingsOf(roots)
  const sights = new Map<number, string[]>()
  for (const key of wanted) for (const i of seen.get(key) ?? []) sights.set(i, [...(sights.get(i) ?? []), key])
  const smallest = [...sights].sort(([a], [b]) => roots[a]!.reads.size - roots[b]!.reads.size || a - b)
  const cover: Root[] = []
  for (const [i, keys] of smallest) {
    if (!keys.some((key) => wanted.has(key))) continue
    for (const key of keys) wanted.delete(key)
    cover.push(roots[i]!)
  }
  return cover
}
