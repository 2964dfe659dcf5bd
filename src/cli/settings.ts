// What a command line says, once read: plain data, no defaults left to guess.
import type { System } from '../core/system.ts'
import type { NetworkOptions } from '../download/settings.ts'
import type { Reporting } from './reporting.ts'

/** What every command knows. */
export interface Settings extends Reporting {
  /** `-C`, as given; null means the current directory. */
  readonly directory: string | null
  readonly globs: readonly string[] | null
  readonly systems: readonly System[] | null
  /** At least 1. */
  readonly jobs: number
  readonly quiet: boolean
  readonly verbose: boolean
  /** false with `--no-progress`. */
  readonly progress: boolean
  /** `--trusted-root`, as given; null: the public one, fetched. */
  readonly trustedRoot: string | null
  /** What the network options say; what was not given is not there. */
  readonly network: NetworkOptions
  readonly color: 'auto' | 'always' | 'never'
}

/** Options and positionals of one command line, by name. */
export interface Given {
  /** What follows `--` among them, unless an option takes that. */
  readonly positionals: readonly string[]
  /** What follows `--`, where an option takes it. */
  readonly rest: readonly string[]
  /** Whether a flag, or an option whose value may be left out, was given. */
  flag(name: string): boolean
  /** The last value given, or null; null as well where it may be left out and was. */
  value(name: string): string | null
  /** All values in order, or null when none was given. */
  list(name: string): readonly string[] | null
}
