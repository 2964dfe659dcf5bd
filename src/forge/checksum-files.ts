// The names of a release's assets to those that may hold the checksum of one of them. Pure.
import type { ChecksumSource } from './checksums.ts'

/** A checksum file by its name, and how it relates to the asset. */
export interface ChecksumFile extends ChecksumSource {
  readonly name: string
}

const sidecarEnding = /[.-](sha256|sha512)(sums|sum|)(?:\.txt)?$/i
const sums = '(?:checksums?|sha-?(?:256|512)?-?sums?(?:256|512)?)'
/** The end decides: this refuses signatures, certificates and provenance, whatever they are called. */
const listNames = [
  new RegExp(`(?:^|[^a-z0-9])${sums}(?:[._-].*)?\\.txt$`, 'i'),
  new RegExp(`(?:^|[^a-z0-9])${sums}(?:[._-]sha-?(?:256|512)(?:sums?)?)?$`, 'i'),
  /^sha-?(?:256|512)(?:\.txt)?$/i,
]
const otherSum = /(?:^|[^a-z0-9])(?:md5|sha1|sha224|sha384|sha3|b2|b3|blake\w*|crc32)(?:sums?)?(?:[^a-z0-9]|$)/i

/**
 * The checksum files for `asset` among the names of a release, sidecars first, each group in the release's order. Other assets'
 * sidecars, signatures (`.sig`, `.asc`, `.pem`, …) and sums other than sha256 and sha512 are none.
 */
export function checksumFiles(asset: string, names: readonly string[]): readonly ChecksumFile[] {
  const all = new Set(names)
  const files = names.filter((name) => name !== asset).map((name) => fileFor(asset, name, all))
  const found = files.filter((file) => file !== null)
  return [...found.filter(({ kind }) => kind === 'sidecar'), ...found.filter(({ kind }) => kind === 'list')]
}

function fileFor(asset: string, name: string, all: ReadonlySet<string>): ChecksumFile | null {
  const [end, algorithm = '', plural] = sidecarEnding.exec(name) ?? []
  const owner = end === undefined ? null : name.slice(0, -end.length)
  if (owner === asset) return { name, kind: 'sidecar', algorithm: announced(algorithm) }
  if (otherSum.test(name) || (owner !== null && all.has(owner))) return null
  // `tool.sha256` beside `tool.tar.gz` may be about the binary inside: it is read as a list, which has to name the asset. One with
  // another stem is about something else.
  const fits =
    owner !== null && plural !== 'sums' && !/checksums?$/i.test(owner) ? asset.startsWith(owner) : listNames.some((each) => each.test(name))
  return fits ? { name, kind: 'list', algorithm: announced(name) } : null
}

function announced(name: string): ChecksumFile['algorithm'] {
  const has = (number: string): boolean => new RegExp(`sha-?${number}|shasums?${number}`, 'i').test(name)
  if (has('256') === has('512')) return null
  return has('256') ? 'sha256' : 'sha512'
}
