// A hash literal that cannot be read or replaced → the refusal that says where it stands.
import type { Place } from '../core/span.ts'
import type { System } from '../core/system.ts'
import { Refusal } from './refusal.ts'

/** `at` is `file:line`, `problem` what the reader says of it. */
export const malformedHash = (system: System, at: string, problem: string): Refusal =>
  new Refusal(
    'refused',
    'bad-hash',
    `The hash for ${system} at ${at} is malformed: ${problem}; correct it, or empty the string to have it filled in`,
  )

export const fixedHash = (system: System, { file }: Place): Refusal =>
  new Refusal('refused', 'not-editable', `The hash for ${system} in ${file} is not one whole string literal and cannot be replaced`)
