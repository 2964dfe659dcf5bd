// A request to the web server or to codeload becomes a redirect, an archive or a page.
import { downloadUrl } from './api-json.ts'
import { findRepository, latestRelease } from './lookup.ts'
import { type Reply, type Request, page, redirect, reply, segmentsOf } from './reply.ts'
import { signedUrl } from './store.ts'
import type { FakeRepository, Server, World } from './world.ts'

function notFound(more: Partial<Reply> = {}): Reply {
  return page(404, 'Page not found', more)
}

/** `releases/download/{tag}/{asset}` and `releases/latest/download/{asset}`; a tag may hold slashes, encoded or not. */
function downloadReply(world: World, server: Server, repository: FakeRepository, rest: readonly string[], request: Request): Reply {
  const name = rest.at(-1) ?? ''
  if (rest[1] === 'latest') {
    const latest = latestRelease(repository)
    const found = latest?.assets.find((asset) => asset.name === name)
    return latest === null || found === undefined
      ? notFound({ asset: name })
      : redirect(302, downloadUrl(server, repository, latest, found), { asset: name })
  }
  const tag = rest.slice(2, -1).join('/')
  const release = repository.releases.find((candidate) => candidate.tag === tag && !candidate.draft)
  const found = release?.assets.find((asset) => asset.name === name && asset.state === 'uploaded')
  if (release === undefined || found === undefined) return notFound({ asset: name })
  return redirect(302, signedUrl(world, server, repository, release, found, request.time), { asset: name })
}

/** The web server. A private repository does not exist there, whatever token comes along: tokens are the API's business. */
export function webReply(world: World, server: Server, request: Request): Reply {
  if (request.scheme === 'http') return redirect(301, `https://${request.host}${request.path}`)
  const segments = segmentsOf(request.path)
  const [org, name, ...rest] = segments ?? []
  if (segments === null || org === undefined || name === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) {
    return notFound({ unexpected: true })
  }
  const isDownload =
    rest[0] === 'releases' && ((rest[1] === 'download' && rest.length >= 4) || (rest[1] === 'latest' && rest[2] === 'download'))
  const isArchive = rest[0] === 'archive' && rest.length >= 2
  if (!isDownload && !isArchive) return notFound({ unexpected: true })

  const found = findRepository(world, server, org, name)
  if (found === null || found.repository.private === true) return notFound({ asset: rest.at(-1) ?? '' })
  const { repository, moved } = found
  if (moved) {
    const path = request.path.split('/').slice(3).join('/')
    return redirect(301, `https://${server.web}/${repository.org}/${repository.name}/${path}`)
  }
  if (isDownload) return downloadReply(world, server, repository, rest, request)
  const reference = rest
    .slice(1)
    .map(encodeURIComponent)
    .join('/')
    .replace(/\.(tar\.gz|zip)$/, '')
  const kind = request.path.endsWith('.zip') ? 'zip' : 'tar.gz'
  return redirect(302, `https://${server.codeload}/${repository.org}/${repository.name}/${kind}/${reference}`)
}

/** Source archives, where the world has them. */
export function codeloadReply(world: World, server: Server, request: Request): Reply {
  const [org, name, kind, ...reference] = segmentsOf(request.path) ?? []
  const plain = (status: number, text: string, more: Partial<Reply> = {}): Reply =>
    reply(status, { 'content-type': 'text/plain; charset=utf-8' }, text, more)
  if (org === undefined || name === undefined || (kind !== 'tar.gz' && kind !== 'zip') || request.method !== 'GET') {
    return plain(404, '404: Not Found', { unexpected: true })
  }
  const found = findRepository(world, server, org, name)
  const tag = reference.join('/').replace(/^refs\/tags\//, '')
  const bytes = found?.repository.private === true || kind !== 'tar.gz' ? undefined : found?.repository.archives?.[tag]
  return bytes === undefined ? plain(404, '404: Not Found') : reply(200, { 'content-type': 'application/x-gzip' }, bytes)
}
