// Paths → what stands there, with one question to the system where no link is in the way.
import { lstatSync, statSync } from 'node:fs'
import path from 'node:path'
import { realInside } from './inside.ts'

/** What a path leads to. */
export interface Standing {
  /** Its real path. */
  readonly real: string
  readonly isFile: boolean
}

/**
 * Remembers which folders below the root are folders and no links, so that a path through them is known to be real and inside, and which files
 * were seen to be regular when they were listed: asking anew for every file of a large repository takes longer than reading them all.
 */
export class Ground {
  readonly realRoot: string
  readonly #folders = new Set<string>([''])
  readonly #files = new Set<string>()

  constructor(realRoot: string) {
    this.realRoot = realRoot
  }

  /** What stands at `file`, links followed; null where that is outside. Throws as `realpath` and `stat` do. */
  at(file: string): Standing | null {
    if (this.#leadsHere(file)) {
      const real = this.plain(file)
      const found = lstatSync(real)
      if (!found.isSymbolicLink()) {
        if (found.isFile()) this.#files.add(file)
        return { real, isFile: found.isFile() }
      }
    }
    const real = realInside(this.realRoot, file)
    if (real === null) return null
    const found = statSync(real)
    return { real, isFile: found.isFile() }
  }

  /** The real path of the file of that name where no link is in the way. */
  plain(file: string): string {
    return this.realRoot.endsWith('/') ? this.realRoot + file : `${this.realRoot}/${file}`
  }

  /** The real path of a file that was seen to be regular and not reached through a link; null of any other. */
  seen(file: string): string | null {
    return this.#files.has(file) ? this.plain(file) : null
  }

  /** Says that this is a regular file and no link, in a folder that was said to be one. */
  addFile(file: string): void {
    this.#files.add(file)
  }

  /** Says that this is a folder and no link, and so are all above it. */
  addFolder(folder: string): void {
    this.#folders.add(folder)
  }

  /** Whether all above the file are plain folders. */
  #leadsHere(file: string): boolean {
    // A path is plain where it is written as it would be listed.
    if (path.sep !== '/' || file === '' || /(?:^|\/)(?:\.{0,2})(?:\/|$)|\0/.test(file)) return false
    return this.#isPlain(file.slice(0, Math.max(file.lastIndexOf('/'), 0)))
  }

  #isPlain(folder: string): boolean {
    if (this.#folders.has(folder)) return true
    const above = folder.slice(0, Math.max(folder.lastIndexOf('/'), 0))
    if (!this.#isPlain(above)) return false
    const isPlain = lstatSync(path.join(this.realRoot, folder), { throwIfNoEntry: false })?.isDirectory() === true
    if (isPlain) this.#folders.add(folder)
    return isPlain
  }
}
