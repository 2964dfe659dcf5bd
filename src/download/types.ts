// What a download gives and who is told about it: the interfaces this room implements.
import type { Algorithm, Digest } from '../core/digest.ts'

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
  /** `received` bytes so far, in all; smaller than before when a broken body had to start over. */
  advance(id: string, received: number): void
  end(id: string): void
  /** Something worth knowing while it goes on, such as a wait that a server asked for. */
  note?(message: string): void
}

/** Where the bytes of a download go besides the hash functions. */
export interface Sink {
  /** The next bytes, in order. The download waits for the promise: that is the back pressure. */
  write(chunk: Uint8Array): Promise<void> | void
  /** All bytes so far are void and the first one comes again: the body broke and the server would not resume it. */
  restart(): Promise<void> | void
}

/** What is asked of one download. */
export interface Wanted {
  readonly algorithms: readonly Algorithm[]
  /** Bytes the forge promised; null where nobody did. Another length is a NetworkError `bad-answer`. */
  readonly size: number | null
  /** Names the download to Progress. */
  readonly id: string
  readonly label: string
  /** Whether a file that the server says is empty is an answer; else it is a NetworkError `bad-answer`, as it is far more often a failure than a release. */
  readonly mayBeEmpty?: boolean
  readonly sink?: Sink
}

/** Fetches bytes. Throws NetworkError (`not-found` for 404 and 410), or InterruptedError; safe to use many times at once. */
export interface Downloads {
  /** Streams the URL once and hashes it with every algorithm asked for. */
  digest(url: string, wanted: Wanted): Promise<Downloaded>
  /** Says that bytes will be asked for from where this URL is, so that the way there may be opened meanwhile. Never fails. */
  soon?(url: string): void
  /** A small text such as a checksum file; refuses more than `limit` bytes. */
  text(url: string, limit: number): Promise<string>
}
