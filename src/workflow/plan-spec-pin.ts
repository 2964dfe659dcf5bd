// A pin of pinhash.json and what was asked for it → its new version and the generated file that holds its hashes.
import type { AssetOutcome, Outcome, Warning } from '../core/report.ts'
import { encodeJsonString } from '../core/json.ts'
import type { System } from '../core/system.ts'
import type { Asset, Release } from '../core/release.ts'
import { applyEdits } from '../nix/edit.ts'
import { printDigest } from '../hash/spelling.ts'
import { type GeneratedPin, printGeneratedFile } from '../pin/generated-file.ts'
import type { Covered } from '../pin/coverage.ts'
import { type SpecPin, assetNames } from '../pin/spec.ts'
import { attestingOf } from './attest.ts'
import { missingAsset, whole } from './assets.ts'
import { type Found, specFile } from './found.ts'
import type { UpdateOptions } from './context.ts'
import { coverageWarnings } from './coverage-warnings.ts'
import { differs } from './drift.ts'
import type { Entry, SpecEntry } from './entries.ts'
import { heldRelease, repositoryOf, withRelease } from './origin.ts'
import type { Change } from './ports.ts'
import { Refusal, endOf, worstOf } from './refusal.ts'
import { type Target, explicitTarget, firstComplete, offerOf, refuseDowngrade } from './resolve.ts'
import type { Selected } from './select.ts'
import { generatedPins } from './spec-state.ts'
import type { Tools } from './tools.ts'
import type { Plan } from './plan.ts'
import { type Weighed, weighAll } from './weigh.ts'

/** A pin of pinhash.json with its new version and hashes. */
export interface SpecChange {
  readonly pin: SpecPin
  readonly generated: GeneratedPin
}

/** Newest first; none where the pin stays where it is. */
async function targetsOf(
  pin: SpecPin,
  requested: string | null,
  { context, requests }: Tools,
  options: UpdateOptions,
): Promise<readonly Target[]> {
  const { policy, version: current } = pin
  const repository = repositoryOf(pin)
  if (requested !== null)
    return [await requests(() => explicitTarget(context.forge, repository, current, requested, { withoutList: false, archives: false }))]
  if (policy.hold) return []
  const wish = {
    current,
    policy,
    minAge: options.minAge ?? null,
    prereleases: options.prereleases ?? false,
    archives: false,
    now: context.now(),
  }
  return (await requests(() => offerOf(context.forge, repository, wish))).newer
}

/** The assets of one version. Throws Refusal where the release lacks one. */
export function preparedSpecPin(
  pin: SpecPin,
  { tag, release }: Target,
): { readonly release: Release; readonly jobs: readonly { readonly system: System; readonly asset: Asset }[] } {
  if (release === null) throw new Refusal('missing', 'no-release', `${pin.org}/${pin.name} has a tag ${tag} and no release of it`)
  const jobs = assetNames(pin, release.tag).map(({ system, name }) => {
    const asset = release.assets.find((each) => each.name === name)
    if (asset === undefined) throw missingAsset(name, release, system, pin.name)
    return { system, asset: whole(asset, release) }
  })
  return { release, jobs }
}

