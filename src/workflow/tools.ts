// What the work on every pin shares in one run.
import pLimit from 'p-limit'
import { type Evidence, evidence } from '../forge/evidence.ts'
import type { Found } from './found.ts'
import type { Context } from './context.ts'
import { Digests } from './digests.ts'
import { Proofs } from './proofs.ts'

export interface Tools {
  readonly context: Context
  readonly found: Found
  readonly digests: Digests
  readonly evidence: Evidence
  readonly proofs: Proofs
  /** Limits how many questions the forge is asked at once. */
  readonly requests: ReturnType<typeof pLimit>
}

/** Those for one run over what was found. */
export const toolsFor = (context: Context, found: Found): Tools => ({
  context,
  found,
  digests: new Digests(context),
  evidence: evidence(context.downloads),
  proofs: new Proofs(found, context.signal),
  requests: pLimit(context.jobs),
})
