// A pin of Nix files and what was asked for it → proven edits, and the outcome they come to.
import { AbsentError, NetworkError } from '../core/errors.ts'
import { sameDigest } from '../core/digest.ts'
import type { Release } from '../core/release.ts'
import type { AssetOutcome, Outcome, Warning } from '../core/report.ts'
import { parseReleaseUrl } from '../core/release-url.ts'
import type { System } from '../core/system.ts'
import type { FetchHash } from '../nix/evaluate/fetchers.ts'
import { sightKey } from '../pin/discover.ts'
import { type Covered, coverageChanges, usesForeign } from '../pin/coverage.ts'
import { algorithmsOf, hashEdit, readHash } from '../pin/hash-edits.ts'
import type { FileEdit } from '../pin/literal-edit.ts'
import type { Pin, PinFetch } from '../pin/pin.ts'
import { filesOf } from '../pin/pin.ts'
import type { Intended } from '../pin/proof.ts'
import { commitOf } from '../pin/version-edits.ts'
import { attestingOf } from './attest.ts'
import { assetAt, chosenAsset, type ChosenBy } from './assets.ts'
import type { Found } from './checkout.ts'
import type { Selection, UpdateOptions } from './context.ts'
import { differs, disagreementMeans } from './drift.ts'
import type { Entry } from './entries.ts'
import {
  type Planned,
  type Retargeted,
  commentsOf,
  editsFor,
  lend,
  proveOne,
  refuseBroken,
  retarget,
  shownAs,
  treeRule,
  withHashes,
  within,
} from './nix-pin.ts'
import { withRelease } from './origin.ts'
import { datedWarning, isDated, splitWarnings, staleWarnings } from './remarks.ts'
import { refuseSpelling, respelled } from './respell.ts'
import { Refusal, endOf, worstOf } from './refusal.ts'
import { type Offer, type Stay, explicitTarget, firstComplete, offerOf, refuseDowngrade } from './resolve.ts'
import type { Selected } from './select.ts'
import type { Tools } from './tools.ts'
import type { Plan } from './plan.ts'
import { Disagreement, type Subject, type Weighed, weighAll } from './weigh.ts'

type NixEntry = Extract<Entry, { kind: 'nix' }>

/** One fetch with everything known of it at the new version. */
interface Job extends Subject {
  readonly fetch: PinFetch
  readonly after: PinFetch
  readonly by: ChosenBy | null
}

/** A pin brought to another version in memory. */
interface Prepared {
  readonly planned: Planned
  readonly jobs: readonly Job[]
}

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
  if (requested !== null && options.download) expectDownloads(fetches, tools)
  const split = requested !== null || named ? [] : splitWarnings(pin, tools.found)
  const { newer: targets, warnings: offered } = split.length > 0 || isHere ? none : await targetsOf(entry, requested, named, tools, options)
  refuseSpelling(fetches, spelling)
  // Where no newer version is to be had, what is asked to accept drift looks at the one that is there.
  const again = isHere || options.acceptDrift === true || fetches.some(hasPlaceholder)
  const stays = targets.every((target) => target.tag === pin.tag) && !again
  if (stays && targets.length === 0 && spelling === null) return { outcome: unchanged(entry, [...split, ...offered]) }
  const stay = async (): Promise<Stay> => ({
    tag: pin.tag,
    release: pin.tag === null || pin.repository === null ? null : await currentRelease(pin, tools),
    warnings: [],
  })
  refuseMalformed(fetches, tools.found)
  refuseBroken(tools.found, filesOf(pin))
  if (stays && spelling !== null) return respelled(entry, fetches, spelling, tools, split)
  const { target, made, passed } = await firstComplete<Stay, Prepared>(targets.length > 0 ? targets : [await stay()], async (each) => {
    refuseDowngrade(pin.tag, each.tag, options.allowDowngrade)
    refusePartial(pin, fetches, each.tag)
    return preparedNixPin(pin, fetches, each, tools, options.comments)
  })
  const weighed = await weighedJobs(entry, target.tag, made.jobs, tools, options)
  const stale = target.tag === pin.tag ? [] : staleWarnings(pin, tools.found)
  const warnings = [...split, ...offered, ...target.warnings, ...passed, ...stale, ...(await coverageOf(pin, target, made.jobs, tools))]
  const plan = proposalOf(entry, target.tag, made, weighed, warnings, tools, options)
  return { ...plan, outcome: withRelease(plan.outcome, target.release, tools.context.now()) }
}

