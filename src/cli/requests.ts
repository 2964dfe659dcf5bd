// PIN arguments → what is asked for, pin by pin; what cannot be a tag is refused here, before anything is read.
import { InputError } from '../core/errors.ts'
import type { PinRequest } from '../workflow/context.ts'

/** The rule as `update --help` tells it. */
export const requestRule: string =
  'PIN@TAG splits at the first @ after its beginning, so cli@pkg@1.2.3 is the tag pkg@1.2.3 of cli. Of exactly two arguments, the first without @, ' +
  'the second is the TAG if it reads like one: a number that stands alone or after v or one other letter (v1.2, jq-1.7, go1.22, b3490), a word such ' +
  'as nightly, a scoped tag (@scope/name@1.2.3, or cue@1.2.3 after cue), or the 40 digits of a commit. Otherwise both are pins; PIN@TAG always says which is meant.'

const movingTags = new Set([
  'nightly',
  'latest',
  'stable',
  'unstable',
  'canary',
  'edge',
  'tip',
  'rolling',
  'continuous',
  'snapshot',
  'preview',
  'main',
  'master',
])

/** Reads the arguments of `update` by `requestRule`. Throws InputError `bad-tag` or `usage`. */
export function parseRequests(given: readonly string[]): readonly PinRequest[] {
  const [first, second] = given
  if (given.length === 2 && first !== undefined && second !== undefined && splitAt(first) === -1 && readsAsTag(first, second)) {
    return [{ pin: checkedPin(first), tag: checkedTag(second, first) }]
  }
  return given.map((argument) => {
    const at = splitAt(argument)
    if (at === -1) return { pin: checkedPin(argument), tag: null }
    const pin = checkedPin(argument.slice(0, at))
    return { pin, tag: checkedTag(argument.slice(at + 1), pin) }
  })
}

/** Reads the arguments of a command that takes pins and no tags. Throws InputError `usage`. */
export function parsePins(given: readonly string[]): readonly PinRequest[] {
  return given.map((argument) => ({ pin: checkedPin(argument), tag: null }))
}

function splitAt(argument: string): number {
  return /\.(?:nix|json)$/.test(argument) ? -1 : argument.indexOf('@', 1)
}

function readsAsTag(pin: string, text: string): boolean {
  if (/\.(?:nix|json)$/.test(text)) return false
  if (whyNotTag(text) !== null || text.startsWith('@') || movingTags.has(text.toLowerCase()) || /^[0-9a-f]{40}$/.test(text)) return true
  const at = text.lastIndexOf('@')
  if (at !== -1) return text.slice(0, at) === pin || text.slice(0, at) === pin.slice(pin.lastIndexOf('/') + 1)
  return /\d\.\d/.test(text) || /(?:^|[^a-z\d])v?\d+(?:$|[^a-z\d])/i.test(text) || /^[a-z]\d{2,}$|^v\d+[a-z]+\d*$/i.test(text)
}

function checkedPin(text: string): string {
  if (text.trim() === '') throw new InputError('usage', 'A pin was named by an empty argument; pinhash list shows the pins there are')
  if (/[\u0000-\u001f\u007f]/.test(text))
    throw new InputError('usage', `The pin ${JSON.stringify(text)} holds a control character; pinhash list shows the pins there are`)
  if (text.startsWith('-'))
    throw new InputError('usage', `${JSON.stringify(text)} is not the name of a pin; pinhash list shows the pins there are`)
  return text
}

function checkedTag(text: string, pin: string): string {
  const why = whyNotTag(text)
  if (why !== null) throw new InputError('bad-tag', `${JSON.stringify(text)} was given as the tag of ${pin}, but a tag ${why}`)
  return text
}

/** Git's own rules for names of tags, and no leading dash. */
function whyNotTag(text: string): string | null {
  if (text === '') return 'is not empty'
  if (text.startsWith('-')) return 'does not begin with -'
  if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) return 'holds no control character'
  if (/\s/u.test(text)) return 'holds no white space'
  if (text.includes('..')) return 'does not hold ..'
  if (/^\/|\/$|\/\/|\.$/.test(text)) return 'does not begin or end with / or end with a full stop, nor hold //'
  const odd = /[~^:?*[\\]|@\{/.exec(text)
  return odd === null ? null : `does not hold ${odd[0]}`
}
