// The builtins table: a name, how many arguments, what it does. Adding a builtin is adding an entry.
import { boolOf, fail, intOf, listOf, pathOf, setOf, shownOf, sortedEntries, stop, stringOf, wholeSetOf, wrongKind } from './arguments.ts'
import { byteLength, byteSlice, isAscii } from './bytes.ts'
import { compareVersions, splitVersion } from './compare-versions.ts'
import { fromJson, fromToml, toJson } from './data.ts'
import { order, same } from './equality.ts'
import type { Machine } from './machine.ts'
import { nest, spend } from './limits.ts'
import { type Match, RegularExpression } from './regular-expression.ts'
import { derived, join, slice } from './text.ts'
import {
  type Attributes,
  type Entry,
  type Text,
  type Thunk,
  type Unknown,
  type Value,
  attributes,
  attributesOf,
  bool,
  float,
  int,
  kindName,
  lazy,
  list,
  nothing,
  ready,
  text,
  unknown,
} from './value.ts'

/** How many arguments, and what becomes of them. A builtin may throw Halt (see arguments.ts). */
export type Builtin = readonly [arity: number, call: (machine: Machine, args: readonly Thunk[]) => Value]

const is =
  (...kinds: Value['kind'][]): Builtin[1] =>
  (_, [value]) => {
    const forced = value!.force()
    return forced.kind === 'unknown' ? forced : bool(kinds.includes(forced.kind))
  }

const entriesOf = (pairs: Iterable<readonly [string, Entry]>): Value => attributesOf(new Map(pairs))

/** A list of name-value pairs as a set; the first of two equal names counts. */
function listToAttrs(machine: Machine, pairs: readonly Thunk[]): Value {
  const entries = new Map<string, Entry>()
  let unnamed = false
  for (const pair of pairs) {
    const set = pair.force()
    const name = set.kind === 'attributes' ? machine.attribute(set, 'name', null) : set
    if (set.kind === 'attributes' && name?.kind === 'string') {
      if (entries.has(name.text)) continue
      entries.set(name.text, {
        value: lazy(() => machine.attribute(set, 'value', null) ?? fail('the attribute value is missing')),
        key: name,
      })
    } else {
      unnamed = true
      machine.exploration.add(pair)
    }
  }
  return attributesOf(entries, unnamed ? () => unknown('an attribute whose name is not known') : null)
}

function replaceStrings(_: Machine, [from, to, subject]: readonly Thunk[]): Value {
  const patterns = listOf(from!).items.map((item) => stringOf(item).text)
  const replacements = listOf(to!).items
  if (patterns.length !== replacements.length) fail('replaceStrings is given lists of different lengths')
  const value = stringOf(subject!)
  spend(value.text.length >> 3)
  // Where no pattern can begin, none is tried.
  const everywhere = patterns.includes('')
  const beginnings = new Set(patterns.map((pattern) => pattern.charCodeAt(0)))
  const out: Text[] = []
  let at = 0
  let kept = 0
  while (at <= value.text.length) {
    const i =
      everywhere || beginnings.has(value.text.charCodeAt(at)) ? patterns.findIndex((pattern) => value.text.startsWith(pattern, at)) : -1
    if (i < 0) {
      at++
      continue
    }
    spend(1)
    const pattern = patterns[i]!
    if (at > kept) out.push(slice(value, kept, at))
    out.push(derived(stringOf(replacements[i]!), slice(value, at, at + pattern.length)))
    kept = at + pattern.length
    if (pattern === '') {
      if (at < value.text.length) out.push(slice(value, at, at + 1))
      at++
      kept = at
    } else at = kept
  }
  if (kept < value.text.length) out.push(slice(value, kept, value.text.length))
  return out.length === 0 ? (value.text === '' ? value : text('')) : join(out)
}

const expressions = new Map<string, ReturnType<typeof RegularExpression.read>>()

