// What is to be done for one pin: what planning gives and applying takes.
import type { Outcome } from '../core/report.ts'
import type { Entry } from './entries.ts'
import type { SpecChange } from './plan-spec-pin.ts'
import type { Proposal } from './proving.ts'

/** What is to be done for one pin, or why nothing is. The outcome is what holds once it is written. */
export interface Plan {
  readonly outcome: Outcome
  readonly proposal?: Proposal
  readonly spec?: SpecChange
}

/** A plan and the pin that it is for. */
export interface OwnedPlan extends Plan {
  readonly entry: Entry
}
