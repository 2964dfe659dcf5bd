// The shape of a command: what it accepts, what it runs, and what comes out of it.
import type { Context } from '../workflow/context.ts'
import type { HashContext } from '../workflow/hash.ts'
import type { Option } from './options.ts'
import type { View } from './report/view.ts'
import type { Given, Settings } from './settings.ts'

/** What a command came to: a document, its form for people, and the exit code it means. */
export interface Result {
  readonly document: object
  readonly exitCode: number
  text(view: View): Printed
}

/** Lines for standard output and for standard error. */
export interface Printed {
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
  /** Appended to standard output as it is, after the lines. */
  readonly verbatim?: string
}

/** What a command runs with. */
export interface Session {
  readonly settings: Settings
  /** The real ports, built on first use. */
  context(): Promise<Context & HashContext>
  readonly signal: AbortSignal
}

export interface Command {
  readonly name: string
  /** What follows `pinhash` in the usage line. */
  readonly usage: string
  readonly summary: string
  /** Beside those that every command accepts. */
  readonly options: readonly Option[]
  /** Arguments after `pinhash`, and what they do. */
  readonly examples: readonly (readonly [string, string])[]
  readonly notes?: string
  /** Checks what was given and returns what to run. Throws InputError, before anything is read. */
  prepare(given: Given): (session: Session) => Promise<Result>
}
