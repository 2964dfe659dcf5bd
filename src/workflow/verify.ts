// The selected pins → whether what they fetch still has the hashes they hold. Writes nothing.
import { sameDigest } from '../core/digest.ts'
import { AbsentError, InterruptedError, NetworkError } from '../core/errors.ts'
import type { Release, Repository } from '../core/release.ts'
import type { AssetOutcome, Outcome, OutcomeDocument, Warning } from '../core/report.ts'
import type { System } from '../core/system.ts'
import { type ParsedDigest, parseDigest, printDigest } from '../hash/spelling.ts'
import type { FetchHash } from '../nix/evaluate/fetchers.ts'
import { algorithmsOf, readHash } from '../pin/hash-edits.ts'
import { isArchives } from '../pin/pin.ts'
import { chosenAsset, listedAt } from './assets.ts'
import { type Attesting, attestingOf, readyToAttest } from './attest.ts'
import { changedSince, pastOf } from './changed.ts'
import { load } from './found.ts'
import type { Context, Selection, VerifyOptions } from './context.ts'
import { differs, disagreementMeans } from './drift.ts'
import { type Entry, entriesOf } from './entries.ts'
import { malformedHash } from './hash-refusals.ts'
import { commentsOf, treeRule, within } from './nix-pin.ts'
import { repositoryOf, withRelease } from './origin.ts'
import { isManaged, withConstraints } from './restraint.ts'
import { type End, Refusal, endOf, worstOf } from './refusal.ts'
import { type Tools, toolsFor } from './tools.ts'
import { selectOrExplain } from './chosen.ts'
import { inShard } from './shard.ts'
import { failed } from './update.ts'
import { Disagreement, type Subject, type Weighed, weigh } from './weigh.ts'

/** A hash as a file holds it; `hash` is null in a generated file, where no attribute says its algorithm. */
interface Held {
  readonly text: string
  readonly hash: FetchHash | null
}

/** What was found out about a check. */
interface Checked {
  readonly assets: readonly AssetOutcome[]
  readonly warnings: readonly Warning[]
  readonly ends: readonly End[]
}

/** One hash to be checked. */
interface Check extends Subject {
  readonly system: System
  readonly held: readonly Held[]
  readonly place: { readonly file: string; readonly line: number; readonly column: number }
  readonly by: AssetOutcome['chosenBy']
  /** What to do where it does not hold. */
  readonly repin: string
}

/** Steps 1, 2, 5 and 6. A repository without pins has nothing to verify and is fine, unless a pin was asked for. */
export async function verify(context: Context, selection: Selection, options: VerifyOptions): Promise<OutcomeDocument> {
  const found = load(context.files, selection)
  const { problems } = found
  const past = options.changed === undefined ? null : await pastOf(context, options.changed.base, found)
  const isEmpty = entriesOf(found).length === 0 && selection.pins.length === 0 && selection.systems === null
  const all = isEmpty ? [] : selectOrExplain(found, selection, context).filter(isManaged)
  const { selected: meant, compared } = past === null ? { selected: all } : changedSince(past, found, all, selection)
  const tools = toolsFor(context, found)
  const { selected, sharded } =
    options.shard === undefined ? { selected: meant } : await inShard(meant, selection.systems, options.shard, tools)
  const document = { problems, ...(compared === undefined ? {} : { compared }), ...(sharded === undefined ? {} : { shard: sharded }) }
  if (selected.length === 0) return { outcomes: [], ...document }
  await readyToAttest(context, options.attestation)
  const outcomes = await Promise.all(
    selected.map(async ({ pin: entry }) => {
      try {
        return withConstraints(entry, await verified(entry, tools, selection, options))
      } catch (error) {
        return failed(entry, error)
      }
    }),
  )
  if (context.signal.aborted) throw new InterruptedError('Interrupted; nothing was written')
  return { outcomes, ...document }
}

