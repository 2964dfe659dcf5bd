// Names and numbers become the repository, release or asset they stand for.
import type { FakeAsset, FakeRelease, FakeRepository, Server, World } from './world.ts'

/** A positive 31-bit number that depends on the text alone, so that numbers stay the same while the world around them changes. */
export function idOf(...path: string[]): number {
  let hash = 0x811c9dc5
  for (const character of path.join('\n')) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return (hash >>> 1) + 1
}

export function repositoryId(repository: FakeRepository): number {
  return idOf(repository.server ?? 'github.com', repository.org, repository.name)
}

export function releaseId(repository: FakeRepository, release: FakeRelease): number {
  return idOf(String(repositoryId(repository)), release.tag)
}

export function assetId(repository: FakeRepository, release: FakeRelease, asset: FakeAsset): number {
  return idOf(String(releaseId(repository, release)), asset.name)
}

function isOn(repository: FakeRepository, server: Server): boolean {
  return (repository.server ?? 'github.com') === server.web
}

/** GitHub does not mind the case of names. `moved` when it was found under an earlier name. */
export function findRepository(
  world: World,
  server: Server,
  org: string,
  name: string,
): { readonly repository: FakeRepository; readonly moved: boolean } | null {
  const wanted = `${org}/${name}`.toLowerCase()
  const here = world.repositories.filter((repository) => isOn(repository, server))
  const current = here.find((repository) => `${repository.org}/${repository.name}`.toLowerCase() === wanted)
  if (current !== undefined) return { repository: current, moved: false }
  const former = here.find((repository) => repository.formerly?.some((earlier) => earlier.toLowerCase() === wanted))
  return former === undefined ? null : { repository: former, moved: true }
}

export function findRepositoryById(world: World, server: Server, id: string): FakeRepository | null {
  return world.repositories.find((repository) => isOn(repository, server) && String(repositoryId(repository)) === id) ?? null
}

export function findAssetById(repository: FakeRepository, id: string): { readonly release: FakeRelease; readonly asset: FakeAsset } | null {
  for (const release of repository.releases) {
    for (const asset of release.assets) if (String(assetId(repository, release, asset)) === id) return { release, asset }
  }
  return null
}

/** Newest first, as the API lists them: by the commit's date; equals keep the order they were given in. */
export function sortedReleases(repository: FakeRepository): FakeRelease[] {
  return repository.releases.toSorted((a, b) => Number(b.draft) - Number(a.draft) || b.createdAt.localeCompare(a.createdAt))
}

/** What `releases/latest` means: the one marked so, else the newest that is neither draft nor prerelease. */
export function latestRelease(repository: FakeRepository): FakeRelease | null {
  const candidates = sortedReleases(repository).filter((release) => !release.draft && !release.prerelease)
  return candidates.find((release) => release.makeLatest) ?? candidates[0] ?? null
}

/** Every tag once, as the API lists them: by name, the last first. */
export function tagsOf(repository: FakeRepository): string[] {
  const published = repository.releases.filter((release) => !release.draft).map((release) => release.tag)
  return [...new Set([...published, ...(repository.tags ?? []), ...Object.keys(repository.archives ?? {})])].sort().reverse()
}
