// URLs, files and standard input → their hashes, in parallel, in the order given.
import { createHash } from 'node:crypto'
import pLimit from 'p-limit'
import type { Algorithm, Digest } from '../core/digest.ts'
import { sameDigest } from '../core/digest.ts'
import { InputError, InterruptedError, PinhashError } from '../core/errors.ts'
import type { HashDocument, ReasonCode, SpellingName } from '../core/report.ts'
import { printDigest } from '../hash/spelling.ts'
import type { Downloads, Progress } from './ports.ts'
import { type TreeRule, Unpacking, treeDigest } from './unpacking.ts'

/** What `hashInputs` needs; files are read through `open`, where `-` is standard input. */
export interface HashContext {
  readonly downloads: Downloads
  readonly progress: Progress
  readonly jobs: number
  readonly signal: AbortSignal
  /** The bytes of a file as the user named it, or of standard input for `-`. The stream throws InputError `unreadable-file`, and ends with the signal. */
  open(file: string): AsyncIterable<Uint8Array>
}

export interface HashOptions {
  readonly algorithm: Algorithm
  readonly format: SpellingName
  /** Every input must have this digest; another one is the reason `hash-differs` and its hash is given all the same. */
  readonly expected: Digest | null
  /** Hash the tree an archive unpacks to, as `nix-prefetch-url --unpack` does, instead of the bytes. */
  readonly unpack: boolean
}

type HashEntry = HashDocument['hashes'][number]

/** What `nix-prefetch-url` prints: nix32, but md5 in hex. */
export function usualFormat(algorithm: Algorithm): SpellingName {
  return algorithm === 'md5' ? 'hex' : 'nix32'
}

/**
 * Hashes each distinct input once, at most `jobs` at a time. What an input cannot be hashed for is its `reason`; the others go on.
 * Throws InterruptedError when the signal is aborted.
 */
export async function hashInputs(context: HashContext, inputs: readonly string[], options: HashOptions): Promise<HashDocument> {
  const limit = pLimit(context.jobs)
  const running = new Map<string, Promise<HashEntry>>()
  for (const input of inputs)
    if (!running.has(input))
      running.set(
        input,
        limit(() => hashInput(context, input, options)),
      )
  const hashes = await Promise.all(inputs.map((input) => running.get(input) as Promise<HashEntry>))
  if (context.signal.aborted) throw interrupted()
  return { hashes }
}

async function hashInput(context: HashContext, input: string, options: HashOptions): Promise<HashEntry> {
  try {
    if (context.signal.aborted) throw interrupted()
    const { size, digest } = isUrl(input) ? await hashUrl(context, input, options) : await hashFile(context, input, options)
    const hash = printDigest(digest, options.format)
    if (options.expected === null || sameDigest(options.expected, digest)) return { input, hash, size }
    const expected = printDigest(options.expected, options.format)
    return { input, hash, size, reason: { code: 'hash-differs', message: `${input} does not have the hash ${expected}; it has ${hash}` } }
  } catch (error) {
    if (context.signal.aborted) throw interrupted(error)
    if (!(error instanceof PinhashError) || error.code === 'interrupted') throw error
    return { input, hash: null, size: null, reason: { code: error.code satisfies ReasonCode, message: error.message } }
  }
}

const rule: TreeRule = { kind: 'archive', root: 'nix-prefetch-url', foldCase: false }

async function hashUrl(
  { downloads }: HashContext,
  url: string,
  { algorithm, unpack }: HashOptions,
): Promise<{ size: number; digest: Digest }> {
  if (!/^https?:/i.test(url) || !URL.canParse(url))
    throw new InputError('usage', `${url} was to be hashed, but only http and https addresses, files and - can be`)
  const wanted = { algorithms: [algorithm], size: null, id: url, label: labelOf(url) }
  if (unpack) {
    const unpacking = new Unpacking(labelOf(url), rule, algorithm)
    try {
      const { size } = await downloads.digest(url, { ...wanted, sink: unpacking })
      return { size, digest: (await unpacking.finish()).digest }
    } finally {
      await unpacking.stop()
    }
  }
  const { size, digests } = await downloads.digest(url, { ...wanted, mayBeEmpty: true })
  const digest = digests.get(algorithm)
  if (digest === undefined) throw new Error(`The download of ${url} came without the ${algorithm} digest that was asked for`)
  return { size, digest }
}

async function hashFile(
  { open, progress, signal }: HashContext,
  file: string,
  { algorithm, unpack }: HashOptions,
): Promise<{ size: number; digest: Digest }> {
  let size = 0
  const name = file === '-' ? 'standard input' : labelOf(file)
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of open(file)) {
      if (signal.aborted) throw interrupted()
      size += chunk.length
      progress.advance(file, size)
      yield chunk
    }
  }
  progress.begin(file, name, null)
  try {
    if (unpack) return { digest: (await treeDigest(counted(), name, rule, algorithm)).digest, size }
    const hash = createHash(algorithm)
    for await (const chunk of counted()) hash.update(chunk)
    return { digest: { algorithm, bytes: new Uint8Array(hash.digest()) }, size }
  } finally {
    progress.end(file)
  }
}

/** A scheme and `//`, as in `https://…`; a file of such a name can be given as `./…`. */
function isUrl(input: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\//i.test(input)
}

function labelOf(input: string): string {
  const path = input.replace(/[?#].*$/s, '').replace(/\/+$/, '')
  return path.slice(path.lastIndexOf('/') + 1)
}

function interrupted(cause?: unknown): InterruptedError {
  return new InterruptedError('Hashing was interrupted', { cause })
}
