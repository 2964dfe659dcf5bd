// Nix text to a tree of spans: every text gives a tree, and what is wrong with it as a list.
import type { Span } from '../core/span.ts'
import { Scanner, T, TOKEN_NAMES, identifierEnd, isClosedComment, triviaEnd } from './lex.ts'
import { indentedInside, isWholePath, pathInside, quotedInside } from './parse-string.ts'
import type { Inside, ReadInterpolation } from './parse-string.ts'
import type {
  AttributeName,
  AttributeSet,
  BinaryOperator,
  BindingOrInherit,
  Document,
  Expression,
  Formal,
  Identifier,
  Interpolation,
  Lambda,
  Part,
  StringLiteral,
  SyntaxProblem,
} from './syntax.ts'

/**
 * How deeply expressions may nest: an expression in another counts one, brackets around it one more. What lies deeper is unreadable.
 * Half of Node's default stack is enough for it, whatever nests. Chains of operators and of arguments do not count.
 */
export const DEPTH_LIMIT = 800

const KINDS = TOKEN_NAMES.length

function flags(...kinds: number[]): Uint8Array {
  const table = new Uint8Array(KINDS)
  for (const kind of kinds) table[kind] = 1
  return table
}

/** Tokens that begin an operand or an argument. */
const BEGINS_SIMPLE = flags(
  T.identifier,
  T.integer,
  T.float,
  T.quote,
  T.indentedOpen,
  T.path,
  T.searchPath,
  T.uri,
  T.parenOpen,
  T.braceOpen,
  T.bracketOpen,
  T.rec,
)
/** Tokens that begin what needs parentheses as an operand. */
const BEGINS_WIDE = flags(T.if, T.let, T.with, T.assert)
const BEGINS_ATTRIBUTE = flags(T.identifier, T.or, T.quote, T.interpolationOpen)

/** Binding powers, from Nix's grammar; those of the prefixes are below. */
const POWER = new Uint8Array(KINDS)
POWER[T.pipeInto] = POWER[T.pipeFrom] = 1
POWER[T.implies] = 2
POWER[T.orElse] = 3
POWER[T.and] = 4
POWER[T.equal] = POWER[T.notEqual] = 5
POWER[T.less] = POWER[T.lessEqual] = POWER[T.greater] = POWER[T.greaterEqual] = 6
POWER[T.update] = 7
POWER[T.plus] = POWER[T.minus] = 9
POWER[T.times] = POWER[T.divide] = 10
POWER[T.concat] = 11
POWER[T.question] = 12
const NOT_POWER = 8
const NEGATE_POWER = 13
const IS_RIGHT = flags(T.pipeFrom, T.implies, T.update, T.concat)
const IS_COMPARISON = flags(T.equal, T.notEqual, T.less, T.lessEqual, T.greater, T.greaterEqual)

const OPERATORS: readonly (BinaryOperator | null)[] = TOKEN_NAMES.map((name, kind) =>
  (POWER[kind] as number) > 0 && kind !== T.question ? (name.slice(1, -1) as BinaryOperator) : null,
)

/** An operator that waits for its right side. A prefix has a `start`, the others -1. */
interface Pending {
  readonly kind: number
  readonly power: number
  readonly start: number
}

/**
 * Parses any text, never throws. Takes time in proportion to the text. The language is that of Nix 2.8 and later: pipes are accepted.
 * Names are not resolved, and an attribute or a formal may be defined twice.
 */
export function parse(text: string): Document {
  return new Parser(text).document()
}

class Parser {
  private readonly text: string
  private readonly scanner: Scanner
  private readonly problems: SyntaxProblem[] = []
  private readonly interpolation: ReadInterpolation = (start) => this.interpolationAt(start)
  private depth = 0
  private lastProblem = -1
  /** How many constructs wait for a token of each kind: what is skipped after a mistake ends where one of them can go on. */
  private awaited: number[] = new Array<number>(KINDS).fill(0)

  constructor(text: string) {
    this.text = text
    this.scanner = new Scanner(text)
  }

