// A zip on disk → its entries in a tree. The directory at its end is what counts; zip64; stored, deflated and bzip2.
import { isUtf8 } from 'node:buffer'
import { Readable, pipeline } from 'node:stream'
import zlib from 'node:zlib'
import type { ByteString } from '../hash/nar.ts'
import { badArchive, shown } from './bad-archive.ts'
import { bunzip2 } from './bunzip2.ts'
import type { Spool } from './spool.ts'
import type { Tree } from './tree.ts'

/** What a writer calls its system. */
const dos = 0
const unix = 3
/** Systems whose modes Info-ZIP takes for those of Unix and Nix's own unpacking does not: VMS, Atari and the like. */
const doubtful: ReadonlySet<number> = new Set([1, 2, 5, 12, 13, 16, 17, 18, 30])
/** No symbolic link leads further, in bytes. */
const longestTarget = 65_536

interface Entry {
  readonly name: ByteString
  /** The same before decoding, as it must stand before the content too. */
  readonly stored: Buffer
  readonly system: number
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  /** Of its local header, from the beginning of the file. */
  readonly offset: number
  /** Unix mode, 0 where the writer has none. */
  readonly mode: number
  /** The writer on another system said that it is a folder. */
  readonly folder: boolean
}

/** Whether bytes begin as a zip does, an empty one included. */
export function isZip(head: Uint8Array): boolean {
  return /^504b(?:0304|0506)/.test(Buffer.from(head.subarray(0, 4)).toString('hex'))
}

/** Reads the zip that is all of `spool` into `tree`. Contents are read, and their checksums checked, when the tree is. Throws InputError `bad-archive`. */
export async function readZip(spool: Spool, file: string, tree: Tree): Promise<void> {
  for (const entry of await directory(spool, file)) {
    const { name } = entry
    const kind = doubtful.has(entry.system) ? 0 : entry.mode & 0o170000
    if ((entry.flags & 0x41) !== 0) throw badArchive(file, `${shown(name)} is encrypted`)
    refuseUnclear(entry, file)
    if (name.endsWith('/')) {
      tree.addFolder(name)
      continue
    }
    if (kind !== 0 && kind !== 0o100000 && kind !== 0o120000) throw badArchive(file, `${shown(name)} is a device or another special file`)
    if (!decoders.has(entry.method))
      throw badArchive(file, `${shown(name)} is compressed with method ${entry.method}; stored, deflated and bzip2 can be read`)
    if (kind === 0o120000) {
      if (entry.size > longestTarget) throw badArchive(file, `the symbolic link ${shown(name)} has a target of ${entry.size} bytes`)
      const target: Uint8Array[] = []
      for await (const chunk of content(spool, entry, file)) target.push(chunk)
      tree.addLink(name, Buffer.concat(target).toString('latin1'))
      continue
    }
    tree.addFile(name, { kind: 'file', executable: (entry.mode & 0o100) !== 0, size: entry.size, read: () => content(spool, entry, file) })
  }
}

/** Throws for what `nix-prefetch-url --unpack` and the unzip of `fetchzip` make different things of, or one of them makes none of. */
function refuseUnclear({ name, flags, system, mode, folder }: Entry, file: string): void {
  const refuse = (why: string): never => {
    throw badArchive(file, `the name ${shown(name)} ${why}, which unpackers understand differently`)
  }
  if (name.includes('\\')) refuse('has a backslash in it')
  if (/[\u0000-\u001f\u007f]/.test(name)) refuse('has a control character in it')
  if (/;\d+$/.test(name)) refuse('ends as a version of VMS does')
  const ascii = !/[^ -~]/.test(name)
  if (!ascii && system === dos) refuse('is not in ASCII and was written on DOS or Windows')
  if (!ascii && (flags & 0x800) !== 0 && !isUtf8(Buffer.from(name, 'latin1'))) refuse('is said to be in UTF-8 and is not')
  if (!name.endsWith('/') && (folder || (mode & 0o170000) === 0o040000)) refuse('is that of a folder and does not end in a slash')
  if (doubtful.has(system) && ((mode & 0o100) !== 0 || (mode & 0o170000) === 0o120000)) refuse('has a mode of a system that is rare')
}

