#!/usr/bin/env node
// argv, environment, streams and signals → main; the only user of `process`.
import { setMaxListeners } from 'node:events'
import { fstatSync, readFileSync, writeSync } from 'node:fs'
import * as nodeModule from 'node:module'
import type { Output, World } from './cli/world.ts'

const version = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version
const argv = process.argv.slice(2)

if (argv[0] === '--version') output(1).write(`${version}\n`)
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
    stdout: output(1),
    stderr: output(2),
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

/**
 * Standard output or standard error. A reader that went away is not an error: the work is finished without being shown. A full disk is one. A file, a pipe or a socket is written
 * to directly: for Node's stream of it much of Node would be loaded, which takes a tenth of the time that a short command has.
 */
function output(descriptor: 1 | 2): Output {
  let isDirect = isPlain(descriptor)
  let isHeard = false
  let isGone = false
  const lost = (error: NodeJS.ErrnoException): void => {
    if (!isGone && error.code !== 'EPIPE') {
      if (descriptor === 1) process.stderr.write(`pinhash: the output could not be written: ${error.message}\n`)
      process.once('exit', () => (process.exitCode = 2))
    }
    isGone = true
  }
  const stream = (): NodeJS.WriteStream => {
    const found = descriptor === 1 ? process.stdout : process.stderr
    if (!isHeard) found.on('error', lost)
    isHeard = true
    return found
  }
  return {
    write: (text) => {
      if (isGone) return
      if (!isDirect) return void stream().write(text)
      const bytes = Buffer.from(text)
      let written = 0
      try {
        while (written < bytes.length) written += writeSync(descriptor, bytes, written)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return lost(error as NodeJS.ErrnoException)
        // Its reader is slow, and somebody made it one that nobody waits for.
        isDirect = false
        stream().write(bytes.subarray(written))
      }
    },
    size: () => {
      if (isDirect) return null
      const { isTTY, columns, rows } = stream()
      return isTTY ? { columns: columns > 0 ? columns : 80, rows: rows > 0 ? rows : 24 } : null
    },
  }
}

function isPlain(descriptor: number): boolean {
  try {
    const found = fstatSync(descriptor)
    return found.isFile() || found.isFIFO() || found.isSocket()
  } catch {
    return false
  }
}
