// Bytes and a rate become the time they have to wait.
import { setTimeout as sleep } from 'node:timers/promises'

/** One connection's allowance: the moment until which everything sent so far keeps it busy. */
export interface Bucket {
  /** Milliseconds, on the clock of `performance.now`. */
  busyUntil: number
}

/** How long to wait, in milliseconds, before `bytes` are through at this rate. Idle time is not saved up. */
export function take(bucket: Bucket, bytes: number, bytesPerSecond: number, now: number): number {
  bucket.busyUntil = Math.max(now, bucket.busyUntil) + (bytes * 1000) / bytesPerSecond
  return bucket.busyUntil - now
}

/** Waits, unless there is nothing to wait for. */
export async function pause(milliseconds: number): Promise<void> {
  if (milliseconds >= 1) await sleep(milliseconds)
}
