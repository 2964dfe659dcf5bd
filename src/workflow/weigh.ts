// An asset → digests to rely on: its bytes, weighed against everything its release says about them.
import type { Algorithm, Digest } from '../core/digest.ts'
import { sameDigest } from '../core/digest.ts'
import type { Asset, Release } from '../core/release.ts'
import type { EvidenceName, Warning } from '../core/report.ts'
import { checksumFiles } from '../forge/checksum-files.ts'
import type { Evidence, Expectation, Gathered } from '../forge/evidence.ts'
import { printDigest } from '../hash/spelling.ts'
import { type AttestedAs, type Attesting, attest, beginToAttest } from './attest.ts'
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
  /** The forge could not be asked what it has: then what it might say of the asset is not absent. */
  readonly unasked?: boolean
}

/** The bytes are not what a source of evidence says. */
export class Disagreement extends Refusal {
  readonly found: Digest
  readonly stated: Digest
  readonly source: EvidenceName
  readonly url: string
  readonly asset: Asset | null
  readonly release: Release | null
  constructor(message: string, { url, asset, release }: Subject, found: Digest, { source, digest }: Expectation) {
    super('refused', 'evidence-disagrees', message)
    this.found = found
    this.stated = digest
    this.source = source
    this.url = url
    this.asset = asset
    this.release = release
  }
}

export interface Weighed {
  /** Of what the file's hashes are of: the bytes, or the tree. */
  readonly digests: ReadonlyMap<Algorithm, Digest>
  /** Bytes; null where nobody said. */
  readonly size: number | null
  /** What held, what there is none of, and what there is or may be and could not be looked at or understood. */
  readonly evidence: readonly EvidenceName[]
  readonly absent: readonly EvidenceName[]
  readonly unchecked: readonly EvidenceName[]
  readonly warnings: readonly Warning[]
  /** Why the bytes are not to be taken although nothing contradicts them: what is asked about attestations is not met. */
  readonly refusal: Refusal | null
}

/** What is weighed with. */
interface Scales {
  readonly digests: Digests
  readonly evidence: Evidence
  readonly download: boolean
  /** Null where nobody asks for attestations. */
  readonly attesting: Attesting | null
}

/**
 * Steps 5 and 6 for all assets of a pin. Every one is waited for; of several that fail the first in order is thrown, however long each took, and a `refusal` is
 * thrown as well.
 */
export async function weighAll(subjects: readonly Subject[], tools: Scales): Promise<Weighed[]> {
  const settled = await Promise.allSettled(subjects.map((subject) => weigh(subject, tools)))
  return settled.map((each) => {
    if (each.status === 'rejected') throw each.reason
    if (each.value.refusal !== null) throw each.value.refusal
    return each.value
  })
}

/** Steps 5 and 6 for one asset. Throws Refusal where evidence disagrees or is missing, and what Downloads throws. */
export async function weigh(subject: Subject, tools: Scales): Promise<Weighed> {
  const { asset, release, url } = subject
  const listed = asset !== null && release !== null ? { asset, release } : null
  const gathering = listed === null ? null : tools.evidence.gather(listed.release, listed.asset.name)
  beginToAttest(tools.attesting, asset?.digest ?? null)
  // Evidence and bytes come at the same time: neither waits for the other.
  const [gathered, digested] = await Promise.all([gathering, tools.download ? download(subject, tools.digests) : null])
  const expected = gathered?.expected ?? []
  const warnings: Warning[] = [...(gathered?.unavailable ?? []), ...(gathered?.contradictory ?? [])].map(({ message }) => ({
    code: 'evidence-unavailable',
    message,
  }))
  agree(expected, url)
  const other = otherEvidence(subject, gathered)
  if (digested === null) {
    const found = withoutBytes(subject, expected, other.held)
    const stated = expected.find(({ digest }) => digest.algorithm === 'sha256')?.digest ?? null
    const attested = await attest(tools.attesting, url, stated)
    return {
      ...found,
      ...together(found.evidence, other, attested),
      warnings: [...warnings, ...attested.warnings],
      refusal: attested.refusal,
    }
  }
  const { digests, size, tree } = digested
  for (const expectation of expected) {
    const { source, digest } = expectation
    const found = digests.get(digest.algorithm)
    if (found !== undefined && !sameDigest(found, digest))
      throw new Disagreement(
        `the bytes of ${url} are ${printDigest(found, 'sri')}, but ${named(source)} says ${printDigest(digest, 'sri')}; they should agree, so this pin is left alone`,
        subject,
        found,
        expectation,
      )
  }
  const file = tree?.remarks.substituted ?? null
  if (file !== null && asset === null && isMadeOnDemand(url))
    warnings.push({
      code: 'unstable-archive',
      message: `${url} has ${Buffer.from(file, 'latin1').toString('utf8')}, by which git writes what it knows at the time of archiving into files (export-subst): the same version may have another hash later`,
    })
  const attested = await attest(tools.attesting, url, digests.get('sha256') ?? null)
  const held = ['bytes', ...sources(expected), ...other.held]
  return {
    digests: tree?.digests ?? digests,
    size,
    ...together(held, other, attested),
    warnings: [...warnings, ...attested.warnings],
    refusal: attested.refusal,
  }
}

