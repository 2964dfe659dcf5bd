// Nix with a store of its own, reaching the network through the fake GitHub alone.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Fake } from '../fake-github/fake-github.ts'
import type { Ran } from './lab.ts'

/** False where these tests shall be left out; where Nix is demanded they run, and fail without it. */
export const withNix: boolean =
  process.env['PINHASH_REQUIRE_NIX'] === '1' || spawnSync('nix-prefetch-url', ['--version'], { stdio: 'ignore' }).status === 0

const plain = ['--option', 'sandbox', 'false', '--option', 'substitute', 'false', '--option', 'build-users-group', '']

/** Runs a program of Nix. Its files go below `folder`. */
export type Nix = (program: string, ...argv: string[]) => Promise<Ran>

export function nixIn(folder: string, fake: Fake): Nix {
  const own = (name: string): string => join(folder, 'nix', name)
  mkdirSync(own('home'), { recursive: true })
  const env = {
    PATH: process.env['PATH'],
    ...fake.env,
    HOME: own('home'),
    NIX_STORE_DIR: own('store'),
    NIX_STATE_DIR: own('state'),
    NIX_LOCALSTATE_DIR: own('state'),
    NIX_LOG_DIR: own('log'),
    NIX_CONF_DIR: own('conf'),
    XDG_CACHE_HOME: own('cache'),
  }
  return (program, ...argv) =>
    new Promise((resolve, reject) => {
      const options = program === 'nix-hash' || program === 'nix' ? [] : plain
      const child = spawn(program, [...argv, ...options], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
      let [stdout, stderr] = ['', '']
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, stdout, stderr }))
    })
}
