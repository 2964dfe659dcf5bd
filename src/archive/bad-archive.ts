// What is wrong with an archive → the error that says so.
import { InputError } from '../core/errors.ts'
import type { ByteString } from '../hash/nar.ts'

/** An archive that is damaged, of no known kind, or not safe to unpack. */
export function badArchive(file: string, why: string, cause?: unknown): InputError {
  return new InputError('bad-archive', `Could not unpack ${file}: ${why}`, cause === undefined ? {} : { cause })
}

/** A name from an archive, for messages. */
export function shown(name: ByteString): string {
  const text = Buffer.from(name, 'latin1').toString('utf8')
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text)
}
