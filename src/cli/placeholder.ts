// An option → the word that stands for its value, and what its description says besides.
import type { Option } from './options.ts'

/** What an option takes, in words. */
export interface Spoken {
  /** Such as DIR, FROM=TO or auto|always|never; null of a flag. */
  readonly word: string | null
  /** The description without that word, where it began with it and a colon. */
  readonly text: string
}

/** A description begins with its placeholder: `DIR: work in …`, or `AGE, such as 7d: …`, which is kept as it reads. */
export function spoken({ kind, describe, choices }: Option): Spoken {
  if (kind === 'flag') return { word: null, text: describe }
  const [, word, colon, rest = ''] = /^([A-Z]+(?:[=/][A-Z]+)?)(: |, )(.*)$/s.exec(describe) ?? []
  if (word !== undefined) return { word, text: colon === ': ' ? rest : describe }
  return { word: choices?.join('|') ?? 'VALUE', text: describe }
}
