// A name that is not there and the names that are become the few that were probably meant.
import { compareNatural } from '../core/natural-order.ts'

/**
 * At most `max` of the candidates that are near the name, nearest first; never the name itself. Near is: at most two edits in five characters (at least one), or one
 * name holding the other. Case does not count; names that differ in numbers only are ordered by how far the numbers are apart.
 */
export function nearest(name: string, candidates: readonly string[], max = 3): readonly string[] {
  const wanted = name.toLowerCase()
  const found: { readonly candidate: string; readonly score: number }[] = []
  for (const candidate of new Set(candidates)) {
    if (candidate === name) continue
    const score = scored(wanted, candidate.toLowerCase())
    if (score !== null) found.push({ candidate, score })
  }
  found.sort((a, b) => a.score - b.score || compareApart(name, a.candidate, b.candidate) || compareNatural(a.candidate, b.candidate))
  return found.slice(0, max).map(({ candidate }) => candidate)
}

/** Like `nearest`, but tags that differ from the wanted one in numbers only come first, the numerically nearest before others: beside `v0.11.0`, `v0.11.2` before `v1.11.0`. */
export function nearestTags(tag: string, tags: readonly string[], max = 3): readonly string[] {
  const form = skeleton(tag)
  const alike = [...new Set(tags)].filter((each) => each !== tag && /\d/.test(tag) && skeleton(each) === form)
  alike.sort((a, b) => compareApart(tag, a, b) || compareNatural(b, a))
  const others = nearest(
    tag,
    tags.filter((each) => skeleton(each) !== form),
    max,
  )
  return [...alike, ...others].slice(0, max)
}

/** Lower is nearer; null is not near. */
function scored(a: string, b: string): number | null {
  if (a === '' || b === '') return null
  const longer = Math.max(a.length, b.length)
  const limit = Math.max(1, Math.floor(longer * 0.4))
  const edits = distance(a, b, limit)
  const within = Math.min(a.length, b.length) >= 3 && (a.includes(b) || b.includes(a))
  // After every name that is near by edits; the more of one the other covers, the nearer, and a beginning before another part.
  if (edits === null) return within ? 2 - Math.min(a.length, b.length) / longer - (a.startsWith(b) || b.startsWith(a) ? 0.1 : 0) : null
  return edits / longer - (within ? 0.1 : 0)
}

/** Optimal string alignment distance (insert, delete, replace, swap neighbours), or null where it is above the limit. */
export function distance(a: string, b: string, limit: number): number | null {
  if (Math.abs(a.length - b.length) > limit) return null
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const at = (cells: readonly number[], column: number): number => cells[column] ?? Infinity
      const replaced = at(above, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(before, j - 2) + 1 : Infinity
      row.push(Math.min(at(above, j) + 1, at(row, j - 1) + 1, replaced, swapped))
    }
    // A swap looks two rows back, so both must be beyond the limit before nothing can come of it.
    if (Math.min(...row) > limit && Math.min(...above) > limit) return null
    before = above
    above = row
  }
  const edits = above[b.length] ?? Infinity
  return edits <= limit ? edits : null
}

function skeleton(text: string): string {
  return text.toLowerCase().replace(/\d+/g, '#')
}

/** Which of two names has numbers nearer to the wanted one's, the first numbers counting most; 0 unless all three differ in numbers only. */
function compareApart(wanted: string, a: string, b: string): number {
  const form = skeleton(wanted)
  if (skeleton(a) !== form || skeleton(b) !== form) return 0
  const x = apart(wanted, a)
  const y = apart(wanted, b)
  for (const [i, gap] of x.entries()) {
    const other = y[i] ?? 0n
    if (gap !== other) return gap < other ? -1 : 1
  }
  return 0
}

function apart(a: string, b: string): readonly bigint[] {
  const numbers = b.match(/\d+/g) ?? []
  return (a.match(/\d+/g) ?? []).map((digits, i) => {
    const gap = BigInt(digits) - BigInt(numbers[i] ?? 0)
    return gap < 0n ? -gap : gap
  })
}
