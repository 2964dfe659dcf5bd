// A URL to the headers that only its address decides: a token goes to the API it is for and nowhere else.
import type { NetworkSettings, Token } from './settings.ts'

const publicApi = 'https://api.github.com'

/** `authorization` where the URL is below the API a token is for; `accept` where the URL is an API's address of an asset's bytes. */
export function headersFor(url: URL, settings: Pick<NetworkSettings, 'tokens' | 'github'>): Record<string, string> {
  const headers: Record<string, string> = {}
  const token = tokenFor(url, settings.tokens)
  if (token !== null) headers['authorization'] = `Bearer ${token.value}`
  const isApi = [settings.github.apiUrl, publicApi].some((api) => isBelow(url, api))
  if (isApi && /\/repos\/[^/]+\/[^/]+\/releases\/assets\/\d+$/.test(url.pathname)) headers['accept'] = 'application/octet-stream'
  return headers
}

/** The token that is for this URL, or null. */
export function tokenFor(url: URL, tokens: readonly Token[]): Token | null {
  return tokens.find((token) => isBelow(url, token.apiUrl)) ?? null
}

/** On an enterprise server the API shares its origin with pages that people write, so the path counts too. */
function isBelow(url: URL, base: string): boolean {
  const api = new URL(base)
  const path = api.pathname.replace(/\/+$/, '')
  return url.origin === api.origin && (url.pathname === path || url.pathname.startsWith(`${path}/`))
}
