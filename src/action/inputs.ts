// The variables that action.yml fills from its inputs → what the step is asked to do, or why that cannot be understood.
import { InputError } from '../core/errors.ts'
import { prefixProblem } from '../pin/branch-prefix.ts'

export type Verb = 'verify' | 'update' | 'outdated'

/** How updates become pull requests: one for each pin, or one for all of them. */
export type Bundling = 'each' | 'all'

export interface Inputs {
  readonly command: Verb
  readonly pins: readonly string[]
  /** Further arguments of the command, in their order. */
  readonly args: readonly string[]
  /** null where none was given. */
  readonly token: string | null
  /** As given; the workspace where none was. */
  readonly directory: string
  /** null where no pull requests are asked for. */
  readonly proposal: {
    readonly bundling: Bundling
    readonly base: string | null
    readonly labels: readonly string[]
    readonly prefix: string
  } | null
}

type Environment = Readonly<Record<string, string | undefined>>

/** An input named `create-pull-request` is in `INPUT_CREATE_PULL_REQUEST`; one that is empty has its default. Throws InputError `usage`. */
export function readInputs(environment: Environment): Inputs {
  const given = (name: string): string => environment[`INPUT_${name.toUpperCase().replaceAll('-', '_')}`] ?? ''
  const choice = <const T extends string>(name: string, choices: readonly [T, ...T[]]): T => {
    const value = given(name).trim() || choices[0]
    const found = choices.find((each) => each === value)
    if (found === undefined) throw usage(`${name} takes one of ${choices.join(', ')}, not ${JSON.stringify(value)}`)
    return found
  }
  const command = choice('command', ['verify', 'update', 'outdated'])
  const pins = splitList(given('pins'))
  const dashed = pins.find((pin) => pin.startsWith('-'))
  if (dashed !== undefined) throw usage(`pins holds ${JSON.stringify(dashed)}, which reads as an option; options belong into args`)
  const args = splitList(given('args'))
  const own = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined)
  const moving = own.find((arg) => /^-C/.test(arg))
  if (moving !== undefined) throw usage(`args holds ${JSON.stringify(moving)}; the folder to work in is the input working-directory`)
  const proposing = choice('create-pull-request', ['false', 'true']) === 'true'
  if (proposing && command !== 'update')
    throw usage(`create-pull-request is true, but command is ${command}; only command: update has something to propose`)
  const prefix = given('branch-prefix').trim() || 'pinhash/'
  const problem = prefixProblem(prefix)
  if (problem !== null) throw usage(`branch-prefix ${JSON.stringify(prefix)} ${problem}`)
  const bundling = choice('pull-request', ['each', 'all'])
  const base = given('base').trim() || null
  if (base !== null && prefixProblem(base) !== null) throw usage(`base ${JSON.stringify(base)} ${prefixProblem(base)!}`)
  return {
    command,
    pins,
    args,
    token: given('token').trim() || null,
    directory: given('working-directory').trim() || '.',
    proposal: proposing ? { bundling, base, labels: splitList(given('labels')), prefix } : null,
  }
}

/** On one line what white space separates; on several, what stands on each line, spaces and all. Quotes, dollars and the like mean themselves. */
export function splitList(text: string): readonly string[] {
  const parts = /[\r\n]/.test(text) ? text.split(/[\r\n]+/) : text.split(/\s+/)
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

function usage(message: string): InputError {
  return new InputError('usage', message)
}
