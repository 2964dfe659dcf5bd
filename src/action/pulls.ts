// A repository of the forge → its pull requests and branches, through gh.
import { writeFile } from 'node:fs/promises'
import { InputError, NetworkError } from '../core/errors.ts'
import type { Proposal, PullRequest, RemoteBranch } from './proposal.ts'
import { answerOf } from './programs.ts'
import type { Programs } from './programs.ts'

export interface Pulls {
  /** Those from this repository's own branch, whatever became of them, the newest first. */
  list(branch: string): Promise<readonly PullRequest[]>
  /** What a commit has that the other has not. */
  compare(base: string, head: string): Promise<RemoteBranch>
  create(proposal: Proposal, base: string, labels: readonly string[]): Promise<{ readonly number: number; readonly url: string }>
  edit(number: number, proposal: Proposal, what: { readonly title: boolean; readonly body: boolean }): Promise<void>
}

export interface PullOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly token: string | null
  readonly programs: Programs
  readonly directory: string
  /** Where the text of a body is put for gh to read. */
  readonly bodyFile: string
}

/** Throws InputError `usage` where the job does not say which repository it is for. */
export function pullsOf({ environment, token, programs, directory, bodyFile }: PullOptions): Pulls {
  const name = environment['GITHUB_REPOSITORY'] ?? ''
  if (!/^[^\s/]+\/[^\s/]+$/.test(name))
    throw new InputError('usage', 'Could not propose anything: GITHUB_REPOSITORY, which runners set, does not name a repository')
  const server = environment['GITHUB_SERVER_URL'] || 'https://github.com'
  const host = URL.canParse(server) ? new URL(server).host : 'github.com'
  const secret = token === null ? {} : { GH_TOKEN: token, GH_ENTERPRISE_TOKEN: token }
  const variables = { ...secret, GH_PROMPT_DISABLED: '1', GH_NO_UPDATE_NOTIFIER: '1', NO_COLOR: '1' }
  const gh = async (what: string, args: readonly string[]): Promise<string> =>
    answerOf(what, await programs('gh', args, { directory, environment: variables }))
  const repository = ['--repo', `${host}/${name}`]

  return {
    async list(branch) {
      const fields = 'number,url,title,body,state,baseRefName,isCrossRepository'
      const limits = ['--state', 'all', '--limit', '100', '--json', fields]
      const text = await gh(`list the pull requests of ${branch}`, ['pr', 'list', ...repository, '--head', branch, ...limits])
      return (parsed(text) as readonly Listed[])
        .filter(({ isCrossRepository }) => !isCrossRepository)
        .map(({ number, url, title, body, state, baseRefName }) => ({ number, url, title, body, state, base: baseRefName }))
        .toSorted((a, b) => b.number - a.number)
    },
    async compare(base, head) {
      const text = await gh('compare a branch with its base', ['api', '--hostname', host, `repos/${name}/compare/${base}...${head}`])
      const { commits, files = [], total_commits: total } = parsed(text) as Comparison
      if (commits.length < total) throw new NetworkError('bad-answer', `Could not compare a branch with its base: it has ${total} commits`)
      return {
        commits: commits.map(({ commit }) => ({ author: commit.author?.email ?? '', committer: commit.committer?.email ?? '' })),
        blobs: new Map(files.map(({ filename, sha }) => [filename, sha])),
      }
    },
    async create({ branch, title, body }, base, labels) {
      await writeFile(bodyFile, body)
      const what = ['--head', branch, '--base', base, '--title', title, '--body-file', bodyFile]
      const marks = labels.flatMap((label) => ['--label', label])
      const text = await gh(`open the pull request of ${branch}`, ['pr', 'create', ...repository, ...what, ...marks])
      const [url = '', number = ''] = /\S+\/pull\/(\d+)/.exec(text) ?? []
      if (url === '') throw new NetworkError('bad-answer', `Could not tell which pull request of ${branch} was opened: gh did not say`)
      return { number: Number(number), url }
    },
    async edit(number, { title, body, branch }, what) {
      await writeFile(bodyFile, body)
      const parts = [...(what.title ? ['--title', title] : []), ...(what.body ? ['--body-file', bodyFile] : [])]
      await gh(`edit the pull request of ${branch}`, ['pr', 'edit', String(number), ...repository, ...parts])
    },
  }
}

type Listed = Omit<PullRequest, 'base'> & { readonly baseRefName: string; readonly isCrossRepository: boolean }

interface Comparison {
  readonly total_commits: number
  readonly commits: readonly {
    readonly commit: { readonly author: { readonly email: string } | null; readonly committer: { readonly email: string } | null }
  }[]
  readonly files?: readonly { readonly filename: string; readonly sha: string }[]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new NetworkError('bad-answer', 'Could not read what gh said: it is no JSON', { cause: error })
  }
}
