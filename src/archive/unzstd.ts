// The bytes of a zstd file → what was compressed, frame by frame, lengths and checksums checked.
import { Xxh64 } from '../hash/xxh64.ts'
import { ByteReader } from './byte-reader.ts'

const frameMagic = 0xfd2fb528
/** What zstd itself decompresses unless it is told to take more. */
const largestWindow = 128 * 1024 * 1024

/** Reads all frames, and passes over those that are to be skipped. Throws Error on damage, on bytes that are no frame, and where a dictionary is needed. */
export async function* unzstd(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = new ByteReader(source)
  for (;;) {
    const head = view(await reader.peek(4))
    if (head.byteLength === 0) return
    if (head.byteLength < 4) throw new Error('it ends in the middle of a frame')
    const magic = head.getUint32(0, true)
    if (magic >>> 4 === 0x184d2a5) {
      const size = view(await exactly(reader, 8)).getUint32(4, true)
      let left = size
      for await (const piece of reader.stream(size)) left -= piece.length
      if (left > 0) throw new Error('it ends in the middle of a frame')
    } else if (magic === frameMagic) yield* readFrame(reader)
    else throw new Error('what follows the last frame is no frame')
  }
}

/** The decoder checks neither; that the whole frame came is known from its blocks. */
async function* readFrame(reader: ByteReader): AsyncGenerator<Uint8Array, void, undefined> {
  const { Decompress } = await import('fzstd')
  let ready: Uint8Array[] = []
  const decoder = new Decompress((chunk) => ready.push(chunk))
  const sum = new Xxh64()
  let size = 0
  function* made(): Generator<Uint8Array, void, undefined> {
    for (const chunk of ready) {
      sum.update(chunk)
      size += chunk.length
      yield chunk
    }
    ready = []
  }
  const { bytes, checksum, stated } = await header(reader)
  decoder.push(bytes)
  for (let last = false; !last;) {
    const block = await reader.peek(3)
    const word = (block[0] ?? 0) | ((block[1] ?? 0) << 8) | ((block[2] ?? 0) << 16)
    last = (word & 1) !== 0
    // Of a repeated byte the size is how often, and one byte follows.
    decoder.push(await exactly(reader, 3 + (((word >>> 1) & 3) === 1 ? 1 : word >>> 3)))
    yield* made()
  }
  const expected = checksum ? await exactly(reader, 4) : new Uint8Array(0)
  decoder.push(expected)
  decoder.push(new Uint8Array(0), true)
  yield* made()
  if (stated !== null && BigInt(size) !== stated) throw new Error(`a frame has ${size} bytes and says ${stated}`)
  if (checksum && Number(sum.digest() & 0xffffffffn) !== view(expected).getUint32(0, true))
    throw new Error('the checksum of a frame is wrong')
}

async function header(reader: ByteReader): Promise<{ bytes: Uint8Array; checksum: boolean; stated: bigint | null }> {
  const flags = (await reader.peek(5))[4] ?? 0
  const single = (flags & 0x20) !== 0
  const identity = [0, 1, 2, 4][flags & 3]!
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][flags >>> 6]!
  const bytes = await exactly(reader, 5 + (single ? 0 : 1) + identity + sizeBytes)
  const start = bytes.length - sizeBytes
  if (bytes.subarray(start - identity, start).some((byte) => byte !== 0)) throw new Error('it was compressed with a dictionary')
  const number = bytes.subarray(start).reduceRight((all, byte) => (all << 8n) | BigInt(byte), 0n) + (sizeBytes === 2 ? 256n : 0n)
  const exponent = 10 + (bytes[5]! >>> 3)
  const window = single ? Number(number) : 2 ** exponent + (2 ** exponent / 8) * (bytes[5]! & 7)
  if (window > largestWindow)
    throw new Error(`it needs ${Math.ceil(window / 2 ** 20)} MiB of memory, and zstd itself takes no more than 128 unless told`)
  return { bytes, checksum: (flags & 4) !== 0, stated: sizeBytes === 0 ? null : number }
}

/** A copy, since the decoder keeps what it is given. */
async function exactly(reader: ByteReader, length: number): Promise<Uint8Array> {
  const bytes = await reader.take(length)
  if (bytes.length < length) throw new Error('it ends in the middle of a frame')
  return Uint8Array.from(bytes)
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
