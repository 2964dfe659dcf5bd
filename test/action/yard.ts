// A bare repository, a checkout of it, a stand-in for gh and the fake GitHub → a place where the action can be tried.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Fake, startFakeGitHub } from '../fake-github/fake-github.ts'
import { type World, createWorld } from '../fake-github/world.ts'
import { git } from '../e2e/tools.ts'
import { type StepResult, runAction } from './driver.ts'

export const token = 'ghs_0123456789abcdefghijklmnopqrstuvwxyz'

export interface FakePull {
  readonly number: number
  readonly url: string
  state: 'OPEN' | 'CLOSED' | 'MERGED'
  title: string
  body: string
  readonly labels: readonly string[]
  readonly baseRefName: string
  readonly headRefName: string
  readonly isCrossRepository: boolean
}

export interface GhState {
  calls: string[][]
  pulls: FakePull[]
  labels: string[]
  token: string
  /** Calls that are refused, such as `pr create`. */
  refuse?: string[]
}

export interface Yard {
  readonly fake: Fake
  readonly workspace: string
  readonly remote: string
  /** Runs the action in the checkout. */
  step(inputs: Readonly<Record<string, string>>, environment?: Readonly<Record<string, string>>): Promise<StepResult>
  /** The commit of a branch of the bare repository; null where there is none. */
  head(branch: string): string | null
  /** The branches of the bare repository, each with its commit. */
  branches(): Record<string, string>
  gh(): GhState
  changeGh(change: (state: GhState) => void): void
  /** The calls of gh since the last time, without those that only ask. */
  calls(): string[][]
  /** In a clone of a person: on a branch, does something, and pushes. */
  person(branch: string, work: (folder: string) => void): void
  /** A person merges the branch of a pull request into main, and the checkout follows. */
  merge(branch: string): void
  /** The checkout becomes what main is. */
  pull(): void
  close(): Promise<void>
}

/** `files` are committed on main. */
export async function openYard(world: Partial<World>, files: Readonly<Record<string, string>>): Promise<Yard> {
  const home = mkdtempSync(join(tmpdir(), 'pinhash-action-'))
  const [workspace, remote, person, bin, state] = ['workspace', 'remote.git', 'person', 'bin', 'gh.json'].map((name) =>
    join(home, name),
  ) as [string, string, string, string, string]
  const fake = await startFakeGitHub(createWorld({ ...world, tokens: { [token]: {} } }))
  mkdirSync(bin)
  mkdirSync(person)
  const standIn = fileURLToPath(new URL('gh.js', import.meta.url))
  writeFileSync(join(bin, 'gh'), `#!/bin/sh\nexec "${process.execPath}" "${standIn}" "$@"\n`, { mode: 0o755 })
  writeFileSync(state, JSON.stringify({ calls: [], pulls: [], labels: ['dependencies'], token } satisfies GhState))
  git(home, 'init', '-q', '--bare', '-b', 'main', remote)
  git(person, 'init', '-q', '-b', 'main')
  git(person, 'config', 'user.name', 'Person')
  git(person, 'config', 'user.email', 'person@example.org')
  git(person, 'remote', 'add', 'origin', remote)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(person, path)), { recursive: true })
    writeFileSync(join(person, path), text)
  }
  git(person, 'add', '.')
  git(person, 'commit', '-q', '-m', 'start')
  git(person, 'push', '-q', 'origin', 'main')
  git(home, 'clone', '-q', remote, workspace)
  const readState = (): GhState => JSON.parse(readFileSync(state, 'utf8')) as GhState
  let seen = 0

  const yard: Yard = {
    fake,
    workspace,
    remote,
    step: (inputs, environment = {}) =>
      runAction(
        {
          workspace,
          temporary: home,
          token,
          environment: {
            PATH: `${bin}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
            HOME: home,
            GIT_CONFIG_NOSYSTEM: '1',
            ...fake.env,
            GITHUB_ACTIONS: 'true',
            GITHUB_REPOSITORY: 'acme/flake',
            GITHUB_SERVER_URL: 'https://github.com',
            GITHUB_API_URL: 'https://api.github.com',
            GITHUB_BASE_REF: '',
            GITHUB_REF_NAME: 'main',
            GITHUB_REF_TYPE: 'branch',
            FAKE_GH_STATE: state,
            FAKE_GH_REMOTE: remote,
            ...environment,
          },
        },
        inputs,
      ),
    branches: () =>
      Object.fromEntries(
        git(remote, 'for-each-ref', '--format=%(refname:short) %(objectname)', 'refs/heads')
          .split('\n')
          .map((line) => line.split(' ') as [string, string]),
      ),
    head: (branch) => yard.branches()[branch] ?? null,
    gh: readState,
    changeGh(change) {
      const now = readState()
      change(now)
      writeFileSync(state, JSON.stringify(now))
    },
    calls() {
      const { calls } = readState()
      const fresh = calls.slice(seen)
      seen = calls.length
      return fresh.filter(([subject, verb]) => subject !== 'api' && verb !== 'list')
    },
    person(branch, work) {
      git(person, 'fetch', '-q', 'origin')
      git(person, 'checkout', '-q', '-B', branch, `origin/${branch}`)
      work(person)
      git(person, 'push', '-q', 'origin', branch)
    },
    merge(branch) {
      yard.person('main', (folder) => git(folder, 'merge', '-q', '--no-ff', '-m', `Merge ${branch}`, `origin/${branch}`))
      git(remote, 'update-ref', '-d', `refs/heads/${branch}`)
      yard.changeGh(({ pulls }) => {
        for (const pull of pulls) if (pull.headRefName === branch && pull.state === 'OPEN') pull.state = 'MERGED'
      })
      yard.pull()
    },
    pull: () => void git(workspace, 'pull', '-q', '--ff-only', 'origin', 'main'),
    async close() {
      await fake.stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
  return yard
}
