// The life of a repository with the action: three pins are stale, one drifted, one is wrong, one on hold; in the end all is well.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asset, release } from '../fake-github/world.ts'
import { contents } from '../e2e/lab.ts'
import { fileOf, git, pinOf, worldOf } from '../e2e/tools.ts'
import { commandsIn } from './driver.ts'
import { type Yard, openYard, token } from './yard.ts'

const names = ['one', 'two', 'three', 'drifted', 'wrong', 'held']
const zeroes = '1'.padStart(52, '0')
const wrongPin = pinOf('wrong', 'v1.1.0').replace(/sha256 = "[^"]*"/, `sha256 = "${zeroes}"`)
const files = {
  'a.nix': fileOf('one v1.0.0', 'two v1.0.0'),
  'nix/b.nix': `{ fetchurl }:\n{\n${pinOf('three', 'v1.0.0')}  # pinhash: hold\n${pinOf('held', 'v1.0.0')}}\n`,
  'c.nix': `{ fetchurl }:\n{\n${pinOf('drifted', 'v1.1.0')}${wrongPin}}\n`,
}

let yard: Yard
beforeAll(async () => {
  const world = worldOf(...names)
  const replaced = world.repositories?.find(({ name }) => name === 'drifted')?.releases[0]?.assets[0]
  Object.assign(replaced ?? {}, { bytes: new TextEncoder().encode('other bytes'), updatedAt: '2026-02-02T00:00:00Z' })
  yard = await openYard(world, files)
})
afterAll(async () => yard.close())

/** 1-based place of the first character of a pin's hash. */
function literal(file: keyof typeof files, pin: string): string {
  const text = files[file]
  const at = text.indexOf('sha256 = "', text.indexOf(`# of ${pin}`)) + 'sha256 = "'.length
  const before = text.slice(0, at).split('\n')
  return `file=${file},line=${before.length},col=${(before.at(-1) ?? '').length + 1}`
}

const pinsOf = (json: string): Record<string, string> =>
  Object.fromEntries((JSON.parse(json) as { pin: string; outcome: string }[]).map(({ pin, outcome }) => [pin, outcome]))
const proposing = { command: 'update', 'create-pull-request': 'true', labels: 'dependencies' }
const bad = { drifted: 'drift', wrong: 'mismatch' }
const titles = ['one: v1.0.0 -> v1.1.0', 'two: v1.0.0 -> v1.1.0', 'three: v1.0.0 -> v1.1.0']

