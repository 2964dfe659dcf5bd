// Failures to waiting times: the arithmetic of trying again. Nothing here waits, rolls dice or reads a clock.

/** The most that is ever tried again, whatever the settings say. */
export const mostRetries = 5

const firstDelay = 500
const longestDelay = 16_000
/** A server that wants more patience than this gets an error that says when, instead of a program that seems to hang. */
export const usualMaxWait = 60_000

/** What decides whether trying again could help; NetworkError is one. */
export interface Failure {
  readonly retryable: boolean
  /** Milliseconds since the epoch, where the server said when. */
  readonly retryAt: number | null
}

/** What the decision is made with. */
export interface Chances {
  /** Retries made so far. */
  readonly done: number
  /** Retries allowed. */
  readonly retries: number
  /** Milliseconds since the epoch. */
  readonly now: number
  /** 0 ≤ random < 1. */
  readonly random: number
  /** Milliseconds: the longest wish of a server that is granted. */
  readonly maxWait: number
}

/**
 * Milliseconds to wait before the next attempt, or null when there shall be none. The server's wish goes first (null if it is further
 * away than `maxWait`); else 0.5 s, doubled each time up to 16 s, of which the upper half is random so that many clients do not return at once.
 */
export function retryDelay(failure: Failure, { done, retries, now, random, maxWait }: Chances): number | null {
  if (!failure.retryable || done >= Math.min(retries, mostRetries)) return null
  const jitter = (span: number): number => span * random
  if (failure.retryAt !== null) {
    const wish = Math.max(0, failure.retryAt - now)
    return wish > maxWait ? null : wish + jitter(firstDelay)
  }
  const delay = Math.min(longestDelay, firstDelay * 2 ** done)
  return delay / 2 + jitter(delay / 2)
}

/** `Retry-After`, seconds or an HTTP date, as milliseconds since the epoch; null where it is absent or neither (RFC 9110, 10.2.3). */
export function retryAfter(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return now + Number(text) * 1000
  // Date.parse is generous: only what looks like an HTTP date is given to it. Its oldest form does not name the zone, which is always this one.
  const date = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(`${text.replace(/ GMT$/, '')} GMT`) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(now, date)
}
