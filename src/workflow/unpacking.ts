// Bytes on their way → the digest of the tree they unpack to, alongside the download itself.
import type { Algorithm } from '../core/digest.ts'
import type { RootRule } from '../archive/tree.ts'
import type { Unpacked } from '../archive/unpacked-digest.ts'
import type { Sink } from './ports.ts'

/** What of an asset a hash is of, where it is not the bytes: the NAR of the unpacked archive, or of the file by itself. */
export type TreeRule =
  | { readonly kind: 'archive'; readonly root: RootRule; readonly foldCase: boolean }
  | { readonly kind: 'file'; readonly executable: boolean }

/**
 * The digest of the tree in these bytes. `foldCase` is left to whoever knows what the tree is for: the remarks say whether it can be unpacked there.
 * Throws InputError `bad-archive` where they are no archive that Nix would unpack the same way.
 */
export async function treeDigest(bytes: AsyncIterable<Uint8Array>, name: string, rule: TreeRule, algorithm: Algorithm): Promise<Unpacked> {
  const { unpackedDigest, fileNarDigest } = await import('../archive/unpacked-digest.ts')
  if (rule.kind === 'archive') return unpackedDigest(bytes, name, { algorithm, root: rule.root })
  return {
    digest: await fileNarDigest(bytes, name, { algorithm, executable: rule.executable }),
    remarks: { notOnMacOS: null, substituted: null },
  }
}

/** The download began again from its first byte. */
class Restarted extends Error {}

/** Takes the bytes of a download as they come and hashes the tree; the download waits for it. */
export class Unpacking implements Sink {
  readonly #start: (bytes: AsyncIterable<Uint8Array>) => Promise<Unpacked>
  #channel: Channel
  #unpacked: Promise<Unpacked>

  constructor(name: string, rule: TreeRule, algorithm: Algorithm) {
    this.#start = (bytes) => treeDigest(bytes, name, rule, algorithm)
    this.#channel = new Channel()
    this.#unpacked = this.#begin()
  }

  #begin(): Promise<Unpacked> {
    const channel = this.#channel
    const unpacked = this.#start(channel)
    unpacked.then(
      () => channel.abandon(null),
      (error: unknown) => channel.abandon(error),
    )
    return unpacked
  }

  /** The chunk is kept for a while and must not be changed afterwards. Throws what made the bytes no good. */
  write(chunk: Uint8Array): Promise<void> {
    return this.#channel.push(chunk)
  }

  async restart(): Promise<void> {
    await this.stop()
    this.#channel = new Channel()
    this.#unpacked = this.#begin()
  }

  /** After the last byte: the digest and what is to be said of the tree. */
  async finish(): Promise<Unpacked> {
    this.#channel.end(null)
    return await this.#unpacked
  }

  /** Lets go of everything; the temporary folder is gone afterwards. */
  async stop(): Promise<void> {
    this.#channel.end(new Restarted())
    await this.#unpacked.catch(() => undefined)
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
        // The writer goes on when the next chunk is asked for, so that no more than one waits.
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
