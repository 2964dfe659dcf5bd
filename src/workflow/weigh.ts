// An asset → digests to rely on: its bytes, weighed against everything its release says about them.
import type { Algorithm, Digest } from '../core/digest.ts'
import { sameDigest } from '../core/digest.ts'
import type { Asset, Release } from '../core/release.ts'
import type { EvidenceName, Warning } from '../core/report.ts'
import { checksumFiles } from '../forge/checksum-files.ts'
import type { Evidence, Expectation } from '../forge/evidence.ts'
import { printDigest } from '../hash/spelling.ts'
import type { Digested, Digests } from './digests.ts'
import { Refusal } from './refusal.ts'
import type { TreeRule } from './unpacking.ts'

/** What is weighed. */
export interface Subject {
  readonly url: string
  readonly asset: Asset | null
  readonly release: Release | null
  readonly algorithms: readonly Algorithm[]
  /** What of the asset the file's hashes are of; null: its bytes. */
  readonly tree: TreeRule | null
  readonly label: string
}

export interface Weighed {
  /** Of what the file's hashes are of: the bytes, or the tree. */
  readonly digests: ReadonlyMap<Algorithm, Digest>
  /** Bytes; null where nobody said. */
  readonly size: number | null
  readonly evidence: readonly EvidenceName[]
  readonly warnings: readonly Warning[]
}

/** Steps 5 and 6 for all assets of a pin. Every one is waited for; of several that fail the first in order is thrown, however long each took. */
export async function weighAll(subjects: readonly Subject[], tools: { digests: Digests; evidence: Evidence; download: boolean }): Promise<Weighed[]> {
  const settled = await Promise.allSettled(subjects.map((subject) => weigh(subject, tools)))
  return settled.map((each) => {
    if (each.status === 'rejected') throw each.reason
    return each.value
  })
}

/** Steps 5 and 6 for one asset. Throws Refusal where evidence disagrees or is missing, and what Downloads throws. */
export async function weigh(subject: Subject, tools: { digests: Digests; evidence: Evidence; download: boolean }): Promise<Weighed> {
  const { asset, release, url } = subject
  const listed = asset !== null && release !== null ? { asset, release } : null
  const gathering = listed === null ? null : tools.evidence.gather(listed.release, listed.asset.name)
  // Evidence and bytes come at the same time: neither waits for the other.
  const [gathered, digested] = await Promise.all([gathering, tools.download ? download(subject, tools.digests) : null])
  const expected = gathered?.expected ?? []
  const warnings: Warning[] = [...(gathered?.unavailable ?? []), ...(gathered?.contradictory ?? [])].map(({ message }) => ({ code: 'evidence-unavailable', message }))
  agree(expected, url)
  if (digested === null) return { ...withoutBytes(subject, expected), warnings }
  const { digests, size, tree: unpacked } = digested
  for (const { source, digest } of expected) {
    const found = digests.get(digest.algorithm)
    if (found !== undefined && !sameDigest(found, digest))
      throw new Refusal('refused', 'evidence-disagrees', `the bytes of ${url} are ${printDigest(found, 'sri')}, but ${named(source)} says ${printDigest(digest, 'sri')}; they should agree, so this pin is left alone`)
  }
  return { digests: unpacked ?? digests, size, evidence: ['bytes', ...expected.map(({ source }) => source)], warnings }
}

/** sha512 only where a checksum file may speak it; what the file's own hashes need in any case. */
function download({ asset, release, url, label, tree: rule, algorithms }: Subject, digests: Digests): Promise<Digested> {
  const files = asset === null || release === null ? [] : checksumFiles(asset.name, release.assets.map((each) => each.name))
  const spoken = files.some((file) => file.algorithm !== 'sha256') ? (['sha512'] as const) : []
  const flat = [...new Set<Algorithm>(['sha256', ...spoken, ...(rule === null ? algorithms : [])])]
  const tree = rule === null ? null : { rule, algorithms }
  return digests.of({ url, otherwise: asset?.apiUrl ?? null, algorithms: flat, tree, size: asset?.size ?? null, label })
}

const named = (source: EvidenceName): string => (source === 'digest' ? "the forge's digest" : source)

/** Two sources that contradict each other leave nothing to believe. */
function agree(expected: readonly Expectation[], url: string): void {
  for (const a of expected)
    for (const b of expected)
      if (a.digest.algorithm === b.digest.algorithm && !sameDigest(a.digest, b.digest))
        throw new Refusal(
          'refused',
          'evidence-disagrees',
          `${named(a.source)} of ${url} says ${printDigest(a.digest, 'sri')}, but ${named(b.source)} says ${printDigest(b.digest, 'sri')}; they should agree, so this pin is left alone`,
        )
}

function withoutBytes({ url, asset, algorithms, tree }: Subject, expected: readonly Expectation[]): Omit<Weighed, 'warnings'> {
  if (tree !== null) throw new Refusal('refused', 'no-evidence', `The hash of ${url} is that of the unpacked tree, which no digest of the bytes tells; leave out --no-download`)
  const digests = new Map(expected.map(({ digest }) => [digest.algorithm, digest]))
  const missing = algorithms.filter((algorithm) => !digests.has(algorithm))
  if (missing.length > 0)
    throw new Refusal('refused', 'no-evidence', `Neither the forge nor a checksum file says the ${missing.join(' and ')} of ${url}; leave out --no-download to hash the bytes`)
  return { digests, size: asset?.size ?? null, evidence: expected.map(({ source }) => source) }
}
