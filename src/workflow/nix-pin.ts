// A pin of Nix files and another version → the edits that bring it there, and the texts after them.
import type { System } from '../core/system.ts'
import type { Overlay } from './checkout.ts'
import type { Found } from './found.ts'
import { type CommentUrl, commentEdits, commentUrls } from '../pin/comment-edits.ts'
import { type FileEdit, byFile } from '../pin/literal-edit.ts'
import { applyEdits } from '../nix/edit.ts'
import type { Document } from '../nix/syntax.ts'
import { type Pin, type PinFetch, filesOf, lenderOf } from '../pin/pin.ts'
import type { Intended, RowCopy } from '../pin/proof.ts'
import { sightKey } from '../pin/discover.ts'
import { versionEdits } from '../pin/version-edits.ts'
import type { Row } from '../pin/version-row.ts'
import { inside, staleInRows, versionRows, withRows } from '../pin/version-rows.ts'
import { Refusal } from './refusal.ts'
import { tableSources } from './table-sources.ts'
import type { TreeRule } from './unpacking.ts'

/** The texts after edits. */
export function overlayOf(found: Found, edits: readonly FileEdit[]): Overlay {
  return new Map([...byFile(edits)].map(([file, own]) => [file, applyEdits(found.checkout.text(file) ?? '', own)]))
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
