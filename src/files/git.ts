// A folder and arguments → what git says, started so that it starts nothing else.
import { spawnSync } from 'node:child_process'

/** How git ended. */
export interface Said {
  readonly ok: boolean
  readonly stdout: Buffer
  /** The first line of its complaint. */
  readonly complaint: string
  /** Whether there is no git to be started. */
  readonly missing: boolean
}

/** Runs git in one folder; never throws. */
export type Git = (args: readonly string[], input?: string) => Said

// A repository's own settings must not start programs, and nothing is written to it, not even an index.
const harmless = ['--no-optional-locks', '--no-pager', '-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false']

/** Git in a folder, with these variables. What a partial clone lacks is not fetched: that would run what the repository names for transports. */
export function gitIn(folder: string, environment: Readonly<Record<string, string | undefined>>): Git {
  const env = { ...environment, LC_ALL: 'C', GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: 'none', GIT_TERMINAL_PROMPT: '0' }
  return (args, input = '') => {
    const run = spawnSync('git', [...harmless, ...args], { cwd: folder, env, input, maxBuffer: 2 ** 30, windowsHide: true })
    const missing = run.error !== undefined && 'code' in run.error && run.error.code === 'ENOENT'
    const complaint =
      run.error?.message ??
      run.stderr
        .toString('utf8')
        .split('\n')
        .find((line) => line.trim() !== '') ??
      ''
    return { ok: run.error === undefined && run.status === 0, stdout: run.stdout ?? Buffer.alloc(0), complaint, missing }
  }
}
