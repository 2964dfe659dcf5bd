// Values → what the operators of Nix make of them.
import type { Place } from '../../core/span.ts'
import type { Binary, BinaryOperator, Expression, Unary } from '../syntax.ts'
import { order, same } from './equality.ts'
import { spend } from './limits.ts'
import type { Machine } from './machine.ts'
import { resolvedPath } from './repository-path.ts'
import { join } from './text.ts'
import {
  type Attributes,
  type Entry,
  type Text,
  type Thunk,
  type Unknown,
  type Value,
  asUnknown,
  attributesOf,
  bool,
  failure,
  float,
  int,
  kindName,
  list,
  ready,
  unknown,
} from './value.ts'

/** `a`, `b`, `c` of `(a + b) + c`. */
export function leftChain(node: Binary, operator: BinaryOperator): Expression[] {
  const parts: Expression[] = []
  let left: Expression = node
  for (; left.kind === 'binary' && left.operator === operator; left = left.left) parts.push(left.right)
  parts.push(left)
  return parts.reverse()
}

/** `a`, `b`, `c` of `a ++ (b ++ c)`. */
export function rightChain(node: Binary, operator: BinaryOperator): Expression[] {
  const parts: Expression[] = []
  let right: Expression = node
  for (; right.kind === 'binary' && right.operator === operator; right = right.right) parts.push(right.left)
  parts.push(right)
  return parts
}

/** `-x` and `!x`. */
export function negated(operator: Unary['operator'], value: Value): Value {
  if (operator === '!') return value.kind === 'bool' ? bool(!value.value) : asUnknown(value, 'no boolean')
  return value.kind === 'int' ? int(-value.value) : value.kind === 'float' ? float(-value.value) : asUnknown(value, 'no number')
}

/** Whether it is `true`. */
export const truth = (value: Value): boolean => value.kind === 'bool' && value.value

/** An operator that takes two values, whatever they are. */
type Strict = '==' | '!=' | '<' | '<=' | '>' | '>=' | '-' | '*' | '/'

const notComparable = 'a comparison with something not known'

/** `left OPERATOR right`. */
export function operate(operator: Strict, left: Value, right: Value, place: Place, machine: Machine): Value {
  switch (operator) {
    case '==':
    case '!=': {
      const equal = same(left, right)
      return equal === null ? none([left, right], notComparable, machine) : bool(equal === (operator === '=='))
    }
    case '<':
      return less(left, right, (order) => order < 0, machine)
    case '<=':
      return less(left, right, (order) => order <= 0, machine)
    case '>':
      return less(left, right, (order) => order > 0, machine)
    case '>=':
      return less(left, right, (order) => order >= 0, machine)
    case '-':
      return arithmetic(left, right, (a, b) => a - b)
    case '*':
      return arithmetic(left, right, (a, b) => a * b)
    case '/':
      if ((right.kind === 'int' || right.kind === 'float') && right.value === 0) return failure('division by zero', place)
      return arithmetic(left, right, (a, b, whole) => (whole ? Math.trunc(a / b) : a / b))
  }
}

/** Two numbers → a third; `whole` says that both are integers. */
function arithmetic(left: Value, right: Value, operate: (a: number, b: number, whole: boolean) => number): Value {
  if ((left.kind !== 'int' && left.kind !== 'float') || (right.kind !== 'int' && right.kind !== 'float'))
    return left.kind === 'unknown' ? left : asUnknown(right, 'no number')
  const whole = left.kind === 'int' && right.kind === 'int'
  const result = operate(left.value, right.value, whole)
  if (!whole) return float(result)
  return Number.isSafeInteger(result) ? int(result) : unknown('an integer beyond 2^53')
}

