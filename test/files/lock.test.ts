import { createHash } from 'node:crypto'
import { existsSync, lstatSync, lutimesSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type Runner, acquire, lockOf, unknownRunner } from '../../src/files/lock.ts'
import { repositoryFiles } from '../../src/files/repository.ts'
import { temporaryFolder } from './temporary.ts'

/** Processes 1 to 9 run, and this one. */
const runner: Runner = { id: 5, isAlive: (id) => id < 10 }
const lockText = (id: number, host: string = hostname()): string => `pinhash:${host}:${id}:0123456789ab`

function target(text?: string): string {
  const file = path.join(temporaryFolder({ 'a.nix': 'a' }), 'a.nix')
  if (text !== undefined) symlinkSync(text, lockOf(file))
  return file
}

describe('a lock', () => {
  test('is had by one at a time, and goes without a trace', async () => {
    const file = target()
    const order: string[] = []
    const one = await acquire(file, runner)
    const two = acquire(file, runner).then((lock) => {
      order.push('two')
      return lock
    })
    await wait(60)
    expect(one?.holds()).toBe(true)
    order.push('one')
    one?.release()
    const second = await two
    expect([order, second?.holds(), one?.holds()]).toEqual([['one', 'two'], true, false])
    one?.release()
    expect(second?.holds()).toBe(true)
    second?.release()
    expect(readdirSync(path.dirname(file))).toEqual(['a.nix'])
  })

  test.each([
    ['a process that runs', lockText(7), null],
    ['a process that is no more', lockText(77), true],
    ['a process that had the number of this one', lockText(5), true],
    ['a process on another machine', lockText(77, 'elsewhere'), null],
    ['something that says nothing', 'who knows', null],
  ])('of %s', async (_, text, taken) => {
    const file = target(text)
    const lock = await acquire(file, runner, 0)
    expect(lock?.taken ?? null).toBe(taken)
    lock?.release()
    expect(existsSync(path.dirname(file))).toBe(true)
    expect(readdirSync(path.dirname(file)).length).toBe(taken === true ? 1 : 2)
  })

  test.each([lockText(7), lockText(77, 'elsewhere'), 'who knows'])('is lost after a minute: %s', async (text) => {
    const file = target(text)
    const old = Date.now() / 1000 - 61
    lutimesSync(lockOf(file), old, old)
    expect((await acquire(file, unknownRunner, 0))?.taken).toBe(true)
  })

  test('may be a file, where there are no links', async () => {
    const file = target()
    writeFileSync(lockOf(file), lockText(77))
    expect((await acquire(file, runner, 0))?.taken).toBe(true)
  })

  test('that was left behind goes to one of many', async () => {
    for (let round = 0; round < 20; round++) {
      const file = target(lockText(77))
      const locks = await Promise.all(Array.from({ length: 8 }, () => acquire(file, runner, 0)))
      expect(locks.filter((lock) => lock !== null)).toHaveLength(1)
    }
  })

  test('whose claim was left behind as well is had', async () => {
    const file = target(lockText(77))
    // The claim's name is known by making one: whoever removes the lock names it after the lock's text.
    const claim = `${lockOf(file)}.${createHash('sha256').update(lockText(77)).digest('hex').slice(0, 12)}`
    symlinkSync(lockText(78), claim)
    const lock = await acquire(file, runner, 500)
    expect(lock?.taken).toBe(true)
    lock?.release()
    expect(readdirSync(path.dirname(file))).toEqual(['a.nix'])
  })
})

describe('tidying', () => {
  const left = {
    'a.nix': 'a',
    '.a.nix.pinhash-0123456789ab': 'new',
    '.a.nix.pinhash-0123456789ab.old': 'old',
    'sub/b.nix': 'b',
    'sub/.b.nix.pinhash-0123456789ab': 'new',
    '.mine.pinhash-lock-not': 'x',
  }

  test('removes what a killed run left, its old texts and its lock as well', async () => {
    const folder = temporaryFolder(left)
    symlinkSync(lockText(77), path.join(folder, '.a.nix.pinhash-lock'))
    symlinkSync(lockText(79), path.join(folder, '.gone.nix.pinhash-lock.0123456789ab'))
    await repositoryFiles(folder, runner).tidy?.(['a.nix', 'sub/b.nix', 'nowhere/c.nix'])
    expect(readdirSync(folder, { recursive: true }).toSorted()).toEqual(['.mine.pinhash-lock-not', 'a.nix', 'sub', 'sub/b.nix'])
  })

  test('keeps an old text that was kept on purpose', async () => {
    const folder = temporaryFolder(left)
    await repositoryFiles(folder, runner).tidy?.(['a.nix'])
    expect(readdirSync(folder).toSorted()).toEqual(['.a.nix.pinhash-0123456789ab.old', '.mine.pinhash-lock-not', 'a.nix', 'sub'])
  })

  test('leaves a run that is at work alone', async () => {
    const folder = temporaryFolder(left)
    symlinkSync(lockText(7), path.join(folder, '.a.nix.pinhash-lock'))
    const before = readdirSync(folder).toSorted()
    await repositoryFiles(folder, runner).tidy?.(['a.nix'])
    expect(readdirSync(folder).toSorted()).toEqual(before)
    expect(lstatSync(path.join(folder, '.a.nix.pinhash-lock')).isSymbolicLink()).toBe(true)
  })
})
