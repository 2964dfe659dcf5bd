// Bytes as they were sent → bytes as they were before compression, by what they begin with.
import { Readable, pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { PinhashError } from '../core/errors.ts'
import { badArchive } from './bad-archive.ts'
import { bunzip2 } from './bunzip2.ts'
import { unzstd } from './unzstd.ts'

export type Compression = 'gzip' | 'xz' | 'bzip2' | 'zstd'

/** How bytes that begin so are compressed; null for any others. Six bytes are enough. */
export function compressionOf(head: Uint8Array): Compression | null {
  const hex = Buffer.from(head.subarray(0, 6)).toString('hex')
  if (hex.startsWith('1f8b')) return 'gzip'
  if (hex === 'fd377a585a00') return 'xz'
  if (/^425a683[1-9]/.test(hex)) return 'bzip2'
  // A frame, or one of the frames that decoders skip.
  return /^(?:28b52ffd|5[0-9a-f]2a4d18)/.test(hex) ? 'zstd' : null
}

/** What was compressed. Throws InputError `bad-archive` where the bytes are damaged, and what the source throws as it is. `file` is for messages. */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  compression: Compression,
  file: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const failures: unknown[] = []
  const watched = watch(source, failures)
  try {
    yield* await decoders[compression](watched)
  } catch (error) {
    if (failures.length > 0) throw failures[0]
    if (error instanceof PinhashError) throw error
    const why = compression === 'xz' ? xzProblem(error) : error instanceof Error ? error.message : String(error)
    throw badArchive(file, `its ${compression} data cannot be read: ${why}`, error)
  }
}

type Decoder = (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>

const decoders: Readonly<Record<Compression, Decoder>> = {
  gzip: (source) => through(source, createGunzip()),
  bzip2: (source) => bunzip2(source),
  xz: async (source) => {
    const { default: xz } = await import('xz-decompress')
    // One chunk at a time: the decoder does not say when it has enough.
    return new xz.XzReadableStream(Readable.toWeb(Readable.from(source, { objectMode: true, highWaterMark: 1 })))
  },
  // Not Node's own decoder, where there is one: that takes data cut short for the whole.
  zstd: (source) => unzstd(source),
}

function through(
  source: AsyncIterable<Uint8Array>,
  decoder: NodeJS.ReadWriteStream & AsyncIterable<Uint8Array | string>,
): AsyncIterable<Uint8Array> {
  // A failure on the way destroys the decoder, and reading that throws it.
  pipeline(Readable.from(source, { objectMode: false }), decoder, () => undefined)
  return decoder as AsyncIterable<Uint8Array>
}

async function* watch(source: AsyncIterable<Uint8Array>, failures: unknown[]): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* source
  } catch (error) {
    failures.push(error)
    throw error
  }
}

function xzProblem(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const code = /error code (\d+)/.exec(text)?.[1]
  if (code === '6')
    return 'it uses a filter such as BCJ, or a kind of check such as SHA-256, that is not supported; LZMA2 with CRC is, as xz writes it unless told otherwise'
  return code === '7' || code === '8' ? 'it is damaged or cut short' : text
}
