// A report → a file, wherever a person wants it.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InputError } from '../core/errors.ts'
import { errorCode, explain } from './inside.ts'

/** Replaces what the file held (`w`), or goes after it (`a`). `file` is as given, relative to `directory`. Throws InputError `unwritable-file`. */
export async function writeReport(directory: string, file: string, text: string, flag: 'w' | 'a'): Promise<void> {
  try {
    await writeFile(path.resolve(directory, file), text, { flag })
  } catch (error) {
    const why = errorCode(error) === 'ENOENT' ? 'its folder does not exist' : explain(error)
    throw new InputError('unwritable-file', `Could not write the report to ${file}: ${why}`, { cause: error })
  }
}
