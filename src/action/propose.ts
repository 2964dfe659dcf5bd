// Pins to be updated → branches and pull requests, one for each or one for all; the checkout stays as it was.
import { InputError, PinhashError } from '../core/errors.ts'
import type { BranchDocument, Outcome } from '../core/report.ts'
import type { Inputs } from './inputs.ts'
import type { Pinhash, Ran } from './pinhash.ts'
import { type Place, type Proposal, decide, proposalOf } from './proposal.ts'
import type { Pulls } from './pulls.ts'
import type { Repository, Scratch } from './repository.ts'

/** What became of one proposal. */
export interface Proposed {
  readonly pins: readonly Place[]
  readonly branch: string | null
  readonly title: string
  readonly what: 'opened' | 'changed' | 'unchanged' | 'left' | 'failed'
  readonly number: number | null
  readonly url: string | null
  /** For `left` and `failed`, as a clause or a sentence. */
  readonly why: string | null
  /** For `failed`: the exit code that it means. */
  readonly code: number
}

export interface Proposing {
  readonly inputs: Inputs & { readonly proposal: NonNullable<Inputs['proposal']> }
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly version: string
  readonly pinhash: Pinhash
  readonly repository: Repository
  readonly pulls: Pulls
  readonly signal: AbortSignal
}

/** Throws PinhashError where nothing could be begun; what fails for one pin stops that pin alone. */
export async function propose(work: Proposing): Promise<{ readonly ran: Ran; readonly proposed: readonly Proposed[] }> {
  const { inputs, repository, pinhash, signal } = work
  const { bundling, prefix } = inputs.proposal
  const base = baseOf(work) ?? (await repository.defaultBranch())
  const head = await repository.remoteHead(base)
  if (head === null) throw new InputError('usage', `origin has no branch ${base}; name the base of the pull requests with the input base`)
  await repository.fetch(base, head)
  return repository.scratch(head, async (scratch) => {
    const named = await pinhash.branches(scratch.directory, prefix)
    const args = inputs.args.includes('--commit') ? inputs.args : ['--commit', ...inputs.args]
    const ran = await pinhash.run(scratch.directory, 'update', inputs.pins, args)
    const updated = (ran.document?.outcomes ?? []).filter(({ outcome, commit }) => outcome === 'updated' && commit?.id != null)
    const last = await scratch.head()
    const groups = bundling === 'each' ? updated.map((each) => [each]) : updated.length === 0 ? [] : [updated]
    const proposed: Proposed[] = []
    for (const group of groups) {
      if (signal.aborted) break
      try {
        const [commit, outcomes] = bundling === 'all' ? [last, group] : await alone(group[0]!, { scratch, head, args, work })
        const branch = bundling === 'all' ? `${prefix.replace(/[^A-Za-z0-9]+$/, '')}-all`.replace(/^-/, '') : branchOf(group[0]!, named)
        const proposal = proposalOf(branch, outcomes, { version: work.version, prefix: repository.prefix })
        proposed.push(await settle(proposal, { base, head, commit, work }))
      } catch (error) {
        if (!(error instanceof PinhashError)) throw error
        const title = group.length === 1 ? (group[0]!.commit?.message ?? '').split('\n')[0]! : `Update ${group.length} pins`
        const failed = { branch: null, what: 'failed', number: null, url: null, why: error.message, code: error.exitCode } as const
        proposed.push({ pins: group, title, ...failed })
      }
    }
    return { ran, proposed }
  })
}

/** Where it is not said, the target of the pull request that the job runs for, or the branch it runs on; null for tags. */
function baseOf({ inputs, environment }: Proposing): string | null {
  if (inputs.proposal.base !== null) return inputs.proposal.base
  if ((environment['GITHUB_BASE_REF'] ?? '') !== '') return environment['GITHUB_BASE_REF']!
  return environment['GITHUB_REF_TYPE'] === 'branch' ? environment['GITHUB_REF_NAME'] || null : null
}

function branchOf({ pin, file, line }: Outcome, { branches }: BranchDocument): string {
  const own = branches.filter((each) => each.pin === pin && each.file === file)
  const found = own.length === 1 ? own[0] : own.find((each) => each.line === line)
  if (found === undefined) throw new InputError('ambiguous-pin', `Could not tell which branch ${pin} in ${file} belongs on`)
  return found.branch
}

interface Apart {
  readonly scratch: Scratch
  readonly head: string
  readonly args: readonly string[]
  readonly work: Proposing
}

/** The commit of one pin directly on the head of the base: taken out of those of all pins, or, where lines of two pins touch, made anew. */
async function alone(
  outcome: Outcome,
  { scratch, head, args, work }: Apart,
): Promise<readonly [commit: string, outcomes: readonly Outcome[]]> {
  const id = outcome.commit?.id ?? ''
  if ((await scratch.parentOf(id)) === head) return [id, [outcome]]
  await scratch.reset(head)
  const picked = await scratch.pick(id)
  if (picked !== null) return [picked, [outcome]]
  const request = outcome.to === null ? outcome.pin : `${outcome.pin}@${outcome.to}`
  const { document, failures } = await work.pinhash.run(scratch.directory, 'update', [request], args)
  const again = document?.outcomes.find(({ commit }) => commit?.id != null)
  if (again?.commit?.id == null || (await scratch.parentOf(again.commit.id)) !== head) {
    const why = failures[0]?.message ?? document?.outcomes[0]?.reason?.message ?? 'nothing was updated'
    throw new InputError('commit-failed', `Could not update ${outcome.pin} by itself: ${why}`)
  }
  return [again.commit.id, [again]]
}

interface Settling {
  readonly base: string
  readonly head: string
  readonly commit: string
  readonly work: Proposing
}

/** Pushes before it opens or edits, so that a pull request never speaks of what is not there. */
async function settle(proposal: Proposal, { base, head, commit, work }: Settling): Promise<Proposed> {
  const { repository, pulls, inputs } = work
  const { branch, pins, title } = proposal
  const there = await repository.remoteHead(branch)
  const state = {
    branch: there === null ? null : await pulls.compare(head, there),
    pulls: await pulls.list(branch),
    base,
    email: repository.email,
    blobs: await repository.blobs(head, commit),
  }
  const decision = decide(proposal, state)
  const about = { pins, branch, title, code: 0 }
  if (decision.do === 'leave') return { ...about, what: 'left', number: decision.number, url: decision.url, why: decision.why }
  const { push, pull, edit } = decision
  if (push) await repository.push(branch, commit, there)
  if (pull === null) return { ...about, what: 'opened', ...(await pulls.create(proposal, base, inputs.proposal.labels)), why: null }
  if (edit.title || edit.body) await pulls.edit(pull.number, proposal, edit)
  const what = push || edit.title || edit.body ? 'changed' : 'unchanged'
  return { ...about, what, number: pull.number, url: pull.url, why: null }
}
