// Edits and the text they were made for to the new text.
import type { Span } from '../core/span.ts'

/** Replaces the span of the original text by `text`; an empty span inserts. */
export interface Edit extends Span {
  readonly text: string
}

/** Edits that contradict each other or the text: whoever made them has a bug. */
export class EditError extends RangeError {
  override readonly name = 'EditError'
}

/**
 * Applies edits, given in any order, all in offsets of the original `text`. Spans may touch: an insertion goes before what replaces the
 * text behind it.
 * @throws {EditError} for a span that is not in the text, for two that overlap, and for two insertions at one place.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  for (const edit of edits) {
    if (!Number.isSafeInteger(edit.start) || !Number.isSafeInteger(edit.end) || edit.start < 0 || edit.end > text.length) {
      throw new EditError(`edit of ${range(edit)} is outside of a text of ${text.length} characters`)
    }
    if (edit.start > edit.end) throw new EditError(`edit of ${range(edit)} ends before it starts`)
  }
  const ordered = edits.toSorted((left, right) => left.start - right.start || left.end - right.end)
  const pieces: string[] = []
  let at = 0
  let before: Edit | null = null
  for (const edit of ordered) {
    if (before !== null && edit.start < before.end) throw new EditError(`edits of ${range(before)} and ${range(edit)} overlap`)
    if (before !== null && edit.end === before.start) throw new EditError(`two edits insert at ${edit.start}, in no known order`)
    pieces.push(text.slice(at, edit.start), edit.text)
    at = edit.end
    before = edit
  }
  pieces.push(text.slice(at))
  return pieces.join('')
}

function range(span: Span): string {
  return `${span.start} to ${span.end}`
}