async function verified(entry: Entry, tools: Tools, selection: Selection, options: VerifyOptions): Promise<Outcome> {
  const warnings: Warning[] = []
  const checks = await checksOf(entry, tools, selection, options.download, warnings)
  const systems: Record<System, AssetOutcome[]> = {}
  const ends: End[] = []
  // Put together in the order of the checks, whichever ended first.
  const attesting = attestingOf(entry, entry.tag, tools.context, options.attestation)
  const results = await Promise.all(checks.map((check) => checked(check, tools, { ...options, attesting })))
  for (const [i, { assets, warnings: given, ends: own }] of results.entries()) {
    const { system } = checks[i]!
    systems[system] = [...(systems[system] ?? []), ...assets]
    warnings.push(...given)
    ends.push(...own)
  }
  const sorted = Object.fromEntries(
    Object.keys(systems)
      .sort()
      .map((system) => [system, systems[system]!]),
  )
  const release = checks.find((check) => check.release !== null)?.release ?? null
  const outcome: Omit<Outcome, 'outcome'> = {
    pin: entry.name,
    file: entry.file,
    line: entry.line,
    from: entry.tag,
    to: entry.tag,
    systems: sorted,
    warnings: unique(warnings),
  }
  const worst = worstOf(ends)
  return withRelease(worst === null ? { ...outcome, outcome: 'verified' } : { ...outcome, ...worst }, release, tools.context.now())
}

const unique = (warnings: readonly Warning[]): Warning[] => [...new Map(warnings.map((warning) => [warning.message, warning])).values()]

async function checked(check: Check, tools: Tools, options: VerifyOptions & { readonly attesting: Attesting | null }): Promise<Checked> {
  const { url, held, place, by } = check
  const asset = (
    text: string,
    now: string | null,
    size: number | null,
    seen: Partial<Weighed> | null,
    at: Check['place'],
  ): AssetOutcome => ({
    url,
    old: text,
    new: now,
    size,
    evidence: seen?.evidence ?? [],
    ...(seen === null ? {} : { absent: seen.absent ?? [], unchecked: seen.unchecked ?? [] }),
    ...(by === undefined ? {} : { chosenBy: by }),
    ...at,
  })
  const placeOf = ({ hash }: Held): Check['place'] => {
    const run = hash?.value.runs[0]
    return run === undefined
      ? place
      : { file: run.origin.file, ...tools.found.checkout.position({ file: run.origin.file, start: run.from, end: run.to }) }
  }
  const unreadable = held.flatMap((each) => {
    const read = each.hash === null ? null : readHash(each.hash)
    const { file, line } = placeOf(each)
    const at = `${file}:${line}`
    if (read?.kind === 'placeholder')
      return [
        new Refusal(
          'mismatch',
          'placeholder-hash',
          `The hash for ${check.system} at ${at} is still to be filled in; 'pinhash update' does that`,
        ),
      ]
    if (read?.kind === 'malformed') return [malformedHash(check.system, at, read.message)]
    return []
  })
  const disagreed = (error: Disagreement): Checked => {
    const means = held.map((each) => {
      const parsed = parsedOf(each)
      const { file, line } = placeOf(each)
      const means =
        parsed.ok && check.tree === null
          ? disagreementMeans(error, parsed.digest, `${file}:${line} holds ${each.text} for ${check.system}`)
          : null
      const now =
        means === null || !parsed.ok ? null : printDigest(means.code === 'corrupt-download' ? error.found : error.stated, parsed.spelling)
      return { end: endOf(means ?? error), asset: asset(each.text, now, null, null, placeOf(each)) }
    })
    return { assets: means.map((each) => each.asset), warnings: [], ends: means.map((each) => each.end) }
  }
  if (unreadable.length > 0)
    return { assets: held.map((each) => asset(each.text, null, null, null, placeOf(each))), warnings: [], ends: unreadable.map(endOf) }
  try {
    const weighed = await weigh(check, {
      digests: tools.digests,
      evidence: tools.evidence,
      download: options.download,
      attesting: options.attesting,
    })
    const { digests, size, warnings } = weighed
    const ends: End[] = []
    const assets = held.map((each) => {
      const parsed = parsedOf(each)
      if (!parsed.ok) throw new Refusal('refused', 'bad-hash', `The hash for ${check.system} is malformed: ${parsed.message}`)
      const now = digests.get(parsed.digest.algorithm)
      const text = now === undefined ? null : printDigest(now, parsed.spelling)
      if (now === undefined || !sameDigest(now, parsed.digest)) {
        const at = placeOf(each)
        ends.push(
          endOf(differs({ ...check, held: `${at.file}:${at.line} holds ${each.text} for ${check.system}`, found: text }, check.repin)),
        )
      }
      return asset(each.text, text, size, weighed, placeOf(each))
    })
    // Beside what the bytes are: a hash that does not hold is still the worse of the two.
    if (weighed.refusal !== null) ends.push(endOf(weighed.refusal))
    return { assets, warnings, ends }
  } catch (error) {
    if (error instanceof Disagreement) return disagreed(error)
    return { assets: held.map((each) => asset(each.text, null, null, null, placeOf(each))), warnings: [], ends: [endOf(error)] }
  }
}

