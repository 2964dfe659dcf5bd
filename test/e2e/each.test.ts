// `update --each -- COMMAND`: a pin holds where the command ends well on it, and else is as if nothing had been tried.
import type { ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Lab, type Ran, contents, openLab } from './lab.ts'
import { commits, fileOf, git, initGit, worldOf } from './tools.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(async () => lab.close())

const old = { 'a.nix': fileOf('one v1.0.0', 'two v1.0.0', 'three v1.0.0') }
const stage = (files: Readonly<Record<string, string>> = old): Promise<string> => lab.stage(worldOf('one', 'two', 'three'), files)
const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8')
const sh = (script: string): string[] => ['--each', '--', 'sh', '-c', script]
const held = fileOf('one v1.1.0', 'two v1.0.0', 'three v1.1.0')

describe('update --each', () => {
  it('runs once a pin, which sees its pin and those that hold, and nothing later', async () => {
    const folder = await lab.stage({ ...worldOf('one', 'two', 'three'), tokens: { tok: {} } }, old)
    const script =
      'printf "%s|" "$PINHASH_PIN" "$PINHASH_ORG" "$PINHASH_NAME" "$PINHASH_FROM" "$PINHASH_TO" "$PINHASH_FILE" "$PINHASH_FILES" "$GITHUB_TOKEN" >> seen.txt; pwd >> seen.txt; grep -c v1.1.0 a.nix >> seen.txt; cat >> seen.txt'
    const { code, stdout, stderr } = await lab.run(folder, ['update', ...sh(`${script}; echo out; echo err >&2`)], {
      env: { GITHUB_TOKEN: 'tok' },
      input: 'typed',
    })
    expect([code, read(folder, 'a.nix')]).toEqual([0, fileOf('one v1.1.0', 'two v1.1.0', 'three v1.1.0')])
    const line = (name: string, n: number): string => `${name}|acme|${name}|v1.0.0|v1.1.0|a.nix|a.nix|tok|${folder}\n${n}\n`
    expect(read(folder, 'seen.txt')).toBe(line('one', 1) + line('two', 2) + line('three', 3))
    expect(stdout).not.toContain('out\n')
    expect(stderr.split('\n').toSorted().filter(Boolean)).toEqual(['err', 'err', 'err', 'out', 'out', 'out'])
  })

  it('puts back the pin in the middle, byte for byte and with its mode, and goes on', async () => {
    const folder = await stage()
    chmodSync(join(folder, 'a.nix'), 0o640)
    const { code, document, stderr } = await lab.report(folder, [
      'update',
      ...sh('echo "building $PINHASH_PIN"; test "$PINHASH_PIN" != two'),
    ])
    expect([code, stderr]).toEqual([1, ''])
    expect(document.outcomes.map(({ pin, outcome, to }) => [pin, outcome, to])).toEqual([
      ['one', 'updated', 'v1.1.0'],
      ['two', 'refused', null],
      ['three', 'updated', 'v1.1.0'],
    ])
    expect(document.outcomes[1]?.reason).toEqual({
      code: 'command-failed',
      message: 'After two was written, sh ended with exit code 1; it printed: building two; a.nix is as before',
    })
    expect(contents(folder)).toEqual({ 'a.nix': held })
    expect(statSync(join(folder, 'a.nix')).mode & 0o777).toBe(0o640)
  })

  it.each([
    ['is killed', ['sh', '-c', 'kill -9 $$'], 'sh was ended by SIGKILL'],
    ['is not there', ['no-such-program'], 'no-such-program could not be started: there is no such program'],
    ['may not be run', ['./a.nix'], './a.nix could not be started: permission denied'],
  ])('refuses every pin where the command %s', async (_, command, words) => {
    const folder = await stage()
    const { code, document } = await lab.report(folder, ['update', '--each', '--', ...command])
    expect([code, document.outcomes.map(({ reason }) => reason?.code)]).toEqual([1, ['command-failed', 'command-failed', 'command-failed']])
    expect(document.outcomes[0]?.reason?.message).toContain(words)
    expect(contents(folder)).toEqual(old)
  })

  it('puts back what the command itself did to the pin’s file, leaves other files alone, and says both', async () => {
    const folder = await stage({ ...old, 'other.nix': '{ }\n' })
    const { document } = await lab.report(folder, ['update', 'two', ...sh('echo "# more" >> a.nix; echo "# more" >> other.nix; exit 3')])
    expect(document.outcomes[0]?.reason?.message).toMatch(
      /exit code 3; it changed other\.nix, which is left so; a\.nix is as before, without what had been changed in a\.nix since$/,
    )
    expect(contents(folder)).toEqual({ ...old, 'other.nix': '{ }\n# more\n' })
    const gone = await lab.report(folder, ['update', 'two', ...sh('rm a.nix; exit 3')])
    expect([gone.code, read(folder, 'a.nix')]).toEqual([1, old['a.nix']])
  })

  it('keeps what a command that ends well adds to the file, says so, and does not write over it', async () => {
    const folder = await stage()
    const { document } = await lab.report(folder, ['update', ...sh('test "$PINHASH_PIN" != two || echo "# more" >> a.nix')])
    expect(document.outcomes.map(({ outcome, reason, warnings }) => [outcome, reason?.code ?? warnings[0]?.code])).toEqual([
      ['updated', undefined],
      ['updated', 'changed-by-command'],
      ['refused', 'changed-file'],
    ])
    expect(read(folder, 'a.nix')).toBe(`${fileOf('one v1.1.0', 'two v1.1.0', 'three v1.0.0')}# more\n`)
  })

  it('removes a new file again', async () => {
    const spec =
      '{ "pins": { "one": { "org": "acme", "name": "one", "version": "v1.0.0", "asset": "one_{tag}.tar.gz", "systems": ["x86_64-linux", "aarch64-linux"], "file": "pins.nix" } } }\n'
    const folder = await stage({ 'pinhash.json': spec })
    const { document } = await lab.report(folder, ['update', ...sh('test -e pins.nix && echo $PINHASH_FILES $PINHASH_SYSTEMS; false')])
    expect(document.outcomes[0]?.reason?.message).toContain('it printed: pinhash.json pins.nix x86_64-linux aarch64-linux;')
    expect(contents(folder)).toEqual({ 'pinhash.json': spec })
  })

  it('commits those that hold, each after its command', async () => {
    const folder = await stage()
    initGit(folder)
    const { code } = await lab.report(folder, [
      'update',
      '--commit',
      ...sh('git log --oneline | wc -l >> .git/seen; test "$PINHASH_PIN" != two'),
    ])
    expect([code, commits(folder)]).toEqual([1, ['one: v1.0.0 -> v1.1.0 | a.nix', 'three: v1.0.0 -> v1.1.0 | a.nix']])
    expect(read(folder, '.git/seen').match(/\d+/g)).toEqual(['1', '2', '2'])
    expect([read(folder, 'a.nix'), git(folder, 'status', '--porcelain')]).toEqual([held, ''])
  })

  it('commits nothing of a pin whose file the command removed, and brings that back', async () => {
    const folder = await stage()
    initGit(folder)
    const { code, document } = await lab.report(folder, ['update', 'two', '--commit', ...sh('rm a.nix')])
    expect([code, document.outcomes[0]?.reason?.code, commits(folder)]).toEqual([1, 'commit-failed', []])
    expect([read(folder, 'a.nix'), git(folder, 'status', '--porcelain')]).toEqual([old['a.nix'], ''])
  })
})

