import { createReadStream, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { unpackedDigest } from '../../src/archive/unpacked-digest.ts'
import { printDigest } from '../../src/hash/spelling.ts'

const folder = fileURLToPath(new URL('../../fixtures/archive/', import.meta.url))
const expected = JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8')) as { file: string; prefetch: string; whole: string }[]

describe('as recorded from Nix', () => {
  test.each(expected)('$file', async ({ file, prefetch, whole }) => {
    const digest = (root: 'nix-prefetch-url' | 'fetchzip-keep-root', highWaterMark: number) =>
      unpackedDigest(createReadStream(path.join(folder, file), { highWaterMark }), file, { algorithm: 'sha256', root })
    expect(printDigest((await digest('nix-prefetch-url', 65_536)).digest, 'nix32')).toBe(prefetch)
    expect(printDigest((await digest('fetchzip-keep-root', 100)).digest, 'nix32')).toBe(whole)
  })

  test('every fixture has its value', () => {
    expect(expected.map(({ file }) => file)).toEqual(
      readdirSync(folder)
        .filter((name) => name !== 'expected.json')
        .toSorted(),
    )
  })
})