type Seen = Pick<Weighed, 'absent' | 'unchecked'>

function together(held: readonly EvidenceName[], other: Seen, attested: AttestedAs): Pick<Weighed, 'evidence' | 'absent' | 'unchecked'> {
  return {
    evidence: [...held, ...attested.held],
    absent: [...other.absent, ...attested.absent],
    unchecked: [...other.unchecked, ...attested.unchecked],
  }
}

/** What there is besides the bytes and the digests that agree with them. */
function otherEvidence(
  { asset, release, unasked }: Subject,
  gathered: Gathered | null,
): { held: EvidenceName[]; absent: EvidenceName[]; unchecked: EvidenceName[] } {
  if (asset === null || release === null || gathered === null) {
    const all = ['digest', 'checksums', 'immutable']
    return unasked === true ? { held: [], absent: [], unchecked: all } : { held: [], absent: all, unchecked: [] }
  }
  const unchecked = [...gathered.unavailable, ...gathered.contradictory].map(({ source }) => source)
  const lists = [...sources(gathered.expected), ...unchecked].some((source) => source !== 'digest')
  return {
    held: release.immutable ? ['immutable'] : [],
    absent: [
      ...(asset.digest === null && asset.oddDigest !== true ? ['digest'] : []),
      ...(lists ? [] : ['checksums']),
      ...(release.immutable ? [] : ['immutable']),
    ],
    unchecked,
  }
}

/** Whether a forge makes the archive from git when it is asked for, rather than keep what somebody uploaded. */
function isMadeOnDemand(url: string): boolean {
  return /^https?:\/\/(?:codeload\.|[^?#]*\/(?:archive|tarball|zipball|snapshot|get)\/)/.test(url)
}

/** sha512 only where a checksum file may speak it; what the file's own hashes need in any case. */
function download({ asset, release, url, label, tree: rule, algorithms }: Subject, digests: Digests): Promise<Digested> {
  const files =
    asset === null || release === null
      ? []
      : checksumFiles(
          asset.name,
          release.assets.map((each) => each.name),
        )
  const spoken = files.some((file) => file.algorithm !== 'sha256') ? (['sha512'] as const) : []
  const flat = [...new Set<Algorithm>(['sha256', ...spoken, ...(rule === null ? algorithms : [])])]
  const tree = rule === null ? null : { rule, algorithms }
  return digests.of({ url, otherwise: asset?.apiUrl ?? null, algorithms: flat, tree, size: asset?.size ?? null, label })
}

/** Each once: a checksum file may speak two algorithms. */
const sources = (expected: readonly Expectation[]): readonly EvidenceName[] => [...new Set(expected.map(({ source }) => source))]

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

function withoutBytes(
  { url, asset, algorithms, tree }: Subject,
  expected: readonly Expectation[],
  held: readonly EvidenceName[],
): Omit<Weighed, 'warnings' | 'absent' | 'unchecked' | 'refusal'> {
  if (tree !== null)
    throw new Refusal(
      'refused',
      'no-evidence',
      `The hash of ${url} is that of the unpacked tree, which no digest of the bytes tells; leave out --no-download`,
    )
  const digests = new Map(expected.map(({ digest }) => [digest.algorithm, digest]))
  const missing = algorithms.filter((algorithm) => !digests.has(algorithm))
  if (missing.length > 0)
    throw new Refusal(
      'refused',
      'no-evidence',
      `Neither the forge nor a checksum file says the ${missing.join(' and ')} of ${url}; leave out --no-download to hash the bytes`,
    )
  return { digests, size: asset?.size ?? null, evidence: [...sources(expected), ...held] }
}
