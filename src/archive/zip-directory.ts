// A zip on disk → its entries: what the directory says of each, and what stands before its content.
import { isUtf8 } from 'node:buffer'
import zlib from 'node:zlib'
import type { ByteString } from '../hash/nar.ts'
import { badArchive, shown } from './bad-archive.ts'
import type { Spool } from './spool.ts'

/** Of the system that a writer names. */
export const unix = 3
/** The directory ends in so many last bytes: libarchive looks no further back. */
const tailLength = 16_383
/** What stands before the content is seldom longer, and read at once. */
const usualHeader = 512
const full = 0xffffffff
const [zip64, unicodePath] = [0x0001, 0x7075]
/** Extra fields in which one unpacker believes what another does not: attributes, encryption. */
const doubtfulFields: ReadonlySet<number> = new Set([0x6c78, 0x9901])

/** What stands both in the directory and before the content. */
interface Header {
  readonly name: ByteString
  /** The version of the format that is needed and, in the upper byte, the system. */
  readonly needed: number
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  /** The name is that of an extra field. */
  readonly named: boolean
}

export interface ZipEntry extends Header {
  readonly system: number
  /** Of its local header, from the beginning of the file. */
  readonly offset: number
  /** Unix mode, 0 where there is none. */
  readonly mode: number
  /** Attributes of DOS. */
  readonly attributes: number
}

export interface Directory {
  readonly entries: readonly ZipEntry[]
  /** From the beginning of the file. */
  readonly start: number
}

/** Reads the directory of the zip that is all of `spool`. Throws InputError `bad-archive`. */
export async function zipDirectory(spool: Spool, file: string): Promise<Directory> {
  const { count, start, size } = await directoryEnd(spool, file)
  const all = await bytes(spool, start, size)
  const entries: ZipEntry[] = []
  let at = 0
  while (at + 46 <= all.length && all.readUInt32LE(at) === 0x02014b50) {
    const fixed = all.subarray(at, at + 46)
    const nameEnd = at + 46 + fixed.readUInt16LE(28)
    const extraEnd = nameEnd + fixed.readUInt16LE(30)
    const end = extraEnd + fixed.readUInt16LE(32)
    if (end > all.length) throw badArchive(file, 'its directory is damaged')
    entries.push(entryOf(fixed, all.subarray(at + 46, nameEnd), all.subarray(nameEnd, extraEnd), file))
    at = end
  }
  if (entries.length !== count) throw badArchive(file, `its directory holds ${entries.length} entries and says ${count}`)
  if (at !== all.length) throw badArchive(file, 'its directory is damaged')
  return { entries, start }
}

async function directoryEnd(spool: Spool, file: string): Promise<{ count: number; start: number; size: number }> {
  const tailStart = Math.max(0, spool.size - tailLength)
  const tail = await bytes(spool, tailStart, spool.size - tailStart)
  const end = tail.length < 22 ? -1 : tail.lastIndexOf('PK\x05\x06', tail.length - 22, 'latin1')
  if (end < 0 || end + 22 + tail.readUInt16LE(end + 20) > tail.length)
    throw badArchive(file, 'it has no directory at its end; it is cut short or no zip')
  let said = [4, 6, 8, 10].map((at) => tail.readUInt16LE(end + at)).concat([12, 16].map((at) => tail.readUInt32LE(end + at)))
  let directoryEnds = tailStart + end
  if (end >= 20 && tail.readUInt32LE(end - 20) === 0x07064b50) {
    directoryEnds = long(tail, end - 20 + 8)
    if (directoryEnds > tailStart + end - 76) throw badArchive(file, 'its zip64 directory lies outside it')
    const big = await bytes(spool, directoryEnds, 56)
    if (big.readUInt32LE(0) !== 0x06064b50) throw badArchive(file, 'its zip64 directory is not where it is said to be')
    const short = said
    const length = long(big, 4) + 12
    if (directoryEnds + length !== tailStart + end - 20) throw badArchive(file, 'its zip64 directory is damaged')
    said = [big.readUInt32LE(16), big.readUInt32LE(20), ...[24, 32, 40, 48].map((at) => long(big, at))]
    if (tail.readUInt32LE(end - 16) !== 0 || tail.readUInt32LE(end - 4) !== 1) throw badArchive(file, 'it is one part of several')
    if (short.some((value, i) => value !== said[i] && value !== (i < 4 ? 0xffff : full)))
      throw badArchive(file, 'its zip64 directory contradicts the other')
  }
  const [disk, firstDisk, here, count = 0, size = 0, start = 0] = said
  if (disk !== 0 || firstDisk !== 0 || here !== count) throw badArchive(file, 'it is one part of several')
  // Also where something stands before the zip: Info-ZIP warns of it, which fails a build.
  if (start + size !== directoryEnds) throw badArchive(file, 'its directory is not where it is said to be')
  if (count === 0) throw badArchive(file, 'it is a zip without entries')
  return { count, start, size }
}

