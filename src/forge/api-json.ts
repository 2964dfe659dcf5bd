// An address of GitHub's API to the JSON it answers, or to the error it means.
import { NetworkError } from '../core/errors.ts'
import { type Clock, withRetries } from '../download/attempts.ts'
import { tokenFor } from '../download/credentials.ts'
import type { Answer, Headers, Sender } from '../download/send.ts'
import type { NetworkSettings } from '../download/settings.ts'
import { shownUrl } from '../download/shown-url.ts'
import { mirrored } from '../core/mirror.ts'
import type { AnswerCache } from './answer-cache.ts'
import { apiError, limitError, messageIn } from './api-error.ts'
import { ShapeError } from './decode-release.ts'
import type { Gate } from './gate.ts'
import { isLimit } from './quota.ts'

/** What requests to the API are made with. */
export interface ApiOptions {
  readonly send: Sender['send']
  readonly settings: Pick<NetworkSettings, 'tokens' | 'retries' | 'maxWait' | 'mirrors'>
  readonly signal: AbortSignal | undefined
  readonly clock: Clock
  readonly gate: Gate
  /** Used for what a token asks: only then an unchanged answer is free. */
  readonly cache: AnswerCache | null
  readonly note: ((message: string) => void) | undefined
}

/** A successful answer. */
export interface Json {
  /** Where it came from, after redirects. */
  readonly url: string
  /** The address in messages. */
  readonly shown: string
  readonly headers: Headers
  readonly json: unknown
}

const apiHeaders = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' }
/** A page of 100 releases with 100 assets each is some 20 MB. */
const mostBytes = 128 * 1024 * 1024

/** The JSON of a 200, null for a 404. Throws NetworkError for everything else, after the retries that make sense. */
export async function getJson(options: ApiOptions, url: string): Promise<Json | null> {
  const { settings, signal, clock, note } = options
  return withRetries(async () => getOnce(options, url), { retries: settings.retries, maxWait: settings.maxWait, clock, signal, note })
}

/** Decodes an answer; a ShapeError of the decoder becomes a NetworkError `bad-answer`. */
export function decoded<T>({ shown, json }: Json, decode: (json: unknown) => T): T {
  try {
    return decode(json)
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error
    throw new NetworkError('bad-answer', `GET ${shown} was answered in an unknown form: ${error.message}`, { cause: error })
  }
}

async function getOnce({ send, settings, signal, clock, gate, cache }: ApiOptions, url: string): Promise<Json | null> {
  const token = mirrored(url, settings.mirrors) === null ? tokenFor(new URL(url), settings.tokens) : null
  const source = token?.source ?? null
  const held = (until: number): Error => limitError(`GET ${shownUrl(url)} was not sent`, until, source)
  return gate.pass(
    new URL(url).origin,
    token !== null,
    async (told) => {
      const kept = token === null ? null : ((await cache?.read(url, token.value)) ?? null)
      const answer = await send({ url, headers: { ...apiHeaders, ...(kept === null ? {} : { 'if-none-match': kept.etag }) }, signal })
      const { status, headers, shown } = answer
      if (status === 404 || (status === 304 && kept !== null)) {
        answer.discard()
        told({ status, headers, message: '' })
        return status === 404 || kept === null
          ? null
          : parsed(kept.body, { url: kept.url, shown, headers: { ...headers, link: kept.link ?? undefined } })
      }
      const body = await bodyOf(answer)
      const refusal = { status, headers, message: status === 200 ? '' : messageIn(body) }
      const closed = told(refusal)
      if (status !== 200) {
        const now = clock.now()
        throw apiError({ shown, status, headers, body, tokenSource: source, limit: isLimit(refusal) ? (closed ?? now) : null, now })
      }
      const json = parsed(body, { url: answer.url, shown, headers })
      const etag = headers['etag']
      if (token !== null && etag !== undefined)
        await cache?.write(url, token.value, { etag, url: answer.url, link: headers['link'] ?? null, body })
      return json
    },
    held,
  )
}

function parsed(body: string, { url, shown, headers }: Omit<Json, 'json'>): Json {
  try {
    const json: unknown = JSON.parse(body)
    return { url, shown, headers, json }
  } catch (cause) {
    const what = /html/i.test(headers['content-type'] ?? '') ? 'an HTML page' : 'something that is not JSON'
    const hint = 'check that this is the address of a GitHub API'
    throw new NetworkError('bad-answer', `GET ${shown} was answered with ${what}; ${hint}`, { retryable: true, cause })
  }
}

async function bodyOf(answer: Answer): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body) {
    size += chunk.length
    if (size > mostBytes) throw new NetworkError('bad-answer', `GET ${answer.shown} was answered with more than ${mostBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
