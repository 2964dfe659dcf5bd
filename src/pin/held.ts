// All pins → the literals of their hashes and the calls of their fetchers, put together once.
import type { Place } from '../core/span.ts'
import type { Pin } from './pin.ts'

/** What pins hold of the files. */
export interface Held {
  readonly origins: readonly Place[]
  /** The `placeKey` of each origin. */
  readonly literals: ReadonlySet<string>
  /** The `placeKey` of each call. */
  readonly calls: ReadonlySet<string>
}

export const placeKey = (file: string, start: number): string => `${file}:${start}`

const known = new WeakMap<readonly Pin[], Held>()

export function heldBy(pins: readonly Pin[]): Held {
  const before = known.get(pins)
  if (before !== undefined) return before
  const fetches = pins.flatMap((pin) => pin.fetches)
  const origins = fetches.flatMap(({ hashes }) => hashes.flatMap(({ value }) => value.runs.map((run) => run.origin)))
  const keys = (places: readonly Place[]): ReadonlySet<string> => new Set(places.map(({ file, start }) => placeKey(file, start)))
  const held = { origins, literals: keys(origins), calls: keys(fetches.map(({ place }) => place)) }
  known.set(pins, held)
  return held
}
