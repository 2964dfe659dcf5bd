import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inFormOf, newestThatFits, sameRelease } from '../../src/pin/newest.ts'
import type { Candidate } from '../../src/pin/newest.ts'
import { compareTags, isPrerelease, sameShape } from '../../src/pin/tag.ts'

function release(tag: string, flags: Partial<Candidate> = {}): Candidate {
  return { tag, draft: false, prerelease: false, ...flags }
}

describe('newestThatFits', () => {
  it.each([
    ['the highest, not the first listed', ['v1.9.0', 'v1.10.0', 'v1.2.0'], 'v1.2.0', 'auto', 'v1.10.0'],
    ['the current one where nothing is newer', ['v1.1.0', 'v1.0.0'], 'v1.1.0', 'auto', 'v1.1.0'],
    ['nothing where all is older', ['v1.0.0'], 'v1.1.0', 'auto', null],
    ['nothing from no releases', [], 'v1.1.0', 'auto', null],
    ['no other product', ['cli-v2.0.0', 'v1.3.0'], 'v1.2.3', 'auto', 'v1.3.0'],
    ['no prerelease by name', ['v2.0.0-rc.1', 'v1.3.0'], 'v1.2.3', 'auto', 'v1.3.0'],
    ['a prerelease that is asked for', ['v2.0.0-rc.1', 'v1.3.0'], 'v1.2.3', true, 'v2.0.0-rc.1'],
    ['a prerelease where the pin is on one', ['v2.0.0-rc.2', 'v2.0.0-rc.1'], 'v2.0.0-rc.1', 'auto', 'v2.0.0-rc.2'],
    ['the release where the pin is on its prerelease', ['v2.0.0', 'v2.0.0-rc.2'], 'v2.0.0-rc.1', 'auto', 'v2.0.0'],
    ['no prerelease where they are refused', ['v2.0.0-rc.2', 'v2.0.0-rc.1'], 'v2.0.0-rc.1', false, 'v2.0.0-rc.1'],
    ['nothing newer for a fixed name', ['nightly', 'v2.0.0', 'latest'], 'nightly', 'auto', 'nightly'],
    ['the newest date', ['2024-05-01', '2024-10-01', '20250101'], '2024-04-01', 'auto', '2024-10-01'],
    ['the newest build of a version', ['v1.28.2+k3s1', 'v1.28.2+k3s2'], 'v1.28.2+k3s1', 'auto', 'v1.28.2+k3s2'],
    ['the flavour of the pin', ['v1.3.0-darwin', 'v1.3.0-linux', 'v1.4.0'], 'v1.2.0-linux', 'auto', 'v1.3.0-linux'],
  ] as const)('takes %s', (_, tags, current, prereleases, expected) => {
    expect(
      newestThatFits(
        tags.map((tag) => release(tag)),
        current,
        { prereleases },
      ).tag,
    ).toBe(expected)
  })

  it('never takes a draft, and a flagged prerelease only where the pin is on one', () => {
    const releases = [
      release('v3.0.0', { draft: true }),
      release('v2.1.0', { prerelease: true }),
      release('v2.0.0', { prerelease: true }),
      release('v1.0.0'),
    ]
    expect(newestThatFits(releases, 'v1.0.0', { prereleases: 'auto' }).tag).toBe('v1.0.0')
    expect(newestThatFits(releases, 'v2.0.0', { prereleases: 'auto' }).tag).toBe('v2.1.0')
    expect(newestThatFits(releases, 'v1.0.0', { prereleases: true }).tag).toBe('v2.1.0')
  })

  it('says of each release left out why', () => {
    const releases = [
      release('v3.0.0', { draft: true }),
      release('cli-v9.0.0'),
      release('v2.0.0-rc.1'),
      release('v0.9.0'),
      release('v 1'),
      release('v1.1.0'),
      release('v1.0.0'),
    ]
    expect(newestThatFits(releases, 'v1.0.0', { prereleases: 'auto' })).toStrictEqual({
      tag: 'v1.1.0',
      newer: ['v1.1.0'],
      skipped: [
        { tag: 'v3.0.0', reason: 'draft', message: 'v3.0.0 is a draft' },
        { tag: 'cli-v9.0.0', reason: 'other-shape', message: 'cli-v9.0.0 is not of the shape of v1.0.0' },
        { tag: 'v2.0.0-rc.1', reason: 'prerelease', message: 'v2.0.0-rc.1 is a prerelease' },
        { tag: 'v0.9.0', reason: 'older', message: 'v0.9.0 is not newer than v1.0.0' },
        { tag: 'v 1', reason: 'bad-tag', message: 'v 1 is not a tag to work with: it holds white space' },
      ],
    })
  })

  it('gives a tag of the shape, published, not older, no prerelease unasked, and none better is left out', () => {
    const tag = fc
      .tuple(fc.constantFrom('v', '', 'cli-v'), fc.nat(4), fc.nat(4), fc.constantFrom('', '', '-rc.1', '-rc.2'))
      .map(([a, b, c, d]) => `${a}${b}.${c}${d}`)
    const some = fc.uniqueArray(fc.record({ tag, draft: fc.boolean(), prerelease: fc.boolean() }), {
      selector: (each) => each.tag,
      maxLength: 12,
    })
    fc.assert(
      fc.property(some, tag, (releases, current) => {
        const chosen = newestThatFits(releases, current, { prereleases: false }).tag
        const fits = releases.filter(
          (each) =>
            !each.draft &&
            sameShape(each.tag, current) &&
            (each.tag === current || (!each.prerelease && !isPrerelease(each.tag) && compareTags(each.tag, current) > 0)),
        )
        if (chosen === null) expect(fits).toStrictEqual([])
        else {
          expect(fits.map((each) => each.tag)).toContain(chosen)
          for (const each of fits) expect(compareTags(each.tag, chosen)).toBeLessThanOrEqual(0)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('sameRelease', () => {
  it.each([
    ['v0.11.0', 'v0.10.0', ['v0.11.0', '0.11.0']],
    ['0.11.0', 'v0.10.0', ['0.11.0', 'v0.11.0']],
    ['0.11.0', '0.10.0', ['0.11.0', 'v0.11.0']],
    ['0.11.0', 'bun-v0.10.0', ['0.11.0', 'bun-v0.11.0', 'v0.11.0']],
    ['v0.11.0', 'bun-v0.10.0', ['v0.11.0', 'bun-v0.11.0', '0.11.0']],
    ['1.8', 'jq-1.7', ['1.8', 'jq-1.8', 'v1.8']],
    ['rust-v0.5.0', 'v0.4.0', ['rust-v0.5.0']],
    ['2024-05-01', 'nightly-2024-04-01', ['2024-05-01', 'nightly-2024-05-01', 'v2024-05-01']],
    ['nightly', 'v0.4.0', ['nightly']],
    ['1.0', null, ['1.0', 'v1.0']],
    ['--help', 'v1.0', []],
  ])('%s for a pin on %s may mean %j', (requested, current, expected) => {
    expect(sameRelease(requested, null, current)).toStrictEqual(expected)
  })

  it('gives only tags that are known, the likeliest first', () => {
    expect(sameRelease('0.11.0', ['v0.11.0', 'bun-v0.11.0', 'v0.10.0'], 'bun-v0.10.0')).toStrictEqual(['bun-v0.11.0', 'v0.11.0'])
    expect(sameRelease('0.12.0', ['v0.11.0'], 'v0.10.0')).toStrictEqual([])
  })
})

describe('inFormOf', () => {
  it.each([
    ['0.10.0', 'v0.11.0', '0.11.0'],
    ['v0.10.0', 'v0.11.0', 'v0.11.0'],
    ['v0.10.0', '0.11.0', 'v0.11.0'],
    ['0.10.0', 'bun-v0.11.0', '0.11.0'],
    ['v0.10.0', 'bun-v0.11.0', 'v0.11.0'],
    ['bun-v0.10.0', 'bun-v0.11.0', 'bun-v0.11.0'],
    ['cli-v0.10.0', 'bun-v0.11.0', 'bun-v0.11.0'],
    ['0.10.0', 'nightly', 'nightly'],
    ['nightly', 'v0.11.0', 'v0.11.0'],
  ])('a literal %s becomes, for the tag %s, %s', (literal, tag, expected) => {
    expect(inFormOf(literal, tag)).toBe(expected)
  })
})
