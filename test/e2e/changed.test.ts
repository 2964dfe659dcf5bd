// `verify --changed` in real git repositories: which pins it takes for changed, and what it compares with.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Compared } from '../../src/core/report.ts'
import { hexDigest } from '../fake-github/bytes.ts'
import { type FakeRepository, asset, release } from '../fake-github/world.ts'
import { nix32 } from './cue.ts'
import { type Lab, assetRequests, openLab } from './lab.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(async () => lab.close())

const names = ['one', 'two', 'three']
const tags = ['v1.0.0', 'v2.0.0']
const assetOf = (name: string, tag: string): ReturnType<typeof asset> => asset(`${name}.tar.gz`, { generate: 2000, seed: `${name} ${tag}` })
const repositories: FakeRepository[] = names.map((name) => ({
  org: 'acme',
  name,
  releases: tags.map((tag) => release({ tag, createdAt: '2025-01-01T00:00:00Z', assets: [assetOf(name, tag)] })),
}))
const hash = (name: string, tag = 'v1.0.0'): string => nix32(hexDigest(assetOf(name, tag).bytes))
const url = (name: string, tag: string): string => `https://github.com/acme/${name}/releases/download/${tag}/${name}.tar.gz`

/** A file that pins an asset. */
const tool = (name: string, tag = 'v1.0.0', held = hash(name, tag)): string =>
  `{ fetchurl }:\nfetchurl {\n  url = "${url(name, tag)}";\n  sha256 = "${held}";\n}\n`

const start: Readonly<Record<string, string>> = { 'one.nix': tool('one'), 'nix/two.nix': tool('two'), 'nix/three.nix': tool('three') }

const person = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
}