  document(): Document {
    const { scanner, text, problems } = this
    scanner.advance()
    let root = this.expression()
    if (scanner.kind !== T.end) {
      this.expected('end of file')
      root = this.skip(root)
    }
    for (const comment of scanner.comments) {
      if (!isClosedComment(text, comment)) problems.push({ ...comment, message: "comment without its '*/'" })
    }
    problems.sort((left, right) => left.start - right.start)
    return { text, root, problems, comments: scanner.comments }
  }

  // Mistakes

  private problem(start: number, end: number, message: string): void {
    // Only the first complaint about a place helps.
    if (start <= this.lastProblem) return
    this.lastProblem = start
    this.problems.push({ start, end, message })
  }

  private expected(what: string): void {
    const { kind, start, end } = this.scanner
    const found = kind === T.invalid ? `invalid character ${JSON.stringify(this.text.slice(start, end))}` : (TOKEN_NAMES[kind] as string)
    this.problem(start, end, `expected ${what}, found ${found}`)
  }

  private emptyHere(): Expression {
    const at = this.scanner.previousEnd
    return { kind: 'unreadable', start: at, end: at, parts: [] }
  }

  private isAwaited(): boolean {
    const kind = this.scanner.kind
    return kind === T.end || (this.awaited[kind] as number) > 0
  }

  /** Whether the next binding begins here, in spite of a missing `;`. */
  private isNextBinding(): boolean {
    const scanner = this.scanner
    if (scanner.kind !== T.identifier || (this.awaited[T.semicolon] as number) === 0) return false
    const text = this.text
    let after = triviaEnd(text, scanner.end)
    while (text.charCodeAt(after) === 46) {
      const name = triviaEnd(text, after + 1)
      const end = identifierEnd(text, name)
      if (end === name) return false
      after = triviaEnd(text, end)
    }
    return text.charCodeAt(after) === 61 && text.charCodeAt(after + 1) !== 61
  }

  /** Skips to where something open can go on; reads what can be read on the way. */
  private skip(first: Expression): Expression {
    const scanner = this.scanner
    const parts: Expression[] = [first]
    while (!this.isAwaited() && !this.isNextBinding()) {
      if (BEGINS_SIMPLE[scanner.kind] || BEGINS_WIDE[scanner.kind]) parts.push(this.expression())
      else scanner.advance()
    }
    const end = Math.max(first.end, scanner.previousEnd)
    if (end === first.end && parts.length === 1) return first
    if (first.kind === 'unreadable' && first.start === first.end) parts.shift()
    return { kind: 'unreadable', start: first.start, end, parts }
  }

  /** After `value`, `closer` must stand; the value with what had to be skipped until then. The closer is left to the caller. */
  private until(closer: number, value: Expression): Expression {
    if (this.scanner.kind === closer) return value
    this.expected(TOKEN_NAMES[closer] as string)
    return this.skip(value)
  }

  /** Takes a token if it stands here; after `until`, its absence was reported. */
  private take(kind: number): boolean {
    if (this.scanner.kind !== kind) return false
    this.scanner.advance()
    return true
  }

  /** An expression and the token behind it, which other mistakes inside do not skip. */
  private expressionBefore(closer: number): Expression {
    const awaited = this.awaited
    awaited[closer] = (awaited[closer] as number) + 1
    const value = this.until(closer, this.expression())
    awaited[closer] = (awaited[closer] as number) - 1
    this.take(closer)
    return value
  }

  private tooDeep(): Expression {
    const scanner = this.scanner
    this.problem(scanner.start, scanner.end, `more than ${DEPTH_LIMIT} levels of nesting`)
    const start = scanner.start
    scanner.skipBalanced()
    return { kind: 'unreadable', start: Math.min(start, scanner.previousEnd), end: scanner.previousEnd, parts: [] }
  }

  // Expressions

  private expression(): Expression {
    if (this.depth >= DEPTH_LIMIT) return this.tooDeep()
    this.depth++
    const result = this.wide()
    this.depth--
    return result
  }

