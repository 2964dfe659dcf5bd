import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { entityTag, hexDigest, piecesOf, sizeOf, wholeOf } from './bytes.ts'

describe('made-up bytes', () => {
  test('are the same for one seed and others for another', () => {
    const one = wholeOf({ generate: 1000, seed: 'one' })
    expect(one).toEqual(wholeOf({ generate: 1000, seed: 'one' }))
    expect(one).not.toEqual(wholeOf({ generate: 1000, seed: 'two' }))
    expect(one.length).toBe(1000)
  })

  test('any range of them, in pieces of any size, is that part of the whole', () => {
    const content = { generate: 5000, seed: 'ranges' }
    const whole = wholeOf(content)
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), fc.integer({ min: 1, max: 999 }), (a, b, piece) => {
        const [start, end] = a < b ? [a, b] : [b, a]
        const joined = Buffer.concat([...piecesOf(content, start, end, piece)])
        expect(joined.equals(whole.subarray(start, end))).toBe(true)
      }),
    )
  })

  test('a longer content begins with the shorter one of its seed, across the chunks it is made in', () => {
    const long = wholeOf({ generate: 600_000, seed: 'prefix' })
    expect(Buffer.from(wholeOf({ generate: 300_001, seed: 'prefix' })).equals(long.subarray(0, 300_001))).toBe(true)
  })

  test('have the digest of their bytes', () => {
    const content = { generate: 300_000, seed: 'digest' }
    expect(hexDigest(content)).toBe(createHash('sha256').update(wholeOf(content)).digest('hex'))
    expect(hexDigest(content, 'sha512')).toBe(createHash('sha512').update(wholeOf(content)).digest('hex'))
    expect(sizeOf(content)).toBe(300_000)
  })

  test('have an entity tag of their own', () => {
    const tags = [
      { generate: 9, seed: 'a' },
      { generate: 10, seed: 'a' },
      { generate: 9, seed: 'b' },
      new Uint8Array([1]),
      new Uint8Array([2]),
    ].map(entityTag)
    expect(new Set(tags).size).toBe(tags.length)
    for (const tag of tags) expect(tag).toMatch(/^"[^"]+"$/)
  })
})
