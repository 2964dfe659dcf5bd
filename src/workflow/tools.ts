// What the work on every pin shares in one run.
import type pLimit from 'p-limit'
import type { Evidence } from '../forge/evidence.ts'
import type { Found } from './checkout.ts'
import type { Context } from './context.ts'
import type { Digests } from './digests.ts'

export interface Tools {
  readonly context: Context
  readonly found: Found
  readonly digests: Digests
  readonly evidence: Evidence
  /** Limits how many questions the forge is asked at once. */
  readonly requests: ReturnType<typeof pLimit>
}
