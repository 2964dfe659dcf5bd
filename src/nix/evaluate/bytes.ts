// Nix counts a string's bytes, JavaScript its UTF-16 units: lengths and cuts in Nix's counting.
import { spend } from './limits.ts'
import { slice } from './text.ts'
import type { Text } from './value.ts'

let asked = ''
let answer = true

/** Whether all characters are ASCII; asked about the same text over and over where one is cut into pieces. */
export function isAscii(value: string): boolean {
  if (value !== asked) {
    asked = value
    answer = /^[\0-\x7f]*$/.test(value)
  }
  return answer
}

/** Bytes of the text in UTF-8. */
export function byteLength(value: string): number {
  if (isAscii(value)) return value.length
  let bytes = 0
  for (const character of value) bytes += width(character)
  return bytes
}

const width = (character: string): number => {
  const code = character.codePointAt(0)!
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
}

/** Bytes `start`..`end` of the string; what lies beyond its end is left out. Null where a cut would go through a character. */
export function byteSlice(value: Text, start: number, end: number): Text | null {
  if (isAscii(value.text)) return slice(value, Math.min(start, value.text.length), Math.max(start, Math.min(end, value.text.length)))
  spend(value.text.length >> 5)
  let bytes = 0
  let units = 0
  let from: number | null = null
  let to: number | null = null
  for (const character of value.text) {
    if (bytes === start) from = units
    if (bytes === end) to = units
    bytes += width(character)
    units += character.length
  }
  if (start >= bytes) from = units
  if (end >= bytes) to = units
  return from === null || to === null ? null : slice(value, from, Math.max(from, to))
}