  private wide(): Expression {
    const scanner = this.scanner
    switch (scanner.kind) {
      case T.identifier: {
        const code = this.text.charCodeAt(triviaEnd(this.text, scanner.end))
        return code === 58 || code === 64 ? this.lambda() : this.operators()
      }
      case T.braceOpen:
        return this.beginsFormals(scanner.end) ? this.lambda() : this.operators()
      case T.let:
        return this.isAncientLet() ? this.operators() : this.letIn()
      case T.if:
        return this.conditional()
      case T.with: {
        const start = scanner.start
        scanner.advance()
        const scope = this.expressionBefore(T.semicolon)
        const body = this.expression()
        return { kind: 'with', start, end: body.end, scope, body }
      }
      case T.assert: {
        const start = scanner.start
        scanner.advance()
        const condition = this.expressionBefore(T.semicolon)
        const body = this.expression()
        return { kind: 'assert', start, end: body.end, condition, body }
      }
      default:
        return this.operators()
    }
  }

  private conditional(): Expression {
    const start = this.scanner.start
    this.scanner.advance()
    this.awaited[T.else] = (this.awaited[T.else] as number) + 1
    const condition = this.expressionBefore(T.then)
    this.awaited[T.else] = (this.awaited[T.else] as number) - 1
    const consequence = this.expressionBefore(T.else)
    const alternative = this.expression()
    return { kind: 'if', start, end: alternative.end, condition, then: consequence, else: alternative }
  }

  private isAncientLet(): boolean {
    return this.text.charCodeAt(triviaEnd(this.text, this.scanner.end)) === 123
  }

  private letIn(): Expression {
    const scanner = this.scanner
    const start = scanner.start
    scanner.advance()
    const bindings = this.bindings(T.in)
    for (const binding of bindings) {
      const name = binding.kind === 'binding' ? binding.path[0] : undefined
      if (name !== undefined && !isStaticName(name)) this.problems.push(span(name, 'a dynamic attribute is not allowed in let'))
    }
    if (!this.take(T.in)) this.expected("'in'")
    const body = this.expression()
    return { kind: 'let', start, end: body.end, bindings, body }
  }

  // Functions

  /** Whether the brace before `offset` begins a pattern, not a set. */
  private beginsFormals(offset: number): boolean {
    const text = this.text
    const first = triviaEnd(text, offset)
    const code = text.charCodeAt(first)
    if (code === 46) return text.startsWith('...', first)
    if (code === 125) return this.isColonOrAt(first + 1)
    const end = identifierEnd(text, first)
    if (end === first) return false
    const after = text.charCodeAt(triviaEnd(text, end))
    return after === 44 || after === 63 || (after === 125 && text.slice(first, end) !== 'inherit')
  }

  private isColonOrAt(offset: number): boolean {
    const code = this.text.charCodeAt(triviaEnd(this.text, offset))
    return code === 58 || code === 64
  }

  private lambda(): Lambda {
    const scanner = this.scanner
    const start = scanner.start
    let parameter: Identifier | null = null
    let formals: Formal[] | null = null
    let open = false
    if (scanner.kind === T.identifier) {
      parameter = this.identifier()
      if (this.take(T.at)) {
        if (scanner.kind === T.braceOpen) {
          formals = []
          open = this.formals(formals)
        } else this.expected("'{'")
      }
    } else {
      formals = []
      open = this.formals(formals)
      if (this.take(T.at)) {
        if (scanner.kind === T.identifier) parameter = this.identifier()
        else this.expected('identifier')
      }
    }
    if (!this.take(T.colon)) this.expected("':'")
    const body = this.expression()
    return { kind: 'lambda', start, end: body.end, parameter, formals, open, body }
  }

