// A tree of files → the bytes of its NAR, Nix's archive format, that unpacked hashes are taken of.

/** A text of bytes: each character stands for one byte, 0–255, so that names in any encoding survive and order by code unit is order by byte. */
export type ByteString = string

export interface NarFile {
  readonly kind: 'file'
  /** Whether the owner may run it; a NAR knows no other permission. */
  readonly executable: boolean
  /** Bytes; `read` gives exactly so many. */
  readonly size: number
  read(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

export interface NarLink {
  readonly kind: 'link'
  readonly target: ByteString
}

export interface NarFolder {
  readonly kind: 'folder'
  /** By name, in any order: no name is empty, `.`, `..`, or has a slash or NUL in it. */
  readonly entries: ReadonlyMap<ByteString, NarNode>
}

export type NarNode = NarFile | NarLink | NarFolder

/**
 * The NAR of a tree, piece by piece; no piece lives longer than until the next is asked for. Entries come in the order of their names' bytes.
 * Throws RangeError where a file reads as another number of bytes than it has.
 */
export async function* narChunks(root: NarNode): AsyncGenerator<Uint8Array, void, undefined> {
  const frame: number[] = []
  putString(frame, 'nix-archive-1')
  for (const step of steps(root)) {
    if (typeof step === 'string') {
      putString(frame, step)
      if (frame.length > 65_536) yield Uint8Array.from(frame.splice(0))
      continue
    }
    putLength(frame, step.size)
    yield Uint8Array.from(frame.splice(0))
    let size = 0
    for await (const chunk of step.read()) {
      size += chunk.length
      if (size > step.size) break
      yield chunk
    }
    if (size !== step.size) throw new RangeError(`a file of ${step.size} bytes read as ${size}`)
    pad(frame, size)
  }
  yield Uint8Array.from(frame)
}

/** Strings as they stand in the NAR, and files where their bytes stand. A stack of its own, since trees may be deep. */
function* steps(root: NarNode): Generator<ByteString | NarFile, void, undefined> {
  const stack: (NarNode | ByteString)[] = [root]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === 'string') {
      yield next
      continue
    }
    yield* ['(', 'type']
    if (next.kind === 'file') {
      yield 'regular'
      if (next.executable) yield* ['executable', '']
      yield 'contents'
      yield next
      yield ')'
    } else if (next.kind === 'link') {
      yield* ['symlink', 'target', next.target, ')']
    } else {
      yield 'directory'
      stack.push(')')
      for (const [name, node] of [...next.entries].toSorted(([a], [b]) => (a < b ? 1 : -1))) {
        stack.push(')', node, 'node', name, 'name', '(', 'entry')
      }
    }
  }
}

function putString(frame: number[], text: ByteString): void {
  putLength(frame, text.length)
  for (let i = 0; i < text.length; i++) frame.push(text.charCodeAt(i) & 255)
  pad(frame, text.length)
}

function putLength(frame: number[], length: number): void {
  for (let i = 0, rest = length; i < 8; i++, rest = Math.floor(rest / 256)) frame.push(rest % 256)
}

function pad(frame: number[], length: number): void {
  for (let i = length; i % 8 !== 0; i++) frame.push(0)
}
