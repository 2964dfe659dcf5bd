// Rules say which requests go wrong and how; a reply and its fault become what is really sent.
import { gzipSync } from 'node:zlib'
import { type Bytes, sizeOf, wholeOf } from './bytes.ts'
import { type Reply, type Request, page, redirect, reply } from './reply.ts'
import { assetBytes } from './store.ts'
import { asset } from './world.ts'

/** What goes wrong with one answer. `after` counts bytes of the body; without it, not even headers are sent. */
export type AnswerFault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** The connection is reset. */
  | { readonly kind: 'reset'; readonly after?: number }
  /** Nothing more comes, and nothing is closed. */
  | { readonly kind: 'stall'; readonly after?: number }
  /** The connection is closed in good order before the promised length is reached; the headers may announce that it will be. */
  | { readonly kind: 'truncate'; readonly after: number; readonly announced?: boolean }
  /** So many bytes more than the true ones, in length and in fact. */
  | { readonly kind: 'oversize'; readonly extra: number }
  /** Another length than the true one is promised; null promises none, and the body comes in chunks. */
  | { readonly kind: 'content-length'; readonly value: number | null }
  /** A page for people with status 200. */
  | { readonly kind: 'html200' }
  | { readonly kind: 'gzip' }
  /** Other bytes, as a CDN that kept an old asset; as many as the true ones unless given. */
  | { readonly kind: 'stale'; readonly bytes?: Bytes }
  /** To a URL; `self` is the very address that was asked for. */
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  /** JSON that breaks off, with a right length. */
  | { readonly kind: 'malformed' }
  /** A range is asked for and the whole is sent. */
  | { readonly kind: 'no-range' }
  /** A range is answered with another range. */
  | { readonly kind: 'wrong-range' }
  /** The body is this slow, whatever the network's shape. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }

/** What goes wrong with a tunnel before any request: `path`, `asset` and `method` of its rule say nothing then. */
export type TunnelFault =
  | { readonly kind: 'tls'; readonly certificate: 'unknown-ca' | 'wrong-host' | 'expired' }
  /** The proxy refuses. */
  | { readonly kind: 'proxy'; readonly status: number }
  /** The proxy cannot resolve the name. */
  | { readonly kind: 'dns' }
  /** The proxy never answers. */
  | { readonly kind: 'hang' }

export type Fault = AnswerFault | TunnelFault

/** Which requests a fault befalls: all of those named that are said to match. */
export interface Rule {
  readonly host?: string
  readonly method?: string
  /** What the path and query begin with, or match. */
  readonly path?: string | RegExp
  /** Name of the asset asked for, on whichever host. */
  readonly asset?: string
  /** The first matching request that it befalls, from 1; 1 unless said otherwise. */
  readonly nth?: number
  /** How many in a row; all that follow unless said otherwise. */
  readonly times?: number
  readonly fault: Fault
}

/** What is really sent. */
export interface Delivery {
  readonly reply: Reply
  /** How it ends early, if it does: after so many bytes of the body, or, with null, before the headers. */
  readonly cut: { readonly how: 'reset' | 'stall' | 'close'; readonly after: number | null } | null
  /** null means as the network's shape says. */
  readonly bytesPerSecond: number | null
}

export function isTunnelFault(fault: Fault): fault is TunnelFault {
  return fault.kind === 'tls' || fault.kind === 'proxy' || fault.kind === 'dns' || fault.kind === 'hang'
}

/** Whether a rule is about this request (or, without an answer, about this tunnel). */
export function matches(rule: Rule, request: Pick<Request, 'host' | 'method' | 'path'>, answer: Reply | null): boolean {
  if (isTunnelFault(rule.fault) !== (answer === null)) return false
  if (rule.host !== undefined && rule.host !== request.host) return false
  if (answer === null) return true
  if (rule.method !== undefined && rule.method !== request.method) return false
  if (rule.asset !== undefined && rule.asset !== answer.asset) return false
  if (rule.path === undefined) return true
  return typeof rule.path === 'string' ? request.path.startsWith(rule.path) : rule.path.test(request.path)
}

