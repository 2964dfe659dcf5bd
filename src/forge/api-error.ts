// A refusal of GitHub's API to the NetworkError that tells a limit from a token from a missing permission. Pure.
import { NetworkError } from '../core/errors.ts'
import { retryAfter } from '../download/retry.ts'
import type { Headers } from '../download/send.ts'
import { shownUrl } from '../download/shown-url.ts'
import { statusError } from '../download/status.ts'

/** What the API answered, to what. */
export interface Refusal {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  /** The body, or as much of it as could be read. */
  readonly body: string
  /** The variable the token came from; null where none was sent. */
  readonly tokenSource: string | null
  /** Milliseconds since the epoch. */
  readonly now: number
}

const oneMinute = 60_000

/** The error for every status but 200 and 404. A limit is final here and carries its end: a program that waits an hour seems to hang. */
export function apiError(refusal: Refusal): NetworkError {
  const { url, status, headers, tokenSource, now } = refusal
  const tried = `GET ${shownUrl(url)} was refused`
  const said = messageOf(refusal.body)
  const limited = limitEnd(refusal)
  if (limited !== null) {
    const until = `until ${new Date(limited).toISOString().slice(0, 19).replace('T', ' ')} UTC`
    const help = tokenSource === null ? '; a token in GITHUB_TOKEN raises the limit' : ` for the token in ${tokenSource}`
    return new NetworkError('rate-limited', `${tried} (${status}): the rate limit is used up ${until}${help}`, { retryAt: limited })
  }
  if (status === 401) {
    const why =
      tokenSource === null
        ? 'the server asks for a token; set GITHUB_TOKEN'
        : `the token in ${tokenSource} is not valid here; it has expired, was revoked, or is for another server`
    return new NetworkError('unauthorized', `${tried} (401): ${why}${said}`)
  }
  if (status === 403) {
    const why =
      tokenSource === null
        ? 'access is not allowed without a token, or not from this address; set GITHUB_TOKEN'
        : `the token in ${tokenSource} lacks a scope or an SSO authorization, or this address is not on the organization's allow-list`
    return new NetworkError('forbidden', `${tried} (403): ${why}${said}`)
  }
  return statusError(status, headers, url, now)
}

/**
 * When the limit ends; null where the refusal is not about a limit. In GitHub's order: `retry-after`, then `x-ratelimit-reset` where
 * nothing remains, else a minute. The secondary limits announce themselves in the message alone.
 */
function limitEnd({ status, headers, body, now }: Refusal): number | null {
  if (status !== 403 && status !== 429) return null
  const told = retryAfter(headers['retry-after'], now)
  if (told !== null) return told
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN)
  // Up to the largest time that a Date can hold.
  if (headers['x-ratelimit-remaining'] === '0' && reset > 0 && reset < 8.64e12) return Math.max(now, reset * 1000)
  return status === 429 || headers['x-ratelimit-remaining'] === '0' || /rate limit|abuse detection/i.test(messageIn(body))
    ? now + oneMinute
    : null
}

/** What the server said, as one short line that cannot forge another. */
function messageOf(body: string): string {
  const text = messageIn(body)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
  return text === '' ? '' : ` (it says: ${text.slice(0, 200)})`
}

function messageIn(body: string): string {
  try {
    const json: unknown = JSON.parse(body)
    return typeof json === 'object' && json !== null && 'message' in json && typeof json.message === 'string' ? json.message : ''
  } catch {
    return ''
  }
}
