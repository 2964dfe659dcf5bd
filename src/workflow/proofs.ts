// Retargetings and proofs of pins that the same roots show → answered in rounds, several in one evaluation.
import { InterruptedError } from '../core/errors.ts'
import { coverOf } from '../pin/cover.ts'
import type { Pin } from '../pin/pin.ts'
import { evaluateRoot, type Root } from '../pin/roots.ts'
import type { Found } from './found.ts'
import { type Planned, withHashes } from './nix-pin.ts'
import { type Proof, type Proposal, proveEach } from './proving.ts'
import { Refusal } from './refusal.ts'
import { type Move, type Retargeted, retargetEach } from './retarget.ts'
import { Rounds } from './rounds.ts'

interface Shown {
  readonly moves: Rounds<Pin, Move, readonly Retargeted[]>
  readonly proofs: Rounds<Pin, Proof, string | null>
}

export class Proofs {
  readonly #found: Found
  readonly #shown = new Map<string, Shown>()
  readonly #byPin = new Map<Pin, Shown>()
  readonly #cutOff = new Map<string, boolean>()
  /** Comes before what may take long: looks whether the run is interrupted meanwhile. */
  readonly pause: () => Promise<void>

  constructor(found: Found, signal: AbortSignal) {
    this.#found = found
    this.pause = async () => {
      await new Promise((resolve) => void setImmediate(resolve))
      if (signal.aborted) throw new InterruptedError('Interrupted; nothing was written')
    }
  }

  /** That a pin is to be retargeted and proved, until it leaves: others wait for it. */
  expect(pin: Pin): void {
    const { moves, proofs } = this.#of(pin)
    moves.expect(pin)
    proofs.expect(pin)
  }

  /** That a pin is to be retargeted no more. */
  arrive(pin: Pin): void {
    this.#of(pin).moves.leave(pin)
  }

  /** That nothing more is asked for a pin. */
  leave(pin: Pin): void {
    this.arrive(pin)
    this.#of(pin).proofs.leave(pin)
  }

  /** Step 4 for the texts: evaluates with the version replaced and reads the new URLs. Throws Refusal where something else would change. */
  async retarget(pin: Pin, planned: Planned): Promise<readonly Retargeted[]> {
    const { edits, copies } = withHashes(this.#found, planned, [])
    if (edits.length === 0) return pin.fetches.map((fetch) => ({ fetch, urls: fetch.urls.map((url) => url.text), after: fetch }))
    this.#refuseCutOff(pin)
    return this.#of(pin).moves.ask({ pin, edits, copies, isShown: planned.isShown })
  }

  /** Step 8 for what shows the pin: gives what is wrong, or null. Throws Refusal where it cannot be looked at. */
  async prove(pin: Pin, proposal: Proposal): Promise<string | null> {
    this.#refuseCutOff(pin)
    return this.#of(pin).proofs.ask({ pin, proposal })
  }

  /** What shows a pin has to be read to its end under the pin's systems; where it is not before the edit, it is not after it. */
  #refuseCutOff(pin: Pin): void {
    const systems = new Set(pin.fetches.map((fetch) => fetch.system))
    for (const root of coverOf(pin, this.#found.roots)) {
      if (!root.exhausted) continue
      const key = JSON.stringify([root.file, ...[...systems].toSorted()])
      const isCutOff = this.#cutOff.get(key) ?? evaluateRoot(this.#found.checkout.tree(), root.file, root.reach, systems).exhausted
      this.#cutOff.set(key, isCutOff)
      if (isCutOff)
        throw new Refusal(
          'refused',
          'not-proven',
          `${root.file} takes too long to evaluate as a whole, so it cannot be proved that nothing else changes with ${pin.name}; change it by hand`,
        )
    }
  }

  #of(pin: Pin): Shown {
    const known = this.#byPin.get(pin)
    if (known !== undefined) return known
    const cover = coverOf(pin, this.#found.roots)
    const key = cover.map(({ file }) => file).join('\n')
    const shown = this.#shown.get(key) ?? shownBy(this.#found, cover, this.pause)
    this.#shown.set(key, shown)
    this.#byPin.set(pin, shown)
    return shown
  }
}

function shownBy(found: Found, cover: readonly Root[], pause: () => Promise<void>): Shown {
  // Which pins of a root that is cut off come to an end is for each of them to find out.
  const isCut = cover.some((root) => root.exhausted)
  const each =
    <One, Answer>(answer: (some: readonly One[]) => Promise<readonly Answer[]>) =>
    async (asked: readonly One[]): Promise<readonly Answer[]> => {
      if (!isCut) return answer(asked)
      const answers: Answer[] = []
      for (const one of asked) answers.push(...(await answer([one])))
      return answers
    }
  return {
    moves: new Rounds(each((moves) => retargetEach(found, cover, moves, pause))),
    proofs: new Rounds(each((asked) => proveEach(found, cover, asked, pause))),
  }
}
