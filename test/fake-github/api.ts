// A request to the API becomes its reply: releases, assets, limits and refusals, as GitHub words them.
import { createHash } from 'node:crypto'
import { attestationJson } from './attestations.ts'
import { apiRoot, assetJson, releaseJson, repositoryJson, tagJson } from './api-json.ts'
import { findAssetById, findRepository, findRepositoryById, latestRelease, repositoryId, sortedReleases, tagsOf } from './lookup.ts'
import { type Reply, type Request, queryOf, redirect, reply, segmentsOf } from './reply.ts'
import { assetBytes, signedUrl } from './store.ts'
import type { FakeRepository, Quota, Server, Token, World } from './world.ts'

const apiVersions = ['2022-11-28', '2026-03-10']
const documentation = 'https://docs.github.com/rest'

function json(status: number, value: unknown, more: Partial<Reply> = {}, headers: Record<string, string> = {}): Reply {
  return reply(status, { 'content-type': 'application/json; charset=utf-8', ...headers }, JSON.stringify(value), more)
}

function problem(status: number, message: string, headers: Record<string, string> = {}, more: Partial<Reply> = {}): Reply {
  return json(status, { message, documentation_url: documentation, status: String(status) }, more, headers)
}

/** Anything GitHub's API does not have at all. */
function unheardOf(): Reply {
  return problem(404, 'Not Found', {}, { unexpected: true })
}

/** The token a request carries: null when none is sent, `bad` when it is not one of this server's. */
function tokenOf(world: World, server: Server, request: Request): { readonly key: string; readonly token: Token } | null | 'bad' {
  const header = request.headers['authorization']
  if (header === undefined) return null
  const key = /^(?:bearer|token) +(\S+)$/i.exec(header)?.[1]
  const token = key === undefined ? undefined : world.tokens[key]
  if (key === undefined || token === undefined || (token.server ?? 'github.com') !== server.web) return 'bad'
  return { key, token }
}

function maySee(repository: FakeRepository, token: Token | null): boolean {
  if (repository.private !== true) return true
  return token?.sees === 'all' || token?.sees?.includes(`${repository.org}/${repository.name}`) === true
}

function quotaHeaders(quota: Quota, remaining: number): Record<string, string> {
  return {
    'x-ratelimit-limit': String(quota.limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-used': String(quota.limit - remaining),
    'x-ratelimit-reset': String(quota.reset),
    'x-ratelimit-resource': 'core',
  }
}

/** What every answer of the API has: an identity, the media type and, for JSON, a tag that differs from token to token. */
function dress(answer: Reply, key: string): Reply {
  const hash = createHash('sha256').update(`${key}\n`)
  if (answer.body instanceof Uint8Array) hash.update(answer.body)
  const isJson = (answer.headers['content-type'] ?? '').startsWith('application/json')
  return {
    ...answer,
    headers: {
      ...answer.headers,
      'x-github-media-type': 'github.v3; format=json',
      'x-github-request-id': 'FAKE:0001:0002',
      ...(answer.status === 200 && isJson ? { etag: `W/"${hash.digest('hex')}"`, vary: 'Accept, Authorization' } : {}),
    },
  }
}

/** The pages of a list, `Link` header included. GitHub's links name the repository by its number. */
function listPage<T>(
  server: Server,
  repository: FakeRepository,
  request: Request,
  name: string,
  all: readonly T[],
  shown: (item: T) => object,
): Reply {
  const query = queryOf(request.path)
  const perPage = Math.min(100, Math.max(1, Number(query.get('per_page') ?? 30) || 30))
  const page = Math.max(1, Number(query.get('page') ?? 1) || 1)
  const last = Math.max(1, Math.ceil(all.length / perPage))
  const link = (number: number, relation: string): string =>
    `<${apiRoot(server)}/repositories/${repositoryId(repository)}/${name}?per_page=${perPage}&page=${number}>; rel="${relation}"`
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
    ...(page > 1 ? [link(1, 'first')] : []),
  ]
  return json(200, all.slice((page - 1) * perPage, page * perPage).map(shown), {}, links.length > 0 ? { link: links.join(', ') } : {})
}

function releasesPage(server: Server, repository: FakeRepository, request: Request, drafts: boolean): Reply {
  const all = sortedReleases(repository).filter((release) => drafts || !release.draft)
  return listPage(server, repository, request, 'releases', all, (release) => releaseJson(server, repository, release))
}

/** GitHub answers 404 where there is none for the digest, and leads through the pages by a cursor. */
function attestationsPage(server: Server, repository: FakeRepository, subject: string, request: Request): Reply {
  const all = (repository.attestations ?? []).filter(({ digest }) => `sha256:${digest}` === subject)
  if (all.length === 0) return problem(404, 'Not Found')
  const query = queryOf(request.path)
  const perPage = Math.min(100, Math.max(1, Number(query.get('per_page') ?? 30) || 30))
  const from = Number(query.get('after') ?? 0)
  const url = `${apiRoot(server)}/repositories/${repositoryId(repository)}/attestations/${subject}?per_page=${perPage}&after=${from + perPage}`
  const attestations = all.slice(from, from + perPage).map((each) => attestationJson(repository, each))
  return json(200, { attestations }, {}, from + perPage < all.length ? { link: `<${url}>; rel="next"` } : {})
}

