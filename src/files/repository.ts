// A root folder → its files to list, read and write.
import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { InputError } from '../core/errors.ts'
import { readFolder } from './folder.ts'
import { errorCode, explain } from './inside.ts'
import { listFiles } from './list.ts'
import { readText } from './read.ts'
import type { Files } from './types.ts'
import { writeAll } from './write.ts'

/** The files below `root`, which may be any folder, inside a git work tree or not. Throws InputError `unreadable-file` where it is no folder. Nothing is cached. */
export function repositoryFiles(root: string): Files {
  const realRoot = realFolder(root)
  return {
    root: path.resolve(root),
    list: (globs) => listFiles(realRoot, globs),
    folder: (folder) => readFolder(realRoot, folder),
    read: (file) => readText(realRoot, file),
    write: (changes) => writeAll(realRoot, changes),
  }
}

function realFolder(root: string): string {
  try {
    const real = realpathSync(root)
    if (statSync(real).isDirectory()) return real
  } catch (error) {
    const why = errorCode(error) === 'ENOENT' ? 'it does not exist' : explain(error)
    throw new InputError('unreadable-file', `Could not look into ${root}: ${why}`, { cause: error })
  }
  throw new InputError('unreadable-file', `Could not look into ${root}: it is not a folder`)
}
