// Shares of work: everything is somebody's, nothing is two's, and nobody has much more than the others.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Portion, shardsOf } from '../../src/pin/shards.ts'

const portion = fc.record({
  key: fc.string({ maxLength: 4 }),
  downloads: fc.array(fc.nat(25).map(String), { maxLength: 4 }),
  release: fc.option(fc.nat(4).map(String)),
})
const portions: fc.Arbitrary<Portion[]> = fc.uniqueArray(portion, { selector: ({ key }) => key, maxLength: 30 })
const number = fc.integer({ min: 1, max: 8 })
/** Bytes of some of the downloads. */
const sizes = fc.array(fc.tuple(fc.nat(25).map(String), fc.nat(1e9)), { maxLength: 20 }).map((pairs) => new Map(pairs))

/** What a download weighs that nobody knows the size of is the middle one of those that are known. */
const weightOf = (some: readonly Portion[], known: ReadonlyMap<string, number> = new Map()): number => {
  const middle = [...known.values()].toSorted((a, b) => a - b)[Math.floor(known.size / 2)] ?? 0
  const shared = [...new Set(some.flatMap(({ downloads }) => downloads))]
  const bytes = shared.reduce((sum, download) => sum + (known.get(download) ?? middle), 0)
  return shared.length + some.filter(({ downloads }) => downloads.length === 0).length + bytes / 2 ** 20
}

/** Portions that have a download in common, directly or through others. */
function connected(all: readonly Portion[]): Portion[][] {
  const left = new Set(all)
  const groups: Portion[][] = []
  for (const first of left) {
    const group = [first]
    left.delete(first)
    for (const each of group)
      for (const other of left)
        if (each.downloads.some((download) => other.downloads.includes(download))) {
          group.push(other)
          left.delete(other)
        }
    groups.push(group)
  }
  return groups
}

const parts = (all: readonly Portion[], count: number, known: ReadonlyMap<string, number> = new Map()): Portion[][] => {
  const shards = shardsOf(all, count, known)
  return Array.from({ length: count }, (_, shard) => all.filter((_, i) => shards[i] === shard))
}

describe('shards', () => {
  it('are a partition', () => {
    fc.assert(
      fc.property(portions, number, sizes, (all, count, known) => {
        const shards = shardsOf(all, count, known)
        expect(shards.length).toBe(all.length)
        expect(shards.every((shard) => Number.isInteger(shard) && shard >= 0 && shard < count)).toBe(true)
      }),
    )
  })

  it('are the same whatever the order of the pins and of what they fetch', () => {
    const shuffled = portions.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
    )
    fc.assert(
      fc.property(shuffled, number, sizes, ([all, other], count, known) => {
        const turned = other.map((each) => ({ ...each, downloads: each.downloads.toReversed() }))
        const byKey = (some: readonly Portion[]): Record<string, number | undefined> => {
          const shards = shardsOf(some, count, some === all ? known : new Map([...known].toReversed()))
          return Object.fromEntries(some.map(({ key }, i) => [`key ${key}`, shards[i]]))
        }
        expect(byKey(turned)).toEqual(byKey(all))
      }),
    )
  })

  it('never download the same twice', () => {
    fc.assert(
      fc.property(portions, number, sizes, (all, count, known) => {
        const downloads = parts(all, count, known).flatMap((part) => [...new Set(part.flatMap((each) => each.downloads))])
        expect(new Set(downloads).size).toBe(downloads.length)
      }),
    )
  })

  it('weigh no more than an equal share and what has to stay together', () => {
    fc.assert(
      fc.property(portions, number, sizes, (all, count, known) => {
        const share = weightOf(all, known) / count
        const largest = Math.max(0, ...connected(all).map((group) => Math.max(1, weightOf(group, known))))
        const heaviest = Math.max(...parts(all, count, known).map((part) => weightOf(part, known)))
        expect(heaviest).toBeLessThanOrEqual(share + (1 - 1 / count) * Math.max(largest, share) + 1e-9)
      }),
    )
  })

  it('are at most a third heavier than the best there is, where nothing has to stay together but downloads', () => {
    const apart = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 8 }).map((weights) =>
      weights.map((weight, i): Portion => ({
        key: String(i),
        downloads: Array.from({ length: weight }, (_, n) => `${i} ${n}`),
        release: null,
      })),
    )
    const best = (weights: readonly number[], loads: readonly number[]): number => {
      const [weight, ...rest] = weights
      if (weight === undefined) return Math.max(...loads)
      return Math.min(
        ...loads.map((_, at) =>
          best(
            rest,
            loads.map((load, i) => (i === at ? load + weight : load)),
          ),
        ),
      )
    }
    fc.assert(
      fc.property(apart, fc.integer({ min: 1, max: 3 }), (all, count) => {
        const optimum = best(
          all.map(({ downloads }) => downloads.length),
          new Array<number>(count).fill(0),
        )
        expect(Math.max(...parts(all, count).map((part) => weightOf(part)))).toBeLessThanOrEqual(optimum * (4 / 3 - 1 / (3 * count)) + 1e-9)
      }),
      { numRuns: 60 },
    )
  })

  const pin = (key: string, weight: number, release: string | null = key): Portion => ({
    key,
    downloads: Array.from({ length: weight }, (_, n) => `${key} ${n}`),
    release,
  })
  it.each<[string, readonly Portion[], number, readonly number[]]>([
    ['nothing', [], 3, []],
    ['one shard', [pin('a', 1), pin('b', 9)], 1, [0, 0]],
    ['more shards than pins', [pin('a', 1), pin('b', 1)], 5, [0, 1]],
    ['the heaviest first', [pin('a', 1), pin('b', 2), pin('c', 3)], 2, [1, 1, 0]],
    ['one release stays together', [pin('a', 1, 'r'), pin('b', 1, 's'), pin('c', 1, 'r'), pin('d', 1, 's')], 2, [0, 1, 0, 1]],
    ['unless it is more than one share', [pin('a', 1, 'r'), pin('b', 1, 'r'), pin('c', 1, 'r'), pin('d', 1, 'r')], 2, [0, 1, 0, 1]],
    [
      'one download stays together',
      [pin('a', 1), { ...pin('b', 1), downloads: ['a 0', 'c 0'] }, pin('c', 1), pin('d', 1)],
      2,
      [0, 0, 0, 1],
    ],
  ])('%s', (_, all, count, expected) => expect(shardsOf(all, count)).toEqual(expected))

  const MB = 1e6
  it.each<[string, readonly Portion[], Record<string, number>, number, readonly number[]]>([
    [
      'one large asset beside many small ones',
      ['a', 'b', 'c', 'd'].map((key) => pin(key, 1)),
      { 'a 0': MB, 'b 0': MB, 'c 0': 90 * MB, 'd 0': MB },
      2,
      [1, 1, 0, 1],
    ],
    [
      'what is not known is as large as the middle one',
      [pin('a', 1), pin('b', 1), pin('c', 1), pin('d', 1)],
      { 'a 0': 50 * MB, 'b 0': MB, 'd 0': 60 * MB },
      2,
      [1, 0, 1, 0],
    ],
    [
      'many small ones are work too',
      Array.from({ length: 6 }, (_, n) => pin(String(n), 1)),
      { '0 0': 2 ** 22, ...Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`${n} 0`, 0])) },
      2,
      [0, 1, 1, 1, 1, 1],
    ],
  ])('%s', (_, all, known, count, expected) => expect(shardsOf(all, count, new Map(Object.entries(known)))).toEqual(expected))
})