function assetReply(world: World, server: Server, repository: FakeRepository, id: string, request: Request): Reply {
  const found = findAssetById(repository, id)
  if (found === null) return problem(404, 'Not Found')
  const more = { asset: found.asset.name }
  if (!(request.headers['accept'] ?? '').includes('application/octet-stream')) {
    return json(200, assetJson(server, repository, found.release, found.asset), more)
  }
  if (found.asset.state !== 'uploaded') return problem(404, 'Not Found', {}, more)
  if (world.assetAnswer === 'bytes') return assetBytes(found.asset, request)
  return redirect(302, signedUrl(world, server, repository, found.release, found.asset, request.time), more)
}

/** What follows `/repos/{org}/{name}` or `/repositories/{id}`. */
function repositoryReply(
  world: World,
  server: Server,
  repository: FakeRepository,
  rest: readonly string[],
  request: Request,
  token: Token | null,
): Reply {
  const pushes = token?.pushes?.includes(`${repository.org}/${repository.name}`) === true
  const [first, second, third] = rest
  if (first === undefined) return json(200, repositoryJson(server, repository))
  if (first === 'attestations' && rest.length === 2 && /^sha256:[0-9a-f]+$/.test(second ?? ''))
    return attestationsPage(server, repository, second ?? '', request)
  if (first === 'tags' && rest.length === 1)
    return listPage(server, repository, request, 'tags', tagsOf(repository), (tag) => tagJson(server, repository, tag))
  if (first !== 'releases') return unheardOf()
  if (rest.length === 1) return releasesPage(server, repository, request, pushes)
  if (rest.length === 2 && second === 'latest') {
    const latest = latestRelease(repository)
    return latest === null ? problem(404, 'Not Found') : json(200, releaseJson(server, repository, latest))
  }
  if (rest.length === 3 && second === 'tags') {
    const release = repository.releases.find(({ tag, draft }) => tag === third && !draft)
    return release === undefined ? problem(404, 'Not Found') : json(200, releaseJson(server, repository, release))
  }
  if (rest.length === 3 && second === 'assets' && third !== undefined) return assetReply(world, server, repository, third, request)
  return unheardOf()
}

function route(world: World, server: Server, path: string, request: Request, token: Token | null): Reply {
  const segments = segmentsOf(path)
  if (segments === null || (request.method !== 'GET' && request.method !== 'HEAD')) return unheardOf()
  if (segments[0] === 'rate_limit' && segments.length === 1) {
    const { limit = 0, remaining = 0, reset = 0 } = (token === null ? world.quota : token.quota) ?? {}
    return json(200, { resources: { core: { limit, remaining, reset, used: limit - remaining } } })
  }
  if (segments[0] === 'repositories' && segments[1] !== undefined) {
    const repository = findRepositoryById(world, server, segments[1])
    if (repository === null || !maySee(repository, token)) return problem(404, 'Not Found')
    return repositoryReply(world, server, repository, segments.slice(2), request, token)
  }
  const [top, org, name, ...rest] = segments
  if (top !== 'repos' || org === undefined || name === undefined) return unheardOf()
  const found = findRepository(world, server, org, name)
  if (found === null || !maySee(found.repository, token)) return problem(404, 'Not Found')
  if (found.moved) {
    const url = `${apiRoot(server)}/repositories/${repositoryId(found.repository)}${path
      .split('/')
      .slice(4)
      .map((s) => `/${s}`)
      .join('')}`
    return json(301, { message: 'Moved Permanently', url, documentation_url: documentation }, {}, { location: url })
  }
  return repositoryReply(world, server, found.repository, rest, request, token)
}

/** The API of one server: identity first, then the quota, then the question itself. */
export function apiReply(world: World, server: Server, request: Request): Reply {
  if ((request.headers['user-agent'] ?? '') === '') {
    const text = 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.\n'
    return reply(403, { 'content-type': 'text/html; charset=utf-8' }, text)
  }
  const version = request.headers['x-github-api-version']
  if (version !== undefined && !apiVersions.includes(version)) return problem(400, `The version ${version} is not supported.`)
  const caller = tokenOf(world, server, request)
  if (caller === 'bad') return dress(problem(401, 'Bad credentials'), '')

  const key = caller?.key ?? ''
  const quota = caller !== null ? (caller.token.quota ?? null) : server.web === 'github.com' ? world.quota : null
  const path = request.path.slice(server.apiPrefix.length)
  const isFree = path.startsWith('/rate_limit')
  if (quota !== null && quota.remaining <= 0 && !isFree) {
    const message = caller === null ? 'API rate limit exceeded for 127.0.0.1.' : 'API rate limit exceeded for user ID 1.'
    return dress(problem(quota.refusal ?? 403, message, quotaHeaders(quota, 0)), key)
  }

  const answer = dress(route(world, server, path, request, caller?.token ?? null), key)
  const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim())
  const unchanged = answer.headers['etag'] !== undefined && known.includes(answer.headers['etag'])
  const free = (unchanged && caller !== null) || isFree
  const limits = quota === null ? {} : quotaHeaders(quota, quota.remaining - (free ? 0 : 1))
  const charge = free || quota === null ? {} : { charge: key }
  if (!unchanged) return { ...answer, ...charge, headers: { ...answer.headers, ...limits } }
  const { 'content-length': _length, 'content-type': _type, ...headers } = answer.headers
  return { ...answer, ...charge, status: 304, headers: { ...headers, ...limits }, end: 0 }
}
