// A table whose rows are named after versions, and the version that selects a row → the row to add for another version, in the table's own form.
import { type JsonNode, parseJson } from '../core/json.ts'
import type { Span } from '../core/span.ts'
import { bindingsAround } from '../nix/bindings-around.ts'
import { children, type Node } from '../nix/children.ts'
import { applyEdits } from '../nix/edit.ts'
import { escapeString } from '../nix/escape.ts'
import { staticName } from '../nix/evaluate/bindings.ts'
import type { AttributeName, Binding, Document } from '../nix/syntax.ts'
import { isPlaceholder, parseDigest } from '../hash/spelling.ts'
import { jsonRow, jsonStrings } from './json-rows.ts'
import type { FileEdit } from './literal-edit.ts'
import type { Pin } from './pin.ts'
import type { RowCopy } from './proof.ts'
import { type MadeRow, type Row, hasRow, isNewestFirst, nameAt, saysAnyVersion, saysVersion } from './version-row.ts'

export type Rows = { readonly ok: true; readonly rows: readonly Row[] } | { readonly ok: false; readonly message: string }

/** A file that may hold a table: Nix code, or JSON text; null for any other. */
export type Source = Document | { readonly kind: 'json'; readonly text: string; readonly root: JsonNode }

/** The JSON text of a file, where it is JSON. */
export function jsonSource(text: string): Source | null {
  const parsed = parseJson(text)
  return parsed.ok ? { kind: 'json', text, root: parsed.root } : null
}

/** The rows of the pin's version that hold its hashes; none where no table is named after versions. `edits` are those that change the version. */
export function versionRows(pin: Pin, tag: string, edits: readonly FileEdit[], sourceOf: (file: string) => Source | null): Rows {
  const rows = new Map<string, Row>()
  for (const fetch of pin.fetches)
    for (const { value } of fetch.hashes) {
      const origin = value.runs[0]?.origin
      const source = origin === undefined ? null : sourceOf(origin.file)
      if (origin === undefined || source === null || pin.tag === null) continue
      const found =
        'kind' in source
          ? jsonRow(source.root, source.text, { file: origin.file, offset: origin.start, old: pin.tag, tag })
          : nixRow(source, origin, pin.tag, tag)
      if (found === null) continue
      const { made } = found
      if (!made.ok) return made
      // What says the version inside the row does not select it.
      const selecting = edits.some((edit) => edit.file !== origin.file || edit.start < made.row.start || edit.end > made.row.end)
      if (!selecting)
        return { ok: false, message: `${found.key} is named after its version; rename it, or select it by a version of its own` }
      rows.set(`${origin.file}:${made.row.start}`, made.row)
    }
  return { ok: true, rows: [...rows.values()] }
}

function nixRow(
  source: Document,
  { file, start }: { readonly file: string; readonly start: number },
  old: string,
  tag: string,
): { readonly key: string; readonly made: MadeRow } | null {
  const found = rowAround(source, start, old)
  return found === null ? null : { key: found.label, made: rowOf(source, file, found, old, tag) }
}

interface Found {
  readonly binding: Binding
  readonly key: AttributeName
  readonly label: string
  readonly siblings: readonly Binding[]
}

