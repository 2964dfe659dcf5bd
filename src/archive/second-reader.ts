// A tar on its way to our reader → also through the `tar` package, and whether the two see the same members.
import { Parser } from 'tar/parse'
import type { ReadEntry } from 'tar/read-entry'
import type { ByteString } from '../hash/nar.ts'
import { badArchive, shown } from './bad-archive.ts'

/** What a reader makes of a header, as far as the hash depends on it. */
export interface Member {
  readonly kind: 'file' | 'program' | 'folder' | 'symbolic link' | 'hard link'
  readonly name: ByteString
  /** Bytes that follow in the archive; 0 for all but files and programs. */
  readonly size: number
  /** Of a link; `''` for all others. */
  readonly target: ByteString
}

/**
 * Refuses an archive that two readers take for different ones. Members that the package cannot read, which it says, are ours alone, with all after
 * them.
 */
export class SecondReader {
  readonly #file: string
  readonly #seen: ReadEntry[] = []
  readonly #parser: Parser
  #done = false

  /** `file` is for messages. */
  constructor(file: string) {
    this.#file = file
    this.#parser = new Parser({
      filter: (_, entry) => {
        if (!this.#done) this.#seen.push(entry as ReadEntry)
        return false
      },
      onwarn: () => (this.#done = true),
    })
    this.#parser.on('error', () => (this.#done = true))
  }

  /** The same bytes, each portion seen by the package before it goes on. */
  async *through(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of source) {
      if (!this.#done) this.#write(chunk)
      yield chunk
    }
  }

  /** The package reads no further: the archive is at its end, or what follows is known to be beyond it. */
  stop(): void {
    this.#done = true
    this.#seen.length = 0
  }

  /** Throws InputError `bad-archive` where the package has another member in the place of this one. */
  compare(member: Member): void {
    const entry = this.#seen.shift()
    if (entry === undefined && this.#done) return
    if (entry !== undefined && isSame(member, entry)) return
    throw badArchive(
      this.#file,
      `it can be read in two ways: ${described(member)} is ${entry === undefined ? 'nothing' : described(asMember(entry))} to another reader of tar`,
    )
  }

  #write(chunk: Uint8Array): void {
    try {
      this.#parser.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
    } catch {
      // What it throws at, it cannot read.
      this.#done = true
    }
  }
}

function isSame(member: Member, entry: ReadEntry): boolean {
  const { kind, name, size, target } = asMember(entry)
  return kind === member.kind && size === member.size && isSameText(name, member.name) && isSameText(target, member.target)
}

/** The package loses what is not UTF-8 or divided between two chunks, and attributes with line ends: of other text than plain it knows too little. */
function isSameText(theirs: ByteString, ours: ByteString): boolean {
  return theirs === ours || !/^[ -~]*$/.test(ours)
}

function asMember(entry: ReadEntry): Member {
  const kind = kinds[entry.type] ?? ((entry.mode ?? 0) & 0o100 ? 'program' : 'file')
  return {
    kind,
    name: Buffer.from(entry.path).toString('latin1'),
    size: kind === 'file' || kind === 'program' ? entry.size : 0,
    target: kind.endsWith('link') ? Buffer.from(entry.linkpath ?? '').toString('latin1') : '',
  }
}

const kinds: Readonly<Partial<Record<string, Member['kind']>>> = {
  Directory: 'folder',
  GNUDumpDir: 'folder',
  SymbolicLink: 'symbolic link',
  Link: 'hard link',
}

function described({ kind, name, size, target }: Member): string {
  if (kind === 'folder') return `the folder ${shown(name)}`
  return kind.endsWith('link') ? `the ${kind} ${shown(name)} to ${shown(target)}` : `the ${kind} ${shown(name)} of ${size} bytes`
}
