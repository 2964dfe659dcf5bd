import { execFileSync, spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Algorithm } from '../../src/core/digest.ts'
import { parseDigest, printDigest } from '../../src/hash/spelling.ts'

const present = spawnSync('nix-hash', ['--version']).status === 0
const required = process.env['PINHASH_REQUIRE_NIX'] === '1'

const toBase32 = (text: string, algorithm: Algorithm): string | null => {
  const run = spawnSync('nix-hash', ['--type', algorithm, '--to-base32', text], { encoding: 'utf8' })
  return run.status === 0 ? run.stdout.trim() : null
}

describe.skipIf(!present && !required)('beside nix-hash', () => {
  const algorithms: Algorithm[] = ['md5', 'sha1', 'sha256', 'sha512']
  const spellings = ['hex', 'nix32', 'base64', 'sri'] as const

  test.each(algorithms)('%s: what is printed here, nix-hash reads, and prints alike', (algorithm) => {
    for (let i = 0; i < 8; i++) {
      const bytes = Buffer.from(hash(algorithm, `input ${i}`, 'hex'), 'hex')
      const digest = { algorithm, bytes: Uint8Array.from(bytes) }
      const nix32 = execFileSync('nix-hash', ['--type', algorithm, '--to-base32', bytes.toString('hex')], { encoding: 'utf8' }).trim()
      expect(printDigest(digest, 'nix32')).toBe(nix32)
      expect(execFileSync('nix-hash', ['--type', algorithm, '--to-base16', nix32], { encoding: 'utf8' }).trim()).toBe(
        printDigest(digest, 'hex'),
      )
      for (const name of spellings) expect(toBase32(printDigest(digest, name), algorithm)).toBe(nix32)
    }
  })

  test('one wrong character is read or refused as nix-hash does', () => {
    const digest = parseDigest('1liz2gkd0zj72xbg0fynsrcz1rsdqdpfjsgqzwbzv54wyrv9qi4g')
    if (!digest.ok) throw new Error(digest.message)
    for (const name of spellings) {
      for (const prefixed of name === 'sri' ? [false] : [false, true]) {
        const text = printDigest(digest.digest, { name, prefixed })
        for (const at of [0, 7, text.length - 2, text.length - 1]) {
          for (const char of ['1', 'e', 'z', 'A', '_', ':']) {
            // nix-hash stops reading base64 at the first `=` and so forgives what stands in its place.
            if (text[at] === '=') continue
            const input = text.slice(0, at) + char + text.slice(at + 1)
            const parsed = parseDigest(input, { algorithm: 'sha256' })
            expect([input, parsed.ok ? printDigest(parsed.digest, 'nix32') : null]).toEqual([input, toBase32(input, 'sha256')])
          }
        }
      }
    }
  }, 60_000)
})
