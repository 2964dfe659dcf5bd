// pinhash verify: fetch again, compare, write nothing.
import { attesting, readAttesting } from '../attesting.ts'
import type { Command } from '../command.ts'
import { ofOutcomes } from '../exit-code.ts'
import { networking, selecting } from '../options.ts'
import { outcomeLines, summaryLine } from '../report/outcomes.ts'
import { problemLines } from '../report/problems.ts'
import { parsePins } from '../requests.ts'

export const verifyCommand: Command = {
  name: 'verify',
  usage: 'verify [PIN…]',
  summary: 'fetch what the pins name and compare it with their hashes; writes nothing',
  options: [
    ...selecting,
    { name: 'no-download', kind: 'flag', describe: "compare with the forge's digest or a checksum file instead of the bytes" },
    ...attesting,
    ...networking,
  ],
  examples: [
    ['verify', 'every pin, every system'],
    ['verify cue --system aarch64-darwin', 'one pin on one system'],
    ['verify --quiet', 'print nothing unless something is wrong'],
  ],
  notes: 'PIN is the name of a pin, org/name, or a file that holds pins.',
  prepare: (given) => {
    const pins = parsePins(given.positionals)
    const options = { download: !given.flag('no-download'), ...readAttesting(given) }
    return async ({ settings, context, signal }) => {
      const { verify } = await import('../../workflow/verify.ts')
      const document = await verify(await context(), { globs: settings.globs, systems: settings.systems, pins }, options)
      return {
        document,
        exitCode: ofOutcomes(document, signal.aborted),
        text: (view) => ({
          stdout: [...outcomeLines(document, view), ...(view.quiet ? [] : [summaryLine(document, view)])],
          stderr: problemLines(document.problems, view),
        }),
      }
    }
  },
}
