// The built program is measured against its targets, next to the tools it stands in for, on one machine in one run.
// Usage: node build/scripts/bench.js [--strict]     `--strict` ends with 1 when a target is missed or a row failed; with
// PINHASH_REQUIRE_NIX=1 also when one was skipped.
import { type ChildProcess, fork } from 'node:child_process'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Traffic, frugalRow, giantRow, growthRows, hashRows } from './bench-load-rows.ts'
import { listRow, memoryRow, parserRow, startRow, updateRows } from './bench-rows.ts'
import { type ClientMessage, type ServerMessage, archiveSize, megabyte } from './bench-server.ts'
import { type Row, print, without } from './bench-table.ts'

const program = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))
const shaped = { latency: 60, bytesPerSecond: 10 * megabyte }
const unshaped = { latency: 0, bytesPerSecond: null }

async function attempt(name: string, rows: () => Promise<Row[]>): Promise<Row[]> {
  console.error(`measuring: ${name}`)
  try {
    return await rows()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return [without(name, 'failed', 'see above')]
  }
}

async function removeAll(folder: string): Promise<void> {
  // What Nix puts into a store, it makes read-only, folders included.
  const all = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of all) if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o755).catch(() => {})
  await rm(folder, { recursive: true, force: true })
}

async function bench(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pinhash-bench-'))
  let server: ChildProcess | null = null
  const clean = async (): Promise<void> => {
    if (server?.connected === true) server.disconnect()
    await removeAll(folder)
  }
  const interrupted = (): void => void clean().then(() => process.exit(130))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  const alone = { program, folder, env: { ...process.env, HOME: folder, NODE_OPTIONS: '' } }
  const start = (name: string, argv: readonly string[], target: number): Promise<Row[]> =>
    attempt(`${name} beside node -e 0`, () => startRow(alone, name, argv, target))
  // Before there is a server: what takes a twentieth of a second is measured with nothing beside it.
  const rows = [
    ...(await start('--version', ['--version'], 1.3)),
    ...(await start('convert', ['convert', 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=', '--to', 'nix32'], 1.4)),
    ...(await start('list of one file', ['list'], 1.6)),
    ...(await attempt('parser, generated Nix', parserRow)),
    ...(await attempt('list of 3,500 files', () => listRow(alone))),
  ]
  const started = fork(fileURLToPath(new URL('bench-server.js', import.meta.url)), { stdio: 'inherit' })
  server = started
  const hear = (): Promise<ServerMessage> =>
    new Promise((resolve, reject) => {
      started.once('message', (message) => resolve(message as ServerMessage))
      started.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
    })
  const say = (message: ClientMessage): void => void started.send(message)
  try {
    const ready = await hear()
    const env = 'env' in ready ? { ...process.env, ...ready.env, HOME: folder, NODE_OPTIONS: '' } : process.env
    const place = { program, folder, env }
    say({ network: shaped })
    rows.push(...(await attempt(`update, 3 × ${archiveSize / megabyte} MB`, () => updateRows(place))))
    rows.push(...(await attempt('hash, 12 × 4 MB', () => hashRows(place, '12 × 4 MB', { turns: 3, alone: 6 }))))
    rows.push(...(await attempt('growth', () => growthRows(place, shaped))))
    say({ network: unshaped })
    rows.push(...(await attempt('hash, 8 × 20 MB', () => hashRows(place, '8 × 20 MB', { turns: 5, alone: null }))))
    const traffic = async (): Promise<Traffic> => {
      say({ ask: 'traffic' })
      const heard = await hear()
      if ('api' in heard) return heard
      throw new Error('the server did not say what it saw')
    }
    rows.push(...(await attempt('requests', () => frugalRow(place, traffic))))
    rows.push(...(await attempt('peak memory', () => memoryRow(place))))
    rows.push(...(await attempt('peak memory, 2 GB', () => giantRow(place))))
    say({ ask: 'unexpected' })
    const heard = await hear()
    if ('unexpected' in heard && heard.unexpected.length > 0) {
      rows.push(without('requests', 'failed', `GitHub has nothing like ${heard.unexpected.join(', ')}`))
    }
    return rows
  } finally {
    await clean()
  }
}

const rows = await bench()
print(rows)
const bad: readonly Row['verdict'][] = process.env['PINHASH_REQUIRE_NIX'] === '1' ? ['over', 'failed', 'skipped'] : ['over', 'failed']
if (process.argv.includes('--strict') && rows.some(({ verdict }) => bad.includes(verdict))) process.exitCode = 1
