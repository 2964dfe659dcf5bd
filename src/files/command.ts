// A command line and variables → the program run in the root, or why it did not end well.
import type { ChildProcess } from 'node:child_process'
import { errorCode, explain } from './inside.ts'
import { runProgram } from './run.ts'

/** A program that did not end well. */
export interface CommandFailure {
  /** What became of it, as a clause: `ended with exit code 1`. */
  readonly why: string
  /** The last lines that it printed. */
  readonly tail: readonly string[]
}

/** Programs that the user names. */
export interface Commands {
  /** Runs one with these variables beside the user's own, in the root, without a shell and without standard input. null where it ended with code 0. Never throws. */
  run(command: readonly string[], variables: Readonly<Record<string, string>>): Promise<CommandFailure | null>
}

export interface CommandOptions {
  readonly directory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** When it is aborted, the program and all that it started are sent the same signal. */
  readonly signal: AbortSignal
  /** Passes the signal on to the group of processes of this number; with `force` ends them. Without it the program alone is told. */
  readonly stopGroup?: ((id: number, force: boolean) => void) | undefined
  /** Hears what it prints, line by line. */
  readonly onLine: (line: string) => void
}

/** See `Commands`. */
export function commandsIn({ directory, environment, signal, stopGroup, onLine }: CommandOptions): Commands {
  const stop = (child: ChildProcess, force: boolean): void => {
    if (child.pid === undefined) return
    if (stopGroup === undefined) child.kill(force ? 'SIGKILL' : 'SIGINT')
    else stopGroup(child.pid, force)
  }
  return {
    async run([program = '', ...args], variables) {
      try {
        const ended = await runProgram(program, args, {
          directory,
          environment: { ...environment, ...variables },
          signal,
          stop,
          leads: stopGroup !== undefined,
          onLine,
        })
        if (ended.code === 0) return null
        const why = ended.code === null ? `was ended by ${ended.signal ?? 'a signal'}` : `ended with exit code ${ended.code}`
        return { why, tail: ended.tail }
      } catch (error) {
        const why =
          errorCode(error) === 'ENOENT' ? 'could not be started: there is no such program' : `could not be started: ${explain(error)}`
        return { why, tail: [] }
      }
    },
  }
}
