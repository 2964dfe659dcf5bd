// A pin of Nix files and the texts of another version → the fetches it would make then.
import type { System } from '../core/system.ts'
import type { Found, Overlay } from './checkout.ts'
import { type CommentUrl, commentEdits, commentUrls } from '../pin/comment-edits.ts'
import type { FileEdit } from '../pin/literal-edit.ts'
import { EditError, applyEdits } from '../nix/edit.ts'
import type { Document } from '../nix/syntax.ts'
import { type Pin, type PinFetch, filesOf, lenderOf } from '../pin/pin.ts'
import { type Intended, type RowCopy, Shift, identity, prove } from '../pin/proof.ts'
import { coverOf } from '../pin/cover.ts'
import { sightKey } from '../pin/discover.ts'
import { evaluateRoot, type Root } from '../pin/roots.ts'
import { versionEdits } from '../pin/version-edits.ts'
import type { Row } from '../pin/version-row.ts'
import { inside, staleInRows, versionRows, withRows } from '../pin/version-rows.ts'
import { Refusal } from './refusal.ts'
import { tableSources } from './table-sources.ts'
import type { TreeRule } from './unpacking.ts'

/** One fetch of a pin at another version. */
export interface Retargeted {
  readonly fetch: PinFetch
  /** Every URL of the fetch then, in the order of trying; empty for a builder that cannot be read. */
  readonly urls: readonly string[]
  readonly after: PinFetch
}

/** The texts after edits. */
export function overlayOf(found: Found, edits: readonly FileEdit[]): Overlay {
  const byFile = new Map<string, FileEdit[]>()
  for (const edit of edits) byFile.set(edit.file, [...(byFile.get(edit.file) ?? []), edit])
  return new Map([...byFile].map(([file, own]) => [file, applyEdits(found.checkout.text(file) ?? '', own)]))
}

interface Evaluations {
  readonly before: readonly Root[]
  readonly after: readonly Root[]
}

/** The roots that may change with these files, before and after. */
function reevaluate(found: Found, overlay: Overlay): Evaluations {
  const before = found.roots.filter((root) => [...overlay.keys()].some((file) => root.reads.has(file)))
  const tree = found.checkout.tree(overlay)
  return { before, after: before.map((root) => evaluateRoot(tree, root.file, root.reach)) }
}

/** Only what shows the pin, under its systems: enough to see what becomes of it, not of everything else. */
function reevaluatePin(found: Found, pin: Pin, overlay: Overlay): Evaluations {
  const systems = new Set(pin.fetches.map((fetch) => fetch.system))
  const cover = coverOf(pin, found.roots)
  const tree = found.checkout.tree(overlay)
  return {
    // What shows the pin has to be read to its end: what is not reached may have its version in common with it.
    before: cover.map((root) => ({ ...root, exhausted: false, fetches: root.fetches.filter((fetch) => systems.has(fetch.system)) })),
    after: cover.map((root) => evaluateRoot(tree, root.file, root.reach, systems)),
  }
}

/** Throws Refusal `syntax` where an edit would touch a file that does not parse. */
export function refuseBroken(found: Found, files: Iterable<string>): void {
  for (const file of files)
    if (found.broken.has(file)) {
      const problem = found.problems.find((each) => each.file === file && each.code === 'syntax')
      throw new Refusal(
        'refused',
        'syntax',
        `${file}:${problem?.line ?? 1}:${problem?.column ?? 1} does not parse: ${problem?.message ?? 'syntax error'}; mend it first`,
      )
    }
}

/** What another version asks for in the texts: edits, and rows of tables by version that are copied for it. */
export interface Planned {
  readonly edits: readonly FileEdit[]
  readonly rows: readonly Row[]
  /** The rows show their packages by themselves: what they are copied from stays. */
  readonly isShown: boolean
}

/** The edits that bring the pin to the tag; none when it is there already. Throws Refusal `not-editable`. */
export function editsFor(found: Found, pin: Pin, tag: string | null, comments: boolean): Planned {
  if (tag === null || tag === pin.tag) return { edits: [], rows: [], isShown: false }
  const planned = versionEdits(pin, tag)
  if (!planned.ok) throw notEditable(pin, tag, planned.message)
  const table = versionRows(pin, tag, planned.edits, tableSources(found.checkout))
  if (!table.ok)
    throw notEditable(
      pin,
      tag,
      table.place === null
        ? table.message
        : `${table.message} in ${table.place.file}:${found.checkout.position(table.place).line}; add a row by hand`,
    )
  const { rows, isShown } = table
  const stale = staleInRows(pin, rows, tableSources(found.checkout))
  if (stale !== null)
    throw notEditable(
      pin,
      tag,
      `the row for ${pin.tag} of its table also holds ${stale}, whose new value pinhash does not know; add a row by hand`,
    )
  const edits = [...table.edits]
  if (comments)
    for (const [file, document] of documentsOf(found, pin)) {
      const inComments = commentEdits(file, document, pin, tag, found.discovery.pins)
      edits.push(...inComments.filter((edit) => !isShown || rows.some((row) => inside(row, edit))))
    }
  return { edits, rows, isShown }
}

