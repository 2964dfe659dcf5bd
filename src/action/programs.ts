// The name of a program and its arguments → how it ended, with what it said kept free of the token.
import { InputError, NetworkError } from '../core/errors.ts'
import { errorCode, explain } from '../files/inside.ts'
import { type Ended, runProgram } from '../files/run.ts'
import type { Step } from './world.ts'

export interface ProgramOptions {
  readonly directory: string
  /** Beside the variables of the job, or instead of them. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Not stopped where the job is: for putting things in order. */
  readonly always?: boolean
  /** Hears each line of both streams. */
  readonly onLine?: (line: string) => void
}

/** Throws InputError `unusable-repository` where the program cannot be started. */
export type Programs = (program: string, args: readonly string[], options: ProgramOptions) => Promise<Ended>

/** No program is told the inputs of the step, by which it could learn the token without being meant to. */
export function programsOf({ environment, signal }: Pick<Step, 'environment' | 'signal'>): Programs {
  const shared = Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('INPUT_')))
  return async (program, args, { directory, environment: more = {}, always = false, onLine }) => {
    const options = {
      directory,
      environment: { ...shared, ...more },
      ...(always ? {} : { signal }),
      ...(onLine === undefined ? {} : { onLine }),
    }
    try {
      return await runProgram(program, args, options)
    } catch (error) {
      const why =
        errorCode(error) === 'ENOENT' ? `there is no ${program} on this machine` : `${program} could not be started: ${explain(error)}`
      throw new InputError('unusable-repository', `Could not go on: ${why}`, { cause: error })
    }
  }
}

/** Its standard output. Throws NetworkError `bad-answer` where it did not end well, with what it said. */
export function answerOf(what: string, ended: Ended): string {
  if (ended.code === 0) return ended.stdout
  const said = ended.tail.map((line) => line.trim().replace(/\s+/g, ' ')).join(' | ')
  const how = ended.code === null ? `was ended by ${ended.signal ?? 'a signal'}` : `ended with exit code ${ended.code}`
  throw new NetworkError('bad-answer', `Could not ${what}: it ${how}${said === '' ? '' : `; it said: ${said}`}`)
}
