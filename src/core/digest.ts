// A digest is a value: an algorithm and bytes. Its spellings live in hash/.

/** The hash algorithms Nix 2.8 knows. md5 and sha1 are read, never written anew. */
export type Algorithm = 'md5' | 'sha1' | 'sha256' | 'sha512'

/** Bytes in a digest, by algorithm. */
export const digestSize: Readonly<Record<Algorithm, number>> = { md5: 16, sha1: 20, sha256: 32, sha512: 64 }

/** The value of a hash function; `bytes.length` is `digestSize[algorithm]`. */
export interface Digest {
  readonly algorithm: Algorithm
  readonly bytes: Uint8Array
}

/** Whether two digests are of one algorithm and byte for byte the same. */
export function sameDigest(a: Digest, b: Digest): boolean {
  return a.algorithm === b.algorithm && a.bytes.length === b.bytes.length && a.bytes.every((byte, i) => byte === b.bytes[i])
}
