// Repositories and tags to releases, through GitHub's API.
import { AbsentError, NetworkError } from '../core/errors.ts'
import type { Release, Repository } from '../core/release.ts'
import { type Clock, realClock } from '../download/attempts.ts'
import { tokenFor } from '../download/credentials.ts'
import type { Sender } from '../download/send.ts'
import { shownUrl } from '../download/shown-url.ts'
import { apiUrlOf, type NetworkSettings } from '../download/settings.ts'
import type { AnswerCache } from './answer-cache.ts'
import { decoded, getJson, type Json } from './api-json.ts'
import { type BundleSource, fetchBundles, type FetchedBundle } from './attestation-bundles.ts'
import { decodeRelease, decodeReleases, decodeTags } from './decode-release.ts'
import { gate } from './gate.ts'
import { nextPage } from './next-page.ts'
import type { Forge } from './types.ts'

/** What the forge is made from. */
export interface GithubOptions {
  readonly send: Sender['send']
  readonly settings: Pick<NetworkSettings, 'github' | 'tokens' | 'retries' | 'maxWait' | 'mirrors'>
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock
  /** None unless given. */
  readonly cache?: AnswerCache | null
  /** Is told of waits that a person would notice. */
  readonly note?: ((message: string) => void) | undefined
}

/** One page of a list and where the next one is. */
interface Page {
  readonly releases: readonly Release[]
  readonly next: string | null
}

/** The API's base for a repository's server: the configured one for the configured server, else what GitHub's conventions say. */
export function apiUrlFor({ server }: Repository, { github }: Pick<NetworkSettings, 'github'>): string {
  return new URL(github.serverUrl).host === server ? github.apiUrl : apiUrlOf(`https://${server}`)
}

/**
 * GitHub and its enterprise servers. One request for each repository and tag, one for each page of a list, for as long as the forge
 * lives; what a list holds is not asked for again. Only failures are asked for anew.
 */
export function github({ send, settings, signal, clock = realClock, cache = null, note }: GithubOptions): Forge & BundleSource {
  const api = { send, settings, signal, clock, gate: gate(() => clock.now()), cache, note }
  const get = async (url: string): Promise<Json | null> => getJson(api, url)
  const releases = new Map<string, Promise<Release>>()
  const pages = new Map<string, Promise<Page>>()
  const bundles = new Map<string, Promise<readonly FetchedBundle[]>>()
  const tagPages = new Map<string, Promise<{ readonly tags: readonly string[]; readonly next: string | null }>>()

  const page = async (repository: Repository, url: string): Promise<Page> =>
    remembered(pages, url, async () => {
      const found = await get(url)
      if (found === null) throw url === listUrl(repository, settings) ? noRepository(repository, settings) : noPage(url)
      const listed = decoded(found, decodeReleases)
      for (const release of listed) {
        const key = releaseUrl(repository, release.tag, settings)
        if (!release.draft && !releases.has(key)) releases.set(key, Promise.resolve(release))
      }
      const next = nextOf(found, url)
      return { releases: listed, next }
    })

  return {
    release: async (repository, tag) => {
      // Another pin of the repository may have its list on the way, with this release in it.
      await pages.get(listUrl(repository, settings))?.catch(() => undefined)
      return remembered(releases, releaseUrl(repository, tag, settings), async () => {
        if (!isPath(repository.org, repository.name)) throw noRepository(repository, settings)
        const found = isPath(tag) ? await get(releaseUrl(repository, tag, settings)) : null
        if (found !== null) return sameTag(decoded(found, decodeRelease), tag, found.shown)
        throw await absence(repository, tag, settings, get)
      })
    },
    async *releases(repository) {
      if (!isPath(repository.org, repository.name)) throw noRepository(repository, settings)
      const seen = new Set<string>()
      let next: string | null = listUrl(repository, settings)
      while (next !== null && !seen.has(next)) {
        seen.add(next)
        const current: Page = await page(repository, next)
        yield current.releases
        ;({ next } = current)
      }
    },
    async *tags(repository) {
      if (!isPath(repository.org, repository.name)) throw noRepository(repository, settings)
      const seen = new Set<string>()
      let next: string | null = `${repositoryUrl(repository, settings)}/tags?per_page=100`
      while (next !== null && !seen.has(next)) {
        const url: string = next
        seen.add(url)
        const current = await remembered(tagPages, url, async () => {
          const found = await get(url)
          if (found === null) throw seen.size === 1 ? noRepository(repository, settings) : noPage(url)
          return { tags: decoded(found, decodeTags), next: nextOf(found, url) }
        })
        yield current.tags
        ;({ next } = current)
      }
    },
    async bundles(repository, hex) {
      if (!isPath(repository.org, repository.name)) throw noRepository(repository, settings)
      const url = `${repositoryUrl(repository, settings)}/attestations/sha256:${hex}`
      return remembered(bundles, url, async () => fetchBundles(api, url, nextOf))
    },
  }
}