function git(folder: string, ...args: string[]): string {
  const env = { PATH: process.env['PATH'], ...person }
  return execFileSync('git', ['-c', 'protocol.file.allow=always', ...args], { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' }).trim()
}

function write(folder: string, files: Readonly<Record<string, string | null>>): void {
  for (const [path, text] of Object.entries(files)) {
    if (text === null) rmSync(join(folder, path))
    else {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
  }
}

function commit(folder: string, files: Readonly<Record<string, string | null>> = {}): string {
  write(folder, files)
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'a change')
  return git(folder, 'rev-parse', 'HEAD')
}

/** A repository whose main holds these files, and is checked out. */
async function repository(files: Readonly<Record<string, string | Uint8Array>> = start): Promise<string> {
  const folder = await lab.stage({ repositories }, files)
  git(folder, 'init', '--quiet', '--initial-branch', 'main')
  commit(folder)
  return folder
}

interface Verified {
  readonly code: number | null
  readonly compared: Compared | undefined
  readonly pins: readonly string[]
  readonly error: { readonly code: string; readonly message: string } | undefined
}

async function verify(
  folder: string,
  argv: readonly string[] = ['--changed'],
  env: Readonly<Record<string, string>> = {},
): Promise<Verified> {
  const { code, document } = await lab.report(folder, ['verify', ...argv], { env })
  const { compared, error, outcomes } = document as typeof document & { compared?: Compared }
  return { code, compared, error, pins: (outcomes ?? []).map(({ pin }) => pin) }
}

describe('which pins have changed', () => {
  it('none in the same commit: nothing is asked for, and that is said', async () => {
    const folder = await repository()
    const head = git(folder, 'rev-parse', 'HEAD')
    const { code, stdout, stderr } = await lab.spawn(folder, ['verify', '--changed'])
    expect([code, stdout, stderr]).toEqual([0, `none of 3 pins differs from main (${head.slice(0, 7)}); there is nothing to verify\n`, ''])
    expect(lab.fake.requests).toEqual([])
    expect(await verify(folder)).toMatchObject({ code: 0, pins: [], compared: { base: 'main', commit: head, pins: 3, changed: 0 } })
  })

  it('the one that was bumped, committed or not; nothing else is downloaded', async () => {
    const folder = await repository()
    write(folder, { 'one.nix': tool('one', 'v2.0.0') })
    const { code, stdout } = await lab.spawn(folder, ['verify', '--changed'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^one {2}v2\.0\.0 {2}verified[^]*\n1 of 3 pins differs from main \([0-9a-f]{7}\)\n1 pin verified, 1 hash, /)
    expect(new Set(assetRequests(lab.fake).map(({ asset: name }) => name))).toEqual(new Set(['one.tar.gz']))
    git(folder, 'switch', '--quiet', '--create', 'work')
    commit(folder)
    expect(await verify(folder)).toMatchObject({ pins: ['one'], compared: { base: 'main', changed: 1 } })
  })

  it.each<[string, Readonly<Record<string, string | null>>, readonly string[]]>([
    ['another hash', { 'nix/two.nix': tool('two', 'v1.0.0', hash('one')) }, ['two']],
    ['another address', { 'one.nix': tool('one').replace('one.tar.gz', 'other.tar.gz') }, ['one']],
    ['a new file', { 'new.nix': tool('one', 'v2.0.0') }, ['one']],
    ['a deleted file', { 'one.nix': null }, []],
    ['a renamed file', { 'one.nix': null, 'deep/er/1.nix': `# moved\n${tool('one')}` }, []],
    ['a renamed file with another version', { 'one.nix': null, 'deep/er/1.nix': tool('one', 'v2.0.0') }, ['one']],
    ['line ends', { 'one.nix': tool('one').replaceAll('\n', '\r\n') }, []],
    ['white space and comments', { 'one.nix': `# pinhash: hold\n${tool('one').replaceAll('  ', '      ')}` }, []],
    ['a pin that is ignored from now on', { 'one.nix': `# pinhash: ignore\n${tool('one')}` }, []],
    ['a file without pins', { 'other.nix': '{ }' }, []],
  ])('%s', async (_, change, pins) => {
    const folder = await repository()
    write(folder, change)
    const verified = await verify(folder)
    expect(verified.pins).toEqual(pins)
    expect(verified.compared?.changed).toBe(pins.length)
  })

  it('the spelling of a hash is no change', async () => {
    const folder = await repository()
    write(folder, { 'one.nix': tool('one', 'v1.0.0', `sha256:${hexDigest(assetOf('one', 'v1.0.0').bytes)}`) })
    expect(await verify(folder)).toMatchObject({ code: 0, pins: [], compared: { pins: 3, changed: 0 } })
  })

  it('those that depend on data or a builder that changed, and not those beside them', async () => {
    const builder = (tag: string): string =>
      `{ fetchurl }: name: sha256: fetchurl {\n  url = "https://github.com/acme/\${name}/releases/download/${tag}/\${name}.tar.gz"; inherit sha256;\n}\n`
    const folder = await repository({
      'one.nix': `{ callPackage }: (callPackage ./builder.nix { }) "one" "${hash('one')}"\n`,
      'two.nix': '{ fetchurl }: let pin = builtins.fromJSON (builtins.readFile ./two.json); in fetchurl { inherit (pin) url sha256; }\n',
      'three.nix':
        '{ fetchurl }: let pin = (builtins.fromTOML (builtins.readFile ./three.toml)).pin; in fetchurl { inherit (pin) url sha256; }\n',
      'builder.nix': builder('v1.0.0'),
      'two.json': JSON.stringify({ url: url('two', 'v1.0.0'), sha256: hash('two') }),
      'three.toml': `[pin]\nurl = "${url('three', 'v1.0.0')}"\nsha256 = "${hash('three')}"\n`,
    })
    expect(await verify(folder)).toMatchObject({ compared: { pins: 3, changed: 0 } })
    write(folder, { 'two.json': JSON.stringify({ url: url('two', 'v2.0.0'), sha256: hash('two', 'v2.0.0') }) })
    expect((await verify(folder)).pins).toEqual(['two'])
    write(folder, { 'three.toml': `[pin]\nurl = "${url('three', 'v2.0.0')}"\nsha256 = "${hash('three', 'v2.0.0')}"\n` })
    expect((await verify(folder)).pins.toSorted()).toEqual(['three', 'two'])
    commit(folder)
    write(folder, { 'builder.nix': builder('v2.0.0') })
    expect((await verify(folder)).pins).toEqual(['one'])
  })

  it('those of folders that are read by name, where a name is new', async () => {
    const folder = await repository({
      'all.nix':
        '{ lib, fetchurl }: lib.mapAttrs (name: _: fetchurl { url = "https://github.com/acme/${name}/releases/download/v1.0.0/${name}.tar.gz"; sha256 = builtins.readFile (./pins + "/${name}"); }) (builtins.readDir ./pins)\n',
      'pins/one': hash('one'),
    })
    expect(await verify(folder)).toMatchObject({ code: 0, compared: { pins: 1, changed: 0 } })
    write(folder, { 'pins/two': hash('two') })
    expect(await verify(folder)).toMatchObject({ code: 0, pins: ['two'], compared: { pins: 2, changed: 1 } })
  })

  it('those whose names alone are new', async () => {
    const folder = await repository({
      'all.nix': `{ lib, fetchurl }: lib.mapAttrs (name: _: fetchurl { url = "https://github.com/acme/\${name}/releases/download/v1.0.0/\${name}.tar.gz"; sha256 = "${hash('one')}"; }) (builtins.readDir ./pins)\n`,
      'pins/one': '',
    })
    expect(await verify(folder)).toMatchObject({ code: 0, compared: { pins: 1, changed: 0 } })
    write(folder, { 'pins/two': '' })
    expect(await verify(folder)).toMatchObject({ code: 1, pins: ['two'], compared: { pins: 2, changed: 1 } })
  })

  it('those of pinhash.json', async () => {
    const spec = (tag: string): string =>
      JSON.stringify({
        pins: { one: { org: 'acme', name: 'one', version: tag, asset: '{name}.tar.gz', systems: ['x86_64-linux'], file: 'pins.nix' } },
      })
    const folder = await repository({ 'pinhash.json': spec('v1.0.0'), 'one.nix': tool('two') })
    expect((await lab.run(folder, ['update', 'one', 'v1.0.0'])).code).toBe(0)
    commit(folder)
    expect(await verify(folder)).toMatchObject({ code: 0, compared: { pins: 2, changed: 0 } })
    write(folder, { 'pinhash.json': `${spec('v1.0.0')}\n` })
    expect((await verify(folder)).pins).toEqual([])
    expect((await lab.run(folder, ['update', 'one', 'v2.0.0'])).code).toBe(0)
    expect(await verify(folder)).toMatchObject({ code: 0, pins: ['one'], compared: { pins: 2, changed: 1 } })
  })

  it('those of a file that did not parse', async () => {
    const set = (broken: string): string => `{ fetchurl }: {\n${broken}  one = (${tool('one')}) { inherit fetchurl; };\n}\n`
    const folder = await repository({ ...start, 'one.nix': set('  broken = ;\n') })
    expect(await lab.run(folder, ['list', 'one'])).toMatchObject({ code: 2, stdout: expect.stringMatching(/^one +v1\.0\.0/) as string })
    write(folder, { 'one.nix': set('') })
    expect(await verify(folder)).toMatchObject({ code: 0, pins: ['one'], compared: { pins: 3, changed: 1 } })
  })

  it('is narrowed by names, files and systems', async () => {
    const folder = await repository()
    write(folder, { 'one.nix': tool('one', 'v2.0.0'), 'nix/two.nix': tool('two', 'v2.0.0') })
    expect(await verify(folder, ['--changed', '--', 'one', 'three'])).toMatchObject({ pins: ['one'], compared: { pins: 2, changed: 1 } })
    expect(await verify(folder, ['one', '--changed'])).toMatchObject({ pins: ['one'], compared: { pins: 1, changed: 1 } })
    expect(await verify(folder, ['--changed=main', 'two'])).toMatchObject({ pins: ['two'] })
    expect(await verify(folder, ['--changed', 'main', 'two'])).toMatchObject({ pins: ['two'] })
    expect(await verify(folder, ['--changed', '--file', 'nix'])).toMatchObject({ pins: ['two'], compared: { pins: 2, changed: 1 } })
    expect(await verify(folder, ['--changed', '--system', 'x86_64-linux'])).toMatchObject({ compared: { pins: 3, changed: 2 } })
    // The file it came from is not among those looked at.
    renameSync(join(folder, 'nix/three.nix'), join(folder, '3.nix'))
    expect(await verify(folder, ['--changed', '--file', '3.nix'])).toMatchObject({ pins: [], compared: { pins: 1, changed: 0 } })
  })

  it('by system, where that is asked for', async () => {
    const of = (end: string, held: string): string =>
      `{ url = "https://github.com/acme/one/releases/download/\${version}/one${end}.tar.gz"; sha256 = "${held}"; }`
    const both = (linux: string): string =>
      `{ fetchurl, system }: let version = "v1.0.0"; in fetchurl ({ x86_64-linux = ${of('', linux)}; aarch64-linux = ${of('-arm', hash('two'))}; }.\${system})\n`
    const folder = await repository({ 'both.nix': both(hash('two')) })
    write(folder, { 'both.nix': both(hash('one')) })
    const on = async (system: string): Promise<number | undefined> =>
      (await verify(folder, ['--changed', '--system', system])).compared?.changed
    expect([await on('x86_64-linux'), await on('aarch64-linux')]).toEqual([1, 0])
    expect((await verify(folder)).compared).toMatchObject({ pins: 1, changed: 1 })
  })

  it('below the root of the repository, and with links', async () => {
    const folder = await repository({
      'sub/one.nix': tool('one'),
      'sub/all.nix': '{ callPackage }: callPackage ./link/two.nix { }\n',
      'sub/real/two.nix': tool('two'),
      'three.nix': tool('three'),
    })
    symlinkSync('real', join(folder, 'sub/link'))
    commit(folder)
    write(folder, { 'three.nix': tool('three', 'v2.0.0') })
    expect(await verify(folder, ['-C', 'sub', '--changed'])).toMatchObject({ code: 0, compared: { pins: 2, changed: 0 } })
    write(folder, { 'sub/real/two.nix': tool('two', 'v2.0.0') })
    expect(await verify(folder, ['-C', 'sub', '--changed'])).toMatchObject({ pins: ['two'] })
    // A link that leads elsewhere from now on.
    write(folder, { 'sub/real/two.nix': tool('two'), 'sub/other/two.nix': tool('two', 'v2.0.0') })
    rmSync(join(folder, 'sub/link'))
    symlinkSync('other', join(folder, 'sub/link'))
    expect((await verify(folder, ['-C', 'sub', '--changed'])).pins).toEqual(['two'])
    // A folder that the base does not have.
    write(folder, { 'new/one.nix': tool('one') })
    expect(await verify(folder, ['-C', 'new', '--changed'])).toMatchObject({ pins: ['one'], compared: { pins: 1, changed: 1 } })
  })

  it('where a checkout gives files other line ends or fetches them from elsewhere', async () => {
    const data = JSON.stringify({ url: url('two', 'v1.0.0'), sha256: hash('two') })
    const folder = await repository({
      'one.nix': tool('one'),
      'two.nix': '{ fetchurl }: let pin = builtins.fromJSON (builtins.readFile ./two.json); in fetchurl { inherit (pin) url sha256; }\n',
      'two.json': `version https://git-lfs.github.com/spec/v1\noid sha256:${createHash('sha256').update(data).digest('hex')}\nsize ${data.length}\n`,
    })
    write(folder, { 'two.json': data })
    git(folder, 'config', 'core.autocrlf', 'true')
    rmSync(join(folder, 'one.nix'))
    git(folder, 'checkout', '--', 'one.nix')
    expect(readFileSync(join(folder, 'one.nix'), 'utf8')).toContain('\r\n')
    expect(await verify(folder)).toMatchObject({ code: 0, compared: { pins: 2, changed: 0 } })
    write(folder, { 'two.json': `${data} ` })
    expect((await verify(folder)).pins).toEqual(['two'])
  })

  it('leaves submodules alone', async () => {
    const other = await repository({ 'three.nix': tool('three') })
    const folder = await lab.stage({ repositories }, start)
    git(folder, 'init', '--quiet', '--initial-branch', 'main')
    git(folder, 'submodule', '--quiet', 'add', other, 'vendor')
    commit(folder)
    expect(await verify(folder)).toMatchObject({ code: 0, compared: { pins: 3, changed: 0 } })
  })

  it('runs nothing that the repository names', async () => {
    const folder = await repository()
    write(folder, { 'trap.sh': '#!/bin/sh\ntouch "$(dirname "$0")/sprung"\n', '.gitattributes': '*.nix filter=trap diff=trap\n' })
    chmodSync(join(folder, 'trap.sh'), 0o755)
    commit(folder)
    const trap = join(folder, 'trap.sh')
    for (const key of [
      'core.fsmonitor',
      'filter.trap.clean',
      'filter.trap.smudge',
      'diff.trap.textconv',
      'core.pager',
      'core.sshCommand',
      'core.alternateRefsCommand',
    ])
      git(folder, 'config', key, trap)
    git(folder, 'config', 'core.hooksPath', folder)
    write(folder, { 'one.nix': tool('one', 'v2.0.0') })
    rmSync(join(folder, 'sprung'), { force: true })
    expect((await verify(folder)).pins).toEqual(['one'])
    expect(() => readFileSync(join(folder, 'sprung'))).toThrow(/ENOENT/)
  })
})

describe('what is compared with', () => {
  it('where HEAD left the base: what came to the base since is no change', async () => {
    const folder = await repository()
    const fork = git(folder, 'rev-parse', 'HEAD')
    git(folder, 'switch', '--quiet', '--create', 'work')
    commit(folder, { 'one.nix': tool('one', 'v2.0.0') })
    git(folder, 'switch', '--quiet', 'main')
    commit(folder, { 'nix/two.nix': tool('two', 'v2.0.0') })
    git(folder, 'switch', '--quiet', 'work')
    expect(await verify(folder, ['--changed=main'])).toMatchObject({ pins: ['one'], compared: { base: 'main', commit: fork } })
    git(folder, 'tag', 'v9', 'main')
    expect(await verify(folder, ['--changed=v9'])).toMatchObject({ compared: { base: 'v9', commit: fork } })
    expect(await verify(folder, ['--changed=HEAD'])).toMatchObject({ pins: [], compared: { base: 'HEAD' } })
    expect(await verify(folder, ['--changed', 'HEAD~'])).toMatchObject({ pins: ['one'], compared: { base: 'HEAD~', commit: fork } })
  })

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['the remote’s default branch', {}, 'origin/main'],
    ['GitHub’s target', { GITHUB_BASE_REF: 'release' }, 'origin/release'],
    ['GitLab’s target', { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'release' }, 'origin/release'],
    ['a push, which has no target', { GITHUB_BASE_REF: '' }, 'origin/main'],
  ])('%s', async (_, env, base) => {
    const origin = await repository()
    git(origin, 'branch', 'release')
    const clone = `${origin} clone`
    git(origin, 'clone', '--quiet', `file://${origin}`, clone)
    write(clone, { 'one.nix': tool('one', 'v2.0.0') })
    expect(await verify(clone, ['--changed'], env)).toMatchObject({ pins: ['one'], compared: { base } })
    // A branch that only origin has is found by its name as well.
    expect(await verify(clone, ['--changed=release'])).toMatchObject({ compared: { base: 'origin/release' } })
    const sha = git(clone, 'rev-parse', 'HEAD')
    expect(await verify(clone, ['--changed'], { CI_MERGE_REQUEST_DIFF_BASE_SHA: sha })).toMatchObject({
      compared: { base: sha, commit: sha },
    })
  })

  it('master, where there is no main; nothing, where there is neither', async () => {
    const folder = await repository()
    git(folder, 'branch', '--move', 'master')
    expect(await verify(folder)).toMatchObject({ code: 0, compared: { base: 'master' } })
    git(folder, 'branch', '--move', 'trunk')
    const { code, error } = await verify(folder)
    expect([code, error]).toEqual([2, { code: 'no-base', message: expect.stringContaining('--changed=BASE') as string }])
  })

  it('a shallow clone that lacks the fork: the base itself, and that is said', async () => {
    const origin = await repository()
    git(origin, 'switch', '--quiet', '--create', 'work')
    commit(origin, { 'one.nix': tool('one', 'v2.0.0') })
    git(origin, 'switch', '--quiet', 'main')
    const tip = commit(origin, { 'nix/two.nix': tool('two', 'v2.0.0') })
    const clone = `${origin} shallow`
    git(origin, 'clone', '--quiet', '--depth=1', '--branch=work', `file://${origin}`, clone)
    const before = await verify(clone, ['--changed=main'])
    expect([before.code, before.error?.code]).toEqual([3, 'no-revision'])
    expect(before.error?.message).toMatch(/shallow.*git fetch --unshallow.*fetch-depth: 0/)
    const inCi = await verify(clone, ['--changed'], { GITHUB_BASE_REF: 'main' })
    expect([inCi.code, inCi.error?.code]).toEqual([2, 'no-base'])
    expect(inCi.error?.message).toMatch(/GITHUB_BASE_REF says main.*fetch-depth: 0/)
    git(clone, 'fetch', '--quiet', '--depth=1', 'origin', 'main:refs/remotes/origin/main')
    const { code, compared, pins } = await verify(clone, ['--changed'], { GITHUB_BASE_REF: 'main' })
    expect([code, pins.toSorted()]).toEqual([0, ['one', 'two']])
    expect(compared).toMatchObject({
      base: 'origin/main',
      commit: tip,
      remarks: [expect.stringMatching(/shallow.*origin\/main itself.*fetch-depth: 0/)],
    })
    const { stderr } = await lab.run(clone, ['verify', '--changed'], { env: { GITHUB_BASE_REF: 'main' } })
    expect(stderr).toMatch(/^warning: this clone is shallow/)
    git(clone, 'fetch', '--quiet', '--unshallow')
    expect(await verify(clone, ['--changed'], { GITHUB_BASE_REF: 'main' })).toMatchObject({ pins: ['one'] })
  })

  it('a partial clone that lacks a file: its pins have changed, and nothing is fetched', async () => {
    const origin = await repository()
    git(origin, 'config', 'uploadpack.allowFilter', 'true')
    commit(origin, { 'one.nix': tool('one', 'v2.0.0') })
    const clone = `${origin} partial`
    git(origin, 'clone', '--quiet', '--filter=blob:none', `file://${origin}`, clone)
    write(clone, { 'nix/two.nix': tool('two', 'v2.0.0'), 'one.nix': tool('one', 'v1.0.0') })
    const { compared, pins } = await verify(clone, ['--changed=HEAD~'])
    expect(pins.toSorted()).toEqual(['two'])
    expect(compared).toMatchObject({ changed: 1 })
    git(clone, 'checkout', '--quiet', '--', '.')
    const lacking = await verify(clone, ['--changed=HEAD~'])
    expect(lacking.pins).toEqual(['one'])
    expect(lacking.compared?.remarks).toEqual([expect.stringMatching(/^this clone lacks one\.nix of [0-9a-f]{7}; /)])
  })

  it('a partial clone that lacks folders: all pins have changed, and that is said', async () => {
    const origin = await repository()
    git(origin, 'config', 'uploadpack.allowFilter', 'true')
    git(origin, 'switch', '--quiet', '--create', 'work')
    commit(origin, { 'one.nix': tool('one', 'v2.0.0') })
    const clone = await lab.stage({ repositories }, {})
    git(origin, 'clone', '--quiet', '--filter=tree:0', '--branch=work', `file://${origin}`, clone)
    const { pins, compared } = await verify(clone, ['--changed=main'])
    expect([pins, compared?.remarks]).toEqual([
      ['three', 'two', 'one'],
      [expect.stringMatching(/^this clone lacks some folders of [0-9a-f]{7}; their pins count as changed$/)],
    ])
  })

  it('a folder in no repository, a machine without git, and what git will not touch', async () => {
    const folder = await lab.stage({ repositories }, start)
    const nowhere = await verify(folder, ['--changed'], { GIT_CEILING_DIRECTORIES: dirname(folder) })
    expect([nowhere.code, nowhere.error?.code]).toEqual([2, 'no-base'])
    expect(nowhere.error?.message).toContain('in no git repository')
    const without = await verify(folder, ['--changed'], { PATH: '/nonexistent' })
    expect([without.code, without.error?.code]).toEqual([2, 'no-base'])
    expect(without.error?.message).toContain('no git on this machine')
    git(folder, 'init', '--quiet', '--initial-branch', 'main')
    write(folder, { '.git/config': '[core]\nrepositoryformatversion = 99\n' })
    const odd = await verify(folder, ['--changed'])
    expect([odd.code, odd.error?.code]).toEqual([2, 'no-base'])
    expect(odd.error?.message).toMatch(/git says ".*99/)
  })

  it('a repository without a commit: nothing is there to compare with', async () => {
    const folder = await lab.stage({ repositories }, start)
    git(folder, 'init', '--quiet', '--initial-branch', 'main')
    expect(await verify(folder)).toMatchObject({ code: 2, error: { code: 'no-base' } })
  })

  it('what is a pin and no revision is told apart', async () => {
    const folder = await repository()
    const { code, stderr } = await lab.spawn(folder, ['verify', '--changed', 'one'])
    expect([code, stderr]).toEqual([
      2,
      "pinhash: What follows --changed is the revision to compare with, and one is a pin; write 'verify one --changed', or 'verify --changed=BASE one' to name both\n",
    ])
    const unknown = await verify(folder, ['--changed=nothing'])
    expect([unknown.code, unknown.error?.code]).toEqual([3, 'no-revision'])
    for (const odd of ['HEAD..main', '^HEAD', '@{9999}', 'HEAD:one.nix', 'a b'])
      expect((await verify(folder, ['--changed', odd])).error?.code).toBe('no-revision')
  })

  it('--all is what is done without, and no company for --changed', async () => {
    const folder = await repository()
    expect((await verify(folder, ['--all'])).pins.toSorted()).toEqual(['one', 'three', 'two'])
    expect(await verify(folder, ['--all', '--changed'])).toMatchObject({ code: 2, error: { code: 'usage' } })
    expect(await verify(folder, ['--changed='])).toMatchObject({ code: 2, error: { code: 'usage' } })
    expect(await verify(folder, ['--changed', ''])).toMatchObject({ code: 2, error: { code: 'usage' } })
  })
})
