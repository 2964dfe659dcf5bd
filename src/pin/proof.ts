// What the roots fetched before and after an edit → whether exactly the intended changed.
import type { Place } from '../core/span.ts'
import { type FileEdit, byFile } from './literal-edit.ts'
import type { PinFetch } from './pin.ts'
import type { Root } from './roots.ts'

/** What a fetch shall be after the edit. */
export interface Intended {
  readonly urls: readonly string[]
  readonly hashes: readonly string[]
  /** Rows that were copied for this fetch: its literals are then those of the copy. */
  readonly copies?: readonly RowCopy[]
  /** What the copies fetch is fetched besides: the fetch itself stays as it was. */
  readonly isAdded?: boolean
}

/** A stretch of a file that was inserted once more at `at`, with edits of its own. */
export interface RowCopy extends Place {
  readonly at: number
  /** Characters that were inserted before the copy. */
  readonly lead: number
  /** In offsets of the original text. */
  readonly edits: readonly FileEdit[]
}

/** Where offsets of the old text are in the edited one. */
export class Shift {
  readonly #moves: ReadonlyMap<string, Moves>
  readonly #copies: readonly RowCopy[]

  constructor(edits: readonly FileEdit[], copies: readonly RowCopy[] = [], moves: ReadonlyMap<string, Moves> = movesOf(edits)) {
    this.#moves = moves
    this.#copies = copies
  }

  /** The same edits, seen from what was copied. */
  within(copies: readonly RowCopy[]): Shift {
    return copies.length === 0 ? this : new Shift([], copies, this.#moves)
  }

  /** An offset that no edit swallows; one inside an edit goes to where the edit begins. */
  offset(file: string, offset: number): number {
    const moved = (at: number): number => this.#moves.get(file)?.of(at) ?? at
    const copy = this.#copies.find((each) => each.file === file && each.start <= offset && offset < each.end)
    return copy === undefined ? moved(offset) : moved(copy.at) + copy.lead + new Moves(copy.edits).of(offset) - copy.start
  }
}

/** What edits of one file, which do not overlap, do to its offsets. */
class Moves {
  readonly #ordered: readonly { readonly edit: FileEdit; readonly shift: number }[]

  constructor(edits: readonly FileEdit[]) {
    let shift = 0
    this.#ordered = edits
      .toSorted((a, b) => a.start - b.start || a.end - b.end)
      .map((edit) => {
        const before = shift
        shift += edit.text.length - (edit.end - edit.start)
        return { edit, shift: before }
      })
  }

  of(offset: number): number {
    let low = 0
    let high = this.#ordered.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#ordered[middle]!.edit.start < offset) low = middle + 1
      else high = middle
    }
    const last = this.#ordered[low - 1]
    if (last === undefined) return offset
    const { edit, shift } = last
    return edit.end <= offset ? offset + shift + edit.text.length - (edit.end - edit.start) : edit.start + shift
  }
}

function movesOf(edits: readonly FileEdit[]): ReadonlyMap<string, Moves> {
  return new Map([...byFile(edits)].map(([file, own]) => [file, new Moves(own)]))
}

/** Names a fetch by where it stands, so that it is found again after an edit: its call, its system and the literals of its hashes. */
export function identity(root: string, fetch: PinFetch, shift: Shift | null): string {
  const at = (place: Place): string => `${place.file}:${shift === null ? place.start : shift.offset(place.file, place.start)}`
  const literals = fetch.hashes.map(({ attribute, value }) => {
    const origin = value.runs[0]?.origin
    return origin === undefined ? `${attribute}=${value.text}` : `${attribute}@${at(origin)}`
  })
  return [root, fetch.system, fetch.fetcher, at(fetch.place), ...literals].join('|')
}

const shown = (fetch: PinFetch): string =>
  fetch.builder === null
    ? fetch.urls.map((url) => url.text).join(' ')
    : `${fetch.builder.org.text}/${fetch.builder.name.text}@${fetch.builder.version.text}`

const wanted = (urls: readonly string[], hashes: readonly string[]): string => `${urls.join(' ')} ${hashes.join(' ')}`

const asItIs = (fetch: PinFetch): string =>
  wanted(
    [shown(fetch)],
    fetch.hashes.map((hash) => hash.value.text),
  )

/** Compares evaluations of the same roots before and after an edit; one that was cut off before is taken for what it shows. `intend` says what a fetch shall be, or null where it shall be as it was. Gives the first difference as a sentence, or null when all is as intended. */
export function prove(
  before: readonly Root[],
  after: readonly Root[],
  edits: readonly FileEdit[],
  intend: (fetch: PinFetch) => Intended | null,
): string | null {
  const shift = new Shift(edits)
  const cut = new Set(before.flatMap((root) => (root.exhausted ? [root.file] : [])))
  const expected = new Map<string, { text: string; what: PinFetch }[]>()
  for (const root of before)
    for (const fetch of root.fetches) {
      const intended = intend(fetch)
      const expect = (key: string, text: string): void => {
        expected.set(key, [...(expected.get(key) ?? []), { text, what: fetch }])
      }
      if (intended === null || intended.isAdded === true) expect(identity(root.file, fetch, shift), asItIs(fetch))
      if (intended !== null) expect(identity(root.file, fetch, shift.within(intended.copies ?? [])), wanted(intended.urls, intended.hashes))
    }
  for (const root of after) {
    if (root.exhausted && !cut.has(root.file)) return `${root.file} takes too long to evaluate after the edit`
    for (const fetch of root.fetches) {
      const key = identity(root.file, fetch, null)
      const texts = expected.get(key)
      const text = asItIs(fetch)
      const i = texts?.findIndex((each) => each.text === text) ?? -1
      if (texts === undefined || i < 0)
        return `the edited ${fetch.place.file} would fetch ${shown(fetch)} for ${fetch.system}, which is not what was asked for`
      texts.splice(i, 1)
      if (texts.length === 0) expected.delete(key)
    }
  }
  for (const [missing] of expected.values())
    return `the edited ${missing!.what.place.file} would no longer fetch what it shall for ${missing!.what.system}: ${missing!.text}`
  return null
}
