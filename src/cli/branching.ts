// The options that ask for branch names → the prefix, and pins → what is printed for them.
import { InputError } from '../core/errors.ts'
import { prefixProblem } from '../pin/branch-prefix.ts'
import type { Context, Selection } from '../workflow/context.ts'
import type { Result } from './command.ts'
import { ofProblem, worst } from './exit-code.ts'
import type { Option } from './options.ts'
import { printable } from './report/layout.ts'
import { problemLines } from './report/problems.ts'
import type { Given } from './settings.ts'

/** Accepted by `update`. */
export const branching: readonly Option[] = [
  {
    name: 'branch-name',
    kind: 'flag',
    describe: 'print the branch that updates of each pin belong on, the same for every version, and do nothing else',
  },
  { name: 'branch-prefix', kind: 'value', describe: 'PREFIX: what those branches begin with (default pinhash/)' },
]

/** The prefix; null where no branch names are asked for. Throws InputError `usage`. */
export function readBranching(given: Given): string | null {
  const prefix = given.value('branch-prefix')
  if (!given.flag('branch-name')) {
    if (prefix !== null) throw new InputError('usage', '--branch-prefix goes with --branch-name, which is not given')
    return null
  }
  const other = ['commit', 'each'].find((name) => given.flag(name))
  if (other !== undefined) throw new InputError('usage', `--branch-name does nothing but print names; leave out --${other}`)
  const problem = prefix === null ? null : prefixProblem(prefix)
  if (problem !== null) throw new InputError('usage', `--branch-prefix ${JSON.stringify(prefix)} ${problem}`)
  return prefix ?? 'pinhash/'
}

/** One line a pin: its name, a tab and its branch; of a single pin the branch alone. */
export async function branchResult(context: Context, selection: Selection, prefix: string): Promise<Result> {
  const { branches } = await import('../workflow/branches.ts')
  const document = branches(context, selection, prefix)
  const single = document.branches.length === 1
  return {
    document,
    exitCode: worst(document.problems.map(ofProblem)),
    text: (view) => ({
      stdout: document.branches.map(({ pin, branch }) => (single ? branch : `${printable(pin)}\t${branch}`)),
      stderr: problemLines(document.problems, view),
    }),
  }
}
