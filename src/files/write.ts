// Changes → files, all or none.
import { randomBytes } from 'node:crypto'
import { access, constants, copyFile, link, lstat, mkdir, open, rename, rm, rmdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { InputError } from '../core/errors.ts'
import { errorCode, explain, isInside, realInside } from './inside.ts'
import { type Lock, type Runner, acquire, lockOf, unknownRunner } from './lock.ts'
import { readRegular } from './read.ts'
import { tidy } from './tidy.ts'
import type { Change } from './types.ts'

/** A change and the real path that it is for. */
interface Target extends Change {
  readonly real: string
}

/** Something done that has to be undone if a later step fails. */
type Undo = () => Promise<void>

/**
 * See `Files.write`.
 *
 * 1. Find each target: links are followed, and lead to a file below the root that may be written.
 * 2. Check that each holds what its change was computed from.
 * 3. Take the lock of each: from here on no other run replaces them.
 * 4. Write each new text beside its target, with the same mode, and down to the disk.
 * 5. Check again: another run may have been there before the lock, a person at any time.
 * 6. Rename all. A failure puts back what was renamed.
 */
export async function writeAll(realRoot: string, changes: readonly Change[], runner: Runner = unknownRunner): Promise<void> {
  const targets = changes.map((change) => ({ ...change, real: findTarget(realRoot, change) }))
  const twice = targets.find((target, i) => targets.findIndex((other) => other.real === target.real) !== i)
  if (twice !== undefined)
    throw new InputError('unwritable-file', `Could not write ${twice.path}: two changes are for the same file; nothing was written`)
  const undo: Undo[] = []
  const folders: Undo[] = []
  const staged = new Map<Target, string>()
  const kept: string[] = []
  const locks = new Map<string, Lock>()
  const release = (): void => {
    for (const lock of locks.values()) lock.release()
    locks.clear()
  }
  let current = ''
  try {
    for (const target of targets) await check(target)
    for (const target of targets) {
      current = target.path
      await makeFolder(path.dirname(target.real), folders)
    }
    await tidy(
      targets.map((target) => path.dirname(target.real)),
      runner,
    )
    // In one order everywhere, so that no two runs wait for each other.
    for (const target of targets.toSorted((a, b) => (a.real < b.real ? -1 : 1))) {
      current = target.path
      locks.set(target.real, await lockFor(target, runner))
    }
    for (const target of targets) {
      current = target.path
      if (target.after === null) continue
      const temporary = sibling(target.real)
      staged.set(target, temporary)
      await stage(target, target.after, temporary)
    }
    for (const target of targets) await check(target)
    for (const [i, target] of targets.entries()) {
      current = target.path
      if (locks.get(target.real)?.holds() !== true) throw changed(target, 'was taken over by another run')
      // Nothing comes after the last one that could make it necessary to put it back.
      await publish(target, staged.get(target) ?? null, undo, i < targets.length - 1 ? kept : null)
    }
    await removeAll([...staged.values(), ...kept])
  } catch (error) {
    await removeAll([...staged.values()])
    const stuck = await undoAll(undo)
    // What could not be put back stays where it was kept.
    if (stuck.length === 0) await removeAll(kept)
    release()
    await undoAll(folders)
    if (error instanceof InputError && stuck.length === 0) throw error
    const rest = stuck.length === 0 ? 'nothing was written' : `could not put back ${stuck.join(' and ')}`
    throw new InputError('unwritable-file', `Could not write ${current}: ${explain(error)}; ${rest}`, { cause: error })
  } finally {
    release()
  }
  for (const folder of new Set(targets.map((target) => path.dirname(target.real)))) await syncFolder(folder)
}

function findTarget(realRoot: string, change: Change): string {
  const outside = new InputError('unwritable-file', `Could not write ${change.path}: it leads out of the repository`)
  try {
    const real = realInside(realRoot, change.path)
    if (real === null) throw outside
    return real
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error instanceof InputError ? error : unwritable(change, error)
  }
  // Nothing is there yet: the folders that are decide where it would be.
  const joined = path.resolve(realRoot, change.path)
  for (let folder = path.dirname(joined); ; folder = path.dirname(folder)) {
    try {
      const real = realInside(realRoot, folder)
      if (real === null) throw outside
      return path.join(real, path.relative(folder, joined))
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || !isInside(realRoot, folder))
        throw error instanceof InputError ? error : unwritable(change, error)
    }
  }
}

