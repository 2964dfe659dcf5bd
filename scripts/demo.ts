// The demo repository is listed, updated and verified by the built program, against a GitHub that runs right here.
// Usage: node build/scripts/demo.js     needs no network, no Nix and no git; leaves nothing behind.
import { spawn, spawnSync } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startFakeGitHub } from '../test/fake-github/fake-github.ts'
import { demoWorld } from './demo-world.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const program = join(root, 'dist', 'bin.js')

interface Stage {
  /** The copied repository. */
  readonly directory: string
  readonly environment: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

/** Runs a command in front of the reader; throws unless it ends with 0. */
async function show(stage: Stage, shown: string, command: string, argv: readonly string[]): Promise<void> {
  console.log(`\n$ ${shown}`)
  const child = spawn(command, argv, { cwd: stage.directory, env: stage.environment, stdio: ['ignore', 'inherit', 'inherit'] })
  const stop = (): void => void child.kill('SIGTERM')
  stage.signal.addEventListener('abort', stop)
  const code = await new Promise<number | string>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (status, killedBy) => resolve(status ?? killedBy ?? 'nothing'))
  })
  stage.signal.removeEventListener('abort', stop)
  stage.signal.throwIfAborted()
  if (code !== 0) throw new Error(`${shown} ended with ${code} instead of 0`)
}

function pinhash(stage: Stage, ...argv: string[]): Promise<void> {
  return show(stage, ['pinhash', ...argv].join(' '), process.execPath, [program, ...argv])
}

/** A repository of its own, where there is git: then the demo can show what changed. */
function startHistory(stage: Stage): boolean {
  const git = (...argv: string[]): boolean => spawnSync('git', argv, { cwd: stage.directory, env: stage.environment }).status === 0
  return git('init', '--quiet') && git('add', '--all')
}

async function play(stage: Stage): Promise<void> {
  await cp(join(root, 'fixtures', 'demo'), stage.directory, { recursive: true })
  const hasGit = startHistory(stage)
  await pinhash(stage, 'list')
  if (!hasGit) await pinhash(stage, 'update', 'cue', 'v0.11.0', '--dry-run')
  await pinhash(stage, 'update', 'cue', 'v0.11.0')
  if (hasGit) await show(stage, 'git diff', 'git', ['--no-pager', 'diff'])
  await pinhash(stage, 'verify')
}

/** Nothing of the caller's that could change what is shown. */
function environment(own: Readonly<Record<string, string>>, home: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:GIT_|GITHUB_|GH_|PINHASH_)/.test(name) && name !== 'NODE_OPTIONS')
  return {
    ...Object.fromEntries(inherited),
    ...own,
    HOME: home,
    XDG_CONFIG_HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CEILING_DIRECTORIES: home,
  }
}

async function demo(signal: AbortSignal): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'pinhash-demo-'))
  try {
    const fake = await startFakeGitHub(demoWorld())
    try {
      await play({ directory: join(home, 'repository'), environment: environment(fake.env, home), signal })
      const odd = fake.unexpected()
      if (odd.length > 0) throw new Error(`GitHub has nothing like ${odd.join(', ')}`)
    } finally {
      await fake.stop()
    }
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

const interruption = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => interruption.abort())
try {
  await demo(interruption.signal)
} catch (error) {
  if (!interruption.signal.aborted) console.error(`\ndemo: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = interruption.signal.aborted ? 130 : 1
}
