// The operators of Nix on values that are known: numbers and booleans, and chains of one operator.
import type { Binary, BinaryOperator, Expression, Unary } from '../syntax.ts'
import { type Value, asUnknown, bool, float, int, unknown } from './value.ts'

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

/** Two numbers → a third; `whole` says that both are integers. */
export function arithmetic(left: Value, right: Value, operate: (a: number, b: number, whole: boolean) => number): Value {
  if ((left.kind !== 'int' && left.kind !== 'float') || (right.kind !== 'int' && right.kind !== 'float'))
    return left.kind === 'unknown' ? left : asUnknown(right, 'no number')
  const whole = left.kind === 'int' && right.kind === 'int'
  const result = operate(left.value, right.value, whole)
  if (!whole) return float(result)
  return Number.isSafeInteger(result) ? int(result) : unknown('an integer beyond 2^53')
}
