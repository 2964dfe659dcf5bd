// A person's words about a pin (`hold`, `follow ~0.10`, `min-age 7d`) → what may be chosen for it.
import { ageProblem, durationText, parseDuration } from '../core/duration.ts'
import { compareDigits } from '../core/natural-order.ts'
import { type AttestationMode, attestationModes, modeOf } from './attestation-mode.ts'
import { nearest } from './nearest.ts'
import { versionNumbers } from './tag.ts'

/** What a person allows for a pin. */
export interface Policy {
  /** The version stays, unless the pin is named with a tag. */
  readonly hold: boolean
  /** The versions that fit, in the form that `follows` reads; null means all. */
  readonly follow: string | null
  /** Prereleases fit. */
  readonly prerelease: boolean
  /** Milliseconds that a release must have been left alone before it fits; null where nothing is said. */
  readonly minAge: number | null
  /** The pin is seen, and not managed. */
  readonly ignore: boolean
  /** Whether attestations are asked for; null where nothing is said. */
  readonly attestation: AttestationMode | null
}

/** Where nothing is said. */
export const noPolicy: Policy = { hold: false, follow: null, prerelease: false, minAge: null, ignore: false, attestation: null }

export type Said = { readonly ok: true; readonly policy: Partial<Policy> } | { readonly ok: false; readonly message: string }

const words = ['hold', 'follow', 'prerelease', 'min-age', 'attestation', 'ignore']

/** Why a text is no range to follow, as a clause (`expected …`), or null. */
export function followProblem(text: string): string | null {
  return range(text) === null ? `expected a version to follow such as 0.10, ~0.10 or ^1.2, got ${JSON.stringify(text)}` : null
}

/** Why a text is no word about attestations, as a clause, or null. */
export function attestationProblem(text: string): string | null {
  return modeOf(text) === null ? `expected one of ${attestationModes.join(', ')}, got ${JSON.stringify(text)}` : null
}

/**
 * Whether a tag is within a range. `0.10` means every version that begins with these numbers. `~1.2.3` means that or a later one with the same first two numbers
 * (`~1`: the same first), `^1.2.3` that or a later one with the same numbers up to the first that is not 0: as npm reads them, for any count of numbers. What
 * stands before a tag's version does not count, nor do the words of a prerelease; a tag without a version is in no range.
 */
export function follows(follow: string, tag: string): boolean {
  const wanted = range(follow)
  const numbers = versionNumbers(tag)
  if (wanted === null || numbers === null) return false
  const at = (list: readonly string[], i: number): string => list[i] ?? '0'
  for (let i = 0; i < wanted.fixed; i++) if (compareDigits(at(numbers, i), at(wanted.numbers, i)) !== 0) return false
  for (let i = wanted.fixed; wanted.sign !== '' && i < Math.max(numbers.length, wanted.numbers.length); i++) {
    const order = compareDigits(at(numbers, i), at(wanted.numbers, i))
    if (order !== 0) return order > 0
  }
  return true
}

interface Range {
  readonly sign: string
  readonly numbers: readonly string[]
  /** How many numbers must be the same. */
  readonly fixed: number
}

function range(text: string): Range | null {
  const [, sign = '', version] = /^([~^]?)[vV]?(\d+(?:\.\d+)*)$/.exec(text) ?? []
  if (version === undefined) return null
  const numbers = version.split('.')
  const firstOfAll = numbers.findIndex((digits) => /[1-9]/.test(digits))
  const caret = firstOfAll < 0 ? numbers.length : firstOfAll + 1
  const fixed = sign === '' ? numbers.length : sign === '~' ? Math.min(2, numbers.length) : caret
  return { sign, numbers, fixed }
}

/**
 * What a comment says, markers included; null where it is not for pinhash. The form is `pinhash:` and words joined by commas, `# pinhash: follow ~0.10, min-age 7d`;
 * a second `#` begins a remark. The same words after another spelling of `pinhash:` are refused: who wrote them counts on them.
 */
export function readPolicyComment(comment: string): Said | null {
  const text = comment.startsWith('#') ? comment.replace(/^#+/, '') : comment.replace(/^\/\*+/, '').replace(/\*+\/$/, '')
  const [, start, rest = ''] = /^\s*([Pp]inhash\s*[:\s])([^#]*)/.exec(text) ?? []
  if (start === undefined) return null
  const said = rest.replace(/^\s*:/, '').trim().replace(/\s+/g, ' ')
  const read = readWords(said)
  if (start === 'pinhash:') return read
  return read.ok ? { ok: false, message: `write it as "pinhash: ${said}"` } : null
}

function readWords(said: string): Said {
  let policy: Partial<Policy> = {}
  for (const word of said.split(',')) {
    const read = readWord(word.trim())
    if (!read.ok) return read
    const both = merge(policy, read.policy)
    if (!both.ok) return both
    policy = both.policy
  }
  return { ok: true, policy }
}

function readWord(text: string): Said {
  const [key = '', ...rest] = text.split(' ')
  const value = rest.join(' ')
  const no = (message: string): Said => ({ ok: false, message })
  if (key === '') return no(`expected one of ${words.join(', ')} after "pinhash:" and after each comma`)
  switch (key) {
    case 'hold':
    case 'prerelease':
    case 'ignore':
      return value === ''
        ? { ok: true, policy: { [key]: true } }
        : no(`"${key}" stands alone, but ${JSON.stringify(value)} follows it; a remark begins with a second #`)
    case 'follow': {
      const problem = followProblem(value)
      return problem === null ? { ok: true, policy: { follow: value } } : no(`follow: ${problem}`)
    }
    case 'min-age': {
      const problem = ageProblem(value)
      return problem === null ? { ok: true, policy: { minAge: parseDuration(value) } } : no(`min-age: ${problem}`)
    }
    case 'attestation': {
      const problem = attestationProblem(value)
      return problem === null ? { ok: true, policy: { attestation: modeOf(value) } } : no(`attestation: ${problem}`)
    }
    default: {
      const near = nearest(key, words, 1)[0]
      return no(
        `unknown word ${JSON.stringify(key)} after "pinhash:"; ${near === undefined ? `there are ${words.join(', ')}` : `did you mean "${near}"?`}`,
      )
    }
  }
}

/** What two say together; two different ranges, ages or words about attestations are a contradiction. */
export function merge(a: Partial<Policy>, b: Partial<Policy>): Said {
  for (const [key, name] of [
    ['follow', 'follow'],
    ['minAge', 'min-age'],
    ['attestation', 'attestation'],
  ] as const)
    if (a[key] !== undefined && b[key] !== undefined && a[key] !== b[key])
      return { ok: false, message: `"${name}" is said twice for one pin, and differently` }
  return { ok: true, policy: { ...a, ...b } }
}

/** The policy in the words that a comment would use. */
export function constraintsOf(policy: Policy): readonly string[] {
  const { hold, follow, prerelease, minAge, ignore, attestation } = policy
  return [
    ...(ignore ? ['ignore'] : []),
    ...(hold ? ['hold'] : []),
    ...(follow === null ? [] : [`follow ${follow}`]),
    ...(prerelease ? ['prerelease'] : []),
    ...(minAge === null ? [] : [`min-age ${durationText(minAge)}`]),
    ...(attestation === null ? [] : [`attestation ${attestation}`]),
  ]
}
