// What was found for a pin of Nix files at a version → the edits, proven, and the outcome they come to.
import { sameDigest } from '../core/digest.ts'
import type { AssetOutcome, Outcome, Warning } from '../core/report.ts'
import type { System } from '../core/system.ts'
import { sightKey } from '../pin/discover.ts'
import { hashEdit, readHash } from '../pin/hash-edits.ts'
import type { FileEdit } from '../pin/literal-edit.ts'
import { hashPlace } from '../pin/pin.ts'
import type { Intended } from '../pin/proof.ts'
import type { UpdateOptions } from './context.ts'
import { differs } from './drift.ts'
import type { NixEntry } from './entries.ts'
import { fixedHash } from './hash-refusals.ts'
import type { Job, Prepared } from './nix-jobs.ts'
import { lend, shownAs, withHashes } from './nix-pin.ts'
import type { Plan } from './plan.ts'
import { Refusal, endOf, saidOnce, worstOf } from './refusal.ts'
import type { Tools } from './tools.ts'
import type { Weighed } from './weigh.ts'

/** Steps 7 and 8. Throws Refusal where a hash cannot be written, or where the proof fails. */
export async function proposalOf(
  entry: NixEntry,
  tag: string | null,
  { planned, jobs }: Prepared,
  weighed: readonly Weighed[],
  given: readonly Warning[],
  tools: Tools,
  { acceptDrift = false, spelling = null }: UpdateOptions,
): Promise<Plan> {
  const { pin } = entry
  const drifts: Refusal[] = []
  const same: string[] = []
  const hashEdits = new Map<string, FileEdit>()
  const intended = new Map<string, Intended>()
  const systems: Record<System, AssetOutcome[]> = {}
  const warnings: Warning[] = [...given, ...uniqueWarnings(weighed)]
  for (const fetch of pin.fetches)
    intended.set(sightKey(fetch), { urls: shownAs(fetch), hashes: fetch.hashes.map((hash) => hash.value.text) })
  for (const [i, job] of jobs.entries()) {
    const { digests, size, evidence, absent, unchecked } = weighed[i]!
    const texts: string[] = []
    for (const hash of job.fetch.hashes) {
      const read = readHash(hash)
      const algorithm = read.kind === 'digest' ? read.digest.algorithm : read.kind === 'placeholder' ? read.algorithm : 'sha256'
      const digest = digests.get(algorithm)
      if (digest === undefined) throw new Refusal('refused', 'no-evidence', `Nothing says the ${algorithm} of ${job.url}`)
      const { text, edit } = hashEdit(hash, digest, pin, spelling)
      texts.push(text)
      const place = hashPlace(hash, job.fetch)
      const outcome: AssetOutcome = {
        url: job.url,
        old: hash.value.text,
        new: text,
        size,
        evidence,
        absent,
        unchecked,
        ...(job.by === null ? {} : { chosenBy: job.by }),
        file: place.file,
        ...tools.found.checkout.position(place),
      }
      ;(systems[job.fetch.system] ??= []).push(outcome)
      if (text === hash.value.text) {
        if (tag !== pin.tag) same.push(`the hash for ${job.fetch.system} did not change although the version did`)
        continue
      }
      if (tag === pin.tag && read.kind === 'digest' && !sameDigest(read.digest, digest))
        drifts.push(
          differs(
            {
              held: `${place.file}:${outcome.line} holds ${hash.value.text} for ${job.fetch.system}`,
              url: job.url,
              found: text,
              asset: job.asset,
              release: job.release,
            },
            acceptDrift ? null : 'give --accept-drift to repin it',
          ),
        )
      if (edit === null) throw fixedHash(job.fetch.system, place)
      const key = `${edit.file}:${edit.start}`
      const other = hashEdits.get(key)
      if (other !== undefined && other.text !== edit.text)
        throw new Refusal('refused', 'not-editable', `One hash literal in ${edit.file} serves several assets, whose new hashes differ`)
      hashEdits.set(key, edit)
    }
    intended.set(sightKey(job.fetch), { urls: shownAs(job.after), hashes: texts })
  }
  warnings.push(...saidOnce(same).map((message): Warning => ({ code: 'same-hash', message })), ...sharedBytes(jobs, weighed))
  const { edits, copies } = withHashes(tools.found, planned, [...hashEdits.values()])
  const changed = edits.length > 0
  const drift = worstOf(drifts.map(endOf))
  if (drift !== null && !acceptDrift)
    return { outcome: { pin: entry.name, file: entry.file, line: entry.line, from: pin.tag, to: null, systems, warnings, ...drift } }
  if (drift !== null)
    warnings.push({ code: 'drift-accepted', message: `repinned ${tag ?? pin.name} to other bytes, as asked: ${drift.reason.message}` })
  const outcome: Outcome = {
    pin: entry.name,
    outcome: changed ? 'updated' : 'unchanged',
    file: entry.file,
    line: entry.line,
    from: pin.tag,
    to: tag,
    systems,
    warnings,
  }
  if (!changed) return { outcome }
  for (const [key, each] of intended) intended.set(key, { ...each, copies, isAdded: planned.isShown })
  lend(pin, intended)
  const proposal = { edits, intended }
  const problem = await tools.proofs.prove(pin, proposal)
  if (problem !== null)
    throw new Refusal(
      'refused',
      'not-proven',
      `The edit of ${pin.name} was not written because evaluating it again did not give what was intended: ${problem}`,
    )
  return { outcome, proposal }
}

function uniqueWarnings(weighed: readonly Weighed[]): Warning[] {
  return [...new Map(weighed.flatMap((each) => each.warnings).map((warning) => [warning.message, warning])).values()]
}

/** The same bytes at different URLs may be a mistake of the release. */
function sharedBytes(jobs: readonly Job[], weighed: readonly Weighed[]): Warning[] {
  const seen = new Map<string, { url: string; systems: Set<System> }>()
  const warnings: Warning[] = []
  for (const [i, job] of jobs.entries()) {
    const bytes = [...(weighed[i]!.digests.get('sha256')?.bytes ?? [])].join()
    const first = bytes === '' ? undefined : seen.get(bytes)
    if (first === undefined) seen.set(bytes, { url: job.url, systems: new Set([job.fetch.system]) })
    else if (first.url !== job.url && !first.systems.has(job.fetch.system))
      warnings.push({
        code: 'shared-bytes',
        message: `${[...first.systems].join(', ')} and ${job.fetch.system} have the same bytes at different URLs`,
      })
  }
  return warnings
}
