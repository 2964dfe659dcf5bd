// A JSON table whose members are named after versions → the member to add for another version, indented and separated as its neighbours are.
import { type JsonMember, type JsonNode, type JsonObject, encodeJsonString } from '../core/json.ts'
import type { Span } from '../core/span.ts'
import { type FoundRow, type RowQuestion, goesBefore, hasRow, nameAt, saysVersion } from './version-row.ts'

/** The row around an offset whose name is the version `old`, to be copied for `tag`; null where there is none. */
export function jsonRow(root: JsonNode, text: string, { file, offset, old, tag }: RowQuestion): FoundRow | null {
  const found = memberAround(root, offset, old)
  if (found === null) return null
  const { object, member } = found
  const { keyNode, value } = member
  const { start } = keyNode
  const { end } = value
  const names = object.members.map((each) => each.key)
  const row = { key: text.slice(start, keyNode.end), table: `${object.start}`, names, start, end }
  const now = nameAt(member.key, old, tag)
  if (names.includes(now)) return { ...row, made: { ok: false, message: hasRow(now) } }
  const gap = gapOf(object, member, text)
  const place = goesBefore(names, old, tag) ? { at: start, before: '', after: `,${gap}` } : { at: end, before: `,${gap}`, after: '' }
  const name = { file, start: start + 1, end: keyNode.end - 1, text: encodeJsonString(now) }
  return { ...row, made: { ok: true, row: { file, start, end, ...place, edits: [name] } } }
}

/** Strings of the tree between two offsets, keys left out, in document order. */
export function jsonStrings(root: JsonNode, within: Span): (Span & { readonly value: string })[] {
  if (root.end <= within.start || root.start >= within.end) return []
  switch (root.kind) {
    case 'string':
      return [root]
    case 'array':
      return root.items.flatMap((item) => jsonStrings(item, within))
    case 'object':
      return root.members.flatMap((member) => jsonStrings(member.value, within))
    default:
      return []
  }
}

/** The innermost member around an offset that is named after the version. */
function memberAround(root: JsonNode, offset: number, old: string): { readonly object: JsonObject; readonly member: JsonMember } | null {
  let found: { readonly object: JsonObject; readonly member: JsonMember } | null = null
  for (let node: JsonNode | undefined = root; node !== undefined;) {
    const holds = (value: JsonNode): boolean => value.start <= offset && offset < value.end
    if (node.kind === 'object') {
      const object: JsonObject = node
      const member: JsonMember | undefined = object.members.find((each) => holds(each.value))
      if (member !== undefined && saysVersion(member.key, old)) found = { object, member }
      node = member?.value
    } else node = node.kind === 'array' ? node.items.find(holds) : undefined
  }
  return found
}

/** The white space between two members: of a table with one row, that before it. Blank lines are not repeated. */
function gapOf({ members }: JsonObject, member: JsonMember, text: string): string {
  const { start } = (members[1] ?? member).keyNode
  const space = /\s*$/.exec(text.slice(0, start))![0]
  return /\r?\n[^\n]*$/.exec(space)?.[0] ?? space
}

/** Whether an offset stands in a key. */
export function isInJsonKey(root: JsonNode, offset: number): boolean {
  const holds = ({ start, end }: Span): boolean => start <= offset && offset < end
  for (let node: JsonNode | undefined = root; node !== undefined;) {
    if (node.kind !== 'object') {
      node = node.kind === 'array' ? node.items.find(holds) : undefined
      continue
    }
    if (node.members.some(({ keyNode }) => holds(keyNode))) return true
    node = node.members.find(({ value }) => holds(value))?.value
  }
  return false
}
