// Why a pin does not get what was asked for it: thrown inside a pin's work, caught at its boundary, a finding outside.
import { AbsentError, InputError, InterruptedError, NetworkError, PinhashError } from '../core/errors.ts'
import type { OutcomeName, Reason, ReasonCode, Replaced } from '../core/report.ts'

/** Ends the work on one pin with an outcome. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly outcome: OutcomeName
  readonly code: ReasonCode
  readonly replaced: Replaced | null
  constructor(outcome: OutcomeName, code: ReasonCode, message: string, replaced: Replaced | null = null) {
    super(message)
    this.outcome = outcome
    this.code = code
    this.replaced = replaced
  }
}

/** How the work on a pin ended, and why. */
export interface End {
  readonly outcome: OutcomeName
  readonly reason: Reason
}

/** What an error at a pin's boundary means for that pin. Rethrows the user's interruption. */
export function endOf(error: unknown): End {
  if (error instanceof Refusal) {
    const { outcome, code, message, replaced } = error
    return { outcome, reason: { code, message, ...(replaced === null ? {} : { replaced }) } }
  }
  if (error instanceof InterruptedError || (error instanceof Error && error.name === 'AbortError')) throw error
  if (error instanceof NetworkError)
    return { outcome: error.code === 'not-found' ? 'missing' : 'unknown', reason: { code: error.code, message: error.message } }
  if (error instanceof AbsentError) return { outcome: 'missing', reason: { code: error.code, message: error.message } }
  if (error instanceof InputError) return { outcome: 'refused', reason: { code: error.code, message: error.message } }
  if (error instanceof PinhashError) throw error
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { outcome: 'refused', reason: { code: 'bug', message: `This is a bug in pinhash, please report it: ${what}` } }
}

const ranks: readonly OutcomeName[] = ['drift', 'mismatch', 'refused', 'missing', 'unknown']

/** A pin has one outcome: the worst of its assets', with every reason of that kind. Null where there is none. */
export function worstOf(ends: readonly End[]): End | null {
  for (const outcome of ranks) {
    const same = ends.filter((end) => end.outcome === outcome)
    if (same.length === 0) continue
    // A hash that is wrong says more of the pin than one that is still to be filled in.
    const { reason } = same.find((end) => end.reason.code !== 'placeholder-hash') ?? same[0]!
    const message = saidOnce(same.map((end) => end.reason.message))
      .toSorted()
      .join('. ')
    return { outcome, reason: { ...reason, message } }
  }
  return null
}

/** Sentences that differ in nothing but the system they are `for` become one, for all of these systems. */
export function saidOnce(messages: readonly string[]): readonly string[] {
  const said = new Map<string, { readonly before: string; readonly systems: Set<string>; readonly after: string }>()
  for (const message of messages) {
    const [, before = message, system = '', after = ''] = /^(.*?\bfor )(\w+-\w+)(.*)$/s.exec(message) ?? []
    const key = JSON.stringify([before, after])
    const known = said.get(key) ?? { before, systems: new Set(), after }
    said.set(key, known)
    known.systems.add(system)
  }
  return [...said.values()].map(({ before, systems, after }) => before + [...systems].toSorted().join(', ') + after)
}
