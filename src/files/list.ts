// A root and globs → the paths of its files.
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import path from 'node:path'
import { globTest, isGlob } from './glob.ts'
import { realInside } from './inside.ts'
import { gitTop } from './prefix.ts'
import type { Ground } from './standing.ts'

/** See `Files.list`. Lists regular files only; of several names that lead to one file, the file's own, else the first. */
export function listFiles(ground: Ground, globs: readonly string[] | null): readonly string[] {
  const { realRoot } = ground
  return selectFiles(globs, {
    realRoot,
    isFolder: (file) => isFolder(realRoot, file),
    candidates: () => gitFiles(realRoot) ?? walk(ground),
    plain: (file) => ground.plain(file),
    target: (file) => ground.seen(file) ?? regularTarget(ground, file),
  })
}

/** Where files are selected from, on disk or elsewhere. */
export interface Stock {
  /** What absolute globs are below. */
  readonly realRoot: string
  isFolder(file: string): boolean
  candidates(): readonly string[]
  /** What `target` gives for a file that is no link. */
  plain(file: string): string
  /** The regular file that a path leads to, under a name that is the same for all that lead there; null where there is none. */
  target(file: string): string | null
}

/** See `Files.list`. */
export function selectFiles(globs: readonly string[] | null, stock: Stock): readonly string[] {
  const plain = new Set<string>()
  const tests: ((file: string) => boolean)[] = []
  for (const glob of globs ?? ['**']) {
    const pattern = relativePattern(stock.realRoot, glob)
    if (isGlob(pattern)) tests.push(globTest(pattern))
    else if (stock.isFolder(pattern)) tests.push((file) => pattern === '' || file.startsWith(`${pattern}/`))
    else plain.add(pattern)
  }
  const found = (tests.length === 0 ? [] : stock.candidates()).filter((file) => isUsual(file) && tests.some((test) => test(file)))
  const regular = withoutDoubles(stock, [...new Set(found)].toSorted())
  return [...new Set([...regular, ...plain])].toSorted()
}

/** What is looked at when nothing is named. */
function isUsual(file: string): boolean {
  return file.endsWith('.nix') || file === 'pinhash.json'
}

function relativePattern(realRoot: string, glob: string): string {
  const slashed = path.sep === '\\' ? glob.replaceAll('\\', '/') : glob
  const relative = path.isAbsolute(glob) ? path.relative(realRoot, glob).replaceAll(path.sep, '/') : slashed
  return path.posix.normalize(relative).replace(/^\.?\/*$|\/+$/, '')
}

function isFolder(realRoot: string, file: string): boolean {
  try {
    const real = realInside(realRoot, file)
    return real !== null && statSync(real).isDirectory()
  } catch {
    return false
  }
}

/** Tracked and untracked files that git does not ignore; null outside a work tree and without git. */
function gitFiles(realRoot: string): readonly string[] | null {
  // Where git would find nothing, it is not asked: to start it takes longer than to read a small repository.
  if (gitTop(realRoot) === null) return null
  // A repository's own settings must not start programs.
  const list = ['-c', 'core.fsmonitor=false', 'ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const run = spawnSync('git', list, {
    cwd: realRoot,
    encoding: 'utf8',
    maxBuffer: 2 ** 29,
    stdio: ['ignore', 'pipe', 'ignore'],
    windowsHide: true,
  })
  return run.status === 0 ? run.stdout.split('\0').filter((file) => file !== '') : null
}

function walk(ground: Ground): readonly string[] {
  const files: string[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    if (folder !== '') ground.addFolder(folder.slice(0, -1))
    for (const entry of entriesOf(ground.plain(folder))) {
      const file = folder + entry.name
      if (entry.isDirectory()) {
        if (entry.name !== '.git' && entry.name !== 'node_modules') folders.push(`${file}/`)
      } else if (!isUsual(file)) continue
      else if (entry.isFile()) {
        files.push(file)
        ground.addFile(file)
      } else if (entry.isSymbolicLink() && !entry.name.startsWith('result')) files.push(file)
    }
  }
  return files
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    // A folder that may not be read holds nothing that could be written.
    return []
  }
}

function withoutDoubles(stock: Stock, files: readonly string[]): readonly string[] {
  const byTarget = new Map<string, string>()
  for (const file of files) {
    const target = stock.target(file)
    if (target === null) continue
    if (!byTarget.has(target) || target === stock.plain(file)) byTarget.set(target, file)
  }
  return [...byTarget.values()]
}

function regularTarget(ground: Ground, file: string): string | null {
  try {
    const found = ground.at(file)
    return found?.isFile === true ? found.real : null
  } catch {
    return null
  }
}
