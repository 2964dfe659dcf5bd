// A hash that does not hold and what the forge says of the file → replaced upstream, a corrupt download, or a mismatch that tells no more.
import type { Digest } from '../core/digest.ts'
import { sameDigest } from '../core/digest.ts'
import type { Asset, Release } from '../core/release.ts'
import { printDigest } from '../hash/spelling.ts'
import { timeOf } from '../pin/age.ts'
import { Refusal } from './refusal.ts'
import type { Disagreement } from './weigh.ts'

/** What differs, and from what. */
export interface Difference {
  /** Such as `flake.nix:12 holds 0abc… for x86_64-linux`. */
  readonly held: string
  readonly url: string
  /** The hash found, in the spelling of the file; null where there is none. */
  readonly found: string | null
  readonly asset: Asset | null
  readonly release: Release | null
}

/** Uploads that follow a release's publication by less than this are taken for a part of it. */
const uploading = 10 * 60_000

/**
 * When the asset was put there, ISO 8601, where that was after its release was published by more than an upload takes, or by anything at all where the forge's
 * digest agrees with the new bytes; null where nothing says that it was replaced. Nobody can replace a file of an immutable release.
 */
export function replacedAt(asset: Asset | null, release: Release | null, digestAgrees: boolean): string | null {
  const published = timeOf(release?.publishedAt)
  const changed = timeOf(asset?.updatedAt)
  if (asset === null || release === null || release.immutable || published === null || changed === null) return null
  return changed - published > (digestAgrees ? 0 : uploading) ? asset.updatedAt : null
}

/** The refusal for a hash that is not that of what was found; `repin` says how to take it all the same, null where that is done. The forge's digest, where it has one, has been compared with the bytes and agrees. */
export function differs({ held, url, found, asset, release }: Difference, repin: string | null): Refusal {
  const advice = repin === null ? '' : `; ${repin}`
  const digestAgrees = asset?.digest != null
  const replaced = replacedAt(asset, release, digestAgrees)
  const what = `${held}, but ${url} is ${found ?? 'something whose hash is not known'}`
  if (replaced !== null) {
    const agrees = digestAgrees ? ", and the forge's digest agrees with the new bytes" : ''
    return new Refusal(
      'drift',
      'replaced-upstream',
      `${what}: replaced upstream at ${replaced}, after ${release!.tag} was published at ${release!.publishedAt}${agrees}${advice}`,
      { at: replaced, publishedAt: release!.publishedAt!, digestAgrees },
    )
  }
  const known = !digestAgrees
    ? 'whether it was replaced upstream cannot be told'
    : release?.immutable === true
      ? 'the release is immutable, so the hash in the file was never right'
      : "the forge's digest agrees with these bytes, and nothing says that they were replaced"
  return new Refusal('mismatch', 'hash-differs', `${what}; ${known}${advice}`)
}

/** What it means for a file's hash of the bytes that these and the forge's digest disagree; null where the hash in the file settles nothing. */
export function disagreementMeans(
  { found, stated, source, url, asset, release }: Disagreement,
  held: Digest,
  where: string,
): Refusal | null {
  if (source !== 'digest' || held.algorithm !== stated.algorithm) return null
  const [bytes, digest] = [printDigest(found, 'sri'), printDigest(stated, 'sri')]
  if (sameDigest(held, stated))
    return new Refusal(
      'mismatch',
      'corrupt-download',
      `${where}, as the forge's digest does, but the bytes that came from ${url} are ${bytes}: a corrupt download, or one of stale bytes; try again`,
    )
  const replaced = replacedAt(asset, release, true)
  if (sameDigest(held, found) && replaced !== null)
    return new Refusal(
      'drift',
      'replaced-upstream',
      `${where}, which are the bytes that still come from ${url}, but the forge's digest is ${digest}: replaced upstream at ${replaced}, and the new bytes are not served yet`,
      { at: replaced, publishedAt: release!.publishedAt!, digestAgrees: false },
    )
  return null
}
