// A repository and a digest to the signed bundles that the forge keeps for it.
import { InterruptedError, NetworkError } from '../core/errors.ts'
import type { Repository } from '../core/release.ts'
import { withRetries } from '../download/attempts.ts'
import { checkAnswer } from '../download/answer-check.ts'
import type { Answer } from '../download/send.ts'
import { shownUrl } from '../download/shown-url.ts'
import { type ApiOptions, decoded, getJson, type Json } from './api-json.ts'
import { unpackedJson } from './attestation-snappy.ts'
import { ShapeError } from './decode-release.ts'

/** One bundle as it came, not yet believed; or why it could not be had, which is never the same as its absence. */
export type FetchedBundle = { readonly ok: true; readonly json: unknown } | { readonly ok: false; readonly message: string }

/** Where bundles come from. */
export interface BundleSource {
  /** All bundles for a sha256 in lower-case hexadecimal; empty where the forge has none. Throws NetworkError where it did not say. */
  bundles(repository: Repository, hex: string): Promise<readonly FetchedBundle[]>
}

interface Listed {
  readonly bundle: unknown
  readonly url: string | null
}

/** A bundle has some ten kilobytes; one with many subjects some hundred. */
const mostPacked = 4 * 1024 * 1024
const mostUnpacked = 16 * 1024 * 1024
/** Each of a hundred. */
const mostPages = 10

/** The bundles listed at `url`, `…/attestations/sha256:{hex}`, and on the pages after it. Throws NetworkError. */
export async function fetchBundles(
  api: ApiOptions,
  url: string,
  nextOf: (found: Json, asked: string) => string | null,
): Promise<readonly FetchedBundle[]> {
  // Never from the cache: the addresses of the bundles expire, and hold a signature that belongs in no file.
  const fresh = { ...api, cache: null }
  const listed: Listed[] = []
  let next: string | null = `${url}?per_page=100`
  for (let pages = 0; next !== null; pages++) {
    if (pages === mostPages) throw new NetworkError('bad-answer', `GET ${shownUrl(url)} lists more than ${mostPages} pages of attestations`)
    const asked: string = next
    const found: Json | null = await getJson(fresh, asked)
    if (found === null) break
    listed.push(...decoded(found, decodeList))
    next = nextOf(found, asked)
  }
  return Promise.all(listed.map(async (each) => fetched(api, each, url)))
}

async function fetched(api: ApiOptions, { bundle, url }: Listed, list: string): Promise<FetchedBundle> {
  if (bundle !== null) return { ok: true, json: bundle }
  if (url === null) return { ok: false, message: `GET ${shownUrl(list)} lists an attestation without its bundle` }
  try {
    return { ok: true, json: await download(api, url, new URL(list).protocol) }
  } catch (error) {
    if (error instanceof InterruptedError || !(error instanceof NetworkError)) throw error
    return { ok: false, message: error.message }
  }
}

/** The address carries its own signature: no token and no login goes there. */
async function download({ send, settings, signal, clock, note }: ApiOptions, url: string, protocol: string): Promise<unknown> {
  const scheme = URL.canParse(url) ? new URL(url).protocol : null
  if (scheme !== 'https:' && scheme !== protocol)
    throw new NetworkError(
      'bad-answer',
      `The forge names ${shownUrl(url)} for an attestation, which is no https address and is not fetched`,
    )
  const { retries, maxWait } = settings
  return withRetries(
    async () => {
      const answer = await send({ url, signal, anonymous: true })
      if (answer.status !== 200) answer.discard()
      checkAnswer(answer.status, answer.headers, { url, shown: answer.shown, size: null, from: 0, now: clock.now() })
      return parsed(await bytesOf(answer), answer.shown)
    },
    { retries, maxWait, clock, signal, note },
  )
}

function parsed(bytes: Uint8Array, shown: string): unknown {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(unpackedJson(bytes, mostUnpacked)))
    return json
  } catch (cause) {
    const why = cause instanceof ShapeError ? cause.message : 'it is no JSON'
    throw new NetworkError('bad-answer', `GET ${shown} was answered with an attestation that cannot be read: ${why}`, { cause })
  }
}

async function bytesOf(answer: Answer): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body) {
    size += chunk.length
    if (size > mostPacked) throw new NetworkError('bad-answer', `GET ${answer.shown} was answered with more than ${mostPacked} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** `{ "attestations": [ { "bundle": … or null, "bundle_url": … } ] }`. Throws ShapeError. */
function decodeList(json: unknown): readonly Listed[] {
  const list = typeof json === 'object' && json !== null && 'attestations' in json ? json.attestations : undefined
  if (!Array.isArray(list)) throw new ShapeError('attestations is no list')
  return list.map((each: unknown, i) => {
    if (typeof each !== 'object' || each === null) throw new ShapeError(`attestations[${i}] is no object`)
    const { bundle = null, bundle_url: url } = each as { readonly bundle?: unknown; readonly bundle_url?: unknown }
    return { bundle, url: typeof url === 'string' && url !== '' ? url : null }
  })
}