  /** Reads `{ … }` of a pattern; whether it has `...`. */
  private formals(into: Formal[]): boolean {
    const scanner = this.scanner
    const awaited = this.awaited
    this.depth++
    awaited[T.comma] = (awaited[T.comma] as number) + 1
    awaited[T.braceClose] = (awaited[T.braceClose] as number) + 1
    scanner.advance()
    let open = false
    while (scanner.kind !== T.braceClose) {
      if (scanner.kind === T.ellipsis) {
        open = true
        scanner.advance()
        if (scanner.kind !== T.braceClose) {
          this.expected("'}'")
          this.skip(this.emptyHere())
          if (this.take(T.comma)) continue
        }
        break
      }
      if (scanner.kind === T.identifier) into.push(this.formal())
      else {
        this.expected("identifier or '...'")
        this.skip(this.emptyHere())
      }
      if (scanner.kind === T.comma) scanner.advance()
      else {
        if (scanner.kind !== T.braceClose) {
          this.expected("',' or '}'")
          this.skip(this.emptyHere())
          if (this.take(T.comma)) continue
        }
        break
      }
    }
    this.depth--
    awaited[T.comma] = (awaited[T.comma] as number) - 1
    awaited[T.braceClose] = (awaited[T.braceClose] as number) - 1
    if (!this.take(T.braceClose)) this.expected("'}'")
    return open
  }

  private formal(): Formal {
    const { start, end } = this.scanner
    const name = this.text.slice(start, end)
    this.scanner.advance()
    if (!this.take(T.question)) return { start, end, name, fallback: null }
    const fallback = this.expression()
    return { start, end: fallback.end, name, fallback }
  }

  // Operators

  private operators(): Expression {
    const kind = this.scanner.kind
    if (kind === T.minus || kind === T.not) return this.operatorsFrom(null)
    const first = this.operand()
    return POWER[this.scanner.kind] ? this.operatorsFrom(first) : first
  }

  /** Operator precedence with explicit stacks, so that long chains of any associativity need no recursion. */
  private operatorsFrom(first: Expression | null): Expression {
    const scanner = this.scanner
    const operands: Expression[] = []
    const pending: Pending[] = []
    const depth = this.depth
    let next = first
    for (;;) {
      if (next === null) {
        while ((scanner.kind === T.minus || scanner.kind === T.not) && this.depth < DEPTH_LIMIT) {
          this.depth++
          pending.push({ kind: scanner.kind, power: scanner.kind === T.minus ? NEGATE_POWER : NOT_POWER, start: scanner.start })
          scanner.advance()
        }
        next = this.depth >= DEPTH_LIMIT ? this.tooDeep() : this.operand()
      }
      operands.push(next)
      const kind = scanner.kind
      const power = POWER[kind] as number
      this.reduce(operands, pending, power, IS_RIGHT[kind] === 1)
      if (power === 0) break
      if (kind === T.question) {
        next = this.hasAttribute(operands.pop() as Expression)
        continue
      }
      const before = pending[pending.length - 1]
      if (before !== undefined && before.power === power && before.kind !== kind && power === 1) {
        this.problem(scanner.start, scanner.end, "'|>' and '<|' need parentheses between them")
      }
      pending.push({ kind, power, start: -1 })
      scanner.advance()
      this.depth = depth
      next = null
    }
    this.depth = depth
    return operands[0] as Expression
  }

  /** Builds all that binds tighter than the operator that comes, or as tight where it is not right associative. */
  private reduce(operands: Expression[], pending: Pending[], power: number, isRight: boolean): void {
    for (;;) {
      const top = pending[pending.length - 1]
      if (top === undefined || top.power < power || (top.power === power && isRight)) return
      pending.pop()
      const right = operands.pop() as Expression
      if (top.start >= 0) {
        operands.push({ kind: 'unary', start: top.start, end: right.end, operator: top.kind === T.minus ? '-' : '!', operand: right })
        continue
      }
      if (top.power === power && IS_COMPARISON[top.kind]) {
        this.problem(this.scanner.start, this.scanner.end, `comparisons do not chain: ${TOKEN_NAMES[top.kind] as string} needs parentheses`)
      }
      const left = operands.pop() as Expression
      const operator = OPERATORS[top.kind] as BinaryOperator
      operands.push({ kind: 'binary', start: left.start, end: right.end, operator, left, right })
    }
  }

