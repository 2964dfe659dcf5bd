// A pin and another tag → the edits that make its URLs name that tag: only the literals that feed them.
import type { Span } from '../core/span.ts'
import type { Run, Text } from '../nix/evaluate/value.ts'
import { feeding, isExact, soleOrigin } from '../nix/evaluate/text.ts'
import { type FileEdit, literalEdit, wholeEdit } from './literal-edit.ts'
import type { Pin, PinFetch } from './pin.ts'
import { commitText, isCommit, pathStart, versionOrCommit } from './fetch-version.ts'
import { bareVersion } from './tag.ts'

export type VersionEdits = { readonly ok: true; readonly edits: readonly FileEdit[] } | { readonly ok: false; readonly message: string }

/** What one word for the old version becomes. */
export type Forms = readonly (readonly [old: string, now: string])[]

/** The edits for a new tag, or for a new commit where the pin is at one. They are a proposal: whether the URLs come out right is for the next evaluation to say. */
export function versionEdits(pin: Pin, tag: string): VersionEdits {
  const old = pin.tag ?? commitOf(pin)
  if (old === null) return { ok: false, message: `${pin.name} has no version that could be changed` }
  if (pin.tag === null && !isCommit(tag)) return { ok: false, message: `${pin.name} is at a commit; give another, all 40 digits of it` }
  const plan = new Plan(old, tag)
  for (const fetch of pin.fetches) plan.fetch(fetch)
  return plan.result(pin)
}

/** The commit that all fetches of the pin are of; null where there is none, or more than one. */
export function commitOf(pin: Pin): string | null {
  const commits = new Set(pin.fetches.map((fetch) => commitText(fetch)?.text ?? null))
  return commits.size === 1 ? [...commits][0]! : null
}

class Plan {
  readonly #forms: Forms
  readonly #edits = new Map<string, FileEdit>()
  #problem: string | null = null
  readonly #tag: string
  readonly #now: string

  constructor(old: string, now: string) {
    this.#tag = old
    this.#now = now
    this.#forms = formsOf(old, now)
  }

  fetch(fetch: PinFetch): void {
    if (fetch.builder !== null) this.#place(fetch.builder.version, { start: 0, end: fetch.builder.version.text.length }, this.#now)
    for (const url of fetch.urls) {
      const tagSpan = fetch.urls[0] === url ? fetch.release?.tagSpan : null
      const span = tagSpan === null || tagSpan === undefined ? null : { start: tagSpan[0], end: tagSpan[1] }
      if (span !== null) this.#place(url, span, this.#formOf(url.text.slice(span.start, span.end)) ?? this.#now)
      // What stands before a release's tag is the repository, whatever it is called.
      const from = span === null ? pathStart(url.text) : span.start
      for (const found of occurrences(url.text, from, this.#forms))
        if (span === null || found.end <= span.start || found.start >= span.end) this.#place(url, found, found.now)
    }
    // A version beside URLs that spell it out themselves changes with them.
    const { version } = fetch
    const form = version === null ? null : this.#formOf(version.text)
    if (version !== null && form !== null) this.#place(version, { start: 0, end: version.text.length }, form)
    // So does a name that ends in it, such as tool-1.2.3.
    const name = fetch.pname !== null && soleOrigin(fetch.pname) !== null ? fetch.pname : null
    const tail = this.#forms.find(([old]) => old.includes('.') && name?.text.endsWith(`-${old}`) === true)
    if (name !== null && tail !== undefined) this.#place(name, { start: name.text.length - tail[0].length, end: name.text.length }, tail[1])
  }

  #formOf(text: string): string | null {
    return this.#forms.find(([old]) => old === text)?.[1] ?? null
  }

  /** Makes the characters of a span others, in the literals they came from. */
  #place(value: Text, span: Span, now: string): void {
    const old = value.text.slice(span.start, span.end)
    if (old === now) return
    const pieces = piecesOf(value, span)
    if (pieces.some((piece) => piece.run !== null && !isExact(piece.run))) {
      this.#transformed(value, span)
      return
    }
    const texts = share(
      pieces.map((piece) => old.slice(piece.start - span.start, piece.end - span.start)),
      now,
    )
    if (texts === null) {
      this.#problem ??= `the tag ${now} does not fit where the file puts ${old} together from several literals`
      return
    }
    for (const [i, piece] of pieces.entries()) {
      const text = texts[i]!
      if (text === old.slice(piece.start - span.start, piece.end - span.start)) continue
      if (piece.run === null) {
        this.#problem ??= `${old} does not come from a literal`
        continue
      }
      const from = piece.run.from + (piece.start - piece.run.start)
      this.#add(literalEdit(piece.run.origin, from, from + (piece.end - piece.start), text), piece.run, old)
    }
  }

