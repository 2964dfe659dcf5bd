// Paths in the repository: as Nix code writes them, and as the strings that stand for them.
import { type Path, type Unknown, type Value, unknown } from './value.ts'

/** Begins the strings that stand for paths in the repository, as a store path would in Nix. */
export const rootMark = '/the-repository'

/** The folder a file is in, `''` for the root. */
export const folderOf = (file: string): string => (file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '')

/** A path relative to a folder of the repository; what leaves the repository is Unknown. */
export function resolvedPath(folder: string, written: string): Path | Unknown {
  const steps = folder === '' ? [] : folder.split('/')
  for (const step of written.split('/')) {
    if (step === '' || step === '.') continue
    if (step !== '..') steps.push(step)
    else if (steps.pop() === undefined) return unknown(`${written} is outside the repository`)
  }
  return { kind: 'path', path: steps.join('/') }
}

/** The string that stands for a path. */
export const shownPath = (path: string): string => (path === '' ? rootMark : `${rootMark}/${path}`)

/** The path that a value is or stands for; null where it is none. */
export function pathIn(value: Value): string | null {
  if (value.kind === 'path') return value.path
  return value.kind === 'string' && value.text.startsWith(rootMark) ? value.text.slice(rootMark.length + 1) : null
}
