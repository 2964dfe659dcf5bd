// A folder of pinned files and the built program → a run that may be killed, and what it leaves behind.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { main } from '../../src/cli/main.ts'
import { compose } from '../../src/compose.ts'
import { type Fake, startFakeGitHub } from '../fake-github/fake-github.ts'
import { usualWorld } from './scene.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
/** `npm run build` makes it; an installed copy can be tried instead. */
export const program: string = process.env['PINHASH_PROGRAM'] ?? join(root, 'dist', 'bin.js')

/** How a run ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly shown: string
}

/** A fake GitHub and folders to run the program in. */
export interface Workshop {
  readonly fake: Fake
  /** A new folder with these files. */
  folder(files: Readonly<Record<string, string>>, at?: string): Promise<string>
  /** Starts the program; `during` hears of it at once. */
  run(
    folder: string,
    argv: readonly string[],
    during?: (child: ChildProcess) => void,
    env?: Readonly<Record<string, string>>,
  ): Promise<Ended>
  /** The same in this process, which is faster; everything but bin.ts. */
  runHere(folder: string, argv: readonly string[]): Promise<Ended>
  close(): Promise<void>
}

export async function openWorkshop(): Promise<Workshop> {
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run build makes it`)
  const world = usualWorld()
  world.proxyCredentials = null
  world.quota = null
  const fake = await startFakeGitHub(world)
  const home = await mkdtemp(join(tmpdir(), 'pinhash-faults-'))
  let count = 0
  return {
    fake,
    async folder(files, at = join(home, String(++count))) {
      await mkdir(at, { recursive: true })
      for (const [name, text] of Object.entries(files)) await writeFile(join(at, name), text)
      return at
    },
    run: (folder, argv, during, env) =>
      new Promise((resolve, reject) => {
        const environment = { PATH: process.env['PATH'], HOME: home, GIT_CEILING_DIRECTORIES: home, ...fake.env, ...env }
        const child = spawn(process.execPath, [program, ...argv], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
        let shown = ''
        for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (shown += text))
        child.on('error', reject)
        child.on('close', (code, signal) => resolve({ code, signal, shown }))
        during?.(child)
      }),
    async runHere(folder, argv) {
      let shown = ''
      const output = { write: (text: string) => void (shown += text), size: () => null }
      const environment = { HOME: home, GIT_CEILING_DIRECTORIES: home, ...fake.env }
      const code = await main(argv, {
        version: '0.0.0',
        environment,
        stdout: output,
        stderr: output,
        signal: new AbortController().signal,
        now: () => performance.now(),
        compose: async (wiring) =>
          compose(wiring, {
            environment,
            directory: folder,
            stdin: () => Readable.from([]),
            version: '0.0.0',
            runner: { id: process.pid, isAlive },
          }),
      })
      return { code, signal: null, shown }
    },
    async close() {
      await fake.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Every file of a folder and its text; links and what is no file have null. */
export async function contents(folder: string): Promise<Record<string, string | null>> {
  const entries = await readdir(folder, { withFileTypes: true })
  const texts = entries.map(
    async (entry) => [entry.name, entry.isFile() ? await readFile(join(folder, entry.name), 'utf8') : null] as const,
  )
  return Object.fromEntries((await Promise.all(texts)).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