  /** The version went through a function such as replaceStrings: the literal is rewritten whole, in the form it has. */
  #transformed(value: Text, span: Span): void {
    const runs = feeding(value, span).filter((run) => /\d/.test(value.text.slice(run.start, run.end)))
    const origins = new Set(runs.map((run) => run.origin))
    const [origin] = origins
    if (origin === undefined || origins.size !== 1) {
      this.#problem ??= `${value.text.slice(span.start, span.end)} is computed from several literals`
      return
    }
    this.rewrites.push({ origin, run: runs[0]! })
  }

  /** Literals to be rewritten whole, with a run that tells where they are. */
  readonly rewrites: { origin: Run['origin']; run: Run }[] = []

  #add(edit: FileEdit | null, run: Run, old: string): void {
    if (edit === null) {
      this.#problem ??=
        run.origin.form === 'name'
          ? `${old} is the name of an attribute: a row of a table by version`
          : `${old} stands where it cannot be edited`
      return
    }
    const key = `${edit.file}:${edit.start}:${edit.end}`
    const known = this.#edits.get(key)
    if (known !== undefined && known.text !== edit.text)
      this.#problem ??= `one literal would have to be both ${known.text} and ${edit.text}`
    this.#edits.set(key, edit)
  }

  result(pin: Pin): VersionEdits {
    for (const { origin, run } of this.rewrites) {
      const edited = [...this.#edits.values()].some(
        (edit) => edit.file === origin.file && edit.start >= origin.start && edit.end <= origin.end,
      )
      if (edited) continue
      const source = pin.fetches.map((fetch) => sourceLiteral(fetch, origin)).find((text) => text !== null)
      const now = source === undefined || source === null ? null : inSeparatorsOf(source.text, this.#now)
      this.#add(source === undefined || source === null || now === null ? null : wholeEdit(source, now), run, this.#tag)
    }
    if (this.#problem !== null) return { ok: false, message: this.#problem }
    const edits = withoutNested([...this.#edits.values()])
    if (edits.length === 0) return { ok: false, message: `no literal of ${pin.name} holds the version ${this.#tag}` }
    return { ok: true, edits }
  }
}

/** The package's version, where it is the literal asked for. */
function sourceLiteral(fetch: PinFetch, origin: Run['origin']): Text | null {
  const candidates = [fetch.version, fetch.builder?.version ?? null, versionOrCommit(fetch)]
  return (
    candidates.find((text) => text !== null && text.runs.length > 0 && text.runs.every((run) => run.origin === origin && isExact(run))) ??
    null
  )
}

/** `1.3.0` as `1_3_0` where the literal is `1_2_3`. */
function inSeparatorsOf(literal: string, tag: string): string | null {
  const { version } = bareVersion(tag)
  const { prefix, version: old } = bareVersion(literal)
  const separator = /\d([^0-9A-Za-z])\d/.exec(old)?.[1]
  if (separator === undefined) return /^\d+$/.test(old) ? prefix + version.replace(/\D/g, '') : null
  return prefix + version.replace(/[.]/g, separator)
}

/** Overlapping edits happen where a tag stands inside another occurrence: the longer one says it all. */
function withoutNested(edits: readonly FileEdit[]): FileEdit[] {
  return edits.filter(
    (edit) =>
      !edits.some(
        (other) =>
          other !== edit &&
          other.file === edit.file &&
          other.start <= edit.start &&
          other.end >= edit.end &&
          other.end - other.start > edit.end - edit.start,
      ),
  )
}

/** What the old version is called, and how the new one is called there; longer words first. */
export function formsOf(old: string, now: string): Forms {
  const a = bareVersion(old)
  const b = bareVersion(now)
  const pairs: Forms = [
    [old, now],
    [`v${a.version}`, `v${b.version}`],
    [a.version, b.version],
  ]
  const spellings = [
    (text: string): string => text,
    encodeURIComponent,
    // File names seldom have the plus sign of a build: GitHub itself used to put a dot there.
    ...(a.version.includes('+') ? ['_', '.', '-'] : []).map((sign) => (text: string) => text.replaceAll('+', sign)),
    // Two numbers may be anything; three with the same sign between them are a version, whichever sign that is.
    ...(/^\d+([._])\d+\1\d+$/.test(a.version) ? ['.', '_'] : []).map((sign) => (text: string) => text.replace(/[._]/g, sign)),
  ]
  const seen = new Set<string>()
  return spellings
    .flatMap((spelled) => pairs.map(([x, y]) => [spelled(x), spelled(y)] as const))
    .filter(([word]) => /\d/.test(word) && !seen.has(word) && seen.add(word))
    .sort((x, y) => y[0].length - x[0].length)
}

/** Every place where a form of the version stands by itself, from left to right, the longest form at each. */
export function occurrences(text: string, from: number, forms: Forms): (Span & { now: string })[] {
  const found: (Span & { now: string })[] = []
  let at = from
  while (at < text.length) {
    const hit = forms.find(([old]) => text.startsWith(old, at) && standsAlone(text, at, at + old.length))
    if (hit === undefined) {
      at++
      continue
    }
    found.push({ start: at, end: at + hit[0].length, now: hit[1] })
    at += hit[0].length
  }
  return found
}

/** Not a part of a longer number or version: `1.2.3` does not stand in `11.2.3`, `1.2.30` or `1.2.3.4`. */
function standsAlone(text: string, start: number, end: number): boolean {
  const first = text[start]!
  if (/\d/.test(first) && /\d$|\d\.$/.test(text.slice(Math.max(0, start - 2), start))) return false
  if (/[A-Za-z]/.test(first) && /[A-Za-z0-9]$/.test(text.slice(0, start))) return false
  return !/^(\d|\.\d)/.test(text.slice(end))
}

/** The span cut at the borders of runs; a piece without a run came from no literal. */
function piecesOf(value: Text, span: Span): (Span & { run: Run | null })[] {
  const pieces: (Span & { run: Run | null })[] = []
  let at = span.start
  for (const run of feeding(value, span)) {
    if (run.start > at) pieces.push({ start: at, end: run.start, run: null })
    const start = Math.max(run.start, span.start)
    const end = Math.min(run.end, span.end)
    pieces.push({ start, end, run })
    at = end
  }
  if (at < span.end) pieces.push({ start: at, end: span.end, run: null })
  return pieces
}

/**
 * New texts for the pieces of a version. Where it has the shape of the old one, each piece keeps its own. Else the pieces that are numbers vary, and share what there is
 * by their number of dots; the others, such as `%2B` or `-x64`, stay. Null where it does not fit.
 */
export function share(old: readonly string[], now: string): string[] | null {
  if (old.length === 1) return [now]
  return matched(old.map(shapePattern), now) ?? matched(numberPatterns(old), now)
}

const matched = (patterns: readonly string[], now: string): string[] | null =>
  new RegExp(`^${patterns.map((pattern) => `(${pattern})`).join('')}$`, 's').exec(now)?.slice(1) ?? null

const shapePattern = (piece: string): string => piece.split(/\d+/).map(escapePattern).join('\\d+')

function numberPatterns(old: readonly string[]): string[] {
  const isNumber = (piece: string): boolean => /^[vV]?\.?\d/.test(piece)
  const varies = old.some(isNumber) ? isNumber : (piece: string): boolean => /\d/.test(piece)
  const alone = old.filter(varies).length === 1
  const dots = (piece: string): string => `(?:[^.]*\\.){${piece.split('.').length - 1}}[^.]*?`
  return old.map((piece) => (varies(piece) ? (alone ? '.+' : dots(piece)) : escapePattern(piece)))
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
