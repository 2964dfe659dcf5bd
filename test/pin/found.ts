// Texts → what is found in them, for tests of single steps.
import { type Found, load } from '../../src/workflow/found.ts'
import { memory } from '../workflow/memory.ts'

/** What a repository of these files holds. */
export function foundIn(texts: Readonly<Record<string, string>>): Found {
  return load(memory(new Map(Object.entries(texts)), { bytes: new Map() }).files, { globs: null })
}

/** A hash that is none of anything. */
export const someHash = 'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='
