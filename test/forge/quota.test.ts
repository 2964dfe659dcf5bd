import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Quota, type Told, afterAnswer, closedUntil, isLimit, mayRun, mostAtOnce, unknownQuota } from '../../src/forge/quota.ts'

const now = Date.parse('2026-03-01T12:00:00Z')
const reset = now / 1000 + 1800
const minute = 60_000
const told = (status: number, headers: Record<string, string> = {}, message = ''): Told => ({ status, headers, message })
const left = (remaining: number, at = reset): Told =>
  told(200, { 'x-ratelimit-remaining': String(remaining), 'x-ratelimit-reset': String(at) })
const secondary = told(403, { 'x-ratelimit-remaining': '4000' }, 'You have exceeded a secondary rate limit')

function after(answers: readonly Told[], from: Quota = unknownQuota): Quota {
  return answers.reduce((quota, answer) => afterAnswer(quota, answer, now), from)
}

describe('the primary limit', () => {
  it('closes when nothing remains, until it begins anew', () => {
    expect(closedUntil(after([left(1)]), now)).toBeNull()
    expect(closedUntil(after([left(1), left(0)]), now)).toBe(reset * 1000)
    expect(closedUntil(after([left(0)]), reset * 1000)).toBeNull()
  })

  it('is the smallest count of a window, whatever order answers come in', () => {
    expect(after([left(5), left(7), left(6)]).remaining).toBe(5)
    expect(after([left(5), left(4999, reset + 3600)]).remaining).toBe(4999)
  })

  it('is not that of searches', () => {
    expect(
      after([told(200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset), 'x-ratelimit-resource': 'search' })]),
    ).toEqual(unknownQuota)
  })

  it('that has just begun anew is no strike', () => {
    const over = told(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 - 1) })
    expect(after([over])).toMatchObject({ strikes: 0, closedUntil: null })
  })
})

describe('the secondary limits', () => {
  it('say when, or mean a minute, and twice as long each time', () => {
    expect(after([told(403, { 'retry-after': '7' })]).closedUntil).toBe(now + 7000)
    let quota = unknownQuota
    let at = now
    for (const pause of [1, 2, 4, 8, 16, 32, 60, 60]) {
      quota = afterAnswer(quota, secondary, at)
      expect(quota.closedUntil).toBe(at + pause * minute)
      at = quota.closedUntil ?? at
    }
    expect(afterAnswer(quota, left(10), at).strikes).toBe(0)
  })

  it('count once for a whole volley', () => {
    expect(after([secondary, secondary, secondary])).toMatchObject({ strikes: 1, closedUntil: now + minute })
  })

  it.each([
    [told(403), false],
    [told(403, {}, 'Resource protected by SAML'), false],
    [told(403, { 'x-ratelimit-remaining': '7' }), false],
    [told(403, { 'x-ratelimit-remaining': '0' }), true],
    [told(429), true],
    [told(500, { 'retry-after': '1' }), false],
    [secondary, true],
  ])('%j: %s', (answer, expected) => {
    expect(isLimit(answer)).toBe(expected)
  })
})

describe('mayRun', () => {
  it('asks the first alone without a token, and never more than are left', () => {
    expect(mayRun(unknownQuota, false, now)).toBe(1)
    expect(mayRun(unknownQuota, true, now)).toBe(mostAtOnce)
    expect(mayRun(after([left(3)]), true, now)).toBe(3)
    expect(mayRun(after([left(3000)]), false, now)).toBe(mostAtOnce)
    expect(mayRun(after([told(200)]), false, now)).toBe(mostAtOnce)
    expect(mayRun(after([told(502)]), false, now)).toBe(1)
  })

  it('is always between one and eight', () => {
    const answer = fc.record({
      status: fc.constantFrom(200, 304, 403, 404, 429, 502),
      headers: fc.record(
        {
          'x-ratelimit-remaining': fc.nat(9).map(String),
          'x-ratelimit-reset': fc.integer({ min: reset - 9999, max: reset + 9999 }).map(String),
        },
        { requiredKeys: [] },
      ),
      message: fc.constantFrom('', 'secondary rate limit'),
    })
    fc.assert(
      fc.property(fc.array(answer), fc.boolean(), (answers, authenticated) => {
        const many = mayRun(after(answers), authenticated, now)
        return many >= 1 && many <= mostAtOnce
      }),
    )
  })
})
