// What the workflows need from the world; compose.ts builds the real ones, tests give others.
import type { Algorithm, Digest } from '../core/digest.ts'
import type { Release, Repository } from '../core/release.ts'

/** A forge's releases. Every method throws NetworkError when it could not find out. */
export interface Forge {
  /** The published release of exactly this tag. Throws AbsentError `no-release` or `no-repository`. */
  release(repository: Repository, tag: string): Promise<Release>
  /** Releases as the forge lists them, newest first, page by page, drafts included where it shows them. Throws AbsentError `no-repository`. */
  releases(repository: Repository): AsyncIterable<readonly Release[]>
}

/** What one download gave. */
export interface Downloaded {
  /** Bytes. */
  readonly size: number
  readonly digests: ReadonlyMap<Algorithm, Digest>
}

/** Tells how a download goes; all optional to call, never throws. */
export interface Progress {
  /** A download begins; `total` in bytes where known. */
  begin(id: string, label: string, total: number | null): void
  /** `received` bytes so far, in all. */
  advance(id: string, received: number): void
  end(id: string): void
}

/** Fetches bytes. Throws NetworkError (`not-found` for 404 and 410). */
export interface Downloads {
  /** Streams the URL once and hashes it with every algorithm asked for. */
  digest(url: string, wanted: { algorithms: readonly Algorithm[]; size: number | null; id: string; label: string }): Promise<Downloaded>
  /** A small text such as a checksum file; refuses more than `limit` bytes. */
  text(url: string, limit: number): Promise<string>
}

/** A text file as it was read; `version` tells whether it changed since. */
export interface SourceFile {
  /** Relative to the root, forward slashes. */
  readonly path: string
  readonly text: string
}

/** New content for a file. */
export interface Change {
  readonly path: string
  /** What the change was computed from; a file that holds something else by now is not written. */
  readonly before: string | null
  readonly after: string
}

/** The repository's files. Reading is synchronous because evaluation is. */
export interface Files {
  /** Absolute path of the root, for messages. */
  readonly root: string
  /** Files below the root that match, sorted; `globs` null means every `*.nix` and `pinhash.json`. */
  list(globs: readonly string[] | null): readonly string[]
  /** The text, or why not. Never throws, never reads outside the root. */
  read(path: string): { readonly text: string } | { readonly problem: 'missing' | 'binary' | 'unreadable' | 'outside'; readonly message: string }
  /** All or none. Throws InputError `changed-file` or `unwritable-file`. */
  write(changes: readonly Change[]): Promise<void>
}
