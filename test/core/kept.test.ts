// What is remembered stays below its bound, and what is remembered is right.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Kept } from '../../src/core/kept.ts'

it('keeps the newest, up to the weight, and gives back what was put there last', () => {
  const entry = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), value: fc.nat(), weight: fc.nat(60) })
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 40 }), (entries) => {
      const kept = new Kept<number>(100)
      for (const { key, value, weight } of entries) kept.set(key, value, weight)
      const newest = new Map<string, { value: number; weight: number }>()
      for (const { key, value, weight } of entries.toReversed()) if (!newest.has(key)) newest.set(key, { value, weight })
      const held = [...newest].map(([key, last]) => ({ ...last, kept: kept.get(key) }))
      for (const { value, kept: found } of held) expect([value, undefined]).toContain(found)
      const count = held.filter((each) => each.kept !== undefined).length
      expect(held.slice(0, count).every((each) => each.kept !== undefined)).toBe(true)
      expect(held.slice(0, count).reduce((sum, each) => sum + each.weight, 0)).toBeLessThanOrEqual(100)
      expect(count > 0).toBe(entries.length > 0)
    }),
  )
})

it('keeps the newest even if it is heavier than all may be', () => {
  const kept = new Kept<string>(10)
  kept.set('a', 'light', 1)
  kept.set('b', 'heavy', 1000)
  expect([kept.get('a'), kept.get('b')]).toEqual([undefined, 'heavy'])
})
