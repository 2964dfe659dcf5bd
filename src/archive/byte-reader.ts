// Chunks of any length → bytes in the portions that a format has.

/** Reads a stream of bytes in order, once. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]()
  }

  /** The next `length` bytes, fewer only at the end of the stream. */
  async take(length: number): Promise<Uint8Array> {
    const taken = await this.peek(length)
    this.#rest = this.#rest.subarray(taken.length)
    return taken
  }

  /** The same without moving on. */
  async peek(length: number): Promise<Uint8Array> {
    if (this.#rest.length >= length) return this.#rest.subarray(0, length)
    const parts = [this.#rest]
    let held = this.#rest.length
    while (held < length) {
      const next = await this.#chunks.next()
      if (next.done === true) break
      parts.push(next.value)
      held += next.value.length
    }
    this.#rest = Buffer.concat(parts)
    return this.#rest.subarray(0, length)
  }

  /** The next `length` bytes, or all that follow, in pieces as they come; fewer only at the end of the stream. */
  async *stream(length: number = Infinity): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = length; left > 0;) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next()
        if (next.done === true) return
        this.#rest = next.value
      }
      const piece = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(piece.length)
      left -= piece.length
      yield piece
    }
  }

  /** Lets go of the source before its end. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}
