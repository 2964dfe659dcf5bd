// What the command line needs from the process; bin.ts gives the real one, tests another.
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
  compose(wiring: Wiring): Promise<Context & HashContext>
}
