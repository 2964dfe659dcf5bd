// A pin of Nix files and what was asked for it → proven edits, and the outcome they come to.
import type { Release } from '../core/release.ts'
import type { AssetOutcome, Outcome, Warning } from '../core/report.ts'
import { parseReleaseUrl } from '../core/release-url.ts'
import type { System } from '../core/system.ts'
import { commentUrls } from '../pin/comment-edits.ts'
import type { FetchHash } from '../nix/evaluate/fetchers.ts'
import { sightKey } from '../pin/discover.ts'
import { algorithmsOf, hashEdit, readHash } from '../pin/hash-edits.ts'
import type { FileEdit } from '../pin/literal-edit.ts'
import type { Pin, PinFetch } from '../pin/pin.ts'
import { filesOf } from '../pin/pin.ts'
import type { Intended } from '../pin/proof.ts'
import { assetAt, chosenAsset, type ChosenBy } from './assets.ts'
import type { Found } from './checkout.ts'
import type { Selection, UpdateOptions } from './context.ts'
import type { Entry } from './entries.ts'
import { type Retargeted, editsFor, proveOne, refuseBroken, retarget, shownAs, treeRule, within } from './nix-pin.ts'
import { Refusal } from './refusal.ts'
import { type Target, explicitTarget, newestTarget, refuseDowngrade } from './resolve.ts'
import type { Selected } from './select.ts'
import type { Tools } from './tools.ts'
import type { Plan } from './update.ts'
import { type Subject, type Weighed, weighAll } from './weigh.ts'

type NixEntry = Extract<Entry, { kind: 'nix' }>

/** One fetch with everything known of it at the new version. */
interface Job extends Subject {
  readonly fetch: PinFetch
  readonly after: PinFetch
  readonly by: ChosenBy | null
}

/** Steps 3 to 8 for one pin. Throws Refusal, AbsentError, NetworkError or InputError where the pin cannot be done. */
export async function planNixPin(entry: NixEntry, { tag: requested, named }: Selected<Entry>, tools: Tools, selection: Selection, options: UpdateOptions): Promise<Plan> {
  const { pin } = entry
  const fetches = within(pin, selection.systems)
  const target = await targetOf(pin, requested, named, tools)
  if (target === null && !fetches.some(hasPlaceholder)) return { outcome: unchanged(entry, fetches) }
  const tag = target?.tag ?? pin.tag
  if (tag === null) throw new Refusal('refused', 'not-editable', `${pin.name} has no version that could be changed; pin it to a release`)
  refuseDowngrade(pin.tag, tag, options.allowDowngrade)
  refuseMalformed(fetches, tools.found)
  refusePartial(pin, fetches, tag)
  refuseBroken(tools.found, filesOf(pin))
  const edits = editsFor(tools.found, pin, tag, options.comments)
  const retargeted = retarget(tools.found, pin, edits).filter(({ fetch }) => fetches.includes(fetch))
  const release = target?.release ?? null
  const jobs = await jobsOf(pin, retargeted, tag, release, tools)
  const weighed = await weighAll(jobs, { digests: tools.digests, evidence: tools.evidence, download: options.download })
  return proposalOf(entry, tag, edits, jobs, weighed, target?.warnings ?? [], tools)
}

const hasPlaceholder = (fetch: PinFetch): boolean => fetch.hashes.some((hash) => readHash(hash).kind === 'placeholder')

/** Null: the pin stays where it is. */
async function targetOf(pin: Pin, requested: string | null, named: boolean, { context, requests }: Tools): Promise<Target | null> {
  const { repository, tag } = pin
  if (requested !== null) {
    const readable = pin.fetches.every((fetch) => fetch.builder === null)
    return requests(() => explicitTarget(context.forge, repository, tag, requested, readable))
  }
  if (repository === null || tag === null) {
    if (!named || pin.fetches.some(hasPlaceholder)) return null
    throw new Refusal('refused', 'doubt', tag === null ? `${pin.name} is not pinned to a version; there is nothing newer to find` : `${pin.name} is on no forge that lists releases; give the version: pinhash update ${pin.name} VERSION`)
  }
  return requests(() => newestTarget(context.forge, repository, tag))
}

function refuseMalformed(fetches: readonly PinFetch[], found: Found): void {
  for (const fetch of fetches)
    for (const hash of fetch.hashes) {
      const read = readHash(hash)
      if (read.kind === 'malformed')
        throw new Refusal('refused', 'bad-hash', `The hash for ${fetch.system} at ${placeOf(hash, fetch, found)} is malformed: ${read.message}; correct it, or empty the string to have it filled in`)
    }
}

/** `file:line` of a hash literal. */
function placeOf(hash: FetchHash, fetch: PinFetch, found: Found): string {
  const run = hash.value.runs[0]
  const place = run === undefined ? fetch.place : { file: run.origin.file, start: run.from, end: run.to }
  return `${place.file}:${found.checkout.position(place).line}`
}

/** A version is one for all systems: bumping it for some would leave the hashes of the others behind. */
function refusePartial(pin: Pin, fetches: readonly PinFetch[], tag: string): void {
  if (tag === pin.tag || fetches.length === pin.fetches.length) return
  const others = [...new Set(pin.fetches.filter((fetch) => !fetches.includes(fetch)).map((fetch) => fetch.system))]
  throw new Refusal('refused', 'not-editable', `${pin.name} has one version for all its systems, so ${others.join(', ')} would keep hashes of ${pin.tag}; leave out --system`)
}

