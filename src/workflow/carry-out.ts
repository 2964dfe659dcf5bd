// The changes of one step → files, the user's command run on them, a commit; or everything as it was before the step.
import { InputError, InterruptedError } from '../core/errors.ts'
import type { Commit, Warning } from '../core/report.ts'
import type { Found } from './found.ts'
import type { Committer } from './commit.ts'
import type { Context } from './context.ts'
import type { OwnedPlan } from './plan.ts'
import type { Change, Files } from './ports.ts'
import { Refusal, endOf } from './refusal.ts'

/** What came of a step that holds, beside what was planned. */
export interface Carried {
  readonly warnings: readonly Warning[]
  readonly commit?: Commit
}

interface Work {
  readonly found: Found
  readonly context: Context
  readonly committer: Committer | null
  /** A program and its arguments. */
  readonly each: readonly string[] | null
}

/**
 * 1. Write.
 * 2. Run the command once for each pin of the step.
 * 3. Commit.
 *
 * Throws what `Files.write` throws, Refusal `command-failed`, InputError `commit-failed` or InterruptedError; all files are then as they were before.
 */
export async function carryOut(step: readonly OwnedPlan[], changes: readonly Change[], work: Work): Promise<Carried> {
  const { context, committer, each } = work
  const { files, signal } = context
  await files.write(changes)
  try {
    for (const plan of each === null ? [] : step) await runFor(plan, changes, work)
    if (signal.aborted && (each !== null || committer !== null)) throw new InterruptedError('Interrupted')
    const warnings = each === null ? [] : warningsOf(standing(changes, files))
    if (committer === null) return { warnings }
    const message = committer.messageOf(step)
    const added = changes.filter(({ before }) => before === null)
    const id = await committer.workTree.commit(pathsOf(changes), pathsOf(added), message)
    return { warnings, commit: { id, message } }
  } catch (error) {
    const said = await putBack(changes, files)
    await committer?.workTree.unstage(pathsOf(changes))
    if (signal.aborted) throw new InterruptedError(`Interrupted; ${said}`, { cause: error })
    const { outcome, reason } = endOf(error)
    throw new Refusal(outcome, reason.code, `${reason.message}; ${said}`)
  }
}

const pathsOf = (changes: readonly Change[]): string[] => changes.map(({ path }) => path)

/** Throws Refusal `command-failed`. */
async function runFor({ entry, outcome }: OwnedPlan, changes: readonly Change[], { context, each, found }: Work): Promise<void> {
  const { commands, signal, files } = context
  if (commands === undefined || each === null)
    throw new InputError('usage', 'A command is to be run, but this program was put together without what runs it')
  if (signal.aborted) throw new InterruptedError('Interrupted')
  const before = others(found, changes, files)
  const failure = await commands.run(each, {
    PINHASH_PIN: outcome.pin,
    PINHASH_ORG: entry.org ?? '',
    PINHASH_NAME: entry.repo ?? '',
    PINHASH_FROM: outcome.from ?? '',
    PINHASH_TO: outcome.to ?? '',
    PINHASH_FILE: outcome.file,
    PINHASH_FILES: pathsOf(changes).join('\n'),
    PINHASH_SYSTEMS: entry.systems.join('\n'),
  })
  if (failure === null || signal.aborted) return
  const now = others(found, changes, files)
  const touched = [...before.keys()].filter((path) => before.get(path) !== now.get(path))
  const said = failure.tail.length === 0 ? '' : `; it printed: ${failure.tail.map((line) => line.trim()).join(' | ')}`
  const rest = touched.length === 0 ? '' : `; it changed ${touched.join(', ')}, which is left so`
  throw new Refusal('refused', 'command-failed', `After ${outcome.pin} was written, ${each[0]!} ${failure.why}${said}${rest}`)
}

/** Texts of what was read besides the step's own files. */
function others(found: Found, changes: readonly Change[], files: Files): ReadonlyMap<string, string | null> {
  const own = new Set(pathsOf(changes))
  const paths = [...found.checkout.paths(), 'flake.lock'].filter((path) => !own.has(path))
  return new Map(paths.map((path) => [path, textOf(path, files)]))
}

const textOf = (path: string, files: Files): string | null => {
  const read = files.read(path)
  return 'text' in read ? read.text : null
}

/** The step's files that somebody has changed since they were written. */
function standing(changes: readonly Change[], files: Files): readonly string[] {
  return pathsOf(changes.filter(({ path, after }) => textOf(path, files) !== after))
}

function warningsOf(paths: readonly string[]): Warning[] {
  if (paths.length === 0) return []
  return [{ code: 'changed-by-command', message: `the command changed ${paths.join(', ')} as well; that change was not proved` }]
}

/** Tells what was done, as a clause. */
async function putBack(changes: readonly Change[], files: Files): Promise<string> {
  const foreign = standing(changes, files)
  const back = changes
    .map(({ path, before }): Change => ({ path, before: textOf(path, files), after: before }))
    .filter(({ before, after }) => before !== after)
  const names = pathsOf(changes).join(', ')
  try {
    await files.write(back)
  } catch (error) {
    return `${names} could not be put back: ${(error as Error).message}`
  }
  return `${names} ${changes.length === 1 ? 'is' : 'are'} as before${foreign.length === 0 ? '' : `, without what had been changed in ${foreign.join(', ')} since`}`
}
