// Two values → whether Nix takes them for equal, and which comes first.
import { nest, spend } from './limits.ts'
import type { Attributes, Text, Thunk, Value } from './value.ts'

/** Equality as `==` sees it; null where it cannot be known. Functions equal nothing. */
export function same(left: Value, right: Value): boolean | null {
  if (left.kind === 'unknown' || right.kind === 'unknown') return null
  if ((left.kind === 'int' || left.kind === 'float') && (right.kind === 'int' || right.kind === 'float')) return left.value === right.value
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
      return nest(() => every(left.items, (item, i) => sameThunk(item, others[i]!)))
    }
    case 'attributes':
      return sameSet(left, right as Attributes)
    default:
      return false
  }
}

function sameThunk(left: Thunk, right: Thunk): boolean | null {
  // Nix too takes one and the same value for equal to itself inside lists and sets.
  return left === right && left.force().kind !== 'unknown' ? true : same(left.force(), right.force())
}

function sameSet(left: Attributes, right: Attributes): boolean | null {
  if (left === right) return true
  if (left.rest !== null || right.rest !== null) return isDerivation(left) && isDerivation(right) ? null : samePlatform(left, right)
  if (left.entries.size !== right.entries.size) return false
  for (const name of left.entries.keys()) if (!right.entries.has(name)) return false
  return nest(() => every([...left.entries], ([name, entry]) => sameThunk(entry.value, right.entries.get(name)!.value)))
}

/** Two stand-ins for platforms differ if their systems do. */
function samePlatform(left: Attributes, right: Attributes): boolean | null {
  const one = left.entries.get('system')?.value.known
  const other = right.entries.get('system')?.value.known
  return one?.kind === 'string' && other?.kind === 'string' && one.text !== other.text ? false : null
}

/** Order of numbers, strings and lists of them; null where there is none. */
export function order(left: Value, right: Value): number | null {
  if ((left.kind === 'int' || left.kind === 'float') && (right.kind === 'int' || right.kind === 'float')) return left.value - right.value
  if (left.kind === 'string' && right.kind === 'string') return left.text < right.text ? -1 : left.text > right.text ? 1 : 0
  if (left.kind !== 'list' || right.kind !== 'list') return null
  for (const [i, item] of left.items.entries()) {
    const other = right.items[i]
    if (other === undefined) return 1
    spend(1)
    const found = nest(() => order(item.force(), other.force()))
    if (found !== 0) return found
  }
  return left.items.length - right.items.length
}

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