/** The first edit that would rename a key of a data file instead of adding one, or null. */
export function renamedKey(edits: readonly FileEdit[], text: (file: string) => string): FileEdit | null {
  const behind: readonly (readonly [string, RegExp])[] = [
    ['.json', /^[^"]*"\s*:/],
    ['.toml', /^[^"'\s=]*["']?\s*[\].=]/],
  ]
  return edits.find((edit) => behind.some(([end, key]) => edit.file.endsWith(end) && key.test(text(edit.file).slice(edit.end)))) ?? null
}

/** The innermost binding around an offset whose name is the version. */
function rowAround(document: Document, offset: number, tag: string): Found | null {
  for (const { binding, set } of bindingsAround(document, offset)) {
    const key = binding.path.find((name) => saysVersion(staticName(name), tag))
    if (key === undefined) continue
    const label = document.text.slice(key.start, key.end)
    return { binding, key, label, siblings: set.bindings.filter((each) => each.kind === 'binding') }
  }
  return null
}

function rowOf({ text }: Document, file: string, { binding, key, label, siblings }: Found, old: string, tag: string): MadeRow {
  const now = nameAt(staticName(key)!, old, tag)
  const place = { file, start: binding.start, end: binding.end }
  if (key.kind !== 'string' || key.form !== 'quoted')
    return { ok: false, message: `the row ${label} of its table is not named by a plain string` }
  if (siblings.some((each) => each.path.some((part) => staticName(part) === now))) return { ok: false, message: hasRow(now) }
  const nameEdit: FileEdit = { file, start: key.start + 1, end: key.end - 1, text: escapeString(now) }
  const isDescending = isNewestFirst(siblings.flatMap((each) => each.path.map(staticName).find(saysAnyVersion) ?? []))
  const lineStart = Math.max(text.lastIndexOf('\n', binding.start - 1), text.lastIndexOf('\r', binding.start - 1)) + 1
  const indent = text.slice(lineStart, binding.start)
  if (/[^ \t]/.test(indent)) {
    // The table stands on one line.
    const row = isDescending ? { at: binding.start, before: '', after: ' ' } : { at: binding.end, before: ' ', after: '' }
    return { ok: true, row: { ...place, ...row, name: nameEdit } }
  }
  const rest = /^[^\r\n]*/.exec(text.slice(binding.end))![0]
  if (!/^[ \t]*(?:#.*|\/\*.*\*\/[ \t]*)?$/.test(rest))
    return { ok: false, message: `the row ${label} of its table shares its line with another` }
  const lineEnd = text.slice(binding.end + rest.length).startsWith('\r\n') ? '\r\n' : '\n'
  const row = isDescending
    ? { at: binding.start, before: '', after: lineEnd + indent }
    : { at: binding.end + rest.length, before: lineEnd + indent, after: '' }
  return { ok: true, row: { ...place, ...row, name: nameEdit } }
}

/** Edits of which those inside a row become edits of its copy: the edits of the file, and what was copied where. */
export function withRows(
  edits: readonly FileEdit[],
  rows: readonly Row[],
  text: (file: string) => string,
): { readonly edits: readonly FileEdit[]; readonly copies: readonly RowCopy[] } {
  const inside = (row: Row, edit: FileEdit): boolean => edit.file === row.file && edit.start >= row.start && edit.end <= row.end
  const kept = edits.filter((edit) => !rows.some((row) => inside(row, edit)))
  const copies = rows.map((row): RowCopy => {
    const { file, start, end, at, before } = row
    return { file, start, end, at, lead: before.length, edits: [row.name, ...edits.filter((edit) => inside(row, edit))] }
  })
  const inserted = rows.map((row, i): FileEdit => {
    const { file, start, end, edits: own } = copies[i]!
    const moved = own.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }))
    return { file, start: row.at, end: row.at, text: row.before + applyEdits(text(file).slice(start, end), moved) + row.after }
  })
  return { edits: [...kept, ...inserted], copies }
}

/** A hash in a copied row that is not written anew would be the old version's; the first such, or null. */
export function staleInRows(copies: readonly RowCopy[], sourceOf: (file: string) => Source | null): string | null {
  for (const { file, start, end, edits } of copies) {
    const source = sourceOf(file)!
    for (const { start: from, end: to, value } of 'kind' in source ? jsonStrings(source.root) : nixStrings(source.root, start, end)) {
      if (value === '' || isPlaceholder(value) || !parseDigest(value).ok || from < start || to > end) continue
      if (!edits.some((edit) => edit.start >= from && edit.end <= to)) return value
    }
  }
  return null
}

/** Strings between two offsets, without what is interpolated. */
function nixStrings(root: Node, start: number, end: number): (Span & { readonly value: string })[] {
  const strings: (Span & { readonly value: string })[] = []
  const todo: Node[] = [root]
  for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
    if (node.end <= start || node.start >= end) continue
    todo.push(...children(node))
    if ('kind' in node && node.kind === 'string')
      strings.push({
        start: node.start,
        end: node.end,
        value: node.parts.map((part) => (part.kind === 'text' ? part.value : '')).join(''),
      })
  }
  return strings
}
