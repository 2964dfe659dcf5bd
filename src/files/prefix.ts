// A folder → where it stands in its repository.
import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { isInside } from './inside.ts'

/** The nearest folder upwards, itself included, that git takes for the top of a work tree; null outside of one. */
export function gitTop(folder: string): string | null {
  if (existsSync(path.join(folder, '.git'))) return folder
  return path.dirname(folder) === folder ? null : gitTop(path.dirname(folder))
}

/**
 * What a path below `directory` is prefixed with to be relative to the workspace, where that holds the directory, else to the git work tree; empty where it is neither in the
 * one nor in the other, or at their top; otherwise it ends in `/`. Never throws.
 */
export function repositoryPrefix(directory: string, workspace: string | undefined): string {
  const real = realOf(directory)
  if (real === null) return ''
  const job = workspace === undefined || workspace === '' ? null : realOf(workspace)
  const top = job !== null && isInside(job, real) ? job : gitTop(real)
  const relative = path.relative(top ?? real, real).replaceAll(path.sep, '/')
  return relative === '' ? '' : `${relative}/`
}

function realOf(folder: string): string | null {
  try {
    return realpathSync(folder)
  } catch {
    return null
  }
}
