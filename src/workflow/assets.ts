// URLs and a release → the assets they name, each uploaded and not empty; or why not.
import type { Asset, Release, Repository } from '../core/release.ts'
import { parseReleaseUrl } from '../core/release-url.ts'
import { sameDigest } from '../core/digest.ts'
import type { System } from '../core/system.ts'
import { chooseAsset, servesSystem, similarAsset } from '../pin/asset-system.ts'
import { assetTarget } from '../pin/asset-name.ts'
import { insteadOf } from '../pin/coverage.ts'
import { nearest } from '../pin/nearest.ts'
import type { CommentUrl } from '../pin/comment-edits.ts'
import { readHash } from '../pin/hash-edits.ts'
import type { PinFetch } from '../pin/pin.ts'
import { Refusal } from './refusal.ts'

/** The asset a URL names in a release; null where the URL is none of that release's. Throws Refusal where the release lacks it or its upload is broken. */
export function assetAt(url: string, release: Release, system: System): Asset | null {
  const parsed = parseReleaseUrl(url)
  if (parsed === null || parsed.kind !== 'asset' || parsed.tag !== release.tag) return null
  const asset = release.assets.find((each) => each.name === parsed.asset)
  if (asset === undefined) throw missingAsset(parsed.asset, release, system, parsed.repository.name)
  return whole(asset, release)
}

/** As `assetAt`, and null also where the release lacks it: a URL that is not listed may still be served, and the download will say. */
export function listedAt(url: string, release: Release, system: System): Asset | null {
  try {
    return assetAt(url, release, system)
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

/** Throws Refusal `broken-asset` unless the asset is uploaded and not empty. */
export function whole(asset: Asset, release: Release): Asset {
  if (asset.state !== 'uploaded')
    throw new Refusal(
      'refused',
      'broken-asset',
      `The asset ${asset.name} of ${release.tag} is not uploaded (the forge says ${asset.state}); try again later or take another release`,
    )
  if (asset.size === 0)
    throw new Refusal('refused', 'broken-asset', `The asset ${asset.name} of ${release.tag} is empty; take another release`)
  return asset
}

/** The release does not have what the pin would fetch. */
export function missingAsset(name: string, release: Release, system: System, tool = ''): Refusal {
  const names = release.assets.map((asset) => asset.name)
  const near = nearest(name, names)
  const hint =
    names.length === 0
      ? 'the release has no assets'
      : near.length > 0
        ? `the nearest ${near.length === 1 ? 'is' : 'are'} ${near.join(', ')}`
        : `it has ${names.slice(0, 5).join(', ')}`
  const instead = insteadOf(name, system, names, tool)
  return new Refusal(
    'missing',
    'no-asset',
    `${release.tag} has no asset ${name} for ${system}; ${instead === null ? hint : `${instead}; ${hint}`}`,
  )
}

/** How the asset of a builder that cannot be read was found. */
export type ChosenBy = 'digest' | 'comment' | 'name'

/**
 * The asset for one fetch of a builder that cannot be read: in the new release the one that corresponds to today's, which is the one whose digest the file holds,
 * else the one a comment names; else the one that names single out. Throws Refusal `doubt` with the candidates.
 */
export function chosenAsset(
  fetch: PinFetch,
  repository: Repository,
  current: Release | null,
  currentTag: string,
  next: Release,
  comments: readonly CommentUrl[],
): { readonly asset: Asset; readonly by: ChosenBy } {
  const names = next.assets.map((asset) => asset.name)
  const at = (name: string): Asset =>
    whole(
      next.assets.find((asset) => asset.name === name)!,
      next,
    )
  const named = namedToday(fetch, repository, current, currentTag, comments)
  if (named !== null) {
    const name = next.tag === currentTag ? named.name : similarAsset(named.name, currentTag, next.tag, names)
    if (name === null || !names.includes(name))
      throw missingAsset(named.name.replaceAll(currentTag, next.tag), next, fetch.system, repository.name)
    return { asset: at(name), by: named.by }
  }
  const choice = chooseAsset(fetch.system, names, repository.name)
  if (choice.ok) return { asset: at(choice.name), by: 'name' }
  const which = choice.candidates.length > 0 ? `it may be ${choice.candidates.slice(0, 6).join(', ')}` : 'none seems to be for it'
  throw new Refusal(
    'refused',
    'doubt',
    `Which asset of ${next.tag} is for ${fetch.system} is in doubt: ${which}; a comment "# nix-prefetch-url URL" above the hashes settles it`,
  )
}

function namedToday(
  fetch: PinFetch,
  repository: Repository,
  current: Release | null,
  currentTag: string,
  comments: readonly CommentUrl[],
): { name: string; by: ChosenBy } | null {
  const digests = fetch.hashes.flatMap((hash) => {
    const read = readHash(hash)
    return read.kind === 'digest' ? [read.digest] : []
  })
  const held = current?.assets.filter((asset) => asset.digest !== null && digests.some((digest) => sameDigest(digest, asset.digest!))) ?? []
  if (held.length === 1) return { name: held[0]!.name, by: 'digest' }
  const said = comments.flatMap(({ url }) => {
    const parsed = parseReleaseUrl(url)
    return parsed?.kind === 'asset' &&
      parsed.tag === currentTag &&
      parsed.repository.org === repository.org &&
      parsed.repository.name === repository.name
      ? [parsed.asset]
      : []
  })
  const own = [...new Set(said)].filter((name) => servesSystem(assetTarget(name, repository.name), fetch.system))
  return own.length === 1 ? { name: own[0]!, by: 'comment' } : null
}
