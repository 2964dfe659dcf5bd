// A request to its answer: one attempt, redirects followed by hand, credentials kept where they belong.
import { NetworkError } from '../core/errors.ts'
import { mirrored } from '../core/mirror.ts'
import { interrupted } from './attempts.ts'
import { basicAuthorization, firstHeaders, headersFor } from './credentials.ts'
import { type Route, routes } from './dispatcher.ts'
import { connectionError } from './failure.ts'
import { type NetrcEntry, readNetrc } from './netrc.ts'
import type { NetworkSettings } from './settings.ts'
import { shownUrl } from './shown-url.ts'

/** Headers of an answer, names in lower case; of a repeated one all values, joined with commas. */
export type Headers = Readonly<Record<string, string | undefined>>

/** A GET. Credentials are not the caller's business: they follow the URL. */
export interface Request {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** true: neither a token nor a login goes along, wherever the URL leads; for addresses that carry their own signature. */
  readonly anonymous?: boolean
}

/** An answer that is no redirect, of any status. The body must be read to its end or discarded. */
export interface Answer {
  /** Where it came from in the end. */
  readonly url: string
  /** What was asked for, as messages name it: the mirror as well where there was one, and no signature. */
  readonly shown: string
  readonly status: number
  readonly headers: Headers
  /** The bytes as sent. Throws NetworkError when it breaks or stalls, InterruptedError when the signal aborts. */
  readonly body: AsyncIterable<Uint8Array>
  discard(): void
}

/** Sends GETs and keeps connections for the next ones. */
export interface Sender {
  /** Throws NetworkError, InterruptedError, or InputError `bad-config` for a CA file of no use. */
  readonly send: (request: Request) => Promise<Answer>
  /** A request to this URL is to come: a connection to where it will go first is opened once another stands. Never fails. */
  readonly soon: (url: string) => void
  /** Drops all connections, so that the program can end at once. */
  close(): Promise<void>
}

const mostRedirects = 10
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Makes a sender. Nothing is loaded, read or opened before the first request. */
export function sender(settings: NetworkSettings): Sender {
  const ways = routes(settings)
  let netrc: Promise<readonly NetrcEntry[]> | null = null
  return {
    send: async (request) => {
      const asked = parse(request.url)
      const mirror = mirrored(asked.href, settings.mirrors)
      const start = mirror === null ? asked : parse(mirror)
      const shown = mirror === null ? shownUrl(asked) : `${shownUrl(asked)} (by way of its mirror ${shownUrl(start)})`
      const logins = await (netrc ??= readNetrc(settings.netrc))
      const seen = new Set<string>()
      let url = start
      // Once the chain has left its first origin no later hop gets credentials, not even back at the API.
      for (let trusted = request.anonymous !== true; ; trusted &&= url.origin === start.origin) {
        const first = seen.size === 0
        seen.add(url.href)
        const own = first && trusted ? firstHeaders({ asked, url }, settings) : trusted && mirror === null ? headersFor(url, settings) : {}
        const login = trusted ? basicAuthorization(url, logins, settings) : {}
        const headers = {
          'user-agent': settings.userAgent,
          'accept-encoding': 'identity',
          accept: '*/*',
          ...login,
          ...own,
          ...request.headers,
        }
        const hop = { url, headers, shown: first ? shown : shownUrl(url) }
        const answer = await sendOnce(await ways.to(url), hop, settings, request.signal)
        if (!redirects.has(answer.status)) return { ...answer, shown }
        answer.discard()
        const next = target(url, answer)
        if (seen.has(next.href) || seen.size > mostRedirects)
          throw new NetworkError(
            'too-many-redirects',
            `GET ${shown} was redirected in a loop or more than ${mostRedirects} times; try again later`,
          )
        url = next
      }
    },
    soon: (url) => {
      const start = mirrored(url, settings.mirrors) ?? url
      if (URL.canParse(start)) ways.soon(new URL(start))
    },
    close: async () => ways.close(),
  }
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return url
  throw new NetworkError('unreachable', `${shownUrl(text)} cannot be fetched: only http and https addresses can`)
}

function target(url: URL, { status, headers, shown }: Answer): URL {
  const location = headers['location'] ?? ''
  const next = location !== '' && URL.canParse(location, url.href) ? new URL(location, url) : null
  if (next === null || !/^https?:$/.test(next.protocol))
    throw new NetworkError('bad-answer', `GET ${shown} was answered with status ${status} and no address to go on to`, {
      retryable: true,
    })
  if (url.protocol === 'https:' && next.protocol === 'http:')
    throw new NetworkError('insecure-redirect', `GET ${shown} was redirected from https to ${shownUrl(next)}, which is not followed`)
  next.username = ''
  next.password = ''
  next.hash = ''
  return next
}

async function sendOnce(
  { request, dispatcher, proxy }: Route,
  { url, headers, shown }: { readonly url: URL; readonly headers: Record<string, string>; readonly shown: string },
  { timeouts }: NetworkSettings,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  if (signal?.aborted === true) throw interrupted()
  const stop = new AbortController()
  const onAbort = (): void => stop.abort()
  signal?.addEventListener('abort', onAbort, { once: true })
  let late = false
  // Covers what undici's own timers do not: a proxy that accepts the connection and never answers the CONNECT.
  const watchdog = setTimeout(() => {
    late = true
    stop.abort()
  }, timeouts.connect + timeouts.headers)
  const fail = (error: unknown): Error => {
    if (signal?.aborted === true) return interrupted()
    return connectionError(late ? Object.assign(new Error('no answer'), { code: 'UND_ERR_HEADERS_TIMEOUT' }) : error, url, proxy, shown)
  }
  try {
    const options = { dispatcher, headers, signal: stop.signal, headersTimeout: timeouts.headers, bodyTimeout: timeouts.idle }
    // undici hears of an abort only once the connection stands, which through a silent proxy is never.
    const answer = await Promise.race([request(url, options), aborted(stop.signal)])
    const { body } = answer
    // A body that is given up fails once more, with nobody left to hear it.
    body.on('error', () => {})
    body.once('close', () => signal?.removeEventListener('abort', onAbort))
    return {
      url: url.href,
      shown,
      status: answer.statusCode,
      headers: flat(answer.headers),
      body: translated(body, fail),
      // A short rest is read, so that the connection can be used again; a long one is cut off.
      discard: () => void body.dump({ limit: 65_536 }).catch(() => {}),
    }
  } catch (error) {
    signal?.removeEventListener('abort', onAbort)
    throw fail(error)
  } finally {
    clearTimeout(watchdog)
  }
}

async function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
  })
}

async function* translated(body: AsyncIterable<Uint8Array>, fail: (error: unknown) => Error): AsyncIterable<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]()
  try {
    for (;;) {
      // Only what the connection throws is translated; what the reader throws passes through untouched.
      const next = await chunks.next().catch((error: unknown) => {
        throw fail(error)
      })
      if (next.done === true) return
      yield next.value
    }
  } finally {
    await chunks.return?.()
  }
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]))
}
