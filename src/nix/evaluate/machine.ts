// Nix expressions → values. Small, lazy and total: what cannot be known is Unknown and never stops it, and what Unknown hides is still explored.
import type { Place, Span } from '../../core/span.ts'
import type { System } from '../../core/system.ts'
import type {
  Apply,
  Assert,
  AttributeName,
  Binary,
  Document,
  Expression,
  If,
  Let,
  Parenthesized,
  Part,
  Select,
  StringLiteral,
  With,
} from '../syntax.ts'
import { staticName } from './bindings.ts'
import { deepest, effort, mostSteps } from './effort.ts'
import { Expectation } from './expectation.ts'
import { Exploration } from './exploration.ts'
import { nest } from './limits.ts'
import { concat, leftChain, merge, negated, operate, rightChain, sum, truth } from './operators.ts'
import { folderOf, resolvedPath, shownPath } from './repository-path.ts'
import { type Scope, dull, lookup, openedSets, opening, variables } from './scope.ts'
import { attributeSet, letScope } from './sets.ts'
import type { SourceTree } from './source-tree.ts'
import { exact, join, whole } from './text.ts'
import {
  type Call,
  type Closure,
  type Entry,
  Halt,
  type Origin,
  type Text,
  Thunk,
  type Unknown,
  type Value,
  asUnknown,
  bool,
  failure,
  float,
  int,
  isCut,
  kindName,
  lazy,
  list,
  no,
  ready,
  text,
  tooDeep,
  tooLong,
  unknown,
  yes,
} from './value.ts'
import { type World, preludeFile } from './world.ts'

/** A function's body, about to be evaluated. */
class Entered {
  readonly lambda: Closure
  readonly scope: Scope
  constructor(lambda: Closure, scope: Scope) {
    this.lambda = lambda
    this.scope = scope
  }
}

/** How often both branches of one `if` are explored. */
const mostForks = 64

export class Machine {
  readonly system: System
  readonly tree: SourceTree
  /** Files that were read, by path: what a change of text may change the outcome of. */
  readonly reads: Set<string> = new Set()
  world!: World
  /** What is looked through for fetches once the file itself has its value. */
  readonly exploration: Exploration = new Exploration(this)
  readonly #forks = new Map<If, number>()
  #asked = false
  readonly #origins = new WeakMap<object, Text>()
  readonly #imports = new Map<string, Value>()
  /** The file that is evaluated by itself: the first. */
  #root: string | null = null
  #dullScope: Scope | null = null
  readonly #expectation = new Expectation((name) => this.world.byName(name))

  /** Whether anything asked which system it is; if not, every system has the same result. */
  get dependsOnSystem(): boolean {
    return this.#asked
  }

  /** Whether this is that system. */
  isSystem(system: System): boolean {
    this.#asked = true
    return system === this.system
  }

  /** A value that is another under another system. */
  ofSystem(make: () => Value): Thunk {
    return lazy(() => {
      this.#asked = true
      return make()
    })
  }

  constructor(system: System, tree: SourceTree) {
    this.system = system
    this.tree = tree
    Object.assign(effort, { depth: 0, steps: 0, cut: false })
  }

  /** Whether the evaluation was cut off for taking too long or nesting too deeply. */
  get exhausted(): boolean {
    return effort.cut
  }

