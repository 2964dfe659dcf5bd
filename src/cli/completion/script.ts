// A shell and the commands there are → its script.
import type { Command } from '../command.ts'
import { bashScript } from './bash.ts'
import { fishScript } from './fish.ts'
import { type Model, modelOf } from './model.ts'
import { zshScript } from './zsh.ts'

const scripts: Readonly<Record<'bash' | 'zsh' | 'fish', (model: Model) => string>> = { bash: bashScript, zsh: zshScript, fish: fishScript }

export function script(shell: keyof typeof scripts, commands: readonly Command[]): string {
  return scripts[shell](modelOf(commands))
}
