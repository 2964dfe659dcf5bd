// The headers of a tar → its members, each with what the records before it say. Old, ustar, GNU and pax headers, names as bytes.
import type { ByteString } from '../hash/nar.ts'
import { badArchive, shown } from './bad-archive.ts'
import type { ByteReader } from './byte-reader.ts'
import { attributesIn, checkAttributes, checkGeneral, longest } from './pax.ts'
import type { Attributes } from './pax.ts'
import { block, cut, hasMap, isEnd, isExecutable, isHeader, nameIn, numberAt } from './tar-header.ts'

export interface TarMember {
  /** The letter or digit that its header has for its kind. */
  readonly type: string
  /** Null for what is no member of a tree, or none that is allowed. */
  readonly kind: 'file' | 'folder' | 'hard link' | 'symbolic link' | null
  readonly executable: boolean
  readonly name: ByteString
  /** The name without that of a file with holes, which stands apart. */
  readonly plainName: ByteString
  readonly target: ByteString
  /** As stated, in bytes. Of files this is what follows; of others it may be anything. */
  readonly size: number
  readonly attributes: Attributes
  /** Whether records come before the header. */
  readonly announced: boolean
  readonly header: Buffer
}

/** The members up to the end mark; who asks for the next has read the content of the last. Throws InputError `bad-archive`. */
export async function* membersOf(reader: ByteReader, file: string): AsyncGenerator<TarMember, void, undefined> {
  let attributes: Attributes = new Map()
  let longName: ByteString | null = null
  let longTarget: ByteString | null = null

  for (;;) {
    const header = Buffer.from(await reader.take(block))
    // Two zero blocks end a tar; what writers forget is forgiven, as tar forgives it.
    if (header.length === 0 || (header.length === block && isEnd(header))) return
    if (header.length < block) throw badArchive(file, 'it ends in the middle of a header')
    if (!isHeader(header)) throw badArchive(file, 'a header has a wrong checksum; the archive is damaged')
    const type = String.fromCharCode(header[156] ?? 0)
    const stated = numberAt(header, 124, 12)
    if (stated === null) throw badArchive(file, 'the size in a header is no number')

    if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
      const content = await recordIn(reader, stated, file)
      if (type === 'L') longName = cut(content)
      else if (type === 'K') longTarget = cut(content)
      else if (type === 'x') attributes = attributesIn(content, file)
      else checkGeneral(attributesIn(content, file), file)
      continue
    }

    const plainName = attributes.get('path') ?? longName ?? nameIn(header)
    const name = attributes.get('GNU.sparse.name') ?? plainName
    if ((attributes.has('path') && longName !== null) || (attributes.has('linkpath') && longTarget !== null))
      throw badArchive(file, `${shown(name)} is named twice, in pax's form and in GNU's`)
    if (type !== 'S' && hasMap(header)) throw badArchive(file, `${shown(name)} has a map of holes and is of another kind`)
    const member = {
      type,
      kind: kindOf(type, plainName),
      executable: isExecutable(header),
      name,
      plainName,
      target: attributes.get('linkpath') ?? longTarget ?? cut(header.subarray(157, 257)),
      size: Number(attributes.get('size') ?? stated),
      attributes,
      announced: attributes.size > 0 || longName !== null || longTarget !== null,
      header,
    }
    checkAttributes(member, file)
    yield member
    attributes = new Map()
    longName = null
    longTarget = null
  }
}

function kindOf(type: string, name: ByteString): TarMember['kind'] {
  if (type === '1') return 'hard link'
  if (type === '2') return 'symbolic link'
  if (type === '5' || type === 'D') return 'folder'
  if (type !== '\0' && type !== '0' && type !== '7' && type !== 'S') return null
  // The oldest writers have a folder as a file whose name ends in a slash.
  return name.endsWith('/') ? 'folder' : 'file'
}

/** What stands in the place of content behind a header that is about the next one. */
async function recordIn(reader: ByteReader, length: number, file: string): Promise<Buffer> {
  if (length > longest) throw badArchive(file, `a name or attribute record of ${length} bytes is too long to be one`)
  const padded = length + (-length & (block - 1))
  const bytes = Buffer.from(await reader.take(padded))
  if (bytes.length < padded) throw badArchive(file, 'it ends in the middle of a name or attribute record')
  return bytes.subarray(0, length)
}
