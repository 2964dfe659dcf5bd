// The commands and options there are → the manual page, in the man(7) macros.
import type { Command } from '../src/cli/command.ts'
import { bugExitCode, meanings } from '../src/cli/exit-code.ts'
import { answering, dashed, everywhere } from '../src/cli/options.ts'
import type { Option } from '../src/cli/options.ts'
import { spoken } from '../src/cli/placeholder.ts'
import { bold, escaped, italic, lines, tagged } from './roff.ts'

export interface About {
  readonly version: string
  /** Of the page, such as 2026-05-01. */
  readonly date: string
  /** Variables, as they are written, and what each is for. */
  readonly environment: readonly (readonly [variables: string, use: string])[]
}

const files: readonly (readonly [file: string, use: string])[] = [
  ['pinhash.json', 'Pins that no Nix file holds yet, versions that fit, and mirrors; read in the directory that is worked in.'],
  ['$XDG_CACHE_HOME/pinhash', "The API's answers, kept between runs; ~/.cache/pinhash where the variable is not set."],
  ['~/.netrc', 'Logins for hosts other than the API.'],
]

/** Ends with a line break. */
export function manPage(commands: readonly Command[], { version, date, environment }: About): string {
  return `${[
    `.TH PINHASH 1 "${date}" "pinhash ${escaped(version)}" "User Commands"`,
    '.SH NAME',
    String.raw`pinhash \- keep pinned release binaries in Nix files up to date and proven`,
    '.SH SYNOPSIS',
    ...commands.flatMap(({ usage }, i) => [...(i === 0 ? [] : ['.br']), ...lines(usageLine(usage))]),
    '.SH DESCRIPTION',
    ...lines(
      escaped(
        'pinhash finds the pins that a repository already has, downloads the asset of every system, computes the hashes that Nix would compute, and rewrites ' +
          'the version and the hashes in place. It needs no Nix on the machine and changes nothing besides. Results go to standard output, everything else to ' +
          'standard error; nothing ever prompts.',
      ),
    ),
    '.SH COMMANDS',
    ...commands.flatMap(({ usage, summary, notes }) => [
      ...tagged(usageLine(usage), escaped(sentence(summary))),
      ...(notes === undefined ? [] : ['.IP', ...lines(escaped(sentence(notes)))]),
    ]),
    '.SH OPTIONS',
    ...[...everywhere, answering.help, answering.version].flatMap(optionLines),
    ...shared(commands).flatMap(({ names, options }) => [`.SS Of ${escaped(joined(names))}`, ...options.flatMap(optionLines)]),
    '.SH EXIT STATUS',
    'The first that applies.',
    ...meanings.flatMap(([code, meaning]) => tagged(bold(String(code)), escaped(sentence(meaning)))),
    ...tagged(bold(String(bugExitCode)), 'Alone: a bug in pinhash.'),
    '.SH ENVIRONMENT',
    ...environment.flatMap(([variables, use]) => tagged(bold(variables), escaped(sentence(use)))),
    '.SH FILES',
    ...files.flatMap(([file, use]) => tagged(italic(file), escaped(use))),
    '.SH EXAMPLES',
    ...commands.flatMap(({ examples }) => examples.flatMap(([line, does]) => tagged(bold(`pinhash ${line}`), escaped(sentence(does))))),
    '.SH SEE ALSO',
    String.raw`.BR nix\-prefetch\-url (1),`,
    '.BR nix (1)',
  ].join('\n')}\n`
}

/** Options by the commands that have them with the same words, each once, in the order of the commands. */
function shared(commands: readonly Command[]): readonly { readonly names: readonly string[]; readonly options: readonly Option[] }[] {
  const owners = new Map<string, { readonly option: Option; readonly names: string[] }>()
  for (const { name, options } of commands) {
    for (const option of options) {
      const key = JSON.stringify(option)
      const known = owners.get(key)
      if (known === undefined) owners.set(key, { option, names: [name] })
      else known.names.push(name)
    }
  }
  const groups = new Map<string, { readonly names: readonly string[]; readonly options: Option[] }>()
  for (const { option, names } of owners.values()) {
    const group = groups.get(names.join(' ')) ?? { names, options: [] }
    group.options.push(option)
    groups.set(names.join(' '), group)
  }
  return [...groups.values()]
}

function optionLines(option: Option): readonly string[] {
  const { word, text } = spoken(option)
  const term = `${option === answering.help ? `${bold('-h')}, ` : ''}${bold(dashed(option.name))}`
  const about = option.choices?.some((choice) => text.startsWith(choice)) === true ? ended(text) : sentence(text)
  const value = word === null ? '' : valueWord(word, option.choices)
  return tagged(`${term}${option.kind === 'optional' ? ` [${value}]` : value === '' ? '' : ` ${value}`}`, escaped(about))
}

/** Choices are typed as they stand, a placeholder is not. */
function valueWord(word: string, choices: readonly string[] | undefined): string {
  return word === choices?.join('|') ? bold(word) : italic(word)
}

/** Capitals are placeholders, all else is typed as it stands. */
function usageLine(usage: string): string {
  return `${bold('pinhash')} ${usage
    .split(/([A-Z]+|[[\]|…@ ]+)/)
    .filter((part) => part !== '')
    .map((part) => (/^[A-Z]/.test(part) ? italic(part) : /^[[\]|…@ ]/.test(part) ? escaped(part) : bold(part)))
    .join('')}`
}

function joined(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${ended(text.slice(1))}`
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