/** Steps 3 to 7 for one pin of pinhash.json. */
export async function planSpecPin(
  entry: SpecEntry,
  { tag: requested }: Selected<Entry>,
  tools: Tools,
  options: UpdateOptions,
): Promise<Plan> {
  const { spec: pin, state } = entry
  const { forge } = tools.context
  const repository = repositoryOf(pin)
  const targets = await targetsOf(pin, requested, tools, options)
  const complete = state.version === pin.version && pin.systems.every(({ system }) => state.systems.some((each) => each.system === system))
  const base = { pin: entry.name, file: entry.file, line: entry.line, from: pin.version }
  if (targets.length === 0 && complete && options.acceptDrift !== true)
    return { outcome: { ...base, outcome: 'unchanged', to: pin.version, systems: {}, warnings: [] } }
  const stay = async (): Promise<Target> => ({
    tag: pin.version,
    release: await tools.requests(() => forge.release(repository, pin.version)),
    warnings: [],
  })
  const { target, made, passed } = await firstComplete(targets.length > 0 ? targets : [await stay()], async (each) => {
    refuseDowngrade(pin.version, each.tag, options.allowDowngrade)
    return preparedSpecPin(pin, each)
  })
  const { release, jobs } = made
  const weighed = await weighAll(
    jobs.map(({ system, asset }) => ({
      url: asset.url,
      asset,
      release,
      algorithms: ['sha256'],
      tree: null,
      label: `${entry.name} ${system}`,
    })),
    {
      digests: tools.digests,
      evidence: tools.evidence,
      download: options.download,
      attesting: attestingOf(entry, release.tag, tools.context, options.attestation),
    },
  )
  const generated: GeneratedPin = {
    pin: pin.pin,
    org: pin.org,
    name: pin.name,
    version: release.tag,
    systems: jobs.map(({ system, asset }, i) => ({
      system,
      url: asset.url,
      sha256: printDigest(weighed[i]!.digests.get('sha256')!, 'nix32'),
    })),
  }
  const systems = outcomesOf(entry, generated, weighed)
  const coverage = release.tag === pin.version ? [] : await coverageOf(entry, release, tools)
  const warnings: Warning[] = [...target.warnings, ...passed, ...coverage, ...weighed.flatMap((each) => each.warnings)]
  const drifts = jobs.flatMap(({ system, asset }, i) => {
    const old = state.version === release.tag ? state.systems.find((each) => each.system === system) : undefined
    const now = generated.systems[i]!.sha256
    return old === undefined || old.sha256 === now
      ? []
      : [
          differs(
            { held: `${pin.file}:${old.line} holds ${old.sha256} for ${system}`, url: asset.url, found: now, asset, release },
            options.acceptDrift === true ? null : 'give --accept-drift to repin it',
          ),
        ]
  })
  const drift = worstOf(drifts.map(endOf))
  const now = tools.context.now()
  if (drift !== null && options.acceptDrift !== true)
    return { outcome: withRelease({ ...base, to: null, systems, warnings, ...drift }, release, now) }
  if (drift !== null)
    warnings.push({ code: 'drift-accepted', message: `repinned ${release.tag} to other bytes, as asked: ${drift.reason.message}` })
  const same =
    complete &&
    generated.systems.every((now) => state.systems.some((old) => old.system === now.system && old.sha256 === now.sha256)) &&
    release.tag === pin.version
  const name = same ? 'unchanged' : 'updated'
  const outcome: Outcome = withRelease({ ...base, outcome: name, to: release.tag, systems, warnings }, release, now)
  return same ? { outcome } : { outcome, spec: { pin, generated } }
}

/** What changes for the pin's systems besides the version. */
async function coverageOf({ spec: pin }: SpecEntry, release: Release, tools: Tools): Promise<Warning[]> {
  const before = assetNames(pin, pin.version)
  const covered = assetNames(pin, release.tag).map(({ system, name }, i): Covered => ({
    system,
    before: before[i]?.name ?? null,
    after: name,
  }))
  return coverageWarnings(
    covered,
    { tag: null, release: () => heldRelease(repositoryOf(pin), pin.version, tools) },
    { tag: release.tag, release },
    pin.name,
  )
}

function outcomesOf(entry: SpecEntry, generated: GeneratedPin, weighed: readonly Weighed[]): Record<System, AssetOutcome[]> {
  const systems: Record<System, AssetOutcome[]> = {}
  for (const [i, { system, url, sha256 }] of generated.systems.entries()) {
    const { size, evidence, absent, unchecked } = weighed[i]!
    const { sha256: old, line, column } = entry.state.systems.find((each) => each.system === system) ?? { sha256: '', line: 1, column: 1 }
    systems[system] = [{ url, old, new: sha256, size, evidence, absent, unchecked, file: entry.spec.file, line, column }]
  }
  return systems
}

/** What is written for these pins: their versions in pinhash.json by span, their generated files whole. A generated file keeps the pins that are not among these. */
export function specChanges(changes: readonly SpecChange[], found: Found): (Change & { readonly after: string })[] {
  if (changes.length === 0) return []
  const text = found.checkout.text(specFile) ?? ''
  const edits = changes
    .filter(({ pin, generated }) => pin.version !== generated.version)
    .map(({ pin, generated }) => ({
      start: pin.versionNode.start + 1,
      end: pin.versionNode.end - 1,
      text: encodeJsonString(generated.version),
    }))
  const written: (Change & { readonly after: string })[] = [{ path: specFile, before: text, after: applyEdits(text, edits) }]
  const wanted = new Map((found.spec?.pins ?? []).map((pin) => [pin.pin, pin.file]))
  for (const file of new Set(changes.map(({ pin }) => pin.file))) {
    const held = generatedPins(found.checkout, file)
    for (const name of held.keys()) if (wanted.get(name) !== file) held.delete(name)
    for (const { pin, generated } of changes) if (pin.file === file) held.set(pin.pin, generated)
    written.push({ path: file, before: found.checkout.text(file), after: printGeneratedFile([...held.values()]) })
  }
  return written
}
