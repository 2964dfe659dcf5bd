import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import { printDigest } from '../../src/hash/spelling.ts'
import { type TreeRule, Unpacking, treeDigest } from '../../src/workflow/unpacking.ts'

const fixture = (name: string): Buffer => readFileSync(new URL(`../../fixtures/archive/${name}`, import.meta.url))
const rule: TreeRule = { kind: 'archive', root: 'nix-prefetch-url', foldCase: false }
/** As recorded from Nix. */
const ofGnu = '02in4kxqyid4jkbg15r8fw9cd4n1gas257rwpy7rj8svy2rwl4vi'

let temporary = ''
const rejections: unknown[] = []
const remember = (reason: unknown): void => void rejections.push(reason)
beforeEach(() => {
  temporary = mkdtempSync(path.join(tmpdir(), 'pinhash-test-'))
  vi.stubEnv('TMPDIR', temporary)
  process.on('unhandledRejection', remember)
})
afterEach(async () => {
  // Node tells of a rejection once the tasks at hand are done.
  await new Promise((resolve) => setTimeout(resolve, 5))
  process.off('unhandledRejection', remember)
  vi.unstubAllEnvs()
  expect(rejections.splice(0)).toEqual([])
  expect(readdirSync(temporary)).toEqual([])
  rmSync(temporary, { recursive: true })
})

const unpacking = (): Unpacking => new Unpacking('a.tar', rule, 'sha256')

async function write(sink: Unpacking, bytes: Uint8Array, size = 500): Promise<void> {
  for (let at = 0; at < bytes.length; at += size) await sink.write(bytes.subarray(at, at + size))
}

async function finished(sink: Unpacking): Promise<string> {
  const { digest } = await sink.finish()
  await sink.stop()
  return printDigest(digest, 'nix32')
}

describe('bytes on their way', () => {
  test.each(['gnu.tar.gz', 'gnu.tar.xz', 'gnu.tar.bz2', 'gnu.tar.zst', 'info-zip.zip'])('%s, in pieces', async (name) => {
    const sink = unpacking()
    await write(sink, fixture(name))
    expect(await finished(sink)).toBe(ofGnu)
  })

  test('begun again at any moment, also more than once', async () => {
    const name = fc.constantFrom('gnu.tar.gz', 'gnu.tar.xz', 'gnu.tar.bz2', 'gnu.tar.zst', 'info-zip.zip')
    await fc.assert(
      fc.asyncProperty(
        name,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
        fc.integer({ min: 1, max: 3000 }),
        async (file, breaks, size) => {
          const bytes = fixture(file)
          const sink = unpacking()
          for (const part of breaks) {
            await write(sink, bytes.subarray(0, Math.floor(part * bytes.length)), size)
            await sink.restart()
          }
          await write(sink, bytes, size)
          expect(await finished(sink)).toBe(ofGnu)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('what follows an archive that is whole is taken and ignored', async () => {
    const sink = unpacking()
    await write(sink, Buffer.concat([fixture('plain.tar'), Buffer.alloc(500_000)]), 65_536)
    expect(await finished(sink)).toBe('1i4phixbpcagr84ill6rggbn32c8di5fa1gp79dy5c20bl4q2nf4')
  })

  test('a chunk of no bytes is nothing', async () => {
    const sink = unpacking()
    await sink.write(new Uint8Array(0))
    await write(sink, fixture('gnu.tar.gz'))
    await sink.write(new Uint8Array(0))
    expect(await finished(sink)).toBe(ofGnu)
  })

  test('a file by itself', async () => {
    const script = Buffer.from('#!/bin/sh\necho one\n')
    for (const [executable, expected] of [
      [false, '1zk7g2630as94437ks004q2kq6v20y1h3rzk3rziqsxpdbkl0pj4'],
      [true, '0wrk8lf0w6ar1z1q0vvpjgylv08ad50kk2d0n59x16fimgqgiq78'],
    ] as const) {
      const sink = new Unpacking('a', { kind: 'file', executable }, 'sha256')
      await write(sink, script, 3)
      expect(await finished(sink)).toBe(expected)
    }
  })
})

describe('what cannot be unpacked', () => {
  test('the writer learns why with its next bytes, and no more are taken', async () => {
    const sink = unpacking()
    let written = 0
    const error = await (async () => {
      for (; written < 1000; written++) await sink.write(Buffer.alloc(65_536, 'x'))
    })().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(InputError)
    expect(error).toMatchObject({ code: 'bad-archive', exitCode: 2, message: expect.stringContaining('it is neither a zip nor a tar') })
    expect(written).toBeLessThan(3)
    await expect(sink.write(Buffer.alloc(1))).rejects.toBe(error)
    await expect(sink.finish()).rejects.toBe(error)
    await sink.stop()
  })

  test('what ends too early is told at the end', async () => {
    const sink = unpacking()
    await write(sink, fixture('gnu.tar.xz').subarray(0, 900))
    await expect(sink.finish()).rejects.toMatchObject({ code: 'bad-archive' })
    await sink.stop()
  })

  test('nothing at all', async () => {
    const sink = unpacking()
    await expect(sink.finish()).rejects.toMatchObject({ code: 'bad-archive', message: expect.stringContaining('it is empty') })
    await sink.stop()
  })

  test('a beginning that was bad is forgotten when the download begins again', async () => {
    const sink = unpacking()
    await sink.write(Buffer.alloc(65_536, 'x')).catch(() => undefined)
    await sink.restart()
    await write(sink, fixture('gnu.tar.gz'))
    expect(await finished(sink)).toBe(ofGnu)
  })
})

describe('let go of', () => {
  test('at any moment, and more than once, without a word', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('gnu.tar.gz', 'gnu.tar.xz', 'info-zip.zip'),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (name, part) => {
          const bytes = fixture(name)
          const sink = unpacking()
          await write(sink, bytes.subarray(0, Math.floor(part * bytes.length)))
          await sink.stop()
          await sink.stop()
          expect(readdirSync(temporary)).toEqual([])
        },
      ),
      { numRuns: 30 },
    )
  })

  test('while bytes are being taken: the writer is not left waiting', async () => {
    const sink = unpacking()
    const writing = sink.write(fixture('gnu.tar.gz')).catch(() => undefined)
    await sink.stop()
    await writing
  })

  test('before the first byte', async () => {
    await unpacking().stop()
  })
})

test('a stream is read as it comes, and let go of where it is bad', async () => {
  let released = false
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.alloc(1000, 'x')
    } finally {
      released = true
    }
  }
  await expect(treeDigest(endless(), 'a', rule, 'sha256')).rejects.toMatchObject({ code: 'bad-archive' })
  expect(released).toBe(true)
})
