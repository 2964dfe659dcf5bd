// The options that say which versions fit → their values.
import { InputError } from '../core/errors.ts'
import { ageProblem, parseDuration } from '../core/duration.ts'
import type { Option } from './options.ts'
import type { Given } from './settings.ts'

/** Accepted by `update` and `outdated`. */
export const fitting: readonly Option[] = [
  {
    name: 'min-age',
    kind: 'value',
    describe: 'AGE, such as 12h, 7d or 2w: pass over releases that were published, or whose files were changed, less than that ago',
  },
  { name: 'prerelease', kind: 'flag', describe: 'prereleases fit, too' },
]

/** Their values. Throws InputError `usage`. */
export function readFitting(given: Given): { readonly minAge: number | null; readonly prereleases: boolean } {
  const age = given.value('min-age')
  const problem = age === null ? null : ageProblem(age)
  if (problem !== null) throw new InputError('usage', `--min-age: ${problem}`)
  return { minAge: age === null ? null : parseDuration(age), prereleases: given.flag('prerelease') }
}

/** How comments rule versions, as `--help` tells it. */
export const commentRule: string =
  'Beside a pin, a comment "# pinhash: …" may say: hold (stay at this version), follow 0.10 or ~0.10.2 or ^1.2 (which versions fit), prerelease (they fit, too), ' +
  'min-age 7d (how long a release must have been left alone), attestation require (or prefer, or off), ignore (leave the pin alone). It stands on the line of the version, a hash or the binding that ' +
  'holds the pin, or directly above; pinhash.json has the same as keys.'
