// A path → the names in that folder.
import { readdirSync } from 'node:fs'
import { realInside } from './inside.ts'

/** See `Files.folder`. */
export function readFolder(realRoot: string, folder: string): ReadonlyMap<string, 'regular' | 'directory' | 'symlink'> | null {
  try {
    const real = realInside(realRoot, folder)
    if (real === null) return null
    const kind = (entry: { isDirectory(): boolean; isSymbolicLink(): boolean }): 'regular' | 'directory' | 'symlink' =>
      entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'symlink' : 'regular'
    return new Map(readdirSync(real, { withFileTypes: true }).map((entry) => [entry.name, kind(entry)]))
  } catch {
    return null
  }
}
