// Hexadecimal digits to a digest, by their number. Pure.
import { type Algorithm, type Digest, digestSize } from '../core/digest.ts'

const algorithms = Object.entries(digestSize) as readonly (readonly [Algorithm, number])[]

/** The digest of this many hexadecimal digits, of either case; null for other texts and lengths. */
export function hexDigest(hex: string): Digest | null {
  const algorithm = algorithms.find(([, size]) => size * 2 === hex.length)?.[0]
  if (algorithm === undefined || !/^[0-9a-f]*$/i.test(hex)) return null
  return { algorithm, bytes: Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16)) }
}
