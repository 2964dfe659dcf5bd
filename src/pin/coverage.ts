// The assets a pin uses now and would use then → what changes for its systems besides the version.
import type { System } from '../core/system.ts'
import { type AssetKind, assetTarget } from './asset-name.ts'
import { chooseAsset, servesSystem, similarAsset } from './asset-system.ts'

/** One system's asset: by name, in the release the pin is at (null where that is not known) and in the other. */
export interface Covered {
  readonly system: System
  readonly before: string | null
  readonly after: string
}

/** A release by its tag and the names of its assets. */
export interface Listed {
  readonly tag: string
  readonly names: readonly string[]
}

/**
 * Sentences, in order: a system that uses another processor's asset where the new release has one of its own (and the old one, where it is known, had none), and an
 * asset whose name changed by more than the version. `tool` is the repository's name.
 */
export function coverageChanges(
  covered: readonly Covered[],
  before: { readonly tag: string | null; readonly names: readonly string[] | null },
  after: Listed,
  tool: string,
): readonly string[] {
  const notes = new Set<string>()
  for (const { system, before: old, after: now } of covered) {
    const own = isForeign(now, system, tool) ? nativeAssets(system, after.names, tool) : []
    const hadOwn = before.names !== null && nativeAssets(system, before.names, tool).length > 0
    if (own.length > 0 && !hadOwn) notes.add(`${system} uses ${now}, and ${after.tag} has its own: ${own.slice(0, 3).join(', ')}`)
    if (old !== null && before.tag !== null && similarAsset(old, before.tag, after.tag, [now]) === null)
      notes.add(`the asset for ${system} was ${old} and is now ${now}${repacked(old, now, tool)}`)
  }
  return [...notes]
}

/** Whether some system uses an asset that says it is for another processor or system: then it matters what else a release has. */
export function usesForeign(covered: readonly Covered[], tool: string): boolean {
  return covered.some(({ system, after }) => isForeign(after, system, tool))
}

/** What a release has for the system in place of an asset that it lacks, as a clause; null where nothing is singled out. */
export function insteadOf(wanted: string, system: System, names: readonly string[], tool: string): string | null {
  const choice = chooseAsset(system, names, tool)
  return choice.ok && choice.name !== wanted ? `for ${system} it has ${choice.name}${repacked(wanted, choice.name, tool)}` : null
}

function nativeAssets(system: System, names: readonly string[], tool: string): readonly string[] {
  return names.filter((name) => servesSystem(assetTarget(name, tool), system))
}

function isForeign(name: string, system: System, tool: string): boolean {
  const target = assetTarget(name, tool)
  return target.kind !== 'other' && target.os !== null && target.arch !== null && !servesSystem(target, system)
}

function repacked(old: string, now: string, tool: string): string {
  const kind = (name: string): AssetKind => assetTarget(name, tool).kind
  const [was, is] = [kind(old), kind(now)]
  return was === is || was === 'other' || is === 'other'
    ? ''
    : `, ${is === 'bare' ? 'not packed' : `packed as ${is}`} instead of ${was === 'bare' ? 'not packed' : was}`
}
