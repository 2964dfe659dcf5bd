// Files of a git work tree → whether they are as they were committed, and a commit of them alone.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { InputError } from '../core/errors.ts'
import { errorCode, explain } from './inside.ts'
import { type Ended, runProgram } from './run.ts'

/** The git work tree that the root lies in. Paths are relative to the root. */
export interface WorkTree {
  /** Throws InputError `unusable-repository` where there is no git, no work tree, or a merge, rebase or the like under way. */
  ready(): Promise<void>
  /** The paths that are not as in the last commit, each with how, as a clause; what neither stands there nor was committed is fine. */
  dirty(paths: readonly string[]): Promise<readonly { readonly path: string; readonly how: string }[]>
  /**
   * Commits what stands in these files and nothing else; what is staged besides stays staged. The user's settings, signing and hooks are git's affair. `added` are those of
   * the paths that git does not know yet. Gives the id. Throws InputError `commit-failed` with what git said; then there is no commit, not even where a hook would
   * have let another one come about.
   */
  commit(paths: readonly string[], added: readonly string[], message: string): Promise<string>
  /** Makes the index hold of these paths what the last commit holds. Never throws. */
  unstage(paths: readonly string[]): Promise<void>
}

export interface WorkTreeOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** When it is aborted, a commit under way is interrupted. */
  readonly signal: AbortSignal
}

/** What git keeps while it waits for a person to go on. */
const underWay: readonly (readonly [file: string, name: string])[] = [
  ['MERGE_HEAD', 'merge'],
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
]

/** See `WorkTree`. `directory` is the root. */
export function workTreeIn(directory: string, { environment, signal }: WorkTreeOptions): WorkTree {
  const run = (args: readonly string[], interruptible = false): Promise<Ended> =>
    runProgram('git', args, { directory, environment, ...(interruptible ? { signal } : {}) }).catch((error: unknown) => {
      const why = errorCode(error) === 'ENOENT' ? 'there is no git on this machine' : `git could not be started: ${explain(error)}`
      throw new InputError('unusable-repository', `Could not commit: ${why}`, { cause: error })
    })
  const asked = async (args: readonly string[]): Promise<string> => {
    const ended = await run(args)
    if (ended.code !== 0) throw failed(`git ${args[0]!} failed`, ended)
    return ended.stdout
  }
  let top: string | null = null

  /** As git lists it: below the top of the work tree, links followed. */
  const nameOf = (file: string): string => {
    const joined = path.resolve(directory, file)
    let real = joined
    try {
      real = realpathSync(joined)
    } catch {
      // A file that is still to be written.
      if (existsSync(path.dirname(joined))) real = path.join(realpathSync(path.dirname(joined)), path.basename(joined))
    }
    return path.relative(top ?? directory, real).replaceAll(path.sep, '/')
  }
  const only = (names: readonly string[]): string[] => ['--', ...names.map((name) => `:(top,literal)${name}`)]
  const head = async (): Promise<string> => (await asked(['rev-parse', '--verify', 'HEAD'])).trim()
  const status = async (names: readonly string[]): Promise<readonly { readonly name: string; readonly code: string }[]> => {
    const modes = ['--porcelain=v1', '-z', '--untracked-files=all', '--ignored=matching', '--no-renames']
    const text = await asked(['--no-optional-locks', 'status', ...modes, ...only(names)])
    return text.split('\0').flatMap((entry) => (entry === '' ? [] : [{ code: entry.slice(0, 2), name: entry.slice(3) }]))
  }
  const unstage = async (names: readonly string[]): Promise<void> => {
    await run(['reset', '--quiet', ...only(names)]).catch(() => undefined)
  }

  return {
    async ready() {
      const found = await run(['rev-parse', '--show-toplevel'])
      if (found.code !== 0) throw unusable(`${directory} is not in a git work tree that can be used: ${saidBy(found)}`)
      top = found.stdout.replace(/\n$/, '')
      const places = await asked(['rev-parse', ...underWay.flatMap(([file]) => ['--git-path', file])])
      for (const [i, place] of places.split('\n').entries())
        if (i < underWay.length && existsSync(path.resolve(directory, place)))
          throw unusable(`a ${underWay[i]![1]} is under way in ${top}; finish or abort it first`)
    },
    async dirty(paths) {
      const byName = new Map(paths.map((file) => [nameOf(file), file]))
      return (await status([...byName.keys()])).map(({ code, name }) => ({ path: byName.get(name) ?? name, how: meaning(code) }))
    },
    async commit(paths, added, message) {
      const names = paths.map(nameOf)
      const contents = (): (string | null)[] => paths.map((file) => bytesOf(path.resolve(directory, file)))
      const texts = contents()
      const gone = paths.filter((_, i) => texts[i] === null)
      if (gone.length > 0) throw new InputError('commit-failed', `Could not commit: ${gone.join(', ')} cannot be read any more`)
      const before = await head()
      if (added.length > 0) await asked(['add', '--intent-to-add', ...only(added.map(nameOf))])
      const ended = await run(['commit', '--quiet', '--only', `--message=${message}`, ...only(names)], true)
      const after = await head()
      if (after === before) throw failed('git made no commit', ended)
      const touched = (await asked(['diff-tree', '-r', '-z', '--name-only', before, after])).split('\0').filter((name) => name !== '')
      const others = touched.filter((name) => !names.includes(name))
      const left = await status(names)
      const isSame = contents().every((text, i) => text === texts[i])
      if (others.length === 0 && touched.length === names.length && left.length === 0 && isSame) return after
      const what = others.length > 0 ? `added ${others.join(', ')} to the commit` : `changed ${names.join(', ')}`
      const parents = (await asked(['rev-parse', `${after}^@`])).trim()
      if (parents !== before) throw failed(`a hook ${what} and made commits of its own, which were left as they are`, ended)
      await asked(['update-ref', '-m', 'pinhash: take back a commit that a hook changed', 'HEAD', before, after])
      await unstage(names)
      throw failed(`a hook ${what}, so the commit was taken back`, ended)
    },
    unstage: async (paths) => unstage(paths.map(nameOf)),
  }
}

function meaning(code: string): string {
  if (code === '??') return 'is not known to git yet; commit it first'
  if (code === '!!') return 'is ignored by git; take it out of .gitignore and commit it first'
  return `has ${code[0] === ' ' ? '' : 'staged '}changes that are not committed; commit or stash them first`
}

/** A character a byte; null where no file can be read. */
function bytesOf(file: string): string | null {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return null
  }
}

function unusable(message: string): InputError {
  return new InputError('unusable-repository', `Could not commit: ${message}`)
}

function failed(what: string, ended: Ended): InputError {
  const said = saidBy(ended)
  return new InputError('commit-failed', `Could not commit: ${what}${said === '' ? '' : `; it said: ${said}`}`)
}

/** The last lines as one. */
function saidBy({ tail }: Ended): string {
  return tail.map((line) => line.trim().replace(/\s+/g, ' ')).join(' | ')
}
