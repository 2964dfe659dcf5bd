// A table whose rows are named after versions, and the version that selects a row → the row to add for another version, in the table's own form.
import type { JsonNode } from '../core/json.ts'
import type { Place, Span } from '../core/span.ts'
import type { TomlDocument } from '../core/toml.ts'
import { bindingsAround } from '../nix/bindings-around.ts'
import { children, type Node } from '../nix/children.ts'
import { applyEdits } from '../nix/edit.ts'
import { escapeString } from '../nix/escape.ts'
import { staticName } from '../nix/evaluate/bindings.ts'
import type { AttributeName, Binding, Document } from '../nix/syntax.ts'
import { isPlaceholder, parseDigest } from '../hash/spelling.ts'
import { isInJsonKey, jsonRow, jsonStrings } from './json-rows.ts'
import type { FileEdit } from './literal-edit.ts'
import type { Pin } from './pin.ts'
import type { RowCopy } from './proof.ts'
import { isInTomlKey, tomlRow, tomlStrings } from './toml-rows.ts'
import {
  type FoundRow,
  type MadeRow,
  type Row,
  type RowQuestion,
  goesBefore,
  hasRow,
  isTable,
  nameAt,
  saysAnyVersion,
  saysVersion,
} from './version-row.ts'

export type Rows =
  | {
      readonly ok: true
      readonly rows: readonly Row[]
      /** The edits without those that would rename a row: its copy has a name of its own. */
      readonly edits: readonly FileEdit[]
      /** Nothing outside of the rows says the version: every row is a package of its own, and the old one stays. */
      readonly isShown: boolean
    }
  | { readonly ok: false; readonly message: string; readonly place: Place | null }

/** A file that may hold a table: Nix code, or JSON or TOML text; null for any other. */
export type Source =
  | Document
  | { readonly kind: 'json'; readonly text: string; readonly root: JsonNode }
  | { readonly kind: 'toml'; readonly text: string; readonly layout: TomlDocument }

type SourceOf = (file: string) => Source | null

/** Whether a place is in a row. */
export const inside = (row: Place, { file, start, end }: Place): boolean => file === row.file && start >= row.start && end <= row.end

/** The rows of the pin's version that hold its hashes, and what their copies need; none where no table is named after versions. `edits` are those that change the version. */
export function versionRows(pin: Pin, tag: string, edits: readonly FileEdit[], sourceOf: SourceOf): Rows {
  const around = rowsAround(pin, tag, sourceOf)
  const rename = edits.find((edit) => isKey(edit, sourceOf(edit.file)) && !around.rows.some((row) => inside(row, edit)))
  if (rename !== undefined) return { ok: false, message: 'its version is the name of a row', place: rename }
  if (around.rows.length === 0) return { ok: true, rows: [], edits, isShown: false }
  const isShown = edits.every((edit) => around.rows.some((row) => inside(row, edit)))
  const alone = around.rows.find((row) => !isTable(row.names))
  if (isShown && alone !== undefined)
    return { ok: false, message: `${alone.key} is named after its version; rename it, or select it by a version of its own`, place: null }
  if (isShown && !around.isAll)
    return {
      ok: false,
      message: `${around.rows[0]!.key} is named after its version and does not hold all of its hashes`,
      place: around.rows[0]!,
    }
  const rows: Row[] = []
  for (const { made } of around.rows) {
    if (!made.ok) return { ...made, place: null }
    rows.push(made.row)
  }
  const isName = (edit: FileEdit): boolean => rows.some((row) => row.edits.some((name) => inside(name, edit)))
  return { ok: true, rows, edits: edits.filter((edit) => !isName(edit)), isShown }
}

/** Names the tables of which a row is the pin, where nothing outside of the row says its version; null for any other pin. */
export function shownTable(pin: Pin, tag: string, edits: readonly FileEdit[], sourceOf: SourceOf): string | null {
  const { rows, isAll } = rowsAround(pin, tag, sourceOf)
  if (
    rows.length === 0 ||
    !isAll ||
    !rows.every((row) => isTable(row.names)) ||
    !edits.every((edit) => rows.some((row) => inside(row, edit)))
  )
    return null
  return [...new Set(rows.map(({ file, table }) => `${file}:${table}`))].sort().join()
}

/** The rows that hold the pin's hashes and are named after its version, and whether they hold all of them. */
function rowsAround(pin: Pin, tag: string, sourceOf: SourceOf): { readonly rows: readonly (FoundRow & Place)[]; readonly isAll: boolean } {
  const rows = new Map<string, FoundRow & Place>()
  let isAll = true
  for (const fetch of pin.fetches)
    for (const { value } of fetch.hashes) {
      const origin = value.runs[0]?.origin
      const source = origin === undefined ? null : sourceOf(origin.file)
      const row =
        origin === undefined || source === null || pin.tag === null
          ? null
          : rowIn(source, { file: origin.file, offset: origin.start, old: pin.tag, tag })
      if (row === null) isAll = false
      else rows.set(`${origin!.file}:${row.start}`, { ...row, file: origin!.file })
    }
  return { rows: [...rows.values()], isAll }
}

function rowIn(source: Source, question: RowQuestion): FoundRow | null {
  if (!('kind' in source)) return nixRow(source, question)
  return source.kind === 'json' ? jsonRow(source.root, source.text, question) : tomlRow(source.layout, source.text, question)
}

