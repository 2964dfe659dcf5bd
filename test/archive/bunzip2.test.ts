import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bunzip2 } from '../../src/archive/bunzip2.ts'

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function unpacked(bytes: Uint8Array, size = 4096): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of bunzip2(chunks(bytes, size))) parts.push(part)
  return Buffer.concat(parts)
}

test('nothing, as bzip2 writes it', async () => {
  expect(await unpacked(Buffer.from('425a683917724538509000000000', 'hex'))).toHaveLength(0)
})

test('"hello", with the checksums that belong to it', async () => {
  const hello = Buffer.from('425a68393141592653591931653d00000081000244a000219a68334d07338bb9229c28480c98b29e80', 'hex')
  expect((await unpacked(hello)).toString()).toBe('hello')
  for (const at of [10, 13, hello.length - 4]) {
    const copy = Buffer.from(hello)
    copy[at] = (copy[at] ?? 0) ^ 1
    await expect(unpacked(copy)).rejects.toThrow(/checksum/)
  }
  expect((await unpacked(Buffer.concat([hello, hello, Buffer.from('rubbish')]), 5)).toString()).toBe('hellohello')
  await expect(unpacked(Buffer.from('BZip'))).rejects.toThrow('it does not begin as bzip2 does')
})

test('damage anywhere is an Error or changes nothing', async () => {
  const bytes = readFileSync(fileURLToPath(new URL('../../fixtures/archive/gnu.tar.bz2', import.meta.url)))
  const whole = await unpacked(bytes)
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const copy = Buffer.from(bytes)
      copy[at] = (copy[at] ?? 0) ^ flip
      const result = await unpacked(copy).catch((error: unknown) => error)
      if (Buffer.isBuffer(result)) expect(result.equals(whole)).toBe(true)
      else expect(result).toBeInstanceOf(Error)
    }),
    { numRuns: 300 },
  )
})

describe.skipIf(spawnSync('bzip2', ['--help']).status !== 0)('beside bzip2', () => {
  const compress = (bytes: Uint8Array, level: number): Buffer =>
    spawnSync('bzip2', [`-${level}`], { input: bytes, maxBuffer: 2 ** 28 }).stdout

  test('any bytes', async () => {
    const runs = fc.array(fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 600 })), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(runs, async (parts) => {
        const bytes = Buffer.concat(parts.map(([byte, length]) => Buffer.alloc(length, byte)))
        expect((await unpacked(compress(bytes, 1), 7)).equals(bytes)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test.each([
    ['what cannot be compressed', 1, (i: number) => createHash('sha512').update(String(i)).digest()],
    ['what can', 9, (i: number) => Buffer.from(`line ${i % 1000} of many, ${'='.repeat(i % 60)}\n`)],
    ['zeros', 1, () => Buffer.alloc(100)],
  ])('several blocks of %s', async (_, level, make) => {
    const bytes = Buffer.concat(Array.from({ length: 40_000 }, (__, i) => make(i)))
    expect((await unpacked(compress(bytes, level), 65_536)).equals(bytes)).toBe(true)
  })
})
