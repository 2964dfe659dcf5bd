// A pin whose version stays, and a spelling → its hashes written so. Nothing is downloaded: the digests are those of the file.
import { sameDigest } from '../core/digest.ts'
import type { AssetOutcome, Outcome, SpellingName, Warning } from '../core/report.ts'
import type { System } from '../core/system.ts'
import type { FetchHash } from '../nix/evaluate/fetchers.ts'
import { sightKey } from '../pin/discover.ts'
import { hashEdit, readHash, spellingProblem } from '../pin/hash-edits.ts'
import type { FileEdit } from '../pin/literal-edit.ts'
import { type PinFetch, hashPlace } from '../pin/pin.ts'
import type { Intended } from '../pin/proof.ts'
import type { NixEntry } from './entries.ts'
import { fixedHash } from './hash-refusals.ts'
import { lend, shownAs } from './nix-pin.ts'
import { Refusal } from './refusal.ts'
import type { Tools } from './tools.ts'
import type { Plan } from './plan.ts'

/** Throws Refusal `not-editable` where the attribute cannot take the spelling. */
export function refuseSpelling(fetches: readonly PinFetch[], spelling: SpellingName | null): void {
  for (const hash of spelling === null ? [] : fetches.flatMap((fetch) => fetch.hashes)) {
    const problem = spellingProblem(hash, spelling!)
    if (problem !== null)
      throw new Refusal(
        'refused',
        'not-editable',
        `The hashes cannot be spelled in ${spelling}: ${problem}; take --spelling sri, or leave them as they are`,
      )
  }
}

/** The hashes of these fetches, all of which are digests, in another spelling. */
export async function respelled(
  entry: NixEntry,
  fetches: readonly PinFetch[],
  spelling: SpellingName,
  tools: Tools,
  warnings: readonly Warning[],
): Promise<Plan> {
  const { pin } = entry
  const edits = new Map<string, FileEdit>()
  const intended = new Map<string, Intended>()
  const systems: Record<System, AssetOutcome[]> = {}
  for (const fetch of fetches) {
    const texts = fetch.hashes.map((hash) => {
      const { text, edit, outcome } = one(hash, fetch, entry, spelling, tools)
      if (edit !== null) edits.set(`${edit.file}:${edit.start}`, edit)
      ;(systems[fetch.system] ??= []).push(outcome)
      return text
    })
    intended.set(sightKey(fetch), { urls: shownAs(fetch), hashes: texts })
  }
  const outcome: Outcome = {
    pin: entry.name,
    outcome: edits.size > 0 ? 'updated' : 'unchanged',
    file: entry.file,
    line: entry.line,
    from: pin.tag,
    to: pin.tag,
    systems,
    warnings,
  }
  if (edits.size === 0) return { outcome: { ...outcome, systems: {} } }
  lend(pin, intended)
  const proposal = { edits: [...edits.values()], intended }
  const problem = await tools.proofs.prove(pin, proposal)
  if (problem !== null)
    throw new Refusal(
      'refused',
      'not-proven',
      `The hashes of ${pin.name} were not respelled because evaluating them again did not give what was intended: ${problem}`,
    )
  return { outcome, proposal }
}

function one(
  hash: FetchHash,
  fetch: PinFetch,
  { pin }: NixEntry,
  spelling: SpellingName,
  tools: Tools,
): { text: string; edit: FileEdit | null; outcome: AssetOutcome } {
  const read = readHash(hash)
  if (read.kind !== 'digest') throw new Refusal('refused', 'placeholder-hash', `The hash for ${fetch.system} is still to be filled in`)
  const { text, edit } = hashEdit(hash, read.digest, pin, spelling)
  const again = readHash({ ...hash, value: { ...hash.value, text } })
  if (again.kind !== 'digest' || !sameDigest(again.digest, read.digest))
    throw new Refusal('refused', 'not-editable', `The hash for ${fetch.system} cannot be spelled in ${spelling} under ${hash.attribute}`)
  const place = hashPlace(hash, fetch)
  if (text !== hash.value.text && edit === null) throw fixedHash(fetch.system, place)
  const url = fetch.urls[0]?.text ?? shownAs(fetch)[0]!
  const outcome: AssetOutcome = {
    url,
    old: hash.value.text,
    new: text,
    size: null,
    evidence: [],
    file: place.file,
    ...tools.found.checkout.position(place),
  }
  return { text, edit: text === hash.value.text ? null : edit, outcome }
}
