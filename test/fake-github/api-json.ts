// Releases and assets become the JSON the API describes them with.
import { hexDigest, sizeOf } from './bytes.ts'
import { assetId, idOf, releaseId, repositoryId } from './lookup.ts'
import type { FakeAsset, FakeRelease, FakeRepository, Server } from './world.ts'

const uploader = { login: 'release-bot', id: 41_898_282, type: 'Bot', site_admin: false }

/** Where the API of a server begins. */
export function apiRoot(server: Server): string {
  return `https://${server.api}${server.apiPrefix}`
}

export function repositoryUrl(server: Server, repository: FakeRepository): string {
  return `${apiRoot(server)}/repos/${repository.org}/${repository.name}`
}

/** Where browsers and Nix fetch an asset. */
export function downloadUrl(server: Server, repository: FakeRepository, release: FakeRelease, asset: FakeAsset): string {
  const tag = release.tag.split('/').map(encodeURIComponent).join('/')
  return `https://${server.web}/${repository.org}/${repository.name}/releases/download/${tag}/${encodeURIComponent(asset.name)}`
}

export function repositoryJson(server: Server, repository: FakeRepository): object {
  return {
    id: repositoryId(repository),
    name: repository.name,
    full_name: `${repository.org}/${repository.name}`,
    private: repository.private ?? false,
    owner: { login: repository.org },
    html_url: `https://${server.web}/${repository.org}/${repository.name}`,
    url: repositoryUrl(server, repository),
    default_branch: 'main',
  }
}

export function assetJson(server: Server, repository: FakeRepository, release: FakeRelease, asset: FakeAsset): object {
  const id = assetId(repository, release, asset)
  const digest = asset.digest === 'computed' ? `sha256:${hexDigest(asset.bytes)}` : asset.digest
  return {
    url: `${repositoryUrl(server, repository)}/releases/assets/${id}`,
    id,
    name: asset.name,
    label: '',
    uploader,
    content_type: asset.contentType,
    state: asset.state,
    size: asset.size ?? sizeOf(asset.bytes),
    ...(digest === 'absent' ? {} : { digest }),
    download_count: 1,
    created_at: asset.createdAt,
    updated_at: asset.updatedAt,
    browser_download_url: downloadUrl(server, repository, release, asset),
  }
}

export function tagJson(server: Server, repository: FakeRepository, tag: string): object {
  const sha = idOf(String(repositoryId(repository)), tag)
    .toString(16)
    .padStart(40, '0')
  return {
    name: tag,
    zipball_url: `${repositoryUrl(server, repository)}/zipball/refs/tags/${tag}`,
    tarball_url: `${repositoryUrl(server, repository)}/tarball/refs/tags/${tag}`,
    commit: { sha, url: `${repositoryUrl(server, repository)}/commits/${sha}` },
  }
}

export function releaseJson(server: Server, repository: FakeRepository, release: FakeRelease): object {
  const id = releaseId(repository, release)
  const web = `https://${server.web}/${repository.org}/${repository.name}`
  return {
    url: `${repositoryUrl(server, repository)}/releases/${id}`,
    assets_url: `${repositoryUrl(server, repository)}/releases/${id}/assets`,
    html_url: `${web}/releases/tag/${release.tag}`,
    id,
    author: uploader,
    tag_name: release.tag,
    target_commitish: 'main',
    name: release.title ?? release.tag,
    draft: release.draft,
    immutable: release.immutable,
    prerelease: release.prerelease,
    created_at: release.createdAt,
    published_at: release.publishedAt,
    assets: release.assets.map((asset) => assetJson(server, repository, release, asset)),
    body: release.notes ?? '',
  }
}
