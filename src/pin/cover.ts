// A pin and everything that was evaluated → the fewest, smallest roots that show all of its fetches.
import { sightKey } from './discover.ts'
import type { Pin } from './pin.ts'
import type { Root } from './roots.ts'

/** Roots that between them make every fetch of the pin; of several that make one fetch, the root that reads the fewest files. */
export function coverOf(pin: Pin, roots: readonly Root[]): Root[] {
  const wanted = new Set(pin.fetches.map(sightKey))
  const sights = roots.flatMap((root) => {
    const keys = root.fetches.map(sightKey).filter((key) => wanted.has(key))
    return keys.length === 0 ? [] : [{ root, keys }]
  })
  sights.sort((a, b) => a.root.reads.size - b.root.reads.size)
  const cover: Root[] = []
  for (const { root, keys } of sights) {
    if (!keys.some((key) => wanted.has(key))) continue
    for (const key of keys) wanted.delete(key)
    cover.push(root)
  }
  return cover
}