async function check(target: Target): Promise<void> {
  const status = await lstat(target.real).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null
    throw unwritable(target, error)
  })
  if (target.before === null) {
    if (status !== null) throw changed(target, 'has appeared')
    return
  }
  if (status === null) throw changed(target, 'has disappeared')
  let bytes: Uint8Array | null
  try {
    bytes = readRegular(target.real)
  } catch (error) {
    throw unwritable(target, error)
  }
  if (bytes === null) throw unwritable(target, new Error('it is not a regular file'))
  if (!Buffer.from(target.before, 'utf8').equals(bytes)) throw changed(target, 'has changed')
  // A rename asks the folder, not the file; who took the write permission away meant the content.
  if ((status.mode & 0o222) === 0) throw unwritable(target, new Error('it is read-only'))
  await access(target.real, constants.W_OK).catch((error: unknown) => {
    throw unwritable(target, error)
  })
}

async function lockFor(target: Target, runner: Runner): Promise<Lock> {
  const lock = await acquire(target.real, runner)
  if (lock !== null) return lock
  const name = path.basename(lockOf(target.real))
  throw unwritable(
    target,
    new Error(`another run of pinhash is writing it; try again when that has ended, or remove ${name} beside it if none runs`),
  )
}

function changed(change: Change, what: string): InputError {
  return new InputError('changed-file', `Could not write ${change.path}: it ${what} since it was read; nothing was written, run again`)
}

function unwritable(change: Change, error: unknown): InputError {
  return new InputError('unwritable-file', `Could not write ${change.path}: ${explain(error)}; nothing was written`, { cause: error })
}

async function stage(target: Target, text: string, temporary: string): Promise<void> {
  const file = await open(temporary, 'wx')
  try {
    if (target.before !== null) {
      const { uid, gid, mode } = await stat(target.real)
      const own = await file.stat()
      // Another's file stays theirs where that is allowed.
      if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid).catch(() => undefined)
      await file.chmod(mode & 0o7777)
    }
    await file.writeFile(text, 'utf8')
    await file.sync()
  } finally {
    await file.close()
  }
}

async function publish(target: Target, temporary: string | null, undo: Undo[], kept: string[] | null): Promise<void> {
  if (target.before === null) {
    if (temporary === null) return
    // A link, unlike a rename, does not replace what has just appeared there.
    await link(temporary, target.real).catch((error: unknown) => {
      if (errorCode(error) === 'EEXIST') throw changed(target, 'has appeared')
      return rename(temporary, target.real)
    })
    undo.push(named(target.path, () => rm(target.real)))
    return
  }
  const replace = (): Promise<void> => (temporary === null ? rm(target.real) : rename(temporary, target.real))
  if (kept === null) return replace()
  const old = `${sibling(target.real)}.old`
  kept.push(old)
  await link(target.real, old).catch(() => copyFile(target.real, old, constants.COPYFILE_EXCL))
  await replace()
  undo.push(named(`${target.path}, whose old text is in ${path.basename(old)} beside it`, () => rename(old, target.real)))
}

function named(name: string, action: Undo): Undo {
  return () => action().catch((error: unknown) => Promise.reject(new Error(name, { cause: error })))
}

/** Undoes in reverse; gives the paths that resisted. */
async function undoAll(undo: readonly Undo[]): Promise<readonly string[]> {
  const stuck: string[] = []
  for (const action of undo.toReversed())
    await action().catch((error: unknown) => stuck.push(error instanceof Error ? error.message : String(error)))
  return stuck
}

async function removeAll(files: readonly string[]): Promise<void> {
  for (const file of files) await rm(file, { force: true }).catch(() => undefined)
}

async function makeFolder(folder: string, undo: Undo[]): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  // From the deepest up, and only empty ones: another program may use them by then.
  undo.push(async () => {
    for (let made = folder; isInside(first, made); made = path.dirname(made)) await rmdir(made).catch(() => undefined)
  })
}

function sibling(real: string): string {
  return path.join(path.dirname(real), `.${path.basename(real)}.pinhash-${randomBytes(6).toString('hex')}`)
}

/** Makes the renames last; not every system can, and the files are complete either way. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}
