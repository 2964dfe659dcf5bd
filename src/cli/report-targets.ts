// What was asked for and the environment → which reports are to be written, and where.
import { InputError } from '../core/errors.ts'
import { summaryVariable } from './reporting.ts'
import type { Format, Reporting } from './reporting.ts'

export interface Target {
  readonly format: Format
  readonly file: string
  /** Whether what the file holds stays. */
  readonly append: boolean
}

/** `--format markdown` goes to the summary of the job as well, where there is one. Throws InputError `usage` where `--report markdown` has none to go to. */
export function targetsOf({ format, reports }: Reporting, environment: Readonly<Record<string, string | undefined>>): readonly Target[] {
  const summary = environment[summaryVariable] ?? ''
  const asked = reports.map(({ format: form, file }): Target => {
    if (file === null && summary === '')
      throw new InputError(
        'usage',
        `--report markdown without a file appends to the one that ${summaryVariable} names, and that is not set; give --report markdown=FILE`,
      )
    return { format: form, file: file ?? summary, append: file === null }
  })
  const known = asked.some(({ append }) => append)
  return format === 'markdown' && summary !== '' && !known ? [...asked, { format, file: summary, append: true }] : asked
}
