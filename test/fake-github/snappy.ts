// Bytes become what snappy packs them to: as one raw block, or in frames.

/** One raw block: copies where the next four bytes were there before, literals elsewhere. */
export function snappyBlock(bytes: Uint8Array): Uint8Array {
  const out: number[] = []
  let length = bytes.length
  for (; length >= 0x80; length = Math.floor(length / 0x80)) out.push((length % 0x80) | 0x80)
  out.push(length)
  const seen = new Map<string, number>()
  let literal = 0
  const flush = (end: number): void => {
    for (let from = literal; from < end;) {
      const size = Math.min(end - from, 0x10000)
      if (size <= 60) out.push((size - 1) << 2)
      else if (size <= 0x100) out.push(60 << 2, size - 1)
      else out.push(61 << 2, (size - 1) & 0xff, (size - 1) >> 8)
      for (const byte of bytes.subarray(from, from + size)) out.push(byte)
      from += size
    }
  }
  for (let at = 0; at < bytes.length;) {
    const key = at + 4 <= bytes.length ? bytes.subarray(at, at + 4).join() : null
    const before = key === null ? undefined : seen.get(key)
    if (key !== null) seen.set(key, at)
    const offset = before === undefined ? 0 : at - before
    if (before === undefined || offset > 0xffffff) {
      at++
      continue
    }
    let size = 4
    while (size < 64 && at + size < bytes.length && bytes[at + size] === bytes[before + size]) size++
    flush(at)
    if (size <= 11 && offset < 2048) out.push(((offset >> 8) << 5) | ((size - 4) << 2) | 1, offset & 0xff)
    else if (offset < 0x10000) out.push(((size - 1) << 2) | 2, offset & 0xff, offset >> 8)
    else out.push(((size - 1) << 2) | 3, offset & 0xff, (offset >> 8) & 0xff, (offset >> 16) & 0xff, 0)
    at += size
    literal = at
  }
  flush(bytes.length)
  return Uint8Array.from(out)
}

/** Frames of packed and of plain data in turn, with padding between; the checksums are zero. */
export function snappyFrames(bytes: Uint8Array): Uint8Array {
  const chunk = (kind: number, data: Uint8Array): Uint8Array[] => [
    Uint8Array.of(kind, data.length & 0xff, (data.length >> 8) & 0xff, data.length >> 16),
    data,
  ]
  const parts: Uint8Array[] = chunk(0xff, new TextEncoder().encode('sNaPpY'))
  for (let at = 0, plain = false; at < bytes.length; at += 0x10000, plain = !plain) {
    const data = bytes.subarray(at, at + 0x10000)
    parts.push(
      ...chunk(plain ? 1 : 0, Buffer.concat([new Uint8Array(4), plain ? data : snappyBlock(data)])),
      ...chunk(0xfe, new Uint8Array(3)),
    )
  }
  return new Uint8Array(Buffer.concat(parts))
}
