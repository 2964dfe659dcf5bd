// A program and its arguments → how it ended and what it said, line by line as it says it.
import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'

export interface RunOptions {
  readonly directory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** When it is aborted, `stop` is called; a program that does not heed that is killed some seconds later. */
  readonly signal?: AbortSignal
  readonly stop?: (child: ChildProcess, force: boolean) => void
  /** Leads a group of processes of its own, so that all it starts can be stopped with it. */
  readonly leads?: boolean
  /** Hears each line of both streams, without control sequences. */
  readonly onLine?: (line: string) => void
}

export interface Ended {
  /** null where a signal ended it. */
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  /** The last lines of both streams. */
  readonly tail: readonly string[]
}

const shownLines = 10
const longestLine = 65_536
const grace = 5_000
/** What the program left behind may hold its streams for as long as it likes. */
const afterExit = 500

/** Starts no shell and gives no standard input. Rejects as `spawn` does where the program cannot be started. */
export function runProgram(program: string, args: readonly string[], options: RunOptions): Promise<Ended> {
  const { directory, environment, signal, leads = false, onLine } = options
  const stop = options.stop ?? ((child, force) => void child.kill(force ? 'SIGKILL' : 'SIGINT'))
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: directory, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: leads })
    let stdout = ''
    const tail: string[] = []
    const hear = (line: string): void => {
      if (line.trim() !== '') tail.push(line)
      if (tail.length > shownLines) tail.shift()
      onLine?.(line)
    }
    const flush = [child.stdout, child.stderr].map((stream) => lines(stream, hear))
    child.stdout.on('data', (text: string) => (stdout += text))
    let killing: NodeJS.Timeout | undefined
    const interrupt = (): void => {
      stop(child, false)
      killing = setTimeout(() => stop(child, true), grace)
    }
    let left: NodeJS.Timeout | undefined
    const settle = (): void => {
      signal?.removeEventListener('abort', interrupt)
      clearTimeout(killing)
      clearTimeout(left)
    }
    child.on('error', (error) => {
      settle()
      reject(error)
    })
    const end = (code: number | null, by: string | null): void => {
      settle()
      for (const each of flush) each()
      child.stdout.destroy()
      child.stderr.destroy()
      resolve({ code, signal: by, stdout, tail })
    }
    child.on('exit', (code, by) => {
      left = setTimeout(() => end(code, by), afterExit)
    })
    child.on('close', end)
    signal?.addEventListener('abort', interrupt, { once: true })
    if (signal?.aborted === true && child.pid !== undefined) interrupt()
  })
}

/** Gives a function that says what stands after the last line end. */
function lines(stream: Readable, hear: (line: string) => void): () => void {
  let rest = ''
  const say = (line: string): void => {
    // Of a line that was written over itself, what stood there at last.
    const written = line.replace(/\r+$/, '')
    hear(stripVTControlCharacters(written.slice(written.lastIndexOf('\r') + 1)))
  }
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) say(part)
    if (rest.length > longestLine) {
      say(rest)
      rest = ''
    }
  })
  return () => {
    if (rest !== '') say(rest)
    rest = ''
  }
}
