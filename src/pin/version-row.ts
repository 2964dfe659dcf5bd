// A table's names → which of them says a version, what it is called at another, and which way the table runs.
import type { Place } from '../core/span.ts'
import type { FileEdit } from './literal-edit.ts'
import { bareVersion, compareTags } from './tag.ts'

/** A row of a table by version that is to stand once more, under another version's name. */
export interface Row extends Place {
  /** Where the new row is inserted. */
  readonly at: number
  /** What stands between its neighbour and itself. */
  readonly before: string
  readonly after: string
  readonly name: FileEdit
}

export type MadeRow = { readonly ok: true; readonly row: Row } | { readonly ok: false; readonly message: string }

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

/** Whether the names run from new to old. */
export const isNewestFirst = (names: readonly string[]): boolean => names.length > 1 && compareTags(names[0]!, names.at(-1)!) > 0

/** Why a row is not added where there is one of its name. */
export const hasRow = (name: string): string => `its table has a row ${JSON.stringify(name)} already; select that one by hand`
