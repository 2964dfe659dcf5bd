// Work that no evaluation step stands for → booked on the evaluation's account, and ended where it is too much.
import { deepest, effort, mostSteps } from './effort.ts'
import { Halt, tooDeep, tooLong, unknown } from './value.ts'

/** A string longer than this is nobody's URL. */
const longestString = 1 << 24

/** Books work; ends the running builtin where there is too much of it. */
export function spend(steps: number): void {
  effort.steps += steps
  if (effort.steps <= mostSteps) return
  effort.cut = true
  throw new Halt(tooLong)
}

/** Books a string that is about to be made, by its length and the number of its runs. */
export function spendString(length: number, runs: number): void {
  if (length > longestString) {
    effort.cut = true
    throw new Halt(unknown('a string of more than 16 million characters'))
  }
  spend(runs >> 3)
}

/** Does what may recurse without an evaluation step. */
export function nest<T>(work: () => T): T {
  if (effort.depth >= deepest) {
    effort.cut = true
    throw new Halt(tooDeep)
  }
  effort.depth++
  try {
    return work()
  } finally {
    effort.depth--
  }
}