  /** The value of a file, as `import` gives it. */
  import(path: string): Value {
    const known = this.#imports.get(path)
    if (known !== undefined) return known
    let at = path
    let document = this.#read(at)
    if (document === null && this.tree.entries(path) !== null) {
      at = path === '' ? 'default.nix' : `${path}/default.nix`
      document = this.#read(at)
    }
    if (document === null) return unknown(`the file ${at} is not there`)
    const content = document
    this.#imports.set(path, failure('the file imports itself'))
    const value = lazy(() => this.evaluate(content.root, this.#scopeOf(at), at)).force()
    this.#imports.set(path, value)
    return value
  }

  #scopeOf(file: string): Scope {
    const { scope } = this.world
    if (this.#root === null) this.#root = file
    if (file === this.#root || this.tree.isDull?.(file) !== true) return scope
    return (this.#dullScope ??= { ...scope, dullness: dull })
  }

  #read(path: string): Document | null {
    this.reads.add(path)
    return path.endsWith('.nix') || this.tree.entries(path) === null ? this.tree.document(path) : null
  }

  /** A lazily evaluated expression, in a scope whose names are all there or still to come. */
  defer(node: Expression, scope: Scope, file: string): Thunk {
    return new Thunk(null, () => this.evaluate(node, scope, file), isLiteral(node) ? dull : scope.dullness)
  }

  /** A lazily evaluated expression, in a scope that is complete: a variable needs no thunk of its own. */
  delay(node: Expression, scope: Scope, file: string): Thunk {
    if (node.kind === 'identifier') {
      const found = lookup(scope, node.name)
      if (found !== null) return found
    }
    return this.defer(node, scope, file)
  }

  evaluate(node: Expression, scope: Scope, file: string): Value {
    if (effort.depth >= deepest) {
      effort.cut = true
      return tooDeep
    }
    effort.depth++
    const value = this.#evaluate(node, scope, file)
    effort.depth--
    return value
  }

  /** Goes on in place where nothing is left to do afterwards, so that calls in tail position cost no stack. */
  #evaluate(expression: Expression, outer: Scope, source: string): Value {
    let node: Expression = expression
    let scope: Scope = outer
    let file: string = source
    for (;;) {
      if (++effort.steps > mostSteps) {
        effort.cut = true
        return tooLong
      }
      switch (node.kind) {
        case 'let': {
          const inner = letScope(node.bindings, scope, file, this)
          if (node.body === null) return inner.variables?.get('body')?.force() ?? failure('a let without a body')
          scope = inner
          node = node.body
          break
        }
        case 'with':
          scope = opening(scope, this.delay(node.scope, scope, file))
          node = node.body
          break
        case 'assert': {
          const obstacle = this.#assert(node.condition, scope, file)
          if (obstacle !== null) return obstacle
          node = node.body
          break
        }
        case 'if': {
          const condition = this.evaluate(node.condition, scope, file)
          if (condition.kind !== 'bool') return this.#either(condition, node, scope, file)
          node = condition.value ? node.then : node.else
          break
        }
        case 'apply': {
          const entered = this.#applied(node, scope, file)
          if (!(entered instanceof Entered)) return entered
          scope = entered.scope
          file = entered.lambda.file
          node = entered.lambda.node.body
          break
        }
        case 'parenthesized':
          node = node.expression
          break
        default:
          return this.#value(node, scope, file)
      }
    }
  }

  /** An expression that has nothing in tail position. */
  #value(node: Exclude<Expression, Let | With | Assert | If | Apply | Parenthesized>, scope: Scope, file: string): Value {
    switch (node.kind) {
      case 'identifier':
        return this.name(node.name, scope, { file, start: node.start, end: node.end })
      case 'string':
        return this.#string(node, scope, file)
      case 'select':
        return this.#select(node, scope, file)
      case 'attributes':
        return attributeSet(node, scope, file, this)
      case 'binary':
        return this.#binary(node, scope, file)
      case 'lambda':
        return { kind: 'function', name: node.parameter?.name ?? '', lambda: { node, scope, file }, call: null }
      case 'list':
        return this.#list(node.items, scope, file)
      case 'path':
        return this.#path(node.parts, scope, file)
      case 'has-attribute':
        return this.#hasAttribute(this.evaluate(node.subject, scope, file), node.path, scope, file)
      case 'unary':
        return negated(node.operator, this.evaluate(node.operand, scope, file))
      case 'integer':
        return node.value > BigInt(Number.MAX_SAFE_INTEGER) ? unknown('an integer beyond 2^53') : int(Number(node.value))
      case 'float':
        return float(node.value)
      case 'search-path':
        return this.world.searchPath(node.name)
      case 'unreadable':
        for (const part of node.parts) this.exploration.add(this.delay(part, scope, file))
        return unknown('it does not parse', { file, start: node.start, end: node.end })
    }
  }

  #assert(condition: Expression, scope: Scope, file: string): Unknown | null {
    const value = this.evaluate(condition, scope, file)
    if (value.kind === 'bool')
      return value.value ? null : failure('an assertion does not hold', { file, start: condition.start, end: condition.end })
    return value.kind === 'unknown' && value.failed ? value : null
  }

