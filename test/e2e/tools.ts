// A few tools of one owner → their releases, files that pin them, and a git repository of those.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hexDigest } from '../fake-github/bytes.ts'
import { type World, asset, release } from '../fake-github/world.ts'
import { nix32 } from './cue.ts'

const bytes = (name: string, tag: string): string => `${name} ${tag}`

/** The binding of one tool. */
export function pinOf(name: string, tag: string): string {
  const hash = nix32(hexDigest(new TextEncoder().encode(bytes(name, tag))))
  return `  ${name} = let version = "${tag}"; in fetchurl { # of ${name}
    url = "https://github.com/acme/${name}/releases/download/\${version}/${name}_\${version}.tar.gz";
    sha256 = "${hash}";
  };
`
}

/** A file that pins tools, each `name tag`. */
export function fileOf(...pins: readonly string[]): string {
  return `{ fetchurl }:\n{\n${pins.map((pin) => pinOf(...(pin.split(' ') as [string, string]))).join('')}}\n`
}

/** A forge where each tool has v1.0.0 and v1.1.0. */
export function worldOf(...names: readonly string[]): Partial<World> {
  const day = (of: number): string => new Date(Date.UTC(2025, 0, of)).toISOString()
  const releases = (name: string): World['repositories'][number]['releases'] =>
    ['v1.1.0', 'v1.0.0'].map((tag, i) =>
      release({
        tag,
        createdAt: day(9 - i),
        assets: [asset(`${name}_${tag}.tar.gz`, bytes(name, tag), { createdAt: day(9 - i), updatedAt: day(9 - i) })],
      }),
    )
  return { repositories: names.map((name) => ({ org: 'acme', name, releases: releases(name) })) }
}

/** What git prints, without the last line end. */
export function git(folder: string, ...args: readonly string[]): string {
  const env = { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }
  return execFileSync('git', args, { cwd: folder, encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd()
}

/** Makes the folder a repository with all its files committed, and somebody to commit. */
export function initGit(folder: string): void {
  git(folder, 'init', '-q', '-b', 'main')
  git(folder, 'config', 'user.name', 'Bot')
  git(folder, 'config', 'user.email', 'bot@example.org')
  git(folder, 'add', '.')
  git(folder, 'commit', '-q', '-m', 'start')
}

/** A shell script as one of the repository's hooks. */
export function hook(folder: string, name: string, script: string): void {
  mkdirSync(join(folder, '.git', 'hooks'), { recursive: true })
  const file = join(folder, '.git', 'hooks', name)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
}

/** Subjects of the commits after the first, oldest first, each with the files it changed. */
export function commits(folder: string): string[] {
  const log = git(folder, 'log', '--reverse', '--format=%x00%s', '--name-only')
  return log
    .split('\0')
    .slice(2)
    .map((entry) => entry.trim().split(/\n+/).join(' | '))
}