/** While the forge is asked for the release, the way to its assets is opened: they and their checksum file are where those of today are. */
function expectDownloads(fetches: readonly PinFetch[], { context }: Tools): void {
  const urls = fetches.flatMap((fetch) => fetch.urls[0]?.text ?? [])
  for (const url of [...urls, ...urls.slice(0, 1)]) context.downloads.soon?.(url)
}

/** Step 4 for one version: what would be edited and fetched. Throws Refusal where the release lacks an asset, or the file cannot be brought there. */
export async function preparedNixPin(
  pin: Pin,
  fetches: readonly PinFetch[],
  target: Stay,
  tools: Tools,
  comments: boolean,
): Promise<Prepared> {
  const planned = editsFor(tools.found, pin, target.tag, comments)
  const retargeted = retarget(tools.found, pin, planned).filter(({ fetch }) => fetches.includes(fetch))
  return { planned, jobs: await jobsOf(pin, retargeted, target, tools) }
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
  const tool = pin.repository.name
  const before = usesForeign(covered, tool) ? await currentRelease(pin, tools) : null
  const names = (of: Release): string[] => of.assets.map((asset) => asset.name)
  const changes = coverageChanges(
    covered,
    { tag: pin.tag, names: before === null ? null : names(before) },
    { tag, names: names(release) },
    tool,
  )
  return changes.map((message) => ({ code: 'coverage', message }))
}

const hasPlaceholder = (fetch: PinFetch): boolean => fetch.hashes.some((hash) => readHash(hash).kind === 'placeholder')

type Goals = Pick<Offer, 'newer' | 'warnings'>

const none: Goals = { newer: [], warnings: [] }

/** Newest first; none where the pin stays where it is. */
async function targetsOf(
  entry: NixEntry,
  requested: string | null,
  named: boolean,
  { context, requests }: Tools,
  options: UpdateOptions,
): Promise<Goals> {
  const { pin } = entry
  const { policy } = entry.spoken
  const { repository, tag } = pin
  const archives = isArchives(pin)
  if (requested !== null) {
    const withoutList = pin.fetches.every((fetch) => fetch.builder === null)
    return {
      newer: [await requests(() => explicitTarget(context.forge, repository, tag, requested, { withoutList, archives }))],
      warnings: [],
    }
  }
  if (policy.hold) return none
  if (repository === null || tag === null) {
    if (!named || options.acceptDrift === true || pin.fetches.some(hasPlaceholder)) return none
    throw new Refusal(
      'refused',
      'doubt',
      tag === null
        ? `${pin.name} is not pinned to a version; there is nothing newer to find`
        : `${pin.name} is on no forge that lists releases; give the version: pinhash update ${pin.name} VERSION`,
    )
  }
  if (isDated(tag)) {
    // A newer day is not a newer version: which build is meant is for a person to say.
    if (named)
      throw new Refusal(
        'refused',
        'doubt',
        `${pin.name} is pinned to ${tag}, which names a day and not a version; give the tag: pinhash update ${pin.name} TAG`,
      )
    return { newer: [], warnings: [datedWarning(pin, tag)] }
  }
  const wish = {
    current: tag,
    policy,
    minAge: options.minAge ?? null,
    prereleases: options.prereleases ?? false,
    archives,
    now: context.now(),
  }
  return requests(() => offerOf(context.forge, repository, wish))
}

function refuseMalformed(fetches: readonly PinFetch[], found: Found): void {
  for (const fetch of fetches)
    for (const hash of fetch.hashes) {
      const read = readHash(hash)
      if (read.kind === 'malformed')
        throw new Refusal(
          'refused',
          'bad-hash',
          `The hash for ${fetch.system} at ${placeOf(hash, fetch, found)} is malformed: ${read.message}; correct it, or empty the string to have it filled in`,
        )
    }
}

/** `file:line` of a hash literal. */
function placeOf(hash: FetchHash, fetch: PinFetch, found: Found): string {
  const run = hash.value.runs[0]
  const place = run === undefined ? fetch.place : { file: run.origin.file, start: run.from, end: run.to }
  return `${place.file}:${found.checkout.position(place).line}`
}

