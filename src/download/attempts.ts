// An action that may fail for a while to its result: the loop around the arithmetic in retry.ts.
import { setTimeout as wait } from 'node:timers/promises'
import { InterruptedError, NetworkError } from '../core/errors.ts'
import { retryDelay, usualMaxWait } from './retry.ts'

/** Time and chance, so that tests need neither. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** 0 ≤ random < 1. */
  random(): number
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>
}

/** The real one. */
export const realClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: async (ms, signal) => {
    await wait(ms, undefined, signal === undefined ? {} : { signal })
  },
}

/** What the attempts may use up. */
export interface Patience {
  readonly retries: number
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
  /** Milliseconds: the longest wish of a server that is granted; a minute unless given. */
  readonly maxWait?: number | undefined
  /** Is told of a wait that a person would notice. */
  readonly note?: ((message: string) => void) | undefined
}

/** Shorter waits are not worth a word. */
const noticed = 2000

/**
 * Calls `action` until it succeeds, fails for good, or the retries are used up; then its last error is thrown as it is.
 * Throws InterruptedError as soon as the signal aborts.
 */
export async function withRetries<T>(
  action: () => Promise<T>,
  { retries, clock, signal, maxWait = usualMaxWait, note }: Patience,
): Promise<T> {
  for (let done = 0; ; done++) {
    if (signal?.aborted === true) throw interrupted()
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error
      const delay = retryDelay(error, { done, retries, now: clock.now(), random: clock.random(), maxWait })
      if (delay === null) throw error
      if (delay >= noticed) note?.(`trying again in ${Math.ceil(delay / 1000)} s: ${error.message}`)
      await clock.sleep(delay, signal).catch((reason: unknown) => {
        throw signal?.aborted === true ? interrupted() : reason
      })
    }
  }
}

/** The error of a user who stopped the program. */
export function interrupted(): InterruptedError {
  return new InterruptedError('stopped before the answer was complete')
}