async function directory(spool: Spool, file: string): Promise<readonly Entry[]> {
  const tailStart = Math.max(0, spool.size - 65_557)
  const tail = await bytes(spool, tailStart, spool.size - tailStart)
  let end = tail.length - 22
  while (end >= 0 && !(tail.readUInt32LE(end) === 0x06054b50 && end + 22 + tail.readUInt16LE(end + 20) === tail.length)) end -= 1
  if (end < 0) throw badArchive(file, 'it has no directory at its end; it is cut short or no zip')
  let count = tail.readUInt16LE(end + 10)
  let size = tail.readUInt32LE(end + 12)
  let start = tail.readUInt32LE(end + 16)
  let directoryEnd = tailStart + end
  const disks = [tail.readUInt16LE(end + 4), tail.readUInt16LE(end + 6)]
  if (end >= 20 && tail.readUInt32LE(end - 20) === 0x07064b50) {
    const at = long(tail, end - 20 + 8)
    if (at > tailStart + end - 76) throw badArchive(file, 'its zip64 directory lies outside it')
    const big = await bytes(spool, at, 56)
    if (big.readUInt32LE(0) !== 0x06064b50) throw badArchive(file, 'its zip64 directory is not where it is said to be')
    count = long(big, 32)
    size = long(big, 40)
    start = long(big, 48)
    directoryEnd = at
  } else if (disks.some((disk) => disk !== 0)) throw badArchive(file, 'it is one part of several')
  // What stands before the zip, such as a program that unpacks it, shifts all offsets.
  const shift = directoryEnd - size - start
  if (shift < 0 || size > spool.size) throw badArchive(file, 'its directory lies outside it')
  const all = await bytes(spool, start + shift, size)
  const entries: Entry[] = []
  for (let at = 0; at < all.length;) {
    const fixed = all.subarray(at, at + 46)
    if (fixed.length < 46 || fixed.readUInt32LE(0) !== 0x02014b50) break
    const nameEnd = at + 46 + fixed.readUInt16LE(28)
    const extraEnd = nameEnd + fixed.readUInt16LE(30)
    if (extraEnd > all.length) throw badArchive(file, 'its directory is damaged')
    entries.push(entryOf(fixed, all.subarray(at + 46, nameEnd), all.subarray(nameEnd, extraEnd), shift, file))
    at = extraEnd + fixed.readUInt16LE(32)
  }
  if (entries.length !== count) throw badArchive(file, `its directory holds ${entries.length} entries and says ${count}`)
  return entries
}

function entryOf(fixed: Buffer, nameBytes: Buffer, extra: Buffer, shift: number, file: string): Entry {
  const flags = fixed.readUInt16LE(8)
  const fields = extraFields(extra)
  const system = fixed.readUInt8(5)
  const name = nameOf(nameBytes, system === unix || (flags & 0x800) !== 0, fields.get(0x7075), file)
  let size = fixed.readUInt32LE(24)
  let packed = fixed.readUInt32LE(20)
  let offset = fixed.readUInt32LE(42)
  // Only the numbers that did not fit are in the zip64 field, in this order.
  const big = fields.get(1)
  let at = 0
  const next = (): number => {
    if (big === undefined || at + 8 > big.length) throw badArchive(file, `the size of ${shown(name)} is missing`)
    at += 8
    return long(big, at - 8)
  }
  if (size === 0xffffffff) size = next()
  if (packed === 0xffffffff) packed = next()
  if (offset === 0xffffffff) offset = next()
  const attributes = fixed.readUInt32LE(38)
  return {
    name,
    stored: Buffer.from(nameBytes),
    system,
    flags,
    method: fixed.readUInt16LE(10),
    crc: fixed.readUInt32LE(16),
    packed,
    size,
    offset: offset + shift,
    mode: system === unix || doubtful.has(system) ? attributes >>> 16 : 0,
    folder: system !== unix && (attributes & 0x10) !== 0,
  }
}

