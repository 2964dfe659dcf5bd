// A pin, a world in which something goes wrong, and a run of the program → what became of the file, and everything that was printed.
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { main } from '../../src/cli/main.ts'
import { compose } from '../../src/compose.ts'
import { type Bytes, wholeOf } from '../fake-github/bytes.ts'
import type { Rule } from '../fake-github/faults.ts'
import { type Fake, startFakeGitHub } from '../fake-github/fake-github.ts'
import type { LoggedRequest } from '../fake-github/log.ts'
import { type World, asset, createWorld, release } from '../fake-github/world.ts'

export const store = 'release-assets.githubusercontent.com'
export const api = 'api.github.com'
export const size = 200_000
export const linux = 'cue_linux_amd64.tar.gz'
export const darwin = 'cue_darwin_arm64.tar.gz'

/** What may never be seen. */
export const secrets = { token: 'ghp_T0kenS3cret', proxy: 'pr0xyS3cret', netrc: 'n3trcS3cret' } as const

export function bytesOf(tag: string, name: string): Bytes {
  return { generate: size, seed: `${tag} ${name}` }
}

function sri(bytes: Bytes): string {
  return `sha256-${createHash('sha256').update(wholeOf(bytes)).digest('base64')}`
}

/** The pinned file at a version. */
export function pinnedAt(tag: string, newline = '\n'): string {
  const fetch = (name: string): string[] => [
    'fetchurl {',
    `    url = "https://github.com/cue-lang/cue/releases/download/\${version}/${name}";`,
    `    hash = "${sri(bytesOf(tag, name))}"; # kept as it is`,
    '  };',
  ]
  const lines = [
    '{ fetchurl }:',
    'let',
    `  version = "${tag}";`,
    'in',
    '{',
    `  x86_64-linux = ${fetch(linux).join('\n')}`,
    `  aarch64-darwin = ${fetch(darwin).join('\n')}`,
    '}',
    '',
  ]
  return lines.join('\n').replaceAll('\n', newline)
}

/** Two releases of one repository, a token, and a proxy with a password. */
export function usualWorld(): World {
  const releaseOf = (tag: string, createdAt: string): ReturnType<typeof release> =>
    release({ tag, createdAt, assets: [linux, darwin].map((name) => asset(name, bytesOf(tag, name))) })
  return createWorld({
    repositories: [
      {
        org: 'cue-lang',
        name: 'cue',
        releases: [releaseOf('v1.1.0', '2025-08-01T09:00:00Z'), releaseOf('v1.0.0', '2025-07-01T09:00:00Z')],
      },
    ],
    tokens: { [secrets.token]: {} },
    proxyCredentials: `who:${secrets.proxy}`,
  })
}

/** One way in which things go wrong, and what holds all the same. */
export interface Row {
  readonly name: string
  /** Made anew for each run: some say a time from now. */
  readonly faults?: () => readonly Rule[]
  readonly world?: (world: World) => void
  /** `update cue` unless given. */
  readonly argv?: readonly string[]
  /** Instead of the usual limits. */
  readonly limits?: readonly string[]
  /** Beside the usual variables; `undefined` leaves one out. */
  readonly env?: (fake: Fake) => Readonly<Record<string, string | undefined>>
  readonly files?: Readonly<Record<string, string>>
  /** What the pinned file is at the end. */
  readonly file: 'old' | 'new'
  readonly code: number
  /** Of the pin, or of the first hash. */
  readonly reason?: string
  readonly says?: RegExp
  /** What else has to be so. */
  readonly also?: (ran: Ran) => void
}

/** How one run of a row ended. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly requests: readonly LoggedRequest[]
  readonly unexpected: readonly string[]
  readonly file: string
  /** Everything in the folder. */
  readonly left: readonly string[]
  readonly milliseconds: number
}

/** Short, so that the suite is; long enough for a busy machine. */
const usualLimits = ['--connect-timeout', '3', '--header-timeout', '1.2', '--idle-timeout', '1.2', '--retries', '2', '--max-wait', '2']

/** Runs rows one after the other, each in a new folder, against one fake GitHub. */
export interface Stage {
  run(row: Row, form: '--json' | '--verbose'): Promise<Ran>
  close(): Promise<void>
}

export async function openStage(): Promise<Stage> {
  const fake = await startFakeGitHub(usualWorld())
  const home = await mkdtemp(join(tmpdir(), 'pinhash-faults-'))
  await writeFile(
    join(home, '.netrc'),
    `machine github.com login me password ${secrets.netrc}\nmachine files.example login me password "${secrets.netrc}"\n`,
  )
  let count = 0
  return {
    async run(row, form) {
      const world = usualWorld()
      row.world?.(world)
      world.faults.push(...(row.faults?.() ?? []))
      Object.assign(fake.world, world)
      fake.requests.length = 0
      fake.tunnels.length = 0
      const folder = join(home, String(++count))
      await mkdir(folder)
      const files = { 'cue.nix': pinnedAt('v1.0.0'), ...row.files }
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
      const environment = {
        ...fake.env,
        HOME: home,
        XDG_CACHE_HOME: join(folder, '..', `cache ${count}`),
        GIT_CEILING_DIRECTORIES: home,
        GITHUB_TOKEN: secrets.token,
        ...row.env?.(fake),
      }
      const start = performance.now()
      let [stdout, stderr] = ['', '']
      const argv = [...(row.argv ?? ['update', 'cue']), ...(row.limits ?? usualLimits), form]
      const code = await main(argv, {
        version: '0.0.0',
        environment,
        stdout: { write: (text) => void (stdout += text), size: () => null },
        stderr: { write: (text) => void (stderr += text), size: () => null },
        signal: new AbortController().signal,
        now: () => performance.now(),
        compose: async (wiring) => compose(wiring, { environment, directory: folder, stdin: () => Readable.from([]), version: '0.0.0' }),
      })
      return {
        code,
        stdout,
        stderr,
        requests: [...fake.requests],
        unexpected: fake.unexpected(),
        file: await readFile(join(folder, 'cue.nix'), 'utf8'),
        left: (await readdir(folder)).toSorted(),
        milliseconds: performance.now() - start,
      }
    },
    async close() {
      await fake.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}
