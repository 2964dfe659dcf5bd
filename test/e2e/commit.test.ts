// `update --commit`: one commit a pin, of that pin's change alone, or nothing at all.
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Lab, contents, openLab } from './lab.ts'
import { commits, fileOf, git, hook, initGit, worldOf } from './tools.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(async () => lab.close())

const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8')
const old = { 'a.nix': fileOf('one v1.0.0', 'two v1.0.0'), 'b.nix': fileOf('three v1.0.0'), 'notes.txt': 'notes\n' }
const next = { 'a.nix': fileOf('one v1.1.0', 'two v1.1.0'), 'b.nix': fileOf('three v1.1.0'), 'notes.txt': 'notes\n' }

async function stage(files: Readonly<Record<string, string>> = old): Promise<string> {
  const folder = await lab.stage(worldOf('one', 'two', 'three'), files)
  initGit(folder)
  return folder
}

const outcomesOf = async (
  folder: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> => {
  const { document } = await lab.report(folder, ['update', '--commit', ...argv], { env })
  return Object.fromEntries(document.outcomes.map(({ pin, outcome, reason }) => [pin, reason?.code ?? outcome]))
}
const updated = { one: 'updated', two: 'updated', three: 'updated' }

describe('update --commit', () => {
  it('makes one commit a pin, two pins of one file one after the other, each state whole', async () => {
    const folder = await stage()
    const { code, stdout, stderr } = await lab.spawn(folder, ['update', '--commit'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(contents(folder)).toEqual(next)
    expect(commits(folder)).toEqual(['one: v1.0.0 -> v1.1.0 | a.nix', 'two: v1.0.0 -> v1.1.0 | a.nix', 'three: v1.0.0 -> v1.1.0 | b.nix'])
    expect(git(folder, 'show', 'HEAD~2:a.nix')).toBe(fileOf('one v1.1.0', 'two v1.0.0').trimEnd())
    expect(git(folder, 'show', 'HEAD~1:a.nix')).toBe(fileOf('one v1.1.0', 'two v1.1.0').trimEnd())
    expect(git(folder, 'status', '--porcelain')).toBe('')
    expect(stdout).toMatch(/\n {2}committed as [0-9a-f]{10}: one: v1\.0\.0 -> v1\.1\.0\n/)
    // Run again, there is nothing to commit.
    expect((await lab.run(folder, ['update', '--commit'])).code).toBe(0)
    expect(commits(folder)).toHaveLength(3)
  })

  it('tells the commit in its document, and works on a detached head and in a folder of the repository', async () => {
    const folder = await stage({ 'sub/a.nix': old['a.nix'], 'b.nix': old['b.nix'] })
    git(folder, 'checkout', '-q', '--detach')
    const { code, document } = await lab.report(folder, ['-C', 'sub', 'update', 'two', '--commit'])
    expect([code, document.outcomes[0]?.commit]).toEqual([0, { id: git(folder, 'rev-parse', 'HEAD'), message: 'two: v1.0.0 -> v1.1.0' }])
    expect(commits(folder)).toEqual(['two: v1.0.0 -> v1.1.0 | sub/a.nix'])
  })

  it('leaves what else is staged staged, and what else is changed changed', async () => {
    const folder = await stage()
    writeFileSync(join(folder, 'notes.txt'), 'staged\n')
    git(folder, 'add', 'notes.txt')
    writeFileSync(join(folder, 'notes.txt'), 'more\n')
    writeFileSync(join(folder, 'new.txt'), 'new\n')
    expect(await outcomesOf(folder, [])).toEqual(updated)
    expect(git(folder, 'status', '--porcelain')).toBe('MM notes.txt\n?? new.txt')
    expect(git(folder, 'show', ':notes.txt')).toBe('staged')
    expect(commits(folder)).toHaveLength(3)
  })

  it.each<[string, (folder: string) => void, string]>([
    ['changed', (folder) => writeFileSync(join(folder, 'b.nix'), `${old['b.nix']}\n`), 'changes that are not committed'],
    [
      'staged',
      (folder) => {
        writeFileSync(join(folder, 'b.nix'), `${old['b.nix']}\n`)
        git(folder, 'add', 'b.nix')
      },
      'staged changes that are not committed',
    ],
    ['untracked', (folder) => void git(folder, 'rm', '-q', '--cached', 'b.nix'), 'b.nix '],
  ])('refuses a file that is %s, before it is written, and goes on with the others', async (_, soil, words) => {
    const folder = await stage()
    soil(folder)
    const [before, state] = [read(folder, 'b.nix'), git(folder, 'status', '--porcelain')]
    for (const argv of [['--dry-run'], []]) {
      const { code, document } = await lab.report(folder, ['update', '--commit', ...argv])
      const three = document.outcomes.find(({ pin }) => pin === 'three')
      expect([code, three?.reason?.code, three?.to]).toEqual([2, 'dirty-file', null])
      expect(three?.reason?.message).toContain(words)
    }
    expect([read(folder, 'b.nix'), git(folder, 'status', '--porcelain')]).toEqual([before, state])
    expect(commits(folder)).toHaveLength(2)
  })

  it('shows the messages in a dry run and writes nothing', async () => {
    const folder = await stage()
    const { code, stdout, stderr } = await lab.run(folder, ['update', '--commit', '--dry-run', '--message', 'chore({name}): {to}'])
    expect(code).toBe(0)
    expect(stderr).toContain('would be committed as: chore(one): v1.1.0')
    expect(contents(folder)).toEqual(old)
    expect(commits(folder)).toEqual([])
    // One change on top of the other, so that git takes them all.
    writeFileSync(join(folder, 'all.diff'), stdout)
    git(folder, 'apply', 'all.diff')
    expect(read(folder, 'a.nix')).toBe(next['a.nix'])
  })

  it('takes the message of pinhash.json, and the one of the command line before it', async () => {
    const files = { ...old, 'pinhash.json': '{ "message": "deps({org}/{name}): {pin} {from}..{to} in {file}\\n\\nBody of {pin}." }\n' }
    const folder = await stage(files)
    expect(await outcomesOf(folder, ['one'])).toEqual({ one: 'updated' })
    expect(git(folder, 'log', '-1', '--format=%B')).toBe('deps(acme/one): one v1.0.0..v1.1.0 in a.nix\n\nBody of one.')
    expect(await outcomesOf(folder, ['two', '--message', 'bump {pin}'])).toEqual({ two: 'updated' })
    expect(git(folder, 'log', '-1', '--format=%s')).toBe('bump two')
    writeFileSync(join(folder, 'pinhash.json'), '{ "message": "{nam}" }\n')
    const { code, stderr } = await lab.run(folder, ['update', 'three', '--commit'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('did you mean {name}?')])
    expect(read(folder, 'b.nix')).toBe(old['b.nix'])
  })

  it('commits a pin of pinhash.json with its new file at once', async () => {
    const spec = (tag: string): string =>
      `{ "pins": { "one": { "org": "acme", "name": "one", "version": "${tag}", "asset": "one_{tag}.tar.gz", "systems": ["x86_64-linux"], "file": "nix/pins.nix" } } }\n`
    const folder = await stage({ 'pinhash.json': spec('v1.0.0') })
    hook(folder, 'pre-commit', 'exit 1')
    expect(await outcomesOf(folder, [])).toEqual({ one: 'commit-failed' })
    expect(contents(folder)).toEqual({ 'pinhash.json': spec('v1.0.0') })
    expect(git(folder, 'status', '--porcelain')).toBe('')
    hook(folder, 'pre-commit', 'exit 0')
    expect(await outcomesOf(folder, [])).toEqual({ one: 'updated' })
    expect(commits(folder)).toEqual(['one: v1.0.0 -> v1.1.0 | nix/pins.nix | pinhash.json'])
    expect(git(folder, 'status', '--porcelain')).toBe('')
  })
})

describe('a hook', () => {
  it('that refuses one pin stops that one alone, and its words are passed on', async () => {
    const folder = await stage()
    chmodSync(join(folder, 'a.nix'), 0o600)
    hook(folder, 'commit-msg', 'if grep -q two "$1"; then echo "no two here" >&2; exit 1; fi')
    const { code, document } = await lab.report(folder, ['update', '--commit'])
    expect([code, document.outcomes.map(({ outcome }) => outcome)]).toEqual([1, ['updated', 'refused', 'updated']])
    expect(document.outcomes[1]?.reason).toMatchObject({ code: 'commit-failed', message: expect.stringContaining('no two here') as string })
    expect(read(folder, 'a.nix')).toBe(fileOf('one v1.1.0', 'two v1.0.0'))
    expect(statSync(join(folder, 'a.nix')).mode & 0o777).toBe(0o600)
    expect(commits(folder)).toEqual(['one: v1.0.0 -> v1.1.0 | a.nix', 'three: v1.0.0 -> v1.1.0 | b.nix'])
    expect(git(folder, 'status', '--porcelain')).toBe('')
  })

  it.each([
    ['reformats a file', 'sed -i "s/fetchurl/fetchurl /" a.nix'],
    ['reformats a file and adds it', 'sed -i "s/fetchurl/fetchurl /" a.nix && git add a.nix'],
    ['adds another file', 'echo more > other.txt && git add other.txt'],
    ['removes a file', 'rm a.nix'],
    ['removes a file and takes it out', 'git rm --quiet --force a.nix'],
    ['reformats a file and refuses', 'sed -i "s/fetchurl/fetchurl /" a.nix; exit 1'],
  ])('that %s leaves no commit and the pin as it was', async (_, script) => {
    const folder = await stage()
    hook(folder, 'pre-commit', `if git diff --cached --quiet HEAD -- 'a.n*'; then exit 0; fi; ${script}`)
    const start = git(folder, 'rev-parse', 'HEAD')
    expect(await outcomesOf(folder, [])).toEqual({ one: 'commit-failed', two: 'commit-failed', three: 'updated' })
    expect(read(folder, 'a.nix')).toBe(old['a.nix'])
    expect(commits(folder)).toEqual(['three: v1.0.0 -> v1.1.0 | b.nix'])
    expect(git(folder, 'rev-parse', 'HEAD~1')).toBe(start)
    expect(git(folder, 'status', '--porcelain', '--untracked-files=no')).toBe('')
  })
})

describe('nothing is downloaded or written where', () => {
  const refused = async (folder: string, env: Readonly<Record<string, string>> = {}): Promise<string> => {
    const before = contents(folder)
    const { code, document } = await lab.report(folder, ['update', '--commit'], { env })
    expect([code, document.error?.code]).toEqual([2, 'unusable-repository'])
    expect([contents(folder), lab.fake.requests.length]).toEqual([before, 0])
    return document.error?.message ?? ''
  }

  it('there is no repository', async () => {
    expect(await refused(await lab.stage(worldOf('one', 'two', 'three'), old))).toMatch(
      /is not in a git work tree.*fatal: not a git repository/,
    )
  })

  it('there is no git', async () => {
    const folder = await stage()
    mkdirSync(join(folder, '.git', 'empty'))
    expect(await refused(folder, { PATH: join(folder, '.git', 'empty') })).toBe('Could not commit: there is no git on this machine')
  })

  it.each([
    ['merge', ['merge', '-q', 'side']],
    ['rebase', ['rebase', '-q', 'side']],
  ])('a %s is under way', async (name, argv) => {
    const folder = await stage()
    git(folder, 'checkout', '-q', '-b', 'side')
    writeFileSync(join(folder, 'notes.txt'), 'theirs\n')
    git(folder, 'commit', '-qam', 'theirs')
    git(folder, 'checkout', '-q', 'main')
    writeFileSync(join(folder, 'notes.txt'), 'ours\n')
    git(folder, 'commit', '-qam', 'ours')
    expect(() => git(folder, ...argv)).toThrow()
    expect(await refused(folder)).toContain(`a ${name} is under way`)
  })
})

it('passes on what git says where nobody is to commit', async () => {
  const folder = await stage()
  git(folder, 'config', '--unset', 'user.name')
  git(folder, 'config', '--unset', 'user.email')
  git(folder, 'config', 'user.useConfigOnly', 'true')
  const { code, document } = await lab.report(folder, ['update', 'one', '--commit'])
  expect([code, document.outcomes[0]?.reason?.code]).toEqual([1, 'commit-failed'])
  expect(document.outcomes[0]?.reason?.message).toMatch(/Please tell me who you are.*; a\.nix is as before$/)
  expect([contents(folder), git(folder, 'status', '--porcelain')]).toEqual([old, ''])
})

it.each([
  [['--message', 'x'], 'goes with --commit'],
  [['--commit', '--message', '{pim}'], 'did you mean {pin}?'],
  [['--commit', '--message', '{pin'], 'a brace stands without its counterpart'],
  [['--commit', '--branch-name'], 'leave out --commit'],
])('refuses %j', async (argv, words) => {
  const { code, stderr } = await lab.run(await stage(), ['update', ...argv])
  expect([code, stderr]).toEqual([2, expect.stringContaining(words)])
})
