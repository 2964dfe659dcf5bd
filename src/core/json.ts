// Text becomes a JSON tree that knows where everything stands, so that a value can be replaced without reprinting the rest.
import { Cursor, Failure, type ReadResult, resultOf } from './cursor.ts'
import type { Span } from './span.ts'

/** A run of a string's characters: either `value` is exactly the text of the span, or it is one escape and maps to the span only as a whole. */
export interface JsonPiece extends Span {
  readonly value: string
}
/** The span includes the quotes; `pieces` cover what is between them without gaps. */
export interface JsonString extends Span {
  readonly kind: 'string'
  readonly value: string
  readonly pieces: readonly JsonPiece[]
}
/** `text` as written: `1` and `1.0` differ to whoever tells integers from floats. */
export interface JsonNumber extends Span {
  readonly kind: 'number'
  readonly value: number
  readonly text: string
}
export interface JsonLiteral extends Span {
  readonly kind: 'literal'
  readonly value: true | false | null
}
export interface JsonArray extends Span {
  readonly kind: 'array'
  readonly items: readonly JsonNode[]
}
export interface JsonMember {
  readonly key: string
  readonly keyNode: JsonString
  readonly value: JsonNode
}
/** Members in order of appearance; a key may occur more than once, and then the last one counts. */
export interface JsonObject extends Span {
  readonly kind: 'object'
  readonly members: readonly JsonMember[]
}
export type JsonNode = JsonObject | JsonArray | JsonString | JsonNumber | JsonLiteral

export type JsonResult = ReadResult<JsonNode>

/** Arrays and objects inside one another, at most; keeps the recursion from exhausting the stack. */
const maximalDepth = 1000

/** Reads RFC 8259 JSON, exactly what `JSON.parse` accepts up to a nesting of 1,000. Never throws; takes time linear in the text. */
export function parseJson(text: string): JsonResult {
  return resultOf(() => new Reader(text).document())
}

/** What stands between the quotes of a JSON string with this value. */
export function encodeJsonString(value: string): string {
  return JSON.stringify(value).slice(1, -1)
}

/** The member that counts for a key: the last one. */
export function jsonMember(object: JsonObject, key: string): JsonMember | undefined {
  return object.members.findLast((member) => member.key === key)
}

/** Words for a path into a document: `pins.cue.systems[1]`, with keys that are no plain words in brackets and quotes; empty for the root. */
export function jsonPath(steps: readonly (string | number)[]): string {
  let path = ''
  for (const step of steps) {
    if (typeof step === 'number') path += `[${step}]`
    else if (!/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(step)) path += `[${JSON.stringify(step)}]`
    else path += path === '' ? step : `.${step}`
  }
  return path
}

/** The path of the innermost value (or of the member whose key) holds the offset. */
export function jsonPathAt(root: JsonNode, offset: number): string {
  const steps: (string | number)[] = []
  let node: JsonNode | undefined = root
  while (node !== undefined) {
    let next: JsonNode | undefined
    if (node.kind === 'object') {
      const member: JsonMember | undefined = node.members.find((each) => each.keyNode.start <= offset && offset < each.value.end)
      if (member !== undefined) steps.push(member.key)
      next = member?.value
    } else if (node.kind === 'array') {
      const index = node.items.findIndex((each) => each.start <= offset && offset < each.end)
      if (index >= 0) steps.push(index)
      next = node.items[index]
    }
    node = next
  }
  return jsonPath(steps)
}

const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const spacePattern = /[ \t\n\r]*/y
// Everything a string may hold unescaped.
const plainPattern = /[^"\\\u0000-\u001f]+/y

class Reader extends Cursor {
  document(): JsonNode {
    if (this.text.startsWith('\ufeff')) throw new Failure(0, 'a byte order mark stands before the JSON text')
    this.space()
    const root = this.value()
    this.space()
    if (this.at < this.text.length) this.fail('the end of the text')
    return root
  }

  value(): JsonNode {
    const start = this.at
    switch (this.text[start]) {
      case '{':
        return this.nested(() => this.object(start))
      case '[':
        return this.nested(() => this.array(start))
      case '"':
        return this.string()
      case 't':
        return this.literal('true', true)
      case 'f':
        return this.literal('false', false)
      case 'n':
        return this.literal('null', null)
      default:
        return this.number()
    }
  }

  number(): JsonNumber {
    const start = this.at
    const text = this.match(numberPattern)
    if (text === '') this.fail('a value')
    return { kind: 'number', start, end: this.at, value: Number(text), text }
  }

  nested<Node>(read: () => Node): Node {
    if (this.depth === maximalDepth) throw new Failure(this.at, `arrays and objects are nested more than ${maximalDepth} deep`)
    this.depth++
    this.at++
    this.space()
    const node = read()
    this.depth--
    return node
  }

  object(start: number): JsonObject {
    const members: JsonMember[] = []
    if (!this.take('}')) {
      do {
        this.space()
        if (this.text[this.at] !== '"') this.fail('a key in double quotes')
        const keyNode = this.string()
        this.space()
        if (!this.take(':')) this.fail('":"')
        this.space()
        members.push({ key: keyNode.value, keyNode, value: this.value() })
        this.space()
      } while (this.take(','))
      if (!this.take('}')) this.fail('"," or "}"')
    }
    return { kind: 'object', start, end: this.at, members }
  }

  array(start: number): JsonArray {
    const items: JsonNode[] = []
    if (!this.take(']')) {
      do {
        this.space()
        items.push(this.value())
        this.space()
      } while (this.take(','))
      if (!this.take(']')) this.fail('"," or "]"')
    }
    return { kind: 'array', start, end: this.at, items }
  }

  string(): JsonString {
    const start = this.at++
    const pieces: JsonPiece[] = []
    for (;;) {
      const from = this.at
      const run = this.match(plainPattern)
      if (run !== '') pieces.push({ start: from, end: this.at, value: run })
      const next = this.text[this.at]
      if (next === '"') break
      if (next === undefined) throw new Failure(start, 'a string is not closed')
      if (next !== '\\') throw new Failure(this.at, `a string holds an unescaped ${JSON.stringify(next)}`)
      pieces.push(this.escape())
    }
    this.at++
    return { kind: 'string', start, end: this.at, value: pieces.map((piece) => piece.value).join(''), pieces }
  }

  escape(): JsonPiece {
    const start = this.at
    const letter = this.text[start + 1] ?? ''
    const plain = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined
    const digits = this.text.slice(start + 2, start + 6)
    if (plain === undefined && !(letter === 'u' && /^[0-9a-fA-F]{4}$/.test(digits))) {
      throw new Failure(start, 'expected an escape such as \\n, \\" or \\u00e9')
    }
    this.at += plain === undefined ? 6 : 2
    return { start, end: this.at, value: plain ?? String.fromCharCode(Number.parseInt(digits, 16)) }
  }

  literal(word: string, value: JsonLiteral['value']): JsonLiteral {
    const start = this.at
    if (!this.text.startsWith(word, start)) this.fail('a value')
    this.at += word.length
    return { kind: 'literal', start, end: this.at, value }
  }

  match(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0] ?? ''
    this.at += found.length
    return found
  }

  space(): void {
    this.match(spacePattern)
  }
}
