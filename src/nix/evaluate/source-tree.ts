// The repository as an evaluation sees it.
import type { Document } from '../syntax.ts'

/** The files an evaluation may see: relative paths with forward slashes, `''` being the repository's root. */
export interface SourceTree {
  /** The parsed file, or null where there is no such text file. */
  document(path: string): Document | null
  /** The text of any file, or null. */
  text(path: string): string | null
  /** Names in a folder with `regular`, `directory` or `symlink`; null where it is no folder. */
  entries(path: string): ReadonlyMap<string, 'regular' | 'directory' | 'symlink'> | null
  /**
   * Whether nothing is to be looked for in the file beyond what is asked of it, since there is nothing or it is looked for elsewhere: what it
   * says is not looked through, unless it is handed something that tells more. Left out, no file is.
   */
  isDull?(path: string): boolean
}
