// A signed address becomes an asset's bytes, whole or by range; no other credential is welcome there.
import { createHash } from 'node:crypto'
import { entityTag, sizeOf } from './bytes.ts'
import { assetId, findAssetById, findRepositoryById, repositoryId } from './lookup.ts'
import { type Reply, type Request, queryOf, reply, segmentsOf } from './reply.ts'
import type { FakeAsset, FakeRelease, FakeRepository, Server, World } from './world.ts'

const container = 'github-production-release-asset'

function signature(path: string, expiry: string): string {
  return createHash('sha256').update(`${path}\n${expiry}`).digest('base64')
}

/** Where a download is redirected to: good for anyone who holds it, until it expires. */
export function signedUrl(
  world: World,
  server: Server,
  repository: FakeRepository,
  release: FakeRelease,
  asset: FakeAsset,
  time: number,
): string {
  const path = `/${container}/${repositoryId(repository)}/${assetId(repository, release, asset)}`
  const expiry = new Date(time + world.signatureSeconds * 1000).toISOString()
  const query = new URLSearchParams({
    sp: 'r',
    sv: '2018-11-09',
    sr: 'b',
    spr: 'https',
    se: expiry,
    rscd: `attachment; filename=${asset.name}`,
    rsct: asset.contentType,
    sig: signature(path, expiry),
  })
  return `https://${server.store}${path}?${query}`
}

function storeProblem(status: number, code: string, message: string): Reply {
  const text = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`
  return reply(status, { 'content-type': 'application/xml', 'x-ms-error-code': code }, text)
}

/** One `bytes=` range within `size`, `unsatisfiable`, or null where there is none that the store understands. */
function rangeOf(header: string | undefined, size: number): { readonly start: number; readonly end: number } | 'unsatisfiable' | null {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return null
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1)
  return start < end ? { start, end } : 'unsatisfiable'
}

/** The bytes of an asset to whoever may have them. `If-Range` with another tag gets the whole. */
export function assetBytes(asset: FakeAsset, request: Request): Reply {
  const size = sizeOf(asset.bytes)
  const etag = entityTag(asset.bytes)
  const headers = {
    'content-type': asset.contentType,
    'content-disposition': `attachment; filename=${asset.name}`,
    'last-modified': new Date(asset.updatedAt).toUTCString(),
    'accept-ranges': 'bytes',
    etag,
  }
  const condition = request.headers['if-range']
  const range = condition === undefined || condition === etag ? rangeOf(request.headers['range'], size) : null
  if (range === null) return reply(200, headers, asset.bytes, { asset: asset.name })
  if (range === 'unsatisfiable') {
    const refusal = storeProblem(416, 'InvalidRange', 'The range specified is invalid for the current size of the resource.')
    return { ...refusal, headers: { ...refusal.headers, 'content-range': `bytes */${size}` }, asset: asset.name }
  }
  const { start, end } = range
  const partial = { 'content-range': `bytes ${start}-${end - 1}/${size}`, 'content-length': String(end - start) }
  return { ...reply(206, { ...headers, ...partial }, asset.bytes, { asset: asset.name }), start, end }
}

/** The store behind release downloads. */
export function storeReply(world: World, server: Server, request: Request): Reply {
  const [first, repositoryNumber, assetNumber, ...rest] = segmentsOf(request.path) ?? []
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { ...storeProblem(405, 'UnsupportedHttpVerb', 'The resource does not support the verb.'), unexpected: true }
  }
  if (request.headers['authorization'] !== undefined) {
    return storeProblem(400, 'InvalidAuthenticationInfo', 'Authentication information is not given in the correct format.')
  }
  if (first !== container || repositoryNumber === undefined || assetNumber === undefined || rest.length > 0) {
    return { ...storeProblem(404, 'ResourceNotFound', 'The specified resource does not exist.'), unexpected: true }
  }
  const query = queryOf(request.path)
  const expiry = query.get('se') ?? ''
  const expected = signature(request.path.split('?', 1)[0] ?? '', expiry)
  if (query.get('sig') !== expected || request.time > Date.parse(expiry)) {
    return storeProblem(403, 'AuthenticationFailed', 'Server failed to authenticate the request: the signature is wrong or expired.')
  }
  const repository = findRepositoryById(world, server, repositoryNumber)
  const found = repository === null ? null : findAssetById(repository, assetNumber)
  if (found === null) return storeProblem(404, 'BlobNotFound', 'The specified blob does not exist.')
  return assetBytes(found.asset, request)
}
