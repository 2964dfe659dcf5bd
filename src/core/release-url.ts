// A URL to the release it belongs to, with the places of tag and asset in it. Pure.
import type { Repository } from './release.ts'

/** Offsets into the URL: from, and up to but not including. */
export type UrlSpan = readonly [start: number, end: number]

/** The URL of a release's asset. */
export interface AssetUrl {
  readonly kind: 'asset'
  readonly repository: Repository
  /** Decoded; null for `/releases/latest/download/`. */
  readonly tag: string | null
  readonly latest: boolean
  /** Decoded. */
  readonly asset: string
  readonly tagSpan: UrlSpan | null
  readonly assetSpan: UrlSpan
}

/** The URL of a tag's source archive, which GitHub makes anew when it likes and lists among no assets. */
export interface ArchiveUrl {
  readonly kind: 'archive'
  readonly repository: Repository
  /** Decoded. */
  readonly tag: string
  readonly tagSpan: UrlSpan
}

export type ReleaseUrl = AssetUrl | ArchiveUrl

const repositoryUrl = /^https?:\/\/(?:[^/?#@]*@)?([^/?#@]+)\/([^/?#]+)\/([^/?#]+)/
const latestPath = /^\/releases\/latest\/download\/([^/?#]+)(?=[?#]|$)/
// The tag may hold slashes, encoded or not: the asset is the last segment.
const assetPath = /^\/releases\/download\/([^?#]+)\/([^/?#]+)(?=[?#]|$)/
const archivePath = /^\/archive\/(?:refs\/tags\/)?([^?#]+?)\.(?:tar\.gz|zip)(?=[?#]|$)/
const codeloadPath = /^\/(?:tar\.gz|zip)\/(?:refs\/tags\/)?([^?#]+)(?=[?#]|$)/

/**
 * Reads `https://{server}/{org}/{name}/releases/download/{tag}/{asset}`, `…/releases/latest/download/{asset}` and
 * `…/archive/[refs/tags/]{tag}.tar.gz` (or `.zip`, or codeload's form of it); null for every other URL, also for an archive
 * of a branch or of a commit.
 */
export function parseReleaseUrl(url: string): ReleaseUrl | null {
  const head = repositoryUrl.exec(url)
  if (head === null || !URL.canParse(url)) return null
  const [{ length: offset }, host = '', org = '', name = ''] = head
  const path = url.slice(offset)
  const repository = (server: string): Repository => ({
    server: server.toLowerCase().replace(/^www\.(?=github\.com$)/, ''),
    org: decode(org),
    name: decode(name),
  })
  if (host.toLowerCase() === 'codeload.github.com') return archive(repository('github.com'), codeloadPath.exec(path), offset)

  const latest = latestPath.exec(path)?.[1]
  if (latest !== undefined) {
    const assetSpan = spanOf(latest, offset + '/releases/latest/download/'.length)
    return { kind: 'asset', repository: repository(host), tag: null, latest: true, asset: decode(latest), tagSpan: null, assetSpan }
  }
  const [, tag, asset] = assetPath.exec(path) ?? []
  if (tag !== undefined && asset !== undefined) {
    const tagSpan = spanOf(tag, offset + '/releases/download/'.length)
    const assetSpan = spanOf(asset, tagSpan[1] + 1)
    return { kind: 'asset', repository: repository(host), tag: decode(tag), latest: false, asset: decode(asset), tagSpan, assetSpan }
  }
  return archive(repository(host), archivePath.exec(path), offset)
}

function archive(repository: Repository, match: RegExpExecArray | null, offset: number): ArchiveUrl | null {
  const tag = match?.[1]
  if (match === null || tag === undefined || tag.startsWith('refs/') || /^[0-9a-f]{40}$/.test(tag)) return null
  // Both forms name the directories before the tag once: what is found first after them is the tag.
  const prefix = /^\/[^/]+\/(?:refs\/tags\/)?/.exec(match[0])?.[0].length ?? 0
  return { kind: 'archive', repository, tag: decode(tag), tagSpan: spanOf(tag, offset + prefix) }
}

function spanOf(text: string, start: number): UrlSpan {
  return [start, start + text.length]
}

/** What is no valid encoding stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
