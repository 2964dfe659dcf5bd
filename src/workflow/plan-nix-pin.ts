// A pin of Nix files and what was asked for it → proven edits, and the outcome they come to.
import type { Outcome, Warning } from '../core/report.ts'
import type { Covered } from '../pin/coverage.ts'
import { hasPlaceholder, readHash } from '../pin/hash-edits.ts'
import type { FetchHash } from '../nix/evaluate/fetchers.ts'
import { type Pin, type PinFetch, filesOf, hashPlace } from '../pin/pin.ts'
import { commitOf, versionEdits } from '../pin/version-edits.ts'
import { attestingOf } from './attest.ts'
import type { Found } from './found.ts'
import type { Selection, UpdateOptions } from './context.ts'
import { coverageWarnings } from './coverage-warnings.ts'
import { disagreementMeans } from './drift.ts'
import type { Entry, NixEntry } from './entries.ts'
import { malformedHash } from './hash-refusals.ts'
import { type Job, type Prepared, preparedNixPin } from './nix-jobs.ts'
import { refuseBroken, within } from './nix-pin.ts'
import { proposalOf } from './nix-proposal.ts'
import { noTargets, targetsOf } from './nix-targets.ts'
import { heldRelease, withRelease } from './origin.ts'
import type { Plan } from './plan.ts'
import { splitWarnings, staleWarnings } from './remarks.ts'
import { refuseSpelling, respelled } from './respell.ts'
import { Refusal } from './refusal.ts'
import { type Stay, firstComplete, refuseDowngrade } from './resolve.ts'
import type { Selected } from './select.ts'
import type { Tools } from './tools.ts'
import { Disagreement, type Weighed, weighAll } from './weigh.ts'

/** Steps 3 to 8 for one pin. Throws Refusal, AbsentError, NetworkError or InputError where the pin cannot be done. */
export async function planNixPin(
  entry: NixEntry,
  { tag: requested, named }: Selected<Entry>,
  tools: Tools,
  selection: Selection,
  options: UpdateOptions,
): Promise<Plan> {
  const { pin } = entry
  const fetches = within(pin, selection.systems)
  const { spelling = null } = options
  // The commit that the pin is at is where it is, as its tag would be.
  const isHere = requested !== null && requested === commitOf(pin)
  if (requested !== null && options.download) tools.digests.expect(fetches.flatMap((fetch) => fetch.urls[0]?.text ?? []))
  const split = requested !== null || named ? [] : splitWarnings(pin, tools.found)
  const { newer: targets, warnings: offered } =
    split.length > 0 || isHere ? noTargets : await targetsOf(entry, requested, named, tools, options)
  refuseSpelling(fetches, spelling)
  // Where no newer version is to be had, what is asked to accept drift looks at the one that is there.
  const again = isHere || options.acceptDrift === true || fetches.some(hasPlaceholder)
  const stays = targets.every((target) => target.tag === pin.tag) && !again
  if (stays && targets.length === 0 && spelling === null) return { outcome: unchanged(entry, [...split, ...offered]) }
  const stay = async (): Promise<Stay> => ({
    tag: pin.tag,
    release: await heldRelease(pin.repository, pin.tag, tools),
    warnings: [],
  })
  refuseMalformed(fetches, tools.found)
  refuseBroken(tools.found, filesOf(pin))
  if (stays && spelling !== null) return respelled(entry, fetches, spelling, tools, split)
  const { target, made, passed } = await firstComplete<Stay, Prepared>(targets.length > 0 ? targets : [await stay()], async (each) => {
    refuseDowngrade(pin.tag, each.tag, options.allowDowngrade)
    return preparedNixPin(partOf(pin, fetches, each.tag), fetches, each, tools, options.comments)
  })
  tools.proofs.arrive(pin)
  const weighed = await weighedJobs(entry, target.tag, made.jobs, tools, options)
  const stale = target.tag === pin.tag ? [] : staleWarnings(pin, tools.found)
  const warnings = [...split, ...offered, ...target.warnings, ...passed, ...stale, ...(await coverageOf(pin, target, made.jobs, tools))]
  const plan = await proposalOf(entry, target.tag, made, weighed, warnings, tools, options)
  return { ...plan, outcome: withRelease(plan.outcome, target.release, tools.context.now()) }
}

