// Arguments → what pinhash did, with its words in the log of the job and its document as data.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { ofError } from '../cli/exit-code.ts'
import type { BranchDocument, OutcomeDocument } from '../core/report.ts'
import type { Verb } from './inputs.ts'
import type { Programs } from './programs.ts'
import type { Step } from './world.ts'

export interface Failure {
  readonly code: string
  readonly message: string
}

export interface Ran {
  /** As the command ended; one that a signal ended has 130. */
  readonly code: number
  /** null where it could not run at all. */
  readonly document: OutcomeDocument | null
  /** What could not be done besides, such as pins that nobody knows. */
  readonly failures: readonly Failure[]
}

export interface Pinhash {
  /** What is not known among several pins is a failure, and the others get their turn. Throws as `Programs` does. */
  run(directory: string, command: Verb, pins: readonly string[], args: readonly string[]): Promise<Ran>
  /** The branches of all pins; none where they cannot be named. */
  branches(directory: string, prefix: string): Promise<BranchDocument>
}

export interface PinhashOptions {
  readonly step: Pick<Step, 'node' | 'program' | 'random' | 'write'>
  readonly programs: Programs
  readonly environment: Readonly<Record<string, string>>
  readonly token: string | null
  /** A folder for what is written on the way. */
  readonly folder: string
}

/** See `Pinhash`. */
export function pinhashOf({ step, programs, environment, token, folder }: PinhashOptions): Pinhash {
  let count = 0
  const start = (directory: string, argv: readonly string[], onLine?: (line: string) => void): ReturnType<Programs> =>
    programs(step.node, [step.program, ...argv], { directory, environment, ...(onLine === undefined ? {} : { onLine }) })

  const once = async (directory: string, command: Verb, pins: readonly string[], args: readonly string[]): Promise<Ran> => {
    const file = path.join(folder, `run-${++count}.json`)
    // What a program prints shall not command the runner.
    const word = step.random()
    step.write(`::stop-commands::${word}\n`)
    const ended = await start(directory, [command, ...pins, '--report', `json=${file}`, ...args], (line) =>
      step.write(`${withoutToken(line, token)}\n`),
    ).finally(() => step.write(`::${word}::\n`))
    const code = ended.code ?? 130
    const said = existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as OutcomeDocument | { readonly error: Failure }) : null
    if (said !== null && 'outcomes' in said) return { code, document: said, failures: [] }
    if (said === null && code === 0) {
      const message = `pinhash ${command} looked at no pins; take out of args what makes it do something else, such as --help`
      return { code: 2, document: null, failures: [{ code: 'usage', message }] }
    }
    const message = (ended.tail.findLast((line) => line.startsWith('pinhash: ')) ?? ended.tail.at(-1) ?? '').replace(/^pinhash: /, '')
    const failure = said?.error ?? { code: 'usage', message: message || `pinhash ${command} ended with exit code ${code} and said nothing` }
    return { code, document: null, failures: [failure] }
  }

  return {
    async run(directory, command, pins, args) {
      const all = await once(directory, command, pins, args)
      const isNaming = ['unknown-pin', 'ambiguous-pin'].includes(all.failures[0]?.code ?? '')
      if (!isNaming || pins.length < 2) return all
      const known: string[] = []
      for (const pin of pins) {
        const { code } = await start(directory, ['update', pin, '--branch-name', '--quiet'])
        if (code === 0) known.push(pin)
      }
      if (known.length === 0 || known.length === pins.length) return all
      const rest = await once(directory, command, known, args)
      return { ...rest, code: worstOf([all.code, rest.code]), failures: [...all.failures, ...rest.failures] }
    },
    async branches(directory, prefix) {
      const ended = await start(directory, ['update', '--branch-name', '--branch-prefix', prefix, '--json'])
      const said = ended.stdout === '' ? null : (JSON.parse(ended.stdout) as BranchDocument | { readonly error: Failure })
      // Whatever is wrong with the repository, the update says it in full.
      return said !== null && 'branches' in said ? said : { branches: [], problems: [] }
    },
  }
}

/** The exit code that speaks for all of them: a fault of the program first, then in the order of pinhash's own. */
export function worstOf(codes: readonly number[]): number {
  return [70, 1, 3, 4, 2, 130, 143].find((code) => codes.includes(code)) ?? codes.find((code) => code !== 0) ?? 0
}

/** The code and the words of anything thrown. */
export function failureOf(error: unknown): Failure & { readonly exitCode: number } {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'bug'
  return { code, message: error instanceof Error ? error.message : String(error), exitCode: ofError(error) }
}

/** Runners hide secrets in their logs, but only there, and only those that they know. */
export function withoutToken(text: string, token: string | null): string {
  if (token === null) return text
  const encoded = Buffer.from(`x-access-token:${token}`).toString('base64')
  return text.replaceAll(token, '***').replaceAll(encoded, '***')
}
