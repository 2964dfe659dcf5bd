// pinhash outdated: which pins could move, and where to.
import type { Command } from '../command.ts'
import { commentRule, fitting, readFitting } from '../fitting.ts'
import { ofOutcomes, worst } from '../exit-code.ts'
import { networking, selecting } from '../options.ts'
import { reporting } from '../reporting.ts'
import { parsePins } from '../requests.ts'

export const outdatedCommand: Command = {
  name: 'outdated',
  usage: 'outdated [PIN…]',
  summary: 'show current versions, the newest that fits and the newest of all; downloads nothing',
  options: [
    ...selecting,
    ...fitting,
    { name: 'exit-code', kind: 'flag', describe: 'exit with 1 where a pin could be updated' },
    ...reporting,
    ...networking,
  ],
  examples: [
    ['outdated', 'every pin'],
    ['outdated --min-age 7d --exit-code', 'for CI: fail where something newer is a week old'],
    ['outdated cue --json', 'for machines'],
  ],
  notes: `PIN is the name of a pin, org/name, or a file that holds pins. ${commentRule}`,
  prepare: (given) => {
    const pins = parsePins(given.positionals)
    const options = readFitting(given)
    const exitCode = given.flag('exit-code')
    return async ({ settings, context, signal }) => {
      const [{ outdated }, { outdatedText }] = await Promise.all([import('../../workflow/outdated.ts'), import('../report/outdated.ts')])
      const document = await outdated(await context(), { globs: settings.globs, systems: settings.systems, pins }, options)
      const found = exitCode && document.outcomes.some(({ outcome }) => outcome === 'outdated')
      return {
        document,
        exitCode: worst([ofOutcomes(document, signal.aborted), ...(found ? [1 as const] : [])]),
        text: (view) => outdatedText(document, view),
      }
    }
  },
}
