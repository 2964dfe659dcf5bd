// Nix's order of versions: components are runs of digits or of other characters, cut at dots and dashes.
import { slice } from './text.ts'
import type { Text } from './value.ts'

/** `builtins.splitVersion`. */
export function splitVersion(version: Text): Text[] {
  return [...version.text.matchAll(/[0-9]+|[^0-9.-]+/g)].map((match) => slice(version, match.index, match.index + match[0].length))
}

/** `builtins.compareVersions`: negative, zero or positive as -1, 0 or 1. `pre` is before everything, digits after letters. */
export function compareVersions(a: string, b: string): -1 | 0 | 1 {
  const left = a.match(/[0-9]+|[^0-9.-]+/g) ?? []
  const right = b.match(/[0-9]+|[^0-9.-]+/g) ?? []
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const x = left[i] ?? ''
    const y = right[i] ?? ''
    if (before(x, y)) return -1
    if (before(y, x)) return 1
  }
  return 0
}

const number = (component: string): bigint | null => (/^[0-9]+$/.test(component) ? BigInt(component) : null)

function before(a: string, b: string): boolean {
  const x = number(a)
  const y = number(b)
  if (x !== null && y !== null) return x < y
  if (a === '' && y !== null) return true
  if (a === 'pre' && b !== 'pre') return true
  if (b === 'pre') return false
  if (y !== null) return true
  if (x !== null) return false
  return a < b
}
