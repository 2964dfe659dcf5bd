// Bytes → a private file on disk that they can be read from again, in any order.
import { mkdtemp, open, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { InputError } from '../core/errors.ts'

const portion = 1 << 18

/** One temporary file in a folder of its own that nobody else can enter. `close` removes both; where the system allows it they lose their names at once. */
export class Spool {
  readonly #file: FileHandle
  readonly #folder: string
  readonly #label: string
  #size = 0

  private constructor(file: FileHandle, folder: string, label: string) {
    this.#file = file
    this.#folder = folder
    this.#label = label
  }

  /** `label` names in messages what is kept. Throws InputError `unwritable-file`. */
  static async open(label: string, parent: string = tmpdir()): Promise<Spool> {
    try {
      const folder = await mkdtemp(path.join(parent, 'pinhash-'))
      const file = await open(path.join(folder, 'spool'), 'wx+', 0o600)
      // An open file needs no name, and one without is gone however this process ends.
      await rm(folder, { recursive: true, force: true }).catch(() => undefined)
      return new Spool(file, folder, label)
    } catch (error) {
      throw failure(label, error)
    }
  }

  /** Bytes kept so far. */
  get size(): number {
    return this.#size
  }

  /** Appends all and gives how many bytes that were; they start at what `size` was. Throws InputError `unwritable-file`, and what the source throws. */
  async append(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<number> {
    const start = this.#size
    let waiting: Uint8Array[] = []
    let held = 0
    for await (const chunk of source) {
      waiting.push(chunk)
      held += chunk.length
      if (held < portion) continue
      await this.#write(Buffer.concat(waiting))
      waiting = []
      held = 0
    }
    if (held > 0) await this.#write(Buffer.concat(waiting))
    return this.#size - start
  }

  /** Reads back `length` bytes from `start`. */
  async *read(start: number, length: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let at = start; at < start + length;) {
      const buffer = Buffer.allocUnsafe(Math.min(portion, start + length - at))
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, at)
      if (bytesRead === 0) throw new RangeError(`read past the end of what was kept of ${this.#label}`)
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  }

  async close(): Promise<void> {
    await this.#file.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#size)
        done += bytesWritten
        this.#size += bytesWritten
      }
    } catch (error) {
      throw failure(this.#label, error)
    }
  }
}

function failure(label: string, cause: unknown): InputError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new InputError('unwritable-file', `Could not keep ${label} in the temporary folder: ${why}; TMPDIR can name another`, { cause })
}
