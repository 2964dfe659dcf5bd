// Hashes in any spelling → the same in another one. Pure.
import type { Algorithm } from '../core/digest.ts'
import type { HashDocument, SpellingName } from '../core/report.ts'
import { parseDigest, printDigest } from '../hash/spelling.ts'

/** In the order given; what is no hash has the reason `bad-hash`, and the others go on. `algorithm` settles what the length leaves open. */
export function convertHashes(hashes: readonly string[], to: SpellingName, algorithm: Algorithm | null): HashDocument {
  return {
    hashes: hashes.map((input) => {
      const parsed = parseDigest(input, algorithm === null ? {} : { algorithm })
      if (!parsed.ok) return { input, hash: null, size: null, reason: { code: 'bad-hash', message: parsed.message } }
      return { input, hash: printDigest(parsed.digest, to), size: null }
    }),
  }
}
