// A commit → the paths that stand in it, links followed.
import type { Blobs } from './blobs.ts'
import type { Git } from './git.ts'
import type { SourceFiles } from './types.ts'

/** What a path leads to. */
export type PastStanding =
  | { readonly kind: 'file'; readonly path: string; readonly id: string }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'missing' | 'outside' | 'circle' }

interface Entry {
  readonly kind: 'file' | 'link' | 'submodule'
  readonly id: string
}

// As Linux bounds it.
const mostLinks = 40

/** The part of a commit's tree that is below the folder git runs in, in the names of that folder. Submodules are empty folders: what is in them, the commit does not hold. */
export class PastTree {
  /** Whether git had all folders: a partial clone may lack some, and then more than those is not listed. */
  readonly isWhole: boolean
  readonly #blobs: Blobs
  readonly #entries = new Map<string, Entry>()
  readonly #folders = new Map<string, Map<string, 'regular' | 'directory' | 'symlink'>>([['', new Map()]])

  constructor(git: Git, blobs: Blobs, commit: string) {
    this.#blobs = blobs
    const { ok, stdout } = git(['ls-tree', '-r', '-z', commit])
    this.isWhole = ok
    for (const line of stdout.toString('utf8').split('\0')) {
      const [, mode, id, path] = /^(\d+) \w+ ([0-9a-f]+)\t(.+)$/s.exec(line) ?? []
      if (mode === undefined || id === undefined || path === undefined) continue
      const kind = mode === '120000' ? 'link' : mode === '160000' ? 'submodule' : 'file'
      this.#entries.set(path, { kind, id })
      this.#enter(path, kind === 'file' ? 'regular' : kind === 'link' ? 'symlink' : 'directory')
      if (kind === 'submodule') this.#folders.set(path, new Map())
    }
    blobs.prepare([...this.#entries.values()].filter(({ kind }) => kind === 'link').map(({ id }) => id))
  }

  /** Everything but folders and submodules. */
  files(): string[] {
    return [...this.#entries].flatMap(([path, { kind }]) => (kind === 'submodule' ? [] : [path]))
  }

  /** See `Files.folder`. */
  folder(path: string): ReturnType<SourceFiles['folder']> {
    const found = this.at(path)
    return found.kind === 'folder' ? (this.#folders.get(found.path) ?? null) : null
  }

  at(path: string): PastStanding {
    if (path.startsWith('/')) return { kind: 'outside' }
    const rest = path.split('/')
    const above: string[] = []
    let links = 0
    for (let step = rest.shift(); step !== undefined; step = rest.shift()) {
      if (step === '' || step === '.') continue
      if (step === '..') {
        if (above.pop() === undefined) return { kind: 'outside' }
        continue
      }
      const here = [...above, step].join('/')
      const entry = this.#entries.get(here)
      if (entry?.kind === 'link') {
        const target = Buffer.from(this.#blobs.get(entry.id) ?? []).toString('utf8')
        if (target === '') return { kind: 'missing' }
        if (target.startsWith('/')) return { kind: 'outside' }
        if (++links > mostLinks) return { kind: 'circle' }
        rest.unshift(...target.split('/'))
      } else if (entry?.kind === 'file')
        return rest.some((each) => each !== '' && each !== '.') ? { kind: 'missing' } : { kind: 'file', path: here, id: entry.id }
      else if (this.#folders.has(here)) above.push(step)
      else return { kind: 'missing' }
    }
    return { kind: 'folder', path: above.join('/') }
  }

  #enter(path: string, kind: 'regular' | 'directory' | 'symlink'): void {
    const slash = path.lastIndexOf('/')
    const folder = path.slice(0, Math.max(slash, 0))
    const known = this.#folders.get(folder)
    if (known === undefined) {
      this.#folders.set(folder, new Map([[path.slice(slash + 1), kind]]))
      this.#enter(folder, 'directory')
    } else known.set(path.slice(slash + 1), kind)
  }
}
