// A page → the same page with what its commands really print, run in order against the fake GitHub.
import { spawn, spawnSync } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startFakeGitHub } from '../fake-github/fake-github.ts'
import { createWorld } from '../fake-github/world.ts'
import { partsOf } from './page.ts'
import { worlds } from './worlds.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const program = join(root, 'dist', 'bin.js')
const hasJq = spawnSync('jq', ['--version']).status === 0

export interface Played {
  readonly text: string
  /** How many commands were run. */
  readonly commands: number
  /** Requests that no GitHub would know. */
  readonly unexpected: readonly string[]
}

export interface Theatre {
  play(page: string): Promise<Played>
  close(): Promise<void>
}

/** Opens it. What differs from run to run is written as `steady` writes it. */
export async function openTheatre(): Promise<Theatre> {
  const fake = await startFakeGitHub(createWorld())
  const home = await mkdtemp(join(tmpdir(), 'pinhash-pages-'))
  await mkdir(join(home, 'bin'))
  await writeFile(join(home, 'bin', 'pinhash'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`)
  await chmod(join(home, 'bin', 'pinhash'), 0o755)
  let count = 0

  const environment = (folder: string): NodeJS.ProcessEnv => ({
    PATH: `${join(home, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
    HOME: home,
    LC_ALL: 'C.UTF-8',
    XDG_CACHE_HOME: `${folder} cache`,
    GIT_CEILING_DIRECTORIES: home,
    GIT_CONFIG_NOSYSTEM: '1',
    ...Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((who) => [
        [`GIT_${who}_NAME`, 'A. Nother'],
        [`GIT_${who}_EMAIL`, 'a.nother@example.org'],
        [`GIT_${who}_DATE`, '2026-11-20T12:00:00Z'],
      ]),
    ),
    ...fake.env,
  })

  const shell = (folder: string, command: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const child = spawn('sh', ['-c', `exec 2>&1\n${command}`], {
        cwd: folder,
        env: environment(folder),
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part))
      child.on('error', reject)
      child.on('close', () => resolve(steady(text)))
    })

  const open = async (name: string): Promise<string> => {
    const folder = join(home, String(++count))
    if (name === 'demo') {
      await cp(join(root, 'fixtures', 'demo'), folder, { recursive: true })
      await shell(folder, 'git init --quiet --initial-branch=main && git add --all && git commit --quiet --message="Pin our tools"')
    } else if (name === 'empty') await mkdir(folder)
    else throw new Error(`there is no folder ${name} that a page could begin with`)
    return folder
  }

  const play: Theatre['play'] = async (page) => {
    fake.requests.length = 0
    let folder = await open('empty')
    Object.assign(fake.world, worlds['today']?.())
    let [text, commands] = ['', 0]
    for (const part of partsOf(page)) {
      let { written } = part
      if (part.kind === 'folder') {
        folder = await open(part.name)
        Object.assign(fake.world, worlds['today']?.())
      } else if (part.kind === 'world') {
        const world = worlds[part.name]
        if (world === undefined) throw new Error(`there is no world ${part.name}`)
        Object.assign(fake.world, world())
      } else if (part.kind === 'file') {
        await mkdir(dirname(join(folder, part.path)), { recursive: true })
        await writeFile(join(folder, part.path), part.text)
      } else if (part.kind === 'run') await shell(folder, part.command)
      else if (part.kind === 'command') {
        commands++
        // Where there is no jq, what a page says of it stays.
        if (hasJq || !part.command.includes('| jq ')) written = `$ ${part.command}\n${await shell(folder, part.command)}`
      } else if (part.kind === 'diff') {
        const diff = await shell(folder, 'git diff')
        if (!unindented(diff).includes(unindented(part.text))) written = diff
      }
      text += written
    }
    return { text, commands, unexpected: fake.unexpected() }
  }

  return {
    play,
    async close() {
      await fake.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** A diff whatever the depth of its lines. */
const unindented = (diff: string): string => diff.replaceAll(/^([-+ ])[ \t]+/gm, '$1')

/** Times of a run, ages and times of day are those of no run in particular. */
export function steady(text: string): string {
  return text
    .replaceAll(/ in (\d+ ms|\d+\.\d s|\d+ min \d+ s)$/gm, ' in 0.9 s')
    .replaceAll(/\b\d+ days ago/g, '500 days ago')
    .replaceAll(/\b\d\d:\d\d:\d\d\b/g, '12:00:00')
}
