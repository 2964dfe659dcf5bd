import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ageProblemOf, daysSince } from '../../src/pin/age.ts'
import { newestOfAll, newestThatFits } from '../../src/pin/newest.ts'
import { ageProblem, durationText, parseDuration } from '../../src/core/duration.ts'
import { constraintsOf, followProblem, follows, merge, noPolicy, readPolicyComment } from '../../src/pin/policy.ts'

const day = 86_400_000

describe('readPolicyComment', () => {
  it.each<[string, object | null]>([
    ['# pinhash: hold', { hold: true }],
    ['#pinhash:hold', { hold: true }],
    ['## pinhash: prerelease', { prerelease: true }],
    ['# pinhash: follow ~0.10', { follow: '~0.10' }],
    ['# pinhash: follow   ^v1.2', { follow: '^v1.2' }],
    ['# pinhash: min-age 7d', { minAge: 7 * day }],
    ['# pinhash: follow 0.10, min-age 12h,prerelease', { follow: '0.10', minAge: day / 2, prerelease: true }],
    ['# pinhash: ignore # somebody else looks after it', { ignore: true }],
    ['# pinhash: attestation require', { attestation: 'require' }],
    ['/* pinhash: hold */', { hold: true }],
    ['/** pinhash: hold, hold **/', { hold: true }],
    ['# pinhash holds this', null],
    ['# see pinhash: hold', null],
    ['# Pinhash: keeps this up to date', null],
    ['# pinhash ignores this', null],
    ['# pinhash-hold', null],
    ['# pinhash', null],
  ])('reads %s', (comment, policy) => {
    expect(readPolicyComment(comment)).toStrictEqual(policy === null ? null : { ok: true, policy })
  })

  it.each([
    ['# pinhash:', 'expected one of hold'],
    ['# pinhash: hold,', 'expected one of hold'],
    ['# pinhash: hodl', 'did you mean "hold"'],
    ['# pinhash: HOLD', 'did you mean "hold"'],
    ['# pinhash: hold it', '"hold" stands alone'],
    ['# pinhash: follow', 'expected a version to follow'],
    ['# pinhash: follow >1', 'expected a version to follow'],
    ['# pinhash: follow 1.x', 'expected a version to follow'],
    ['# pinhash: min-age 7', 'expected an age'],
    ['# pinhash: min-age -7d', 'expected an age'],
    ['# pinhash: min-age 7 d', 'expected an age'],
    ['# pinhash: follow 1, follow 2', 'said twice'],
    ['# Pinhash: hold', 'write it as "pinhash: hold"'],
    ['# pinhash : follow ~0.10, prerelease', 'write it as "pinhash: follow ~0.10, prerelease"'],
    ['# pinhash hold # why', 'write it as "pinhash: hold"'],
    ['/* Pinhash min-age  7d */', 'write it as "pinhash: min-age 7d"'],
    ['# pinhash: attestation', 'expected one of require, prefer, off'],
    ['# pinhash: attestation Require', 'expected one of require, prefer, off'],
    ['# pinhash: attestation require, attestation prefer', 'said twice'],
  ])('refuses %s', (comment, message) => {
    const said = readPolicyComment(comment)
    expect(said?.ok).toBe(false)
    expect(said).toHaveProperty('message', expect.stringContaining(message))
  })

  it('reads again what constraintsOf says', () => {
    const policies = fc.record({
      hold: fc.boolean(),
      follow: fc.constantFrom(null, '~0.10', '^1', '2.3.4'),
      prerelease: fc.boolean(),
      minAge: fc.oneof(
        fc.constant(null),
        fc.nat(99_999).map((hours) => hours * (day / 24)),
      ),
      ignore: fc.boolean(),
      attestation: fc.constantFrom(null, 'require' as const, 'prefer' as const, 'off' as const),
    })
    fc.assert(
      fc.property(policies, (policy) => {
        const said = constraintsOf(policy)
        fc.pre(said.length > 0)
        const read = readPolicyComment(`# pinhash: ${said.join(', ')}`)
        expect(read?.ok === true && { ...noPolicy, ...read.policy }).toEqual(policy)
      }),
    )
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void readPolicyComment(`# pinhash:${text}`)))
  })
})

describe('ages', () => {
  it.each([
    ['7d', 7 * day],
    ['12h', day / 2],
    ['2w', 14 * day],
    ['0d', 0],
    ['d', null],
    ['1m', null],
    ['1.5d', null],
    ['', null],
    ['7D', null],
  ])('reads %s', (text, length) => {
    expect(parseDuration(text)).toBe(length)
    expect(ageProblem(text) === null).toBe(length !== null)
  })

  it('prints days where they are whole', () => {
    expect([7 * day, day / 2, 0, 14 * day].map(durationText)).toStrictEqual(['7d', '12h', '0d', '14d'])
  })

  const now = Date.parse('2026-06-10T00:00:00Z')
  it.each<[string, { publishedAt?: string | null; assets?: { updatedAt: string | null }[] }, number, string | null]>([
    ['old enough', { publishedAt: '2026-06-03T00:00:00Z', assets: [{ updatedAt: null }] }, 7, null],
    ['too young', { publishedAt: '2026-06-03T00:00:01Z' }, 7, 'published less than 7d ago'],
    [
      'with a file replaced',
      { publishedAt: '2026-01-01T00:00:00Z', assets: [{ updatedAt: '2026-01-01T00:00:00Z' }, { updatedAt: '2026-06-09T00:00:00Z' }] },
      7,
      'files that were put there',
    ],
    ['of no known time', { publishedAt: null }, 7, 'does not say when'],
    ['of a time that is none', { publishedAt: 'soon' }, 7, 'does not say when'],
    ['asked for no age', { publishedAt: null }, 0, null],
  ])('judges a release %s', (_, release, days, problem) => {
    const found = ageProblemOf(release, days * day, now)
    if (problem === null) expect(found).toBeNull()
    else expect(found).toContain(problem)
  })

  it('counts whole days, and none of the future', () => {
    expect(daysSince({ publishedAt: '2026-06-08T00:00:01Z' }, now)).toBe(1)
    expect(daysSince({ publishedAt: '2026-06-11T00:00:00Z' }, now)).toBe(0)
    expect(daysSince({ publishedAt: null }, now)).toBeNull()
  })
})

