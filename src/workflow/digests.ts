// URLs → digests: every download under one limit, each distinct URL once.
import pLimit from 'p-limit'
import type { Algorithm, Digest } from '../core/digest.ts'
import { NetworkError } from '../core/errors.ts'
import type { Context } from './context.ts'
import type { Downloaded } from './ports.ts'
import { type TreeRule, Unpacking } from './unpacking.ts'

/** What shall be downloaded. */
export interface Wish {
  readonly url: string
  /** Tried where the first answers 404: the API's address of an asset in a private repository. */
  readonly otherwise: string | null
  /** Of the bytes. */
  readonly algorithms: readonly Algorithm[]
  /** What else is hashed besides the bytes, and how. */
  readonly tree: { readonly rule: TreeRule; readonly algorithms: readonly Algorithm[] } | null
  /** Bytes promised by the forge, or null. */
  readonly size: number | null
  readonly label: string
}

/** What one download gave, the tree's digests beside those of the bytes. */
export interface Digested extends Downloaded {
  readonly tree: ReadonlyMap<Algorithm, Digest> | null
}

export class Digests {
  readonly #context: Context
  readonly #limit: ReturnType<typeof pLimit>
  readonly #started = new Map<string, Promise<Digested>>()

  constructor(context: Context) {
    this.#context = context
    this.#limit = pLimit(context.jobs)
  }

  /** Throws what Downloads throws. */
  of(wish: Wish): Promise<Digested> {
    const key = JSON.stringify([wish.url, [...wish.algorithms].sort(), wish.tree])
    const known = this.#started.get(key)
    if (known !== undefined) return known
    const started = this.#limit(() => this.#download(wish))
    this.#started.set(key, started)
    return started
  }

  async #download(wish: Wish): Promise<Digested> {
    this.#context.signal.throwIfAborted()
    try {
      return await this.#fetch(wish, wish.url)
    } catch (error) {
      if (wish.otherwise === null || !isAbsent(error)) throw error
      return await this.#fetch(wish, wish.otherwise).catch((second: unknown) => {
        // The address that the file names is the one to speak of.
        throw isAbsent(second) ? error : second
      })
    }
  }

  async #fetch({ url: id, algorithms, tree, size, label }: Wish, url: string): Promise<Digested> {
    const wanted = { algorithms, size, id, label }
    if (tree === null) return { ...(await this.#context.downloads.digest(url, wanted)), tree: null }
    const unpackings = new Map(tree.algorithms.map((algorithm) => [algorithm, new Unpacking(label, tree.rule, algorithm)]))
    const each = async (act: (unpacking: Unpacking) => Promise<unknown>): Promise<void> => {
      await Promise.all([...unpackings.values()].map(act))
    }
    try {
      const sink = { write: (chunk: Uint8Array) => each((unpacking) => unpacking.write(chunk)), restart: () => each((unpacking) => unpacking.restart()) }
      const downloaded = await this.#context.downloads.digest(url, { ...wanted, sink })
      const digests = await Promise.all([...unpackings].map(async ([algorithm, unpacking]) => [algorithm, await unpacking.finish()] as const))
      return { ...downloaded, tree: new Map(digests) }
    } finally {
      await each((unpacking) => unpacking.stop())
    }
  }
}

const isAbsent = (error: unknown): boolean => error instanceof NetworkError && error.code === 'not-found'