/** Whether an edit would rename a key of a data file. */
function isKey({ start }: FileEdit, source: Source | null): boolean {
  if (source === null || !('kind' in source)) return false
  return source.kind === 'json' ? isInJsonKey(source.root, start) : isInTomlKey(source.layout, start)
}

function nixRow(source: Document, question: RowQuestion): FoundRow | null {
  const found = rowAround(source, question.offset, question.old)
  if (found === null) return null
  const { binding, label, table, siblings } = found
  const names = siblings.flatMap((each) => each.path.map(staticName).find(saysAnyVersion) ?? [])
  return { key: label, table: `${table}`, names, start: binding.start, end: binding.end, made: rowOf(source, found, names, question) }
}

interface Found {
  readonly binding: Binding
  readonly key: AttributeName
  readonly label: string
  /** Where the set begins. */
  readonly table: number
  readonly siblings: readonly Binding[]
}

/** The innermost binding around an offset whose name is the version. */
function rowAround(document: Document, offset: number, tag: string): Found | null {
  for (const { binding, set } of bindingsAround(document, offset)) {
    const key = binding.path.find((name) => saysVersion(staticName(name), tag))
    if (key === undefined) continue
    const label = document.text.slice(key.start, key.end)
    return { binding, key, label, table: set.start, siblings: set.bindings.filter((each) => each.kind === 'binding') }
  }
  return null
}

function rowOf(
  { text }: Document,
  { binding, key, label, siblings }: Found,
  names: readonly string[],
  { file, old, tag }: RowQuestion,
): MadeRow {
  const now = nameAt(staticName(key)!, old, tag)
  const place = { file, start: binding.start, end: binding.end }
  if (key.kind !== 'string' || key.form !== 'quoted')
    return { ok: false, message: `the row ${label} of its table is not named by a plain string` }
  if (siblings.some((each) => each.path.some((part) => staticName(part) === now))) return { ok: false, message: hasRow(now) }
  const nameEdit: FileEdit = { file, start: key.start + 1, end: key.end - 1, text: escapeString(now) }
  const isBefore = goesBefore(names, old, tag)
  const lineStart = Math.max(text.lastIndexOf('\n', binding.start - 1), text.lastIndexOf('\r', binding.start - 1)) + 1
  const indent = text.slice(lineStart, binding.start)
  if (/[^ \t]/.test(indent)) {
    // The table stands on one line.
    const row = isBefore ? { at: binding.start, before: '', after: ' ' } : { at: binding.end, before: ' ', after: '' }
    return { ok: true, row: { ...place, ...row, edits: [nameEdit] } }
  }
  const rest = /^[^\r\n]*/.exec(text.slice(binding.end))![0]
  if (!/^[ \t]*(?:#.*|\/\*.*\*\/[ \t]*)?$/.test(rest))
    return { ok: false, message: `the row ${label} of its table shares its line with another` }
  const lineEnd = text.slice(binding.end + rest.length).startsWith('\r\n') ? '\r\n' : '\n'
  const row = isBefore
    ? { at: binding.start, before: '', after: lineEnd + indent }
    : { at: binding.end + rest.length, before: lineEnd + indent, after: '' }
  return { ok: true, row: { ...place, ...row, edits: [nameEdit] } }
}

/** Edits of which those inside a row become edits of its copy: the edits of the file, and what was copied where. */
export function withRows(
  edits: readonly FileEdit[],
  rows: readonly Row[],
  text: (file: string) => string,
): { readonly edits: readonly FileEdit[]; readonly copies: readonly RowCopy[] } {
  const kept = edits.filter((edit) => !rows.some((row) => inside(row, edit)))
  const copies = rows.map((row): RowCopy => {
    const { file, start, end, at, before } = row
    return { file, start, end, at, lead: before.length, edits: [...row.edits, ...edits.filter((edit) => inside(row, edit))] }
  })
  const inserted = rows.map((row, i): FileEdit => {
    const { file, start, end, edits: own } = copies[i]!
    const moved = own.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }))
    return { file, start: row.at, end: row.at, text: row.before + applyEdits(text(file).slice(start, end), moved) + row.after }
  })
  return { edits: [...kept, ...inserted], copies }
}

/** A hash in a row that is none of the pin's own would be the old version's in a copy; the first such, or null. */
export function staleInRows(pin: Pin, rows: readonly Row[], sourceOf: SourceOf): string | null {
  const own = pin.fetches.flatMap(({ hashes }) => hashes.flatMap(({ value }) => value.runs.map((run) => run.origin)))
  for (const row of rows)
    for (const { start, end, value } of stringsOf(sourceOf(row.file)!, row)) {
      if (value === '' || isPlaceholder(value) || !parseDigest(value).ok || !inside(row, { file: row.file, start, end })) continue
      if (!own.some((origin) => origin.file === row.file && origin.start >= start && origin.end <= end)) return value
    }
  return null
}

function stringsOf(source: Source, within: Span): (Span & { readonly value: string })[] {
  if (!('kind' in source)) return nixStrings(source.root, within)
  return source.kind === 'json' ? jsonStrings(source.root, within) : tomlStrings(source.layout)
}

/** Strings between two offsets, without what is interpolated. */
function nixStrings(root: Node, { start, end }: Span): (Span & { readonly value: string })[] {
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
