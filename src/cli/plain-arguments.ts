// argv that is plainly right → what the parser would read from it, without loading the parser.
import type { Command } from './command.ts'
import { dashed, everywhere } from './options.ts'
import type { Option } from './options.ts'

/** What stands on a command line. */
export interface Parsed {
  /** Help or the version, where that was asked for. */
  readonly output: string
  /** The command first. */
  readonly positionals: readonly string[]
  /** What follows `--`. */
  readonly rest: readonly string[]
  /** By option: true of a flag, text of one value, a list of several; an empty text where an optional value is left out. */
  readonly values: ReadonlyMap<string, unknown>
}

/**
 * Null for everything that is not plain: a question for help, a command that is not in the table, an option that the command does not have
 * or that lacks its value, a value that could be an option. Whoever gets null asks the parser, whose words for what is wrong are the ones
 * to show.
 */
export function readPlain(argv: readonly string[], commands: readonly Command[]): Parsed | null {
  const positionals: string[] = []
  const values = new Map<string, true | string | readonly string[]>()
  let known = byWriting(everywhere)
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? ''
    if (argument === '--') return positionals.length === 0 ? null : { output: '', positionals, rest: argv.slice(at + 1), values }
    if (!argument.startsWith('-') || argument === '-') {
      if (positionals.length === 0) {
        const command = commands.find(({ name }) => name === argument)
        if (command === undefined) return null
        known = byWriting([...everywhere, ...command.options])
      }
      positionals.push(argument)
      continue
    }
    const equals = argument.startsWith('--') ? argument.indexOf('=') : -1
    const option = known.get(equals === -1 ? argument : argument.slice(0, equals))
    if (option === undefined || (option.kind === 'flag' && equals !== -1)) return null
    if (option.kind === 'flag') {
      // The parser takes these words for the flag's value.
      if (argv[at + 1] === 'true' || argv[at + 1] === 'false') return null
      values.set(option.name, true)
      continue
    }
    const before = values.get(option.name)
    const add = (value: string): unknown =>
      values.set(option.name, before === undefined || before === true ? value : [before, value].flat())
    const next = argv[at + 1]
    if (option.kind === 'optional' && equals === -1 && (next === undefined || next === '--' || known.has(next))) {
      add('')
      continue
    }
    const value = equals === -1 ? argv[++at] : argument.slice(equals + 1)
    if (value === undefined || value === '' || value.startsWith('-')) return null
    add(value)
  }
  return positionals.length === 0 ? null : { output: '', positionals, rest: [], values }
}

function byWriting(options: readonly Option[]): ReadonlyMap<string, Option> {
  return new Map(options.map((option) => [dashed(option.name), option]))
}
