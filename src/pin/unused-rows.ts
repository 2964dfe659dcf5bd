// A pin's hash maps → rows of systems that nothing was evaluated for: their hashes stay behind when the version moves.
import type { JsonNode } from '../core/json.ts'
import type { Place } from '../core/span.ts'
import { type System, isDouble } from '../core/system.ts'
import type { TomlDocument } from '../core/toml.ts'
import { isPlaceholder, parseDigest } from '../hash/spelling.ts'
import { bindingsAround } from '../nix/bindings-around.ts'
import { type Node, children } from '../nix/children.ts'
import { staticName } from '../nix/evaluate/bindings.ts'
import type { Document } from '../nix/syntax.ts'
import { heldBy } from './held.ts'
import type { Pin } from './pin.ts'
import { tomlStrings } from './toml-rows.ts'

/** A row with a hash in it. */
export interface UnusedRow extends Place {
  readonly system: System
}

/** Rows beside the pin's own in the same map, in document order, that neither a system of the pin nor another of `pins` uses. */
export function unusedRows(
  pin: Pin,
  pins: readonly Pin[],
  document: (file: string) => Document | null,
  json: (file: string) => JsonNode | null,
  toml: (file: string) => TomlDocument | null,
): UnusedRow[] {
  const { origins: used } = heldBy(pins)
  const isUsed = (file: string, row: Row): boolean =>
    used.some((origin) => origin.file === file && origin.start >= row.start && origin.end <= row.end)
  const systems = new Set([...pin.fetches, ...pin.borrowed].map((fetch) => fetch.system))
  const rows = new Map<string, UnusedRow>()
  for (const fetch of pin.fetches)
    for (const { value } of fetch.hashes) {
      const origin = value.runs[0]?.origin
      if (origin === undefined) continue
      const source = origin.file.endsWith('.nix') ? document(origin.file) : null
      const data = (): Row[] =>
        origin.form === 'json'
          ? jsonRows(json(origin.file), origin.start)
          : origin.form === 'toml'
            ? tomlRows(toml(origin.file), origin.start)
            : []
      for (const row of source === null ? data() : nixRows(source, origin.start))
        if (!systems.has(row.system) && !isUsed(origin.file, row)) rows.set(`${origin.file}:${row.start}`, { ...row, file: origin.file })
    }
  return [...rows.values()].sort((a, b) => (a.file === b.file ? a.start - b.start : a.file < b.file ? -1 : 1))
}

type Row = Omit<UnusedRow, 'file'>

const isHash = (value: string): boolean => value !== '' && (isPlaceholder(value) || parseDigest(value).ok)

/** The rows of the innermost set around an offset that is named by systems. */
function nixRows(document: Document, offset: number): Row[] {
  const around = bindingsAround(document, offset).find(({ binding }) => binding.path.map(staticName).some(isDouble))
  return (around?.set.bindings ?? []).flatMap((each): Row[] => {
    const system = each.kind === 'binding' ? each.path.map(staticName).find(isDouble) : undefined
    return each.kind === 'binding' && system !== undefined && holdsHash(each.value) ? [{ system, start: each.start, end: each.end }] : []
  })
}

function holdsHash(value: Node): boolean {
  const todo: Node[] = [value]
  for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
    if ('kind' in node && node.kind === 'string' && isHash(node.parts.map((part) => (part.kind === 'text' ? part.value : '')).join('')))
      return true
    todo.push(...children(node))
  }
  return false
}

function jsonRows(root: JsonNode | null, offset: number): Row[] {
  let found: Row[] = []
  for (let node: JsonNode | undefined = root ?? undefined; node !== undefined;) {
    const inside: readonly JsonNode[] =
      node.kind === 'object' ? node.members.map((member) => member.value) : node.kind === 'array' ? node.items : []
    const next = inside.find((child) => child.start <= offset && offset < child.end)
    if (node.kind === 'object' && node.members.some((member) => member.value === next && isDouble(member.key)))
      found = node.members.flatMap((member) =>
        isDouble(member.key) && jsonHoldsHash(member.value)
          ? [{ system: member.key, start: member.keyNode.start, end: member.value.end }]
          : [],
      )
    node = next
  }
  return found
}

/** As far as the strings of a system go. */
function tomlRows(layout: TomlDocument | null, offset: number): Row[] {
  const strings = layout === null ? [] : tomlStrings(layout)
  const path = strings.find(({ start, end }) => start <= offset && offset < end)?.path ?? []
  const depth = path.findLastIndex(isDouble)
  if (depth < 0) return []
  const rows = new Map<System, Row & { readonly hasHash: boolean }>()
  for (const { path: other, start, end, value } of strings) {
    const system = other[depth]
    if (system === undefined || !isDouble(system) || path.slice(0, depth).some((name, i) => other[i] !== name)) continue
    const known = rows.get(system)
    rows.set(system, { system, start: known?.start ?? start, end, hasHash: known?.hasHash === true || isHash(value) })
  }
  return [...rows.values()].flatMap(({ hasHash, ...row }) => (hasHash ? [row] : []))
}

function jsonHoldsHash(node: JsonNode): boolean {
  if (node.kind === 'string') return isHash(node.value)
  return node.kind === 'object'
    ? node.members.some((member) => jsonHoldsHash(member.value))
    : node.kind === 'array' && node.items.some(jsonHoldsHash)
}
