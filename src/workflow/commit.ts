// What is asked about commits → the message of each step's, and whether its files are fit for one.
import { InputError } from '../core/errors.ts'
import { commitMessage } from '../pin/commit-message.ts'
import { type Found, specFile } from './found.ts'
import type { Context, UpdateOptions } from './context.ts'
import type { OwnedPlan } from './plan.ts'
import type { Change, WorkTree } from './ports.ts'
import { Refusal } from './refusal.ts'

/** What a step is committed with. */
export interface Committer {
  readonly workTree: WorkTree
  messageOf(step: readonly OwnedPlan[]): string
}

/** Says at once what is missing where commits are asked for. Throws InputError `unusable-repository`, `bad-config` or `usage`. */
export async function readyToCommit(found: Found, { workTree }: Context, { commit }: UpdateOptions): Promise<void> {
  if ((commit ?? null) === null) return
  if (workTree === undefined) throw new InputError('usage', 'Commits are asked for, but this program was put together without git')
  const problem = found.problems.find(({ code, file }) => code === 'bad-config' && file === specFile)
  if (problem !== undefined && commit?.message === null)
    throw new InputError(
      'bad-config',
      `${specFile}:${problem.line ?? 1} may say what commits are to be called, and it cannot be read: ${problem.message}`,
    )
  await workTree.ready()
}

/** null where nothing is to be committed. */
export function committerOf(found: Found, { workTree }: Context, { commit }: UpdateOptions): Committer | null {
  if (commit === undefined || commit === null || workTree === undefined) return null
  const template = commit.message ?? found.spec?.message ?? null
  return {
    workTree,
    messageOf(step) {
      const [first = '', ...others] = new Set(
        step.map(({ entry, outcome: { pin, from, to, file } }) =>
          commitMessage(template, { pin, from, to, org: entry.org, name: entry.repo, file }),
        ),
      )
      return others.length === 0 ? first : `${first}\n\n${others.join('\n')}`
    },
  }
}

/** A commit shall hold nothing that somebody else did. Throws Refusal `dirty-file`. */
export async function refuseDirty({ workTree }: Committer, changes: readonly Change[]): Promise<void> {
  const dirty = await workTree.dirty(changes.map(({ path }) => path))
  if (dirty.length > 0)
    throw new Refusal(
      'refused',
      'dirty-file',
      `Nothing was written, because the change could not be committed by itself: ${dirty.map(({ path, how }) => `${path} ${how}`).join(', ')}`,
    )
}
