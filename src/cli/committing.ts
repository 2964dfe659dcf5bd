// The options about commits and commands → their values.
import { InputError } from '../core/errors.ts'
import { messageProblem } from '../pin/commit-message.ts'
import type { UpdateOptions } from '../workflow/context.ts'
import type { Option } from './options.ts'
import type { Given } from './settings.ts'

/** Accepted by `update`. */
export const committing: readonly Option[] = [
  { name: 'commit', kind: 'flag', describe: 'commit each updated pin by itself; with --dry-run show the messages' },
  {
    name: 'message',
    kind: 'value',
    describe:
      "TEMPLATE: the message of those commits, with {pin}, {from}, {to}, {org}, {name} and {file} (default '{pin}: {from} -> {to}')",
  },
  {
    name: 'each',
    kind: 'flag',
    takesRest: true,
    describe: 'run the command that follows -- after each updated pin is written, and put the pin back where it fails',
  },
]

/** What the program is given, as `--help` tells it. */
export const eachRule: string =
  'The command of --each runs in the directory pinhash works in, without a shell and without standard input, with PINHASH_PIN, PINHASH_ORG, PINHASH_NAME, PINHASH_FROM, PINHASH_TO, PINHASH_FILE, ' +
  'PINHASH_FILES and PINHASH_SYSTEMS (one a line) beside your environment, which it gets as it is, tokens included.'

/** Their values. Throws InputError `usage`. */
export function readCommitting(given: Given): Required<Pick<UpdateOptions, 'commit' | 'each'>> {
  const message = given.value('message')
  const problem = message === null ? null : messageProblem(message)
  if (problem !== null) throw new InputError('usage', `--message: ${problem}`)
  const commit = given.flag('commit') ? { message } : null
  if (commit === null && message !== null) throw new InputError('usage', '--message goes with --commit, which is not given')
  if (!given.flag('each')) return { commit, each: null }
  if (given.flag('dry-run'))
    throw new InputError('usage', '--each runs a command on what was written, and --dry-run writes nothing; leave out one')
  if (given.rest.length === 0 || given.rest[0] === '')
    throw new InputError('usage', '--each needs a command after --, such as: pinhash update --each -- nix flake check')
  return { commit, each: given.rest }
}