  private hasAttribute(subject: Expression): Expression {
    this.scanner.advance()
    const path = this.attributePath()
    const end = this.scanner.previousEnd
    if (path.length === 0) return { kind: 'unreadable', start: subject.start, end, parts: [subject] }
    return { kind: 'has-attribute', start: subject.start, end, subject, path }
  }

  private beginsArgument(): boolean {
    const kind = this.scanner.kind
    return BEGINS_SIMPLE[kind] === 1 || (kind === T.let && this.isAncientLet())
  }

  /** A function with its arguments, or what stands alone. */
  private operand(): Expression {
    const scanner = this.scanner
    if (BEGINS_WIDE[scanner.kind] && !this.beginsArgument()) {
      this.problem(scanner.start, scanner.end, `${TOKEN_NAMES[scanner.kind] as string} needs parentheses around it here`)
      return this.expression()
    }
    let left = this.select()
    while (this.beginsArgument()) {
      const argument = this.select()
      if (scanner.kind === T.assign && isPlainPath(argument)) {
        // It is the name of the next binding, and a `;` is missing before it.
        scanner.moveTo(left.end)
        break
      }
      left = { kind: 'apply', start: left.start, end: argument.end, function: left, argument }
    }
    return left
  }

  /** `select` where it is reached again from itself. */
  private nestedSelect(): Expression {
    if (this.depth >= DEPTH_LIMIT) return this.tooDeep()
    this.depth++
    const result = this.select()
    this.depth--
    return result
  }

  private select(): Expression {
    const scanner = this.scanner
    const subject = this.simple()
    if (scanner.kind === T.or) {
      const argument = this.identifier()
      return { kind: 'apply', start: subject.start, end: argument.end, function: subject, argument }
    }
    if (scanner.kind !== T.dot) return subject
    scanner.advance()
    const path = this.attributePath()
    const start = subject.start
    if (path.length === 0) return { kind: 'unreadable', start, end: scanner.previousEnd, parts: [subject] }
    if (!this.take(T.or)) return { kind: 'select', start, end: (path[path.length - 1] as AttributeName).end, subject, path, fallback: null }
    const fallback = this.nestedSelect()
    return { kind: 'select', start, end: fallback.end, subject, path, fallback }
  }

  private simple(): Expression {
    const scanner = this.scanner
    const { start, end } = scanner
    switch (scanner.kind) {
      case T.identifier:
        return this.identifier()
      case T.quote:
      case T.indentedOpen:
        return this.string()
      case T.parenOpen: {
        this.depth++
        scanner.advance()
        const expression = this.expressionBefore(T.parenClose)
        this.depth--
        return { kind: 'parenthesized', start, end: scanner.previousEnd, expression }
      }
      case T.bracketOpen:
        return this.list()
      case T.braceOpen:
        return this.attributes(start, false)
      case T.rec:
        scanner.advance()
        if (scanner.kind === T.braceOpen) return this.attributes(start, true)
        this.expected("'{'")
        return { kind: 'unreadable', start, end, parts: [] }
      case T.let: {
        scanner.advance()
        const { bindings } = this.attributes(scanner.start, true)
        return { kind: 'let', start, end: scanner.previousEnd, bindings, body: null }
      }
      case T.integer:
        return this.integer()
      case T.float:
        return this.float()
      case T.path:
        return this.path()
      case T.searchPath:
        scanner.advance()
        return { kind: 'search-path', start, end, name: this.text.slice(start + 1, end - 1) }
      case T.uri: {
        const part: Part = { kind: 'text', start, end, value: this.text.slice(start, end) }
        scanner.advance()
        return { kind: 'string', start, end, form: 'uri', parts: [part] }
      }
      default:
        this.expected('an expression')
        return this.emptyHere()
    }
  }

  private identifier(): Identifier {
    const { start, end } = this.scanner
    this.scanner.advance()
    return { kind: 'identifier', start, end, name: this.text.slice(start, end) }
  }

