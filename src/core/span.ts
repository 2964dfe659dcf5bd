// Where something stands in a text: what an edit replaces and a report points at.

/** A half-open range of offsets into a file's text, in UTF-16 code units, as JavaScript counts them. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A span in a file; `file` is relative to the repository's root, with forward slashes. */
export interface Place extends Span {
  readonly file: string
}
