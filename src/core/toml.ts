// Text becomes a TOML tree that knows where every value stands.
import { Cursor, Failure, type ReadResult, resultOf } from './cursor.ts'
import type { Span } from './span.ts'
import { lineEnd, matchAt, stringAt, wordAt } from './toml-scalar.ts'
import type { TomlScalar } from './toml-scalar.ts'

/** `keySpan` is the key's own, quotes included, where it first occurs. */
export interface TomlMember {
  readonly key: string
  readonly keySpan: Span
  readonly value: TomlNode
}
/** The span is an inline table's braces; of any other table, the header or key that first names it. */
export interface TomlTable extends Span {
  readonly kind: 'table'
  readonly members: readonly TomlMember[]
}
/** The span is the brackets; of an array of tables, its first header. */
export interface TomlArray extends Span {
  readonly kind: 'array'
  readonly items: readonly TomlNode[]
}
export type TomlNode = TomlTable | TomlArray | TomlScalar

/** One part of a header's or a pair's key; the span is its own, quotes included. */
export interface TomlKey extends Span {
  readonly name: string
}
/** A header with its brackets; `isArray` where they are double. */
export interface TomlHeader extends Span {
  readonly kind: 'header'
  readonly isArray: boolean
  readonly path: readonly TomlKey[]
}
/** A key and its value, outside of inline tables. */
export interface TomlPair extends Span {
  readonly kind: 'pair'
  readonly path: readonly TomlKey[]
  readonly value: TomlNode
}
/** What the text says, and how it is laid out: statements in order, and comments from their `#` to the end of the line. */
export interface TomlDocument {
  readonly root: TomlTable
  readonly statements: readonly (TomlHeader | TomlPair)[]
  readonly comments: readonly Span[]
}

export type TomlResult = ReadResult<TomlTable>

/** Reads TOML 1.0, whatever is nested (arrays, tables, the parts of keys) up to 1,000 deep. Never throws. */
export function parseToml(text: string): TomlResult {
  return resultOf(() => new Reader(text).document().root)
}

/** Reads the same, with its layout. Never throws. */
export function parseTomlDocument(text: string): ReadResult<TomlDocument> {
  return resultOf(() => new Reader(text).document())
}

const maximalDepth = 1000

/**
 * How a table came to be decides what may still be added: `implied` by a longer header it may get its own header or be filled by dotted keys; `named` by one it may
 * get neither again; `dotted` keys may add to what dotted keys made; `closed` ones, inline, take nothing.
 */
interface OpenTable extends Span {
  readonly kind: 'open-table'
  origin: 'implied' | 'named' | 'dotted' | 'closed'
  readonly members: Map<string, { readonly keySpan: Span; readonly value: Open }>
}
interface OpenArray extends Span {
  readonly kind: 'open-array'
  readonly tables: OpenTable[]
}
type Open = OpenTable | OpenArray | TomlNode

function spanOf({ start, end }: Span): Span {
  return { start, end }
}

function openTable(span: Span, origin: OpenTable['origin']): OpenTable {
  return { kind: 'open-table', start: span.start, end: span.end, origin, members: new Map() }
}

function finished(open: Open): TomlNode {
  if (open.kind === 'open-table') return table(open)
  if (open.kind === 'open-array') return { kind: 'array', start: open.start, end: open.end, items: open.tables.map(table) }
  return open
}

function table(open: OpenTable): TomlTable {
  const members = [...open.members].map(([key, { keySpan, value }]): TomlMember => ({ key, keySpan, value: finished(value) }))
  return { kind: 'table', start: open.start, end: open.end, members }
}

class Reader extends Cursor {
  readonly statements: (TomlHeader | TomlPair)[] = []
  readonly comments: Span[] = []

  document(): TomlDocument {
    if (this.text.startsWith('\ufeff')) throw new Failure(0, 'a byte order mark stands before the TOML text')
    const root = openTable({ start: 0, end: this.text.length }, 'named')
    let current = root
    for (this.blank(); this.at < this.text.length; this.blank()) {
      if (this.text[this.at] === '[') current = this.header(root)
      else {
        const start = this.at
        const { path, value } = this.pair(current)
        this.statements.push({ kind: 'pair', start, end: this.at, path, value: finished(value) })
      }
      this.space()
      this.comment()
      if (this.at < this.text.length && !this.newline()) this.fail('the end of the line')
    }
    return { root: table(root), statements: this.statements, comments: this.comments }
  }

  header(root: OpenTable): OpenTable {
    const start = this.at
    const many = this.text.startsWith('[[', start)
    this.at += many ? 2 : 1
    this.depth = 0
    const path = this.key()
    this.depth = path.length
    if (!this.text.startsWith(many ? ']]' : ']', this.at)) this.fail(many ? '"]]"' : '"]"')
    this.at += many ? 2 : 1
    const span = { start, end: this.at }
    this.statements.push({ kind: 'header', ...span, isArray: many, path })
    const last = path.at(-1)
    if (last === undefined) throw new Failure(start, 'a header names no table')
    let parent = root
    for (const key of path.slice(0, -1)) parent = this.step(parent, key, 'implied', span)
    return many ? this.append(parent, last, span) : this.define(parent, last, span)
  }

