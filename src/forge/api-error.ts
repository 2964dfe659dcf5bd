// A refusal of GitHub's API to the NetworkError that tells a limit from a token from a missing permission. Pure.
import { NetworkError } from '../core/errors.ts'
import type { Headers } from '../download/send.ts'
import { shownUrl } from '../download/shown-url.ts'
import { statusError } from '../download/status.ts'

/** What the API answered, to what. */
export interface Refusal {
  /** The address in messages. */
  readonly shown: string
  readonly status: number
  readonly headers: Headers
  /** The body, or as much of it as could be read. */
  readonly body: string
  /** The variable the token came from; null where none was sent. */
  readonly tokenSource: string | null
  /** When the limit that this is about ends, milliseconds since the epoch; null where it is about none. */
  readonly limit: number | null
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** The error for every status but 200, 304 and 404. */
export function apiError(refusal: Refusal): NetworkError {
  const { shown, status, headers, body, tokenSource, limit, now } = refusal
  const tried = `GET ${shown} was refused`
  const said = quoted(messageIn(body))
  if (limit !== null) return limitError(`${tried} (${status})`, limit, tokenSource)
  if (status === 401) {
    const why =
      tokenSource === null
        ? 'the server asks for a token; set GITHUB_TOKEN'
        : `the token in ${tokenSource} is not valid here; it has expired, was revoked, or is for another server`
    return new NetworkError('unauthorized', `${tried} (401): ${why}${said}`)
  }
  if (status === 403) return new NetworkError('forbidden', `${tried} (403): ${whyForbidden(refusal)}${said}`)
  return statusError(status, headers, shown, now)
}

/** A limit and its end. Whoever may wait that long tries again; the others can say when. */
export function limitError(tried: string, until: number, tokenSource: string | null): NetworkError {
  const end = `until ${new Date(until).toISOString().slice(0, 19).replace('T', ' ')} UTC`
  const help = tokenSource === null ? '; a token in GITHUB_TOKEN raises the limit' : ` for the token in ${tokenSource}`
  return new NetworkError('rate-limited', `${tried}: the rate limit is used up ${end}${help}`, { retryable: true, retryAt: until })
}

/** GitHub answers 403 for reasons that have nothing to do with one another. */
function whyForbidden({ headers, body, tokenSource }: Refusal): string {
  const message = messageIn(body)
  if (/user.agent/i.test(body) && message === '') return 'it came there without a User-Agent; a proxy on the way must not remove it'
  const token = `the token in ${tokenSource ?? 'use'}`
  const sso = /url=(\S+)/.exec(headers['x-github-sso'] ?? '')?.[1]
  if (sso !== undefined || /\bSAML\b/i.test(message)) {
    const where = sso !== undefined && URL.canParse(sso) ? ` at ${shownUrl(sso)}` : ''
    return tokenSource === null
      ? 'the organization asks for single sign-on; set GITHUB_TOKEN to a token that is authorized for it'
      : `${token} is not authorized for the organization's single sign-on; authorize it${where}`
  }
  if (/IP allow list/i.test(message))
    return "this address is not on the organization's IP allow list; ask its owners, or go through a network that is"
  if (tokenSource === null) return 'access is not allowed without a token, or not from this address; set GITHUB_TOKEN'
  const scopes = missingScopes(headers)
  if (scopes.length > 0) return `${token} lacks the scope ${scopes.join(' or ')}; give it one`
  const permissions = /^[a-z_=,; ]+$/.exec(headers['x-accepted-github-permissions'] ?? '')?.[0]
  if (permissions !== undefined) return `${token} lacks the permission ${permissions}; give it that`
  return `${token} does not have the permission for this`
}

/** What a classic token would need one of, if it has none of it. */
function missingScopes(headers: Headers): readonly string[] {
  const words = (text: string | undefined): readonly string[] => (text ?? '').split(/[\s,]+/).filter((word) => /^[a-z:_]+$/.test(word))
  const accepted = words(headers['x-accepted-oauth-scopes'])
  const held = words(headers['x-oauth-scopes'])
  return headers['x-oauth-scopes'] === undefined || accepted.some((scope) => held.includes(scope)) ? [] : accepted
}

/** What the server said, as one short line that cannot forge another. */
function quoted(message: string): string {
  const text = message.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
  return text === '' ? '' : ` (it says: ${text.slice(0, 200)})`
}

/** The message in a refusal's body; empty where there is none. */
export function messageIn(body: string): string {
  try {
    const json: unknown = JSON.parse(body)
    return typeof json === 'object' && json !== null && 'message' in json && typeof json.message === 'string' ? json.message : ''
  } catch {
    return ''
  }
}