/** Whether the `count`th match (from 1) of a rule is one that its fault befalls. */
export function befalls(rule: Rule, count: number): boolean {
  const first = rule.nth ?? 1
  return count >= first && count < first + (rule.times ?? Number.POSITIVE_INFINITY)
}

function whole(answer: Reply): Reply {
  const { 'content-range': _range, ...headers } = answer.headers
  const end = sizeOf(answer.body)
  return { ...answer, status: 200, headers: { ...headers, 'content-length': String(end) }, start: 0, end }
}

function encoded(answer: Reply): Reply {
  const body = new Uint8Array(gzipSync(wholeOf(answer.body).subarray(answer.start, answer.end)))
  const headers = { ...answer.headers, 'content-encoding': 'gzip', 'content-length': String(body.length) }
  return { ...answer, headers, body, start: 0, end: body.length }
}

function longer(answer: Reply, extra: number): Reply {
  const sent = wholeOf(answer.body).subarray(answer.start, answer.end)
  const body = Buffer.concat([sent, Buffer.alloc(extra, 0x2e)])
  return { ...answer, headers: { ...answer.headers, 'content-length': String(body.length) }, body, start: 0, end: body.length }
}

function broken(answer: Reply): Reply {
  const body = wholeOf(answer.body)
  const end = Math.max(1, Math.floor(body.length / 2))
  return { ...answer, headers: { ...answer.headers, 'content-length': String(end) }, start: 0, end }
}

function shifted(answer: Reply): Reply {
  if (answer.status !== 206 || answer.start === 0) return answer
  const size = sizeOf(answer.body)
  const start = answer.start - 1
  const range = { 'content-range': `bytes ${start}-${answer.end - 1}/${size}`, 'content-length': String(answer.end - start) }
  return { ...answer, headers: { ...answer.headers, ...range }, start }
}

function old(answer: Reply, bytes: Bytes, request: Request): Reply {
  const type = { contentType: answer.headers['content-type'] ?? 'application/octet-stream' }
  return assetBytes(asset(answer.asset ?? 'old', bytes, type), request)
}

/** What is sent in place of an answer that a fault befalls. Pure. */
export function deliver(fault: AnswerFault | null, answer: Reply, request: Request): Delivery {
  const sent = (instead: Reply): Delivery => ({ reply: instead, cut: null, bytesPerSecond: null })
  if (fault === null) return sent(answer)
  switch (fault.kind) {
    case 'status':
      return sent(reply(fault.status, { 'content-type': 'text/plain; charset=utf-8', ...fault.headers }, fault.body ?? `${fault.status}\n`))
    case 'reset':
    case 'stall':
      return { ...sent(answer), cut: { how: fault.kind, after: fault.after ?? null } }
    case 'truncate':
      return {
        ...sent(fault.announced === true ? { ...answer, headers: { ...answer.headers, connection: 'close' } } : answer),
        cut: { how: 'close', after: fault.after },
      }
    case 'oversize':
      return sent(longer(answer, fault.extra))
    case 'content-length': {
      const { 'content-length': _length, ...headers } = answer.headers
      if (fault.value === null) return sent({ ...answer, headers })
      const promised = { ...answer, headers: { ...headers, 'content-length': String(fault.value) } }
      return { ...sent(promised), cut: { how: 'close', after: answer.end - answer.start } }
    }
    case 'html200':
      return sent(page(200, 'Unicorn!'))
    case 'gzip':
      return sent(encoded(answer))
    case 'stale':
      return sent(old(answer, fault.bytes ?? { generate: sizeOf(answer.body), seed: 'stale' }, request))
    case 'redirect':
      return sent(redirect(fault.status ?? 302, fault.to === 'self' ? `${request.scheme}://${request.host}${request.path}` : fault.to))
    case 'malformed':
      return sent(broken(answer))
    case 'no-range':
      return sent(answer.status === 206 ? whole(answer) : answer)
    case 'wrong-range':
      return sent(shifted(answer))
    case 'slow':
      return { ...sent(answer), bytesPerSecond: fault.bytesPerSecond }
  }
}