/** The page after the one that was asked for at `url`. */
function nextOf(found: Json, url: string): string | null {
  const next = nextPage(found.headers['link'], found.url)
  if (next !== null && ![url, found.url].some((own) => new URL(own).origin === new URL(next).origin))
    throw new NetworkError(
      'bad-answer',
      `GET ${found.shown} named a next page on another server, ${new URL(next).origin}, which is not followed`,
    )
  return next
}

async function remembered<T>(memory: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = memory.get(key)
  if (known !== undefined) return known
  const made = make()
  memory.set(key, made)
  made.catch((error: unknown) => {
    if (!(error instanceof AbsentError) && memory.get(key) === made) memory.delete(key)
  })
  return made
}

function sameTag(release: Release, tag: string, shown: string): Release {
  if (release.tag === tag) return release
  throw new NetworkError('bad-answer', `GET ${shown} was answered with a release of another tag`)
}

/** A 404 means either; only a second request can tell, and where it cannot, what is certain is said. */
async function absence(
  repository: Repository,
  tag: string,
  settings: GithubOptions['settings'],
  get: (url: string) => Promise<Json | null>,
): Promise<AbsentError> {
  const noRelease = `there is no published release ${JSON.stringify(tag)} of ${shownName(repository)}`
  try {
    if ((await get(repositoryUrl(repository, settings))) === null) return noRepository(repository, settings)
    return new AbsentError('no-release', `${noRelease}; a tag alone, or a draft, is no release`)
  } catch (cause) {
    if (!(cause instanceof NetworkError)) throw cause
    return new AbsentError('no-release', `${noRelease}, or no such repository`, { cause })
  }
}

/** Half a list is no list: the newest release may be on the other half. */
function noPage(url: string): NetworkError {
  return new NetworkError('bad-answer', `GET ${shownUrl(url)} gave no such page, although the page before it names it; try again later`)
}

function noRepository(repository: Repository, settings: GithubOptions['settings']): AbsentError {
  const source = tokenFor(new URL(apiUrlFor(repository, settings)), settings.tokens)?.source
  const why = source === undefined ? 'or it is private: then set GITHUB_TOKEN' : `or the token in ${source} does not see it`
  return new AbsentError('no-repository', `there is no repository ${shownName(repository)}, ${why}`)
}

function shownName({ server, org, name }: Repository): string {
  return server === 'github.com' ? `${org}/${name}` : `${server}/${org}/${name}`
}

function repositoryUrl(repository: Repository, settings: GithubOptions['settings']): string {
  return `${apiUrlFor(repository, settings)}/repos/${encodeURIComponent(repository.org)}/${encodeURIComponent(repository.name)}`
}

function listUrl(repository: Repository, settings: GithubOptions['settings']): string {
  return `${repositoryUrl(repository, settings)}/releases?per_page=100`
}

function releaseUrl(repository: Repository, tag: string, settings: GithubOptions['settings']): string {
  return `${repositoryUrl(repository, settings)}/releases/tags/${encodeURIComponent(tag)}`
}

/** Whether each can be a segment of a path: dots alone would climb out of it. */
function isPath(...segments: readonly string[]): boolean {
  return segments.every((segment) => !/^\.{0,2}$/.test(segment))
}
