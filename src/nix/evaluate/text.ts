// Strings that remember where their characters came from: joining, cutting and looking back.
import type { Span } from '../../core/span.ts'
import { spendString } from './limits.ts'
import { type Origin, type Run, type Text, text } from './value.ts'

/** A string whose characters are exactly those at `from` in the origin's file. */
export function exact(value: string, from: number, origin: Origin): Text {
  return value === ''
    ? text('')
    : { kind: 'string', text: value, runs: [{ start: 0, end: value.length, from, to: from + value.length, origin }] }
}

/** A string that stands for the characters `from`..`to` as a whole, such as one escape. */
export function whole(value: string, from: number, to: number, origin: Origin): Text {
  return value === '' ? text('') : { kind: 'string', text: value, runs: [asWhole({ start: 0, end: value.length, from, to, origin })] }
}

/** A run that maps as a whole, marked as such where its length would say otherwise. */
const asWhole = (run: Run): Run => (run.end - run.start === run.to - run.from ? { ...run, inexact: true } : run)

/** The strings one after another. Halts where that is too long. */
export function join(parts: readonly Text[]): Text {
  if (parts.length === 1) return parts[0]!
  let length = 0
  let count = 0
  for (const part of parts) {
    length += part.text.length
    count += part.runs.length
  }
  spendString(length, count + parts.length)
  length = 0
  const runs: Run[] = []
  for (const part of parts) {
    for (const run of part.runs) {
      const last = runs.at(-1)
      const start = run.start + length
      const end = run.end + length
      if (last !== undefined && last.end === start && last.origin === run.origin && last.to === run.from && isExact(last) && isExact(run))
        runs[runs.length - 1] = { start: last.start, end, from: last.from, to: run.to, origin: run.origin }
      else runs.push({ ...run, start, end })
    }
    length += part.text.length
  }
  return { kind: 'string', text: parts.map((part) => part.text).join(''), runs }
}

/** Whether a run maps character by character. */
export const isExact = (run: Run): boolean => run.inexact === undefined && run.end - run.start === run.to - run.from

/** The first run that ends after an offset; runs are sorted. */
function firstAfter(runs: readonly Run[], offset: number): number {
  let low = 0
  let high = runs.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (runs[middle]!.end > offset) high = middle
    else low = middle + 1
  }
  return low
}

/** Characters `start`..`end`, in UTF-16 units; a run that maps only as a whole keeps its whole origin when cut. */
export function slice(value: Text, start: number, end: number): Text {
  if (start <= 0 && end >= value.text.length) return value
  const runs: Run[] = []
  for (let i = firstAfter(value.runs, start); i < value.runs.length; i++) {
    const run = value.runs[i]!
    const a = Math.max(run.start, start)
    const b = Math.min(run.end, end)
    if (a >= b) break
    if (isExact(run))
      runs.push({ start: a - start, end: b - start, from: run.from + (a - run.start), to: run.from + (b - run.start), origin: run.origin })
    else runs.push(asWhole({ start: a - start, end: b - start, from: run.from, to: run.to, origin: run.origin }))
  }
  return { kind: 'string', text: value.text.slice(start, end), runs }
}

/** `replacement` in place of something of which `replaced` is the origin: a change of those characters shows here. */
export function derived(replacement: Text, replaced: Text): Text {
  if (replacement.runs.length > 0 || replacement.text === '') return replacement
  const first = replaced.runs[0]
  return first === undefined ? replacement : whole(replacement.text, first.from, first.to, first.origin)
}

/** The runs that feed characters `start`..`end`. */
export const feeding = (value: Text, span: Span): Run[] => value.runs.filter((run) => run.start < span.end && run.end > span.start)

/** The one literal whose content is exactly this whole string, or null: then an edit cannot replace it. */
export function soleOrigin(value: Text): { origin: Origin; from: number; to: number } | null {
  const first = value.runs[0]
  if (first === undefined || first.start !== 0) return null
  let at = 0
  for (const run of value.runs) {
    if (run.start !== at || run.origin !== first.origin) return null
    at = run.end
  }
  return at === value.text.length ? { origin: first.origin, from: first.from, to: value.runs.at(-1)!.to } : null
}
