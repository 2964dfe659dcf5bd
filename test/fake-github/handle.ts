// A request becomes its reply: which host it is for decides who answers.
import { apiReply } from './api.ts'
import { bundleHost, bundleReply } from './attestations.ts'
import { type Reply, type Request, reply } from './reply.ts'
import { assetBytes, storeReply } from './store.ts'
import { codeloadReply, webReply } from './web.ts'
import { type World, asset } from './world.ts'

/** Whether anything in this world answers at the host. */
export function isKnownHost(world: World, host: string): boolean {
  return (
    host === bundleHost ||
    world.servers.some((server) => [server.web, server.api, server.store, server.codeload].includes(host)) ||
    Object.keys(world.files).some((url) => new URL(url).hostname === host)
  )
}

/** The reply of the world to one request. Pure: what the request costs is said in `charge`, not taken. */
export function handle(world: World, request: Request): Reply {
  const url = `${request.scheme}://${request.host}${request.path}`
  const file = world.files[url]
  if (file !== undefined && (request.method === 'GET' || request.method === 'HEAD')) {
    return { ...assetBytes(asset(url.slice(url.lastIndexOf('/') + 1), file), request), asset: url }
  }
  if (request.host === bundleHost && request.scheme === 'https' && request.method === 'GET') return bundleReply(world, request)
  for (const server of world.servers) {
    const isApi = server.api === request.host && (server.apiPrefix === '' || request.path.startsWith(`${server.apiPrefix}/`))
    if (isApi && request.scheme === 'https') return apiReply(world, server, request)
    if (server.web === request.host) return webReply(world, server, request)
    if (server.store === request.host && request.scheme === 'https') return storeReply(world, server, request)
    if (server.codeload === request.host && request.scheme === 'https') return codeloadReply(world, server, request)
  }
  return reply(404, { 'content-type': 'text/plain; charset=utf-8' }, '404: Not Found', { unexpected: true })
}

/** Takes what a reply costs from the quota that it names. */
export function charge(world: World, answer: Reply): void {
  if (answer.charge === undefined) return
  const quota = answer.charge === '' ? world.quota : world.tokens[answer.charge]?.quota
  if (quota !== undefined && quota !== null) quota.remaining = Math.max(0, quota.remaining - 1)
}
