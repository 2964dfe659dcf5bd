// The shapes between the wire and the handlers: a request as data, and a reply as data.
import { type Bytes, sizeOf } from './bytes.ts'

export interface Request {
  readonly scheme: 'http' | 'https'
  readonly method: string
  /** Without the port. */
  readonly host: string
  /** As sent, query included. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** When it arrived: milliseconds since the epoch. */
  readonly time: number
}

export interface Reply {
  readonly status: number
  /** Names in lower case; `content-length` is there whenever the length is known. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Bytes
  /** The part of `body` that is sent. */
  readonly start: number
  readonly end: number
  /** Name of the asset this is about, so that rules can name it where the URL does not. */
  readonly asset?: string
  /** Nothing like this request exists on GitHub: the client is wrong. */
  readonly unexpected?: boolean
  /** Whose quota this takes one from: a token, or empty for the anonymous one. */
  readonly charge?: string
}

export function reply(status: number, headers: Record<string, string>, body: Bytes | string = '', more: Partial<Reply> = {}): Reply {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const end = sizeOf(bytes)
  return { status, headers: { 'content-length': String(end), ...headers }, body: bytes, start: 0, end, ...more }
}

export function redirect(status: number, location: string, more: Partial<Reply> = {}): Reply {
  return reply(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache', location }, '', more)
}

/** GitHub's page for people. */
export function page(status: number, title: string, more: Partial<Reply> = {}): Reply {
  const text = `<!DOCTYPE html>\n<html lang="en">\n<head><title>${title} · GitHub</title></head>\n<body><h1>${title}</h1></body>\n</html>\n`
  return reply(status, { 'content-type': 'text/html; charset=utf-8' }, text, more)
}

/** A path's segments, decoded; null where the encoding is broken. */
export function segmentsOf(path: string): string[] | null {
  try {
    return (path.split('?', 1)[0] ?? '').split('/').slice(1).map(decodeURIComponent)
  } catch {
    return null
  }
}

export function queryOf(path: string): URLSearchParams {
  const at = path.indexOf('?')
  return new URLSearchParams(at === -1 ? '' : path.slice(at + 1))
}
