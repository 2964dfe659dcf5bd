// argv → help or version text, or a command with its settings; anything not understood is refused in one sentence.
import type { Argv } from 'yargs'
import { InputError } from '../core/errors.ts'
import { nearest } from '../pin/nearest.ts'
import type { Command, Result, Session } from './command.ts'
import { bugExitCode, meanings } from './exit-code.ts'
import { readNetworkOptions } from './network-options.ts'
import { answering, answers, dashed, everywhere } from './options.ts'
import type { Option } from './options.ts'
import { readPlain } from './plain-arguments.ts'
import type { Parsed } from './plain-arguments.ts'
import { readReporting } from './reporting.ts'
import type { Given, Settings } from './settings.ts'

export type Invocation =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'run'; readonly command: string; readonly settings: Settings; readonly run: (session: Session) => Promise<Result> }

/** `columns` is the width that help is laid out for. Throws InputError `usage`, or what the command's `prepare` throws. */
export async function readArguments(
  argv: readonly string[],
  commands: readonly Command[],
  about: { version: string; columns: number },
): Promise<Invocation> {
  checkSpelling(argv, commands)
  const parsed = readPlain(argv, commands) ?? (await parse(argv, commands, about))
  if (parsed.output !== '') return { kind: 'text', text: `${parsed.output.trimEnd()}\n` }
  const [name, ...positionals] = parsed.positionals
  const names = commands.map((command) => command.name)
  if (name === undefined) throw usage(`a command is missing: ${names.join(', ')}; pinhash --help explains them`)
  const command = commands.find((candidate) => candidate.name === name)
  if (command === undefined)
    throw usage(`there is no command ${JSON.stringify(name)}${didYouMean(name, names, 'pinhash --help lists the commands')}`)
  const known = [...everywhere, ...command.options]
  const foreign = [...parsed.values.keys()].find((key) => !known.some((option) => option.name === key))
  if (foreign !== undefined) throw usage(`${dashed(foreign)} is not an option of pinhash ${name}; pinhash ${name} --help lists them`)
  const taken = known.some((option) => option.takesRest === true && parsed.values.get(option.name) === true)
  const words = taken ? { positionals, rest: parsed.rest } : { positionals: [...positionals, ...parsed.rest], rest: [] }
  const given = readGiven(parsed.values, words, known)
  return { kind: 'run', command: name, settings: readSettings(given, command.options), run: command.prepare(given) }
}

/** Whether a flag stands among the options: for answering in the right form before, or without, a full reading. */
export function hasFlag(argv: readonly string[], name: string): boolean {
  return beforeRest(argv).includes(`--${name}`)
}

/** Refuses options nobody knows, and flags that were given a value, which the parser would take for "no". */
function checkSpelling(argv: readonly string[], commands: readonly Command[]): void {
  const options = optionsOf(commands)
  const names = [...new Set([...options.map((option) => option.name), ...answers])]
  const before = beforeRest(argv)
  const command = commandIn(argv, commands)
  for (const [at, argument] of before.entries()) {
    if (!argument.startsWith('-') || argument === '-') continue
    const [written = '', ...value] = argument.split('=')
    const name = names.find((candidate) => dashed(candidate) === written)
    if (name === undefined) {
      const fitting = command === undefined ? names : [...everywhere, ...command.options].map((option) => option.name).concat(answers)
      throw usage(`there is no option ${written}${didYouMean(written, fitting.map(dashed), `${helpOf(command)} lists the options`)}`)
    }
    const kinds = new Set(options.flatMap((option) => (option.name === name ? [option.kind] : [])))
    if (value.length > 0 && (kinds.size === 0 || kinds.has('flag')))
      throw usage(`${written} takes no value, but ${JSON.stringify(argument)} gives it one`)
    // An empty variable of a script is no value that was left out.
    if ((value.length === 1 && value[0] === '') || (kinds.has('optional') && before[at + 1] === ''))
      throw usage(`${written} was given an empty value`)
  }
}

/** The command that is meant, as far as that can be told without reading the options. */
function commandIn(argv: readonly string[], commands: readonly Command[]): Command | undefined {
  const named = beforeRest(argv).find((argument) => commands.some(({ name }) => name === argument))
  return commands.find(({ name }) => name === named)
}

/** What a person has to type for the help on what they typed. */
function helpOf(command: Command | undefined): string {
  return command === undefined ? 'pinhash --help' : `pinhash ${command.name} --help`
}

function optionsOf(commands: readonly Command[]): readonly Option[] {
  return [...everywhere, ...commands.flatMap((command) => command.options)]
}

