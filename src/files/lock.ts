// A file → the right to replace it, which one run has at a time; a run that was killed loses it.
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, lstatSync, openSync, readFileSync, readlinkSync, symlinkSync, unlinkSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { errorCode } from './inside.ts'

/** The process that writes, and what it can tell of others on this machine. */
export interface Runner {
  readonly id: number
  /** Whether a process of this number runs here, whoever's it is. */
  readonly isAlive: (id: number) => boolean
}

/** Where nothing is known of processes, age alone tells that a lock was left behind. */
export const unknownRunner: Runner = { id: 0, isAlive: () => true }

/** The right to replace one file. */
export interface Lock {
  /** Whether it was taken from a run that was killed. */
  readonly taken: boolean
  /** Whether it is still this run's: one that slept for long may have lost it. */
  holds(): boolean
  release(): void
}

/** How long a write may take at the very most. A lock older than that was left behind, whatever process has its number now. */
const abandoned = 60_000
const patience = 10_000
const pause = 20

/** What this process holds: a lock of its number that is not among these is of another process that had the number before. */
const own = new Set<string>()

/** The lock of a file lies beside it, so that everyone who can write the file sees it, from whatever machine. */
export function lockOf(real: string): string {
  return path.join(path.dirname(real), `.${path.basename(real)}.pinhash-lock`)
}

/**
 * Waits for the lock of the file at this real path; null where another run holds it for more than `within` milliseconds. Throws as
 * `symlink` does where the folder cannot be written.
 */
export async function acquire(real: string, runner: Runner, within: number = patience): Promise<Lock | null> {
  const end = Date.now() + within
  const text = `pinhash:${hostname()}:${runner.id}:${randomBytes(6).toString('hex')}`
  const lock = lockOf(real)
  let taken = false
  for (;;) {
    if (create(lock, text)) return held(lock, text, taken)
    const other = look(lock)
    if (other === null) continue
    if (isLeft(other, runner)) {
      taken = remove(lock, other.text, text, runner) || taken
      if (taken) continue
    }
    if (Date.now() >= end) return null
    await wait(pause)
  }
}

function held(lock: string, text: string, taken: boolean): Lock {
  own.add(text)
  const holds = (): boolean => look(lock)?.text === text
  return {
    taken,
    holds,
    release() {
      if (holds()) drop(lock)
      own.delete(text)
    },
  }
}

/**
 * Removes a lock that was left behind. Two runs may find it at the same time, and the slower one must not remove the lock that the
 * faster one has made since: who removes a lock of this text holds a claim named after the text, and looks again.
 */
function remove(lock: string, text: string, claimant: string, runner: Runner): boolean {
  const claim = `${lock}.${createHash('sha256').update(text).digest('hex').slice(0, 12)}`
  if (!create(claim, claimant)) {
    const other = look(claim)
    if (other !== null && isLeft(other, runner)) drop(claim)
    return false
  }
  own.add(claimant)
  try {
    if (look(lock)?.text !== text) return false
    drop(lock)
    return true
  } finally {
    drop(claim)
    own.delete(claimant)
  }
}

interface Seen {
  readonly text: string
  readonly age: number
}

function isLeft({ text, age }: Seen, { id, isAlive }: Runner): boolean {
  if (age > abandoned) return true
  if (own.has(text)) return false
  const [, host, holder] = /^pinhash:(.*):(\d+):[0-9a-f]+$/.exec(text) ?? []
  // Numbers of another machine's processes mean nothing here, and 0 is nobody's.
  if (host !== hostname() || holder === undefined || holder === '0' || id === 0) return false
  return Number(holder) === id || !isAlive(Number(holder))
}

/** A symbolic link to nowhere comes into being with its text, or not at all; where there are none, a file has to do. False where one is there. */
function create(file: string, text: string): boolean {
  try {
    symlinkSync(text, file)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(errorCode(error))) throw error
  }
  try {
    const handle = openSync(file, 'wx', 0o644)
    writeSync(handle, text)
    closeSync(handle)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

function look(file: string): Seen | null {
  try {
    const status = lstatSync(file)
    const text = status.isSymbolicLink() ? readlinkSync(file) : readFileSync(file, 'utf8')
    return { text, age: Date.now() - status.mtimeMs }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}

function drop(file: string): void {
  try {
    unlinkSync(file)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}
