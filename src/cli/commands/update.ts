// pinhash update: other versions, new hashes.
import type { SpellingName } from '../../core/report.ts'
import { attesting, readAttesting } from '../attesting.ts'
import { branching, branchResult, readBranching } from '../branching.ts'
import { committing, eachRule, readCommitting } from '../committing.ts'
import type { Command } from '../command.ts'
import { commentRule, fitting, readFitting } from '../fitting.ts'
import { ofOutcomes } from '../exit-code.ts'
import { networking, selecting } from '../options.ts'
import { reporting } from '../reporting.ts'
import { parseRequests, requestRule } from '../requests.ts'
import { spellings } from './choices.ts'

export const updateCommand: Command = {
  name: 'update',
  usage: 'update [PIN[@TAG]…] | update PIN TAG',
  summary: 'bring pins to a version, the newest that fits unless one is given, and rewrite their hashes',
  options: [
    ...selecting,
    { name: 'dry-run', kind: 'flag', describe: 'write nothing; print what would be written as a diff' },
    {
      name: 'no-download',
      kind: 'flag',
      describe: "take the forge's digest or a checksum file instead of downloading; refuse what has neither",
    },
    { name: 'allow-downgrade', kind: 'flag', describe: 'accept a version older than the one in the file' },
    { name: 'accept-drift', kind: 'flag', describe: 'repin a version whose bytes are not those in the file; without it they are refused' },
    ...fitting,
    { name: 'no-comments', kind: 'flag', describe: 'leave URLs of a pin in comments as they are' },
    {
      name: 'spelling',
      kind: 'value',
      choices: spellings,
      describe: 'write all hashes of the pins so; without it each keeps the spelling it has',
    },
    ...committing,
    ...branching,
    ...attesting,
    ...reporting,
    ...networking,
  ],
  examples: [
    ['update', 'every pin to the newest release that fits'],
    ['update cue v0.11.0', 'one pin to one release'],
    ['update cue@v0.11.0 cli/cli', 'one to a release, another to the newest'],
    ['update nix/tools.nix --dry-run', 'the pins of one file, as a diff'],
    ['update --commit --each -- nix flake check', 'every pin in a commit of its own, without those that break the build'],
    ['update --spelling sri', 'every pin to the newest, and every hash to SRI; what is newest already is not downloaded'],
  ],
  notes: `PIN is the name of a pin, org/name, or a file that holds pins. ${requestRule} A TAG goes before follow, min-age and prereleases; a pin on hold has to be named with one. ${commentRule} ${eachRule}`,
  prepare: (given) => {
    const pins = parseRequests(given.positionals)
    const dryRun = given.flag('dry-run')
    const prefix = readBranching(given)
    const options = {
      dryRun,
      download: !given.flag('no-download'),
      allowDowngrade: given.flag('allow-downgrade'),
      comments: !given.flag('no-comments'),
      acceptDrift: given.flag('accept-drift'),
      spelling: given.value('spelling') as SpellingName | null,
      ...readCommitting(given),
      ...readFitting(given),
      ...readAttesting(given),
    }
    return async ({ settings, context, signal }) => {
      if (prefix !== null) return branchResult(await context(), { globs: settings.globs, systems: settings.systems, pins }, prefix)
      const [{ update }, { updatedText }] = await Promise.all([import('../../workflow/update.ts'), import('../report/updated.ts')])
      const document = await update(await context(), { globs: settings.globs, systems: settings.systems, pins }, options)
      return { document, exitCode: ofOutcomes(document, signal.aborted), text: (view) => updatedText(document, view, dryRun) }
    }
  },
}
