// The bytes of a bzip2 file → what was compressed, block by block, checksums checked.
import { ByteReader } from './byte-reader.ts'

/** More than any compressed block takes: 900,000 symbols of 20 bits, and the tables before them. */
const blockRoom = 2_400_000
const blockMagic = 0x314159265359
const endMagic = 0x177245385090

/**
 * Reads all streams that stand one after another, as `bzip2 -d` does; what is no stream after the last is ignored. Throws Error on damage,
 * and with `single` where anything follows the first stream.
 */
export async function* bunzip2(
  source: AsyncIterable<Uint8Array>,
  { single = false }: { readonly single?: boolean } = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = new ByteReader(source)
  for (let first = true; ; first = false) {
    const magic = Buffer.from(await reader.peek(4)).toString('latin1')
    if (single && !first && magic !== '') throw new Error('more follows its end')
    if (!/^BZh[1-9]$/.test(magic)) {
      if (first) throw new Error('it does not begin as bzip2 does')
      // The end of the source is waited for: it may be an error.
      for await (const _ of reader.stream());
      return
    }
    await reader.take(4)
    yield* readStream(reader, Number(magic[3]) * 100_000)
  }
}

async function* readStream(reader: ByteReader, limit: number): AsyncGenerator<Uint8Array, void, undefined> {
  let combined = 0
  // Blocks begin at any bit; the byte that two blocks share stays in the reader.
  for (let skip = 0; ;) {
    const bits = new Bits(await reader.peek(blockRoom), skip)
    const magic = bits.take(24) * 2 ** 24 + bits.take(24)
    const sum = bits.take(16) * 65_536 + bits.take(16)
    if (magic === endMagic) {
      bits.check()
      if (sum !== combined >>> 0) throw new Error('the checksum of the whole is wrong')
      await reader.take(Math.ceil(bits.position / 8))
      return
    }
    if (magic !== blockMagic) {
      bits.check()
      throw new Error('a block does not begin as one')
    }
    const block = readBlock(bits, limit)
    let crc = 0xffffffff
    for (const piece of unrepeat(block)) {
      crc = checksum(crc, piece)
      yield piece
    }
    if (~crc >>> 0 !== sum) throw new Error('the checksum of a block is wrong')
    combined = ((combined << 1) | (combined >>> 31)) ^ sum
    await reader.take(bits.position >>> 3)
    skip = bits.position & 7
  }
}

/** Most significant bit first. Past the end there are zeros, which `check` tells. */
class Bits {
  readonly bytes: Uint8Array
  /** Bits read. */
  position: number

  constructor(bytes: Uint8Array, position: number) {
    this.bytes = bytes
    this.position = position
  }

  /** The next `count` bits, at most 24, without moving on. */
  peek(count: number): number {
    const at = this.position >>> 3
    const { bytes } = this
    const word =
      (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) << (this.position & 7)
    return word >>> (32 - count)
  }

  take(count: number): number {
    const value = this.peek(count)
    this.position += count
    return value
  }

  check(): void {
    if (this.position > this.bytes.length * 8) throw new Error('it ends too early')
  }
}

interface Block {
  /** For each place of the sorted block, where its successor is, above 8 bits of its byte. */
  readonly next: Uint32Array
  readonly length: number
  readonly origin: number
}

function readBlock(bits: Bits, limit: number): Block {
  try {
    return readTables(bits, limit)
  } catch (error) {
    // Zeros past the end look like damage.
    bits.check()
    throw error
  }
}

function readTables(bits: Bits, limit: number): Block {
  if (bits.take(1) === 1) throw new Error('it has a randomised block, which no bzip2 since 1997 writes')
  const origin = bits.take(24)
  const used: number[] = []
  const rows = bits.take(16)
  for (let row = 0; row < 16; row++) {
    if ((rows & (0x8000 >> row)) === 0) continue
    const columns = bits.take(16)
    for (let column = 0; column < 16; column++) if ((columns & (0x8000 >> column)) !== 0) used.push(row * 16 + column)
  }
  const groups = bits.take(3)
  const count = bits.take(15)
  if (used.length === 0 || groups < 2 || groups > 6 || count === 0) throw new Error('the tables of a block are damaged')
  const selectors = readSelectors(bits, groups, count)
  const size = used.length + 2
  const codes = Array.from({ length: groups }, () => new Huffman(readLengths(bits, size)))
  const next = new Uint32Array(limit)
  const recent = Uint8Array.from(used)
  const counts = new Uint32Array(257)
  let length = 0
  let run = 0
  let weight = 1
  // The bits that come next, in local variables: this is where the time goes.
  const { bytes } = bits
  let at = (bits.position >>> 3) + 1
  let have = 8 - (bits.position & 7)
  let hold = bytes[at - 1] ?? 0
  try {
    symbols: for (let group = 0; ; group++) {
      const code = codes[selectors[group] ?? 6]
      if (code === undefined) throw new Error('a block has more symbols than selectors')
      const { short } = code
      for (let i = 0; i < 50; i++) {
        while (have < 20) {
          hold = (hold << 8) | bytes[at++]!
          have += 8
        }
        let found = short[(hold >>> (have - lookup)) & ((1 << lookup) - 1)]!
        if (found === 0) found = code.find((hold >>> (have - 20)) & 0xfffff)
        have -= found & 31
        const symbol = found >>> 5
        if (symbol < 2) {
          // The length of a run, in digits 1 and 2 of base two, least significant first.
          run += weight << symbol
          weight *= 2
          if (run > limit) throw new Error('a block is longer than it may be')
          continue
        }
        if (run > 0) {
          if (length + run > limit) throw new Error('a block is longer than it may be')
          const front = recent[0]!
          next.fill(front, length, length + run)
          counts[front + 1]! += run
          length += run
          run = 0
          weight = 1
        }
        if (symbol === size - 1) break symbols
        if (length >= limit) throw new Error('a block is longer than it may be')
        const byte = recent[symbol - 1]!
        // A short move is done before a call for it would begin.
        if (symbol > 24) recent.copyWithin(1, 0, symbol - 1)
        else for (let place = symbol - 1; place > 0; place--) recent[place] = recent[place - 1]!
        recent[0] = byte
        next[length++] = byte
        counts[byte + 1]!++
      }
    }
  } finally {
    bits.position = at * 8 - have
  }
  bits.check()
  if (origin >= length) throw new Error('a block begins outside itself')
  for (let i = 1; i < 257; i++) counts[i]! += counts[i - 1]!
  for (let i = 0; i < length; i++) next[counts[next[i]! & 255]!++]! |= i << 8
  return { next, length, origin }
}