function entryOf(fixed: Buffer, name: Buffer, extra: Buffer, file: string): ZipEntry {
  const system = fixed.readUInt8(5)
  const attributes = fixed.readUInt32LE(38)
  // A checksum of PKWARE's stands in the place of the mode.
  const verified = (fixed.readUInt16LE(36) & 4) !== 0
  return {
    ...headerOf(fixed.subarray(6), name, extra, system, file, fixed.readUInt32LE(42)),
    system,
    mode: verified ? 0 : attributes >>> 16,
    attributes: attributes & 0xff,
  }
}

/** `fixed` begins with the version that is needed. Only a header in the directory has an offset. */
function headerOf(
  fixed: Buffer,
  nameBytes: Buffer,
  extra: Buffer,
  system: number,
  file: string,
  shortOffset = 0,
): Header & { offset: number } {
  const flags = fixed.readUInt16LE(2)
  const fields = extraFields(extra, nameBytes, file)
  const big = fields.get(zip64) ?? Buffer.alloc(0)
  let at = 0
  // Only the numbers that did not fit are in the zip64 field, in this order.
  const number = (short: number): number => {
    if (short !== full) return short
    if (at + 8 > big.length) throw badArchive(file, `the size of ${shown(nameBytes.toString('latin1'))} is missing`)
    at += 8
    return long(big, at - 8)
  }
  const size = number(fixed.readUInt32LE(18))
  const packed = number(fixed.readUInt32LE(14))
  const offset = number(shortOffset)
  const { name, named } = nameOf(nameBytes, fields.get(unicodePath), flags, system, file)
  return {
    name,
    needed: fixed.readUInt16LE(0),
    flags,
    method: fixed.readUInt16LE(4),
    crc: fixed.readUInt32LE(10),
    packed,
    size,
    offset,
    named,
  }
}

function extraFields(extra: Buffer, name: Buffer, file: string): ReadonlyMap<number, Buffer> {
  const damaged = (): Error => badArchive(file, `the extra fields of ${shown(name.toString('latin1'))} are damaged or doubtful`)
  const fields = new Map<number, Buffer>()
  if (extra.length < 4 && extra.some((byte) => byte !== 0)) throw damaged()
  for (let at = 0; at + 4 <= extra.length;) {
    const id = extra.readUInt16LE(at)
    const end = at + 4 + extra.readUInt16LE(at + 2)
    if (end > extra.length || doubtfulFields.has(id) || (id === 0x5455 && end === at + 4)) throw damaged()
    if ((id === zip64 || id === unicodePath) && fields.has(id)) throw damaged()
    fields.set(id, extra.subarray(at + 4, end))
    at = end
  }
  return fields
}

