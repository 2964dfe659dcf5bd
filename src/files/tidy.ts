// Folders → the same folders without what killed runs left in them.
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { type Runner, acquire } from './lock.ts'

/** What a write lays down beside a file: its new text, its old one, its lock, the claim to a lock. */
const ours = /^\.(.+)\.pinhash-(?:[0-9a-f]{12}|([0-9a-f]{12}\.old)|(lock)|lock\.[0-9a-f]{12})$/s

/**
 * Removes temporary files and locks of runs that are no more. Whoever holds the lock of a file knows that nobody else is at work on
 * it, so what lies beside it is left over. An old text is removed only where its run was killed: others were kept, and said so.
 * Never throws; what cannot be removed stays.
 */
export async function tidy(folders: Iterable<string>, runner: Runner): Promise<void> {
  for (const folder of new Set(folders)) await tidyFolder(folder, runner).catch(() => undefined)
}

async function tidyFolder(folder: string, runner: Runner): Promise<void> {
  const found = new Map<string, string[]>()
  for (const name of await readdir(folder)) {
    const base = ours.exec(name)?.[1]
    if (base !== undefined) found.set(base, [...(found.get(base) ?? []), name])
  }
  for (const [base, names] of found) {
    const lock = await acquire(path.join(folder, base), runner, 0)
    if (lock === null) continue
    try {
      for (const name of names) {
        const [, , old, isLock] = ours.exec(name) ?? []
        if (isLock === undefined && (old === undefined || lock.taken))
          await rm(path.join(folder, name), { force: true }).catch(() => undefined)
      }
    } finally {
      lock.release()
    }
  }
}
