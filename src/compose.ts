// Settings and the environment → the real ports. The only place where they are built; what loads slowly is loaded on first use.
import { createReadStream } from 'node:fs'
import path from 'node:path'
import { addAbortSignal } from 'node:stream'
import type { Readable } from 'node:stream'
import type { Ports, Wiring } from './cli/world.ts'
import { InputError } from './core/errors.ts'
import type { Mirror } from './core/mirror.ts'
import type { Runner } from './files/lock.ts'
import type { BundleSource } from './forge/attestation-bundles.ts'
import type { TrustOptions } from './forge/attestation-trust.ts'
import { repositoryPrefix } from './files/prefix.ts'
import type { CommandOptions } from './files/command.ts'
import type { WorkTreeOptions } from './files/work-tree.ts'
import { repositoryFiles } from './files/repository.ts'
import type { Files } from './files/types.ts'
import type { Attestations, Commands, Downloads, Forge, WorkTree } from './workflow/ports.ts'

/** What the process gives besides the wiring. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The current directory, absolute. */
  readonly directory: string
  readonly stdin: () => Readable
  readonly version: string
  /** The file of CA certificates that Node was started with (`NODE_EXTRA_CA_CERTS`), if any: to trust it again would take time. */
  readonly nodeCaFile?: string
  /** Passes the signal that this program got on to a group of processes; with `force` ends them. Without it the leader alone is told. */
  readonly stopGroup?: (id: number, force: boolean) => void
  /** Tells at once whose lock was left behind; without it that takes a minute. */
  readonly runner?: Runner
}

/** Everything the workflows need. Throws InputError where the directory is none or the environment's settings cannot be used. */
export function compose(wiring: Wiring, surroundings: Surroundings): Ports {
  const { jobs, progress, signal } = wiring
  const directory = path.resolve(surroundings.directory, wiring.directory ?? '.')
  const files = repositoryFiles(directory, surroundings.runner)
  let loaded: Promise<Network> | null = null
  const network = (): Promise<Network> => (loaded ??= loadNetwork(wiring, surroundings, { directory, files }))
  return {
    files,
    forge: lazyForge(async () => (await network()).forge),
    downloads: lazyDownloads(async () => (await network()).downloads),
    attestations: lazyAttestations(async () => (await network()).attestations()),
    workTree: lazyWorkTree(directory, { environment: surroundings.environment, signal }),
    commands: lazyCommands({
      directory,
      environment: surroundings.environment,
      signal,
      stopGroup: surroundings.stopGroup,
      onLine: (line) => progress.note?.(line),
    }),
    progress,
    jobs,
    signal,
    now: () => Date.now(),
    past: async (base) => {
      const { past } = await import('./files/past.ts')
      return past(directory, surroundings.environment, base)
    },
    open: (file) => (file === '-' ? addAbortSignal(signal, surroundings.stdin()) : fileBytes(file, directory, signal)),
    reports: {
      prefix: () => repositoryPrefix(directory, surroundings.environment['GITHUB_WORKSPACE']),
      write: async (file, text) => (await import('./files/report-file.ts')).writeReport(directory, file, text, 'w'),
      append: async (file, text) => (await import('./files/report-file.ts')).writeReport(directory, file, text, 'a'),
    },
    close: async () => {
      await loaded?.then(
        ({ close }) => close(),
        () => undefined,
      )
    },
  }
}

interface Network {
  readonly forge: Forge
  readonly downloads: Downloads
  /** Loads what verifies them; called by whoever is asked for attestations alone. */
  readonly attestations: () => Promise<Attestations>
  readonly close: () => Promise<void>
}

/** undici and all that rests on it. */
async function loadNetwork(
  { progress, signal, network, trustedRoot }: Wiring,
  { environment, version, nodeCaFile }: Surroundings,
  { directory, files }: { readonly directory: string; readonly files: Files },
): Promise<Network> {
  const [{ networkSettings }, { sender }, { downloads }, { github }, { answerCache }] = await Promise.all([
    import('./download/settings.ts'),
    import('./download/send.ts'),
    import('./download/asset-stream.ts'),
    import('./forge/github.ts'),
    import('./forge/answer-cache.ts'),
  ])
  // Of equal prefixes the first counts: the command line goes before the file.
  const mirrors = [...(network?.mirrors ?? []), ...(await mirrorsOf(files))]
  const settings = networkSettings(environment, { ...network, mirrors, version, ...(nodeCaFile === undefined ? {} : { nodeCaFile }) })
  const { send, soon, close } = sender(settings)
  const note = (message: string): void => progress.note?.(message)
  const cache = settings.cacheFolder === null ? null : answerCache(path.join(settings.cacheFolder, 'api'))
  const forge = github({ send, settings, signal, cache, note })
  const file = trustedRoot === undefined || trustedRoot === null ? null : path.resolve(directory, trustedRoot)
  const trust = { file, cacheFolder: settings.cacheFolder, timeout: settings.timeouts.headers }
  let verifying: Promise<Attestations> | null = null
  return {
    forge,
    downloads: downloads({ send, soon, retries: settings.retries, maxWait: settings.maxWait, progress, signal }),
    attestations: () => (verifying ??= loadAttestations(forge, trust)),
    close,
  }
}

async function loadAttestations(source: BundleSource, trust: TrustOptions): Promise<Attestations> {
  const [{ attestations }, { loadSigstore }] = await Promise.all([
    import('./forge/attestation.ts'),
    import('./forge/attestation-sigstore.ts'),
  ])
  return attestations({ source, load: loadSigstore, trust })
}

async function mirrorsOf(files: Files): Promise<readonly Mirror[]> {
  const read = files.read('pinhash.json')
  if (!('text' in read)) return []
  const { specMirrors } = await import('./pin/mirrors.ts')
  return specMirrors(read.text)
}

function lazyWorkTree(directory: string, options: WorkTreeOptions): WorkTree {
  let loaded: Promise<WorkTree> | null = null
  const load = (): Promise<WorkTree> => (loaded ??= import('./files/work-tree.ts').then(({ workTreeIn }) => workTreeIn(directory, options)))
  return {
    ready: async () => (await load()).ready(),
    dirty: async (paths) => (await load()).dirty(paths),
    commit: async (paths, added, message) => (await load()).commit(paths, added, message),
    unstage: async (paths) => (await load()).unstage(paths),
  }
}

function lazyCommands(options: CommandOptions): Commands {
  return {
    run: async (command, variables) => {
      const { commandsIn } = await import('./files/command.ts')
      return commandsIn(options).run(command, variables)
    },
  }
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

function lazyAttestations(load: () => Promise<Attestations>): Attestations {
  return {
    ready: async () => (await load()).ready(),
    check: async (attested) => (await load()).check(attested),
  }
}

function lazyDownloads(load: () => Promise<Downloads>): Downloads {
  return {
    digest: async (url, wanted) => (await load()).digest(url, wanted),
    soon: (url) =>
      void load().then(
        ({ soon }) => soon?.(url),
        () => undefined,
      ),
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
