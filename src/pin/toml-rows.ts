// A TOML table whose keys are versions → the row to add for another version, laid out as its neighbours are, without their comments.
import type { Span } from '../core/span.ts'
import type { TomlDocument, TomlKey, TomlMember, TomlNode, TomlTable } from '../core/toml.ts'
import type { FileEdit } from './literal-edit.ts'
import { Lines } from './toml-lines.ts'
import { type FoundRow, type RowQuestion, goesBefore, hasRow, nameAt, saysAnyVersion, saysVersion } from './version-row.ts'

type Statement = TomlDocument['statements'][number]

/** A statement with the whole path of what it defines. */
interface Placed {
  readonly statement: Statement
  readonly path: readonly TomlKey[]
}

/** The row around an offset whose key is the version `old`, to be copied for `tag`; null where there is none. */
export function tomlRow(document: TomlDocument, text: string, question: RowQuestion): FoundRow | null {
  const { offset, old } = question
  const placed = placedStatements(document)
  const held = placed.find(({ statement }) => statement.kind === 'pair' && statement.value.start <= offset && offset < statement.value.end)
  if (held?.statement.kind !== 'pair') return null
  const inline = inlineAround(held.statement.value, text, offset, old)
  if (inline !== null) return inlineRow(document, text, inline, question)
  const depth = held.path.findLastIndex((key) => saysVersion(key.name, old))
  return depth < 0 ? null : lineRow(document, text, placed, held.path.slice(0, depth + 1), question)
}

/** A string that is a value, and the names that lead to it. */
interface TomlText extends Span {
  readonly path: readonly string[]
  readonly value: string
}

/** The values of a document that are strings, in document order. */
export function tomlStrings(document: TomlDocument): TomlText[] {
  const strings = (node: TomlNode, path: readonly string[]): TomlText[] => {
    if (node.kind === 'string') return [{ path, start: node.start, end: node.end, value: node.value }]
    if (node.kind === 'array') return node.items.flatMap((item) => strings(item, path))
    return node.kind === 'table' ? node.members.flatMap((member) => strings(member.value, [...path, member.key])) : []
  }
  return placedStatements(document).flatMap(({ statement, path }) =>
    statement.kind === 'pair'
      ? strings(
          statement.value,
          path.map((key) => key.name),
        )
      : [],
  )
}

/** Whether an offset stands in a key, of headers and of inline tables, too. */
export function isInTomlKey({ statements }: TomlDocument, offset: number): boolean {
  const holds = ({ start, end }: Span): boolean => start <= offset && offset < end
  const inside = (node: TomlNode): boolean => {
    if (node.kind === 'array') return node.items.some(inside)
    return node.kind === 'table' && node.members.some((member) => holds(member.keySpan) || inside(member.value))
  }
  return statements.some((each) => holds(each) && (each.path.some(holds) || (each.kind === 'pair' && inside(each.value))))
}

function placedStatements({ statements }: TomlDocument): Placed[] {
  let section: readonly TomlKey[] = []
  return statements.map((statement) => {
    if (statement.kind === 'pair') return { statement, path: [...section, ...statement.path] }
    section = statement.path
    return { statement, path: section }
  })
}

const isUnder = (path: readonly TomlKey[], above: readonly TomlKey[]): boolean =>
  path.length >= above.length && above.every((key, i) => path[i]!.name === key.name)

/** A row of whole lines: headers with what stands under them, or pairs. */
function lineRow(
  document: TomlDocument,
  text: string,
  placed: readonly Placed[],
  path: readonly TomlKey[],
  { file, old, tag }: RowQuestion,
): FoundRow {
  const token = path.at(-1)!
  const depth = path.length - 1
  const beside = placed.filter((each) => each.path.length > depth && isUnder(each.path, path.slice(0, depth)))
  const own = beside.filter((each) => isUnder(each.path, path))
  const { start } = own[0]!.statement
  const { end } = own.at(-1)!.statement
  const key = text.slice(token.start, token.end)
  const names = [...new Set(beside.map((each) => each.path[depth]!.name))]
  const found = { key, table: JSON.stringify(path.slice(0, depth).map((each) => each.name)), names, start, end }
  const refused = (why: string): FoundRow => ({
    ...found,
    made: { ok: false, message: `the row ${key} of its table ${why}; add a row by hand` },
  })
  const now = nameAt(token.name, old, tag)
  if (names.includes(now)) return { ...found, made: { ok: false, message: hasRow(now) } }
  if (placed.some(({ statement, path: other }) => isArrayAbove(statement, other, path))) return refused('is in an array of tables')
  const first = placed.indexOf(own[0]!)
  const last = placed.indexOf(own.at(-1)!)
  const isPairs = own.every(({ statement }) => statement.kind === 'pair')
  if (last - first + 1 !== own.length || !(isPairs || own[0]!.statement.kind === 'header')) return refused('stands in several places')
  const tokens = [...new Map(own.map((each) => [each.path[depth]!.start, each.path[depth]!])).values()]
  const edits = tokens.flatMap((each) => renamed(file, text, each, now) ?? [])
  if (edits.length < tokens.length) return refused(doesNotFit(now))
  const lines = new Lines(text)
  const rows = beside.filter((each) => saysAnyVersion(each.path[depth]!.name))
  const below = placed[last + 1]
  const above = placed[first - 1]
  const blank =
    below !== undefined && rows.includes(below)
      ? lines.blankBetween(end, below.statement.start)
      : above !== undefined && (!isPairs || rows.includes(above))
        ? lines.blankBetween(above.statement.end, start)
        : isPairs
          ? 0
          : 1
  const between = lines.endOfLine(end).repeat(blank + 1)
  const indent = text.slice(lines.startOf(start), start)
  const row = { file, start, end, edits: [...edits, ...withoutComments(document, lines, file, { start, end })] }
  if (!goesBefore(names, old, tag))
    return { ...found, made: { ok: true, row: { ...row, at: lines.after(end), before: between + indent, after: '' } } }
  const comments = lines.commentsAbove(start)
  const others = firstOfRows(rows, depth).filter((each) => each !== own[0])
  if (comments !== null && !others.some(({ statement }) => lines.commentsAbove(statement.start) !== null))
    return refused('has a comment above it that may be meant for the whole table, without a blank line between them')
  return { ...found, made: { ok: true, row: { ...row, at: comments ?? lines.startOf(start), before: indent, after: between } } }
}

