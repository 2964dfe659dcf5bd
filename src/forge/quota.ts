// What an API's answers say about its limits → whether it may be asked now. Pure.
import { retryAfter } from '../download/retry.ts'
import type { Headers } from '../download/send.ts'

/** What is known of one API; times are milliseconds since the epoch. */
export interface Quota {
  /** Requests left until `reset`; null where the API does not say, or nothing is known yet. */
  readonly remaining: number | null
  readonly reset: number | null
  /** Nothing is asked before this moment. */
  readonly closedUntil: number | null
  /** Refusals of a secondary limit in a row; each makes the pause longer. */
  readonly strikes: number
}

/** Before the first answer. */
export const unknownQuota: Quota = { remaining: null, reset: null, closedUntil: null, strikes: 0 }

/** GitHub allows a hundred; nobody needs that many. */
export const mostAtOnce = 8

const oneMinute = 60_000
const longestPause = 60 * oneMinute
/** Up to the largest time that a Date can hold. */
const lastSecond = 8.64e12

/** An answer as far as limits go. */
export interface Told {
  readonly status: number
  readonly headers: Headers
  /** The message of a refusal: the secondary limits announce themselves there alone. */
  readonly message: string
}

/**
 * The state after an answer. Requests run side by side, so within one window the smallest count is the true one, and what refuses a
 * whole volley at once counts as one strike.
 */
export function afterAnswer(quota: Quota, told: Told, now: number): Quota {
  const counted = count(quota, told, now)
  if (!isLimit(told)) return told.status < 400 ? { ...counted, strikes: 0 } : counted
  const wish = retryAfter(told.headers['retry-after'], now)
  if (wish !== null) return { ...counted, closedUntil: later(counted.closedUntil, wish) }
  if (counted.remaining === 0 && counted.reset !== null) return counted
  if (counted.closedUntil !== null && counted.closedUntil > now) return counted
  const pause = Math.min(longestPause, oneMinute * 2 ** counted.strikes)
  return { ...counted, strikes: counted.strikes + 1, closedUntil: now + pause }
}

/** Whether a refusal is about a limit, of any kind. */
export function isLimit({ status, headers, message }: Told): boolean {
  if (status === 429) return true
  if (status !== 403) return false
  return headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0' || /rate limit|abuse detection/i.test(message)
}

/** When the API may be asked again; null where that is now. */
export function closedUntil({ remaining, reset, closedUntil: closed }: Quota, now: number): number | null {
  const ends = [closed, remaining === 0 ? reset : null].filter((end) => end !== null && end > now)
  return ends.length === 0 ? null : Math.max(...(ends as number[]))
}

/** How many may be under way at once: never more than are left. Who has few asks the first alone, to hear how many. */
export function mayRun({ remaining, reset }: Quota, authenticated: boolean, now: number): number {
  if (remaining === null) return authenticated ? mostAtOnce : 1
  if (reset !== null && reset <= now) return mostAtOnce
  return Math.max(1, Math.min(mostAtOnce, remaining))
}

function count(quota: Quota, { status, headers }: Told, now: number): Quota {
  // Searches and the like have quotas of their own.
  if (!/^(?:core)?$/.test(headers['x-ratelimit-resource'] ?? '')) return quota
  const remaining = number(headers['x-ratelimit-remaining'])
  const reset = number(headers['x-ratelimit-reset'])
  // A server without limits does not speak of them, and its first answer says that.
  if (remaining === null) return quota.remaining === null && status < 400 ? { ...quota, remaining: Infinity, reset: null } : quota
  const end = reset === null || reset === 0 || reset >= lastSecond ? null : reset * 1000
  const sameWindow = quota.reset !== null && quota.reset === end && quota.reset > now && quota.remaining !== null
  return { ...quota, remaining: sameWindow ? Math.min(quota.remaining ?? remaining, remaining) : remaining, reset: end }
}

function number(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null
}

function later(a: number | null, b: number): number {
  return a === null ? b : Math.max(a, b)
}
