import zlib from 'node:zlib'

/** One entry of a zip that is made for a test; names are byte strings. */
export interface MadeZipEntry {
  readonly name: string
  readonly content?: string | Uint8Array
  /** 3, Unix, unless said otherwise. */
  readonly system?: number
  /** Unix mode: the upper half of the attributes. */
  readonly mode?: number
  /** What DOS knows of the file: the lower half. */
  readonly dos?: number
  readonly flags?: number
  readonly method?: 0 | 8 | 12
  /** Already compressed, for `method`. */
  readonly packed?: Uint8Array
  /** What stands before the content instead of the name. */
  readonly localName?: string
  /** What stands before the content instead of what the directory says. */
  readonly local?: {
    readonly flags?: number
    readonly method?: number
    readonly crc?: number
    readonly packed?: number
    readonly size?: number
  }
  readonly extra?: Uint8Array
  readonly localExtra?: Uint8Array
  /** What stands after the content: its sizes. */
  readonly after?: Uint8Array
  /** The version that is needed, with the system above it. */
  readonly needed?: number
  readonly internal?: number
}

export function makeZip(entries: readonly MadeZipEntry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const content = typeof entry.content === 'string' ? Buffer.from(entry.content, 'latin1') : (entry.content ?? Buffer.alloc(0))
    const method = entry.method ?? 0
    const packed = entry.packed ?? (method === 8 ? zlib.deflateRawSync(content) : content)
    const name = Buffer.from(entry.name, 'latin1')
    const localName = Buffer.from(entry.localName ?? entry.name, 'latin1')
    const common = (nameLength: number, extraLength = 0, other: MadeZipEntry['local'] = {}): Buffer => {
      const fields = Buffer.alloc(26)
      fields.writeUInt16LE(entry.needed ?? 20, 0)
      fields.writeUInt16LE(other.flags ?? entry.flags ?? 0, 2)
      fields.writeUInt16LE(other.method ?? method, 4)
      fields.writeUInt32LE(other.crc ?? zlib.crc32(content), 10)
      fields.writeUInt32LE(other.packed ?? packed.length, 14)
      fields.writeUInt32LE(other.size ?? content.length, 18)
      fields.writeUInt16LE(nameLength, 22)
      fields.writeUInt16LE(extraLength, 24)
      return fields
    }
    const local = Buffer.concat([
      Buffer.from('PK\x03\x04', 'latin1'),
      common(localName.length, entry.localExtra?.length, entry.local),
      localName,
      entry.localExtra ?? Buffer.alloc(0),
      packed,
      entry.after ?? Buffer.alloc(0),
    ])
    const rest = Buffer.alloc(14)
    rest.writeUInt16LE(entry.internal ?? 0, 4)
    rest.writeUInt32LE((((entry.mode ?? 0o100644) << 16) | (entry.dos ?? 0)) >>> 0, 6)
    rest.writeUInt32LE(offset, 10)
    const fields = common(name.length, entry.extra?.length)
    directory.push(
      Buffer.concat([
        Buffer.from('PK\x01\x02', 'latin1'),
        Buffer.from([20, entry.system ?? 3]),
        fields,
        rest,
        name,
        entry.extra ?? Buffer.alloc(0),
      ]),
    )
    parts.push(local)
    offset += local.length
  }
  const all = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(all.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, all, end])
}
