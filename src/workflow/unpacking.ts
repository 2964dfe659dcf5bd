// Bytes on their way → the digest of the tree they unpack to, alongside the download itself.
import type { Algorithm, Digest } from '../core/digest.ts'
import type { RootRule } from '../archive/tree.ts'
import type { Sink } from './ports.ts'

/** What of an asset a hash is of, where it is not the bytes: the NAR of the unpacked archive, or of the file by itself. */
export type TreeRule =
  | { readonly kind: 'archive'; readonly root: RootRule; readonly foldCase: boolean }
  | { readonly kind: 'file'; readonly executable: boolean }

/** The digest of the tree in these bytes. Throws InputError `bad-archive` where they are no archive that Nix would unpack the same way. */
export async function treeDigest(bytes: AsyncIterable<Uint8Array>, name: string, rule: TreeRule, algorithm: Algorithm): Promise<Digest> {
  const { unpackedDigest, fileNarDigest } = await import('../archive/unpacked-digest.ts')
  return rule.kind === 'archive'
    ? unpackedDigest(bytes, name, { algorithm, root: rule.root, foldCase: rule.foldCase })
    : fileNarDigest(bytes, name, { algorithm, executable: rule.executable })
}

/** The download began again from its first byte. */
class Restarted extends Error {}

/** Takes the bytes of a download as they come and hashes the tree; the download waits for it. */
export class Unpacking implements Sink {
  readonly #start: (bytes: AsyncIterable<Uint8Array>) => Promise<Digest>
  #channel: Channel
  #digest: Promise<Digest>

  constructor(name: string, rule: TreeRule, algorithm: Algorithm) {
    this.#start = (bytes) => treeDigest(bytes, name, rule, algorithm)
    this.#channel = new Channel()
    this.#digest = this.#begin()
  }

  #begin(): Promise<Digest> {
    const channel = this.#channel
    const digest = this.#start(channel)
    digest.then(
      () => channel.abandon(null),
      (error: unknown) => channel.abandon(error),
    )
    return digest
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.#channel.push(chunk)
  }

  async restart(): Promise<void> {
    await this.stop()
    this.#channel = new Channel()
    this.#digest = this.#begin()
  }

  /** After the last byte: the digest. */
  async finish(): Promise<Digest> {
    this.#channel.end(null)
    return await this.#digest
  }

  /** Lets go of everything; the temporary folder is gone afterwards. */
  async stop(): Promise<void> {
    this.#channel.end(new Restarted())
    await this.#digest.catch(() => undefined)
  }
}

/** One chunk at a time from a writer to a reader, each waiting for the other. */
class Channel implements AsyncIterable<Uint8Array> {
  #chunk: Uint8Array | null = null
  #ended = false
  #abandoned = false
  #error: unknown = null
  #wakeReader: () => void = () => undefined
  #wakeWriter: () => void = () => undefined

  /** Resolves once the reader took the chunk. Throws what made the reader give up. */
  async push(chunk: Uint8Array): Promise<void> {
    this.#failWriter()
    if (this.#abandoned || chunk.length === 0) return
    this.#chunk = chunk
    this.#wakeReader()
    await new Promise<void>((resolve) => (this.#wakeWriter = resolve))
    this.#failWriter()
  }

  #failWriter(): void {
    if (this.#abandoned && this.#error !== null) throw this.#error
  }

  /** No more chunks come; with an error the reader gets it. */
  end(error: unknown): void {
    this.#ended = true
    if (!this.#abandoned) this.#error = error
    this.#wakeReader()
  }

  /** The reader wants no more. */
  abandon(error: unknown): void {
    this.#abandoned = true
    this.#error = error
    this.#wakeWriter()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunk
      if (chunk !== null) {
        // The writer may reuse its buffer once it goes on: it goes on when the next chunk is asked for.
        yield chunk
        this.#chunk = null
        this.#wakeWriter()
      } else if (this.#ended) {
        if (this.#error !== null) throw this.#error
        return
      } else await new Promise<void>((resolve) => (this.#wakeReader = resolve))
    }
  }
}
