// What the workflows need from the world; compose.ts builds the real ones, tests give others.
import type { Algorithm, Digest } from '../core/digest.ts'
import type { Release, Repository } from '../core/release.ts'

export type { Change, Files, ReadProblem, SourceFile } from '../files/types.ts'

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