/** The URLs in comments of the pin's files. */
export const commentsOf = (found: Found, pin: Pin): CommentUrl[] => documentsOf(found, pin).flatMap(([, document]) => commentUrls(document))

/** The pin's Nix files. */
function documentsOf({ checkout }: Found, pin: Pin): [file: string, Document][] {
  return filesOf(pin).flatMap((file): [string, Document][] => {
    const document = file.endsWith('.nix') ? checkout.document(file) : null
    return document === null ? [] : [[file, document]]
  })
}

const notEditable = (pin: Pin, tag: string, message: string): Refusal =>
  new Refusal('refused', 'not-editable', `${pin.name} cannot be brought to ${tag}: ${message}`)

/** The edits of a plan and of its hashes, with the rows they are copied into. */
export function withHashes(
  found: Found,
  planned: Planned,
  hashEdits: readonly FileEdit[],
): { readonly edits: readonly FileEdit[]; readonly copies: readonly RowCopy[] } {
  return withRows([...planned.edits, ...hashEdits], planned.rows, (file) => found.checkout.text(file) ?? '')
}

/** Step 4 for the texts: evaluates with the version replaced and reads the new URLs. Throws Refusal where something else would change. */
export function retarget(found: Found, pin: Pin, planned: Planned): Retargeted[] {
  const { edits, copies } = withHashes(found, planned, [])
  if (edits.length === 0) return pin.fetches.map((fetch) => ({ fetch, urls: fetch.urls.map((url) => url.text), after: fetch }))
  const { before, after } = reevaluatePin(found, pin, overlayOf(found, edits))
  const shift = new Shift(edits)
  const own = new Set([...pin.fetches, ...pin.borrowed].map(sightKey))
  const later = new Map<string, PinFetch[]>()
  for (const root of after)
    for (const fetch of root.fetches) {
      const key = identity(root.file, fetch, null)
      later.set(key, [...(later.get(key) ?? []), fetch])
    }
  const moved = new Map<string, PinFetch>()
  for (const root of before)
    for (const fetch of root.fetches) {
      const key = sightKey(fetch)
      if (!own.has(key)) continue
      const now = later.get(identity(root.file, fetch, shift.within(copies)))?.shift()
      if (now !== undefined) moved.set(key, now)
    }
  const intended = new Map<string, Intended>()
  const result = pin.fetches.map((fetch): Retargeted => {
    const now = moved.get(sightKey(fetch))
    if (now === undefined && planned.isShown)
      throw new Refusal(
        'refused',
        'not-editable',
        `A new row beside that of ${pin.name} ${pin.tag} would not be fetched: nothing selects it; change by hand what selects the row`,
      )
    if (now === undefined)
      throw new Refusal(
        'refused',
        'not-editable',
        `With the version changed, ${pin.place.file} no longer has the fetch of ${pin.name} for ${fetch.system}`,
      )
    refuseElsewhere(pin, fetch, now)
    intended.set(sightKey(fetch), {
      urls: shownAs(now),
      hashes: now.hashes.map((hash) => hash.value.text),
      copies,
      isAdded: planned.isShown,
    })
    return { fetch, urls: now.urls.map((url) => url.text), after: now }
  })
  lend(pin, intended)
  const problem = prove(before, after, edits, (fetch) => intended.get(sightKey(fetch)) ?? null)
  if (problem !== null)
    throw new Refusal('refused', 'not-proven', `Changing the version of ${pin.name} would change more than that pin: ${problem}`)
  return result
}

/** A file may take another version for a reason to fetch something else: that is not the update that was asked for. */
function refuseElsewhere(pin: Pin, fetch: PinFetch, now: PinFetch): void {
  const home = (each: PinFetch): string => {
    const repository =
      each.builder === null ? (each.release?.repository ?? null) : { server: '', org: each.builder.org.text, name: each.builder.name.text }
    return repository === null ? new URL(each.urls[0]!.text).host : `${repository.server}/${repository.org}/${repository.name}`
  }
  if (home(fetch) !== home(now))
    throw new Refusal(
      'refused',
      'not-editable',
      `With the version changed, ${pin.place.file} would fetch from ${home(now)} instead of ${home(fetch)} for ${fetch.system}`,
    )
}

/** What is lent to other systems becomes what its owner becomes. */
export function lend(pin: Pin, intended: Map<string, Intended>): void {
  for (const fetch of pin.borrowed) {
    const lender = lenderOf(pin, fetch)
    const becomes = lender === null ? undefined : intended.get(sightKey(lender))
    if (becomes !== undefined) intended.set(sightKey(fetch), becomes)
  }
}

