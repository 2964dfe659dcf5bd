// pinhash list: the pins there are, and the fetches that are not managed.
import { setFlagsFromString } from 'node:v8'
import type { Command } from '../command.ts'
import { ofProblem, worst } from '../exit-code.ts'
import { selecting } from '../options.ts'
import { reporting } from '../reporting.ts'
import { parsePins } from '../requests.ts'

export const listCommand: Command = {
  name: 'list',
  usage: 'list [PIN…]',
  summary: 'show the pins, and the fetches seen but not managed',
  options: [...selecting, ...reporting],
  examples: [
    ['list', 'every pin below the current directory'],
    ["list --file 'nix/**' --verbose", 'the pins of some files, with URLs and hashes'],
    ['list --json', 'for machines'],
  ],
  prepare: ({ positionals }) => {
    const pins = parsePins(positionals)
    return async ({ settings, context }) => {
      // A list is over before optimised code has earned what it cost to make: without it 3,500 files take half the time.
      setFlagsFromString('--interrupt-budget=3000000')
      // And before garbage is worth collecting.
      setFlagsFromString('--semi-space-growth-factor=16')
      setFlagsFromString('--no-incremental-marking')
      const [{ list }, { listText }, ports] = await Promise.all([import('../../workflow/list.ts'), import('../report/list.ts'), context()])
      const document = await list(ports, { globs: settings.globs, systems: settings.systems, pins })
      return { document, exitCode: worst(document.problems.map(ofProblem)), text: (view) => listText(document, view) }
    }
  },
}
