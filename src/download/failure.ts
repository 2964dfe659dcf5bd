// What a connection threw to the NetworkError that says what happened and what to do about it.
import { type NetworkCode, NetworkError } from '../core/errors.ts'
import { shownUrl } from './shown-url.ts'

interface Kind {
  readonly code: NetworkCode
  readonly retryable: boolean
  readonly what: (host: string) => string
}

const checkProxy = 'check the network, and HTTPS_PROXY and NO_PROXY where there is a proxy'
const checkTrust = 'where a proxy re-signs traffic, name its CA file in NODE_EXTRA_CA_CERTS or SSL_CERT_FILE'

const unreachable = (what: (host: string) => string, retryable = false): Kind => ({ code: 'unreachable', retryable, what })
const late = (what: (host: string) => string): Kind => ({ code: 'timeout', retryable: true, what })
const broken: Kind = unreachable((host) => `the connection to ${host} broke`, true)

const kinds: Readonly<Record<string, Kind>> = {
  ENOTFOUND: unreachable((host) => `the name ${host} was not found; ${checkProxy}`),
  EAI_AGAIN: unreachable((host) => `the name ${host} could not be looked up; ${checkProxy}`, true),
  ECONNREFUSED: unreachable((host) => `${host} refused the connection; ${checkProxy}`),
  EHOSTUNREACH: unreachable((host) => `there is no way to ${host}; ${checkProxy}`),
  ENETUNREACH: unreachable((host) => `there is no way to ${host}; ${checkProxy}`),
  EADDRNOTAVAIL: unreachable((host) => `there is no way to ${host}; ${checkProxy}`),
  ECONNRESET: broken,
  ECONNABORTED: broken,
  EPIPE: broken,
  UND_ERR_SOCKET: broken,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: broken,
  ETIMEDOUT: late((host) => `${host} did not accept the connection in time; ${checkProxy}`),
  UND_ERR_CONNECT_TIMEOUT: late((host) => `${host} did not accept the connection in time; ${checkProxy}`),
  UND_ERR_HEADERS_TIMEOUT: late((host) => `${host} did not answer in time`),
  UND_ERR_BODY_TIMEOUT: late((host) => `the answer of ${host} stalled`),
}

/** Codes of OpenSSL's verdict on a certificate, as Node names them, and of a handshake that failed. */
const certificate = /CERT|SELF_SIGNED|UNABLE_TO_|CRL|^INVALID_(?:CA|PURPOSE)$|^HOSTNAME_MISMATCH$|^UND_ERR_PRX_TLS$/
const handshake = /^(?:ERR_SSL|ERR_TLS|EPROTO)/

/** The NetworkError for what undici or a socket threw while this URL, in messages `shown`, was fetched; `proxy` is the proxy's origin, null without one. */
export function connectionError(error: unknown, url: URL, proxy: string | null, shown: string = shownUrl(url)): NetworkError {
  const code = codeOf(error)
  const proxyStatus = /^Proxy (?:response|Authentication Required) \((\d{3})\)/.exec(messageOf(error))?.[1]
  if (proxyStatus !== undefined && proxy !== null) return refusedByProxy(Number(proxyStatus), shown, proxy, error)
  const host = proxy === null || certificate.test(code) ? url.host : `the proxy ${proxy}`
  const kind = kinds[code] ?? fallback(code, messageOf(error))
  return new NetworkError(kind.code, `GET ${shown} failed: ${kind.what(host)} (${code})`, {
    retryable: kind.retryable,
    cause: error,
  })
}

function fallback(code: string, message: string): Kind {
  if (certificate.test(code)) return unreachable((host) => `the certificate of ${host} is not trusted; ${checkTrust}`)
  if (handshake.test(code)) return unreachable((host) => `no TLS connection to ${host} came about; ${checkProxy}`)
  if (code.startsWith('HPE_')) return { code: 'bad-answer', retryable: true, what: (host) => `${host} answered something that is not HTTP` }
  return unreachable((host) => `the connection to ${host} failed: ${message}`)
}

function refusedByProxy(status: number, shown: string, proxy: string, cause: unknown): NetworkError {
  const tried = `GET ${shown} failed: the proxy ${proxy}`
  if (status === 407)
    return new NetworkError('unauthorized', `${tried} asks for credentials (407); put USER:PASSWORD@ into the proxy's address`, { cause })
  if (status === 403)
    return new NetworkError('forbidden', `${tried} does not allow this host (403); ask who runs it, or name the host in NO_PROXY`, {
      cause,
    })
  return new NetworkError('unreachable', `${tried} did not connect (${status}); ${checkProxy}`, { retryable: status >= 500, cause })
}

/** The code nearest to the cause: undici wraps, and several addresses that failed come as one AggregateError. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const own = 'code' in error && typeof error.code === 'string' ? error.code : null
  const inner = error.cause instanceof Error ? codeOf(error.cause) : 'unknown'
  if (inner !== 'unknown') return inner
  if (own === null && error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  return own ?? error.name
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
