// Questions to APIs → the same questions, a few at a time, and none while a limit holds.
import { type Quota, type Told, afterAnswer, closedUntil, mayRun, unknownQuota } from './quota.ts'

/** Lets questions through. */
export interface Gate {
  /**
   * Calls `ask` once there is room at this API; `ask` reports every answer through `told` before it judges it. While a limit holds
   * `ask` is not called: what `refused` makes of the limit's end is thrown.
   */
  pass<T>(
    api: string,
    authenticated: boolean,
    ask: (told: (answer: Told) => number | null) => Promise<T>,
    refused: (until: number) => Error,
  ): Promise<T>
}

interface Door {
  quota: Quota
  running: number
  readonly waiting: (() => void)[]
}

/** Makes a gate with a door for each API; `now` is milliseconds since the epoch. */
export function gate(now: () => number): Gate {
  const doors = new Map<string, Door>()
  return {
    async pass(api, authenticated, ask, refused) {
      const door = doors.get(api) ?? { quota: unknownQuota, running: 0, waiting: [] }
      doors.set(api, door)
      while (closedUntil(door.quota, now()) === null && door.running >= mayRun(door.quota, authenticated, now()))
        await new Promise<void>((resolve) => door.waiting.push(resolve))
      const closed = closedUntil(door.quota, now())
      if (closed !== null) {
        wake(door)
        throw refused(closed)
      }
      door.running++
      try {
        return await ask((answer) => {
          door.quota = afterAnswer(door.quota, answer, now())
          return closedUntil(door.quota, now())
        })
      } finally {
        door.running--
        wake(door)
      }
    },
  }
}

/** All look again whether there is room for them; in order of arrival. */
function wake(door: Door): void {
  for (const go of door.waiting.splice(0)) go()
}
