// What was asked for, or what the environment and the repository say → the commit to compare the files with.
import { AbsentError, InputError } from '../core/errors.ts'
import type { Git } from './git.ts'

export interface BaseCommit {
  /** As a person would call it. */
  readonly name: string
  /** In full. */
  readonly commit: string
  /** What is to be said of how it was found; null. */
  readonly remark: string | null
}

interface Named {
  readonly name: string
  readonly commit: string
}

type Environment = Readonly<Record<string, string | undefined>>

const deepen = '`git fetch --unshallow`, in GitHub Actions `fetch-depth: 0` of actions/checkout, in GitLab CI `GIT_DEPTH: 0`'

/**
 * The merge base of HEAD and the base. The base is the revision that was asked for; else in CI the target of the pull or merge request; else the remote's default branch;
 * else main or master. Where no merge base is known, as in a shallow clone, it is the base itself. Throws AbsentError `no-revision` where what was asked for
 * is not there, InputError `no-base` where there is no git, no repository, or nothing to take.
 */
export function baseCommit(git: Git, environment: Environment, wanted: string | null, root: string): BaseCommit {
  const asked = git(['rev-parse', '--is-shallow-repository'])
  if (!asked.ok) throw new InputError('no-base', `Could not find out what changed in ${root}: ${whyNot(asked.missing, asked.complaint)}`)
  const shallow = asked.stdout.toString('utf8').trim() === 'true'
  if (wanted !== null) return forked(git, revision(git, wanted, shallow), shallow)
  const sha = environment['CI_MERGE_REQUEST_DIFF_BASE_SHA'] ?? ''
  const diffBase = sha === '' ? null : commitOf(git, sha)
  // GitLab's is a merge base already.
  if (diffBase !== null) return { name: environment['CI_MERGE_REQUEST_TARGET_BRANCH_NAME'] || sha, commit: diffBase, remark: null }
  const said = ['GITHUB_BASE_REF', 'CI_MERGE_REQUEST_TARGET_BRANCH_NAME', 'CI_MERGE_REQUEST_DIFF_BASE_SHA'].find(
    (variable) => (environment[variable] ?? '') !== '',
  )
  return forked(git, said === undefined ? usual(git, shallow) : target(git, said, environment[said] ?? '', shallow), shallow)
}

function target(git: Git, variable: string, branch: string, shallow: boolean): Named {
  const found = branchOf(git, branch)
  if (found !== null) return found
  const what = variable.endsWith('_SHA') ? `${branch} is not` : `neither origin/${branch} nor ${branch} is`
  throw new InputError(
    'no-base',
    `Could not find out what changed: ${variable} says ${branch}, but ${what} in this clone; fetch it first (${shallow ? deepen : `\`git fetch origin ${branch}\``}), or name the revision to compare with: --changed=BASE`,
  )
}

function whyNot(missing: boolean, complaint: string): string {
  if (missing) return 'there is no git on this machine to ask; install it, or verify all pins'
  if (complaint.includes('not a git repository')) return 'it is in no git repository; without one there is nothing to compare with'
  return `git says ${JSON.stringify(complaint)}`
}

/** What a person named: as git reads it, else a branch of origin, which is all that CI has of most. */
function revision(git: Git, name: string, shallow: boolean): Named {
  const commit = commitOf(git, name)
  if (commit !== null) return { name, commit }
  const branch = commitOf(git, `refs/remotes/origin/${name}`)
  if (branch !== null) return { name: `origin/${name}`, commit: branch }
  const hint = shallow ? `; this clone is shallow, and may lack it: ${deepen}` : '; give a branch, a tag or a commit that is there'
  throw new AbsentError('no-revision', `There is no revision ${name} in this repository${hint}`)
}

/** The branch as origin has it, else as it is here. */
function branchOf(git: Git, branch: string): Named | null {
  const remote = commitOf(git, `refs/remotes/origin/${branch}`)
  if (remote !== null) return { name: `origin/${branch}`, commit: remote }
  const local = commitOf(git, `refs/heads/${branch}`)
  return local === null ? null : { name: branch, commit: local }
}

function usual(git: Git, shallow: boolean): Named {
  const head = git(['symbolic-ref', '--quiet', 'refs/remotes/origin/HEAD']).stdout.toString('utf8').trim()
  const remote = commitOf(git, 'refs/remotes/origin/HEAD')
  if (remote !== null) return { name: head === '' ? 'origin/HEAD' : head.replace(/^refs\/remotes\//, ''), commit: remote }
  const found = branchOf(git, 'main') ?? branchOf(git, 'master')
  if (found !== null) return found
  throw new InputError(
    'no-base',
    `Could not find out what changed: the repository has neither origin/HEAD nor a branch main or master; name the revision to compare with: --changed=BASE${shallow ? ` (this clone is shallow, and may lack it: ${deepen})` : ''}`,
  )
}

/** Where HEAD left the base: what came to the base since is no change of ours. */
function forked(git: Git, { name, commit }: Named, shallow: boolean): BaseCommit {
  const said = git(['merge-base', commit, 'HEAD'])
  const [fork = ''] = said.stdout.toString('utf8').split('\n')
  if (said.ok && isCommit(fork)) return { name, commit: fork, remark: null }
  const why = shallow ? `this clone is shallow and does not show where HEAD left ${name}` : `HEAD has no ancestor in common with ${name}`
  const hint = shallow ? ` (more history avoids that: ${deepen})` : ''
  return { name, commit, remark: `${why}; compared with ${name} itself, so what changed there since counts as changed, too${hint}` }
}

function commitOf(git: Git, name: string): string | null {
  // What begins with a dash would be an option.
  if (name.startsWith('-')) return null
  const said = git(['rev-parse', '--verify', '--quiet', `${name}^{commit}`])
  const commit = said.stdout.toString('utf8').trim()
  return said.ok && isCommit(commit) ? commit : null
}

const isCommit = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
