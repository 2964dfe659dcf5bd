/** One entry of a tar that is made for a test; names are byte strings. */
export interface MadeEntry {
  readonly name: string
  readonly type?: string
  readonly content?: string | Uint8Array
  readonly target?: string
  readonly mode?: number
  /** Stated instead of the content's length. */
  readonly size?: number
  /** What stands for the form, with its version; that of POSIX if not given. */
  readonly magic?: string
  readonly prefix?: string
}

export function makeTar(entries: readonly MadeEntry[]): Buffer {
  return Buffer.concat([...entries.map(entryBytes), Buffer.alloc(1024)])
}

/** A pax record with its own length in front. */
export function paxRecord(key: string, value: string): string {
  const body = ` ${key}=${value}\n`
  let length = body.length + 1
  while (`${length}${body}`.length !== length) length += 1
  return `${length}${body}`
}

function entryBytes(entry: MadeEntry): Buffer {
  const content = Buffer.from(typeof entry.content === 'string' ? Buffer.from(entry.content, 'latin1') : (entry.content ?? ''))
  const header = Buffer.alloc(512)
  const octal = (value: number, at: number, length: number): number =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')
  header.write(entry.name, 0, 100, 'latin1')
  octal(entry.mode ?? 0o644, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(entry.size ?? content.length, 124, 12)
  octal(0, 136, 12)
  header.write(' '.repeat(8), 148, 'latin1')
  header.write(entry.type ?? '0', 156, 'latin1')
  header.write(entry.target ?? '', 157, 100, 'latin1')
  header.write(entry.magic ?? 'ustar\x0000', 257, 'latin1')
  header.write(entry.prefix ?? '', 345, 155, 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return Buffer.concat([header, content, Buffer.alloc(-content.length & 511)])
}
