// JSON and TOML inside Nix ↔ values; strings keep their place in the data file, so that a version or hash kept there can be edited.
import { type JsonNode, type JsonString, parseJson } from '../../core/json.ts'
import { fail, stop, wholeSetOf, sortedEntries } from './arguments.ts'
import type { Machine } from './machine.ts'
import { join, slice, whole, exact } from './text.ts'
import { type Entry, type Origin, type Text, type Value, attributesOf, bool, float, int, list, nothing, ready } from './value.ts'

/** `builtins.fromJSON`. */
export function fromJson(source: Text): Value {
  const parsed = parseJson(source.text)
  if (!parsed.ok) return fail(`the JSON text is malformed: ${parsed.message}`)
  return valueOf(parsed.root, source)
}

function valueOf(node: JsonNode, source: Text): Value {
  switch (node.kind) {
    case 'literal':
      return node.value === null ? nothing : bool(node.value)
    case 'number':
      return /^-?[0-9]+$/.test(node.text) ? int(node.value) : float(node.value)
    case 'string':
      return stringValue(node, source, 'json')
    case 'array':
      return list(node.items.map((item) => ready(valueOf(item, source))))
    case 'object': {
      const entries = new Map<string, Entry>()
      for (const member of node.members)
        entries.set(member.key, { value: ready(valueOf(member.value, source)), key: stringValue(member.keyNode, source, 'json') })
      return attributesOf(entries)
    }
  }
}

/** A string of a data text. Where the text is a whole file the string is a literal of that file; else it is a part of the Nix string it stands in. */
function stringValue(node: Pick<JsonString, 'start' | 'end' | 'pieces'>, source: Text, form: 'json' | 'toml'): Text {
  const file = source.runs[0]
  const isFile = source.runs.length === 1 && file!.origin.form === 'file' && file!.end - file!.start === source.text.length
  if (!isFile) return join([slice(source, 0, 0), ...node.pieces.map((piece) => ({ ...slice(source, piece.start, piece.end), text: piece.value }))])
  const shift = file!.from
  const origin: Origin = { file: file!.origin.file, start: node.start + shift, end: node.end + shift, form }
  const parts = node.pieces.map((piece) =>
    piece.value.length === piece.end - piece.start
      ? exact(piece.value, piece.start + shift, origin)
      : whole(piece.value, piece.start + shift, piece.end + shift, origin),
  )
  return parts.length === 0 ? { kind: 'string', text: '', runs: [{ start: 0, end: 0, from: origin.start, to: origin.end, origin }] } : join(parts)
}

/** `builtins.toJSON`, without provenance. */
export function toJson(machine: Machine, value: Value, depth: number): string {
  if (depth > 100) stop('data nested too deeply')
  switch (value.kind) {
    case 'null':
      return 'null'
    case 'bool':
      return String(value.value)
    case 'int':
      return String(value.value)
    case 'float':
      return Number.isInteger(value.value) ? value.value.toFixed(1) : String(value.value)
    case 'list':
      return `[${value.items.map((item) => toJson(machine, item.force(), depth + 1)).join(',')}]`
    case 'attributes': {
      if (value.entries.has('outPath') || value.entries.has('__toString')) return stop('a derivation as JSON')
      const set = wholeSetOf(ready(value))
      return `{${sortedEntries(set)
        .map(([name, entry]) => `${JSON.stringify(name)}:${toJson(machine, entry.value.force(), depth + 1)}`)
        .join(',')}}`
    }
    case 'string':
      return JSON.stringify(value.text)
    default:
      return stop('something that is no data, as JSON')
  }
}

/** `builtins.fromTOML`. */
export function fromToml(source: Text): Value {
  return stop(`TOML of ${source.text.length} characters`)
}
