// What the command line needs from the process; bin.ts gives the real one, tests another.
import type { NetworkOptions } from '../download/settings.ts'
import type { HashContext } from '../workflow/hash.ts'
import type { Context } from '../workflow/context.ts'
import type { Progress } from '../workflow/ports.ts'

/** A stream that text goes to. */
export interface Output {
  write(text: string): void
  /** Of the terminal, in characters, as it is now; null where the stream is none. */
  size(): { readonly columns: number; readonly rows: number } | null
}

/** What a set of real ports is built from. */
export interface Wiring {
  /** `-C`, as given; null means the current directory. */
  readonly directory: string | null
  readonly jobs: number
  readonly progress: Progress
  readonly signal: AbortSignal
  /** `--trusted-root`, as given; null or absent means the public one. */
  readonly trustedRoot?: string | null
  /** What the command line says about the network; what is not there has its default. */
  readonly network?: NetworkOptions
}

/** Where reports are written. */
export interface ReportFiles {
  /** What the paths in documents are prefixed with to be relative to the repository, or to the workspace of a job that holds it: empty, or a path that ends in `/`. */
  prefix(): string
  /** `file` is relative to the directory that is worked in; what it held is gone. Throws InputError `unwritable-file`. */
  write(file: string, text: string): Promise<void>
  /** The same, after what the file holds. */
  append(file: string, text: string): Promise<void>
}

/** Real ports, and how they are given back. */
export interface Ports extends Context, HashContext {
  readonly reports: ReportFiles
  /** Drops the connections that are still open, so that the program can end at once. */
  close?(): Promise<void>
}

export interface World {
  readonly version: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly stdout: Output
  readonly stderr: Output
  /** Aborted on the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  /** Milliseconds from some fixed point, never going back. */
  now(): number
  /** Builds the ports. Throws InputError when the directory is not there. */
  compose(wiring: Wiring): Promise<Ports>
}