/** `field` is Info-ZIP's: a version, the CRC of the name it goes with, and the name in UTF-8. It counts where the CRC is right. */
function nameOf(
  plain: Buffer,
  field: Buffer | undefined,
  flags: number,
  system: number,
  file: string,
): { readonly name: ByteString; readonly named: boolean } {
  const name = plain.toString('latin1')
  const refuse = (why: string): Error => badArchive(file, `the name ${shown(name)} is ${why}`)
  const stated = (flags & 0x800) !== 0
  if (stated && !isUtf8(plain)) throw refuse('said to be in UTF-8 and is not, which unpackers understand differently')
  const other = field?.subarray(5)
  if (field !== undefined && other !== undefined && field.length > 5) {
    if (stated && !other.equals(plain)) throw refuse('given twice and differs, which unpackers understand differently')
    if (field.readUInt32LE(1) === zlib.crc32(plain)) {
      if (field[0] !== 1 || !isUtf8(other)) throw refuse('given in a way that unpackers understand differently')
      return { name: other.toString('latin1'), named: !stated }
    }
  } else if (field !== undefined) throw refuse('given twice, and empty')
  if (!stated && system !== unix && plain.some((byte) => byte > 127))
    throw refuse('in an encoding that the zip does not state, and unpackers guess differently')
  return { name, named: false }
}

/**
 * Where the content of an entry begins, and what stands there for it ends. Throws InputError `bad-archive` where what is said before the
 * content differs from the directory: what reads a zip from its beginning, or checks, would take that for true.
 */
export async function place(spool: Spool, entry: ZipEntry, file: string): Promise<{ start: number; end: number }> {
  const damaged = (why: string): Error => badArchive(file, `${shown(entry.name)} ${why}`)
  if (entry.offset + 30 > spool.size) throw damaged('lies outside it')
  const near = await bytes(spool, entry.offset, Math.min(usualHeader, spool.size - entry.offset))
  if (near.readUInt32LE(0) !== 0x04034b50) throw damaged('is not where the directory says')
  const nameEnd = 30 + near.readUInt16LE(26)
  const length = nameEnd + near.readUInt16LE(28)
  const start = entry.offset + length
  if (start + entry.packed > spool.size) throw damaged('lies outside it')
  const header = length <= near.length ? near : await bytes(spool, entry.offset, length)
  const local = headerOf(header.subarray(4), header.subarray(30, nameEnd), header.subarray(nameEnd, length), entry.system, file)
  if (local.name !== entry.name) throw damaged('has another name before its content')
  if (local.method !== entry.method) throw damaged('has another method before its content')
  // Encryption and the encoding of the name.
  if (((local.flags ^ entry.flags) & 0x2841) !== 0) throw damaged('has other flags before its content')
  const later = (local.flags & 8) !== 0
  const agrees = (key: 'crc' | 'packed' | 'size'): boolean => local[key] === entry[key] || (later && local[key] === 0)
  const stored = entry.method === 0 && entry.packed !== entry.size
  if (stored || !agrees('packed') || !agrees('size')) throw damaged('has another size before its content')
  if (!agrees('crc')) throw damaged('has a wrong checksum')
  if (entry.name.endsWith('/')) return { start, end: start }
  return { start, end: start + entry.packed + (later ? await descriptorLength(spool, start + entry.packed, local) : 0) }
}

/** What Info-ZIP skips after the content: CRC and sizes. After a name in UTF-8 of its own it takes the sizes for longer ones. */
async function descriptorLength(spool: Spool, at: number, { named }: Header): Promise<number> {
  const signed = at + 4 <= spool.size && (await bytes(spool, at, 4)).readUInt32LE(0) === 0x08074b50
  return 12 + (signed ? 4 : 0) + (named ? 8 : 0)
}

async function bytes(spool: Spool, start: number, length: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of spool.read(start, length)) parts.push(part)
  return Buffer.concat(parts)
}

function long(buffer: Buffer, at: number): number {
  return Number(buffer.readBigUInt64LE(at))
}
