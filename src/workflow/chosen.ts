// What was found and what was asked for → the pins that are meant, or why there is none.
import { AbsentError, InputError } from '../core/errors.ts'
import type { Problem } from '../core/report.ts'
import type { Found } from './found.ts'
import type { Context, Selection } from './context.ts'
import { type Entry, entriesOf } from './entries.ts'
import { type Selected, select } from './select.ts'

/** A file that does not parse may be why a pin is not found: then that is what to say. */
export function selectOrExplain(found: Found, selection: Selection, context: Context): Selected<Entry>[] {
  try {
    return select(entriesOf(found), selection, context.files.root)
  } catch (error) {
    if (!(error instanceof AbsentError)) throw error
    // Encrypted files are usual: they may be why there is no pin at all, hardly why one is unknown.
    const telling = new Set<Problem['code']>([
      'syntax',
      'bad-config',
      'unreadable-file',
      ...(error.code === 'no-pin' ? (['binary-file'] as const) : []),
    ])
    const problem = found.problems.find(({ code }) => telling.has(code))
    if (problem === undefined) throw error
    const { code, file, line, column, message, excerpt } = problem
    const why = line === null ? message : `${file}:${line}:${column}: ${message}`
    throw new InputError(
      code === 'syntax' || code === 'bad-config' ? code : 'unreadable-file',
      `${error.message}${error.message.endsWith('?') ? '' : '.'} Perhaps it is in a file that could not be read: ${why}`,
      {
        cause: error,
        excerpt,
      },
    )
  }
}
