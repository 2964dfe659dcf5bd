// A repository's files as the workflows see them: paths and texts.

/** A text file as it was read. */
export interface SourceFile {
  /** Relative to the root, forward slashes. */
  readonly path: string
  readonly text: string
}

/** New content for a file. */
export interface Change {
  readonly path: string
  /** What the change was computed from, null where there was no file; a file that holds something else by now is not written. */
  readonly before: string | null
  /** null removes the file. */
  readonly after: string | null
}

/** Why a file has no text to work with. */
export interface ReadProblem {
  readonly problem: 'missing' | 'binary' | 'unreadable' | 'outside'
  /** One sentence that names the file. */
  readonly message: string
}

/** Files to look at. Reading is synchronous because evaluation is. */
export interface SourceFiles {
  /** Absolute path of the root, for messages. */
  readonly root: string
  /**
   * Files below the root that match, sorted by code unit; null means every `*.nix` and the root's `pinhash.json`. Globs with wildcards, and
   * folders, select among those; a plain path is listed as it is, even where nothing is there, so that reading it says so.
   */
  list(globs: readonly string[] | null): readonly string[]
  /** The text (a byte order mark stays, as U+FEFF), or why not. Never throws, never reads outside the root. */
  read(path: string): { readonly text: string } | ReadProblem
  /** The names in a folder below the root, `''` being the root; null where there is no such folder. Never throws. */
  folder(path: string): ReadonlyMap<string, 'regular' | 'directory' | 'symlink'> | null
}

/** The repository's files. */
export interface Files extends SourceFiles {
  /** All or none; of two runs that write one file at the same time, one is refused. Throws InputError `changed-file` or `unwritable-file`. */
  write(changes: readonly Change[]): Promise<void>
  /** Removes what killed runs left beside these files. Never throws. */
  tidy?(paths: Iterable<string>): Promise<void>
}

/** The repository at an earlier commit. */
export interface Past {
  /** As a person would call it: what was asked for, or what was taken where nothing was. */
  readonly name: string
  /** The commit that the files are of, in full. */
  readonly commit: string
  /** The files below the same folder. What `known` gives for a path is taken where it is what the commit holds, too: then git is not asked for it. */
  files(known: (path: string) => string | null): SourceFiles
  /** What is to be said of the comparison, such as that files of the commit could not be had; complete once they were read. */
  remarks(): readonly string[]
}
