// An update that is killed at any moment: each file is the old one or the new one, and the next run leaves nothing but files.
import type { ChildProcess } from 'node:child_process'
import { watch } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Workshop, contents, openWorkshop } from './program.ts'
import { pinnedAt } from './scene.ts'

const kills = 200
const names = ['a.nix', 'b.nix', 'c.nix']
const old = pinnedAt('v1.0.0')
const next = pinnedAt('v1.1.0')
const all = (text: string): Record<string, string> => Object.fromEntries(names.map((name) => [name, text]))
const argv = ['update', '--no-cache', '--quiet']

let workshop: Workshop
let usual = 0

beforeAll(async () => {
  workshop = await openWorkshop()
  // The first run also makes the fake's certificates.
  for (let i = 0; i < 3; i++) {
    const start = performance.now()
    const folder = await workshop.folder(all(old))
    const { code, shown } = await workshop.run(folder, argv)
    usual = performance.now() - start
    expect({ code, shown }).toEqual({ code: 0, shown: '' })
    expect(await contents(folder)).toEqual(all(next))
  }
})
afterAll(() => workshop.close())

/** Kills at a moment of the whole run, or at one after it has begun to write. */
function killer(folder: string, aimed: boolean): (child: ChildProcess) => void {
  return (child) => {
    if (!aimed) {
      const timer = setTimeout(() => child.kill('SIGKILL'), Math.random() * usual * 1.1)
      child.once('exit', () => clearTimeout(timer))
      return
    }
    const watcher = watch(folder, () => {
      watcher.close()
      setTimeout(() => child.kill('SIGKILL'), Math.random() * 8)
    })
    child.once('exit', () => watcher.close())
  }
}

describe('SIGKILL', () => {
  test(`at ${kills} moments`, { timeout: 400_000 }, async () => {
    const start = performance.now()
    let [left, killed, half, done] = [0, 0, 0, 0]
    const one = async (index: number): Promise<void> => {
      const folder = await workshop.folder(all(old))
      const aimed = index % 2 === 1
      // What is aimed at the writing need not download first.
      const { signal } = await workshop.run(folder, aimed ? [...argv, '--no-download'] : argv, killer(folder, aimed))
      if (signal === 'SIGKILL') killed++
      const after = await contents(folder)
      for (const name of names) expect([old, next]).toContain(after[name])
      const changed = names.filter((name) => after[name] === next).length
      if (changed === names.length) done++
      else if (changed > 0) half++
      const beside = Object.keys(after).filter((name) => !names.includes(name))
      if (beside.length > 0) left++
      // A run in an untouched folder has been seen; those that follow a kill are the ones to look at.
      if (beside.length === 0 && changed === 0 && index % 20 !== 0) return
      const again = await workshop.runHere(folder, argv)
      expect({ ...again, beside }).toEqual({ code: 0, signal: null, shown: '', beside })
      expect(await contents(folder)).toEqual(all(next))
    }
    const waiting = Array.from({ length: kills }, (_, index) => index)
    await Promise.all(
      [0, 1].map(async () => {
        for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) await one(index)
      }),
    )
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    console.log(
      `${kills} runs of ${Math.round(usual)} ms, ${killed} killed in time, in ${seconds} s: ${done} had written all files, ${half} some, ${left} left something beside them`,
    )
    expect(killed).toBeGreaterThan(kills / 2)
    // Otherwise nothing was tried.
    expect(left).toBeGreaterThan(0)
  })
})