async function jobsOf(pin: Pin, retargeted: readonly Retargeted[], tag: string, release: Release | null, tools: Tools): Promise<Job[]> {
  const current = retargeted.some(({ fetch }) => fetch.builder !== null) ? await currentRelease(pin, tools) : null
  return retargeted.map(({ fetch, urls, after }): Job => {
    const { system } = fetch
    const algorithms = algorithmsOf(fetch.hashes)
    if (fetch.builder !== null) {
      if (release === null || pin.repository === null || pin.tag === null) throw new Refusal('refused', 'doubt', `Which assets ${pin.name} uses cannot be known without its releases`)
      const comments = filesOf(pin).flatMap((file) => {
        const document = file.endsWith('.nix') ? tools.found.checkout.document(file) : null
        return document === null ? [] : commentUrls(document)
      })
      const { asset, by } = chosenAsset(fetch, pin.repository, current, pin.tag, release, comments)
      return { fetch, after, by, url: asset.url, asset, release, algorithms, tree: null, label: `${pin.name} ${system}` }
    }
    const url = urls[0]!
    const parsed = parseReleaseUrl(url)
    if (parsed !== null && parsed.tag !== null && fetch.release?.tag === pin.tag && parsed.tag !== tag)
      throw new Refusal('refused', 'not-editable', `With ${tag} written into ${pin.place.file} the URL for ${system} would be ${url}; its tag is put together in a way that does not fit`)
    const asset = release === null ? null : assetAt(url, release, system)
    return { fetch, after, by: null, url, asset, release: asset === null ? null : release, algorithms, tree: treeRule(fetch), label: `${pin.name} ${system}` }
  })
}

/** The release the pin is at, to recognise its assets by their digests; null where it cannot be had. */
async function currentRelease(pin: Pin, { context, requests }: Tools): Promise<Release | null> {
  try {
    return await requests(() => context.forge.release(pin.repository!, pin.tag!))
  } catch {
    // Comments and names are other ways to the same assets; whether they suffice is decided there.
    return null
  }
}

function proposalOf(entry: NixEntry, tag: string, versionEdits: readonly FileEdit[], jobs: readonly Job[], weighed: readonly Weighed[], given: readonly Warning[], tools: Tools): Plan {
  const { pin } = entry
  const hashEdits = new Map<string, FileEdit>()
  const intended = new Map<string, Intended>()
  const systems: Record<System, AssetOutcome[]> = {}
  const warnings: Warning[] = [...given, ...uniqueWarnings(weighed)]
  for (const fetch of pin.fetches) intended.set(sightKey(fetch), { urls: shownAs(fetch), hashes: fetch.hashes.map((hash) => hash.value.text) })
  for (const [i, job] of jobs.entries()) {
    const { digests, size, evidence } = weighed[i]!
    const texts: string[] = []
    for (const hash of job.fetch.hashes) {
      const read = readHash(hash)
      const algorithm = read.kind === 'digest' ? read.digest.algorithm : read.kind === 'placeholder' ? read.algorithm : 'sha256'
      const digest = digests.get(algorithm)
      if (digest === undefined) throw new Refusal('refused', 'no-evidence', `Nothing says the ${algorithm} of ${job.url}`)
      const { text, edit } = hashEdit(hash, digest, pin)
      texts.push(text)
      const run = hash.value.runs[0]
      const place = run === undefined ? job.fetch.place : { file: run.origin.file, start: run.from, end: run.to }
      const outcome: AssetOutcome = {
        url: job.url,
        old: hash.value.text,
        new: text,
        size,
        evidence,
        ...(job.by === null ? {} : { chosenBy: job.by }),
        file: place.file,
        ...tools.found.checkout.position(place),
      }
      ;(systems[job.fetch.system] ??= []).push(outcome)
      if (text === hash.value.text) {
        if (tag !== pin.tag) warnings.push({ code: 'same-hash', message: `the hash for ${job.fetch.system} did not change although the version did` })
        continue
      }
      if (edit === null) throw new Refusal('refused', 'not-editable', `The hash for ${job.fetch.system} in ${place.file} is not one whole string literal and cannot be replaced`)
      const key = `${edit.file}:${edit.start}`
      const other = hashEdits.get(key)
      if (other !== undefined && other.text !== edit.text) throw new Refusal('refused', 'not-editable', `One hash literal in ${edit.file} serves several assets, whose new hashes differ`)
      hashEdits.set(key, edit)
    }
    intended.set(sightKey(job.fetch), { urls: shownAs(job.after), hashes: texts })
  }
  warnings.push(...sharedBytes(jobs, weighed))
  const edits = [...versionEdits, ...hashEdits.values()]
  const changed = edits.length > 0
  const outcome: Outcome = { pin: entry.name, outcome: changed ? 'updated' : 'unchanged', file: entry.file, line: entry.line, from: pin.tag, to: tag, systems, warnings }
  if (!changed) return { outcome }
  const proposal = { edits, intended }
  const problem = proveOne(tools.found, pin, proposal)
  if (problem !== null) throw new Refusal('refused', 'not-proven', `The edit of ${pin.name} was not written because evaluating it again did not give what was intended: ${problem}`)
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
      warnings.push({ code: 'shared-bytes', message: `${[...first.systems].join(', ')} and ${job.fetch.system} have the same bytes at different URLs` })
  }
  return warnings
}

function unchanged(entry: NixEntry, fetches: readonly PinFetch[]): Outcome {
  void fetches
  return { pin: entry.name, outcome: 'unchanged', file: entry.file, line: entry.line, from: entry.tag, to: entry.tag, systems: {}, warnings: [] }
}
