#!/usr/bin/env node
// argv, environment, streams and signals → main; the only user of `process`.
import { setMaxListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import type { Output, World } from './cli/world.ts'

const version = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version
const argv = process.argv.slice(2)

if (argv[0] === '--version') process.stdout.write(`${version}\n`)
else await start()

async function start(): Promise<void> {
  // Where Node has it, what is loaded below is compiled once and not at every start.
  ;(nodeModule as { enableCompileCache?: () => unknown }).enableCompileCache?.()
  const interruption = new AbortController()
  // Everything that is under way listens to it; more than ten at once is no leak.
  setMaxListeners(0, interruption.signal)
  let interruptedWith = 0
  const stop = (code: number) => (): void => {
    interruptedWith = code
    interruption.abort()
  }
  // Once each: a second signal ends the process at once.
  process.once('SIGINT', stop(130))
  process.once('SIGTERM', stop(143))
  const world: World = {
    version,
    environment: process.env,
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    signal: interruption.signal,
    // The other clock would load a dozen modules of Node.
    now: () => Number(process.hrtime.bigint()) / 1e6,
    compose: async (wiring) => {
      const { compose } = await import('./compose.ts')
      return compose(wiring, {
        environment: process.env,
        directory: process.cwd(),
        stdin: () => process.stdin,
        version,
        ...(process.env['NODE_EXTRA_CA_CERTS'] === undefined ? {} : { nodeCaFile: process.env['NODE_EXTRA_CA_CERTS'] }),
        runner: { id: process.pid, isAlive },
        stopGroup: (id, force) => stopGroup(id, force ? 'SIGKILL' : interruptedWith === 143 ? 'SIGTERM' : 'SIGINT'),
      })
    },
  }
  const [{ main, printError }, { formatAsked }] = await Promise.all([import('./cli/main.ts'), import('./cli/reporting.ts')])
  process.on('uncaughtException', (error) => {
    const code = printError(error, { json: formatAsked(argv) === 'json', verbose: argv.includes('--verbose') }, world)
    process.exit(code)
  })
  const code = await main(argv, world)
  process.exitCode = code === 130 && interruptedWith !== 0 ? interruptedWith : code
  // What still waits (an unread standard input, a connection) shall not keep an interrupted program.
  if (interruptedWith !== 0) process.stdout.write('', () => process.exit())
}

/** Signal 0 is never delivered; a process that may not be asked is there. */
function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function stopGroup(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-id, signal)
  } catch {
    // It has ended by itself.
  }
}

/** A reader that went away is not an error: the work is finished without being shown. A full disk is one. */
function output(stream: NodeJS.WriteStream): Output {
  let gone = false
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!gone && error.code !== 'EPIPE') {
      if (stream !== process.stderr) process.stderr.write(`pinhash: the output could not be written: ${error.message}\n`)
      process.once('exit', () => (process.exitCode = 2))
    }
    gone = true
  })
  return {
    write: (text) => {
      if (!gone) stream.write(text)
    },
    size: () => (stream.isTTY ? { columns: stream.columns > 0 ? stream.columns : 80, rows: stream.rows > 0 ? stream.rows : 24 } : null),
  }
}
