// A root folder → its files to list, read and write.
import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { InputError } from '../core/errors.ts'
import { readFolder } from './folder.ts'
import { errorCode, explain, realInside } from './inside.ts'
import { listFiles } from './list.ts'
import { readText } from './read.ts'
import { Ground } from './standing.ts'
import type { Runner } from './lock.ts'
import type { Files } from './types.ts'

/** The files below `root`, which may be any folder, inside a git work tree or not. Throws InputError `unreadable-file` where it is no folder. Of what it sees it remembers only which folders are no links. `runner` tells locks of killed runs at once; without it their age has to. */
export function repositoryFiles(root: string, runner?: Runner): Files {
  const realRoot = realFolder(root)
  const ground = new Ground(realRoot)
  return {
    root: path.resolve(root),
    list: (globs) => listFiles(ground, globs),
    folder: (folder) => readFolder(realRoot, folder),
    read: (file) => readText(ground, file),
    // Most runs write nothing: what writing needs is loaded by those that do.
    write: async (changes) => {
      const [{ writeAll }, { unknownRunner }] = await Promise.all([import('./write.ts'), import('./lock.ts')])
      await writeAll(realRoot, changes, runner ?? unknownRunner)
    },
    tidy: async (paths) => {
      const [{ tidy }, { unknownRunner }] = await Promise.all([import('./tidy.ts'), import('./lock.ts')])
      await tidy(foldersOf(realRoot, paths), runner ?? unknownRunner)
    },
  }
}

function foldersOf(realRoot: string, paths: Iterable<string>): Set<string> {
  const folders = new Set<string>()
  for (const file of paths) {
    try {
      const real = realInside(realRoot, file)
      if (real !== null) folders.add(path.dirname(real))
    } catch {
      // What is not there has nothing beside it.
    }
  }
  return folders
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