describe('follows', () => {
  it.each([
    ['0.10', 'v0.10.9', true],
    ['0.10', 'v0.11.0', false],
    ['0.10', '0.1.0', false],
    ['v0.10', 'cli-v0.10.1', true],
    ['1.0', 'v1', true],
    ['1', 'v2', false],
    ['~0.10', 'v0.10.0', true],
    ['~0.10', 'v0.11.0', false],
    ['~0.10.2', 'v0.10.1', false],
    ['~0.10.2', 'v0.10.10', true],
    ['~1', 'v1.9', true],
    ['~1', 'v2.0', false],
    ['^1.2', 'v1.10.0', true],
    ['^1.2', 'v1.1.9', false],
    ['^1.2', 'v2.0.0', false],
    ['^0.2.3', 'v0.2.9', true],
    ['^0.2.3', 'v0.3.0', false],
    ['^0.0.3', 'v0.0.4', false],
    ['^0.0', 'v0.0.9', true],
    ['^0', 'v0.9', true],
    ['^0', 'v1.0', false],
    ['~2.0', 'v2.0.0-rc.1', true],
    ['2024', '2024.5.1', true],
    ['2024', '2024-05-01', true],
    ['2024', '2025-05-01', false],
    ['1', 'nightly', false],
  ])('%s and %s: %s', (follow, tag, expected) => {
    expect(followProblem(follow)).toBeNull()
    expect(follows(follow, tag)).toBe(expected)
  })

  it('lets ~ and ^ allow the version they name and none below it', () => {
    const version = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3))
    fc.assert(
      fc.property(version, version, fc.constantFrom('~', '^'), (a, b, sign) => {
        const below = a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
        expect(follows(`${sign}${a.join('.')}`, `v${a.join('.')}`)).toBe(true)
        if (below > 0) expect(follows(`${sign}${a.join('.')}`, `v${b.join('.')}`)).toBe(false)
      }),
    )
  })
})

it('merges what agrees and refuses what does not', () => {
  expect(merge({ hold: true }, { follow: '1' })).toStrictEqual({ ok: true, policy: { hold: true, follow: '1' } })
  expect(merge({ minAge: 1 }, { minAge: 1 })).toStrictEqual({ ok: true, policy: { minAge: 1 } })
  expect(merge({ minAge: 1 }, { minAge: 2 }).ok).toBe(false)
})

describe('choosing under a policy', () => {
  const now = Date.parse('2026-06-10T00:00:00Z')
  const releases = [
    { tag: 'v0.12.0', draft: false, prerelease: false, publishedAt: '2026-06-09T00:00:00Z', assets: [] },
    { tag: 'v0.11.0', draft: false, prerelease: false, publishedAt: '2026-05-01T00:00:00Z', assets: [] },
    { tag: 'v0.10.3', draft: false, prerelease: false, publishedAt: '2026-04-01T00:00:00Z', assets: [] },
    { tag: 'v0.10.0', draft: false, prerelease: false, publishedAt: '2026-01-01T00:00:00Z', assets: [] },
  ]
  it('gives all that are newer, newest first', () => {
    expect(newestThatFits(releases, 'v0.10.0', { prereleases: 'auto' }).newer).toStrictEqual(['v0.12.0', 'v0.11.0', 'v0.10.3'])
  })
  it('stays within what is followed, and says what is not', () => {
    const { tag, skipped } = newestThatFits(releases, 'v0.10.0', { prereleases: 'auto', follow: '~0.10' })
    expect(tag).toBe('v0.10.3')
    expect(skipped.map(({ reason }) => reason)).toStrictEqual(['not-followed', 'not-followed'])
  })
  it('waits for the age', () => {
    const { tag, skipped } = newestThatFits(releases, 'v0.10.0', { prereleases: 'auto', age: { least: 7 * day, now } })
    expect(tag).toBe('v0.11.0')
    expect(skipped).toStrictEqual([{ tag: 'v0.12.0', reason: 'too-young', message: 'v0.12.0 was published less than 7d ago' }])
  })
  it('finds the highest of all, whatever its form, but no draft', () => {
    const more = [{ tag: 'cli-v2.0.0-rc.1', draft: false, prerelease: true }, { tag: 'v9', draft: true, prerelease: false }, ...releases]
    expect(newestOfAll(more)).toBe('cli-v2.0.0-rc.1')
    expect(newestOfAll([])).toBeNull()
  })
})
