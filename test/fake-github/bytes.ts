// Size and seed become bytes that are the same every time, at any offset, and are never held whole.
import { createCipheriv, createHash } from 'node:crypto'

/** What an asset holds: the bytes themselves, or how many to make up and from which seed. */
export type Bytes = Uint8Array | Generated

/** `generate` bytes that depend on `seed` alone; one seed's shorter content is a prefix of its longer one. */
export interface Generated {
  readonly generate: number
  readonly seed: string
}

const blockSize = 16
const chunkSize = 256 * 1024
const zeros = new Uint8Array(chunkSize)

export function sizeOf(bytes: Bytes): number {
  return bytes instanceof Uint8Array ? bytes.length : bytes.generate
}

/** The bytes from `start` to before `end`, in pieces of at most `piece` bytes. */
export function* piecesOf(bytes: Bytes, start = 0, end: number = sizeOf(bytes), piece: number = chunkSize): Generator<Uint8Array> {
  if (bytes instanceof Uint8Array) {
    for (let at = start; at < end; at += piece) yield bytes.subarray(at, Math.min(end, at + piece))
    return
  }
  // The key stream of AES in counter mode: as fast as memory, and any block is reached by its number.
  const counter = Buffer.alloc(blockSize)
  counter.writeBigUInt64BE(BigInt(Math.floor(start / blockSize)), 8)
  const key = createHash('sha256').update(bytes.seed).digest().subarray(0, blockSize)
  const stream = createCipheriv('aes-128-ctr', key, counter)
  stream.update(zeros.subarray(0, start % blockSize))
  for (let at = start; at < end;) {
    const length = Math.min(end - at, piece, chunkSize)
    yield stream.update(zeros.subarray(0, length))
    at += length
  }
}

/** All bytes at once: for small content only. */
export function wholeOf(bytes: Bytes): Uint8Array {
  return bytes instanceof Uint8Array ? bytes : Buffer.concat([...piecesOf(bytes)])
}

const digests = new WeakMap<Bytes, Map<string, string>>()

/** The digest in lower-case hex. Remembered by identity: content is replaced by new content, never changed in place. */
export function hexDigest(bytes: Bytes, algorithm: 'sha256' | 'sha512' = 'sha256'): string {
  const known = digests.get(bytes) ?? new Map<string, string>()
  digests.set(bytes, known)
  let hex = known.get(algorithm)
  if (hex === undefined) {
    const hash = createHash(algorithm)
    for (const piece of piecesOf(bytes)) hash.update(piece)
    hex = hash.digest('hex')
    known.set(algorithm, hex)
  }
  return hex
}

/** A strong entity tag, quotes included: other bytes have another. */
export function entityTag(bytes: Bytes): string {
  const identity =
    bytes instanceof Uint8Array ? hexDigest(bytes) : createHash('sha256').update(`${bytes.seed}\n${bytes.generate}`).digest('hex')
  return `"0x${identity.slice(0, 15).toUpperCase()}"`
}
