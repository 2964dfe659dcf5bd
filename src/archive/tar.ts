// The bytes of a tar → its entries in a tree. Old, ustar, GNU and pax headers, names as bytes.
import type { ByteString } from '../hash/nar.ts'
import { badArchive, shown } from './bad-archive.ts'
import { ByteReader } from './byte-reader.ts'
import { fillHoles, runsOf } from './sparse.ts'
import type { Run } from './sparse.ts'
import type { Spool } from './spool.ts'
import type { Tree } from './tree.ts'

const block = 512
/** The longest name or attribute record that is believed, in bytes. */
const longest = 1 << 20

type Attributes = ReadonlyMap<string, ByteString>

interface Sparse {
  readonly runs: readonly Run[]
  readonly size: number
}

/** Whether bytes begin as a tar does: with a header, or with the zeros that end one. Less than 512 bytes do not. */
export function isTar(head: Uint8Array): boolean {
  return isHeader(head) || (head.length === block && isEnd(head))
}

function isEnd(header: Uint8Array): boolean {
  return header.every((byte) => byte === 0)
}

/** What tells a header is its checksum; some old writers summed signed bytes. */
function isHeader(head: Uint8Array): boolean {
  if (head.length < block) return false
  let unsigned = 8 * 32
  let signed = 8 * 32
  for (let i = 0; i < block; i++) {
    if (i >= 148 && i < 156) continue
    const byte = head[i] ?? 0
    unsigned += byte
    signed += byte > 127 ? byte - 256 : byte
  }
  const sum = numberAt(head, 148, 8)
  return sum === unsigned || sum === signed
}

/** Reads a tar to its end into `tree`, contents into `spool`. Throws InputError `bad-archive`. `file` is for messages. */
export async function readTar(source: AsyncIterable<Uint8Array>, file: string, tree: Tree, spool: Spool): Promise<void> {
  const reader = new ByteReader(source)
  let general: Attributes = new Map()
  let own: Attributes = new Map()
  let longName: ByteString | null = null
  let longTarget: ByteString | null = null

  for (;;) {
    const header = Buffer.from(await reader.take(block))
    // Two zero blocks end a tar; what writers forget is forgiven, as tar forgives it.
    if (header.length === 0 || (header.length === block && isEnd(header))) break
    if (header.length < block) throw badArchive(file, 'it ends in the middle of a header')
    if (!isHeader(header)) throw badArchive(file, 'a header has a wrong checksum; the archive is damaged')
    const type = String.fromCharCode(header[156] ?? 0)
    const stated = numberAt(header, 124, 12)
    if (stated === null) throw badArchive(file, 'the size in a header is no number')

    if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
      if (stated > longest) throw badArchive(file, `a name or attribute record of ${stated} bytes is too long to be one`)
      const content = Buffer.from(await whole(reader, file, stated))
      if (type === 'L') longName = cut(content)
      else if (type === 'K') longTarget = cut(content)
      else if (type === 'x') own = attributes(content, new Map(), file)
      else general = attributes(content, general, file)
      continue
    }

    const said = new Map([...general, ...own])
    const get = (key: string): ByteString | undefined => (said.get(key) === '' ? undefined : said.get(key))
    const name = get('GNU.sparse.name') ?? get('path') ?? longName ?? nameIn(header)
    const target = get('linkpath') ?? longTarget ?? cut(header.subarray(157, 257))
    const size = get('size') === undefined ? stated : Number(get('size'))
    if (!Number.isSafeInteger(size) || size < 0) throw badArchive(file, `the size of ${shown(name)} is no number`)
    own = new Map()
    longName = null
    longTarget = null

    switch (type) {
      case '\0':
      case '0':
      case '7':
      case 'S':
        if (name.endsWith('/')) tree.addFolder(name)
        else {
          const sparse = type === 'S' ? await oldSparse(reader, header, file, name) : await paxSparse(reader, get, said, size, file, name)
          const start = spool.size
          const kept = await spool.append(reader.stream(sparse === null ? size : size - sparse.read))
          if (kept !== (sparse === null ? size : size - sparse.read)) throw badArchive(file, `it ends in the middle of ${shown(name)}`)
          if (sparse !== null && sparse.runs.reduce((sum, run) => sum + run.length, 0) !== kept)
            throw badArchive(file, `the map of holes of ${shown(name)} does not fit its data`)
          const read = (from: number, length: number): AsyncIterable<Uint8Array> => spool.read(start + from, length)
          tree.addFile(name, {
            kind: 'file',
            executable: ((numberAt(header, 100, 8) ?? 0) & 0o100) !== 0,
            size: sparse?.size ?? size,
            read: () => (sparse === null ? read(0, size) : fillHoles(sparse.runs, sparse.size, read)),
          })
          await skip(reader, file, -size & (block - 1))
          continue
        }
        break
      case '1':
        if (size > 0) throw badArchive(file, `the hard link ${shown(name)} brings content of its own`)
        tree.addHardLink(name, target)
        continue
      case '2':
        tree.addLink(name, target)
        continue
      case '5':
        tree.addFolder(name)
        continue
      case 'D':
        tree.addFolder(name)
        break
      case 'V':
        break
      case '3':
      case '4':
        throw badArchive(file, `${shown(name)} is a device`)
      case '6':
        throw badArchive(file, `${shown(name)} is a named pipe`)
      default:
        throw badArchive(file, `${shown(name)} is of a kind that is not known (${JSON.stringify(type)})`)
    }
    await skip(reader, file, size + (-size & (block - 1)))
  }
  // What follows is padding, but the checksum of a compressed file is behind it.
  for await (const _ of reader.stream());
}

