// A path → its text, or why it has none.
import { isUtf8 } from 'node:buffer'
import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs'
import { errorCode, explain } from './inside.ts'
import type { Ground } from './standing.ts'
import type { ReadProblem } from './types.ts'

/** How far a NUL byte is looked for, as git does to tell text from other files. */
const head = 8192

/** Waits for nothing and follows no link. Node takes a number, which its types leave out. */
const unfollowed = (constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0)) as unknown as string

/** See `Files.read`. Only regular files are opened, so that a pipe or a device is neither waited for nor touched. */
export function readText(ground: Ground, file: string): { readonly text: string } | ReadProblem {
  try {
    const real = ground.seen(file) ?? standing(ground, file)
    if (typeof real !== 'string') return real
    // Opened, read, decoded and closed in one call takes two thirds of the time. Only bytes tell what it decoded to these two characters.
    const text = readFileSync(real, { encoding: 'utf8', flag: unfollowed })
    return text.includes('\0') || text.includes('\uFFFD') ? asText(file, readFileSync(real, { flag: unfollowed })) : { text }
  } catch (error) {
    const missing = errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR'
    return missing
      ? { problem: 'missing', message: `${file} does not exist` }
      : { problem: 'unreadable', message: `Could not read ${file}: ${explain(error)}` }
  }
}

/** The bytes of a file as text, or why they are none. */
export function asText(file: string, bytes: Uint8Array): { readonly text: string } | ReadProblem {
  if (bytes.subarray(0, head).includes(0)) return { problem: 'binary', message: `${file} is not text: it has a NUL byte at its beginning` }
  if (!isUtf8(bytes)) return { problem: 'binary', message: `${file} is not text: it is not valid UTF-8` }
  return { text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8') }
}

/** The real path of a regular file, or why it is not to be opened. Throws as `stat` does. */
function standing(ground: Ground, file: string): string | ReadProblem {
  const found = ground.at(file)
  if (found === null) return { problem: 'outside', message: `${file} leads out of the repository and is not read` }
  return found.isFile ? found.real : { problem: 'unreadable', message: `Could not read ${file}: it is not a regular file` }
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
