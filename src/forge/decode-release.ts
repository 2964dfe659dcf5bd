// JSON from the API to releases: shapes are checked here, at the boundary, and nowhere else. Pure.
import type { Digest } from '../core/digest.ts'
import type { Asset, Release } from '../core/release.ts'
import { hexDigest } from './hex-digest.ts'

/** A shape that is not what the API promises: `release.assets[0].size is no count`. Callers turn it into a NetworkError. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError'
}

/** One release. Fields that older servers lack are tolerated, as is a digest in a form that is not known. Throws ShapeError. */
export function decodeRelease(json: unknown, where = 'release'): Release {
  const fields = record(json, where)
  return {
    tag: text(fields['tag_name'], `${where}.tag_name`),
    draft: fields['draft'] === true,
    prerelease: fields['prerelease'] === true,
    immutable: fields['immutable'] === true,
    publishedAt: optionalText(fields['published_at']),
    assets: list(fields['assets'], `${where}.assets`).map((asset, i) => decodeAsset(asset, `${where}.assets[${i}]`)),
  }
}

/** A page of releases. Throws ShapeError. */
export function decodeReleases(json: unknown): readonly Release[] {
  return list(json, 'releases').map((release, i) => decodeRelease(release, `releases[${i}]`))
}

/** A page of tags. Throws ShapeError. */
export function decodeTags(json: unknown): readonly string[] {
  return list(json, 'tags').map((tag, i) => text(record(tag, `tags[${i}]`)['name'], `tags[${i}].name`))
}

function decodeAsset(json: unknown, where: string): Asset {
  const fields = record(json, where)
  const { size } = fields
  const digest = decodeDigest(fields['digest'])
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw new ShapeError(`${where}.size is no count of bytes`)
  return {
    name: text(fields['name'], `${where}.name`),
    url: text(fields['browser_download_url'], `${where}.browser_download_url`),
    apiUrl: text(fields['url'], `${where}.url`),
    state: optionalText(fields['state']) ?? 'uploaded',
    size,
    digest,
    ...(digest === null && typeof fields['digest'] === 'string' ? { oddDigest: true } : {}),
    updatedAt: optionalText(fields['updated_at']),
  }
}

/** Null also for what is not understood: a digest is one more reason to believe, and its absence is no reason to doubt. */
function decodeDigest(json: unknown): Digest | null {
  const hex = typeof json === 'string' ? /^sha256:(.*)$/i.exec(json)?.[1] : undefined
  const digest = hex === undefined ? null : hexDigest(hex)
  return digest?.algorithm === 'sha256' ? digest : null
}

function record(json: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { ...json }
  throw new ShapeError(`${where} is no object`)
}

function list(json: unknown, where: string): readonly unknown[] {
  if (Array.isArray(json)) return json
  throw new ShapeError(`${where} is no list`)
}

function text(json: unknown, where: string): string {
  if (typeof json === 'string' && json !== '') return json
  throw new ShapeError(`${where} is no text`)
}

function optionalText(json: unknown): string | null {
  return typeof json === 'string' ? json : null
}
