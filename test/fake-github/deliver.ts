// A delivery becomes bytes on a connection, shaped, and cut off where it is to be cut off.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { piecesOf } from './bytes.ts'
import type { Delivery } from './faults.ts'
import { type Bucket, pause, take } from './shape.ts'

/** What a response travels over: the wire below TLS, and its allowance. */
export interface Carrier {
  readonly wire: Socket
  readonly bucket: Bucket
  readonly bytesPerSecond: number | null
}

const shapedPiece = 32 * 1024

/** Writes and waits until the other side has room again; false once the connection is gone. */
async function write(response: ServerResponse, piece: Uint8Array): Promise<boolean> {
  if (response.destroyed) return false
  if (response.write(piece)) return true
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
  return !response.destroyed
}

/** Everything written so far has left the process. */
async function flush(response: ServerResponse): Promise<void> {
  if (response.destroyed) return
  await new Promise<void>((resolve) => {
    response.once('close', resolve)
    response.write('', () => resolve())
  })
  // A reset overtakes bytes that the client has not read yet; give it time to read them.
  await sleep(25)
}

/** Sends it; `sent` hears of every piece. Ends when all is sent, or cut off, or the client has gone. */
export async function transport(
  response: ServerResponse,
  delivery: Delivery,
  carrier: Carrier,
  sent: (bytes: number) => void,
): Promise<void> {
  const { reply, cut } = delivery
  if (cut !== null && cut.after === null) {
    if (cut.how === 'reset') carrier.wire.resetAndDestroy()
    if (cut.how === 'close') carrier.wire.end()
    return
  }
  const hasBody = response.req.method !== 'HEAD' && reply.status !== 304
  const limit = cut?.after ?? Number.POSITIVE_INFINITY
  const end = hasBody ? Math.min(reply.end, reply.start + limit) : reply.start
  response.writeHead(reply.status, { ...reply.headers })
  if (cut !== null) response.flushHeaders()

  const rate = delivery.bytesPerSecond ?? carrier.bytesPerSecond
  const pieces = rate === null ? piecesOf(reply.body, reply.start, end) : piecesOf(reply.body, reply.start, end, shapedPiece)
  for (const piece of pieces) {
    if (rate !== null) await pause(take(carrier.bucket, piece.length, rate, performance.now()))
    if (!(await write(response, piece))) return
    sent(piece.length)
  }
  if (cut === null) {
    response.end()
    return
  }
  await flush(response)
  if (cut.how === 'reset') carrier.wire.resetAndDestroy()
  if (cut.how === 'close') response.socket?.end()
}