function readSelectors(bits: Bits, groups: number, count: number): Uint8Array {
  const selectors = new Uint8Array(count)
  const order = Array.from({ length: groups }, (_, i) => i)
  for (let i = 0; i < count; i++) {
    let steps = 0
    while (bits.take(1) === 1) if (++steps >= groups) throw new Error('a selector is out of range')
    const [chosen = 0] = order.splice(steps, 1)
    order.unshift(chosen)
    selectors[i] = chosen
  }
  return selectors
}

function readLengths(bits: Bits, size: number): Uint8Array {
  const lengths = new Uint8Array(size)
  let length = bits.take(5)
  for (let i = 0; i < size; i++) {
    for (;;) {
      if (length < 1 || length > 20) throw new Error('a code is longer than it may be')
      if (bits.take(1) === 0) break
      length += bits.take(1) === 0 ? 1 : -1
    }
    lengths[i] = length
  }
  return lengths
}

/** Bits that are looked up at once; most codes are no longer. */
const lookup = 10

/** A canonical prefix code: symbols in order of length, and for each length the first code beyond it. */
class Huffman {
  /** For each value of the next `lookup` bits the symbol above 5 bits of its length; 0 where the code is longer. */
  readonly short = new Uint16Array(1 << lookup)
  readonly #symbols: Uint16Array
  readonly #limits = new Int32Array(22)
  readonly #offsets = new Int32Array(22)

  constructor(lengths: Uint8Array) {
    const counts = new Uint16Array(22)
    for (const length of lengths) counts[length]!++
    this.#symbols = new Uint16Array(lengths.length)
    let code = 0
    let index = 0
    for (let length = 1; length <= 20; length++) {
      this.#offsets[length] = index - code
      for (let symbol = 0; counts[length]! > 0 && symbol < lengths.length; symbol++) {
        if (lengths[symbol] !== length) continue
        this.#symbols[index++] = symbol
        if (length <= lookup) this.short.fill((symbol << 5) | length, code << (lookup - length), (code + 1) << (lookup - length))
        code += 1
      }
      this.#limits[length] = code
      code <<= 1
    }
  }

  /** The same for a code that is not there, by the next 20 bits. */
  find(ahead: number): number {
    for (let length = lookup + 1; length <= 20; length++) {
      const code = ahead >>> (20 - length)
      if (code < this.#limits[length]!) return ((this.#symbols[code + this.#offsets[length]!] ?? 0) << 5) | length
    }
    throw new Error('a code stands for nothing')
  }
}

/** Walks the block in its own order, and writes out the runs that were counted before it was sorted: after four same bytes comes the number of more. */
function* unrepeat({ next, length, origin }: Block): Generator<Uint8Array, void, undefined> {
  const size = 1 << 16
  let entry = next[origin]!
  let last = -1
  let same = 0
  for (let i = 0; i < length;) {
    const out = new Uint8Array(size)
    let filled = 0
    for (; i < length && filled < size - 256; i++) {
      entry = next[entry >>> 8]!
      const byte = entry & 255
      if (same === 4) {
        for (let n = 0; n < byte; n++) out[filled++] = last
        same = 0
        last = -1
      } else {
        out[filled++] = byte
        same = byte === last ? same + 1 : 1
        last = byte
      }
    }
    yield out.subarray(0, filled)
  }
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  return crc >>> 0
})

/** Goes on with a CRC-32 that takes the most significant bit first, unlike zlib's. */
function checksum(start: number, bytes: Uint8Array): number {
  let crc = start
  for (const byte of bytes) crc = (crc << 8) ^ crcTable[((crc >>> 24) ^ byte) & 255]!
  return crc
}