const parsedOf = ({ text, hash }: Held): ParsedDigest =>
  parseDigest(text, hash === null || hash.algorithm === null ? {} : { algorithm: hash.algorithm })

/** What to do about a hash that does not hold. */
const repinOf = (pin: string, tag: string | null): string =>
  `'pinhash update ${[pin, ...(tag === null ? [] : [tag])].join(' ')} --accept-drift' repins it`

async function checksOf(entry: Entry, tools: Tools, selection: Selection, download: boolean, warnings: Warning[]): Promise<Check[]> {
  const place = { file: entry.file, line: entry.line, column: entry.column }
  const unasked = (): boolean => warnings.some((warning) => warning.message.startsWith(couldNotAsk))
  if (entry.kind === 'spec') {
    const { spec, state } = entry
    const missing = spec.systems.filter(({ system }) => !state.systems.some((each) => each.system === system))
    if (state.version !== spec.version || missing.length > 0)
      throw new Refusal(
        'mismatch',
        'placeholder-hash',
        `${spec.file} does not hold the hashes of ${spec.pin} ${spec.version} yet; 'pinhash update ${spec.pin} ${spec.version}' writes them`,
      )
    const release = await releaseFor(repositoryOf(spec), spec.version, tools, warnings)
    return state.systems
      .filter(({ system }) => selection.systems === null || selection.systems.includes(system))
      .map(({ system, url, sha256, line, column }) => ({
        system,
        url,
        asset: release?.assets.find((each) => each.url === url) ?? null,
        release,
        algorithms: ['sha256'],
        tree: null,
        label: `${entry.name} ${system}`,
        held: [{ text: sha256, hash: null }],
        place: { file: spec.file, line, column },
        by: undefined,
        unasked: unasked(),
        repin: repinOf(entry.name, spec.version),
      }))
  }
  const { pin } = entry
  const onForge = pin.repository !== null && pin.tag !== null
  const fetches = within(pin, selection.systems)
  if (onForge && download) tools.digests.expect(fetches.flatMap((fetch) => fetch.urls[0]?.text ?? []))
  const release = onForge ? await releaseFor(pin.repository!, pin.tag!, tools, warnings, isArchives(pin)) : null
  return fetches.map((fetch): Check => {
    const common = {
      system: fetch.system,
      algorithms: algorithmsOf(fetch.hashes),
      tree: treeRule(fetch),
      label: `${pin.name} ${fetch.system}`,
      held: fetch.hashes.map((hash) => ({ text: hash.value.text, hash })),
      place,
      unasked: unasked(),
      repin: repinOf(pin.name, pin.tag),
    }
    if (fetch.builder !== null) {
      if (release === null || pin.repository === null || pin.tag === null)
        throw new Refusal(
          'unknown',
          'unreachable',
          `Which assets ${pin.name} uses cannot be known without its release ${pin.tag ?? ''}: ${warnings.map((warning) => warning.message).join('; ')}`,
        )
      const { asset, by } = chosenAsset(fetch, pin.repository, release, pin.tag, release, commentsOf(tools.found, pin))
      return { ...common, url: asset.url, asset, release, by }
    }
    const url = fetch.urls[0]!.text
    const asset = release === null ? null : listedAt(url, release, fetch.system)
    return { ...common, url, asset, release: asset === null ? null : release, by: undefined }
  })
}

const couldNotAsk = 'the release could not be asked for its digests'

/** The release for its evidence; without it the bytes alone are compared, and that is said, save of source archives, of which a release says nothing. */
async function releaseFor(
  repository: Repository,
  tag: string,
  { context, requests }: Tools,
  warnings: Warning[],
  archives = false,
): Promise<Release | null> {
  try {
    return await requests(() => context.forge.release(repository, tag))
  } catch (error) {
    if (error instanceof NetworkError) warnings.push({ code: 'evidence-unavailable', message: `${couldNotAsk}: ${error.message}` })
    else if (!(error instanceof AbsentError)) throw error
    else if (!archives) warnings.push({ code: 'without-release', message: `there is no release to compare with: ${error.message}` })
    return null
  }
}
