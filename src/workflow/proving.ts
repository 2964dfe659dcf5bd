// Proposals → whether evaluating the edited texts gives what they intend, and everything else as it was: DESIGN's step 8.
import type { System } from '../core/system.ts'
import { EditError } from '../nix/edit.ts'
import type { FileEdit } from '../pin/literal-edit.ts'
import type { Pin, PinFetch } from '../pin/pin.ts'
import { type Intended, prove } from '../pin/proof.ts'
import { evaluateRoot, type Root } from '../pin/roots.ts'
import { sightKey } from '../pin/discover.ts'
import type { Found } from './found.ts'
import { eachAlone } from './each-alone.ts'
import { overlayOf } from './nix-pin.ts'

/** What one pin's edits shall come to. */
export interface Proposal {
  readonly edits: readonly FileEdit[]
  /** By `sightKey` of the fetch before. */
  readonly intended: ReadonlyMap<string, Intended>
}

interface Evaluations {
  readonly before: readonly Root[]
  readonly after: readonly Root[]
}

/** Only what shows these pins, under their systems: enough to see what becomes of them, not of everything else. */
export function reevaluated(found: Found, cover: readonly Root[], pins: readonly Pin[], edits: readonly FileEdit[]): Evaluations {
  const systems = new Set<System>(pins.flatMap((pin) => pin.fetches.map((fetch) => fetch.system)))
  const tree = found.checkout.tree(overlayOf(found, edits))
  return {
    // What shows a pin has to be read to its end: what is not reached may have its version in common with it.
    before: cover.map((root) => ({ ...root, exhausted: false, fetches: root.fetches.filter((fetch) => systems.has(fetch.system)) })),
    after: cover.map((root) => evaluateRoot(tree, root.file, root.reach, systems)),
  }
}

function intendedBy(proposals: readonly Proposal[]): (fetch: PinFetch) => Intended | null {
  const intended = new Map(proposals.flatMap((proposal) => [...proposal.intended]))
  return (fetch) => intended.get(sightKey(fetch)) ?? null
}

/** A pin and what its edits shall come to. */
export interface Proof {
  readonly pin: Pin
  readonly proposal: Proposal
}

/**
 * Step 8 for pins that the same roots show: for each what is wrong, or null; EditError where its edits contradict each other. What else they may change is for
 * `problemsOf` to say.
 */
export function proveEach(
  found: Found,
  cover: readonly Root[],
  proofs: readonly Proof[],
  pause: () => Promise<void>,
): Promise<readonly (() => string | null)[]> {
  const problem = (some: readonly Proof[]): string | null => {
    const proposals = some.map(({ proposal }) => proposal)
    const edits = proposals.flatMap((proposal) => proposal.edits)
    const pins = some.map(({ pin }) => pin)
    const { before, after } = reevaluated(found, cover, pins, edits)
    return prove(before, after, edits, intendedBy(proposals))
  }
  return eachAlone<Proof, string | null>(
    proofs,
    (some) => (problem(some) === null ? some.map(() => null) : null),
    (one) => problem([one]),
    pause,
  )
}

/** Step 8 for proposals that are written on top of others which hold already: gives what is wrong, or null. */
export function problemOnTop(found: Found, held: readonly Proposal[], step: readonly Proposal[]): string | null {
  if (step.length === 0) return null
  const touched = new Set(step.flatMap(({ edits }) => edits.map((edit) => edit.file)))
  const before = found.roots.filter((root) => [...touched].some((file) => root.reads.has(file)))
  const isSeen = ({ edits }: Proposal): boolean =>
    edits.some(({ file }) => touched.has(file) || before.some((root) => root.reads.has(file)))
  return problemIn(found, before, [...held.filter(isSeen), ...step])
}

/** What is wrong where these roots are evaluated with the edits of all proposals, or null. */
function problemIn(found: Found, before: readonly Root[], proposals: readonly Proposal[]): string | null {
  const edits = editsOf(proposals)
  try {
    const tree = found.checkout.tree(overlayOf(found, edits))
    const after = before.map((root) => evaluateRoot(tree, root.file, root.reach))
    return prove(before, after, edits, intendedBy(proposals))
  } catch (error) {
    if (error instanceof EditError) return `two pins would edit the same place: ${error.message}`
    throw error
  }
}

/** Step 8: evaluates everything that reads the edited texts; every fetch of the proposals must be as intended and every other as before. Gives what is wrong, or null. */
function problemOf(found: Found, proposals: readonly Proposal[]): string | null {
  if (proposals.length === 0) return null
  const files = new Set(proposals.flatMap(({ edits }) => edits.map((edit) => edit.file)))
  const before = found.roots.filter((root) => [...files].some((file) => root.reads.has(file)))
  return problemIn(found, before, proposals)
}

/** The edits of all proposals; what several of them ask for is done once. */
export function editsOf(proposals: readonly Proposal[]): FileEdit[] {
  const edits = new Map<string, FileEdit>()
  for (const edit of proposals.flatMap((proposal) => proposal.edits))
    edits.set(JSON.stringify([edit.file, edit.start, edit.end, edit.text]), edit)
  return [...edits.values()]
}

/** Step 8 for all proposals together, each of which may be written without the others only if it does not share files with them. What is wrong with each, or null. */
export async function problemsOf(found: Found, proposals: readonly Proposal[], pause: () => Promise<void>): Promise<(string | null)[]> {
  if (problemOf(found, proposals) === null) return proposals.map(() => null)
  const answers = await eachAlone<Proposal, string | null>(
    proposals,
    (some) => {
      // What several ask for is no matter of each alone.
      const isShared = editsOf(some).length < some.flatMap(({ edits }) => edits).length
      return isShared || problemOf(found, some) !== null ? null : some.map(() => null)
    },
    (one) => problemOf(found, [one]),
    pause,
  )
  const alone = answers.map((answer) => answer())
  const sound = proposals.filter((_, i) => alone[i] === null)
  const together = problemOf(found, sound)
  return alone.map((problem) => problem ?? (together === null ? null : `together with the other updates: ${together}`))
}