/** The expression, and its price on this text; Nix stops at one that is malformed. */
function expressionFor(pattern: Thunk, value: Text): RegularExpression {
  const source = stringOf(pattern).text
  let expression = expressions.get(source)
  if (expression === undefined) {
    expression = RegularExpression.read(source)
    if (expressions.size < 1000) expressions.set(source, expression)
  }
  if (expression === 'malformed') return fail(`the regular expression ${source} is malformed`)
  if (expression === 'strange') return stop(`the regular expression ${source}`)
  // Nix counts bytes: what repeats a counted number of times would be cut elsewhere.
  if (source.includes('{') && !isAscii(value.text)) return stop('a regular expression that counts, over letters outside ASCII')
  spend(expression.literal === null ? (value.text.length * Math.min(expression.size, 64)) >> 7 : value.text.length >> 6)
  return expression
}

function split(_: Machine, [pattern, subject]: readonly Thunk[]): Value {
  const value = stringOf(subject!)
  const expression = expressionFor(pattern!, value)
  const items: Thunk[] = []
  let kept = 0
  let at = 0
  for (
    let found = expression.search(value.text, 0);
    found !== null;
    found = at <= value.text.length ? expression.search(value.text, at) : null
  ) {
    const [start, end] = found[0]!
    spend(1)
    items.push(ready(slice(value, kept, start)), ready(groupsOf(value, found)))
    kept = end
    at = end === start ? end + 1 : end
  }
  items.push(ready(slice(value, kept, value.text.length)))
  return list(items)
}

const groupsOf = (value: Text, match: Match): Value =>
  list(match.slice(1).map((span) => ready(span === null ? nothing : slice(value, span[0], span[1]))))

function match(_: Machine, [pattern, subject]: readonly Thunk[]): Value {
  const value = stringOf(subject!)
  const found = expressionFor(pattern!, value).whole(value.text)
  return found === null ? nothing : groupsOf(value, found)
}

/** The parts of a list for which the function answers true; an answer that is not known makes the whole list unknown. */
function choose(machine: Machine, test: Thunk, items: readonly Thunk[]): { right: Thunk[]; wrong: Thunk[] } {
  const right: Thunk[] = []
  const wrong: Thunk[] = []
  for (const item of items) (boolOf(machine.apply(test.force(), item, null)) ? right : wrong).push(item)
  return { right, wrong }
}

/** A name-and-version as `builtins.parseDrvName` cuts it: before the first dash that no letter follows. */
function parseName(value: Text): { name: Text; version: Text } {
  const cut = /-(?![a-zA-Z])/.exec(value.text)?.index
  return cut === undefined || cut === value.text.length - 1
    ? { name: value, version: text('') }
    : { name: slice(value, 0, cut), version: slice(value, cut + 1, value.text.length) }
}

/** The last part of a path or of a string that looks like one. */
function baseName(value: Text): Text {
  const end = value.text.endsWith('/') ? value.text.length - 1 : value.text.length
  return slice(value, value.text.lastIndexOf('/', end - 1) + 1, end)
}

function callOverEntries(machine: Machine, call: Thunk, set: Thunk, make: (name: Text, value: Thunk) => Value): Value {
  const value = setOf(set)
  const callee = call.force()
  if (callee.kind === 'unknown') machine.exploration.add(set)
  return entriesOf(
    [...value.entries].map(([name, entry]) => [
      name,
      { value: lazy(() => make(machine.entryName(name, entry), entry.value)), key: entry.key },
    ]),
  )
}

/** Why Nix would stop inside a value, or null. */
function deepFailure(value: Value, seen: Set<Value>): Unknown | null {
  if (value.kind === 'unknown') return value.failed ? value : null
  if ((value.kind !== 'list' && value.kind !== 'attributes') || seen.has(value)) return null
  seen.add(value)
  const parts = value.kind === 'list' ? value.items : [...value.entries.values()].map((entry) => entry.value)
  spend(parts.length)
  for (const part of parts) {
    const failed = nest(() => deepFailure(part.force(), seen))
    if (failed !== null) return failed
  }
  return null
}

