// A string that remembers its literals, and edits of them → what it is after the edits, as far as its characters alone tell.
import type { Text } from '../nix/evaluate/value.ts'
import { isExact } from '../nix/evaluate/text.ts'
import { type Edit, applyEdits } from '../nix/edit.ts'
import type { FileEdit } from './literal-edit.ts'

/** The string with the edited characters replaced; null where an edit goes into what is not there character by character. */
export function textAfter(value: Text, edits: readonly FileEdit[]): string | null {
  const inside: Edit[] = []
  for (const run of value.runs)
    for (const { file, start, end, text } of edits) {
      if (file !== run.origin.file || end <= run.from || start >= run.to) continue
      if (!isExact(run) || start < run.from || end > run.to) return null
      inside.push({ start: run.start + start - run.from, end: run.start + end - run.from, text })
    }
  return applyEdits(value.text, inside)
}
