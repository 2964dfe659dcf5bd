// Bytes that snappy packed to the bytes before: the raw block form, the framed form, or JSON that nobody packed. Pure.
import { ShapeError } from './decode-release.ts'

// https://github.com/google/snappy/blob/main/framing_format.txt, 4.1
const frameStart = Uint8Array.of(0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59)
const openingBrace = 0x7b

/**
 * The JSON text's bytes, in whichever of the three forms they came; at most `limit` bytes, checked before room is made for them.
 * Throws ShapeError. The checksums of frames are not compared: what comes out is signed.
 */
export function unpackedJson(bytes: Uint8Array, limit: number): Uint8Array {
  if (frameStart.every((byte, i) => bytes[i] === byte)) return unframe(bytes, limit)
  // As a block's length this byte would mean 123, and no bundle is that short.
  if (bytes[0] === openingBrace) return bounded(bytes, limit)
  return unsnapBlock(bytes, limit)
}

/** One raw block: its length, then literals and copies. Throws ShapeError. */
export function unsnapBlock(bytes: Uint8Array, limit: number): Uint8Array {
  const length = varint(bytes)
  if (length.value > limit) throw new ShapeError(`the packed data announces ${length.value} bytes, more than ${limit}`)
  const out = new Uint8Array(length.value)
  let to = 0
  let from = length.size
  /** The next `count` bytes as a little-endian number. */
  const number = (count: number): number => {
    if (from + count > bytes.length) throw cutShort()
    let value = 0
    for (let i = count - 1; i >= 0; i--) value = value * 256 + (bytes[from + i] ?? 0)
    from += count
    return value
  }
  while (from < bytes.length) {
    const tag = number(1)
    const kind = tag & 3
    const high = tag >> 2
    if (kind === 0) {
      const size = (high < 60 ? high : number(high - 59)) + 1
      if (from + size > bytes.length) throw cutShort()
      if (to + size > out.length) throw tooMuch()
      out.set(bytes.subarray(from, from + size), to)
      from += size
      to += size
      continue
    }
    const size = kind === 1 ? (high & 7) + 4 : high + 1
    const offset = kind === 1 ? (tag >> 5) * 256 + number(1) : number(kind === 2 ? 2 : 4)
    if (offset === 0 || offset > to) throw new ShapeError('the packed data copies from before its beginning')
    if (to + size > out.length) throw tooMuch()
    // Byte by byte: a copy may read what it has just written.
    for (const end = to + size; to < end; to++) out[to] = out[to - offset] ?? 0
  }
  if (to !== out.length) throw cutShort()
  return out
}

function unframe(bytes: Uint8Array, limit: number): Uint8Array {
  const parts: Uint8Array[] = []
  let total = 0
  for (let at = 0; at < bytes.length;) {
    const [kind = 0, low = 0, middle = 0, high = 0] = bytes.subarray(at, at + 4)
    const end = at + 4 + low + middle * 256 + high * 65_536
    if (end > bytes.length) throw cutShort()
    const chunk = bytes.subarray(at + 4, end)
    at = end
    if (kind === 0xff || kind >= 0x80) continue
    if (kind > 1 || chunk.length < 4) throw new ShapeError('the packed data holds a chunk of an unknown kind')
    const data = chunk.subarray(4)
    const part = kind === 1 ? bounded(data, limit - total) : unsnapBlock(data, limit - total)
    parts.push(part)
    total += part.length
  }
  const out = new Uint8Array(total)
  let to = 0
  for (const part of parts) {
    out.set(part, to)
    to += part.length
  }
  return out
}

function bounded(bytes: Uint8Array, limit: number): Uint8Array {
  if (bytes.length > limit) throw new ShapeError(`the data has ${bytes.length} bytes, more than ${limit}`)
  return bytes
}

function varint(bytes: Uint8Array): { readonly value: number; readonly size: number } {
  let value = 0
  for (let i = 0; i < 5; i++) {
    const byte = bytes[i]
    if (byte === undefined) throw cutShort()
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return { value, size: i + 1 }
  }
  throw new ShapeError('the packed data does not begin with a length')
}

function cutShort(): ShapeError {
  return new ShapeError('the packed data ends early')
}

function tooMuch(): ShapeError {
  return new ShapeError('the packed data holds more than it announces')
}
