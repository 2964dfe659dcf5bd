// Hash literals → what they say, and how another digest is written in their place.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Algorithm, digestSize, sameDigest } from '../../src/core/digest.ts'
import type { SpellingName } from '../../src/core/report.ts'
import { parseDigest, printDigest } from '../../src/hash/spelling.ts'
import type { FetchHash } from '../../src/nix/evaluate/fetchers.ts'
import { hashEdit, readHash, spellingOf, spellingProblem } from '../../src/pin/hash-edits.ts'
import type { Pin } from '../../src/pin/pin.ts'
import { foundIn } from './found.ts'

const zero = { algorithm: 'sha256' as const, bytes: new Uint8Array(32).fill(7) }

/** The pin of one fetch with these attributes, under one system or by a map. */
function pinOf(attributes: string): Pin {
  return foundIn({
    'a.nix': `{ lib, fetchurl, system }: with lib; fetchurl { url = "https://example.org/1.0.0/\${system}"; ${attributes} }`,
  }).discovery.pins[0]!
}
const hashIn = (pin: Pin): FetchHash => pin.fetches[0]!.hashes[0]!

describe('a hash', () => {
  it.each([
    ['sha256 = "";', 'placeholder', 'sha256'],
    ['hash = "";', 'placeholder', 'sha256'],
    ['hash = "sha512-";', 'placeholder', 'sha512'],
    ['sha512 = fakeSha512;', 'placeholder', 'sha512'],
    ['sha512 = fakeHash;', 'placeholder', 'sha512'],
    ['sha256 = "sha512-";', 'placeholder', 'sha256'],
    ['outputHash = ""; outputHashAlgo = "sha512";', 'placeholder', 'sha512'],
    ['sha256 = lib.fakeSha256;', 'placeholder', 'sha256'],
    ['hash = fakeHash;', 'placeholder', 'sha256'],
    [`sha1 = "${printDigest({ algorithm: 'sha1', bytes: new Uint8Array(20).fill(1) }, 'hex')}";`, 'digest', 'sha1'],
    ['sha256 = "todo";', 'malformed', ''],
  ])('%s is a %s', (attributes, kind, algorithm) => {
    const read = readHash(hashIn(pinOf(attributes)))
    expect([read.kind, read.kind === 'malformed' ? '' : read.kind === 'digest' ? read.digest.algorithm : read.algorithm]).toEqual([
      kind,
      algorithm,
    ])
  })
})

describe('an empty hash', () => {
  const digest = printDigest(zero, 'sri')
  it.each([
    [`hash = "${digest}"; sha256 = "";`, 'hash'],
    [`sha1 = ""; sha256 = "${digest}";`, 'sha256'],
    [`sha256 = "${digest}"; outputHash = "";`, 'sha256'],
    ['sha256 = ""; hash = "";', 'hash'],
  ])('is one that is not given beside another: %s', (attributes, expected) => {
    expect(pinOf(attributes).fetches[0]!.hashes.map(({ attribute }) => attribute)).toEqual([expected])
  })
})

describe('a placeholder is filled', () => {
  it.each([
    ['hash = "";', 'sri'],
    ['hash = fakeHash;', 'sri'],
    ['outputHash = "";', 'sri'],
    ['sha256 = "";', 'nix32'],
    ['sha256 = fakeSha256;', 'nix32'],
    ['sha256 = fakeHash;', 'sri'],
    [`sha256 = "${'0'.repeat(52)}";`, 'nix32'],
    ['sha256 = { x86_64-linux = ""; aarch64-linux = "HEX"; }.${system};', 'hex'],
    ['sha256 = { x86_64-linux = lib.fakeSha256; aarch64-linux = "sha256:NIX"; }.${system};', 'nix32'],
  ])('%s as %s', (attributes, spelling) => {
    const pin = pinOf(attributes.replace('HEX', printDigest(zero, 'hex')).replace('NIX', printDigest(zero, 'nix32')))
    const hash = pin.fetches.flatMap((fetch) => fetch.hashes).find((each) => readHash(each).kind === 'placeholder')!
    expect(spellingOf(hash, pin).name).toBe(spelling)
    expect(hashEdit(hash, zero, pin).edit?.text.replaceAll('"', '')).toBe(hashEdit(hash, zero, pin).text)
  })
})

describe('another spelling', () => {
  it.each([
    ['hash = "SRI";', 'nix32', false],
    ['hash = "SRI";', 'sri', true],
    ['sha256 = "SRI";', 'hex', true],
    ['sha512 = "";', 'base64', true],
    ['outputHash = "SRI"; outputHashAlgo = "sha256";', 'nix32', true],
    ['outputHash = "SRI";', 'nix32', false],
  ] satisfies [string, SpellingName, boolean][])('of %s as %s: %s', (attributes, spelling, possible) => {
    expect(spellingProblem(hashIn(pinOf(attributes.replace('SRI', printDigest(zero, 'sri')))), spelling) === null).toBe(possible)
  })

  it('goes before the one the file has; without it prefix, padding and case stay', () => {
    const pin = pinOf(`sha256 = "sha256:${printDigest(zero, 'nix32')}";`)
    expect(hashEdit(hashIn(pin), zero, pin).text).toBe(`sha256:${printDigest(zero, 'nix32')}`)
    expect(hashEdit(hashIn(pin), zero, pin, 'nix32').text).toBe(`sha256:${printDigest(zero, 'nix32')}`)
    expect(hashEdit(hashIn(pin), zero, pin, 'sri').text).toBe(printDigest(zero, 'sri'))
  })
})

it('what is written is read back as the digest it was, under the attribute it stands in', () => {
  const attributes: readonly (readonly [string, Algorithm | null])[] = [
    ['hash', null],
    ['sha256', 'sha256'],
    ['sha512', 'sha512'],
    ['outputHash', 'sha256'],
  ]
  const spellings: readonly (SpellingName | null)[] = [null, 'nix32', 'hex', 'base64', 'sri']
  fc.assert(
    fc.property(
      fc.constantFrom(...attributes),
      fc.constantFrom(...spellings),
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
      ([attribute, algorithm], wanted, bytes) => {
        const digest = { algorithm: algorithm ?? ('sha256' as const), bytes: bytes.slice(0, digestSize[algorithm ?? 'sha256']) }
        const hash: FetchHash = { attribute, algorithm, value: { kind: 'string', text: '', runs: [] } }
        fc.pre(wanted === null || spellingProblem(hash, wanted) === null)
        const pin = { fetches: [] as const } as unknown as Pin
        const parsed = parseDigest(hashEdit(hash, digest, pin, wanted).text, algorithm === null ? {} : { algorithm })
        expect(parsed.ok && sameDigest(parsed.digest, digest)).toBe(true)
      },
    ),
  )
})
