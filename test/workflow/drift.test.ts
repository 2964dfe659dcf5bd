import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Digest } from '../../src/core/digest.ts'
import type { Asset, Release } from '../../src/core/release.ts'
import { differs, disagreementMeans, replacedAt } from '../../src/workflow/drift.ts'
import { Disagreement } from '../../src/workflow/weigh.ts'

const digest = (byte: number): Digest => ({ algorithm: 'sha256', bytes: new Uint8Array(32).fill(byte) })
const published = '2026-01-01T12:00:00Z'
const after = (minutes: number): string => new Date(Date.parse(published) + minutes * 60_000).toISOString()
const asset = (over: Partial<Asset> = {}): Asset => ({
  name: 'a',
  url: 'https://x/a',
  apiUrl: 'https://api/a',
  state: 'uploaded',
  size: 1,
  digest: null,
  updatedAt: published,
  ...over,
})
const release = (over: Partial<Release> = {}): Release => ({
  tag: 'v1',
  draft: false,
  prerelease: false,
  immutable: false,
  publishedAt: published,
  assets: [],
  ...over,
})

describe('replacedAt', () => {
  it.each<[string, Asset | null, Release | null, boolean, boolean]>([
    ['long after', asset({ updatedAt: after(11) }), release(), false, true],
    ['while it was uploaded', asset({ updatedAt: after(10) }), release(), false, false],
    ['while it was uploaded, but the digest agrees', asset({ updatedAt: after(1) }), release(), true, true],
    ['before the publication of a draft', asset({ updatedAt: after(-60) }), release(), true, false],
    ['never, being immutable', asset({ updatedAt: after(9999) }), release({ immutable: true }), true, false],
    ['who knows', asset({ updatedAt: null }), release(), true, false],
    ['who knows', asset({ updatedAt: after(60) }), release({ publishedAt: null }), true, false],
    ['no release', null, null, false, false],
  ])('%s', (_, file, of, agrees, replaced) => {
    expect(replacedAt(file, of, agrees)).toBe(replaced ? file!.updatedAt : null)
  })
})

describe('differs', () => {
  it('is drift exactly where something says that the file was replaced, and always has both hashes and the way out', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100, max: 100 }), fc.boolean(), fc.boolean(), (minutes, hasDigest, immutable) => {
        const file = asset({ updatedAt: after(minutes), digest: hasDigest ? digest(1) : null })
        const of = release({ immutable })
        const { outcome, code, message } = differs(
          { held: 'a.nix:1 holds OLD', url: file.url, found: 'NEW', asset: file, release: of },
          'do this',
        )
        const drift = replacedAt(file, of, hasDigest) !== null
        expect([outcome, code]).toEqual(drift ? ['drift', 'replaced-upstream'] : ['mismatch', 'hash-differs'])
        for (const part of ['a.nix:1 holds OLD', file.url, 'NEW', 'do this']) expect(message).toContain(part)
      }),
    )
  })
})

describe('disagreementMeans', () => {
  const means = (held: number, found: number, stated: number, minutes: number, source = 'digest'): unknown => {
    const file = asset({ updatedAt: after(minutes) })
    const subject = { url: file.url, asset: file, release: release(), algorithms: ['sha256' as const], tree: null, label: 'a' }
    const refusal = disagreementMeans(
      new Disagreement('they differ', subject, digest(found), { source, digest: digest(stated) }),
      digest(held),
      'a.nix:1 holds it',
    )
    return refusal === null ? null : [refusal.outcome, refusal.code]
  }
  it.each<[string, unknown, unknown]>([
    ['the file and the digest against the bytes', means(1, 2, 1, 0), ['mismatch', 'corrupt-download']],
    ['the file and the bytes against a later digest', means(1, 1, 2, 60), ['drift', 'replaced-upstream']],
    ['the file and the bytes against a digest of the same time', means(1, 1, 2, 0), null],
    ['all three differ', means(1, 2, 3, 60), null],
    ['a checksum file, which may be stale itself', means(1, 2, 1, 0, 'checksums.txt'), null],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected)
  })
})