  define(parent: OpenTable, key: TomlKey, span: Span): OpenTable {
    const there = parent.members.get(key.name)?.value
    if (there === undefined) {
      const made = openTable(span, 'named')
      parent.members.set(key.name, { keySpan: spanOf(key), value: made })
      return made
    }
    if (there.kind !== 'open-table' || there.origin !== 'implied') throw twice(key)
    there.origin = 'named'
    return there
  }

  append(parent: OpenTable, key: TomlKey, span: Span): OpenTable {
    const there = parent.members.get(key.name)?.value
    if (there !== undefined && there.kind !== 'open-array') throw twice(key)
    const made = openTable(span, 'named')
    if (there === undefined) parent.members.set(key.name, { keySpan: spanOf(key), value: { kind: 'open-array', ...span, tables: [made] } })
    else there.tables.push(made)
    return made
  }

  /** Into the table of a key, which is made where it is not there. */
  step(parent: OpenTable, key: TomlKey, origin: 'implied' | 'dotted', span: Span): OpenTable {
    const there = parent.members.get(key.name)?.value
    if (there === undefined) {
      const made = openTable(span, origin)
      parent.members.set(key.name, { keySpan: spanOf(key), value: made })
      return made
    }
    if (
      there.kind === 'open-table' &&
      (origin === 'implied' ? there.origin !== 'closed' : there.origin === 'implied' || there.origin === 'dotted')
    ) {
      if (origin === 'dotted') there.origin = 'dotted'
      return there
    }
    const last = there.kind === 'open-array' && origin === 'implied' ? there.tables.at(-1) : undefined
    if (last === undefined) throw twice(key)
    return last
  }

  pair(into: OpenTable): { readonly path: readonly TomlKey[]; readonly value: Open } {
    const path = this.key()
    if (this.text[this.at] !== '=') this.fail('"="')
    this.at++
    this.space()
    this.depth += path.length
    const value = this.value()
    this.depth -= path.length
    let parent = into
    for (const key of path.slice(0, -1)) parent = this.step(parent, key, 'dotted', key)
    const last = path.at(-1)
    if (last === undefined || parent.members.has(last.name)) throw twice(last ?? { start: value.start, end: value.end, name: '' })
    parent.members.set(last.name, { keySpan: spanOf(last), value })
    return { path, value }
  }

  /** One or more names with dots between them, and the white space around. */
  key(): readonly TomlKey[] {
    const path: TomlKey[] = []
    do {
      this.space()
      const start = this.at
      const quoted = this.text.startsWith('"""', start) || this.text.startsWith("'''", start) ? null : stringAt(this.text, start)
      const name = quoted?.value ?? matchAt(/[A-Za-z0-9_-]+/y, this.text, start)
      if (quoted === null && name === '') this.fail('a key')
      this.at = quoted?.end ?? start + name.length
      path.push({ start, end: this.at, name })
      if (this.depth + path.length > maximalDepth) throw tooDeep(start)
      this.space()
    } while (this.take('.'))
    return path
  }

  value(): Open {
    const start = this.at
    const opener = this.text[start]
    if (opener !== '[' && opener !== '{') {
      const scalar = stringAt(this.text, start) ?? wordAt(this.text, start)
      if (scalar === null) this.fail('a value')
      this.at = scalar.end
      return scalar
    }
    if (this.depth >= maximalDepth) throw tooDeep(start)
    this.depth++
    this.at++
    const value = opener === '[' ? this.array(start) : this.inline(start)
    this.depth--
    return value
  }

  array(start: number): TomlArray {
    const items: TomlNode[] = []
    for (this.blank(); !this.take(']'); this.blank()) {
      items.push(finished(this.value()))
      this.blank()
      if (!this.take(',') && this.text[this.at] !== ']') this.fail('"," or "]"')
    }
    return { kind: 'array', start, end: this.at, items }
  }

  inline(start: number): OpenTable {
    const made = openTable({ start, end: start }, 'named')
    this.space()
    if (!this.take('}')) {
      do {
        this.pair(made)
        this.space()
      } while (this.take(','))
      if (!this.take('}')) this.fail('"," or "}"')
    }
    return { ...made, end: this.at, origin: 'closed' }
  }

  space(): void {
    this.at += matchAt(/[ \t]*/y, this.text, this.at).length
  }

  newline(): boolean {
    const length = lineEnd(this.text, this.at)
    this.at += length
    return length > 0
  }

  comment(): void {
    const found = matchAt(/#[^\u0000-\u0008\u000a-\u001f\u007f]*/y, this.text, this.at)
    if (found !== '') this.comments.push({ start: this.at, end: this.at + found.length })
    this.at += found.length
    if (found !== '' && this.at < this.text.length && lineEnd(this.text, this.at) === 0) this.fail('the end of the line')
  }

  /** White space, line ends and comments. */
  blank(): void {
    do {
      this.space()
      this.comment()
    } while (this.newline())
  }
}

function tooDeep(offset: number): Failure {
  return new Failure(offset, `arrays and tables are nested more than ${maximalDepth} deep`)
}

function twice(key: TomlKey): Failure {
  return new Failure(key.start, `the key ${JSON.stringify(key.name)} is defined twice`)
}
