// A path → its text, or why it has none.
import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs'
import type { ReadProblem } from './types.ts'
import { errorCode, explain, realInside } from './inside.ts'

/** How far a NUL byte is looked for, as git does to tell text from other files. */
const head = 8192

/** See `Files.read`. Only regular files are opened, so that a pipe or a device is neither waited for nor touched. */
export function readText(realRoot: string, file: string): { readonly text: string } | ReadProblem {
  let bytes: Uint8Array
  try {
    const real = realInside(realRoot, file)
    if (real === null) return { problem: 'outside', message: `${file} leads out of the repository and is not read` }
    const found = readRegular(real)
    if (found === null) return { problem: 'unreadable', message: `Could not read ${file}: it is not a regular file` }
    bytes = found
  } catch (error) {
    const missing = errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR'
    return missing
      ? { problem: 'missing', message: `${file} does not exist` }
      : { problem: 'unreadable', message: `Could not read ${file}: ${explain(error)}` }
  }
  if (bytes.subarray(0, head).includes(0)) return { problem: 'binary', message: `${file} is not text: it has a NUL byte at its beginning` }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { problem: 'binary', message: `${file} is not text: it is not valid UTF-8` }
  }
}

/** The bytes of a real path; null where it is no regular file. Throws as the file system does. */
export function readRegular(real: string): Uint8Array | null {
  if (!statSync(real).isFile()) return null
  const descriptor = openSync(real, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    return fstatSync(descriptor).isFile() ? readFileSync(descriptor) : null
  } finally {
    closeSync(descriptor)
  }
}
