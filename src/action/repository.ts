// A checkout of a job → the head of its base, a scratch work tree there, commits taken apart, and branches pushed.
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { InputError } from '../core/errors.ts'
import type { Ended } from '../files/run.ts'
import { answerOf } from './programs.ts'
import type { Programs } from './programs.ts'

export interface Repository {
  /** Where the folder that is worked in lies below the top: empty, or a path that ends in `/`. */
  readonly prefix: string
  /** The e-mail address of its commits. */
  readonly email: string
  /** The variables that commits are made with. */
  readonly identity: Readonly<Record<string, string>>
  /** The branch that `origin` takes for its own; throws where it names none. */
  defaultBranch(): Promise<string>
  /** The commit of a branch of `origin`; null where there is no such branch. */
  remoteHead(branch: string): Promise<string | null>
  /** Makes a commit of a branch of `origin` known here. */
  fetch(branch: string, commit: string): Promise<void>
  /** The blob of each path that differs. */
  blobs(from: string, to: string): Promise<ReadonlyMap<string, string>>
  /** Puts a commit in the place of what `origin` has, only if that is still `from`. */
  push(branch: string, commit: string, from: string | null): Promise<void>
  /** A work tree of its own at this commit, gone again when the work is done. The checkout stays as it is. */
  scratch<T>(commit: string, work: (scratch: Scratch) => Promise<T>): Promise<T>
}

export interface Scratch {
  /** The folder that answers to the one that is worked in. */
  readonly directory: string
  reset(commit: string): Promise<void>
  parentOf(commit: string): Promise<string>
  head(): Promise<string>
  /** The change of a commit on top of the head: the new commit, or null where the two do not go together; then nothing has changed. */
  pick(commit: string): Promise<string | null>
}

export interface RepositoryOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly token: string | null
  readonly programs: Programs
}

const bot = { name: 'github-actions[bot]', email: '41898282+github-actions[bot]@users.noreply.github.com' }

/** `directory` is where the step works. Throws InputError `unusable-repository`. */
export async function openRepository(directory: string, { environment, token, programs }: RepositoryOptions): Promise<Repository> {
  const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}, where = directory): Promise<Ended> =>
    programs('git', args, { directory: where, environment: { GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C', ...more } })
  const place = await run(['rev-parse', '--show-toplevel', '--show-prefix', '--is-shallow-repository'])
  const [top = '', prefix = '', shallow = ''] = place.stdout.split('\n')
  if (place.code !== 0 || top === '')
    throw new InputError(
      'unusable-repository',
      `Could not propose anything: ${directory} is in no git work tree that can be used; check it out first. Git said: ${place.tail.map((line) => line.trim()).join(' | ')}`,
    )
  const asked = async (what: string, args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<string> =>
    answerOf(what, await run(args, more, top))
  const url = (await run(['remote', 'get-url', 'origin'], {}, top)).stdout.trim()
  const access = accessOf(url, token, environment)
  const email = (await run(['config', 'user.email'], {}, top)).stdout.trim()
  const name = (await run(['config', 'user.name'], {}, top)).stdout.trim()
  const own = email === '' || name === '' ? bot : { name, email }
  const identity = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((role) => [
      [`GIT_${role}_NAME`, own.name],
      [`GIT_${role}_EMAIL`, own.email],
    ]),
  )

  return {
    prefix,
    email: own.email,
    identity,
    async defaultBranch() {
      const text = await asked('ask origin for its default branch', ['ls-remote', '--symref', 'origin', 'HEAD'], access)
      const [, branch] = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(text) ?? []
      if (branch === undefined) throw new InputError('usage', 'origin names no default branch; name one with the input base')
      return branch
    },
    async remoteHead(branch) {
      const text = await asked(`ask origin for the branch ${branch}`, ['ls-remote', 'origin', `refs/heads/${branch}`], access)
      return text.split('\n').flatMap((line) => (line.endsWith(`\trefs/heads/${branch}`) ? [line.split('\t')[0]!] : []))[0] ?? null
    },
    async fetch(branch, commit) {
      if ((await run(['cat-file', '-e', `${commit}^{commit}`], {}, top)).code === 0) return
      const depth = shallow === 'true' ? ['--depth=1'] : []
      const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', ...depth]
      await asked(`fetch the branch ${branch} of origin`, ['fetch', ...options, 'origin', `refs/heads/${branch}`], access)
    },
    async blobs(from, to) {
      const text = await asked('compare two commits', ['diff-tree', '-r', '-z', '--no-renames', from, to])
      const words = text.split('\0')
      return new Map(words.flatMap((word, i) => (word.startsWith(':') ? [[words[i + 1]!, word.split(' ')[3]!]] : [])))
    },
    async push(branch, commit, from) {
      const lease = `--force-with-lease=refs/heads/${branch}:${from ?? ''}`
      await asked(`push the branch ${branch}`, ['push', '--quiet', lease, 'origin', `${commit}:refs/heads/${branch}`], access)
    },
    async scratch(commit, work) {
      const folder = await mkdtemp(path.join(tmpdir(), 'pinhash-scratch-'))
      const tree = path.join(folder, 'tree')
      const within = async (what: string, args: readonly string[]): Promise<string> => answerOf(what, await run(args, identity, tree))
      const head = async (): Promise<string> => (await within('name a commit', ['rev-parse', 'HEAD'])).trim()
      try {
        await asked('make a scratch work tree', ['worktree', 'add', '--quiet', '--detach', tree, commit])
        const inside = path.join(tree, prefix)
        if (!existsSync(inside)) throw new InputError('usage', `working-directory: ${prefix} is not there in the base branch`)
        return await work({
          directory: inside,
          head,
          async reset(to) {
            await within('reset the scratch work tree', ['reset', '--quiet', '--hard', to])
          },
          parentOf: async (of) => (await within('name a commit', ['rev-parse', `${of}^`])).trim(),
          async pick(of) {
            if ((await run(['cherry-pick', of], identity, tree)).code === 0) return head()
            await within('put the scratch work tree in order', ['cherry-pick', '--abort'])
            return null
          },
        })
      } finally {
        await programs('git', ['worktree', 'remove', '--force', tree], { directory: top, always: true }).catch(() => undefined)
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

/** The variables that make git show the token to the server it is for, instead of what the checkout left behind; none where `origin` is elsewhere. */
export function accessOf(
  url: string,
  token: string | null,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const server = environment['GITHUB_SERVER_URL'] || 'https://github.com'
  if (token === null || !URL.canParse(url) || !URL.canParse(server)) return {}
  const origin = new URL(server).origin
  if (new URL(url).origin !== origin || !origin.startsWith('https:')) return {}
  const before = Number(environment['GIT_CONFIG_COUNT'] ?? 0) || 0
  const secret = Buffer.from(`x-access-token:${token}`).toString('base64')
  // An empty value forgets those before it: two of these headers are refused.
  const values = ['', `AUTHORIZATION: basic ${secret}`]
  const pairs = values.flatMap((value, i) => [
    [`GIT_CONFIG_KEY_${before + i}`, `http.${origin}/.extraheader`],
    [`GIT_CONFIG_VALUE_${before + i}`, value],
  ])
  return { GIT_CONFIG_COUNT: String(before + values.length), ...(Object.fromEntries(pairs) as Record<string, string>) }
}
