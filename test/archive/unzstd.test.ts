import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unzstd } from '../../src/archive/unzstd.ts'

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function unpacked(bytes: Uint8Array, size = 4096): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of unzstd(chunks(bytes, size))) parts.push(part)
  return Buffer.concat(parts)
}

/** One frame of one block that is not compressed, with its size and checksum. */
const hello = Buffer.from('28b52ffd240529000068656c6c6f', 'hex')
const sum = Buffer.from('a36d9f88', 'hex')
const whole = Buffer.concat([hello, sum])
const changed = (at: number, value: number): Buffer => Buffer.from(whole).fill(value, at, at + 1)

describe('"hello", with the size and checksum that belong to it', () => {
  test('is read, also again, behind what is to be skipped and byte by byte', async () => {
    const skipped = Buffer.from('532a4d1803000000616263', 'hex')
    expect((await unpacked(whole)).toString()).toBe('hello')
    expect((await unpacked(Buffer.concat([skipped, whole, skipped, whole]), 1)).toString()).toBe('hellohello')
    expect((await unpacked(Buffer.concat([skipped]))).toString()).toBe('')
  })

  test.each([
    ['a letter changed', changed(10, 0x6a), 'the checksum of a frame is wrong'],
    ['its checksum changed', changed(15, 0), 'the checksum of a frame is wrong'],
    ['another size said', changed(5, 6), 'a frame has 5 bytes and says 6'],
    ['a dictionary', Buffer.from('28b52ffd2501052900006865', 'hex'), 'it was compressed with a dictionary'],
    ['too large a window', Buffer.from('28b52ffd00ff2900006865', 'hex'), 'zstd itself takes no more than 128 unless told'],
    ['no checksum', hello, 'it ends in the middle of a frame'],
    ['half a block', hello.subarray(0, 12), 'it ends in the middle of a frame'],
    ['half a block header', hello.subarray(0, 7), 'it ends in the middle of a frame'],
    ['half a frame to be skipped', Buffer.from('532a4d18030000006162', 'hex'), 'it ends in the middle of a frame'],
    ['rubbish behind it', Buffer.concat([whole, Buffer.from('rubbish')]), 'what follows the last frame is no frame'],
    ['two letters behind it', Buffer.concat([whole, Buffer.from('ru')]), 'it ends in the middle of a frame'],
  ])('with %s it is refused', async (_, bytes, message) => {
    await expect(unpacked(bytes)).rejects.toThrow(message)
  })
})

describe.skipIf(spawnSync('zstd', ['--version']).status !== 0)('beside zstd', () => {
  const compress = (bytes: Uint8Array, ...options: string[]): Buffer =>
    spawnSync('zstd', ['-q', '-c', ...options], { input: bytes, maxBuffer: 2 ** 28 }).stdout

  test('any bytes', async () => {
    const runs = fc.array(fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 600 })), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(runs, fc.constantFrom('-1', '-19', '--no-check', '--ultra'), async (parts, option) => {
        const bytes = Buffer.concat(parts.map(([byte, length]) => Buffer.alloc(length, byte)))
        expect((await unpacked(compress(bytes, option), 7)).equals(bytes)).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  test.each([
    ['what cannot be compressed', (i: number) => createHash('sha512').update(String(i)).digest()],
    ['what can', (i: number) => Buffer.from(`line ${i % 1000} of many, ${'='.repeat(i % 60)}\n`)],
    ['zeros', () => Buffer.alloc(100)],
  ])('several blocks of %s, and every damage is told', async (_, make) => {
    const bytes = Buffer.concat(Array.from({ length: 20_000 }, (__, i) => make(i)))
    const packed = compress(bytes)
    expect((await unpacked(packed, 65_536)).equals(bytes)).toBe(true)
    await fc.assert(
      fc.asyncProperty(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const copy = Buffer.from(packed)
        copy[at]! ^= flip
        const result = await unpacked(copy, 65_536).catch((error: unknown) => error)
        if (Buffer.isBuffer(result)) expect(result.equals(bytes)).toBe(true)
        else expect(result).toBeInstanceOf(Error)
      }),
      { numRuns: 40 },
    )
  })
})
