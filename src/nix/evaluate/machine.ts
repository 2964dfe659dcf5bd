// Nix expressions → values. Small, lazy and total: what cannot be known is Unknown and never stops it, and what Unknown hides is still explored.
import type { Place, Span } from '../../core/span.ts'
import type { System } from '../../core/system.ts'
import type {
  Apply,
  Assert,
  AttributeName,
  AttributeSet,
  Binary,
  BindingOrInherit,
  Document,
  Expression,
  Formal,
  If,
  Inherit,
  Lambda,
  Let,
  Parenthesized,
  Part,
  Select,
  StringLiteral,
  With,
} from '../syntax.ts'
import { type Group, type Slot, group, staticName } from './bindings.ts'
import { deepest, effort, mostSteps } from './effort.ts'
import { nest, spend } from './limits.ts'
import { arithmetic, leftChain, negated, rightChain, truth } from './operators.ts'
import { isPlatform } from './platform.ts'
import { Dullness, type Scope, dull, lookup, openedSets, opening, telling, variables } from './scope.ts'
import { exact, join, whole } from './text.ts'
import {
  type Attributes,
  type Call,
  type Closure,
  type Entry,
  type Function,
  Halt,
  type Origin,
  type Text,
  Thunk,
  type Unknown,
  type Value,
  asUnknown,
  attributesOf,
  bool,
  failure,
  float,
  int,
  isCut,
  kindName,
  lazy,
  list,
  no,
  nothing,
  plain,
  ready,
  text,
  tooDeep,
  tooLong,
  unknown,
  yes,
} from './value.ts'

/** The files an evaluation may see: relative paths with forward slashes, `''` being the repository's root. */
export interface SourceTree {
  /** The parsed file, or null where there is no such text file. */
  document(path: string): Document | null
  /** The text of any file, or null. */
  text(path: string): string | null
  /** Names in a folder with `regular`, `directory` or `symlink`; null where it is no folder. */
  entries(path: string): ReadonlyMap<string, 'regular' | 'directory' | 'symlink'> | null
  /**
   * Whether nothing is to be looked for in the file beyond what is asked of it, since there is nothing or it is looked for elsewhere: what it
   * says is not looked through, unless it is handed something that tells more. Left out, no file is.
   */
  isDull?(path: string): boolean
}

/** What stands outside the language: the names in scope everywhere, and what happens at a call of something unknown. */
export interface World {
  /** The names in scope everywhere. */
  readonly scope: Scope
  /** `<name>`. */
  searchPath(name: string): Value
  /** The value that a parameter of that name most likely has, or null. */
  byName(name: string): Thunk | null
  /** The value that an attribute of that name most likely has in a set that is not known, or null. */
  byAttribute(name: string): Thunk | null
  /** A call of something that is not known: its argument is explored anyway; this is told of it first. */
  unknownCall(callee: Unknown, argument: Value, place: Place): void
}

/** The file name of Nix code that is part of the model, not of the repository: its literals are nobody's to edit. */
export const preludeFile = '<prelude>'

