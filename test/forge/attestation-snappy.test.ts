import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unpackedJson, unsnapBlock } from '../../src/forge/attestation-snappy.ts'
import { snappyBlock, snappyFrames } from '../fake-github/snappy.ts'

const limit = 1 << 24
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('unsnapBlock', () => {
  // The first was packed by another implementation; the others are spelt out from the description of the format.
  const json = `{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","signatures":["${'a'.repeat(82)}","application/vnd.dev.sigstore"]}`
  it.each([
    [
      'literals and copies of every length',
      'c001f04e7b226d6564696154797065223a226170706c69636174696f6e2f766e642e6465762e73696773746f72652e62756e646c652e76302e332b6a736f6e222c227369676e617475726573223a5b22616161fe02003a020008222c226e930008225d7d',
      json,
    ],
    ['nothing', '00', ''],
    ['a literal', '05 10 68656c6c6f', 'hello'],
    ['a literal with its length beside it', `3d f03c ${'61'.repeat(61)}`, 'a'.repeat(61)],
    ['a literal with a length of two bytes', `3d f43c00 ${'61'.repeat(61)}`, 'a'.repeat(61)],
    ['a copy with an offset of one byte', '08 0c 61626364 0104', 'abcdabcd'],
    ['a copy with an offset of two bytes', '08 0c 61626364 0e0400', 'abcdabcd'],
    ['a copy with an offset of four bytes', '08 0c 61626364 0f04000000', 'abcdabcd'],
    ['a copy that reads what it writes', '09 00 61 1101', `a${'a'.repeat(8)}`],
  ])('reads %s', (_, packed, text) => {
    expect(Buffer.from(unsnapBlock(bytes(packed.replaceAll(' ', '')), limit)).toString()).toBe(text)
  })

  it.each([
    ['nothing at all', ''],
    ['a length that does not end', 'ffffffffff01'],
    ['a length that is cut', '80'],
    ['a literal that is cut', '05 10 6865'],
    ['a tag without its length', '3d f0'],
    ['less than announced', '06 10 68656c6c6f'],
    ['more than announced', '04 10 68656c6c6f'],
    ['a copy of more than announced', '06 0c 61626364 0104'],
    ['a copy of nothing', '08 0c 61626364 0100'],
    ['a copy from before the beginning', '08 0c 61626364 0105'],
    ['a copy without its offset', '08 0c 61626364 0e04'],
  ])('refuses %s', (_, packed) => {
    expect(() => unsnapBlock(bytes(packed.replaceAll(' ', '')), limit)).toThrow(/packed data/)
  })

  it('refuses what would be too large before making room for it', () => {
    expect(() => unsnapBlock(bytes('ffffffff0f00'), limit)).toThrow(/announces 4294967295 bytes/)
  })

  it('gives back what was packed, and never throws anything but its own error', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ascii('abc"{}:')), { maxLength: 3000 }), (data) => {
        const plain = Uint8Array.from(data)
        expect(unsnapBlock(snappyBlock(plain), limit)).toEqual(plain)
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (data) => {
        try {
          unsnapBlock(data, 1 << 16)
        } catch (error) {
          expect((error as Error).name).toBe('ShapeError')
        }
      }),
    )
  })
})

describe('unpackedJson', () => {
  const text = JSON.stringify({ many: Array.from({ length: 20_000 }, (_, i) => `line ${i % 97}`) })

  it.each([
    ['a block', snappyBlock(ascii(text))],
    ['frames', snappyFrames(ascii(text))],
    ['plain JSON', ascii(text)],
  ])('knows %s by its beginning', (_, packed) => {
    expect(Buffer.from(unpackedJson(packed, limit)).toString()).toBe(text)
  })

  it.each([
    ['a block', snappyBlock(ascii(text))],
    ['frames', snappyFrames(ascii(text))],
    ['plain JSON', ascii(text)],
  ])('holds %s to the limit', (_, packed) => {
    expect(() => unpackedJson(packed, text.length - 1)).toThrow(/more than/)
  })

  it.each([
    ['a frame that is cut', snappyFrames(ascii(text)).subarray(0, -5)],
    ['a chunk nobody may pass over', Buffer.concat([snappyFrames(ascii('{}')), bytes('02000000')])],
    ['a chunk without its checksum', Buffer.concat([snappyFrames(ascii('{}')), bytes('01010000aa')])],
  ])('refuses %s', (_, packed) => {
    expect(() => unpackedJson(packed, limit)).toThrow(/packed data/)
  })
})
