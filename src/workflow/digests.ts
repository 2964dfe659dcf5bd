// URLs → digests: every download under one limit, each distinct URL once.
import pLimit from 'p-limit'
import type { Algorithm } from '../core/digest.ts'
import { NetworkError } from '../core/errors.ts'
import type { Context } from './context.ts'
import type { Downloaded } from './ports.ts'

/** What shall be downloaded. */
export interface Wish {
  readonly url: string
  /** Tried where the first answers 404: the API's address of an asset in a private repository. */
  readonly otherwise: string | null
  readonly algorithms: readonly Algorithm[]
  /** Bytes promised by the forge, or null. */
  readonly size: number | null
  readonly label: string
}

export class Digests {
  readonly #context: Context
  readonly #limit: ReturnType<typeof pLimit>
  readonly #started = new Map<string, Promise<Downloaded>>()

  constructor(context: Context) {
    this.#context = context
    this.#limit = pLimit(context.jobs)
  }

  /** Throws what Downloads throws. */
  of(wish: Wish): Promise<Downloaded> {
    const key = `${wish.url} ${[...wish.algorithms].sort().join(' ')}`
    const known = this.#started.get(key)
    if (known !== undefined) return known
    const started = this.#limit(() => this.#download(wish))
    this.#started.set(key, started)
    return started
  }

  async #download({ url, otherwise, algorithms, size, label }: Wish): Promise<Downloaded> {
    this.#context.signal.throwIfAborted()
    try {
      return await this.#context.downloads.digest(url, { algorithms, size, id: url, label })
    } catch (error) {
      if (otherwise === null || !(error instanceof NetworkError) || error.code !== 'not-found') throw error
      return await this.#context.downloads.digest(otherwise, { algorithms, size, id: url, label })
    }
  }
}
