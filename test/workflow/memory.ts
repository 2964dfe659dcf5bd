// Texts and releases → everything a workflow needs, in memory, each answer after as long as the test says.
import { createHash } from 'node:crypto'
import type { Algorithm, Digest } from '../../src/core/digest.ts'
import { AbsentError, InputError, NetworkError } from '../../src/core/errors.ts'
import type { Release } from '../../src/core/release.ts'
import { printDigest } from '../../src/hash/spelling.ts'
import type { Spelling } from '../../src/hash/spelling.ts'
import type { Context } from '../../src/workflow/context.ts'
import type { Files } from '../../src/workflow/ports.ts'

/** Bytes by URL; the forge's releases are made from the URLs of GitHub among them. */
export interface Served {
  readonly bytes: ReadonlyMap<string, string>
  /** What the forge says instead of the true digest, by URL; null means nothing. */
  readonly digests?: ReadonlyMap<string, string | null>
  /** Milliseconds until an answer, by what was asked for; none unless said. */
  readonly delay?: (asked: string) => number
}

/** A context over `texts`, which writing changes. */
export function memory(texts: Map<string, string>, served: Served, over: Partial<Context> = {}): Context & { readonly asked: string[] } {
  const asked: string[] = []
  const wait = async (what: string): Promise<void> => {
    asked.push(what)
    const milliseconds = served.delay?.(what) ?? 0
    if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds))
  }
  return {
    asked,
    files: memoryFiles(texts),
    forge: {
      async release({ org, name }, tag) {
        await wait(`${org}/${name}@${tag}`)
        const found = releasesOf(served, org, name).find((release) => release.tag === tag)
        if (found === undefined) throw new AbsentError('no-release', `there is no published release ${tag} of ${org}/${name}`)
        return found
      },
      async *releases({ org, name }) {
        await wait(`${org}/${name}`)
        yield releasesOf(served, org, name)
      },
      async *tags({ org, name }) {
        await wait(`${org}/${name} tags`)
        yield releasesOf(served, org, name).map(({ tag }) => tag)
      },
    },
    downloads: {
      async digest(url, { algorithms }) {
        await wait(url)
        const bytes = served.bytes.get(url)
        if (bytes === undefined) throw new NetworkError('not-found', `GET ${url} was answered with status 404: there is no such file`)
        return { size: bytes.length, digests: new Map(algorithms.map((algorithm) => [algorithm, digestOf(bytes, algorithm)])) }
      },
      async text(url) {
        await wait(url)
        return served.bytes.get(url) ?? ''
      },
    },
    progress: { begin: () => undefined, advance: () => undefined, end: () => undefined },
    jobs: 8,
    signal: new AbortController().signal,
    now: () => Date.parse('2026-01-01T00:00:00Z'),
    ...over,
  }
}

function memoryFiles(texts: Map<string, string>): Files {
  return {
    root: '/repository',
    list: () => [...texts.keys()].filter((path) => path.endsWith('.nix') || path === 'pinhash.json').toSorted(),
    read: (path) => {
      const text = texts.get(path)
      return text === undefined ? { problem: 'missing', message: `${path} does not exist` } : { text }
    },
    folder: (path) => {
      const inside = [...texts.keys()]
        .filter((each) => path === '' || each.startsWith(`${path}/`))
        .map((each) => each.slice(path === '' ? 0 : path.length + 1))
      return inside.length === 0
        ? null
        : new Map(inside.map((each) => [each.split('/')[0]!, each.includes('/') ? 'directory' : 'regular'] as const))
    },
    write: async (changes) => {
      for (const { path, before } of changes)
        if ((texts.get(path) ?? null) !== before)
          throw new InputError('changed-file', `Could not write ${path}: it has changed since it was read; nothing was written, run again`)
      for (const { path, after } of changes)
        if (after === null) texts.delete(path)
        else texts.set(path, after)
    },
  }
}

function releasesOf({ bytes, digests }: Served, org: string, name: string): Release[] {
  const releases = new Map<string, Release['assets'][number][]>()
  const start = `https://github.com/${org}/${name}/releases/download/`
  for (const [url, content] of bytes) {
    if (!url.startsWith(start)) continue
    const [tag = '', asset = ''] = url.slice(start.length).split('/').map(decodeURIComponent)
    const said = digests?.get(url)
    const digest = said === null ? null : digestOf(said ?? content, 'sha256')
    const assets = releases.get(tag) ?? []
    assets.push({ name: asset, url, apiUrl: `api:${url}`, state: 'uploaded', size: content.length, digest, updatedAt: null })
    releases.set(tag, assets)
  }
  return [...releases].map(([tag, assets]) => ({ tag, draft: false, prerelease: false, immutable: false, publishedAt: null, assets }))
}

/** The digest of a text. */
export function digestOf(text: string, algorithm: Algorithm = 'sha256'): Digest {
  return { algorithm, bytes: new Uint8Array(createHash(algorithm).update(text).digest()) }
}

/** The sha256 of a text in a spelling. */
export function hashOf(text: string, spelling: Spelling = { name: 'nix32', prefixed: false }): string {
  return printDigest(digestOf(text), spelling)
}
