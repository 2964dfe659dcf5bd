// A URL to the headers that only its address decides: a token goes to the API it is for and nowhere else.
import { loginFor, type NetrcEntry } from './netrc.ts'
import type { NetworkSettings, Token } from './settings.ts'

const publicApi = 'https://api.github.com'

/** An address and where it is fetched from: the same, or a mirror. */
export interface Addressed {
  readonly asked: URL
  readonly url: URL
}

/** `authorization` where the URL is below the API a token is for; `accept` where the URL is an API's address of an asset's bytes. */
export function headersFor(url: URL, settings: Pick<NetworkSettings, 'tokens' | 'github'>): Record<string, string> {
  const headers: Record<string, string> = {}
  const token = tokenFor(url, settings.tokens)
  if (token !== null) headers['authorization'] = `Bearer ${token.value}`
  if (isApi(url, settings) && /\/repos\/[^/]+\/[^/]+\/releases\/assets\/\d+$/.test(url.pathname))
    headers['accept'] = 'application/octet-stream'
  return headers
}

/** The headers of the first request: a token never goes to a mirror, but what the address asks for is the same there. */
export function firstHeaders({ asked, url }: Addressed, settings: Pick<NetworkSettings, 'tokens' | 'github'>): Record<string, string> {
  return url.href === asked.href ? headersFor(url, settings) : headersFor(asked, { ...settings, tokens: [] })
}

/** `authorization` by netrc: for hosts other than the API's, and only where nobody can read it on the way. */
export function basicAuthorization(
  url: URL,
  entries: readonly NetrcEntry[],
  settings: Pick<NetworkSettings, 'github'>,
): Record<string, string> {
  if (isApi(url, settings) || (url.protocol !== 'https:' && !isLoopback(url.hostname))) return {}
  const login = loginFor(url.hostname.replace(/^\[|\]$/g, ''), entries)
  if (login === null) return {}
  return { authorization: `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}` }
}

/** The token that is for this URL, or null. */
export function tokenFor(url: URL, tokens: readonly Token[]): Token | null {
  return tokens.find((token) => isBelow(url, token.apiUrl)) ?? null
}

function isApi(url: URL, { github }: Pick<NetworkSettings, 'github'>): boolean {
  return [github.apiUrl, publicApi].some((api) => isBelow(url, api))
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(host)
}

/** On an enterprise server the API shares its origin with pages that people write, so the path counts too. */
function isBelow(url: URL, base: string): boolean {
  const api = new URL(base)
  const path = api.pathname.replace(/\/+$/, '')
  return url.origin === api.origin && (url.pathname === path || url.pathname.startsWith(`${path}/`))
}