  private integer(): Expression {
    const { start, end } = this.scanner
    const value = BigInt(this.text.slice(start, end))
    if (value > 0x7fff_ffff_ffff_ffffn) this.problem(start, end, 'integer does not fit into 64 bits')
    this.scanner.advance()
    return { kind: 'integer', start, end, value }
  }

  private float(): Expression {
    const { start, end } = this.scanner
    const digits = this.text.slice(start, end)
    const value = Number(digits)
    const isTiny = value < 2.2250738585072014e-308 && /^[^eE]*[1-9]/.test(digits)
    if (value === Infinity || isTiny) this.problem(start, end, 'float is out of range')
    this.scanner.advance()
    return { kind: 'float', start, end, value }
  }

  private list(): Expression {
    const scanner = this.scanner
    const start = scanner.start
    const awaited = this.awaited
    awaited[T.bracketClose] = (awaited[T.bracketClose] as number) + 1
    scanner.advance()
    const items: Expression[] = []
    while (scanner.kind !== T.bracketClose) {
      if (this.beginsArgument()) {
        const item = this.nestedSelect()
        if (scanner.kind === T.assign && (awaited[T.semicolon] as number) > 0 && isPlainPath(item)) {
          scanner.moveTo(items.length > 0 ? (items[items.length - 1] as Expression).end : start + 1)
          break
        }
        items.push(item)
      } else if (this.isAwaited()) break
      else if (BEGINS_WIDE[scanner.kind]) {
        this.problem(scanner.start, scanner.end, `${TOKEN_NAMES[scanner.kind] as string} needs parentheses around it here`)
        items.push(this.expression())
      } else {
        this.expected("an expression or ']'")
        items.push({ kind: 'unreadable', start: scanner.start, end: scanner.end, parts: [] })
        scanner.advance()
      }
    }
    awaited[T.bracketClose] = (awaited[T.bracketClose] as number) - 1
    if (!this.take(T.bracketClose)) this.expected("']'")
    return { kind: 'list', start, end: scanner.previousEnd, items }
  }

  // Sets

  private attributes(start: number, recursive: boolean): AttributeSet {
    const scanner = this.scanner
    scanner.advance()
    const bindings = this.bindings(T.braceClose)
    if (!this.take(T.braceClose)) this.expected("'}'")
    return { kind: 'attributes', start, end: scanner.previousEnd, recursive, bindings }
  }

  private bindings(closer: number): BindingOrInherit[] {
    const scanner = this.scanner
    const awaited = this.awaited
    const bindings: BindingOrInherit[] = []
    this.depth++
    awaited[closer] = (awaited[closer] as number) + 1
    awaited[T.semicolon] = (awaited[T.semicolon] as number) + 1
    for (;;) {
      const kind = scanner.kind
      if (BEGINS_ATTRIBUTE[kind]) bindings.push(this.binding())
      else if (kind === T.inherit) bindings.push(this.inherit())
      else if (kind === T.semicolon) {
        this.expected('a binding')
        scanner.advance()
      } else if (this.isAwaited()) break
      else {
        this.expected('a binding')
        this.skip(this.emptyHere())
        this.take(T.semicolon)
      }
    }
    awaited[closer] = (awaited[closer] as number) - 1
    awaited[T.semicolon] = (awaited[T.semicolon] as number) - 1
    this.depth--
    return bindings
  }

  private binding(): BindingOrInherit {
    const scanner = this.scanner
    const start = scanner.start
    const path = this.attributePath()
    let value: Expression
    if (this.take(T.assign)) value = this.until(T.semicolon, this.expression())
    else {
      this.expected("'='")
      value = this.skip(this.emptyHere())
    }
    this.take(T.semicolon)
    return { kind: 'binding', start, end: scanner.previousEnd, path, value }
  }

