// An update and what the forge has of its branch → the title and body of its pull request, and what is to be done about it.
import type { Outcome } from '../core/report.ts'
import { markdownText } from '../cli/report/markdown.ts'
import { bodyLimit } from '../cli/report/markdown-limit.ts'
import { Xxh64 } from '../hash/xxh64.ts'

/** Which pin of the repository. */
export type Place = Pick<Outcome, 'pin' | 'file' | 'line'>

/** What a pull request shall say and change. */
export interface Proposal {
  readonly branch: string
  readonly pins: readonly Place[]
  readonly title: string
  /** Ends in the marker. */
  readonly body: string
  readonly marker: Marker
}

/** Digits that stand for what was proposed. A person may rename a pull request and rewrite its body: as long as these are the same, both stay so. */
export interface Marker {
  readonly versions: string
  readonly title: string
  /** All that the body is about. */
  readonly essence: string
}

/** A pull request from this repository's own branch, as gh tells it. */
export interface PullRequest {
  readonly number: number
  readonly url: string
  readonly title: string
  readonly body: string
  readonly state: 'OPEN' | 'CLOSED' | 'MERGED'
  readonly base: string
}

/** The branch as it is at the forge, beside where it left the base. */
export interface RemoteBranch {
  readonly commits: readonly { readonly author: string; readonly committer: string }[]
  /** The blob of each path that it changes. */
  readonly blobs: ReadonlyMap<string, string>
}

export interface State {
  /** null where there is no such branch. */
  readonly branch: RemoteBranch | null
  readonly pulls: readonly PullRequest[]
  /** The base branch's name. */
  readonly base: string
  /** The e-mail address that this action commits with. */
  readonly email: string
  /** What the new commit changes. */
  readonly blobs: ReadonlyMap<string, string>
}

export type Decision =
  | { readonly do: 'leave'; readonly number: number | null; readonly url: string | null; readonly why: string }
  | {
      readonly do: 'settle'
      readonly push: boolean
      /** null: there is none yet. */
      readonly pull: PullRequest | null
      readonly edit: { readonly title: boolean; readonly body: boolean }
    }

export interface Origin {
  readonly version: string
  /** What the document's files are prefixed with to be relative to the repository. */
  readonly prefix: string
}

/** Of updated pins that have their commits: the message of one is the title. */
export function proposalOf(branch: string, outcomes: readonly Outcome[], { version, prefix }: Origin): Proposal {
  const messages = outcomes.map(({ commit }) => (commit?.message ?? '').split('\n')[0]!.trim())
  const title = (messages.length === 1 ? messages[0]! : `Update ${messages.length} pins`).slice(0, 250)
  // How long ago something was is true for a day, and a body stands for longer.
  const lasting = outcomes.map((each) => (each.release === undefined ? each : { ...each, release: { ...each.release, age: null } }))
  const text = markdownText({ document: { outcomes: lasting, problems: [] }, command: 'update', version, prefix }, bodyLimit - 200)
  const marker: Marker = {
    versions: digits(outcomes.map(({ pin, from, to, systems }) => [pin, to, from === to ? allHashes(systems) : []])),
    title: digits(title),
    essence: digits(
      outcomes.map(({ systems, warnings }) => [
        Object.entries(systems).map(([system, assets]) => [
          system,
          assets.map((each) => [each.url, each.new, each.evidence, each.unchecked]),
        ]),
        warnings.map(({ code }) => code),
      ]),
    ),
  }
  const comment = `<!-- pinhash ${marker.versions} ${marker.title} ${marker.essence} -->`
  return { branch, pins: outcomes.map(({ pin, file, line }) => ({ pin, file, line })), title, body: `${text}\n${comment}\n`, marker }
}

/** What was closed for these versions stays closed; what somebody else committed stays theirs; what is there already is not done again. */
export function decide({ title, marker }: Proposal, { branch, pulls, base, email, blobs }: State): Decision {
  const open = pulls.find(({ state }) => state === 'OPEN') ?? null
  const leave = (why: string, pull = open): Decision => ({ do: 'leave', number: pull?.number ?? null, url: pull?.url ?? null, why })
  const isSame = (pull: PullRequest): boolean =>
    (markerOf(pull)?.versions ?? digits(pull.title)) === (markerOf(pull) === null ? marker.title : marker.versions)
  const closed = pulls.find((pull) => pull.state === 'CLOSED' && isSame(pull))
  if (open === null && closed !== undefined) return leave('it was closed for this version; reopen it to have it again', closed)
  if (open !== null && open.base !== base) return leave(`it goes to ${open.base}, not to ${base}; another branch-prefix keeps them apart`)
  const stranger = branch?.commits.find(({ author, committer }) => author !== email || committer !== email)
  if (stranger !== undefined)
    return leave('its branch has commits by somebody else, which are not overwritten; merge it, or delete the branch')
  const push = branch === null || !sameBlobs(branch.blobs, blobs)
  if (open === null) return { do: 'settle', push, pull: null, edit: { title: false, body: false } }
  const before = markerOf(open)
  const renamed = before?.title !== marker.title && open.title !== title
  const isOld = before === null || before.versions !== marker.versions || before.title !== marker.title || before.essence !== marker.essence
  return { do: 'settle', push, pull: open, edit: { title: renamed, body: isOld } }
}

function markerOf({ body }: Pick<PullRequest, 'body'>): Marker | null {
  const digit = '([0-9a-f]{16})'
  const [, versions, title, essence] = [...body.matchAll(new RegExp(`<!-- pinhash ${digit} ${digit} ${digit} -->`, 'g'))].at(-1) ?? []
  return versions === undefined || title === undefined || essence === undefined ? null : { versions, title, essence }
}

function sameBlobs(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([path, blob]) => b.get(path) === blob)
}

function allHashes(systems: Outcome['systems']): readonly (string | null)[] {
  return Object.values(systems).flatMap((assets) => assets.map((asset) => asset.new))
}

/** Of anything that JSON can say. */
function digits(value: unknown): string {
  const hash = new Xxh64()
  hash.update(new TextEncoder().encode(JSON.stringify(value)))
  return hash.digest().toString(16).padStart(16, '0')
}
