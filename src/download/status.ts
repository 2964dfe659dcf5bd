// A status that is no success to the NetworkError it means.
import { type NetworkCode, NetworkError } from '../core/errors.ts'
import { retryAfter } from './retry.ts'
import type { Headers } from './send.ts'

/** The NetworkError for an answer whose status is not 2xx. 408, 429 and 5xx may be tried again, after `Retry-After` where it is sent. `shown` is the address in messages. */
export function statusError(status: number, headers: Headers, shown: string, now: number): NetworkError {
  const { code, retryable, hint } = meaning(status)
  const retryAt = retryable ? retryAfter(headers['retry-after'], now) : null
  return new NetworkError(code, `GET ${shown} was answered with status ${status}${hint}`, { retryable, retryAt })
}

function meaning(status: number): { code: NetworkCode; retryable: boolean; hint: string } {
  if (status === 404 || status === 410) return { code: 'not-found', retryable: false, hint: ': there is no such file' }
  if (status === 401) return { code: 'unauthorized', retryable: false, hint: ': it asks for credentials' }
  if (status === 403) return { code: 'forbidden', retryable: false, hint: ': access is not allowed from here' }
  if (status === 407)
    return { code: 'unauthorized', retryable: false, hint: ': the proxy asks for credentials; put USER:PASSWORD@ into its address' }
  if (status === 408) return { code: 'timeout', retryable: true, hint: ': the server waited too long' }
  if (status === 429) return { code: 'rate-limited', retryable: true, hint: ': too many requests; try again later' }
  if (status >= 500) return { code: 'server-error', retryable: true, hint: ': the server failed; try again later' }
  return { code: 'bad-answer', retryable: false, hint: ', which is neither the file nor a known refusal' }
}