  private inherit(): BindingOrInherit {
    const scanner = this.scanner
    const start = scanner.start
    scanner.advance()
    let from: Expression | null = null
    if (this.take(T.parenOpen)) from = this.expressionBefore(T.parenClose)
    const names: AttributeName[] = []
    while (BEGINS_ATTRIBUTE[scanner.kind] && !this.isNextBinding()) {
      const name = this.attributeName()
      if (!isStaticName(name)) this.problems.push(span(name, 'a dynamic attribute is not allowed in inherit'))
      names.push(name)
    }
    if (scanner.kind !== T.semicolon) {
      this.expected("';'")
      this.skip(this.emptyHere())
    }
    this.take(T.semicolon)
    return { kind: 'inherit', start, end: scanner.previousEnd, from, names }
  }

  /** Names with dots between them; what is missing is reported and left out. */
  private attributePath(): AttributeName[] {
    const path: AttributeName[] = []
    do {
      if (!BEGINS_ATTRIBUTE[this.scanner.kind]) {
        this.expected('an attribute name')
        break
      }
      path.push(this.attributeName())
    } while (this.take(T.dot))
    return path
  }

  private attributeName(): AttributeName {
    const scanner = this.scanner
    if (scanner.kind === T.quote) return this.string()
    if (scanner.kind !== T.interpolationOpen) return this.identifier()
    const name = this.interpolationAt(scanner.start)
    scanner.moveTo(name.end)
    return name
  }

  // Strings and paths

  private string(): StringLiteral {
    const scanner = this.scanner
    const { start, end } = scanner
    const isQuoted = scanner.kind === T.quote
    const inside = isQuoted ? quotedInside(this.text, end, this.interpolation) : indentedInside(this.text, end, this.interpolation)
    if (!inside.closed) this.problem(start, end, 'string without its end')
    this.refuseNul(inside)
    scanner.moveTo(inside.end)
    return { kind: 'string', start, end: inside.end, form: isQuoted ? 'quoted' : 'indented', parts: inside.parts }
  }

  private refuseNul(inside: Inside): void {
    for (const part of inside.parts) {
      if (part.kind === 'text' && part.value.includes('\0')) this.problem(part.start, part.end, 'string with a NUL character')
    }
  }

  private path(): Expression {
    const { start, end } = this.scanner
    const inside = pathInside(this.text, start, end, this.interpolation)
    if (!inside.closed) this.problem(start, inside.end, 'path ends with a slash')
    const run = this.text.slice(this.text.charCodeAt(start) === 126 ? start + 1 : start, end)
    if (!isWholePath(run, inside.parts.length > 1)) this.problem(start, end, 'path with doubled slashes')
    this.scanner.moveTo(inside.end)
    return { kind: 'path', start, end: inside.end, parts: inside.parts }
  }

  /** Reads `${ … }`; the scanner is left behind it without having read the next token, which may be a string's text. */
  private interpolationAt(start: number): Interpolation {
    const scanner = this.scanner
    const outside = this.awaited
    this.awaited = new Array<number>(KINDS).fill(0)
    this.awaited[T.braceClose] = 1
    scanner.moveTo(start + 2)
    this.depth++
    const expression = this.until(T.braceClose, this.expression())
    this.depth--
    this.awaited = outside
    const end = scanner.kind === T.braceClose ? scanner.end : this.text.length
    return { kind: 'interpolation', start, end, expression }
  }
}

function span(place: Span, message: string): SyntaxProblem {
  return { start: place.start, end: place.end, message }
}

function isPlainPath(expression: Expression): boolean {
  if (expression.kind === 'identifier') return true
  if (expression.kind !== 'select' || expression.fallback !== null || expression.subject.kind !== 'identifier') return false
  return expression.path.every((name) => name.kind === 'identifier')
}

/** Whether Nix knows the name without evaluation: it sees through `${…}` and parentheses around a plain string. */
function isStaticName(name: AttributeName): boolean {
  if (name.kind === 'identifier') return true
  if (name.kind === 'string') return name.parts.every((part) => part.kind === 'text')
  let inner = name.expression
  while (inner.kind === 'parenthesized') inner = inner.expression
  return inner.kind === 'string' && inner.parts.every((part) => part.kind === 'text')
}
