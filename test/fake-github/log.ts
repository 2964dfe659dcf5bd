// What was asked of the fake becomes a log that tests read.
import type { Fault } from './faults.ts'

/** One request as it came, and what it got. */
export interface LoggedRequest {
  readonly scheme: 'http' | 'https'
  readonly method: string
  readonly host: string
  /** Query included. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** What was to be sent; a cut-off answer keeps its status. */
  readonly status: number
  /** Name of the asset it is about. */
  readonly asset: string | null
  /** Kind of the fault that befell it. */
  readonly fault: Fault['kind'] | null
  /** GitHub has nothing like it. */
  readonly unexpected: boolean
  /** Milliseconds on the clock of `performance.now`. */
  readonly startedAt: number
  /** null while it goes on. */
  endedAt: number | null
  /** Bytes of the body sent so far. */
  sent: number
}

/** One tunnel that was asked for, or refused as a plain request. */
export interface LoggedTunnel {
  readonly host: string
  readonly port: number
  /** What the proxy answered; 0 where it never did. */
  readonly status: number
  readonly fault: Fault['kind'] | null
}

export interface Log {
  readonly requests: LoggedRequest[]
  readonly tunnels: LoggedTunnel[]
}

/** Requests that no GitHub would know, and refused tunnels that no fault explains. */
export function unexpectedIn(log: Log): string[] {
  const requests = log.requests.filter((request) => request.unexpected)
  const refused = log.tunnels.filter(({ fault, status }) => fault === null && status !== 200 && status !== 407)
  return [
    ...requests.map(({ method, scheme, host, path }) => `${method} ${scheme}://${host}${path}`),
    ...refused.map(({ host, port }) => `CONNECT ${host}:${port}`),
  ]
}

/** The most requests that were under way at one moment. */
export function mostAtOnce(requests: readonly LoggedRequest[]): number {
  const begins = requests.map(({ startedAt }) => startedAt)
  return Math.max(
    0,
    ...begins.map((moment) => requests.filter(({ startedAt, endedAt }) => startedAt <= moment && (endedAt ?? Infinity) > moment).length),
  )
}
