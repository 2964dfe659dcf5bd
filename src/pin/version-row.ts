// A table's names → which of them says a version, what it is called at another, and which way the table runs.
import type { Place, Span } from '../core/span.ts'
import type { FileEdit } from './literal-edit.ts'
import { bareVersion, compareTags } from './tag.ts'

/** A row of a table by version that is to stand once more, under another version's name. */
export interface Row extends Place {
  /** Where the new row is inserted. */
  readonly at: number
  /** What stands between its neighbour and itself. */
  readonly before: string
  readonly after: string
  /** What becomes other in the copy besides version and hashes, in offsets of the original: its name. */
  readonly edits: readonly FileEdit[]
}

export type MadeRow = { readonly ok: true; readonly row: Row } | { readonly ok: false; readonly message: string }

/** A row that is there, and what a row for another version would be. */
export interface FoundRow extends Span {
  /** Its name as written. */
  readonly key: string
  /** Names its table within the file. */
  readonly table: string
  /** What the rows of the table are called. */
  readonly names: readonly string[]
  readonly made: MadeRow
}

/** Which row is looked for, and what for. */
export interface RowQuestion {
  readonly file: string
  /** In the row. */
  readonly offset: number
  readonly old: string
  readonly tag: string
}

/** Whether a row's name is the version of a tag. */
export const saysVersion = (name: string | null, tag: string): boolean =>
  name !== null &&
  /\d/.test(name) &&
  (name === tag || bareVersion(name).version === bareVersion(tag).version) &&
  /^v?\d/i.test(bareVersion(name).prefix + bareVersion(name).version)

/** The name of a row at another tag, in the form it has. */
export const nameAt = (name: string, old: string, tag: string): string =>
  name === old ? tag : bareVersion(name).prefix + bareVersion(tag).version

/** Whether a name looks like a version at all. */
export const saysAnyVersion = (name: string | null): name is string => name !== null && /^v?\d+(?:\.\d+)+/.test(name)

/** Whether a row for `tag` stands before the one for `old` in a table of these names: where they mostly run from new to old, the newer one does. */
export function goesBefore(names: readonly string[], old: string, tag: string): boolean {
  const versions = names.filter(saysAnyVersion)
  const steps = versions.slice(1).map((name, i) => Math.sign(compareTags(name, versions[i]!)))
  const isNewestFirst = steps.reduce((sum, step) => sum + step, 0) < 0
  return isNewestFirst !== compareTags(tag, old) < 0
}

/** Whether these are names of rows by version, and not one thing that is called after its version. */
export const isTable = (names: readonly string[]): boolean => new Set(names.filter(saysAnyVersion)).size > 1

/** Why a row is not added where there is one of its name. */
export const hasRow = (name: string): string => `its table has a row ${JSON.stringify(name)} already; select that one by hand`