/** Begins the strings that stand for paths in the repository, as a store path would in Nix. */
export const rootMark = '/the-repository'

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
  #queue: Thunk[] = []
  #head = 0
  readonly #forks = new Map<If, number>()
  #asked = false
  readonly #explored = new WeakSet<object>()
  readonly #origins = new WeakMap<object, Text>()
  readonly #imports = new Map<string, Value>()
  /** The file that is evaluated by itself: the first. */
  #root: string | null = null
  #dullScope: Scope | null = null
  readonly #usual = new Map<string, Thunk | null>()

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
          const inner = this.#let(node.bindings, scope, file)
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
        return this.#name(node.name, scope, { file, start: node.start, end: node.end })
      case 'string':
        return this.#string(node, scope, file)
      case 'select':
        return this.#select(node, scope, file)
      case 'attributes':
        return this.#attributes(node, scope, file)
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
        for (const part of node.parts) this.explore(this.delay(part, scope, file))
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

  #let(bindings: readonly BindingOrInherit[], scope: Scope, file: string): Scope {
    const names = new Map<string, Thunk>()
    const inner = variables(scope, names)
    for (const [name, entry] of this.#fill(group(bindings), inner, scope, file).entries) names.set(name, entry.value)
    return inner
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
      this.explore(this.delay(node.then, scope, file))
      this.explore(this.delay(node.else, scope, file))
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

  #name(name: string, scope: Scope, place: Place): Value {
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
    if (file === preludeFile) {
      const value = this.#parts(node.parts, origin, scope, file)
      return value.kind === 'string' ? { ...value, runs: value.runs.filter((run) => run.origin.file !== preludeFile) } : value
    }
    const value = this.#parts(node.parts, origin, scope, file)
    if (value.kind === 'string' && node.parts.every((part) => part.kind === 'text')) this.#origins.set(node, value)
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
        return text(value.path === '' ? rootMark : `${rootMark}/${value.path}`)
      case 'attributes': {
        const own = value.entries.get('__toString')
        if (own !== undefined) {
          const shown = this.apply(own.value.force(), ready(value), place)
          return shown.kind === 'string' ? shown : asUnknown(shown, 'no string')
        }
        this.explore(ready(value))
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
    return this.resolve(folderOf(file), written)
  }

  /** A path relative to a folder of the repository; what leaves the repository is Unknown. */
  resolve(folder: string, written: string): Value {
    const steps = folder === '' ? [] : folder.split('/')
    for (const step of written.split('/')) {
      if (step === '' || step === '.') continue
      if (step !== '..') steps.push(step)
      else if (steps.pop() === undefined) return unknown(`${written} is outside the repository`)
    }
    return { kind: 'path', path: steps.join('/') }
  }

  #attributes(node: AttributeSet, scope: Scope, file: string): Attributes {
    const made = group(node.bindings)
    if (!node.recursive) return this.#fill(made, scope, scope, file)
    const names = new Map<string, Thunk>()
    const inner = variables(scope, names)
    const value = this.#fill(made, inner, scope, file)
    for (const name of made.slots.keys()) names.set(name, value.entries.get(name)!.value)
    return value
  }

  /** The set of a group of bindings; `outer` is where `inherit` without a source looks. */
  #fill(made: Group, scope: Scope, outer: Scope, file: string): Attributes {
    const entries = new Map<string, Entry>()
    const sources = new Map<Inherit, Thunk>()
    for (const [name, slot] of made.slots)
      entries.set(name, { value: this.#slot(name, slot, scope, outer, sources, file), key: { file, node: slot.key } })
    let rest: Attributes['rest'] = null
    for (const { key, rest: path, value } of made.computed) {
      const name = this.key(key, scope, file)
      const thunk =
        path.length === 0 ? this.defer(value, scope, file) : lazy(() => this.#fill(single(path, value), scope, outer, file), scope.dullness)
      if (name.kind === 'string') entries.set(name.text, { value: thunk, key: name.runs.length > 0 ? name : { file, node: key } })
      else if (name.kind !== 'null') {
        this.explore(thunk)
        rest = () => unknown('an attribute whose name is not known')
      }
    }
    return attributesOf(entries, rest)
  }

  #slot(name: string, slot: Slot, scope: Scope, outer: Scope, sources: Map<Inherit, Thunk>, file: string): Thunk {
    switch (slot.kind) {
      case 'expression':
        return this.defer(slot.value, scope, file)
      case 'group':
        return lazy(() => {
          if (!slot.recursive) return this.#fill(slot.group, scope, scope, file)
          const names = new Map<string, Thunk>()
          const inner = this.#fill(slot.group, variables(scope, names), scope, file)
          for (const [key, entry] of inner.entries) names.set(key, entry.value)
          return inner
        }, scope.dullness)
      case 'inherit': {
        const place = { file, start: slot.key.start, end: slot.key.end }
        return lookup(outer, name) ?? lazy(() => this.#name(name, outer, place), scope.dullness)
      }
      case 'inherit-from': {
        const { from } = slot.inherit
        let source = sources.get(slot.inherit)
        if (source === undefined) {
          source = this.defer(from!, scope, file)
          sources.set(slot.inherit, source)
        }
        const place = { file, start: slot.key.start, end: slot.key.end }
        const taken = source
        return lazy(() => this.attribute(taken.force(), name, place) ?? failure(`the attribute ${name} is missing`, place), scope.dullness)
      }
    }
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
        this.explore(ready(value))
        if (fallback !== null) this.explore(this.delay(fallback, scope, file))
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
      if (found.kind === 'unknown' && !found.failed && fallback !== null) this.explore(this.delay(fallback, scope, file))
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
    if (node.formals === null)
      return variables(
        scope,
        names,
        this.#dullness(scope, () => this.#isExpected(node.parameter!.name, argument)),
      )
    const given = argument.force()
    if (given.kind !== 'attributes' && given.kind !== 'unknown') return failure(`${kindName(given)} is given where a set is expected`)
    if (given.kind === 'unknown' && (given.failed || isCut(given))) return given
    const place = (span: Span): Place => ({ file, start: span.start, end: span.end })
    const { formals } = node
    const inner = variables(
      scope,
      names,
      this.#dullness(scope, () => this.#areExpected(given, node, names)),
    )
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

  #dullness({ dullness }: Scope, isExpected: () => boolean): Dullness {
    return dullness === telling ? telling : new Dullness(null, () => dullness.holds && isExpected())
  }

  /** Whether a dull function stays so with what it is given: whether it sees what it would see if nobody called it. */
  #areExpected(given: Attributes | Unknown, { parameter, formals }: Lambda, names: ReadonlyMap<string, Thunk>): boolean {
    const isOpen = given.kind === 'unknown' || given.rest !== null
    const isModel = given.kind === 'attributes' && given.model
    if (isOpen && !isModel && given.kind === 'attributes') return false
    // A name for the whole set shows what no parameter names.
    if (parameter !== null && (isOpen || hasMore(given, formals!))) return false
    for (const { name, fallback } of formals!) {
      const isGiven = given.kind === 'attributes' && given.entries.has(name)
      const isUsual = fallback === null || this.#usualFor(name) !== null
      if (parameter !== null && isGiven !== isUsual) return false
      if (!isGiven && !isUsual) {
        if (isOpen && !isModel) return false
      } else if (!this.#isExpected(name, names.get(name)!, isGiven && fallback !== null)) return false
    }
    return true
  }

  #usualFor(name: string): Thunk | null {
    let usual = this.#usual.get(name)
    if (usual === undefined) {
      usual = this.world.byName(name)
      this.#usual.set(name, usual)
    }
    return usual
  }

  /**
   * Whether a value is what a parameter of its name is bound to if nobody calls the function, or comes from where all is looked for without
   * this. `isHiding`: a default would otherwise take its place.
   */
  #isExpected(name: string, thunk: Thunk, isHiding = false): boolean {
    const usual = this.#usualFor(name)
    if (thunk === usual) return true
    const value = thunk.force()
    if (value.kind === 'attributes' || value.kind === 'list') if (thunk.dullness.holds) return true
    if (value.kind === 'function' && value.lambda?.scope.dullness.holds === true) return true
    if (value.kind === 'unknown') return usual !== null || !isHiding
    const other = usual?.force()
    if (value.kind === 'attributes') return value.model && other?.kind === 'attributes' && other.model
    return value.kind === 'string' && other?.kind === 'string' && value.text === other.text
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
    if (place !== null) this.later(() => this.world.unknownCall(cause, argument.force(), place))
    this.explore(argument)
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
      this.explore(argument)
      return error.value
    }
  }

  /** Calls a function with several arguments. */
  applyAll(callee: Value, args: readonly Thunk[]): Value {
    let value = callee
    for (const arg of args) value = this.apply(value, arg, null)
    return value
  }

  /** `a // b`: what only one side is known to have stays known where the other cannot hide it. */
  update(left: Value, right: Value): Value {
    if (left.kind !== 'attributes' || right.kind !== 'attributes') {
      if (left.kind !== 'unknown' && left.kind !== 'attributes') return failure(`${kindName(left)} is merged like a set`)
      if (right.kind !== 'unknown' && right.kind !== 'attributes') return failure(`${kindName(right)} is merged like a set`)
      if (left.kind === 'unknown' && left.failed) return left
      if (right.kind === 'unknown' && right.failed) return right
      if (right.kind === 'attributes') return attributesOf(right.entries, () => unknown((left as Unknown).reason))
      if (left.kind === 'attributes') {
        this.explore(ready(left))
        return attributesOf(new Map(), () => unknown((right as Unknown).reason))
      }
      return left
    }
    spend((left.entries.size + right.entries.size) >> 2)
    const entries = new Map<string, Entry>()
    const hidden = right.rest !== null && !right.model
    if (hidden) this.explore(ready(left))
    else for (const [name, entry] of left.entries) entries.set(name, entry)
    for (const [name, entry] of right.entries) entries.set(name, entry)
    const { rest: below } = left
    const { rest: above } = right
    return { kind: 'attributes', entries, rest: above ?? below, model: left.model && right.model }
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
        return this.#sum(this.#each(leftChain(node, '+'), scope, file), place)
      case '++':
        return this.#concat(this.#each(rightChain(node, '++'), scope, file))
      case '//':
        return this.#merge(this.#each(rightChain(node, '//'), scope, file))
    }
    const left = this.evaluate(node.left, scope, file)
    const right = this.evaluate(node.right, scope, file)
    switch (operator) {
      case '==':
      case '!=': {
        const same = this.same(left, right)
        return same === null ? this.#neither(left, right, 'a comparison with something not known') : bool(same === (operator === '=='))
      }
      case '<':
        return this.#less(left, right, (order) => order < 0)
      case '<=':
        return this.#less(left, right, (order) => order <= 0)
      case '>':
        return this.#less(left, right, (order) => order > 0)
      case '>=':
        return this.#less(left, right, (order) => order >= 0)
      case '-':
        return arithmetic(left, right, (a, b) => a - b)
      case '*':
        return arithmetic(left, right, (a, b) => a * b)
      case '/':
        if ((right.kind === 'int' || right.kind === 'float') && right.value === 0) return failure('division by zero', place)
        return arithmetic(left, right, (a, b, whole) => (whole ? Math.trunc(a / b) : a / b))
    }
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

  /** `a + b + c`. */
  #sum(terms: readonly Value[], place: Place): Value {
    let sum = terms[0]!
    let texts: Text[] = []
    for (const term of terms.slice(1)) {
      if (sum.kind === 'string' && term.kind === 'string') {
        if (texts.length === 0) texts.push(sum)
        texts.push(term)
        continue
      }
      if (texts.length > 0) sum = join(texts)
      texts = []
      sum = this.#plus(sum, term, place)
    }
    return texts.length > 0 ? join(texts) : sum
  }

  /** `a ++ b ++ c`. */
  #concat(terms: readonly Value[]): Value {
    const items: Thunk[] = []
    for (const term of terms)
      if (term.kind === 'list') {
        spend(term.items.length)
        for (const item of term.items) items.push(item)
      } else return this.#none(terms, 'no list')
    return list(items)
  }

  /** `a // b // c`. */
  #merge(terms: readonly Value[]): Value {
    let merged = terms.at(-1)!
    if (terms.length > 2 && terms.every((term) => term.kind === 'attributes' && term.rest === null && !term.model)) {
      const entries = new Map<string, Entry>()
      for (const term of terms) for (const [name, entry] of (term as Attributes).entries) entries.set(name, entry)
      spend(entries.size)
      return attributesOf(entries)
    }
    for (let i = terms.length - 2; i >= 0; i--) merged = this.update(terms[i]!, merged)
    return merged
  }

  /** Both sides matter although the operation cannot be done: explores them, and says why not. */
  #neither(left: Value, right: Value, reason: string): Unknown {
    return this.#none([left, right], reason)
  }

  #none(terms: readonly Value[], reason: string): Unknown {
    for (const term of terms) this.explore(ready(term))
    const unknowns = terms.filter((term) => term.kind === 'unknown')
    return unknowns.find((term) => term.failed) ?? unknowns[0] ?? failure(reason)
  }

  #plus(left: Value, right: Value, place: Place): Value {
    const isNumber = left.kind === 'int' || left.kind === 'float'
    if (isNumber || right.kind === 'int' || right.kind === 'float') {
      if (left.kind === 'unknown' || right.kind === 'unknown') return this.#none([left, right], '')
      return arithmetic(left, right, (a, b) => a + b)
    }
    if (left.kind === 'path') {
      if (right.kind === 'string') return this.resolve('', left.path + right.text)
      if (right.kind === 'path') return unknown('two paths joined')
    }
    const a = this.interpolate(left, place)
    const b = this.interpolate(right, place)
    if (a.kind === 'unknown') return b.kind === 'unknown' && b.failed ? b : a
    return b.kind === 'unknown' ? b : join([a, b])
  }

  #less(left: Value, right: Value, holds: (order: number) => boolean): Value {
    const order = this.order(left, right)
    return order === null ? this.#neither(left, right, 'a comparison with something not known') : bool(holds(order))
  }

  /** Order of numbers, strings and lists of them; null where there is none. */
  order(left: Value, right: Value): number | null {
    if ((left.kind === 'int' || left.kind === 'float') && (right.kind === 'int' || right.kind === 'float')) return left.value - right.value
    if (left.kind === 'string' && right.kind === 'string') return left.text < right.text ? -1 : left.text > right.text ? 1 : 0
    if (left.kind !== 'list' || right.kind !== 'list') return null
    for (const [i, item] of left.items.entries()) {
      const other = right.items[i]
      if (other === undefined) return 1
      spend(1)
      const order = nest(() => this.order(item.force(), other.force()))
      if (order !== 0) return order
    }
    return left.items.length - right.items.length
  }

  /** Equality as `==` sees it; null where it cannot be known. Functions equal nothing. */
  same(left: Value, right: Value): boolean | null {
    if (left.kind === 'unknown' || right.kind === 'unknown') return null
    if ((left.kind === 'int' || left.kind === 'float') && (right.kind === 'int' || right.kind === 'float'))
      return left.value === right.value
    if (left.kind !== right.kind) return false
    spend(1)
    switch (left.kind) {
      case 'null':
        return true
      case 'bool':
        return left.value === (right as typeof left).value
      case 'string':
        return left.text === (right as Text).text
      case 'path':
        return left.path === (right as typeof left).path
      case 'list': {
        const others = (right as typeof left).items
        if (left.items.length !== others.length) return false
        return nest(() => every(left.items, (item, i) => this.#sameThunk(item, others[i]!)))
      }
      case 'attributes':
        return this.#sameSet(left, right as Attributes)
      default:
        return false
    }
  }

  #sameThunk(left: Thunk, right: Thunk): boolean | null {
    // Nix too takes one and the same value for equal to itself inside lists and sets.
    return left === right && left.force().kind !== 'unknown' ? true : this.same(left.force(), right.force())
  }

  #sameSet(left: Attributes, right: Attributes): boolean | null {
    if (left === right) return true
    if (left.rest !== null || right.rest !== null) return isDerivation(left) && isDerivation(right) ? null : this.#samePlatform(left, right)
    if (left.entries.size !== right.entries.size) return false
    for (const name of left.entries.keys()) if (!right.entries.has(name)) return false
    return nest(() => every([...left.entries], ([name, entry]) => this.#sameThunk(entry.value, right.entries.get(name)!.value)))
  }

  /** Two stand-ins for platforms differ if their systems do. */
  #samePlatform(left: Attributes, right: Attributes): boolean | null {
    const one = left.entries.get('system')?.value.known
    const other = right.entries.get('system')?.value.known
    return one?.kind === 'string' && other?.kind === 'string' && one.text !== other.text ? false : null
  }

  /** Puts a value on the list of what is looked through for fetches once the file itself has its value. */
  explore(value: Thunk): void {
    const { known } = value
    // Most of what is put here is a string.
    if (value.dullness === dull) return
    if (known !== null && known.kind !== 'list' && known.kind !== 'attributes' && known.kind !== 'function') return
    if (this.#queue.length < mostSteps) this.#queue.push(value)
  }

  /** Does something once the file itself has its value. */
  later(task: () => void): void {
    this.explore(
      lazy(() => {
        task()
        return nothing
      }),
    )
  }

  /** Looks through everything put on the list, and through what is found there. Attributes named after another system are that system's. */
  exploreAll(systems: ReadonlySet<System>): void {
    // What was found must still be read.
    while (this.#head < this.#queue.length && effort.steps <= mostSteps * 0.75) {
      effort.steps++
      const thunk = this.#queue[this.#head++]!
      if (this.#head > 10_000) {
        this.#queue = this.#queue.slice(this.#head)
        this.#head = 0
      }
      if (!thunk.dullness.holds) this.#lookThrough(thunk.force(), systems)
    }
    if (this.#head < this.#queue.length) effort.cut = true
    this.#queue = []
    this.#head = 0
  }

  #lookThrough(value: Value, systems: ReadonlySet<System>): void {
    if (plain.has(value)) return
    if (value.kind === 'list') {
      if (this.#explored.has(value)) return
      this.#explored.add(value)
      for (const item of value.items) this.explore(item)
    } else if (value.kind === 'attributes') {
      if (value.model || this.#explored.has(value)) return
      this.#explored.add(value)
      for (const [name, entry] of value.entries) {
        if (!systems.has(name) && !isPlatform(name)) this.explore(entry.value)
        else {
          this.#asked = true
          if (name === this.system) this.explore(entry.value)
        }
      }
    } else if (value.kind === 'function' && value.lambda !== null) {
      const { node, scope, file } = value.lambda
      // What lib gives back waits for its caller; there is nothing of the repository in it.
      if (file === preludeFile || scope.dullness.holds || this.#explored.has(node)) return
      this.#explored.add(node)
      this.explore(lazy(() => this.apply(value, this.argumentFor(value), null)))
    }
  }

  /** What a function is called with when nobody calls it: its parameters bound by name, the rest unknown. */
  argumentFor(value: Function): Thunk {
    const node = value.lambda?.node
    if (node === undefined) return ready(unknown('an argument nobody gives'))
    if (node.formals === null) {
      const { name } = node.parameter!
      return (
        this.world.byName(isOverlay(node) ? 'final' : name) ??
        ready(unknown(`${name} is a parameter of a function that is not called here`))
      )
    }
    const entries = new Map<string, Entry>()
    for (const formal of node.formals) {
      const bound = this.world.byName(formal.name)
      if (bound !== null) entries.set(formal.name, { value: bound, key: null })
      else if (formal.fallback === null)
        entries.set(formal.name, {
          value: ready(unknown(`${formal.name} is a parameter of a function that is not called here`)),
          key: null,
        })
    }
    return ready(attributesOf(entries))
  }
}

/** `lib.fakeHash` and its like are replaced as expressions: they are given the place where they are asked for. */
function placed(value: Value, place: Place): Value {
  if (value.kind !== 'string' || value.runs.length > 0 || !fakeHashes.has(value.text) || place.file === preludeFile) return value
  return whole(value.text, place.start, place.end, { ...place, form: 'expression' })
}

/** What nixpkgs' lib calls fakeHash, fakeSha256 and fakeSha512. */
export const fakeHashes: ReadonlySet<string> = new Set([
  'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
  '0'.repeat(64),
  '0'.repeat(128),
])

const isDerivation = (set: Attributes): boolean => set.entries.has('drvPath') || set.entries.has('outPath')

function every<T>(items: readonly T[], test: (item: T, i: number) => boolean | null): boolean | null {
  let doubt = false
  for (const [i, item] of items.entries()) {
    const result = test(item, i)
    if (result === false) return false
    if (result === null) doubt = true
  }
  return doubt ? null : true
}

function single(path: readonly AttributeName[], value: Expression): Group {
  return group([{ kind: 'binding', start: value.start, end: value.end, path, value }])
}

/** The folder a file is in, `''` for the root. */
export const folderOf = (file: string): string => (file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '')

/** Whether a set has what no parameter names. */
function hasMore(set: Attributes, formals: readonly Formal[]): boolean {
  let named = 0
  for (const { name } of formals) if (set.entries.has(name)) named++
  return named < set.entries.size
}

/** `self: super: …`: by itself the first name is more often a flake's. */
function isOverlay({ parameter, body }: Lambda): boolean {
  return parameter?.name === 'self' && body.kind === 'lambda' && /^(super|prev)$/.test(body.parameter?.name ?? '')
}

/** Whether an expression is a literal with nothing to evaluate inside. */
function isLiteral(node: Expression): boolean {
  if (node.kind === 'string' || node.kind === 'path') return node.parts.every((part) => part.kind === 'text')
  return node.kind === 'integer'
}
