// Ids of git's blobs → their bytes, asked for in as few runs of git as there can be.
import { createHash } from 'node:crypto'
import type { Git } from './git.ts'

const lineEnd = 0x0a

/** The blobs of a repository, each read once. */
export class Blobs {
  readonly #git: Git
  readonly #known = new Map<string, Uint8Array | null>()

  constructor(git: Git) {
    this.#git = git
  }

  /** Whether the bytes are here already. */
  has(id: string): boolean {
    return (this.#known.get(id) ?? null) !== null
  }

  /** Keeps bytes that are known without git, if they are the blob's. */
  offer(id: string, bytes: Uint8Array): boolean {
    if (blobId(bytes, id.length) !== id) return false
    this.#known.set(id, bytes)
    return true
  }

  /** Asks for all of them at once. */
  prepare(ids: Iterable<string>): void {
    const wanted = [...new Set(ids)].filter((id) => !this.#known.has(id))
    if (wanted.length === 0) return
    const answers = this.#ask(wanted)
    for (const id of wanted) {
      // Git ends at the first blob that a partial clone lacks: the others are asked for by themselves.
      const answer = answers.get(id)
      this.#known.set(id, answer === undefined && wanted.length > 1 ? (this.#ask([id]).get(id) ?? null) : (answer ?? null))
    }
  }

  /** The bytes; null where the clone lacks them. */
  get(id: string): Uint8Array | null {
    this.prepare([id])
    return this.#known.get(id) ?? null
  }

  #ask(ids: readonly string[]): Map<string, Uint8Array | null> {
    const { stdout } = this.#git(['cat-file', '--batch'], ids.map((id) => `${id}\n`).join(''))
    const answers = new Map<string, Uint8Array | null>()
    for (let at = 0; at < stdout.length;) {
      const end = stdout.indexOf(lineEnd, at)
      if (end === -1) break
      const [id = '', kind, size] = stdout.toString('latin1', at, end).split(' ')
      if (kind !== 'blob') {
        answers.set(id, null)
        at = end + 1
        continue
      }
      const after = end + 1 + Number(size)
      if (after > stdout.length) break
      answers.set(id, stdout.subarray(end + 1, after))
      at = after + 1
    }
    return answers
  }
}

/** The id that git gives these bytes; ids of 64 digits are those of repositories with sha256. */
function blobId(bytes: Uint8Array, digits: number): string {
  return createHash(digits === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex')
}
