// JSON and TOML inside Nix ↔ values; strings keep their place in the data file, so that a version or hash kept there can be edited.
import { type JsonNode, type JsonResult, type JsonString, parseJson } from '../../core/json.ts'
import { type TomlMember, type TomlNode, type TomlResult, parseToml } from '../../core/toml.ts'
import { fail, sortedEntries, stop, wholeSetOf } from './arguments.ts'
import { nest, spend } from './limits.ts'
import type { Machine } from './machine.ts'
import { exact, join, slice, whole } from './text.ts'
import {
  type Entry,
  type Origin,
  type Text,
  type Thunk,
  type Value,
  attributesOf,
  bool,
  float,
  int,
  lazy,
  list,
  nothing,
  plain,
  ready,
  unknown,
} from './value.ts'

/** Remembers what the same text was parsed to: every system reads the same lock file. */
function remembered<T>(parse: (text: string) => T): (text: string) => T {
  const memory = new Map<string, T>()
  return (text) => {
    const known = memory.get(text)
    if (known !== undefined) return known
    const parsed = parse(text)
    if (memory.size >= 8) memory.delete(memory.keys().next().value!)
    memory.set(text, parsed)
    return parsed
  }
}

const readJson: (text: string) => JsonResult = remembered(parseJson)
const readToml: (text: string) => TomlResult = remembered(parseToml)

/** `builtins.fromJSON`. */
export function fromJson(source: Text): Value {
  const parsed = readJson(source.text)
  if (!parsed.ok) return fail(`the JSON text is malformed: ${parsed.message}`)
  return jsonValue(parsed.root, source)
}

const data = (value: Value): Value => {
  plain.add(value)
  return value
}

function later(node: JsonNode, source: Text): Thunk {
  return node.kind === 'array' || node.kind === 'object' ? lazy(() => jsonValue(node, source)) : ready(jsonValue(node, source))
}

function jsonValue(node: JsonNode, source: Text): Value {
  switch (node.kind) {
    case 'literal':
      return node.value === null ? nothing : bool(node.value)
    case 'number':
      if (!/^-?[0-9]+$/.test(node.text)) return float(node.value)
      return Number.isSafeInteger(node.value) ? int(node.value) : unknown('an integer beyond 2^53')
    case 'string':
      return stringValue(node, source, 'json')
    case 'array':
      spend(node.items.length >> 3)
      return data(list(node.items.map((item) => later(item, source))))
    case 'object': {
      spend(node.members.length >> 3)
      const entries = new Map<string, Entry>()
      for (const member of node.members)
        entries.set(member.key, { value: later(member.value, source), key: stringValue(member.keyNode, source, 'json') })
      return data(attributesOf(entries))
    }
  }
}

/** `builtins.fromTOML`. */
export function fromToml(source: Text): Value {
  const parsed = readToml(source.text)
  if (!parsed.ok) return fail(`the TOML text is malformed: ${parsed.message}`)
  return tomlValue(parsed.root, source)
}

function tomlValue(node: TomlNode, source: Text): Value {
  switch (node.kind) {
    case 'string':
      return stringValue(node, source, 'toml')
    case 'integer':
      return node.value > Number.MAX_SAFE_INTEGER || node.value < Number.MIN_SAFE_INTEGER
        ? unknown('an integer beyond 2^53')
        : int(Number(node.value))
    case 'float':
      return float(node.value)
    case 'boolean':
      return bool(node.value)
    case 'date':
      return fail('dates in TOML are not supported by Nix')
    case 'array':
      return data(list(node.items.map((item) => lazy(() => tomlValue(item, source)))))
    case 'table':
      return data(
        attributesOf(
          new Map(
            node.members.map((member) => [
              member.key,
              { value: lazy(() => tomlValue(member.value, source)), key: tomlKey(member, source) },
            ]),
          ),
        ),
      )
  }
}

/** A key that needs no escapes, where it stands first. */
function tomlKey({ key, keySpan: { start, end } }: TomlMember, source: Text): Text | null {
  const quotes = end - start - key.length
  if (source.text.slice(start + quotes / 2, end - quotes / 2) !== key) return null
  return stringValue({ start, end, pieces: [{ start: start + quotes / 2, end: end - quotes / 2, value: key }] }, source, 'toml')
}

/** A string of a data text. Where the text is a whole file the string is a literal of that file; else it is a part of the Nix string it stands in. */
function stringValue(node: Pick<JsonString, 'start' | 'end' | 'pieces'>, source: Text, form: 'json' | 'toml'): Text {
  const file = source.runs[0]
  const isFile = source.runs.length === 1 && file!.origin.form === 'file' && file!.end - file!.start === source.text.length
  if (!isFile) return join([slice(source, 0, 0), ...node.pieces.map((piece) => inner(slice(source, piece.start, piece.end), piece.value))])
  const shift = file!.from
  const origin: Origin = { file: file!.origin.file, start: node.start + shift, end: node.end + shift, form }
  const [only] = node.pieces
  if (only === undefined) return { kind: 'string', text: '', runs: [{ start: 0, end: 0, from: origin.start, to: origin.end, origin }] }
  const part = (piece: JsonString['pieces'][number]): Text =>
    piece.value.length === piece.end - piece.start
      ? exact(piece.value, piece.start + shift, origin)
      : whole(piece.value, piece.start + shift, piece.end + shift, origin)
  return node.pieces.length === 1 ? part(only) : join(node.pieces.map(part))
}

/** A piece of a string inside a Nix string: an escape of the inner one maps to what spells it in the outer one, as a whole. */
function inner(spelled: Text, value: string): Text {
  if (spelled.text === value) return spelled
  const first = spelled.runs[0]
  const last = spelled.runs.at(-1)
  if (first === undefined || last === undefined || first.origin !== last.origin) return { kind: 'string', text: value, runs: [] }
  return whole(value, first.from, last.to, first.origin)
}

/** `builtins.toJSON`, without provenance. */
export function toJson(machine: Machine, value: Value): string {
  spend(1)
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
      return `[${value.items.map((item) => nest(() => toJson(machine, item.force()))).join(',')}]`
    case 'attributes': {
      const shown = value.entries.get('__toString')
      if (shown !== undefined) return toJson(machine, machine.apply(shown.value.force(), ready(value), null))
      const out = value.entries.get('outPath')
      if (out !== undefined) return nest(() => toJson(machine, out.value.force()))
      const set = wholeSetOf(ready(value))
      return `{${sortedEntries(set)
        .map(([name, entry]) => `${JSON.stringify(name)}:${nest(() => toJson(machine, entry.value.force()))}`)
        .join(',')}}`
    }
    case 'string':
      return JSON.stringify(value.text)
    case 'unknown':
      return value.failed ? fail(value.reason) : stop(value.reason)
    default:
      return stop('something that is no data, as JSON')
  }
}
