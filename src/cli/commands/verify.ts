// pinhash verify: fetch again, compare, write nothing.
import { InputError } from '../../core/errors.ts'
import { attesting, readAttesting } from '../attesting.ts'
import type { Shard } from '../../workflow/context.ts'
import type { Command } from '../command.ts'
import { ofOutcomes } from '../exit-code.ts'
import { networking, selecting } from '../options.ts'
import { reporting } from '../reporting.ts'
import { parsePins } from '../requests.ts'

export const verifyCommand: Command = {
  name: 'verify',
  usage: 'verify [PIN…]',
  summary: 'fetch what the pins name and compare it with their hashes; writes nothing',
  options: [
    ...selecting,
    {
      name: 'changed',
      kind: 'optional',
      describe:
        'BASE: only the pins that differ from what the files held where HEAD left BASE, a branch or another revision of git; without BASE from the target of the pull or merge request that CI runs for, else from the default branch',
    },
    { name: 'all', kind: 'flag', describe: 'every pin, which is the default' },
    {
      name: 'shard',
      kind: 'value',
      describe: 'I/N, such as 2/4: only the I-th of N parts of about equal size, for N machines that share the work',
    },
    {
      name: 'shard-by',
      kind: 'value',
      choices: ['size', 'downloads'],
      describe:
        'what the parts have equally much of: bytes, as the releases state them, or downloads, for which nothing has to be asked; size unless nothing is downloaded',
    },
    { name: 'no-download', kind: 'flag', describe: "compare with the forge's digest or a checksum file instead of the bytes" },
    ...attesting,
    ...reporting,
    ...networking,
  ],
  examples: [
    ['verify', 'every pin, every system'],
    ['verify cue --system aarch64-darwin', 'one pin on one system'],
    ['verify --quiet', 'print nothing unless something is wrong'],
    ['verify --changed', 'in a pull request: what it changes'],
    ['verify --shard 2/4', 'the second of four parts, in a matrix of CI'],
    ['verify --changed=v2.0 cue', 'one pin, if it differs from what v2.0 had'],
  ],
  notes: 'PIN is the name of a pin, org/name, or a file that holds pins.',
  prepare: (given) => {
    const pins = parsePins(given.positionals)
    const changed = given.flag('changed') ? { changed: { base: given.value('changed') } } : {}
    if (given.flag('changed') && given.flag('all')) throw new InputError('usage', '--changed and --all exclude each other')
    const download = !given.flag('no-download')
    const shard = readShard(given.value('shard'), given.value('shard-by') ?? (download ? 'size' : 'downloads'))
    if (shard === null && given.value('shard-by') !== null)
      throw new InputError('usage', '--shard-by says what the parts of --shard have equally much of; give --shard I/N as well')
    const options = { download, ...changed, ...(shard === null ? {} : { shard }), ...readAttesting(given) }
    return async ({ settings, context, signal }) => {
      const [{ verify }, { verifiedText }] = await Promise.all([import('../../workflow/verify.ts'), import('../report/narrowed.ts')])
      const document = await verify(await context(), { globs: settings.globs, systems: settings.systems, pins }, options)
      return {
        document,
        exitCode: ofOutcomes(document, signal.aborted),
        text: (view) => verifiedText(document, view),
      }
    }
  },
}

function readShard(text: string | null, by: string): Shard | null {
  if (text === null) return null
  const [, number = 0, of = 0] = (/^0*([1-9]\d{0,3})\/0*([1-9]\d{0,3})$/.exec(text) ?? []).map(Number)
  if (number < 1 || number > of)
    throw new InputError(
      'usage',
      `--shard takes I/N, such as 2/4, where I is a whole number from 1 to N and N at most 9999, not ${JSON.stringify(text)}`,
    )
  return { number, of, by: by === 'size' ? by : 'downloads' }
}
