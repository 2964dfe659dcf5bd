// A step of a GitHub job: its variables, streams and signals → action/run.ts; the only user of `process` besides bin.ts.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runStep } from './action/run.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
const interruption = new AbortController()
// Once each: a second signal ends the process at once.
process.once('SIGINT', () => interruption.abort())
process.once('SIGTERM', () => interruption.abort())

process.exitCode = await runStep({
  version,
  environment: process.env,
  directory: process.cwd(),
  node: process.execPath,
  program: fileURLToPath(new URL('bin.js', import.meta.url)),
  signal: interruption.signal,
  write: (text) => void process.stdout.write(text),
  random: randomUUID,
})
