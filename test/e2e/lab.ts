// A world, a folder of files and arguments → what pinhash did to them: as the built program, or in this process with the same real ports.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { expect } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { compose } from '../../src/compose.ts'
import type { Outcome, Problem } from '../../src/core/report.ts'
import { type Fake, startFakeGitHub } from '../fake-github/fake-github.ts'
import { type World, createWorld } from '../fake-github/world.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
/** `npm run build` makes it; an installed copy can be tried instead. */
const program = process.env['PINHASH_PROGRAM'] ?? join(root, 'dist', 'bin.js')
const schema = JSON.parse(readFileSync(join(root, 'schema', 'report.schema.json'), 'utf8')) as object
const isReport = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(schema)

/** How a run ended and what it printed. */
export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** Beside, or instead of, the variables of the fake. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
}

/** Any document of `--json`, as loosely as tests read it. */
export interface Document {
  readonly outcomes: readonly Outcome[]
  readonly problems: readonly Problem[]
  readonly diff?: string
  readonly error?: { readonly code: string; readonly message: string }
}

/** A fake GitHub and folders that the program works in; one world after the other. */
export interface Lab {
  readonly fake: Fake
  /** Replaces the world and empties the log. Gives a new folder with these files. */
  stage(world: Partial<World>, files: Readonly<Record<string, string | Uint8Array>>): Promise<string>
  /** In this process: everything but bin.ts. */
  run(folder: string, argv: readonly string[], options?: RunOptions): Promise<Ran>
  /** The built program; `during` is called once it runs. */
  spawn(folder: string, argv: readonly string[], options?: RunOptions & { readonly during?: (child: ChildProcess) => void }): Promise<Ran>
  /** `run` with `--json`; the document is checked against its schema. */
  report(
    folder: string,
    argv: readonly string[],
    options?: RunOptions,
  ): Promise<{ code: number | null; document: Document; stderr: string }>
  close(): Promise<void>
}

/** Opens a lab. Throws where the program is not built. */
export async function openLab(): Promise<Lab> {
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run build makes it`)
  const fake = await startFakeGitHub(createWorld())
  const home = await mkdtemp(join(tmpdir(), 'pinhash-e2e-'))
  let count = 0

  const environment = (env: RunOptions['env']): Record<string, string | undefined> => ({
    PATH: process.env['PATH'],
    HOME: home,
    GIT_CEILING_DIRECTORIES: home,
    GIT_CONFIG_NOSYSTEM: '1',
    ...fake.env,
    ...env,
  })

  const run: Lab['run'] = async (folder, argv, { env, input = '' } = {}) => {
    let [stdout, stderr] = ['', '']
    const code = await main(argv, {
      version: '0.0.0',
      environment: environment(env),
      stdout: { write: (text) => void (stdout += text), size: () => null },
      stderr: { write: (text) => void (stderr += text), size: () => null },
      signal: new AbortController().signal,
      now: () => performance.now(),
      compose: async (wiring) =>
        compose(wiring, {
          environment: environment(env),
          directory: folder,
          stdin: () => Readable.from([Buffer.from(input)]),
          version: '0.0.0',
        }),
    })
    return { code, stdout, stderr }
  }

  const spawned: Lab['spawn'] = (folder, argv, { env, during, input = '' } = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [program, ...argv], { cwd: folder, env: environment(env), stdio: 'pipe' })
      let [stdout, stderr] = ['', '']
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, stdout, stderr }))
      child.stdin.on('error', () => {})
      child.stdin.end(input)
      during?.(child)
    })

  return {
    fake,
    async stage(world, files) {
      Object.assign(fake.world, createWorld(world))
      fake.requests.length = 0
      fake.tunnels.length = 0
      const folder = join(home, `repository ${++count}`)
      await mkdir(folder)
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true })
        await writeFile(join(folder, path), content)
      }
      return folder
    },
    run,
    spawn: spawned,
    async report(folder, argv, options) {
      const { code, stdout, stderr } = await run(folder, ['--json', ...argv], options)
      const document = JSON.parse(stdout) as Document
      expect(isReport(document), JSON.stringify(isReport.errors)).toBe(true)
      return { code, document, stderr }
    },
    async close() {
      await fake.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** Every file of a folder, byte for byte: what may not change where nothing is to be written. */
export function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).filter((path) => !path.includes('/.git/'))
  return Object.fromEntries(paths.toSorted().map((path) => [path.slice(folder.length + 1), readFileSync(path, 'latin1')]))
}

/** Requests for assets, by name, each with the bytes that were sent. */
export function assetRequests(fake: Fake): { asset: string; host: string; sent: number }[] {
  return fake.requests.flatMap(({ asset, host, sent }) => (asset === null ? [] : [{ asset, host, sent }]))
}
