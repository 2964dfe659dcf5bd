// A pin of pinhash.json and what was asked for it → its new version and the generated file that holds its hashes.
import type { AssetOutcome, Outcome, Warning } from '../core/report.ts'
import { encodeJsonString } from '../core/json.ts'
import type { System } from '../core/system.ts'
import type { Repository } from '../core/release.ts'
import { applyEdits } from '../nix/edit.ts'
import { printDigest } from '../hash/spelling.ts'
import { type GeneratedPin, printGeneratedFile } from '../pin/generated-file.ts'
import { type SpecPin, assetNames } from '../pin/spec.ts'
import { missingAsset, whole } from './assets.ts'
import { type Found, specFile } from './checkout.ts'
import type { UpdateOptions } from './context.ts'
import type { Entry } from './entries.ts'
import type { Change } from './ports.ts'
import { explicitTarget, newestTarget, refuseDowngrade } from './resolve.ts'
import type { Selected } from './select.ts'
import { generatedPins } from './spec-state.ts'
import type { Tools } from './tools.ts'
import type { Plan } from './update.ts'
import { type Weighed, weighAll } from './weigh.ts'

type SpecEntry = Extract<Entry, { kind: 'spec' }>

/** A pin of pinhash.json with its new version and hashes. */
export interface SpecChange {
  readonly pin: SpecPin
  readonly generated: GeneratedPin
}

/** The repository a pin of pinhash.json names. */
export const repositoryOf = (pin: SpecPin): Repository => ({ server: 'github.com', org: pin.org, name: pin.name })

/** Steps 3 to 7 for one pin of pinhash.json. */
export async function planSpecPin(entry: SpecEntry, { tag: requested }: Selected<Entry>, tools: Tools, options: UpdateOptions): Promise<Plan> {
  const { spec: pin, state } = entry
  const { forge } = tools.context
  const repository = repositoryOf(pin)
  const target = await tools.requests(() =>
    requested === null ? newestTarget(forge, repository, pin.version) : explicitTarget(forge, repository, pin.version, requested, false),
  )
  const complete = state.version === pin.version && pin.systems.every(({ system }) => state.systems.some((each) => each.system === system))
  const base = { pin: entry.name, file: entry.file, line: entry.line, from: pin.version }
  if (target === null && complete) return { outcome: { ...base, outcome: 'unchanged', to: pin.version, systems: {}, warnings: [] } }
  const release = target?.release ?? (await tools.requests(() => forge.release(repository, pin.version)))
  refuseDowngrade(pin.version, release.tag, options.allowDowngrade)
  const jobs = assetNames(pin, release.tag).map(({ system, name }) => {
    const asset = release.assets.find((each) => each.name === name)
    if (asset === undefined) throw missingAsset(name, release, system)
    return { system, asset: whole(asset, release) }
  })
  const weighed = await weighAll(
    jobs.map(({ system, asset }) => ({ url: asset.url, asset, release, algorithms: ['sha256'], tree: null, label: `${entry.name} ${system}` })),
    { digests: tools.digests, evidence: tools.evidence, download: options.download },
  )
  const generated: GeneratedPin = {
    pin: pin.pin,
    org: pin.org,
    name: pin.name,
    version: release.tag,
    systems: jobs.map(({ system, asset }, i) => ({ system, url: asset.url, sha256: printDigest(weighed[i]!.digests.get('sha256')!, 'nix32') })),
  }
  const systems = outcomesOf(entry, generated, weighed)
  const warnings: Warning[] = [...(target?.warnings ?? []), ...weighed.flatMap((each) => each.warnings)]
  const same = complete && generated.systems.every((now) => state.systems.some((old) => old.system === now.system && old.sha256 === now.sha256)) && release.tag === pin.version
  const outcome: Outcome = { ...base, outcome: same ? 'unchanged' : 'updated', to: release.tag, systems, warnings }
  return same ? { outcome } : { outcome, spec: { pin, generated } }
}

function outcomesOf(entry: SpecEntry, generated: GeneratedPin, weighed: readonly Weighed[]): Record<System, AssetOutcome[]> {
  const systems: Record<System, AssetOutcome[]> = {}
  for (const [i, { system, url, sha256 }] of generated.systems.entries()) {
    const { size, evidence } = weighed[i]!
    const old = entry.state.systems.find((each) => each.system === system)?.sha256 ?? ''
    systems[system] = [{ url, old, new: sha256, size, evidence, file: entry.spec.file, line: 1, column: 1 }]
  }
  return systems
}

/** What is written for these pins: their versions in pinhash.json by span, their generated files whole. A generated file keeps the pins that are not among these. */
export function specChanges(changes: readonly SpecChange[], found: Found): Change[] {
  if (changes.length === 0) return []
  const text = found.checkout.text(specFile) ?? ''
  const edits = changes
    .filter(({ pin, generated }) => pin.version !== generated.version)
    .map(({ pin, generated }) => ({ start: pin.versionNode.start + 1, end: pin.versionNode.end - 1, text: encodeJsonString(generated.version) }))
  const written: Change[] = [{ path: specFile, before: text, after: applyEdits(text, edits) }]
  const wanted = new Map((found.spec?.pins ?? []).map((pin) => [pin.pin, pin.file]))
  for (const file of new Set(changes.map(({ pin }) => pin.file))) {
    const held = generatedPins(found.checkout, file)
    for (const name of held.keys()) if (wanted.get(name) !== file) held.delete(name)
    for (const { pin, generated } of changes) if (pin.file === file) held.set(pin.pin, generated)
    written.push({ path: file, before: found.checkout.text(file), after: printGeneratedFile([...held.values()]) })
  }
  return written
}
