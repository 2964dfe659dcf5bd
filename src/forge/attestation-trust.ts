// A file, or Sigstore's own repository of keys, to the authorities whose signatures count.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { InputError, NetworkError } from '../core/errors.ts'
import type { ParsedRoot, Sigstore } from './attestation-sigstore.ts'

/** Where the authorities come from. */
export interface TrustOptions {
  /** Absolute path of trusted roots as JSON, one or one a line; null: Sigstore's public one, brought up to date over the network. */
  readonly file: string | null
  /** Folder that keeps what TUF has verified between runs; null: none is kept. */
  readonly cacheFolder: string | null
  /** Milliseconds for each request. */
  readonly timeout: number
  /** Another TUF repository than Sigstore's, and the root that it is believed by. */
  readonly tuf?: { readonly mirrorURL: string; readonly rootPath: string }
}

/** Throws InputError for a file of no use, NetworkError where TUF could not be asked. */
export async function trustedRoots(sigstore: Sigstore, options: TrustOptions): Promise<readonly ParsedRoot[]> {
  return options.file === null ? [await refreshed(sigstore, options)] : readRoots(sigstore, options.file)
}

async function refreshed(sigstore: Sigstore, { cacheFolder, timeout, tuf }: TrustOptions): Promise<ParsedRoot> {
  const kept = cacheFolder === null ? null : path.join(cacheFolder, 'tuf')
  const cachePath = kept ?? (await mkdtemp(path.join(tmpdir(), 'pinhash-tuf-')))
  try {
    return await sigstore.fetchRoot({ ...tuf, cachePath, timeout })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new NetworkError(
      'unreachable',
      `The keys that attestations are verified with could not be brought up to date from ${tuf?.mirrorURL ?? 'https://tuf-repo-cdn.sigstore.dev'}: ${oneLine(why)}; --trusted-root FILE does without the network`,
      { cause },
    )
  } finally {
    if (kept === null) await rm(cachePath, { recursive: true, force: true })
  }
}

/** What `gh attestation trusted-root` prints is a root a line; a root of one's own may be laid out over many. */
async function readRoots(sigstore: Sigstore, file: string): Promise<readonly ParsedRoot[]> {
  const bad = (why: string, cause?: unknown): InputError =>
    new InputError('bad-config', `${file} holds no trusted root: ${why}; 'gh attestation trusted-root' prints one`, { cause })
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new InputError(
      'unreadable-file',
      `The trusted root ${file} could not be read: ${code === 'ENOENT' ? 'it does not exist' : message}`,
      { cause },
    )
  }
  const roots = documents(text).map((document) => {
    try {
      const json: unknown = JSON.parse(document)
      return sigstore.rootFromJSON(json)
    } catch (cause) {
      throw bad('it is no JSON of that form', cause)
    }
  })
  if (roots.length === 0 || roots.some((root) => root.certificateAuthorities.length === 0)) throw bad('it names no certificate authority')
  return roots
}

function documents(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  try {
    for (const line of lines) JSON.parse(line)
    return lines
  } catch {
    return [text]
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 300)
}
