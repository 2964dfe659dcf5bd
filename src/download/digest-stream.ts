// A stream of bytes to its digests, in one pass and with no memory of the bytes.
import { createHash, type Hash } from 'node:crypto'
import type { Algorithm } from '../core/digest.ts'
import type { Downloaded } from './types.ts'

/** Hash functions that run side by side. */
export interface Hashing {
  update(chunk: Uint8Array): void
  /** Bytes so far. */
  readonly size: number
  /** To be called once, at the end. */
  result(): Downloaded
}

/** Begins hashing with every algorithm. */
export function hashing(algorithms: readonly Algorithm[]): Hashing {
  const hashes = new Map<Algorithm, Hash>(algorithms.map((algorithm) => [algorithm, createHash(algorithm)]))
  let size = 0
  return {
    update(chunk) {
      size += chunk.length
      for (const hash of hashes.values()) hash.update(chunk)
    },
    get size() {
      return size
    },
    result() {
      const digests = [...hashes].map(([algorithm, hash]) => [algorithm, { algorithm, bytes: new Uint8Array(hash.digest()) }] as const)
      return { size, digests: new Map(digests) }
    },
  }
}

/** Hashes a file's or standard input's bytes as they come. What the stream throws passes through; an empty stream has digests too. */
export async function digestStream(readable: AsyncIterable<Uint8Array | string>, algorithms: readonly Algorithm[]): Promise<Downloaded> {
  const state = hashing(algorithms)
  for await (const chunk of readable) state.update(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  return state.result()
}