/** Steps 5 and 6. Where the version stays, what the hash in the file makes of a disagreement is said, too. */
async function weighedJobs(
  entry: NixEntry,
  tag: string | null,
  jobs: readonly Job[],
  tools: Tools,
  { download, attestation }: UpdateOptions,
): Promise<readonly Weighed[]> {
  const { pin } = entry
  try {
    return await weighAll(jobs, {
      digests: tools.digests,
      evidence: tools.evidence,
      download,
      attesting: attestingOf(entry, tag, tools.context, attestation),
    })
  } catch (error) {
    if (!(error instanceof Disagreement) || tag !== pin.tag) throw error
    for (const { fetch, url } of jobs)
      for (const hash of url === error.url && fetch.mode === 'flat' ? fetch.hashes : []) {
        const read = readHash(hash)
        const means =
          read.kind === 'digest'
            ? disagreementMeans(error, read.digest, `${placeOf(hash, fetch, tools.found)} holds ${hash.value.text} for ${fetch.system}`)
            : null
        if (means !== null) throw means
      }
    throw error
  }
}

/** What changes for the pin's systems besides the version. */
async function coverageOf(pin: Pin, { tag, release }: Stay, jobs: readonly Job[], tools: Tools): Promise<Warning[]> {
  if (tag === null || tag === pin.tag || release === null || pin.repository === null) return []
  const covered = jobs.flatMap(({ fetch, asset }): Covered[] =>
    asset === null
      ? []
      : [{ system: fetch.system, before: fetch.release?.kind === 'asset' ? fetch.release.asset : null, after: asset.name }],
  )
  return coverageWarnings(
    covered,
    { tag: pin.tag, release: () => heldRelease(pin.repository, pin.tag, tools) },
    { tag, release },
    pin.repository.name,
  )
}

function refuseMalformed(fetches: readonly PinFetch[], found: Found): void {
  for (const fetch of fetches)
    for (const hash of fetch.hashes) {
      const read = readHash(hash)
      if (read.kind === 'malformed') throw malformedHash(fetch.system, placeOf(hash, fetch, found), read.message)
    }
}

/** `file:line` of a hash literal. */
function placeOf(hash: FetchHash, fetch: PinFetch, found: Found): string {
  const place = hashPlace(hash, fetch)
  return `${place.file}:${found.checkout.position(place).line}`
}

/** The pin as far as it is for the systems asked for. Throws Refusal where others share their version: bumping it would leave the hashes of those behind. */
function partOf(pin: Pin, fetches: readonly PinFetch[], tag: string | null): Pin {
  if (tag === null || tag === pin.tag || fetches.length === pin.fetches.length) return pin
  const part = { ...pin, fetches }
  const rest = pin.fetches.filter((fetch) => !fetches.includes(fetch))
  const [own, others] = [part, { ...pin, fetches: rest }].map((each) => versionEdits(each, tag))
  const isApart = own!.ok && others!.ok && !own!.edits.some((a) => others!.edits.some((b) => a.file === b.file && a.start === b.start))
  if (isApart) return part
  throw new Refusal(
    'refused',
    'not-editable',
    `${pin.name} has one version for all its systems, so ${[...new Set(rest.map((fetch) => fetch.system))].join(', ')} would keep hashes of ${pin.tag ?? 'the commit it is at'}; leave out --system`,
  )
}

function unchanged(entry: NixEntry, warnings: readonly Warning[]): Outcome {
  return {
    pin: entry.name,
    outcome: 'unchanged',
    file: entry.file,
    line: entry.line,
    from: entry.tag,
    to: entry.tag,
    systems: {},
    warnings,
  }
}
