// An address of GitHub's API to the JSON it answers, or to the error it means.
import { NetworkError } from '../core/errors.ts'
import { type Clock, withRetries } from '../download/attempts.ts'
import { tokenFor } from '../download/credentials.ts'
import type { Answer, Headers, Sender } from '../download/send.ts'
import type { NetworkSettings } from '../download/settings.ts'
import { shownUrl } from '../download/shown-url.ts'
import { apiError } from './api-error.ts'
import { ShapeError } from './decode-release.ts'

/** What requests to the API are made with. */
export interface ApiOptions {
  readonly send: Sender['send']
  readonly settings: Pick<NetworkSettings, 'tokens' | 'retries'>
  readonly signal: AbortSignal | undefined
  readonly clock: Clock
}

/** A successful answer. */
export interface Json {
  /** Where it came from, after redirects. */
  readonly url: string
  readonly headers: Headers
  readonly json: unknown
}

const apiHeaders = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' }
/** A page of 100 releases with 100 assets each is some 20 MB. */
const mostBytes = 128 * 1024 * 1024

/** The JSON of a 200, null for a 404. Throws NetworkError for everything else, after the retries that make sense. */
export async function getJson(options: ApiOptions, url: string): Promise<Json | null> {
  const { settings, signal, clock } = options
  return withRetries(async () => getOnce(options, url), { retries: settings.retries, clock, signal })
}

/** Decodes an answer; a ShapeError of the decoder becomes a NetworkError `bad-answer`. */
export function decoded<T>({ url, json }: Json, decode: (json: unknown) => T): T {
  try {
    return decode(json)
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error
    throw new NetworkError('bad-answer', `GET ${shownUrl(url)} was answered in an unknown form: ${error.message}`, { cause: error })
  }
}

async function getOnce({ send, settings, signal, clock }: ApiOptions, url: string): Promise<Json | null> {
  const answer = await send({ url, headers: apiHeaders, signal })
  const { status, headers } = answer
  if (status === 404) {
    answer.discard()
    return null
  }
  const body = await bodyOf(answer)
  if (status !== 200) {
    const tokenSource = tokenFor(new URL(url), settings.tokens)?.source ?? null
    throw apiError({ url, status, headers, body, tokenSource, now: clock.now() })
  }
  try {
    const json: unknown = JSON.parse(body)
    return { url: answer.url, headers, json }
  } catch (cause) {
    const what = /html/i.test(headers['content-type'] ?? '') ? 'an HTML page' : 'something that is not JSON'
    const hint = 'check that this is the address of a GitHub API'
    throw new NetworkError('bad-answer', `GET ${shownUrl(url)} was answered with ${what}; ${hint}`, { cause })
  }
}

async function bodyOf(answer: Answer): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body) {
    size += chunk.length
    if (size > mostBytes) throw new NetworkError('bad-answer', `GET ${shownUrl(answer.url)} was answered with more than ${mostBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