describe('a repository of six pins', () => {
  it('fails to verify on the two bad ones, with annotations at their hashes', async () => {
    const { code, log, outputs, summary } = await yard.step({})
    const fine = { one: 'verified', two: 'verified', three: 'verified', held: 'verified' }
    expect([code, outputs['outcome'], outputs['changed'], pinsOf(outputs['pins']!)]).toEqual([1, 'findings', 'false', { ...fine, ...bad }])
    const errors = commandsIn(log).filter((line) => line.startsWith('::error '))
    expect(errors.map((line) => line.split('::')[1])).toEqual([
      `error ${literal('c.nix', 'drifted')},title=drifted%3A replaced-upstream`,
      `error ${literal('c.nix', 'wrong')},title=wrong%3A hash-differs`,
    ])
    expect(summary).toMatch(/^## .*4 .*verified/i)
    expect(readFileSync(outputs['summary']!, 'utf8').trim()).toBe(summary.trim())
    expect(Object.keys(JSON.parse(readFileSync(outputs['report']!, 'utf8')) as object)).toEqual(['outcomes', 'problems'])
  })

  it('gets three pull requests', async () => {
    const before = [contents(yard.workspace), git(yard.workspace, 'status', '--porcelain'), git(yard.workspace, 'worktree', 'list')]
    const { code, log, outputs, summary } = await yard.step(proposing)
    expect([contents(yard.workspace), git(yard.workspace, 'status', '--porcelain'), git(yard.workspace, 'worktree', 'list')]).toEqual(
      before,
    )
    expect(pinsOf(outputs['pins']!)).toMatchObject({ one: 'updated', two: 'updated', three: 'updated', held: 'unchanged' })
    expect([outputs['changed'], code], log).toEqual(['true', Number(outputs['exit-code'])])
    const created = yard.calls()
    expect(created.map(([subject, verb]) => `${subject!} ${verb!}`)).toEqual(['pr create', 'pr create', 'pr create'])
    expect(yard.gh().pulls.map(({ title }) => title)).toEqual(titles)
    expect(yard.gh().pulls.map(({ labels }) => labels)).toEqual([['dependencies'], ['dependencies'], ['dependencies']])
    const main = yard.head('main')!
    for (const [branch, file, text] of [
      ['pinhash/one', 'a.nix', fileOf('one v1.1.0', 'two v1.0.0')],
      ['pinhash/two', 'a.nix', fileOf('one v1.0.0', 'two v1.1.0')],
      ['pinhash/three', 'nix/b.nix', files['nix/b.nix'].replace(pinOf('three', 'v1.0.0'), pinOf('three', 'v1.1.0'))],
    ] as const) {
      expect(git(yard.remote, 'rev-parse', `${branch}^`)).toBe(main)
      expect(git(yard.remote, 'diff', '--name-only', main, branch)).toBe(file)
      expect(`${git(yard.remote, 'show', `${branch}:${file}`)}\n`).toBe(text)
    }
    const [body = ''] = yard.gh().pulls.map((pull) => pull.body)
    expect(body).toMatch(/^## 1 pin updated\n\n### `one` .*v1\.0\.0.*→.*v1\.1\.0/)
    expect(body).not.toMatch(/days? ago/)
    expect(summary).toContain('[`#1`](https://github.com/acme/flake/pull/1)')
  })

  it('is left as it is by a second run', async () => {
    const before = yard.branches()
    const pulls = yard.gh().pulls
    const { outputs, log } = await yard.step(proposing)
    expect([yard.branches(), yard.gh().pulls, yard.calls(), outputs['changed']], log).toEqual([before, pulls, [], 'false'])
  })

  it('gets one of them changed by a newer release, and no other by a change of the base', async () => {
    yard.person('main', (folder) => {
      writeFileSync(join(folder, 'notes.txt'), 'notes\n')
      git(folder, 'add', '.')
      git(folder, 'commit', '-q', '-m', 'notes')
    })
    const two = yard.fake.world.repositories.find(({ name }) => name === 'two')!
    two.releases.unshift(release({ tag: 'v1.2.0', createdAt: '2025-01-20T00:00:00Z', assets: [asset('two_v1.2.0.tar.gz', 'two v1.2.0')] }))
    const before = yard.branches()
    const { outputs, log } = await yard.step(proposing)
    const after = yard.branches()
    expect(
      Object.keys(after).filter((name) => after[name] !== before[name]),
      log,
    ).toEqual(['pinhash/two'])
    expect(outputs['changed']).toBe('true')
    expect(yard.calls().map((call) => call.slice(0, 3))).toEqual([['pr', 'edit', '2']])
    expect(yard.gh().pulls[1]).toMatchObject({ title: 'two: v1.0.0 -> v1.2.0', body: expect.stringContaining('v1.2.0') as string })
    expect(`${git(yard.remote, 'show', 'pinhash/two:a.nix')}\n`).toBe(fileOf('one v1.0.0', 'two v1.2.0'))
  })

  it('is green once they are merged and the bad ones repaired', async () => {
    for (const name of ['one', 'two', 'three']) yard.merge(`pinhash/${name}`)
    yard.person('main', (folder) => {
      writeFileSync(join(folder, 'c.nix'), files['c.nix'].replace(wrongPin, pinOf('wrong', 'v1.1.0')))
      git(folder, 'commit', '-q', '-a', '-m', 'repair')
    })
    yard.pull()
    const accepted = await yard.step({ command: 'update', pins: 'drifted', args: '--accept-drift' })
    expect([accepted.code, accepted.outputs['changed']], accepted.log).toEqual([0, 'true'])
    git(yard.workspace, '-c', 'user.name=P', '-c', 'user.email=p@example.org', 'commit', '-q', '-a', '-m', 'accept')
    git(yard.workspace, 'push', '-q', 'origin', 'main')
    const verified = await yard.step({})
    expect([verified.code, verified.outputs['outcome'], commandsIn(verified.log)]).toEqual([0, 'ok', []])
    const before = yard.branches()
    const updated = await yard.step(proposing)
    expect([updated.code, updated.outputs['changed'], yard.calls(), yard.branches()], updated.log).toEqual([0, 'false', [], before])
  })

  it('was never shown the token', () => {
    expect(JSON.stringify([yard.gh().calls, contents(yard.workspace)])).not.toContain(token)
    expect(yard.fake.unexpected()).toEqual([])
  })
})
