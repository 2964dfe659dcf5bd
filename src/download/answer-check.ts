// The headers of an answer to what is wrong with it as the bytes of a file; nothing here reads the body.
import { NetworkError } from '../core/errors.ts'
import { retryAfter } from './retry.ts'
import type { Headers } from './send.ts'
import { statusError } from './status.ts'

/** What was asked for, as far as the check needs it. */
export interface Expected {
  readonly url: string
  /** The address in messages. */
  readonly shown: string
  /** Bytes the forge promised; null where nobody did. */
  readonly size: number | null
  /** Bytes that are already there and were asked not to be sent again. */
  readonly from: number
  readonly now: number
}

/** A good answer: where in the file its body begins, and how long the file is in all (null where the answer does not say). */
export interface Part {
  readonly start: number
  readonly total: number | null
}

/** Checks status, encoding, type, range and length. Throws NetworkError. */
export function checkAnswer(status: number, headers: Headers, { url, shown, size, from, now }: Expected): Part {
  const bad = (what: string, retryable: boolean): NetworkError =>
    new NetworkError('bad-answer', `GET ${shown} ${what}`, {
      retryable,
      retryAt: retryable ? retryAfter(headers['retry-after'], now) : null,
    })

  if (status !== 200 && !(status === 206 && from > 0)) throw statusError(status, headers, shown, now)
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? ''
  if (encoding !== '' && encoding !== 'identity')
    throw bad(`was answered in the encoding ${printable(encoding)} although the bytes as they are were asked for`, false)
  // GitHub answers now and then 200 with an error page.
  if (/^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(headers['content-type'] ?? '') && !/\.x?html?$/i.test(new URL(url).pathname))
    throw bad('was answered with an HTML page instead of the file; try again, and look at the page in a browser', true)

  const part = status === 206 ? range(headers) : { start: 0, total: count(headers['content-length']) }
  if (part === null || (status === 206 && part.start !== from)) throw bad('was answered with another range than the one asked for', true)
  if (size !== null && part.total !== null && part.total !== size)
    throw bad(
      `was answered with ${part.total} bytes where the release lists ${size}; the file was replaced, or a cache is stale: try again later`,
      false,
    )
  return part
}

/** `bytes FIRST-LAST/TOTAL` (RFC 9110, 14.4). */
function range(headers: Headers): Part | null {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range']?.trim() ?? '')
  return match === null ? null : { start: Number(match[1]), total: match[2] === '*' ? null : Number(match[2]) }
}

function count(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : null
}

/** A strong ETag, the only kind that If-Range takes (RFC 9110, 13.1.5); null otherwise. */
export function strongTag(headers: Headers): string | null {
  const tag = headers['etag']?.trim() ?? ''
  return /^"[\x21\x23-\x7e]*"$/.test(tag) ? tag : null
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 40)
}
