// pinhash completion: the script that makes a shell complete command lines of pinhash.
import { InputError } from '../../core/errors.ts'
import type { Command } from '../command.ts'

const shells = ['bash', 'zsh', 'fish'] as const

/** What the scripts ask when they need the names of pins. */
const query = 'pins'

/** `commands` is called when a script is made: the command is one of them itself. */
export function completionCommand(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    usage: `completion ${shells.join('|')}`,
    summary: 'print the script that completes commands, options and names of pins in a shell',
    options: [],
    examples: [
      ['completion bash > ~/.local/share/bash-completion/completions/pinhash', 'for bash, from the next shell on'],
      ['completion zsh > "${fpath[1]}/_pinhash"', 'for zsh'],
      ['completion fish > ~/.config/fish/completions/pinhash.fish', 'for fish'],
    ],
    notes: `For the names of pins the scripts ask pinhash completion ${query}, which prints them, one a line, as pinhash list finds them.`,
    prepare: ({ positionals }) => {
      const [word, ...more] = positionals
      if (more.length > 0) throw new InputError('usage', `pinhash completion takes one shell: ${shells.join(', ')}`)
      const shell = shells.find((candidate) => candidate === word)
      if (word === query) {
        return async ({ context }) => {
          const { pinNames } = await import('../completion/pin-names.ts')
          return printed((await pinNames(await context())).map((name) => `${name}\n`).join(''))
        }
      }
      if (shell === undefined) {
        const not = word === undefined ? '' : `, not ${JSON.stringify(word)}`
        throw new InputError('usage', `pinhash completion takes one of ${shells.join(', ')}${not}`)
      }
      return async () => {
        const { script } = await import('../completion/script.ts')
        return printed(script(shell, commands()))
      }
    },
  }
}

function printed(text: string): Awaited<ReturnType<ReturnType<Command['prepare']>>> {
  return { document: { completion: text }, exitCode: 0, text: () => ({ stdout: [], stderr: [], verbatim: text }) }
}