/** A number in octal, or in base 256 where the first bit says so; null where it is neither. Empty is zero, as tars have it. */
function numberAt(header: Uint8Array, start: number, length: number): number | null {
  const field = header.subarray(start, start + length)
  const first = field[0] ?? 0
  if (first >= 0x80) {
    // 0xff begins negative numbers, which nothing read here can have.
    if (first !== 0x80) return null
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0)
    return Number.isSafeInteger(value) ? value : null
  }
  const digits = /^[ \0]*([0-7]*)(?:[ \0]|$)/.exec(Buffer.from(field).toString('latin1'))
  return digits === null ? null : Number.parseInt(`0${digits[1] ?? ''}`, 8)
}

function cut(bytes: Uint8Array): ByteString {
  const text = Buffer.from(bytes).toString('latin1')
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}

function nameIn(header: Buffer): ByteString {
  const name = cut(header.subarray(0, 100))
  // GNU's own magic, `ustar` and two blanks, has other things in the place of the prefix.
  const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? cut(header.subarray(345, 500)) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

/** Pax records `LENGTH KEY=VALUE\n` over earlier ones. Repeated keys of the oldest sparse form are joined by commas. */
function attributes(content: Buffer, earlier: Attributes, file: string): Attributes {
  const found = new Map(earlier)
  for (let at = 0; at < content.length;) {
    const head = /^(\d{1,10}) /.exec(content.toString('latin1', at, at + 12))
    const end = at + Number(head?.[1] ?? 0)
    const equals = content.indexOf(0x3d, at)
    if (head === null || end > content.length || equals < 0 || equals >= end || content[end - 1] !== 0x0a) {
      throw badArchive(file, 'an attribute record is damaged')
    }
    const key = content.toString('latin1', at + head[0].length, equals)
    const value = content.toString('latin1', equals + 1, end - 1)
    const repeated = key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes'
    if (repeated) found.set('GNU.sparse.map', found.has('GNU.sparse.map') ? `${found.get('GNU.sparse.map')},${value}` : value)
    else found.set(key, value)
    at = end
  }
  return found
}

async function whole(reader: ByteReader, file: string, length: number): Promise<Uint8Array> {
  const padded = length + (-length & (block - 1))
  const bytes = await reader.take(padded)
  if (bytes.length < padded) throw badArchive(file, 'it ends in the middle of a name or attribute record')
  return bytes.subarray(0, length)
}

async function skip(reader: ByteReader, file: string, length: number): Promise<void> {
  let left = length
  for await (const piece of reader.stream(length)) left -= piece.length
  if (left > 0) throw badArchive(file, 'it ends in the middle of an entry')
}

/** The old GNU form: four pairs in the header, 21 more in each block that follows. `read` is how many of the entry's bytes the map took. */
async function oldSparse(reader: ByteReader, header: Buffer, file: string, name: ByteString): Promise<Sparse & { readonly read: number }> {
  const numbers: (number | null)[] = []
  const pairs = (bytes: Buffer, start: number, count: number): void => {
    for (let at = start; at < start + count * 24 && bytes[at] !== 0; at += 24)
      numbers.push(numberAt(bytes, at, 12), numberAt(bytes, at + 12, 12))
  }
  pairs(header, 386, 4)
  for (let more = header[482] !== 0; more;) {
    const next = Buffer.from(await reader.take(block))
    if (next.length < block) throw badArchive(file, `it ends in the map of holes of ${shown(name)}`)
    pairs(next, 0, 21)
    more = next[504] !== 0
  }
  return { ...checked(numbers, numberAt(header, 483, 12), file, name), read: 0 }
}

/** The pax forms 0.0, 0.1 (map in attributes) and 1.0 (map before the data); null for a file without holes. */
async function paxSparse(
  reader: ByteReader,
  get: (key: string) => ByteString | undefined,
  said: Attributes,
  size: number,
  file: string,
  name: ByteString,
): Promise<(Sparse & { readonly read: number }) | null> {
  const realSize = get('GNU.sparse.realsize') ?? get('GNU.sparse.size')
  const version = `${get('GNU.sparse.major') ?? '0'}.${get('GNU.sparse.minor') ?? '0'}`
  if (version === '1.0') {
    const { numbers, read } = await mapBeforeData(reader, size, file, name)
    return { ...checked(numbers, realSize === undefined ? null : Number(realSize), file, name), read }
  }
  if (!said.has('GNU.sparse.map') && realSize === undefined) return null
  const map = get('GNU.sparse.map')
  if (map === undefined || realSize === undefined) throw badArchive(file, `the map of holes of ${shown(name)} is incomplete`)
  return { ...checked(map.split(',').map(Number), Number(realSize), file, name), read: 0 }
}

/** Decimal lines, first their number of pairs, filled up to whole blocks. */
async function mapBeforeData(
  reader: ByteReader,
  size: number,
  file: string,
  name: ByteString,
): Promise<{ numbers: readonly number[]; read: number }> {
  let text = ''
  for (let read = block; read <= size && read <= longest; read += block) {
    text += Buffer.from(await reader.take(block)).toString('latin1')
    const lines = text.split('\n').slice(0, -1)
    const count = lines.length > 0 ? Number(lines[0]) : Infinity
    if (lines.length > 2 * count) return { numbers: lines.slice(1, 1 + 2 * count).map(Number), read }
  }
  throw badArchive(file, `the map of holes of ${shown(name)} does not end`)
}

function checked(numbers: readonly (number | null)[], realSize: number | null, file: string, name: ByteString): Sparse {
  const known = numbers.filter((number) => number !== null)
  const runs = realSize === null || !Number.isSafeInteger(realSize) || known.length !== numbers.length ? null : runsOf(known, realSize)
  if (runs === null || realSize === null) throw badArchive(file, `the map of holes of ${shown(name)} is damaged`)
  return { runs, size: realSize }
}
