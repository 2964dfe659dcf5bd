// URLs to digests: assets are streamed, hashed and forgotten; a body that breaks is resumed where it broke.
import { NetworkError } from '../core/errors.ts'
import { checkAnswer, strongTag } from './answer-check.ts'
import { type Clock, realClock, withRetries } from './attempts.ts'
import { type Hashing, hashing } from './digest-stream.ts'
import type { Answer, Sender } from './send.ts'
import type { Downloaded, Downloads, Progress, Wanted } from './types.ts'

/** What downloads are made from. */
export interface DownloadsOptions {
  readonly send: Sender['send']
  readonly soon?: Sender['soon']
  /** 0 to 5, for each download. */
  readonly retries: number
  readonly progress?: Progress | undefined
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock
  /** Milliseconds; a minute unless given. */
  readonly maxWait?: number
}

/** Downloads over this sender. How many run at once is the caller's choice. */
export function downloads({ send, soon, retries, progress, signal, clock = realClock, maxWait }: DownloadsOptions): Downloads {
  const patience = { retries, clock, signal, maxWait, note: (message: string): void => progress?.note?.(message) }
  return {
    async digest(url, wanted) {
      const transfer = new Transfer(url, wanted, progress)
      try {
        return await withRetries(async () => {
          const answer = await send({ url, headers: transfer.headers(), signal })
          return giveUpOnError(answer, async () => transfer.take(answer, clock.now()))
        }, patience)
      } finally {
        transfer.end()
      }
    },
    ...(soon === undefined ? {} : { soon }),
    async text(url, limit) {
      return withRetries(async () => {
        const answer = await send({ url, signal })
        return giveUpOnError(answer, async () => readText(answer, { url, limit, now: clock.now() }))
      }, patience)
    },
  }
}

/** One asset on its way, over as many attempts as it takes. */
class Transfer {
  readonly #url: string
  readonly #wanted: Wanted
  readonly #progress: Progress | undefined
  #hashing: Hashing
  #tag: string | null = null
  /** What the last answer that gave it said of the whole file's length. */
  #total: number | null = null
  #begun = false

  constructor(url: string, wanted: Wanted, progress: Progress | undefined) {
    this.#url = url
    this.#wanted = wanted
    this.#progress = progress
    this.#hashing = hashing(wanted.algorithms)
    if (wanted.size !== null) this.#begin(wanted.size)
  }

  /** Asks for the rest only where the server can tell that the file is still the same. */
  headers(): Record<string, string> {
    if (this.#tag === null || this.#hashing.size === 0) return {}
    return { range: `bytes=${this.#hashing.size}-`, 'if-range': this.#tag }
  }

  async take(answer: Answer, now: number): Promise<Downloaded> {
    const { size, sink, id, mayBeEmpty = false } = this.#wanted
    const from = this.#tag === null ? 0 : this.#hashing.size
    const other = answer.status === 206 && (answer.headers['etag']?.trim() ?? this.#tag) !== this.#tag
    if (from > 0 && (other || answer.status === 416)) throw this.#notTheRest(answer)
    const part = checkAnswer(answer.status, answer.headers, { url: this.#url, shown: answer.shown, size, from, now })
    if (part.start === 0) {
      await this.#restart()
      this.#tag = strongTag(answer.headers)
      this.#total = part.total
    } else {
      const total = part.total ?? this.#total ?? size
      if (total === null || total !== (this.#total ?? total)) throw this.#notTheRest(answer)
      this.#total = total
    }
    const promised = size ?? this.#total
    this.#begin(promised)
    for await (const chunk of answer.body) {
      this.#hashing.update(chunk)
      if (promised !== null && this.#hashing.size > promised)
        throw bad(answer, `sent more than the ${promised} bytes that were promised`, false)
      await sink?.write(chunk)
      this.#progress?.advance(id, this.#hashing.size)
    }
    if (this.#hashing.size === 0 && !(mayBeEmpty && promised === 0)) throw bad(answer, 'was answered with an empty file', true)
    if (promised !== null && this.#hashing.size !== promised)
      throw bad(answer, `ended after ${this.#hashing.size} of ${promised} bytes`, true)
    return this.#hashing.result()
  }

  end(): void {
    if (this.#begun) this.#progress?.end(this.#wanted.id)
  }

  /** The rest of another file, nothing left of this one, or a part that may not be the last: the file is fetched anew rather than believed. */
  #notTheRest(answer: Answer): NetworkError {
    this.#tag = null
    return bad(answer, 'could not be resumed', true)
  }

  async #restart(): Promise<void> {
    if (this.#hashing.size === 0) return
    this.#hashing = hashing(this.#wanted.algorithms)
    await this.#wanted.sink?.restart()
  }

  #begin(total: number | null): void {
    if (!this.#begun) this.#progress?.begin(this.#wanted.id, this.#wanted.label, total)
    this.#begun = true
  }
}

function bad({ shown }: Answer, what: string, retryable: boolean): NetworkError {
  return new NetworkError('bad-answer', `GET ${shown} ${what}; try again later`, { retryable })
}

async function readText(answer: Answer, { url, limit, now }: { url: string; limit: number; now: number }): Promise<string> {
  const { shown } = answer
  const { total } = checkAnswer(answer.status, answer.headers, { url, shown, size: null, from: 0, now })
  const tooLong = (): NetworkError =>
    new NetworkError('bad-answer', `GET ${shown} was answered with more than the ${limit} bytes that are read`)
  if (total !== null && total > limit) throw tooLong()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body) {
    size += chunk.length
    if (size > limit) throw tooLong()
    chunks.push(chunk)
  }
  if (size === 0 || (total !== null && size !== total))
    throw new NetworkError('bad-answer', `GET ${shown} was answered with ${size} bytes, which is not the whole text; try again later`, {
      retryable: true,
    })
  return Buffer.concat(chunks).toString('utf8')
}

async function giveUpOnError<T>(answer: Answer, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    answer.discard()
    throw error
  }
}