/** How the proof names what a fetch fetches. */
export const shownAs = (fetch: PinFetch): string[] =>
  fetch.builder === null
    ? fetch.urls.map((url) => url.text)
    : [`${fetch.builder.org.text}/${fetch.builder.name.text}@${fetch.builder.version.text}`]

/** What one pin's edits shall come to. */
export interface Proposal {
  readonly edits: readonly FileEdit[]
  /** By `sightKey` of the fetch before. */
  readonly intended: ReadonlyMap<string, Intended>
}

/** Step 8 for what shows the pin: gives what is wrong, or null. What else the edits may change is for `problemsOf` to say. */
export function proveOne(found: Found, pin: Pin, proposal: Proposal): string | null {
  const { before, after } = reevaluatePin(found, pin, overlayOf(found, proposal.edits))
  return prove(before, after, proposal.edits, (fetch) => proposal.intended.get(sightKey(fetch)) ?? null)
}

/** Step 8: evaluates everything that reads the edited texts; every fetch of the proposals must be as intended and every other as before. Gives what is wrong, or null. */
function proveAll(found: Found, proposals: readonly Proposal[]): string | null {
  const edits = editsOf(proposals)
  const { before, after } = reevaluate(found, overlayOf(found, edits))
  const intended = new Map(proposals.flatMap((proposal) => [...proposal.intended]))
  return prove(before, after, edits, (fetch) => intended.get(sightKey(fetch)) ?? null)
}

/** Step 8 for proposals that are written on top of others which hold already: gives what is wrong, or null. */
export function problemOnTop(found: Found, held: readonly Proposal[], step: readonly Proposal[]): string | null {
  if (step.length === 0) return null
  const touched = new Set(step.flatMap(({ edits }) => edits.map((edit) => edit.file)))
  const before = found.roots.filter((root) => [...touched].some((file) => root.reads.has(file)))
  const isSeen = ({ edits }: Proposal): boolean =>
    edits.some(({ file }) => touched.has(file) || before.some((root) => root.reads.has(file)))
  const all = [...held.filter(isSeen), ...step]
  const edits = editsOf(all)
  try {
    const tree = found.checkout.tree(overlayOf(found, edits))
    const intended = new Map(all.flatMap((proposal) => [...proposal.intended]))
    const after = before.map((root) => evaluateRoot(tree, root.file, root.reach))
    return prove(before, after, edits, (fetch) => intended.get(sightKey(fetch)) ?? null)
  } catch (error) {
    if (error instanceof EditError) return `two pins would edit the same place: ${error.message}`
    throw error
  }
}

/** The edits of all proposals; what several of them ask for is done once. */
export function editsOf(proposals: readonly Proposal[]): FileEdit[] {
  const edits = new Map<string, FileEdit>()
  for (const edit of proposals.flatMap((proposal) => proposal.edits))
    edits.set(JSON.stringify([edit.file, edit.start, edit.end, edit.text]), edit)
  return [...edits.values()]
}

/** Step 8 for all proposals together, each of which may be written without the others only if it does not share files with them. What is wrong with each, or null. */
export function problemsOf(found: Found, proposals: readonly Proposal[]): (string | null)[] {
  const tried = (some: readonly Proposal[]): string | null => {
    try {
      return some.length === 0 ? null : proveAll(found, some)
    } catch (error) {
      if (error instanceof EditError) return `two pins would edit the same place: ${error.message}`
      throw error
    }
  }
  if (tried(proposals) === null) return proposals.map(() => null)
  const alone = proposals.map((proposal) => tried([proposal]))
  const together = tried(proposals.filter((_, i) => alone[i] === null))
  return alone.map((problem) => problem ?? (together === null ? null : `together with the other updates: ${together}`))
}

/** What of the fetched bytes the hash is of, as the fetcher in nixpkgs has it; null: the bytes themselves. */
export function treeRule({ mode, tree, fetcher, stripRoot, system }: PinFetch): TreeRule | null {
  if (mode === 'flat') return null
  if (tree === 'file' || tree === 'executable') return { kind: 'file', executable: tree === 'executable' }
  // On macOS the archive is unpacked onto a file system that takes two names of different case for one.
  const foldCase = system.endsWith('-darwin')
  if (fetcher === 'builtins.fetchTarball') return { kind: 'archive', root: 'fetchTarball', foldCase }
  return { kind: 'archive', root: stripRoot ? 'fetchzip' : 'fetchzip-keep-root', foldCase }
}

/** Fetches of the systems asked for. */
export function within(pin: Pin, systems: readonly System[] | null): PinFetch[] {
  return pin.fetches.filter((fetch) => systems === null || systems.includes(fetch.system))
}
