// What the action needs from the process; step.ts gives the real one.

export interface Step {
  readonly version: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The current directory, absolute. */
  readonly directory: string
  /** What runs JavaScript. */
  readonly node: string
  /** Of pinhash's command line. */
  readonly program: string
  /** Aborted when the job is cancelled. */
  readonly signal: AbortSignal
  /** To the log of the job. */
  write(text: string): void
  /** A word that nobody can guess. */
  random(): string
}