function genericClosure(machine: Machine, given: Attributes): Value {
  const field = (set: Value, name: string): Value => machine.attribute(set, name, null) ?? fail(`the attribute ${name} is missing`)
  const todo = [...listOf(ready(field(given, 'startSet'))).items]
  const operator = field(given, 'operator')
  const done: { readonly key: Value; readonly item: Thunk }[] = []
  for (let item = todo.shift(); item !== undefined; item = todo.shift()) {
    const key = field(item.force(), 'key')
    spend(done.length >> 3)
    if (done.some((other) => same(other.key, key) ?? stop('a key that is not known'))) continue
    done.push({ key, item })
    todo.push(...listOf(ready(machine.apply(operator, item, null))).items)
  }
  return list(done.map(({ item }) => item))
}

function append(groups: Map<string, Thunk[]>, name: string, item: Thunk): void {
  const group = groups.get(name)
  if (group === undefined) groups.set(name, [item])
  else group.push(item)
}

const bitwise =
  (operate: (a: bigint, b: bigint) => bigint): Builtin[1] =>
  (_, [a, b]) =>
    int(Number(operate(BigInt(intOf(a!)), BigInt(intOf(b!)))))

const numeric =
  (operate: (a: number, b: number) => number): Builtin[1] =>
  (_, [a, b]) => {
    const left = a!.force()
    const right = b!.force()
    if (left.kind !== 'int' && left.kind !== 'float') wrongKind(left, 'a number')
    if (right.kind !== 'int' && right.kind !== 'float') wrongKind(right, 'a number')
    const whole = left.kind === 'int' && right.kind === 'int'
    const result = operate(left.value, right.value)
    return whole ? int(Math.trunc(result)) : float(result)
  }

// By itself: inside the table the name would be Object.prototype's.
const toStringBuiltin: Builtin = [1, (machine, [value]) => shown(machine, value!.force())]

