// A command becomes figures: how long it took, how much memory it held, what it said.
import { spawn } from 'node:child_process'

export interface Run {
  readonly milliseconds: number
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

/** Runs a command to its end. Throws when it cannot be started; its exit code is the caller's to judge. */
export async function run(command: string, argv: readonly string[], options: RunOptions = {}): Promise<Run> {
  const begin = performance.now()
  const child = spawn(command, argv, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()))
  child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return { milliseconds: performance.now() - begin, code, stdout, stderr }
}

/** As `run`, and throws unless the command ends with 0. */
export async function succeed(command: string, argv: readonly string[], options: RunOptions = {}): Promise<Run> {
  const done = await run(command, argv, options)
  if (done.code !== 0) throw new Error(`${[command, ...argv].join(' ')} ended with ${done.code}: ${done.stderr.trim().slice(-500)}`)
  return done
}

/** Whether a command is there. */
export async function exists(command: string): Promise<boolean> {
  return run(command, ['--version']).then(
    ({ code }) => code === 0,
    () => false,
  )
}

const marker = 'peak memory in kilobytes: '
const reporter = `data:text/javascript,process.on('exit',()=>process.stderr.write('\\n${marker}'+process.resourceUsage().maxRSS+'\\n'))`

/** The most memory a Node program held, in bytes, as its own process saw it. */
export async function peakMemory(program: string, argv: readonly string[], options: RunOptions = {}): Promise<number> {
  const { stderr } = await succeed(process.execPath, ['--import', reporter, program, ...argv], options)
  return Number(stderr.slice(stderr.lastIndexOf(marker) + marker.length).trim()) * 1024
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Times in milliseconds of commands run in turns, the least of each: what the machine does besides only ever adds. */
export async function raceTimes(
  times: number,
  commands: Readonly<Record<string, readonly [command: string, argv: readonly string[], options?: RunOptions]>>,
): Promise<Record<string, number>> {
  const taken = new Map<string, number[]>()
  for (let turn = 0; turn <= times; turn++) {
    for (const [name, [command, argv, options]] of Object.entries(commands)) {
      const { milliseconds } = await succeed(command, argv, options)
      // The first turn warms the disk's cache.
      if (turn > 0) taken.set(name, [...(taken.get(name) ?? []), milliseconds])
    }
  }
  return Object.fromEntries([...taken].map(([name, list]) => [name, Math.min(...list)]))
}
