// What every form of a report is made from.
import type { PinDocument } from './findings.ts'

/** Whose report it is. */
export interface Origin {
  /** `list`, `update`, `verify` or `outdated`; null where nobody could tell. */
  readonly command: string | null
  /** Of pinhash. */
  readonly version: string
}

export interface Subject extends Origin {
  readonly document: PinDocument
  /** What the document's files have to be prefixed with to be relative to the repository: empty, or a path that ends in `/`. */
  readonly prefix: string
}