/** A version is one for all systems: bumping it for some would leave the hashes of the others behind. */
function refusePartial(pin: Pin, fetches: readonly PinFetch[], tag: string | null): void {
  if (tag === pin.tag || fetches.length === pin.fetches.length) return
  const others = [...new Set(pin.fetches.filter((fetch) => !fetches.includes(fetch)).map((fetch) => fetch.system))]
  throw new Refusal(
    'refused',
    'not-editable',
    `${pin.name} has one version for all its systems, so ${others.join(', ')} would keep hashes of ${pin.tag ?? 'the commit it is at'}; leave out --system`,
  )
}

async function jobsOf(pin: Pin, retargeted: readonly Retargeted[], { tag, release, warnings }: Stay, tools: Tools): Promise<Job[]> {
  const unasked = warnings.some((warning) => warning.code === 'without-list')
  const current = retargeted.some(({ fetch }) => fetch.builder !== null) ? await currentRelease(pin, tools) : null
  return retargeted.map(({ fetch, urls, after }): Job => {
    const { system } = fetch
    const algorithms = algorithmsOf(fetch.hashes)
    if (fetch.builder !== null) {
      if (release === null || pin.repository === null || pin.tag === null)
        throw new Refusal('refused', 'doubt', `Which assets ${pin.name} uses cannot be known without its releases`)
      const { asset, by } = chosenAsset(fetch, pin.repository, current, pin.tag, release, commentsOf(tools.found, pin))
      return { fetch, after, by, url: asset.url, asset, release, algorithms, tree: null, label: `${pin.name} ${system}` }
    }
    const url = urls[0]!
    const parsed = parseReleaseUrl(url)
    if (parsed !== null && parsed.tag !== null && tag !== null && fetch.release?.tag === pin.tag && parsed.tag !== tag)
      throw new Refusal(
        'refused',
        'not-editable',
        `With ${tag} written into ${pin.place.file} the URL for ${system} would be ${url}; its tag is put together in a way that does not fit`,
      )
    // The version of two repositories: of the other one there is no list.
    const isOwn = parsed === null || (parsed.repository.org === pin.repository?.org && parsed.repository.name === pin.repository.name)
    const asset = release === null || !isOwn ? null : assetAt(url, release, system)
    return {
      fetch,
      after,
      by: null,
      url,
      asset,
      release: asset === null ? null : release,
      algorithms,
      tree: treeRule(fetch),
      label: `${pin.name} ${system}`,
      unasked,
    }
  })
}

/** The release the pin is at, to recognise its assets by their digests; null where it cannot be had. */
async function currentRelease(pin: Pin, { context, requests }: Tools): Promise<Release | null> {
  try {
    return await requests(() => context.forge.release(pin.repository!, pin.tag!))
  } catch (error) {
    if (!(error instanceof NetworkError) && !(error instanceof AbsentError)) throw error
    // Comments and names are other ways to the same assets; whether they suffice is decided there.
    return null
  }
}

/** Whether all that is fetched are source archives of tags. */
export const isArchives = (pin: Pin): boolean => pin.fetches.every((fetch) => fetch.release?.kind === 'archive')

function proposalOf(
  entry: NixEntry,
  tag: string | null,
  { planned, jobs }: Prepared,
  weighed: readonly Weighed[],
  given: readonly Warning[],
  tools: Tools,
  { acceptDrift = false, spelling = null }: UpdateOptions,
): Plan {
  const { pin } = entry
  const drifts: Refusal[] = []
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
      const run = hash.value.runs[0]
      const place = run === undefined ? job.fetch.place : { file: run.origin.file, start: run.from, end: run.to }
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
        if (tag !== pin.tag)
          warnings.push({ code: 'same-hash', message: `the hash for ${job.fetch.system} did not change although the version did` })
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
      if (edit === null)
        throw new Refusal(
          'refused',
          'not-editable',
          `The hash for ${job.fetch.system} in ${place.file} is not one whole string literal and cannot be replaced`,
        )
      const key = `${edit.file}:${edit.start}`
      const other = hashEdits.get(key)
      if (other !== undefined && other.text !== edit.text)
        throw new Refusal('refused', 'not-editable', `One hash literal in ${edit.file} serves several assets, whose new hashes differ`)
      hashEdits.set(key, edit)
    }
    intended.set(sightKey(job.fetch), { urls: shownAs(job.after), hashes: texts })
  }
  warnings.push(...sharedBytes(jobs, weighed))
  const { edits, copies } = withHashes(tools.found, pin, planned, [...hashEdits.values()])
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
  for (const [key, each] of intended) intended.set(key, { ...each, copies })
  lend(pin, intended)
  const proposal = { edits, intended }
  const problem = proveOne(tools.found, pin, proposal)
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