describe('an interruption while the command runs', () => {
  const interrupted = async (folder: string, signal: NodeJS.Signals, argv: readonly string[]): Promise<Ran> => {
    const during = (child: ChildProcess): void => {
      const look = setInterval(() => {
        if (!existsSync(join(folder, 'ready'))) return
        clearInterval(look)
        child.kill(signal)
      }, 20)
      child.once('exit', () => clearInterval(look))
    }
    return lab.spawn(folder, ['update', ...argv], { during })
  }
  const slow = (trap: string): string[] =>
    sh(`test "$PINHASH_PIN" = two || exit 0; trap 'echo told > told; exit 0' ${trap}; (sleep 30; echo late > late) & touch ready; wait`)

  it.each([
    ['SIGINT', 'INT', 130],
    ['SIGTERM', 'TERM', 143],
  ] as const)('by %s reaches the command, puts its pin back, keeps those before and touches none after', async (signal, trap, code) => {
    const folder = await stage()
    const start = performance.now()
    const ran = await interrupted(folder, signal, ['--json', ...slow(trap)])
    expect(ran.code).toBe(code)
    expect(performance.now() - start).toBeLessThan(20_000)
    const { outcomes } = JSON.parse(ran.stdout) as { outcomes: { outcome: string; to: string | null; reason?: { code: string } }[] }
    expect(outcomes.map(({ outcome, to, reason }) => [outcome, to, reason?.code])).toEqual([
      ['updated', 'v1.1.0', undefined],
      ['unknown', null, 'interrupted'],
      ['unknown', null, 'interrupted'],
    ])
    expect(read(folder, 'a.nix')).toBe(fileOf('one v1.1.0', 'two v1.0.0', 'three v1.0.0'))
    expect([existsSync(join(folder, 'told')), Object.keys(contents(folder)).toSorted()]).toEqual([true, ['a.nix', 'ready', 'told']])
  })

  it('ends one that does not heed it, with all that it started', async () => {
    const folder = await stage()
    const ran = await interrupted(folder, 'SIGINT', sh(`trap '' INT; touch ready; sleep 12; echo late > late`))
    expect([ran.code, read(folder, 'a.nix')]).toEqual([130, old['a.nix']])
    await wait(100)
    expect(existsSync(join(folder, 'late'))).toBe(false)
  })

  it('during a commit leaves that commit away', async () => {
    const folder = await stage()
    initGit(folder)
    mkdirSync(join(folder, '.git', 'hooks'), { recursive: true })
    writeFileSync(join(folder, '.git', 'hooks', 'pre-commit'), '#!/bin/sh\ntouch ready; sleep 3\n', { mode: 0o755 })
    const ran = await interrupted(folder, 'SIGINT', ['--commit'])
    expect([ran.code, commits(folder), read(folder, 'a.nix')]).toEqual([130, [], old['a.nix']])
    expect(git(folder, 'status', '--porcelain', '--untracked-files=no')).toBe('')
  })
})

it.each([
  [['--each'], '--each needs a command after --'],
  [['--each', '--'], '--each needs a command after --'],
  [['one', '--each', 'true'], '--each'],
  [['--each', '--dry-run', '--', 'true'], 'leave out one'],
  [['--each', '--branch-name', '--', 'true'], 'leave out --each'],
])('refuses %j', async (argv, words) => {
  const folder = await stage()
  const { code, stderr } = await lab.run(folder, ['update', ...argv])
  expect([code, stderr, contents(folder)]).toEqual([2, expect.stringContaining(words), old])
})

it('takes what follows -- for pins where no command is asked for', async () => {
  const folder = await stage()
  expect((await lab.run(folder, ['update', '--dry-run', '--', 'true'])).stderr).toContain('No pin is called true')
})