/** What yargs makes of a command line; exported to be compared with. */
export async function parse(
  argv: readonly string[],
  commands: readonly Command[],
  about: { version: string; columns: number },
): Promise<Parsed> {
  const { default: yargs } = await import('yargs')
  const program = withoutTypes(yargs([]))
    .scriptName('pinhash')
    .detectLocale(false)
    .exitProcess(false)
    .showHelpOnFail(false)
    .wrap(Math.min(about.columns, 110))
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'populate--': true,
      'short-option-groups': false,
      'strip-aliased': true,
    })
    .usage('Usage: pinhash COMMAND [OPTION]…\n\nKeeps pinned release binaries in Nix files up to date and proven; needs no Nix.')
    .options(parserOptions(everywhere))
    .help('help', answering.help.describe)
    .alias('help', 'h')
    .version('version', answering.version.describe, about.version)
    .epilogue(codes)
  for (const command of commands) {
    program.command(command.name, command.summary, (builder) => {
      builder.usage(`Usage: pinhash ${command.usage}\n\n${sentence(command.summary)}`).options(parserOptions(command.options))
      for (const [line, does] of command.examples) builder.example(`pinhash ${line}`, does)
      return command.notes === undefined ? builder : builder.epilogue(command.notes)
    })
  }
  let failure: Error | undefined
  let output = ''
  const values: Record<string, unknown> = await program.parse(
    withQuotes(argv, commands),
    {},
    (error: Error | undefined | null, _values: unknown, text: string) => {
      failure = error ?? undefined
      output = text
    },
  )
  if (failure !== undefined) throw usage(parserMessage(failure.message, helpOf(commandIn(argv, commands))))
  const { _: positionals, '--': rest = [], $0: _script, help: _help, h: _h, version: _version, ...options } = values
  return {
    output,
    positionals: (positionals as unknown[]).map(String),
    rest: (rest as unknown[]).map(String),
    values: new Map(Object.entries(options)),
  }
}

/** The parser takes one pair of quotes off a value behind `=` that may be left out; where it would, it gets a second pair to take. */
function withQuotes(argv: readonly string[], commands: readonly Command[]): string[] {
  const optional = new Set(optionsOf(commands).flatMap(({ name, kind }) => (kind === 'optional' ? [dashed(name)] : [])))
  const before = beforeRest(argv)
  const protect = (argument: string): string => {
    const [, written = '', value = ''] = /^(--[^=]+)=(['"][\s\S]*)$/.exec(argument) ?? []
    return optional.has(written) && value.endsWith(value.charAt(0)) ? `${written}="${value}"` : argument
  }
  return [...before.map(protect), ...argv.slice(before.length)]
}

/** Help without `[string]` after each option; @types/yargs does not know the method yet. */
function withoutTypes(program: Argv): Argv {
  const configurable = program as Argv & { usageConfiguration(configuration: { 'hide-types': boolean }): Argv }
  return configurable.usageConfiguration({ 'hide-types': true })
}

const codes = `Exit codes, the first that applies: ${meanings.map((meaning) => meaning.join(' ')).join(', ')}; ${bugExitCode} is a bug in pinhash.`

function parserOptions(options: readonly Option[]): Record<string, { type: 'boolean' | 'string'; describe: string; requiresArg?: true }> {
  return Object.fromEntries(
    options.map(({ name, kind, describe }) => [
      name,
      kind === 'flag'
        ? { type: 'boolean', describe }
        : { type: 'string', describe, ...(kind === 'optional' ? {} : { requiresArg: true as const }) },
    ]),
  )
}

function readGiven(values: ReadonlyMap<string, unknown>, words: Pick<Given, 'positionals' | 'rest'>, known: readonly Option[]): Given {
  const all = (name: string): readonly string[] => [values.get(name) ?? []].flat().map(String)
  const optional = new Set(known.filter(({ kind }) => kind === 'optional').map(({ name }) => name))
  for (const { name, choices } of known) {
    const bad = choices === undefined ? undefined : all(name).find((value) => !choices.includes(value))
    if (bad !== undefined) throw usage(`${dashed(name)} takes one of ${choices?.join(', ') ?? ''}, not ${JSON.stringify(bad)}`)
    if (!optional.has(name) && all(name).includes('')) throw usage(`${dashed(name)} was given an empty value`)
  }
  return {
    ...words,
    flag: (name) => values.get(name) === true || (optional.has(name) && values.has(name)),
    value: (name) => all(name).at(-1) || null,
    list: (name) => (values.has(name) ? all(name) : null),
  }
}

function readSettings(given: Given, options: readonly Option[]): Settings {
  const jobs = given.value('jobs') ?? '8'
  if (!/^0*[1-9]\d{0,3}$/.test(jobs)) throw usage(`--jobs takes a whole number from 1 to 9999, not ${JSON.stringify(jobs)}`)
  if (given.flag('quiet') && given.flag('verbose')) throw usage('--quiet and --verbose exclude each other')
  return {
    directory: given.value('C'),
    globs: given.list('file'),
    systems: given.list('system'),
    ...readReporting(given, options),
    jobs: Number(jobs),
    quiet: given.flag('quiet'),
    verbose: given.flag('verbose'),
    progress: !given.flag('no-progress'),
    trustedRoot: given.value('trusted-root'),
    network: readNetworkOptions(given),
    color: (given.value('color') ?? 'auto') as Settings['color'],
  }
}

function beforeRest(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end === -1 ? argv : argv.slice(0, end)
}

function didYouMean(word: string, candidates: readonly string[], otherwise: string): string {
  const [meant] = nearest(word, candidates, 1)
  return meant === undefined ? `; ${otherwise}` : `; did you mean ${meant}?`
}

function usage(message: string): InputError {
  return new InputError('usage', message)
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`
}

function parserMessage(text: string, help: string): string {
  const hungry = /^Not enough arguments following: (.+)$/.exec(text)?.[1]
  return hungry === undefined ? text.replace(/\s+/g, ' ').trim() : `${dashed(hungry)} needs a value; ${help} says which`
}
