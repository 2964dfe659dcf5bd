// URLs → digests: every download under one limit, each distinct URL once.
import pLimit from 'p-limit'
import type { Remarks } from '../archive/remarks.ts'
import type { Algorithm, Digest } from '../core/digest.ts'
import { InputError, NetworkError } from '../core/errors.ts'
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
  readonly tree: { readonly digests: ReadonlyMap<Algorithm, Digest>; readonly remarks: Remarks } | null
}

export class Digests {
  readonly #context: Context
  readonly #limit: ReturnType<typeof pLimit>
  readonly #started = new Map<string, Promise<Digested>>()

  constructor(context: Context) {
    this.#context = context
    this.#limit = pLimit(context.jobs)
  }

  /** While the forge is asked for a release, the way to its assets is opened: they and their checksum file are where these are. */
  expect(urls: readonly string[]): void {
    for (const url of [...new Set(urls), ...urls.slice(0, 1)]) this.#context.downloads.soon?.(url)
  }

  /** Throws what Downloads throws, and InputError `bad-archive` where the tree cannot be what its rule asks for. */
  async of(wish: Wish): Promise<Digested> {
    const digested = await this.#once(wish)
    const problem = wish.tree?.rule.kind === 'archive' && wish.tree.rule.foldCase ? (digested.tree?.remarks.notOnMacOS ?? null) : null
    if (problem !== null) throw new InputError('bad-archive', `Could not unpack ${wish.label}: ${problem}, and cannot be unpacked on macOS`)
    return digested
  }

  #once(wish: Wish): Promise<Digested> {
    // Whether a tree also fits on macOS is a question to what came, not another download.
    const tree = wish.tree?.rule.kind === 'archive' ? { ...wish.tree, rule: { ...wish.tree.rule, foldCase: null } } : wish.tree
    const key = JSON.stringify([wish.url, [...wish.algorithms].sort(), tree])
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
      const sink = {
        write: (chunk: Uint8Array) => each((unpacking) => unpacking.write(chunk)),
        restart: () => each((unpacking) => unpacking.restart()),
      }
      const downloaded = await this.#context.downloads.digest(url, { ...wanted, sink })
      const unpacked = await Promise.all([...unpackings.values()].map((unpacking) => unpacking.finish()))
      const { remarks } = unpacked[0]!
      return { ...downloaded, tree: { digests: new Map(unpacked.map(({ digest }) => [digest.algorithm, digest])), remarks } }
    } finally {
      await each((unpacking) => unpacking.stop())
    }
  }
}

const isAbsent = (error: unknown): boolean => error instanceof NetworkError && error.code === 'not-found'