const doesNotFit = (name: string): string => `is named in a way that does not fit ${name}`

const isArrayAbove = (statement: Statement, path: readonly TomlKey[], row: readonly TomlKey[]): boolean =>
  statement.kind === 'header' && statement.isArray && path.length < row.length && isUnder(row, path)

function firstOfRows(placed: readonly Placed[], depth: number): Placed[] {
  return placed.filter((each, i) => placed.findIndex((other) => other.path[depth]!.name === each.path[depth]!.name) === i)
}

/** The edit that renames a key in the way it is written; null where the name needs to be written otherwise. */
function renamed(file: string, text: string, { start, end }: Span, name: string): FileEdit | null {
  const quote = /["']/.test(text[start]!) ? 1 : 0
  const fits = quote === 1 ? /^[^'"\\\p{Cc}]*$/u : /^[A-Za-z0-9_-]+$/
  return fits.test(name) ? { file, start: start + quote, end: end - quote, text: name } : null
}

/** The innermost member of an inline table around an offset whose key is the version. */
function inlineAround(
  value: TomlNode,
  text: string,
  offset: number,
  old: string,
): { readonly table: TomlTable; readonly member: TomlMember } | null {
  const holds = (node: TomlNode): boolean =>
    node.kind === 'table' && isDotted(node, text)
      ? node.members.some((member) => holds(member.value))
      : node.start <= offset && offset < node.end
  let found: { readonly table: TomlTable; readonly member: TomlMember } | null = null
  for (let node: TomlNode | undefined = value; node !== undefined;) {
    if (node.kind === 'table') {
      const table: TomlTable = node
      const member: TomlMember | undefined = table.members.find((each) => holds(each.value))
      if (member !== undefined && saysVersion(member.key, old)) found = { table, member }
      node = member?.value
    } else node = node.kind === 'array' ? node.items.find(holds) : undefined
  }
  return found
}

/** A table inside an inline one that has no braces of its own. */
const isDotted = (node: TomlNode, text: string): boolean => node.kind === 'table' && text[node.start] !== '{'

function inlineRow(
  document: TomlDocument,
  text: string,
  { table, member }: { readonly table: TomlTable; readonly member: TomlMember },
  { file, old, tag }: RowQuestion,
): FoundRow {
  const { start } = member.keySpan
  const { end } = member.value
  const key = text.slice(start, member.keySpan.end)
  const names = table.members.map((each) => each.key)
  const found = { key, table: `${table.start}`, names, start, end }
  const refused = (message: string): FoundRow => ({ ...found, made: { ok: false, message } })
  const now = nameAt(member.key, old, tag)
  if (names.includes(now)) return refused(hasRow(now))
  if (isDotted(table, text) || isDotted(member.value, text))
    return refused(`the row ${key} of its table is written in dotted keys inside of an inline table; add a row by hand`)
  const name = renamed(file, text, member.keySpan, now)
  if (name === null) return refused(`the row ${key} of its table ${doesNotFit(now)}; add a row by hand`)
  const gap = /\s*$/.exec(text.slice(table.start + 1, (table.members[1] ?? member).keySpan.start))![0]
  const place = goesBefore(names, old, tag) ? { at: start, before: '', after: `,${gap}` } : { at: end, before: `,${gap}`, after: '' }
  const edits = [name, ...withoutComments(document, new Lines(text), file, { start, end })]
  return { ...found, made: { ok: true, row: { file, start, end, ...place, edits } } }
}

/** Edits that take the comments out of a stretch. */
function withoutComments({ comments }: TomlDocument, lines: Lines, file: string, { start, end }: Span): FileEdit[] {
  return comments
    .filter((comment) => comment.start >= start && comment.end <= end)
    .map((comment) => ({ file, ...lines.withSpace(comment), text: '' }))
}
