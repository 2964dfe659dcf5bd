// A release and the name of an asset to what the release itself says about the asset's bytes.
import type { Digest } from '../core/digest.ts'
import { NetworkError } from '../core/errors.ts'
import type { Asset, Release } from '../core/release.ts'
import type { EvidenceName } from '../core/report.ts'
import type { Downloads } from '../download/types.ts'
import { type ChecksumLine, digestFor, parseChecksums } from './checksums.ts'
import { checksumFiles } from './checksum-files.ts'

/** A digest that the asset should have, and who says so: `digest`, or a checksum file's name. */
export interface Expectation {
  readonly source: EvidenceName
  readonly digest: Digest
}

/** A checksum file that gave no evidence although it should have, and why. */
export interface Doubt {
  readonly source: EvidenceName
  readonly message: string
}

/** All that a release says about one asset. */
export interface Gathered {
  /** The forge's digest first, then checksum files in the order of `checksumFiles`. */
  readonly expected: readonly Expectation[]
  /** Could not be read just now, or is there and not understood: this is never the same as absent. */
  readonly unavailable: readonly Doubt[]
  /** Says two different things about the asset, so neither counts. */
  readonly contradictory: readonly Doubt[]
}

/** Gathers evidence; reads every checksum file at most once, however many assets ask for it at the same time. */
export interface Evidence {
  /** Throws what is no NetworkError. An asset that the release does not have has no evidence. */
  readonly gather: (release: Release, asset: string) => Promise<Gathered>
}

/** Checksum files are small: 1,000 assets with long names make 200 kB. */
const mostBytes = 1024 * 1024

/** Makes a gatherer that reads checksum files through these downloads. */
export function evidence(downloads: Pick<Downloads, 'text'>): Evidence {
  const read = new Map<string, Promise<readonly ChecksumLine[] | NetworkError>>()
  const linesOf = async (file: Asset): Promise<readonly ChecksumLine[] | NetworkError> => {
    const known = read.get(file.url) ?? fetchLines(file, downloads)
    read.set(file.url, known)
    return known
  }
  return {
    gather: async (release, name) => {
      const assets = new Map(release.assets.map((asset) => [asset.name, asset]))
      const { digest = null, oddDigest = false } = assets.get(name) ?? {}
      const files = assets.has(name) ? checksumFiles(name, [...assets.keys()]) : []
      const verdicts = await Promise.all(
        files.map(async (file) => {
          const asset = assets.get(file.name)
          const lines = asset === undefined ? [] : await linesOf(asset)
          // A list that names other files has nothing of this one; from what is about this one alone, or nobody understands, that does not follow.
          const mayBe = lines instanceof NetworkError || lines.length === 0 || file.kind === 'sidecar'
          return { source: file.name, verdict: lines instanceof NetworkError ? lines : digestFor(name, lines, file), mayBe }
        }),
      )
      const expected: Expectation[] = digest === null ? [] : [{ source: 'digest', digest }]
      const unavailable: Doubt[] = oddDigest
        ? [{ source: 'digest', message: `the forge's digest of ${name} is in a form that is not known` }]
        : []
      const contradictory: Doubt[] = []
      for (const { source, verdict, mayBe } of verdicts) {
        if (verdict instanceof NetworkError) unavailable.push({ source, message: `${source} could not be read: ${verdict.message}` })
        else if (verdict.says === 'digests') expected.push(...verdict.digests.map((each) => ({ source, digest: each })))
        else if (verdict.says === 'disagreement')
          contradictory.push({ source, message: `${source} names two different hashes for ${name}` })
        else if (mayBe) unavailable.push({ source, message: `${source} says nothing of ${name} that is understood` })
      }
      return { expected, unavailable, contradictory }
    },
  }
}

async function fetchLines(file: Asset, downloads: Pick<Downloads, 'text'>): Promise<readonly ChecksumLine[] | NetworkError> {
  try {
    return parseChecksums(await downloads.text(file.url, mostBytes))
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error
    // A private repository's files answer only at their address in the API.
    if (error.code !== 'not-found') return error
  }
  try {
    return parseChecksums(await downloads.text(file.apiUrl, mostBytes))
  } catch (error) {
    if (error instanceof NetworkError) return error
    throw error
  }
}
