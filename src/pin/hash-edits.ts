// A fetch's hash literals and a digest → the edits that write it, each literal in the spelling it had.
import type { Algorithm, Digest } from '../core/digest.ts'
import type { SpellingName } from '../core/report.ts'
import { type Spelling, isPlaceholder, parseDigest, printDigest } from '../hash/spelling.ts'
import type { FetchHash } from '../nix/evaluate/fetchers.ts'
import { type FileEdit, wholeEdit } from './literal-edit.ts'
import type { Pin, PinFetch } from './pin.ts'

/** What a hash literal says. */
export type ReadHash =
  | { readonly kind: 'digest'; readonly digest: Digest; readonly spelling: Spelling }
  | { readonly kind: 'placeholder'; readonly algorithm: Algorithm }
  | { readonly kind: 'malformed'; readonly message: string }

/** Reads a hash literal with what its attribute's name says of it. */
export function readHash({ value, algorithm }: FetchHash): ReadHash {
  if (isPlaceholder(value.text)) {
    const named = /^(md5|sha1|sha256|sha512)[:-]/.exec(value.text)?.[1] as Algorithm | undefined
    return { kind: 'placeholder', algorithm: algorithm ?? named ?? (value.text.length === 128 ? 'sha512' : 'sha256') }
  }
  const parsed = parseDigest(value.text, algorithm === null ? {} : { algorithm })
  return parsed.ok ? { kind: 'digest', digest: parsed.digest, spelling: parsed.spelling } : { kind: 'malformed', message: parsed.message }
}

/** Whether a hash of the fetch is still to be filled in. */
export const hasPlaceholder = (fetch: PinFetch): boolean => fetch.hashes.some((hash) => readHash(hash).kind === 'placeholder')

/** The algorithms a pin's hashes ask for; sha256 always, since evidence speaks it. */
export function algorithmsOf(hashes: readonly FetchHash[]): Algorithm[] {
  const found = new Set<Algorithm>(['sha256'])
  for (const hash of hashes) {
    const read = readHash(hash)
    if (read.kind === 'digest') found.add(read.digest.algorithm)
    else if (read.kind === 'placeholder') found.add(read.algorithm)
  }
  return [...found]
}

/** The spelling a placeholder is filled in: that of the pin's other hashes under the same attribute, else what the attribute calls for. */
function spellingFor(hash: FetchHash, pin: Pin): Spelling {
  for (const fetch of pin.fetches)
    for (const other of fetch.hashes) {
      const read = other.attribute === hash.attribute ? readHash(other) : null
      if (read?.kind === 'digest') return read.spelling
    }
  const sri = hash.value.text.startsWith('sha') || onlySri(hash) || hash.attribute === 'outputHash'
  return { name: sri ? 'sri' : 'nix32', prefixed: false }
}

/** Whether the attribute takes the algorithm from the hash itself. */
const onlySri = ({ attribute, algorithm }: FetchHash): boolean => attribute === 'hash' || (attribute === 'outputHash' && algorithm === null)

/** Why a hash cannot be spelled so where it stands, or null. */
export function spellingProblem(hash: FetchHash, spelling: SpellingName): string | null {
  return onlySri(hash) && spelling !== 'sri' ? `the attribute ${hash.attribute} takes SRI hashes only` : null
}

/** How a hash is spelled, also where it is still to be filled in; `wanted` goes before what the file has. */
export function spellingOf(hash: FetchHash, pin: Pin, wanted: SpellingName | null = null): Spelling {
  const read = readHash(hash)
  const held = read.kind === 'digest' ? read.spelling : spellingFor(hash, pin)
  return wanted === null || held.name === wanted ? held : { name: wanted, prefixed: false }
}

/** The name of a hash's spelling, for reports. */
export const spellingName = (hash: FetchHash, pin: Pin): SpellingName => spellingOf(hash, pin).name

/** The literal's new text and the edit that writes it; the edit is null where the literal cannot be edited. */
export function hashEdit(
  hash: FetchHash,
  digest: Digest,
  pin: Pin,
  wanted: SpellingName | null = null,
): { readonly text: string; readonly edit: FileEdit | null } {
  const text = printDigest(digest, spellingOf(hash, pin, wanted))
  return { text, edit: wholeEdit(hash.value, text) }
}
