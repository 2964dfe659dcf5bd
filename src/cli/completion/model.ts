// Commands and options → what can stand where on a command line; what the scripts of all shells are made from.
import { usualSystems } from '../../core/system.ts'
import type { Command } from '../command.ts'
import { answering, dashed, everywhere } from '../options.ts'
import type { Option } from '../options.ts'
import { spoken } from '../placeholder.ts'

/** What may be offered: words, something that the file system has, the names of pins, or nothing. */
export type Offer =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files' | 'folders' | 'pins' | 'nothing' }

export interface OfferedOption {
  /** With its dashes. */
  readonly written: string
  readonly text: string
  /** null of a flag. */
  readonly value: Offer | null
  /** Whether the value may be left out. */
  readonly optional: boolean
}

export interface OfferedCommand {
  readonly name: string
  readonly summary: string
  /** Its own, without those of every command. */
  readonly options: readonly OfferedOption[]
  readonly positionals: Offer
}

export interface Model {
  readonly commands: readonly OfferedCommand[]
  /** Those of every command. */
  readonly everywhere: readonly OfferedOption[]
}

export function modelOf(commands: readonly Command[]): Model {
  return {
    commands: commands.map(({ name, summary, usage, options }) => ({
      name,
      summary,
      options: options.map(offeredOption),
      positionals: positionalsOf(usage),
    })),
    everywhere: [...everywhere, answering.help, answering.version].map(offeredOption),
  }
}

/** By the words of usage lines: PIN, FILE; `bash|zsh|fish` stands for itself. */
function positionalsOf(usage: string): Offer {
  if (/\bPIN\b/.test(usage)) return { kind: 'pins' }
  if (/\bFILE\b/.test(usage)) return { kind: 'files' }
  const [, words] = /\s([a-z]+(?:\|[a-z]+)+)/.exec(usage) ?? []
  return words === undefined ? { kind: 'nothing' } : { kind: 'words', words: words.split('|') }
}

function offeredOption(option: Option): OfferedOption {
  const { word, text } = spoken(option)
  return {
    written: dashed(option.name),
    text,
    value: word === null ? null : valueOf(word, option.choices),
    optional: option.kind === 'optional',
  }
}

function valueOf(word: string, choices: readonly string[] | undefined): Offer {
  if (choices !== undefined) return { kind: 'words', words: choices }
  if (word === 'SYSTEM') return { kind: 'words', words: usualSystems }
  return { kind: word === 'DIR' ? 'folders' : word === 'FILE' || word === 'GLOB' ? 'files' : 'nothing' }
}

/** Offers by the options, written `COMMAND OPTION` (`* OPTION` for every command), that await them. */
export interface Awaiting {
  readonly patterns: readonly string[]
  readonly offer: Offer
}

/** Every option that takes a value, those with equal offers together: what a shell's `case` goes by. */
export function awaiting({ commands, everywhere }: Model): readonly Awaiting[] {
  const groups = new Map<string, { patterns: string[]; offer: Offer }>()
  const add = (command: string, { written, value }: OfferedOption): void => {
    if (value === null) return
    const key = JSON.stringify(value)
    const group = groups.get(key) ?? { patterns: [], offer: value }
    group.patterns.push(`${command} ${written}`)
    groups.set(key, group)
  }
  for (const option of everywhere) add('*', option)
  for (const command of commands) for (const option of command.options) add(command.name, option)
  return [...groups.values()]
}
