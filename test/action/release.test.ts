// A checkout that is built → a commit with the built program, under two tags; or one sentence why not.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { git } from '../e2e/tools.ts'
import { actionPath } from './driver.ts'

let home: string
let [clone, remote]: [string, string] = ['', '']

const put = (path: string, text: string): void => {
  mkdirSync(join(clone, path, '..'), { recursive: true })
  writeFileSync(join(clone, path), text)
}
const release = (version: string): { readonly code: number | null; readonly said: string } => {
  const env = { PATH: process.env['PATH'], HOME: home, GIT_CONFIG_NOSYSTEM: '1' }
  const ran = spawnSync(join(clone, '.ci', 'release'), [version], { encoding: 'utf8', env })
  return { code: ran.status, said: ran.stdout + ran.stderr }
}
/** What `npm run build` leaves, as far as it matters here. */
const build = (version: string): void => {
  put('dist/bin.js', `process.stdout.write('${version}\\n')\n`)
  for (const name of ['index.js', 'step.js', 'step.d.ts', 'chunks/main.js', 'cli/main.d.ts', 'THIRD-PARTY-NOTICES.txt'])
    put(`dist/${name}`, 'built\n')
}
const state = (version: string): void => {
  put('package.json', `{ "type": "module", "version": "${version}" }\n`)
  put('CHANGELOG.md', `# Changelog\n\n## [Unreleased]\n\n## [${version}]\n`)
  git(clone, 'add', '.')
  git(clone, 'commit', '-q', '-m', version)
  git(clone, 'push', '-q', 'origin', 'main')
  build(version)
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pinhash-release-'))
  clone = join(home, 'clone')
  remote = join(home, 'remote.git')
  git(home, 'init', '-q', '--bare', '-b', 'main', remote)
  git(home, 'init', '-q', '-b', 'main', clone)
  git(clone, 'config', 'user.name', 'Person')
  git(clone, 'config', 'user.email', 'person@example.org')
  git(clone, 'remote', 'add', 'origin', remote)
  put('.gitignore', 'dist/\n')
  mkdirSync(join(clone, '.ci'))
  cpSync(join(actionPath, '.ci', 'release'), join(clone, '.ci', 'release'))
  state('1.2.3')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

describe('.ci/release', () => {
  it('tags a commit that holds the built program, and leaves the branch as it is', () => {
    const main = git(remote, 'rev-parse', 'main')
    expect(release('1.2.3')).toMatchObject({ code: 0 })
    expect(git(remote, 'for-each-ref', '--format=%(refname:short)')).toBe('main\nv1\nv1.2.3')
    expect([git(remote, 'rev-parse', 'main'), git(remote, 'rev-parse', 'v1.2.3^')]).toEqual([main, main])
    expect(git(remote, 'rev-parse', 'v1')).toBe(git(remote, 'rev-parse', 'v1.2.3'))
    expect(git(remote, 'ls-tree', '-r', '--name-only', 'v1.2.3', 'dist').split('\n')).toEqual([
      'dist/THIRD-PARTY-NOTICES.txt',
      'dist/bin.js',
      'dist/chunks/main.js',
      'dist/index.js',
      'dist/step.js',
    ])
  })

  it('moves the tag of the major version, and no other', () => {
    release('1.2.3')
    const first = git(remote, 'rev-parse', 'v1.2.3')
    git(clone, 'checkout', '-q', 'main')
    state('1.3.0')
    expect(release('1.3.0')).toMatchObject({ code: 0 })
    expect([git(remote, 'rev-parse', 'v1.2.3'), git(remote, 'rev-parse', 'v1')]).toEqual([first, git(remote, 'rev-parse', 'v1.3.0')])
  })

  it.each<[string, string, () => void, string]>([
    ['no version', 'v1', () => undefined, "expected a version such as 1.2.3, got 'v1'"],
    ['nothing', '', () => undefined, "got ''"],
    ['an option', '--help', () => undefined, "got '--help'"],
    ['another version', '1.2.4', () => undefined, 'package.json says 1.2.3'],
    ['changes', '1.2.3', () => put('new.txt', ''), 'not committed'],
    ['no build', '1.2.3', () => rmSync(join(clone, 'dist', 'step.js')), 'dist/step.js is not there'],
    ['an old build', '1.2.3', () => build('1.2.2'), 'of another version'],
    ['a version released before', '1.2.3', () => git(clone, 'push', '-q', 'origin', 'HEAD:refs/tags/v1.2.3'), 'was released before'],
  ])('refuses %s', (_, version, spoil, words) => {
    spoil()
    const before = git(remote, 'for-each-ref')
    expect(release(version)).toEqual({ code: 1, said: expect.stringMatching(/^release: [^\n]+\n$/) as string })
    expect([release(version).said, git(remote, 'for-each-ref')]).toEqual([expect.stringContaining(words), before])
  })
})