function extraFields(extra: Buffer): ReadonlyMap<number, Buffer> {
  const fields = new Map<number, Buffer>()
  for (let at = 0; at + 4 <= extra.length;) {
    const end = at + 4 + extra.readUInt16LE(at + 2)
    if (end > extra.length) break
    fields.set(extra.readUInt16LE(at), extra.subarray(at + 4, end))
    at = end
  }
  return fields
}

/** `plain` is the name where it is ASCII, stated to be UTF-8 or written on Unix, whose names are bytes. */
function nameOf(plain: Buffer, asIs: boolean, unicode: Buffer | undefined, file: string): ByteString {
  const name = plain.toString('latin1')
  if (asIs || plain.every((byte) => byte < 128)) return name
  // Info-ZIP's field: a version, the CRC of the name it goes with, and the name in UTF-8.
  if (unicode !== undefined && unicode.length > 5 && unicode.readUInt8(0) === 1 && unicode.readUInt32LE(1) === zlib.crc32(plain)) {
    return unicode.toString('latin1', 5)
  }
  throw badArchive(file, `the name ${shown(name)} is in an encoding that the zip does not state, and unpackers guess differently`)
}

async function* content(spool: Spool, entry: Entry, file: string): AsyncGenerator<Uint8Array, void, undefined> {
  const damaged = (why: string, cause?: unknown): Error => badArchive(file, `${shown(entry.name)} ${why}`, cause)
  if (entry.offset + 30 > spool.size) throw damaged('lies outside it')
  const local = await bytes(spool, entry.offset, 30)
  if (local.readUInt32LE(0) !== 0x04034b50) throw damaged('is not where the directory says')
  const start = entry.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28)
  if (start + entry.packed > spool.size) throw damaged('lies outside it')
  // What reads the zip from its beginning would take another name or size for true.
  if (!(await bytes(spool, entry.offset + 30, local.readUInt16LE(26))).equals(entry.stored))
    throw damaged('has another name before its content')
  const [packedHere, sizeHere] = [local.readUInt32LE(18), local.readUInt32LE(22)]
  const later = (local.readUInt16LE(6) & 8) !== 0
  if (!later && ((packedHere !== 0xffffffff && packedHere !== entry.packed) || (sizeHere !== 0xffffffff && sizeHere !== entry.size)))
    throw damaged('has another size before its content')
  const packed = spool.read(start, entry.packed)
  let size = 0
  let crc = 0
  try {
    for await (const chunk of decoders.get(entry.method)!(packed)) {
      size += chunk.length
      crc = zlib.crc32(chunk, crc)
      if (size > entry.size) break
      yield chunk
    }
  } catch (error) {
    throw damaged('cannot be decompressed', error)
  }
  if (size !== entry.size) throw damaged(`has ${size > entry.size ? 'more' : 'less'} than the ${entry.size} bytes it is said to have`)
  if (crc !== entry.crc) throw damaged('has a wrong checksum')
}

const decoders: ReadonlyMap<number, (packed: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>> = new Map([
  [0, (packed) => packed],
  [8, inflate],
  [12, bunzip2],
])

function inflate(packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const decoder = zlib.createInflateRaw()
  pipeline(Readable.from(packed, { objectMode: false }), decoder, () => undefined)
  return decoder
}

async function bytes(spool: Spool, start: number, length: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of spool.read(start, length)) parts.push(part)
  return Buffer.concat(parts)
}

function long(buffer: Buffer, at: number): number {
  return Number(buffer.readBigUInt64LE(at))
}