  /** A call: what it gives, or the function to go on in. */
  #applied(node: Apply, scope: Scope, file: string): Value | Entered {
    const callee = this.#callee(node, scope, file)
    const argument = this.delay(node.argument, scope, file)
    if (callee.kind !== 'function' || callee.lambda === null)
      return this.apply(callee, argument, { file, start: node.start, end: node.end })
    const entered = this.#enter(callee.lambda, argument)
    return 'kind' in entered ? entered : new Entered(callee.lambda, entered)
  }

  #list(items: readonly Expression[], scope: Scope, file: string): Value {
    return list(items.map((item) => this.delay(item, scope, file)))
  }

  /** An `if` whose condition is not known: both branches may hold fetches. */
  #either(condition: Value, node: If, scope: Scope, file: string): Unknown {
    if (condition.kind === 'unknown' && (condition.failed || isCut(condition))) return condition
    if (condition.kind !== 'unknown')
      return failure(`${kindName(condition)} is given where a boolean is expected`, {
        file,
        start: node.condition.start,
        end: node.condition.end,
      })
    // A recursion that ends on a condition nobody knows would be unrolled for ever: its first rounds tell what there is.
    const seen = (this.#forks.get(node) ?? 0) + 1
    this.#forks.set(node, seen)
    if (seen <= mostForks) {
      this.exploration.add(this.delay(node.then, scope, file))
      this.exploration.add(this.delay(node.else, scope, file))
    }
    return unknown(`it depends on a condition that is not known: ${condition.reason}`)
  }

  /** What the last argument of `f a b c` is given to. */
  #callee(node: Apply, scope: Scope, file: string): Value {
    const calls: Apply[] = []
    let head: Expression = node.function
    for (; head.kind === 'apply'; head = head.function) calls.push(head)
    let callee = this.evaluate(head, scope, file)
    for (let i = calls.length - 1; i >= 0; i--) {
      const call = calls[i]!
      callee = this.apply(callee, this.delay(call.argument, scope, file), { file, start: call.start, end: call.end })
    }
    return callee
  }

  /** What a variable stands for. */
  name(name: string, scope: Scope, place: Place): Value {
    const found = lookup(scope, name)
    if (found !== null) return placed(found.force(), place)
    let doubt: Unknown | null = null
    for (const set of openedSets(scope)) {
      const value = set.force()
      if (value.kind === 'unknown') {
        doubt ??= value
        continue
      }
      if (value.kind !== 'attributes') continue
      const entry = value.entries.get(name)
      // With an unknown set in between the name may be that set's; a model's own names are nixpkgs' for certain.
      if (entry !== undefined)
        return doubt !== null && !value.model
          ? unknown(`${name} may come from a set that is not known`, place)
          : placed(entry.value.force(), place)
      if (value.rest !== null) doubt ??= unknown(`${name} is not known`, place)
    }
    return doubt === null ? failure(`${name} is not defined`, place) : unknown(`${name} is not known`, place)
  }

  #string(node: StringLiteral, scope: Scope, file: string): Value {
    const known = this.#origins.get(node)
    if (known !== undefined) return known
    const origin: Origin = { file, start: node.start, end: node.end, form: node.form }
    const value = this.#parts(node.parts, origin, scope, file)
    if (value.kind !== 'string') return value
    if (file === preludeFile) return { ...value, runs: value.runs.filter((run) => run.origin.file !== preludeFile) }
    if (node.parts.every((part) => part.kind === 'text')) this.#origins.set(node, value)
    return value
  }

  #parts(parts: readonly Part[], origin: Origin, scope: Scope, file: string): Value {
    const texts: Text[] = []
    let stopped: Unknown | null = null
    for (const part of parts) {
      if (part.kind === 'text') {
        if (part.value !== '')
          texts.push(
            part.value.length === part.end - part.start
              ? exact(part.value, part.start, origin)
              : whole(part.value, part.start, part.end, origin),
          )
        continue
      }
      const value = this.evaluate(part.expression, scope, file)
      const piece = this.interpolate(value, { file, start: part.start, end: part.end })
      if (piece.kind === 'string') texts.push(piece)
      else if (stopped === null || (piece.failed && !stopped.failed)) stopped = piece
    }
    return (
      stopped ??
      (texts.length === 0
        ? { kind: 'string', text: '', runs: [{ start: 0, end: 0, from: origin.start, to: origin.end, origin }] }
        : join(texts))
    )
  }

  /** The value as `"${value}"` shows it. */
  interpolate(value: Value, place: Place | null): Text | Unknown {
    switch (value.kind) {
      case 'string':
        return value
      case 'unknown':
        return value
      case 'path':
        return text(shownPath(value.path))
      case 'attributes': {
        const own = value.entries.get('__toString')
        if (own !== undefined) {
          const shown = this.apply(own.value.force(), ready(value), place)
          return shown.kind === 'string' ? shown : asUnknown(shown, 'no string')
        }
        this.exploration.add(ready(value))
        const out = value.entries.get('outPath')
        if (out !== undefined) return nest(() => this.interpolate(out.value.force(), place))
        return value.rest !== null
          ? unknown('the output path of something unknown', place)
          : failure('a set cannot be made a string', place)
      }
      default:
        return failure(`${kindName(value)} cannot be made a string`, place)
    }
  }

  #path(parts: readonly Part[], scope: Scope, file: string): Value {
    let written = ''
    for (const part of parts) {
      if (part.kind === 'text') {
        written += part.value
        continue
      }
      const value = this.evaluate(part.expression, scope, file)
      if (value.kind === 'string') written += value.text
      else if (value.kind === 'path') written += value.path
      else return asUnknown(value, 'no string')
    }
    if (written.startsWith('/') || written.startsWith('~')) return unknown(`${written} is outside the repository`)
    return resolvedPath(folderOf(file), written)
  }

  /** The name an attribute-path element stands for: a string, null, or Unknown. */
  key(node: AttributeName, scope: Scope, file: string): Value {
    if (node.kind === 'identifier') return this.#keyText(node, node.name, file)
    if (node.kind === 'string') return this.#string(node, scope, file)
    const value = this.evaluate(node.expression, scope, file)
    return value.kind === 'string' || value.kind === 'null' ? value : asUnknown(value, 'a name that is no string')
  }

  #keyText(node: Span, name: string, file: string): Text {
    const known = this.#origins.get(node)
    if (known !== undefined) return known
    const made = exact(name, node.start, { file, start: node.start, end: node.end, form: 'name' })
    this.#origins.set(node, made)
    return made
  }

  /** The name of an entry as a string that knows where it was written. */
  entryName(name: string, entry: Entry): Text {
    if (entry.key === null) return text(name)
    if ('kind' in entry.key) return entry.key
    const { file, node } = entry.key
    if (node.kind === 'identifier') return this.#keyText(node, name, file)
    if (node.kind !== 'string' || staticName(node) === null) return text(name)
    const value = this.#string(node, variables(null, new Map()), file)
    return value.kind === 'string' ? value : text(name)
  }

  /** An attribute of a value; null where it is known to be missing. */
  attribute(subject: Value, name: string, place: Place | null): Value | null {
    if (subject.kind === 'unknown')
      return subject.failed ? subject : (this.world.byAttribute(name)?.force() ?? unknown(subject.reason, place))
    if (subject.kind !== 'attributes') return null
    const entry = subject.entries.get(name)
    if (entry !== undefined) return entry.value.force()
    return subject.rest === null ? null : subject.rest(name)
  }

  #select(node: Select, scope: Scope, file: string): Value {
    let value = this.evaluate(node.subject, scope, file)
    const { fallback } = node
    for (const key of node.path) {
      const name = this.key(key, scope, file)
      if (name.kind !== 'string') {
        // Which attribute is meant is not known: any of them may hold fetches.
        this.exploration.add(ready(value))
        if (fallback !== null) this.exploration.add(this.delay(fallback, scope, file))
        return asUnknown(name, 'a name that is not known')
      }
      const place = { file, start: key.start, end: key.end }
      const found = this.attribute(value, name.text, place)
      if (found === null) {
        if (fallback !== null) return this.evaluate(fallback, scope, file)
        return failure(
          value.kind === 'attributes' ? `the attribute ${name.text} is missing` : `${kindName(value)} has no attribute ${name.text}`,
          place,
        )
      }
      if (found.kind === 'unknown' && !found.failed && fallback !== null) this.exploration.add(this.delay(fallback, scope, file))
      value = found
    }
    return placed(value, { file, start: node.start, end: node.end })
  }

  #hasAttribute(subject: Value, path: readonly AttributeName[], scope: Scope, file: string): Value {
    let value = subject
    for (const [i, key] of path.entries()) {
      const name = this.key(key, scope, file)
      if (value.kind === 'unknown') return value
      if (name.kind !== 'string') return asUnknown(name, 'a name that is not known')
      if (value.kind !== 'attributes') return no
      const entry = value.entries.get(name.text)
      if (entry === undefined) return value.rest === null ? no : unknown(`whether ${name.text} is there`)
      if (i < path.length - 1) value = entry.value.force()
    }
    return yes
  }

  /** The scope of a function's body, or why it cannot be entered. */
  #enter({ node, scope, file }: Closure, argument: Thunk): Scope | Unknown {
    const names = new Map<string, Thunk>()
    if (node.parameter !== null) names.set(node.parameter.name, argument)
    if (node.formals === null) return variables(scope, names, this.#expectation.ofValue(scope, node.parameter!.name, argument))
    const given = argument.force()
    if (given.kind !== 'attributes' && given.kind !== 'unknown') return failure(`${kindName(given)} is given where a set is expected`)
    if (given.kind === 'unknown' && (given.failed || isCut(given))) return given
    const place = (span: Span): Place => ({ file, start: span.start, end: span.end })
    const { formals } = node
    const inner = variables(scope, names, this.#expectation.ofSet(scope, given, node, names))
    for (const formal of formals) {
      const entry = given.kind === 'attributes' ? given.entries.get(formal.name) : undefined
      const { fallback } = formal
      if (entry !== undefined) names.set(formal.name, entry.value)
      else if (given.kind === 'attributes' && given.rest === null) {
        if (fallback === null) return failure(`the argument ${formal.name} is missing`, place(formal))
        names.set(formal.name, this.defer(fallback, inner, file))
      } else
        names.set(
          formal.name,
          this.world.byName(formal.name) ??
            (fallback !== null && given.kind === 'attributes' && given.model
              ? this.defer(fallback, inner, file)
              : ready(unknown(`the argument ${formal.name} is not known`, place(formal)))),
        )
    }
    return inner
  }

  /** Calls a value. Sets with `__functor` are called through it; a call of Unknown explores its argument. */
  apply(callee: Value, argument: Thunk, place: Place | null): Value {
    if (callee.kind === 'function') {
      if (effort.depth >= deepest) {
        effort.cut = true
        return tooDeep
      }
      const { depth } = effort
      effort.depth = depth + 1
      const value = callee.lambda === null ? this.#callNative(callee.call, argument, place) : this.#callLambda(callee.lambda, argument)
      effort.depth = depth
      return value
    }
    if (callee.kind === 'attributes') {
      const functor = callee.entries.get('__functor')
      if (functor !== undefined) return nest(() => this.apply(this.apply(functor.value.force(), ready(callee), place), argument, place))
      if (callee.rest === null) return failure('a set is called like a function', place)
    }
    if (callee.kind !== 'unknown' && callee.kind !== 'attributes') return failure(`${kindName(callee)} is called like a function`, place)
    if (callee.kind === 'unknown' && (callee.failed || isCut(callee))) return callee
    const cause = callee.kind === 'unknown' ? callee : unknown('something not known is called', place)
    if (place !== null) this.exploration.later(() => this.world.unknownCall(cause, argument.force(), place))
    this.exploration.add(argument)
    return unknown(cause.reason, place)
  }

  #callLambda(lambda: Closure, argument: Thunk): Value {
    const entered = this.#enter(lambda, argument)
    return 'kind' in entered ? entered : this.evaluate(lambda.node.body, entered, lambda.file)
  }

  #callNative(call: Call, argument: Thunk, place: Place | null): Value {
    try {
      return call(argument, place, this)
    } catch (error) {
      if (!(error instanceof Halt)) throw error
      this.exploration.add(argument)
      return error.value
    }
  }

  /** Calls a function with several arguments. */
  applyAll(callee: Value, args: readonly Thunk[]): Value {
    let value = callee
    for (const arg of args) value = this.apply(value, arg, null)
    return value
  }

  #binary(node: Binary, scope: Scope, file: string): Value {
    const place = { file, start: node.start, end: node.end }
    const { operator } = node
    switch (operator) {
      case '|>':
        return this.apply(this.evaluate(node.right, scope, file), this.delay(node.left, scope, file), place)
      case '<|':
        return this.apply(this.evaluate(node.left, scope, file), this.delay(node.right, scope, file), place)
      case '&&':
      case '||':
      case '->':
        return this.#logic(node, scope, file)
      case '+':
        return sum(this.#each(leftChain(node, '+'), scope, file), place, this)
      case '++':
        return concat(this.#each(rightChain(node, '++'), scope, file), this)
      case '//':
        return merge(this.#each(rightChain(node, '//'), scope, file), this)
    }
    return operate(operator, this.evaluate(node.left, scope, file), this.evaluate(node.right, scope, file), place, this)
  }

  #each(parts: readonly Expression[], scope: Scope, file: string): Value[] {
    const values: Value[] = []
    for (const part of parts) values.push(this.evaluate(part, scope, file))
    return values
  }

  #logic(node: Binary, scope: Scope, file: string): Value {
    const { operator } = node
    const left = this.evaluate(node.left, scope, file)
    if (left.kind !== 'bool' && left.kind !== 'unknown') return asUnknown(left, 'no boolean')
    if (left.kind === 'unknown' && left.failed) return left
    const decided = operator === '&&' ? !truth(left) : operator === '||' ? truth(left) : !truth(left)
    if (left.kind === 'bool' && decided) return bool(operator !== '&&')
    const right = this.evaluate(node.right, scope, file)
    if (left.kind === 'bool') return right.kind === 'bool' ? right : asUnknown(right, 'no boolean')
    // Whatever the left side is, the right side decides alone.
    return right.kind === 'bool' && right.value === (operator !== '&&') ? right : left
  }
}

/** `lib.fakeHash` and its like are replaced as expressions: they are given the place where they are asked for. */
function placed(value: Value, place: Place): Value {
  if (value.kind !== 'string' || value.runs.length > 0 || !fakeHashes.has(value.text) || place.file === preludeFile) return value
  return whole(value.text, place.start, place.end, { ...place, form: 'expression' })
}

/** What nixpkgs' lib calls fakeHash, fakeSha256 and fakeSha512. */
const fakeHashes: ReadonlySet<string> = new Set(['sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', '0'.repeat(64), '0'.repeat(128)])

/** Whether an expression is a literal with nothing to evaluate inside. */
function isLiteral(node: Expression): boolean {
  if (node.kind === 'string' || node.kind === 'path') return node.parts.every((part) => part.kind === 'text')
  return node.kind === 'integer'
}
