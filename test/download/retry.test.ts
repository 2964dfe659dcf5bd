import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { retryAfter, retryDelay } from '../../src/download/retry.ts'

const now = Date.parse('2026-03-01T12:00:00Z')
const failing = { retryable: true, retryAt: null }
const chances = { done: 0, retries: 5, now, random: 0, maxWait: 60_000 }

describe('retryDelay', () => {
  it.each([
    [0, 250],
    [1, 500],
    [2, 1000],
    [3, 2000],
    [4, 4000],
  ])('after %i retries waits at least %i ms', (done, least) => {
    expect(retryDelay(failing, { ...chances, done })).toBe(least)
    expect(retryDelay(failing, { ...chances, done, random: 0.5 })).toBe(least * 1.5)
  })

  it('never tries a final failure again', () => {
    expect(retryDelay({ retryable: false, retryAt: now + 10 }, chances)).toBeNull()
  })

  it('stops after the retries allowed, and after five whatever is allowed', () => {
    expect(retryDelay(failing, { ...chances, done: 1, retries: 1 })).toBeNull()
    expect(retryDelay(failing, { ...chances, done: 4, retries: 99 })).not.toBeNull()
    expect(retryDelay(failing, { ...chances, done: 5, retries: 99 })).toBeNull()
  })

  it('obeys the server first', () => {
    expect(retryDelay({ retryable: true, retryAt: now + 7000 }, chances)).toBe(7000)
    expect(retryDelay({ retryable: true, retryAt: now - 7000 }, chances)).toBe(0)
  })

  it('does not wait longer for it than it may', () => {
    expect(retryDelay({ retryable: true, retryAt: now + 60_000 }, chances)).toBe(60_000)
    expect(retryDelay({ retryable: true, retryAt: now + 60_001 }, chances)).toBeNull()
  })

  it('is bounded, never early, and never more than five times', () => {
    const retryAt = fc.option(fc.integer({ min: now - 1e6, max: now + 1e6 }))
    fc.assert(
      fc.property(retryAt, fc.nat(20), fc.nat(20), fc.double({ min: 0, max: 0.999, noNaN: true }), (at, done, retries, random) => {
        const delay = retryDelay({ retryable: true, retryAt: at }, { done, retries, now, random, maxWait: 60_000 })
        if (delay === null) return done >= Math.min(5, retries) || (at !== null && at - now > 60_000)
        return done < 5 && delay >= 0 && delay <= 60_500 && (at === null || now + delay >= at)
      }),
    )
  })
})

describe('retryAfter', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it.each([
    ['120', now + 120_000],
    [' 0 ', now],
    ['Sun, 01 Mar 2026 12:00:30 GMT', now + 30_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', now],
    ['', null],
    [undefined, null],
    ['-5', null],
    ['soon', null],
    ['2026', now + 2_026_000],
    ['99999999999999999999', null],
  ])('reads %j', (header, expected) => {
    expect(retryAfter(header, now)).toBe(expected)
  })

  it.each(['Sun, 01 Mar 2026 12:00:30 GMT', 'Sunday, 01-Mar-26 12:00:30 GMT', 'Sun Mar  1 12:00:30 2026'])(
    'reads %j as the same moment everywhere',
    (header) => {
      vi.stubEnv('TZ', 'America/New_York')
      expect(retryAfter(header, now)).toBe(now + 30_000)
    },
  )
})
