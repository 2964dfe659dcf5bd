// The text of a checksum file to what it says about an asset. Pure.
import { type Algorithm, type Digest, sameDigest } from '../core/digest.ts'
import { hexDigest } from './hex-digest.ts'

/** One line of a checksum file. */
export interface ChecksumLine {
  readonly digest: Digest
  /** As written; null where the line is a bare hash. */
  readonly name: string | null
}

/** What a checksum file says about one asset. */
export type Verdict =
  /** One for each algorithm that it speaks, in its order. */
  | { readonly says: 'digests'; readonly digests: readonly Digest[] }
  /** Nothing, or nothing that is certainly about this asset. */
  | { readonly says: 'nothing' }
  /** Two lines that differ. */
  | { readonly says: 'disagreement' }

// Also `sha256:hash  name`; coreutils write a backslash before the hash where the name holds escapes.
const plain = /^\\?(?:sha(?:256|512):)?([0-9a-f]{64}|[0-9a-f]{128})(?:\s+\*?(\S.*))?$/i
// OpenSSL writes the same without spaces, and since its version 3 `SHA2-256`.
const bsd = /^SHA(?:2?-)?(256|512)\s*\((.+)\)\s*=\s*([0-9a-f]+)$/i

/**
 * The lines that hold a sha256 or sha512, in order: `hash  name`, `hash *name`, a bare hash, `SHA256 (name) = hash`; hexadecimal of
 * either case, either line ending. Every other line is passed over.
 */
export function parseChecksums(text: string): readonly ChecksumLine[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n?|\n/)
  return lines.map((line) => parseLine(line.trim())).filter((line) => line !== null)
}

function parseLine(line: string): ChecksumLine | null {
  const [, bits, bsdName, bsdHex] = bsd.exec(line) ?? []
  if (bits !== undefined && bsdName !== undefined && bsdHex !== undefined) {
    const digest = hexDigest(bsdHex)
    return digest?.algorithm === `sha${bits}` ? { digest, name: bsdName } : null
  }
  const [, hex, name] = plain.exec(line) ?? []
  const digest = hex === undefined ? null : hexDigest(hex)
  // `-` is what sha256sum calls its standard input.
  return digest === null ? null : { digest, name: name === undefined || name === '-' ? null : name }
}

/** How a checksum file relates to the asset: `sidecar` speaks of this one alone, so that its name need not be repeated inside. */
export interface ChecksumSource {
  readonly kind: 'sidecar' | 'list'
  /** The algorithm that the file's name announces; null where it announces none. */
  readonly algorithm: Algorithm | null
}

/**
 * What the lines say about this asset. Names are compared whole first, then without their directories, then as GitHub rewrites them.
 * A bare hash counts in a sidecar that holds nothing else. A line under another name never counts: it may be the binary inside.
 */
export function digestFor(asset: string, lines: readonly ChecksumLine[], { kind, algorithm }: ChecksumSource): Verdict {
  const fitting = lines.filter(({ digest }) => algorithm === null || digest.algorithm === algorithm)
  const own = named(asset, fitting)
  const found = own.length > 0 ? own : kind === 'sidecar' && lines.length === 1 ? fitting.filter(({ name }) => name === null) : []
  const digests: Digest[] = []
  for (const { digest } of found) {
    const same = digests.find((each) => each.algorithm === digest.algorithm)
    if (same === undefined) digests.push(digest)
    else if (!sameDigest(same, digest)) return { says: 'disagreement' }
  }
  return digests.length === 0 ? { says: 'nothing' } : { says: 'digests', digests }
}

function named(asset: string, lines: readonly ChecksumLine[]): readonly ChecksumLine[] {
  const same: readonly ((name: string) => boolean)[] = [
    (name) => name.replace(/^\.\//, '') === asset,
    (name) => baseName(name) === asset,
    (name) => rewritten(baseName(name)) === rewritten(asset),
  ]
  const found = same.map((fits) => lines.filter(({ name }) => name !== null && fits(name)))
  return found.find((each) => each.length > 0) ?? []
}

function baseName(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
}

/**
 * A name as GitHub keeps it: without accents, a dot for every run of other characters, no dots at the ends. What it did with `+` and
 * `@` has changed over time, so they count as dots on both sides of the comparison.
 */
export function rewritten(name: string): string {
  const ascii = name.normalize('NFKD').replace(/\p{M}/gu, '')
  return ascii.replace(/[^A-Za-z0-9_-]+/g, '.').replace(/^\.|\.$/g, '')
}
