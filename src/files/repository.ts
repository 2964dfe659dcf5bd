// A root folder → its files to list, read and write.
import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { InputError } from '../core/errors.ts'
import { readFolder } from './folder.ts'
import { errorCode, explain, realInside } from './inside.ts'
import { listFiles } from './list.ts'
import { readText } from './read.ts'
import { Ground } from './standing.ts'
import { type Runner, unknownRunner } from './lock.ts'
import { tidy } from './tidy.ts'
import type { Files } from './types.ts'
import { writeAll } from './write.ts'

/** The files below `root`, which may be any folder, inside a git work tree or not. Throws InputError `unreadable-file` where it is no folder. Of what it sees it remembers only which folders are no links. `runner` tells locks of killed runs at once; without it their age has to. */
export function repositoryFiles(root: string, runner: Runner = unknownRunner): Files {
  const realRoot = realFolder(root)
  const ground = new Ground(realRoot)
  return {
    root: path.resolve(root),
    list: (globs) => listFiles(ground, globs),
    folder: (folder) => readFolder(realRoot, folder),
    read: (file) => readText(ground, file),
    write: (changes) => writeAll(realRoot, changes, runner),
    tidy: (paths) => tidy(foldersOf(realRoot, paths), runner),
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
