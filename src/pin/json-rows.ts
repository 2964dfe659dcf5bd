// A JSON table whose members are named after versions → the member to add for another version, indented and separated as its neighbours are.
import { type JsonMember, type JsonNode, type JsonObject, encodeJsonString } from '../core/json.ts'
import type { Span } from '../core/span.ts'
import { type MadeRow, hasRow, isNewestFirst, nameAt, saysAnyVersion, saysVersion } from './version-row.ts'

/** The row around an offset whose name is the version `old`, to be copied for `tag`; null where there is none. `key` is the name as written. */
export function jsonRow(
  root: JsonNode,
  text: string,
  { file, offset, old, tag }: { readonly file: string; readonly offset: number; readonly old: string; readonly tag: string },
): { readonly key: string; readonly made: MadeRow } | null {
  const found = memberAround(root, offset, old)
  if (found === null) return null
  const { object, member } = found
  const { keyNode, value } = member
  const key = text.slice(keyNode.start, keyNode.end)
  const now = nameAt(member.key, old, tag)
  if (object.members.some((each) => each.key === now)) return { key, made: { ok: false, message: hasRow(now) } }
  const gap = gapOf(object, member, text)
  const place = isNewestFirst(object.members.map((each) => each.key).filter(saysAnyVersion))
    ? { at: keyNode.start, before: '', after: `,${gap}` }
    : { at: value.end, before: `,${gap}`, after: '' }
  const name = { file, start: keyNode.start + 1, end: keyNode.end - 1, text: encodeJsonString(now) }
  return { key, made: { ok: true, row: { file, start: keyNode.start, end: value.end, ...place, name } } }
}

/** Strings of the tree, keys left out, in document order. */
export function jsonStrings(root: JsonNode): (Span & { readonly value: string })[] {
  switch (root.kind) {
    case 'string':
      return [root]
    case 'array':
      return root.items.flatMap(jsonStrings)
    case 'object':
      return root.members.flatMap((member) => jsonStrings(member.value))
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
