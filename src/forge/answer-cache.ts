// Answers of an API, by address and token, kept in a folder between runs: so that an unchanged one costs nothing of the quota.
import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, open, readFile, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'

/** An answer with the tag by which the server knows it again. */
export interface KeptAnswer {
  readonly etag: string
  /** Where it came from, after redirects. */
  readonly url: string
  /** The `Link` header; null where there was none. */
  readonly link: string | null
  readonly body: string
}

/** Reading and writing never throw: without its cache the program only asks more. */
export interface AnswerCache {
  /** What is kept for this address and token. Something damaged is removed and counts as absent. */
  read(url: string, token: string): Promise<KeptAnswer | null>
  write(url: string, token: string, answer: KeptAnswer): Promise<void>
}

/** What the folder may hold; answers are compressed some ten times. */
export interface CacheLimits {
  /** Bytes of all files. */
  readonly total: number
  /** Bytes of one file. */
  readonly entry: number
}

const usualLimits: CacheLimits = { total: 32 * 1024 * 1024, entry: 8 * 1024 * 1024 }
/** Nothing is this long under way; what a killed run left is. */
const abandoned = 10 * 60_000
const unused = 60 * 24 * 60 * 60_000
const form = 'pinhash answer 1'

const [zip, unzip] = [promisify(gzip), promisify(gunzip)]

/**
 * A cache in this folder, which is made when first needed and readable by its owner alone. A file is named by a hash of the address and
 * the token, appears whole by one rename and carries a checksum: runs side by side and killed runs do no harm. What was used
 * longest ago goes first when there is too much.
 */
export function answerCache(folder: string, limits: CacheLimits = usualLimits): AnswerCache {
  let sweeping: Promise<void> | null = null
  return {
    async read(url, token) {
      const file = path.join(folder, nameOf(url, token))
      let bytes: Uint8Array
      try {
        bytes = await readFile(file)
      } catch {
        return null
      }
      const kept = await decode(bytes, url, limits)
      if (kept === null) await rm(file, { force: true }).catch(() => undefined)
      else await utimes(file, new Date(), new Date()).catch(() => undefined)
      return kept
    },
    async write(url, token, answer) {
      const temporary = path.join(folder, `${randomBytes(8).toString('hex')}.tmp`)
      try {
        const bytes = await encode(url, answer)
        if (bytes.length > limits.entry) return
        if ((await mkdir(folder, { recursive: true, mode: 0o700 })) === undefined) await chmod(folder, 0o700)
        const file = await open(temporary, 'wx', 0o600)
        try {
          await file.writeFile(bytes)
        } finally {
          await file.close()
        }
        await rename(temporary, path.join(folder, nameOf(url, token)))
        await (sweeping ??= sweep(folder, limits).finally(() => (sweeping = null)))
      } catch {
        await rm(temporary, { force: true }).catch(() => undefined)
      }
    },
  }
}

function nameOf(url: string, token: string): string {
  // The token's own hash first, so that no name is a hash of anything a token could be guessed by together with a known address.
  const identity = createHash('sha256').update(`${form}\n${token}`).digest('hex')
  return `${createHash('sha256').update(`${identity}\n${url}`).digest('hex')}.gz`
}

async function encode(url: string, { body, ...rest }: KeptAnswer): Promise<Uint8Array> {
  return zip(`${form}\n${JSON.stringify({ asked: url, ...rest })}\n${body}`, { level: 1 })
}

async function decode(bytes: Uint8Array, asked: string, limits: CacheLimits): Promise<KeptAnswer | null> {
  try {
    const text = (await unzip(bytes, { maxOutputLength: limits.entry * 32 })).toString('utf8')
    const [first, second = ''] = text.split('\n', 2)
    if (first !== form) return null
    const head = JSON.parse(second) as Readonly<Record<string, unknown>>
    const { etag, url, link } = head
    if (head['asked'] !== asked || typeof etag !== 'string' || typeof url !== 'string') return null
    return { etag, url, link: typeof link === 'string' ? link : null, body: text.slice(first.length + second.length + 2) }
  } catch {
    return null
  }
}

/** Removes what killed runs left, what nobody asks for any more, and the rest from the oldest on until the folder is within its limit. */
async function sweep(folder: string, limits: CacheLimits): Promise<void> {
  const files: { file: string; size: number; used: number }[] = []
  for (const name of await readdir(folder)) {
    if (!/^[0-9a-f]+\.(?:gz|tmp)$/.test(name)) continue
    const file = path.join(folder, name)
    const status = await stat(file).catch(() => null)
    if (status === null) continue
    const age = Date.now() - status.mtimeMs
    if (age > (name.endsWith('.tmp') ? abandoned : unused)) await rm(file, { force: true }).catch(() => undefined)
    else if (name.endsWith('.gz')) files.push({ file, size: status.size, used: status.mtimeMs })
  }
  let total = files.reduce((sum, { size }) => sum + size, 0)
  for (const { file, size } of files.toSorted((a, b) => a.used - b.used)) {
    if (total <= limits.total) return
    await rm(file, { force: true }).catch(() => undefined)
    total -= size
  }
}