/** Every builtin that needs nothing but the language itself. */
export const builtins: Readonly<Record<string, Builtin>> = {
  // Kinds
  isAttrs: [1, is('attributes')],
  isBool: [1, is('bool')],
  isFloat: [1, is('float')],
  isFunction: [1, is('function')],
  isInt: [1, is('int')],
  isList: [1, is('list')],
  isNull: [1, is('null')],
  isPath: [1, is('path')],
  isString: [1, is('string')],
  typeOf: [
    1,
    (_, [value]) => {
      const forced = value!.force()
      const names = { attributes: 'set', function: 'lambda' } as Record<string, string>
      return forced.kind === 'unknown' ? forced : text(names[forced.kind] ?? forced.kind)
    },
  ],

  // Control
  abort: [1, (_, [message]) => fail(stringOf(message!).text)],
  addErrorContext: [2, (_, [, value]) => value!.force()],
  deepSeq: [
    2,
    (_, [first, value]) => {
      const failed = deepFailure(first!.force(), new Set())
      return failed ?? value!.force()
    },
  ],
  seq: [
    2,
    (_, [first, value]) => {
      const forced = first!.force()
      return forced.kind === 'unknown' && forced.failed ? forced : value!.force()
    },
  ],
  throw: [
    1,
    (_, [message]) => {
      const said = message!.force()
      return fail(said.kind === 'string' ? said.text : 'throw')
    },
  ],
  trace: [2, (_, [, value]) => value!.force()],
  traceVerbose: [2, (_, [, value]) => value!.force()],
  warn: [2, (_, [, value]) => value!.force()],
  tryEval: [
    1,
    (_, [value]) => {
      const forced = value!.force()
      if (forced.kind === 'unknown') return forced.failed ? attributes({ success: bool(false), value: bool(false) }) : forced
      return attributes({ success: bool(true), value: forced })
    },
  ],
  genericClosure: [1, (machine, [given]) => genericClosure(machine, setOf(given!))],

  // Strings
  baseNameOf: [
    1,
    (machine, [value]) => {
      const forced = value!.force()
      return baseName(forced.kind === 'path' ? text(forced.path) : shownOf(machine, value!))
    },
  ],
  compareVersions: [2, (_, [a, b]) => int(compareVersions(stringOf(a!).text, stringOf(b!).text))],
  concatStringsSep: [
    2,
    (machine, [separator, items]) => {
      const between = stringOf(separator!)
      const parts = listOf(items!).items.map((item) => shownOf(machine, item))
      return parts.length === 0 ? text('') : join(parts.flatMap((part, i) => (i === 0 ? [part] : [between, part])))
    },
  ],
  dirOf: [
    1,
    (_, [value]) => {
      const forced = value!.force()
      if (forced.kind === 'path')
        return { kind: 'path', path: forced.path.includes('/') ? forced.path.slice(0, forced.path.lastIndexOf('/')) : '' }
      const whole = stringOf(value!)
      const cut = whole.text.lastIndexOf('/')
      return cut < 0 ? text('.') : cut === 0 ? text('/') : slice(whole, 0, cut)
    },
  ],
  match: [2, match],
  parseDrvName: [
    1,
    (_, [value]) => {
      const { name, version } = parseName(stringOf(value!))
      return attributes({ name, version })
    },
  ],
  replaceStrings: [3, replaceStrings],
  split: [2, split],
  splitVersion: [1, (_, [value]) => list(splitVersion(stringOf(value!)).map(ready))],
  stringLength: [1, (machine, [value]) => int(byteLength(shownOf(machine, value!).text))],
  substring: [
    3,
    (machine, [start, length, value]) => {
      const from = intOf(start!)
      if (from < 0) fail('substring is given a negative start')
      const count = intOf(length!)
      return byteSlice(shownOf(machine, value!), from, count < 0 ? Infinity : from + count) ?? stop('a cut through a character')
    },
  ],
  toString: toStringBuiltin,
  unsafeDiscardStringContext: [1, (machine, [value]) => shownOf(machine, value!)],
  unsafeDiscardOutputDependency: [1, (machine, [value]) => shownOf(machine, value!)],
  hasContext: [1, () => stop('a string context')],
  getContext: [1, () => stop('a string context')],

  // Lists
  all: [
    2,
    (machine, [test, items]) => {
      for (const item of listOf(items!).items) if (!boolOf(machine.apply(test!.force(), item, null))) return bool(false)
      return bool(true)
    },
  ],
  any: [
    2,
    (machine, [test, items]) => {
      for (const item of listOf(items!).items) if (boolOf(machine.apply(test!.force(), item, null))) return bool(true)
      return bool(false)
    },
  ],
  concatLists: [1, (_, [lists]) => list(listOf(lists!).items.flatMap((inner) => listOf(inner).items))],
  concatMap: [
    2,
    (machine, [call, items]) => list(listOf(items!).items.flatMap((item) => listOf(ready(machine.apply(call!.force(), item, null))).items)),
  ],
  elem: [
    2,
    (_, [value, items]) => {
      let doubt = false
      for (const item of listOf(items!).items) {
        const found = same(value!.force(), item.force())
        if (found === true) return bool(true)
        doubt ||= found === null
      }
      return doubt ? stop('whether a list has something that is not known') : bool(false)
    },
  ],
  elemAt: [
    2,
    (_, [items, index]) => {
      const all = listOf(items!).items
      const item = all[intOf(index!)] ?? fail(`the list has ${all.length} elements`)
      return item.force()
    },
  ],
  filter: [2, (machine, [test, items]) => list(choose(machine, test!, listOf(items!).items).right)],
  "foldl'": [
    3,
    (machine, [call, start, items]) => {
      let value = start!.force()
      for (const item of listOf(items!).items) value = machine.applyAll(call!.force(), [ready(value), item])
      return value
    },
  ],
  genList: [
    2,
    (machine, [call, count]) => {
      const length = intOf(count!)
      if (length < 0 || length > 100_000) return fail(`a list of ${length} elements`)
      return list(Array.from({ length }, (_, i) => lazy(() => machine.apply(call!.force(), ready(int(i)), null))))
    },
  ],
  groupBy: [
    2,
    (machine, [call, items]) => {
      const found = new Map<string, Thunk[]>()
      for (const item of listOf(items!).items) {
        const name = stringOf(ready(machine.apply(call!.force(), item, null))).text
        append(found, name, item)
      }
      return entriesOf([...found].map(([name, group]) => [name, { value: ready(list(group)), key: null }]))
    },
  ],
  head: [1, (_, [items]) => (listOf(items!).items[0] ?? fail('head of an empty list')).force()],
  length: [1, (_, [items]) => int(listOf(items!).items.length)],
  map: [2, (machine, [call, items]) => list(listOf(items!).items.map((item) => lazy(() => machine.apply(call!.force(), item, null))))],
  partition: [
    2,
    (machine, [test, items]) => {
      const { right, wrong } = choose(machine, test!, listOf(items!).items)
      return attributes({ right: list(right), wrong: list(wrong) })
    },
  ],
  sort: [
    2,
    (machine, [less, items]) => {
      const before = (a: Thunk, b: Thunk): boolean => boolOf(machine.applyAll(less!.force(), [a, b]))
      return list([...listOf(items!).items].sort((a, b) => (before(a, b) ? -1 : before(b, a) ? 1 : 0)))
    },
  ],
  tail: [
    1,
    (_, [items]) => {
      const all = listOf(items!).items
      return all.length === 0 ? fail('tail of an empty list') : list(all.slice(1))
    },
  ],

  // Sets
  attrNames: [1, (machine, [set]) => list(sortedEntries(wholeSetOf(set!)).map(([name, entry]) => ready(machine.entryName(name, entry))))],
  attrValues: [1, (_, [set]) => list(sortedEntries(wholeSetOf(set!)).map(([, entry]) => entry.value))],
  catAttrs: [
    2,
    (_, [name, sets]) => {
      const wanted = stringOf(name!).text
      return list(listOf(sets!).items.flatMap((set) => setOf(set).entries.get(wanted)?.value ?? []))
    },
  ],
  functionArgs: [
    1,
    (_, [value]) => {
      const forced = value!.force()
      if (forced.kind !== 'function') return wrongKind(forced, 'a function')
      const formals = forced.lambda?.node.formals ?? []
      return entriesOf(formals.map((formal) => [formal.name, { value: ready(bool(formal.fallback !== null)), key: null }]))
    },
  ],
  getAttr: [
    2,
    (machine, [name, set]) => {
      const wanted = stringOf(name!).text
      return machine.attribute(set!.force(), wanted, null) ?? fail(`the attribute ${wanted} is missing`)
    },
  ],
  hasAttr: [
    2,
    (_, [name, set]) => {
      const wanted = stringOf(name!).text
      const value = setOf(set!)
      if (value.entries.has(wanted)) return bool(true)
      return value.rest === null ? bool(false) : stop(`whether ${wanted} is there`)
    },
  ],
  intersectAttrs: [
    2,
    (_, [a, b]) => {
      const names = wholeSetOf(a!).entries
      return entriesOf([...setOf(b!).entries].filter(([name]) => names.has(name)))
    },
  ],
  listToAttrs: [1, (machine, [pairs]) => listToAttrs(machine, listOf(pairs!).items)],
  mapAttrs: [
    2,
    (machine, [call, set]) => callOverEntries(machine, call!, set!, (name, value) => machine.applyAll(call!.force(), [ready(name), value])),
  ],
  removeAttrs: [
    2,
    (_, [set, names]) => {
      const value = setOf(set!)
      const gone = new Set(listOf(names!).items.map((name) => stringOf(name).text))
      return attributesOf(new Map([...value.entries].filter(([name]) => !gone.has(name))), value.rest)
    },
  ],
  zipAttrsWith: [
    2,
    (machine, [call, sets]) => {
      const found = new Map<string, Thunk[]>()
      for (const set of listOf(sets!).items) for (const [name, entry] of wholeSetOf(set).entries) append(found, name, entry.value)
      return entriesOf(
        [...found].map(([name, values]) => [
          name,
          { value: lazy(() => machine.applyAll(call!.force(), [ready(text(name)), ready(list(values))])), key: null },
        ]),
      )
    },
  ],
  unsafeGetAttrPos: [2, () => nothing],

  // Numbers
  add: [2, numeric((a, b) => a + b)],
  sub: [2, numeric((a, b) => a - b)],
  mul: [2, numeric((a, b) => a * b)],
  div: [2, numeric((a, b) => (b === 0 ? fail('division by zero') : a / b))],
  bitAnd: [2, bitwise((a, b) => a & b)],
  bitOr: [2, bitwise((a, b) => a | b)],
  bitXor: [2, bitwise((a, b) => a ^ b)],
  ceil: [1, (_, [value]) => rounded(value!, Math.ceil)],
  floor: [1, (_, [value]) => rounded(value!, Math.floor)],
  lessThan: [
    2,
    (_, [a, b]) => {
      const found = order(a!.force(), b!.force())
      return found === null ? wrongKind(a!.force(), 'something with an order') : bool(found < 0)
    },
  ],

  // Data and files
  fromJSON: [1, (machine, [value]) => fromJson(shownOf(machine, value!))],
  fromTOML: [1, (machine, [value]) => fromToml(shownOf(machine, value!))],
  toJSON: [1, (machine, [value]) => text(toJson(machine, value!.force()))],
  pathExists: [
    1,
    (machine, [value]) => {
      const path = pathOf(value!)
      machine.reads.add(path)
      return bool(machine.tree.text(path) !== null || machine.tree.entries(path) !== null)
    },
  ],
  readDir: [
    1,
    (machine, [value]) => {
      const path = pathOf(value!)
      const names = machine.tree.entries(path) ?? fail(`the folder ${path} is not there`)
      return attributes(Object.fromEntries([...names].map(([name, kind]) => [name, text(kind)])))
    },
  ],
  readFileType: [
    1,
    (machine, [value]) => {
      const path = pathOf(value!)
      if (machine.tree.text(path) !== null) return text('regular')
      return machine.tree.entries(path) !== null ? text('directory') : stop(`the type of ${path}`)
    },
  ],
  readFile: [
    1,
    (machine, [value]) => {
      const path = pathOf(value!)
      machine.reads.add(path)
      const content = machine.tree.text(path) ?? stop(`the file ${path} cannot be read`)
      return {
        kind: 'string',
        text: content,
        runs: [
          {
            start: 0,
            end: content.length,
            from: 0,
            to: content.length,
            origin: { file: path, start: 0, end: content.length, form: 'file' },
          },
        ],
      }
    },
  ],
  path: [1, () => stop('a store path')],
  filterSource: [2, () => stop('a store path')],
  toPath: [1, (_, [value]) => value!.force()],
  toFile: [2, () => stop('a store path')],
  storePath: [1, () => stop('a store path')],
  placeholder: [1, () => stop('an output path')],
  getEnv: [1, () => text('')],
  hashString: [2, () => stop('a hash that is computed')],
  hashFile: [2, () => stop('a hash that is computed')],
}

function rounded(thunk: Thunk, round: (value: number) => number): Value {
  const value = thunk.force()
  return value.kind === 'int' || value.kind === 'float' ? int(round(value.value)) : wrongKind(value, 'a number')
}

/** What `toString` makes of a value. */
function shown(machine: Machine, value: Value): Value {
  switch (value.kind) {
    case 'null':
      return text('')
    case 'bool':
      return text(value.value ? '1' : '')
    case 'int':
      return text(String(value.value))
    case 'float':
      return text(value.value.toFixed(6))
    case 'list': {
      const parts: Text[] = []
      spend(value.items.length)
      for (const item of value.items) {
        const part = nest(() => shown(machine, item.force()))
        if (part.kind !== 'string') return part
        if (parts.length > 0) parts.push(text(' '))
        parts.push(part)
      }
      return parts.length === 0 ? text('') : join(parts)
    }
    case 'function':
      return fail(`${kindName(value)} cannot be made a string`)
    default:
      return machine.interpolate(value, null)
  }
}
