// The selected pins and the files of an earlier commit → those of them that are not there as they are now.
import { InputError, PinhashError } from '../core/errors.ts'
import type { Compared } from '../core/report.ts'
import type { System } from '../core/system.ts'
import { parseDigest, printDigest } from '../hash/spelling.ts'
import type { FetchHash } from '../nix/evaluate/fetchers.ts'
import type { Pin, PinFetch } from '../pin/pin.ts'
import type { Root } from '../pin/roots.ts'
import { type SpecPin, assetNames } from '../pin/spec.ts'
import { type Found, load } from './found.ts'
import type { Context, Selection } from './context.ts'
import { type Entry, entriesOf } from './entries.ts'
import { treeRule, within } from './nix-pin.ts'
import type { Past, SourceFiles } from './ports.ts'
import type { Selected } from './select.ts'
import { type GeneratedState, generatedState } from './spec-state.ts'

/** The files to compare with. Throws as `Context.past` does, and InputError `usage` where what was taken for a revision is a pin. */
export async function pastOf(context: Context, base: string | null, found: Found): Promise<Past> {
  if (context.past === undefined) throw new InputError('no-base', 'Could not find out what changed: nothing here knows earlier commits')
  try {
    return await context.past(base)
  } catch (error) {
    const isUnknown = error instanceof PinhashError && (error.code === 'no-revision' || error.code === 'no-base')
    if (!isUnknown || base === null || !entriesOf(found).some((entry) => [entry.name, ...entry.aliases, entry.file].includes(base)))
      throw error
    throw new InputError(
      'usage',
      `What follows --changed is the revision to compare with, and ${base} is a pin; write 'verify ${base} --changed', or 'verify --changed=BASE ${base}' to name both`,
      { cause: error },
    )
  }
}

/**
 * Both sides are evaluated, and a pin is what it fetches: its name, its tag, and by system addresses, mode and digests. So one that only moved or was spelled otherwise
 * has not changed; one that depends on a file that changed has, if that makes it fetch something else; one that the earlier side does not show, for whatever reason, has.
 */
export function changedSince(
  past: Past,
  found: Found,
  selected: readonly Selected<Entry>[],
  selection: Selection,
): { readonly selected: readonly Selected<Entry>[]; readonly compared: Compared } {
  const files = past.files((path) => found.checkout.text(path))
  const same = sameRoots(found, files)
  const missing = (globs: Selection['globs'], wanted: readonly Selected<Entry>[]): readonly Selected<Entry>[] => {
    const before = pinsBefore(load(files, { globs }, same), selection.systems)
    return wanted.filter(({ pin }) => !before.has(keyOf(pin, selection.systems)))
  }
  const among = selected.length === 0 ? [] : missing(selection.globs, selected)
  // What is not in the files named may have stood in others.
  const changed = among.length === 0 || selection.globs === null ? among : missing(null, among)
  const remarks = past.remarks()
  return {
    selected: changed,
    compared: {
      base: past.name,
      commit: past.commit,
      pins: selected.length,
      changed: changed.length,
      ...(remarks.length === 0 ? {} : { remarks }),
    },
  }
}

/** What files came to that the earlier side holds, too, as it does everything that their evaluation asked for. */
function sameRoots({ checkout, roots, asked, broken }: Found, files: SourceFiles): (path: string) => Root | null {
  const byFile = new Map(roots.map((root) => [root.file, root]))
  const texts = new Map<string, boolean>()
  const folders = new Map<string, boolean>()
  const remember = (known: Map<string, boolean>, path: string, compare: () => boolean): boolean => {
    const same = known.get(path) ?? compare()
    known.set(path, same)
    return same
  }
  const sameText = (path: string): boolean =>
    remember(texts, path, () => {
      const before = files.read(path)
      return checkout.text(path) === ('text' in before ? before.text : null)
    })
  const sameFolder = (path: string): boolean => remember(folders, path, () => sameNames(checkout.files.folder(path), files.folder(path)))
  return (path) => {
    const all = asked.get(path)
    if (all === undefined || broken.has(path)) return null
    return [...all.texts].every(sameText) && [...all.folders].every(sameFolder) ? (byFile.get(path) ?? null) : null
  }
}

function sameNames(one: ReturnType<SourceFiles['folder']>, other: ReturnType<SourceFiles['folder']>): boolean {
  if (one === null || other === null) return one === other
  return one.size === other.size && [...one].every(([name, kind]) => other.get(name) === kind)
}

/** The keys of all pins but those that stand in files with syntax errors: of them it is not certain what they were. */
function pinsBefore({ checkout, discovery, spec, broken }: Found, systems: Selection['systems']): ReadonlySet<string> {
  const whole = discovery.pins.filter(
    (pin) => broken.size === 0 || !pin.fetches.some((fetch) => filesIn(fetch).some((file) => broken.has(file))),
  )
  return new Set([
    ...whole.map((pin) => nixKey(pin, systems)),
    ...(spec?.pins ?? []).map((pin) => specKey(pin, generatedState(checkout, pin), systems)),
  ])
}

function filesIn({ place, urls, version, hashes }: PinFetch): string[] {
  const texts = [...urls, ...(version === null ? [] : [version]), ...hashes.map(({ value }) => value)]
  return [place.file, ...texts.flatMap(({ runs }) => runs.map(({ origin }) => origin.file))]
}

function keyOf(entry: Entry, systems: Selection['systems']): string {
  return entry.kind === 'nix' ? nixKey(entry.pin, systems) : specKey(entry.spec, entry.state, systems)
}

function nixKey(pin: Pin, systems: Selection['systems']): string {
  const fetches = within(pin, systems).map((fetch) => {
    const { builder } = fetch
    const from = builder === null ? fetch.urls.map((url) => url.text) : [builder.org.text, builder.name.text, builder.version.text]
    return JSON.stringify([fetch.system, builder === null, from, treeRule(fetch), fetch.hashes.map(digestKey)])
  })
  return JSON.stringify(['nix', pin.name, pin.tag, [...new Set(fetches)].sort()])
}

function specKey(pin: SpecPin, state: GeneratedState, systems: Selection['systems']): string {
  const isMeant = ({ system }: { readonly system: System }): boolean => systems === null || systems.includes(system)
  const names = assetNames(pin, pin.version)
    .filter(isMeant)
    .map(({ system, name }) => `${system} ${name}`)
  const held = state.systems.filter(isMeant).map(({ system, url, sha256 }) => `${system} ${url} ${sha256}`)
  return JSON.stringify(['spec', pin.pin, pin.org, pin.name, pin.version, names.sort(), state.version, held.sort()])
}

/** A digest whichever way it is spelled; what is none, as it is written. */
function digestKey({ value, algorithm }: FetchHash): string {
  const parsed = parseDigest(value.text, algorithm === null ? {} : { algorithm })
  return parsed.ok ? printDigest(parsed.digest, 'sri') : value.text
}
