// A path as written → the real path below the root, or outside.
import { realpathSync } from 'node:fs'
import path from 'node:path'

/** Whether `child` is `parent` or below it; both real and absolute. */
export function isInside(parent: string, child: string): boolean {
  const relative = path.relative(parent, child)
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative)
}

/** The real path of what stands at `file`, links followed; null where that is outside. Throws as `realpath` does. `realRoot` is a real path. */
export function realInside(realRoot: string, file: string): string | null {
  const joined = path.resolve(realRoot, file)
  if (!isInside(realRoot, joined)) return null
  const real = realpathSync(joined)
  return isInside(realRoot, real) ? real : null
}

/** The code of a system error, such as `ENOENT`; empty for others. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** A system error in words, for the end of a sentence. */
export function explain(error: unknown): string {
  const code = errorCode(error)
  return reasons[code] ?? (error instanceof Error ? error.message : String(error))
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it already exists',
  ELOOP: 'its symbolic links lead in a circle',
  EBUSY: 'it is in use',
  EMFILE: 'too many files are open',
  EIO: 'the device reports an error',
}
