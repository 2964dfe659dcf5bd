// Settings and the environment → the real ports. The only place where they are built; what loads slowly is loaded on first use.
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { addAbortSignal } from 'node:stream'
import type { Readable } from 'node:stream'
import type { Wiring } from './cli/world.ts'
import { InputError } from './core/errors.ts'
import { repositoryFiles } from './files/repository.ts'
import type { Context } from './workflow/context.ts'
import type { HashContext } from './workflow/hash.ts'
import type { Downloads, Forge } from './workflow/ports.ts'

/** What the process gives besides the wiring. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The current directory, absolute. */
  readonly directory: string
  readonly stdin: () => Readable
  readonly version: string
}

/** Everything the workflows need. Throws InputError where the directory is none or the environment's settings cannot be used. */
export function compose(wiring: Wiring, surroundings: Surroundings): Context & HashContext {
  const { jobs, progress, signal } = wiring
  const directory = path.resolve(surroundings.directory, wiring.directory ?? '.')
  const network = once(() => loadNetwork(wiring, surroundings))
  return {
    files: repositoryFiles(directory),
    forge: lazyForge(async () => (await network()).forge),
    downloads: lazyDownloads(async () => (await network()).downloads),
    progress,
    jobs,
    signal,
    now: () => Date.now(),
    open: (file) => (file === '-' ? addAbortSignal(signal, surroundings.stdin()) : fileBytes(file, directory, signal)),
  }
}

/** undici and all that rests on it. */
async function loadNetwork({ progress, signal }: Wiring, { environment }: Surroundings): Promise<{ forge: Forge; downloads: Downloads }> {
  const [{ networkSettings }, { sender }, { downloads }, { github }] = await Promise.all([
    import('./download/settings.ts'),
    import('./download/send.ts'),
    import('./download/asset-stream.ts'),
    import('./forge/github.ts'),
  ])
  const settings = networkSettings(environment)
  const { send } = sender(settings)
  return { forge: github({ send, settings, signal }), downloads: downloads({ send, retries: settings.retries, progress, signal }) }
}

function lazyForge(load: () => Promise<Forge>): Forge {
  return {
    release: async (repository, tag) => (await load()).release(repository, tag),
    releases: async function* (repository) {
      yield* (await load()).releases(repository)
    },
    tags: async function* (repository) {
      yield* (await load()).tags(repository)
    },
  }
}

function lazyDownloads(load: () => Promise<Downloads>): Downloads {
  return {
    digest: async (url, wanted) => (await load()).digest(url, wanted),
    text: async (url, limit) => (await load()).text(url, limit),
  }
}

async function* fileBytes(file: string, directory: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  try {
    yield* createReadStream(path.resolve(directory, file), { highWaterMark: 1024 * 1024, signal }) as AsyncIterable<Uint8Array>
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const why = code === 'ENOENT' ? 'it does not exist' : code === 'EISDIR' ? 'it is a folder' : (error as Error).message
    throw new InputError('unreadable-file', `Could not read ${file}: ${why}`, { cause: error })
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | null = null
  return () => (made ??= { value: make() }).value
}
