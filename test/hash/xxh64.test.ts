import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Xxh64 } from '../../src/hash/xxh64.ts'

const hash = (...pieces: readonly (Uint8Array | string)[]): string => {
  const sum = new Xxh64()
  for (const piece of pieces) sum.update(Buffer.from(piece as string))
  return sum.digest().toString(16).padStart(16, '0')
}

/** As the algorithm is written down, with whole numbers of 64 bits. */
function plainly(bytes: Uint8Array): string {
  const [p1, p2, p3, p4, p5] = [0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n, 0x85ebca77c2b2ae63n, 0x27d4eb2f165667c5n]
  const word = (value: bigint): bigint => BigInt.asUintN(64, value)
  const turn = (value: bigint, by: bigint): bigint => word((word(value) << by) | (word(value) >> (64n - by)))
  const round = (sum: bigint, lane: bigint): bigint => word(turn(sum + lane * p2, 31n) * p1)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const sums = [p1 + p2, p2, 0n, -p1]
  let at = 0
  for (; at + 32 <= bytes.length; at += 32) for (let i = 0; i < 4; i++) sums[i] = round(sums[i]!, view.getBigUint64(at + 8 * i, true))
  let result = p5
  if (at > 0) {
    result = turn(sums[0]!, 1n) + turn(sums[1]!, 7n) + turn(sums[2]!, 12n) + turn(sums[3]!, 18n)
    for (const sum of sums) result = word((result ^ round(0n, sum)) * p1 + p4)
  }
  result = word(result + BigInt(bytes.length))
  for (; at + 8 <= bytes.length; at += 8) result = word(turn(result ^ round(0n, view.getBigUint64(at, true)), 27n) * p1 + p4)
  if (at + 4 <= bytes.length) {
    result = word(turn(result ^ word(BigInt(view.getUint32(at, true)) * p1), 23n) * p2 + p3)
    at += 4
  }
  for (; at < bytes.length; at++) result = word(turn(result ^ word(BigInt(bytes[at]!) * p5), 11n) * p1)
  result = word((result ^ (result >> 33n)) * p2)
  result = word((result ^ (result >> 29n)) * p3)
  return (result ^ (result >> 32n)).toString(16).padStart(16, '0')
}

test.each([
  ['', 'ef46db3751d8e999'],
  ['a', 'd24ec4f1a98c6e5b'],
  ['abc', '44bc2cf5ad770999'],
])('%j', (text, expected) => expect(hash(text)).toBe(expected))

test('in any pieces, the same as in whole numbers of 64 bits', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 8 }), (pieces) => {
      expect(hash(...pieces)).toBe(plainly(Uint8Array.from(Buffer.concat(pieces))))
    }),
    { numRuns: 500 },
  )
})
