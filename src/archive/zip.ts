// A zip on disk → its entries in a tree. The directory at its end is what counts; zip64; stored, deflated and bzip2.
import { Readable, pipeline } from 'node:stream'
import zlib from 'node:zlib'
import type { ByteString } from '../hash/nar.ts'
import { badArchive, shown } from './bad-archive.ts'
import { bunzip2 } from './bunzip2.ts'
import type { Spool } from './spool.ts'
import type { Tree } from './tree.ts'
import { place, unix, zipDirectory } from './zip-directory.ts'
import type { ZipEntry } from './zip-directory.ts'

const dos = 0
/** Systems whose modes Info-ZIP takes for those of Unix and Nix's own unpacking does not: VMS, Atari and the like. */
const doubtful: ReadonlySet<number> = new Set([1, 2, 5, 12, 13, 16, 17, 18, 30])
/** No symbolic link leads further, in bytes. */
const longestTarget = 4095
/** libarchive reads so much at once, and of a compressed link no more than that. */
const portion = 65_536
/** 4.6, which has bzip2, is what Info-ZIP can unpack. */
const newestVersion = 46
const vms = 2
const bzip2 = 12
const [kindMask, fileKind, linkKind, folderKind] = [0o170000, 0o100000, 0o120000, 0o040000]

/** Whether bytes begin as a zip does, an empty one included. */
export function isZip(head: Uint8Array): boolean {
  return /^504b(?:0304|0506)/.test(Buffer.from(head.subarray(0, 4)).toString('hex'))
}

/** Reads the zip that is all of `spool` into `tree`. Contents are read, and their checksums checked, when the tree is. Throws InputError `bad-archive`. */
export async function readZip(spool: Spool, file: string, tree: Tree): Promise<void> {
  const directory = await zipDirectory(spool, file)
  const taken: (readonly [offset: number, end: number])[] = []
  for (const entry of directory.entries) {
    const { name } = entry
    const kind = entry.system === unix ? entry.mode & kindMask : 0
    refuseUnclear(entry, file)
    const { start, end } = await place(spool, entry, file)
    taken.push([entry.offset, end])
    const read = (): AsyncIterable<Uint8Array> => content(spool, entry, start, file)
    if (name.endsWith('/')) tree.addFolder(name)
    else if (kind === linkKind) tree.addLink(name, await targetOf(entry, start, read(), file))
    else tree.addFile(name, { kind: 'file', executable: entry.system === unix && (entry.mode & 0o100) !== 0, size: entry.size, read })
  }
  let free = 0
  for (const [offset, end] of taken.toSorted(([a], [b]) => a - b)) {
    if (offset < free || end > directory.start) throw badArchive(file, 'parts of it overlap')
    free = end
  }
}

/** Throws for what `nix-prefetch-url --unpack` and the unzip of `fetchzip` make different things of, or one of them makes none of. */
function refuseUnclear(entry: ZipEntry, file: string): void {
  const { name, flags, method, system, needed, mode, attributes } = entry
  const refuse = (why: string): never => {
    throw badArchive(file, `${shown(name)} ${why}`)
  }
  const unclear = (why: string): never => {
    throw badArchive(file, `the name ${shown(name)} ${why}, which unpackers understand differently`)
  }
  if ((flags & 0x41) !== 0) refuse('is encrypted')
  if (name.includes('\\')) unclear('has a backslash in it')
  if (/[\u0000-\u001f\u007f]/.test(name)) unclear('has a control character in it')
  if (/(?:^|\/)\.$/.test(name)) unclear('ends in a dot for its folder')
  if (name.split('/').some((part) => part.length > 255)) refuse('has a longer name than files may have')
  if (/;\d*$/.test(name)) unclear('ends as a version of VMS does')
  if (/[^ -~]/.test(name) && system === dos) unclear('is not in ASCII and was written on DOS or Windows')
  const isFolder = name.endsWith('/')
  const kind = mode & kindMask
  const saidFolder = system === unix ? kind === folderKind : (attributes & 0x10) !== 0
  if (saidFolder && !isFolder) unclear('is that of a folder and does not end in a slash')
  if (doubtful.has(system)) unclear('has a mode of a system that is rare')
  if (system === dos && kind === linkKind && (mode & 0o100) === 0) unclear('is that of a link, which DOS does not have')
  if (system !== unix && (attributes & 8) !== 0) unclear('is that of a volume')
  if ((needed & 0xff) > newestVersion || needed >>> 8 === vms) refuse(`needs version ${needed} of the format`)
  if (!decoders.has(method)) refuse(`is compressed with method ${method}; stored, deflated and bzip2 can be read`)
  if (system !== unix) return
  const wanted = isFolder ? 0o500 : kind === linkKind ? 0 : 0o400
  if ((mode & wanted) !== wanted) refuse('has a mode by which its owner may not read it')
  if (!isFolder && kind !== 0 && kind !== fileKind && kind !== linkKind) refuse('is a device or another special file')
}

async function targetOf(
  { name, method, size, packed }: ZipEntry,
  start: number,
  source: AsyncIterable<Uint8Array>,
  file: string,
): Promise<ByteString> {
  const refuse = (why: string): Error => badArchive(file, `the symbolic link ${shown(name)} ${why}`)
  if (size > longestTarget) throw refuse(`has a target of ${size} bytes`)
  if (method === bzip2) throw refuse('is compressed with bzip2, which unpackers understand differently')
  if (method !== 0 && Math.floor(start / portion) !== Math.floor((start + packed - 1) / portion))
    throw refuse('is compressed and stands where an unpacker cuts it off')
  const target: Uint8Array[] = []
  for await (const chunk of source) target.push(chunk)
  return Buffer.concat(target).toString('latin1')
}

async function* content(spool: Spool, entry: ZipEntry, start: number, file: string): AsyncGenerator<Uint8Array, void, undefined> {
  const damaged = (why: string, cause?: unknown): Error => badArchive(file, `${shown(entry.name)} ${why}`, cause)
  let size = 0
  let crc = 0
  try {
    for await (const chunk of decoders.get(entry.method)!(spool.read(start, entry.packed), entry.packed)) {
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

type Decoder = (packed: AsyncIterable<Uint8Array>, length: number) => AsyncIterable<Uint8Array>

/** They throw where something follows the end of what they decode. */
const decoders: ReadonlyMap<number, Decoder> = new Map<number, Decoder>([
  [0, (packed) => packed],
  [8, inflate],
  [bzip2, (packed) => bunzip2(packed, { single: true })],
])

async function* inflate(packed: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = zlib.createInflateRaw()
  pipeline(Readable.from(packed, { objectMode: false }), decoder, () => undefined)
  yield* decoder
  if (decoder.bytesWritten !== length) throw new Error('more follows its end')
}