/** `a // b`: what only one side is known to have stays known where the other cannot hide it. */
export function update(left: Value, right: Value, machine: Machine): Value {
  if (left.kind !== 'attributes' || right.kind !== 'attributes') {
    if (left.kind !== 'unknown' && left.kind !== 'attributes') return failure(`${kindName(left)} is merged like a set`)
    if (right.kind !== 'unknown' && right.kind !== 'attributes') return failure(`${kindName(right)} is merged like a set`)
    if (left.kind === 'unknown' && left.failed) return left
    if (right.kind === 'unknown' && right.failed) return right
    if (right.kind === 'attributes') return attributesOf(right.entries, () => unknown((left as Unknown).reason))
    if (left.kind === 'attributes') {
      machine.exploration.add(ready(left))
      return attributesOf(new Map(), () => unknown((right as Unknown).reason))
    }
    return left
  }
  spend((left.entries.size + right.entries.size) >> 2)
  const entries = new Map<string, Entry>()
  const hidden = right.rest !== null && !right.model
  if (hidden) machine.exploration.add(ready(left))
  else for (const [name, entry] of left.entries) entries.set(name, entry)
  for (const [name, entry] of right.entries) entries.set(name, entry)
  const { rest: below } = left
  const { rest: above } = right
  return { kind: 'attributes', entries, rest: above ?? below, model: left.model && right.model }
}

/** `a + b + c`. */
export function sum(terms: readonly Value[], place: Place, machine: Machine): Value {
  let total = terms[0]!
  let texts: Text[] = []
  for (const term of terms.slice(1)) {
    if (total.kind === 'string' && term.kind === 'string') {
      if (texts.length === 0) texts.push(total)
      texts.push(term)
      continue
    }
    if (texts.length > 0) total = join(texts)
    texts = []
    total = plus(total, term, place, machine)
  }
  return texts.length > 0 ? join(texts) : total
}

/** `a ++ b ++ c`. */
export function concat(terms: readonly Value[], machine: Machine): Value {
  const items: Thunk[] = []
  for (const term of terms)
    if (term.kind === 'list') {
      spend(term.items.length)
      for (const item of term.items) items.push(item)
    } else return none(terms, 'no list', machine)
  return list(items)
}

/** `a // b // c`. */
export function merge(terms: readonly Value[], machine: Machine): Value {
  let merged = terms.at(-1)!
  if (terms.length > 2 && terms.every((term) => term.kind === 'attributes' && term.rest === null && !term.model)) {
    const entries = new Map<string, Entry>()
    for (const term of terms) for (const [name, entry] of (term as Attributes).entries) entries.set(name, entry)
    spend(entries.size)
    return attributesOf(entries)
  }
  for (let i = terms.length - 2; i >= 0; i--) merged = update(terms[i]!, merged, machine)
  return merged
}

/** All terms matter although the operation cannot be done: explores them, and says why not. */
function none(terms: readonly Value[], reason: string, machine: Machine): Unknown {
  for (const term of terms) machine.exploration.add(ready(term))
  const unknowns = terms.filter((term) => term.kind === 'unknown')
  return unknowns.find((term) => term.failed) ?? unknowns[0] ?? failure(reason)
}

function plus(left: Value, right: Value, place: Place, machine: Machine): Value {
  const isNumber = left.kind === 'int' || left.kind === 'float'
  if (isNumber || right.kind === 'int' || right.kind === 'float') {
    if (left.kind === 'unknown' || right.kind === 'unknown') return none([left, right], '', machine)
    return arithmetic(left, right, (a, b) => a + b)
  }
  if (left.kind === 'path') {
    if (right.kind === 'string') return resolvedPath('', left.path + right.text)
    if (right.kind === 'path') return unknown('two paths joined')
  }
  const a = machine.interpolate(left, place)
  const b = machine.interpolate(right, place)
  if (a.kind === 'unknown') return b.kind === 'unknown' && b.failed ? b : a
  return b.kind === 'unknown' ? b : join([a, b])
}

function less(left: Value, right: Value, holds: (order: number) => boolean, machine: Machine): Value {
  const found = order(left, right)
  return found === null ? none([left, right], notComparable, machine) : bool(holds(found))
}
