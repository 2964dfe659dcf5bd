// 512 bytes → whether they are a header of a tar, and its fields. Old, ustar and GNU headers.
import type { ByteString } from '../hash/nar.ts'

/** Bytes of a header; contents are filled up to whole ones. */
export const block = 512

/** Whether bytes begin as a tar does: with a header, or with the zeros that end one. Less than 512 bytes do not. */
export function isTar(head: Uint8Array): boolean {
  return isHeader(head) || (head.length === block && isEnd(head))
}

export function isEnd(header: Uint8Array): boolean {
  return header.every((byte) => byte === 0)
}

/** What tells a header is its checksum; some old writers summed signed bytes. */
export function isHeader(head: Uint8Array): boolean {
  if (head.length < block) return false
  let unsigned = 8 * 32
  let signed = 8 * 32
  for (let i = 0; i < block; i++) {
    if (i >= 148 && i < 156) continue
    const byte = head[i] ?? 0
    unsigned += byte
    signed += byte > 127 ? byte - 256 : byte
  }
  const sum = numberAt(head, 148, 8)
  return sum === unsigned || sum === signed
}

/** A number in octal, or in base 256 where the first bit says so; null where it is neither. Empty is zero, as tars have it. */
export function numberAt(header: Uint8Array, start: number, length: number): number | null {
  const field = header.subarray(start, start + length)
  const first = field[0] ?? 0
  if (first >= 0x80) {
    // 0xff begins negative numbers, which nothing read here can have.
    if (first !== 0x80) return null
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0)
    return Number.isSafeInteger(value) ? value : null
  }
  const digits = /^[ \0]*([0-7]*)(?:[ \0]|$)/.exec(Buffer.from(field).toString('latin1'))
  return digits === null ? null : Number.parseInt(`0${digits[1] ?? ''}`, 8)
}

export function cut(bytes: Uint8Array): ByteString {
  const text = Buffer.from(bytes).toString('latin1')
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}

export function nameIn(header: Buffer): ByteString {
  const name = cut(header.subarray(0, 100))
  // GNU's own magic, `ustar` and two blanks, has other things in the place of the prefix.
  const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? cut(header.subarray(345, 500)) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

/** Whether the owner may run it. */
export function isExecutable(header: Uint8Array): boolean {
  return ((numberAt(header, 100, 8) ?? 0) & 0o100) !== 0
}

/** Whether libarchive takes it for a file with holes in the old GNU form, whatever its kind. */
export function hasMap(header: Buffer): boolean {
  return header.toString('latin1', 257, 263) === 'ustar ' && header[386] !== 0
}
