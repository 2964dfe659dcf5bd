// A digest becomes the list of its attestations; their bundles lie in a store of their own, packed and behind signed addresses.
import { createHash } from 'node:crypto'
import { findRepositoryById, repositoryId } from './lookup.ts'
import { type Reply, type Request, queryOf, reply, segmentsOf } from './reply.ts'
import { snappyBlock, snappyFrames } from './snappy.ts'
import type { FakeAttestation, FakeRepository, Server, World } from './world.ts'

/** Where GitHub keeps bundles. */
export const bundleHost = 'tmaproduction.blob.core.windows.net'

function signature(path: string): string {
  return createHash('sha256').update(`bundle\n${path}`).digest('base64url')
}

/** One item of the list: the bundle itself, or where it is. */
export function attestationJson(repository: FakeRepository, attestation: FakeAttestation): object {
  const { how = 'block', bundle } = attestation
  const path = `/attestations/${repositoryId(repository)}/${(repository.attestations ?? []).indexOf(attestation)}.json.sn`
  return {
    repository_id: repositoryId(repository),
    bundle: how === 'inline' ? bundle : null,
    bundle_url: how === 'inline' ? '' : (attestation.address ?? `https://${bundleHost}${path}?sp=r&sig=${signature(path)}`),
    initiator: 'user',
  }
}

/** The store of bundles: like that of assets it takes no other credential than the signature. */
export function bundleReply(world: World, request: Request): Reply {
  const problem = (status: number, code: string, more: Partial<Reply> = {}): Reply =>
    reply(
      status,
      { 'content-type': 'application/xml', 'x-ms-error-code': code },
      `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`,
      more,
    )
  if (request.headers['authorization'] !== undefined) return problem(400, 'InvalidAuthenticationInfo', { unexpected: true })
  const [first, id = '', file = ''] = segmentsOf(request.path) ?? []
  const path = request.path.split('?', 1)[0] ?? ''
  if (first !== 'attestations' || queryOf(request.path).get('sig') !== signature(path))
    return problem(403, 'AuthenticationFailed', { unexpected: true })
  const repository = world.servers.map((server: Server) => findRepositoryById(world, server, id)).find((found) => found !== null)
  const found = repository?.attestations?.[Number.parseInt(file, 10)]
  if (found === undefined) return problem(404, 'BlobNotFound')
  const json = new TextEncoder().encode(JSON.stringify(found.bundle))
  const bytes = found.how === 'json' ? json : found.how === 'frames' ? snappyFrames(json) : snappyBlock(json)
  return reply(200, { 'content-type': found.how === 'json' ? 'application/json' : 'application/x-snappy' }, bytes, { asset: file })
}
