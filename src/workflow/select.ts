// PIN arguments → the pins they mean; an unknown or ambiguous one is refused before anything is done.
import { AbsentError, InputError } from '../core/errors.ts'
import { tagProblem } from '../pin/tag.ts'
import { nearest } from '../pin/nearest.ts'
import type { Selection } from './context.ts'

/** What selection needs to know of a pin. */
export interface Selectable {
  readonly name: string
  readonly aliases: readonly string[]
  readonly file: string
  /** 1-based. */
  readonly line: number
  readonly systems: readonly string[]
}

export interface Selected<P> {
  readonly pin: P
  /** What was asked for; null means the newest that fits. */
  readonly tag: string | null
  /** Whether the pin was asked for by a word of its own, not as one of all or of a file. */
  readonly named: boolean
}

/** The pins of a selection in document order. Throws AbsentError `no-pin` or `unknown-pin`, InputError `ambiguous-pin`, `bad-tag` or `usage`. */
export function select<P extends Selectable>(pins: readonly P[], selection: Selection, where: string): Selected<P>[] {
  for (const { tag } of selection.pins) {
    const problem = tag === null ? null : tagProblem(tag)
    if (problem !== null) throw new InputError('bad-tag', `${JSON.stringify(tag)} is not a tag: ${problem}; give a tag such as v1.2.3`)
  }
  const within = pins.filter((pin) => selection.systems === null || pin.systems.some((system) => selection.systems!.includes(system)))
  if (pins.length === 0)
    throw new AbsentError('no-pin', `No pin was found in ${where}; 'pinhash list' shows what was seen and why it is not managed`)
  if (within.length === 0)
    throw new AbsentError(
      'no-pin',
      `None of the ${pins.length} pins in ${where} has a hash for ${selection.systems!.join(' or ')}; they have hashes for ${[...new Set(pins.flatMap((pin) => pin.systems))].sort().join(', ')}`,
    )
  if (selection.pins.length === 0) return within.map((pin) => ({ pin, tag: null, named: false }))
  const selected = new Map<P, Selected<P>>()
  for (const request of selection.pins) {
    const { found, named } = meant(request.pin, within)
    if (found.length === 0) throw unknownPin(request.pin, within)
    if (named) refuseAmbiguous(request.pin, found)
    else if (request.tag !== null) refuseTagForMany(request.pin, request.tag, found)
    for (const pin of found) {
      const known = selected.get(pin)
      if (known !== undefined && known.tag !== request.tag) {
        if (known.tag !== null && request.tag !== null)
          throw new InputError('usage', `${pin.name} is asked for at two versions, ${known.tag} and ${request.tag}; give one`)
        selected.set(pin, { pin, tag: known.tag ?? request.tag, named: known.named || named })
      } else if (known === undefined) selected.set(pin, { pin, tag: request.tag, named })
    }
  }
  return pins.flatMap((pin) => selected.get(pin) ?? [])
}

function meant<P extends Selectable>(word: string, pins: readonly P[]): { found: P[]; named: boolean } {
  const byName = pins.filter((pin) => pin.name === word)
  if (byName.length > 0) return { found: byName, named: true }
  const byAlias = pins.filter((pin) => pin.aliases.includes(word))
  if (byAlias.length > 0) return { found: byAlias, named: true }
  const file = word.replace(/^(?:\.\/)+/, '')
  return { found: pins.filter((pin) => pin.file === file), named: false }
}

/** A tag is one repository's: the pins of a file may be of many. */
function refuseTagForMany<P extends Selectable>(file: string, tag: string, found: readonly P[]): void {
  const names = [...new Set(found.map((pin) => pin.name))]
  if (names.length > 1)
    throw new InputError(
      'ambiguous-pin',
      `${file} holds the pins ${names.join(', ')}, and ${tag} cannot be meant for all of them; give it to one, such as ${names[0]}@${tag}`,
    )
}

/** Several pins of one name in one file are the versions of one package; elsewhere the word does not say which is meant. */
function refuseAmbiguous<P extends Selectable>(word: string, found: readonly P[]): void {
  if (new Set(found.map((pin) => pin.file)).size === 1 && new Set(found.map((pin) => pin.name)).size === 1) return
  const places = found.map((pin) => `${pin.name} at ${pin.file}:${pin.line}`)
  throw new InputError(
    'ambiguous-pin',
    `${word} means several pins: ${places.join(', ')}; say which, for example with --file ${found[0]!.file}`,
  )
}

function unknownPin(word: string, pins: readonly Selectable[]): AbsentError {
  const words = pins.flatMap((pin) => [pin.name, ...pin.aliases])
  const near = nearest(word, words)
  const names = [...new Set(pins.map((pin) => pin.name))]
  const known =
    names.length === 1 ? `the only pin is ${names[0]}` : `the pins are ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`
  const hint =
    near.length > 0
      ? `did you mean ${near.join(' or ')}?`
      : /^v?\d/.test(word)
        ? `${known}; a tag is given as PIN@TAG, such as ${names[0]}@${word}`
        : known
  return new AbsentError('unknown-pin', `No pin is called ${word}; ${hint}`)
}
