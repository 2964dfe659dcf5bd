// A folder of Nix repositories → how much of what they fetch pinhash reads, judged by real Nix.
// Usage: npm run measure -- DIR [--lib DIR]    DIR holds repositories, or is one; --lib names a checkout of nixpkgs or of its lib. nix-instantiate must be on PATH.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import pLimit from 'p-limit'
import { usualSystems } from '../src/core/system.ts'
import { evaluateFile } from '../src/nix/evaluate/evaluate-file.ts'
import type { Fetch } from '../src/nix/evaluate/fetchers.ts'
import type { SourceTree } from '../src/nix/evaluate/source-tree.ts'
import { parse } from '../src/nix/parse.ts'
import type { Document } from '../src/nix/syntax.ts'
import { type Answer, RealNix } from '../test/real-nix/ask.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { lib: { type: 'string' } } })
const [start] = positionals
if (start === undefined) throw new Error('say which folder to measure: npm run measure -- DIR [--lib DIR]')

function diskTree(root: string): SourceTree {
  const documents = new Map<string, Document | null>()
  const orNull = <T>(read: () => T): T | null => {
    try {
      return read()
    } catch {
      return null
    }
  }
  const text = (path: string): string | null => orNull(() => readFileSync(join(root, path), 'utf8'))
  return {
    text,
    document(path) {
      if (!documents.has(path)) {
        const content = text(path)
        documents.set(path, content === null ? null : parse(content))
      }
      return documents.get(path) ?? null
    },
    entries: (path) =>
      orNull(
        () =>
          new Map(
            readdirSync(join(root, path), { withFileTypes: true }).map(
              (entry) => [entry.name, entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'symlink' : 'regular'] as const,
            ),
          ),
      ),
  }
}

function filesBelow(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return entry.name.startsWith('.') || entry.name === 'node_modules' ? [] : filesBelow(root, path)
    return entry.isFile() && entry.name.endsWith('.nix') ? [path] : []
  })
}

// Those whose hash is that of something downloaded as it is.
const fetchers = new Set(['fetchurl', 'fetchzip', 'builtins.fetchurl', 'builtins.fetchTarball'])
const pairOf = (url: string, hash: string): string => `${url} ${hash}`
const hashOf = (fetch: Fetch): string => (fetch.hashes.find(({ value }) => value.text !== '') ?? fetch.hashes[0]!).value.text

interface Verdict {
  readonly kind: 'read' | 'missed' | 'wrong' | 'none'
  readonly reason: string
}

/** A pair of ours is wrong if real Nix has another hash for its URL, or another URL for its hash. */
function contradicts(pair: string, told: ReadonlySet<string>): boolean {
  const [url, hash] = pair.split(' ') as [string, string]
  if (told.has(pair) || hash === '' || /^(sha256-)?[0A]+=?$/.test(hash)) return false
  return [...told].some((other) => other.startsWith(`${url} `) || other.endsWith(` ${hash}`))
}

function judge(tree: SourceTree, file: string, answers: ReadonlyMap<string, Answer>): Verdict {
  const told = new Map(
    [...answers].map(([system, answer]) => [
      system,
      new Set(answer.fetches.filter(({ fetcher }) => fetchers.has(fetcher)).map(({ url, hash }) => pairOf(url, hash))),
    ]),
  )
  const isDependent = new Set([...told.values()].map((pairs) => [...pairs].sort().join('\n'))).size > 1
  if (!isDependent) return { kind: 'none', reason: '' }
  let missed: string | null = null
  for (const system of usualSystems) {
    const seen = evaluateFile(tree, file, system, new Set(usualSystems))
    const pairs = new Set(
      seen.fetches.filter(({ fetcher }) => fetchers.has(fetcher)).map((fetch) => pairOf(fetch.urls[0]!.text, hashOf(fetch))),
    )
    const wanted = told.get(system)!
    const wrong = [...pairs].find((pair) => answers.get(system)!.whole && contradicts(pair, wanted))
    if (wrong !== undefined) return { kind: 'wrong', reason: `${system}: ${wrong}` }
    const lacking = [...wanted].find((pair) => !pairs.has(pair))
    const why = seen.exhausted
      ? 'the evaluation was cut off'
      : (seen.unmanaged.find(({ failed }) => !failed)?.reason ?? 'no such fetch was seen')
    if (lacking !== undefined) missed ??= `${system}: ${lacking}: ${why}`
  }
  return missed === null ? { kind: 'read', reason: '' } : { kind: 'missed', reason: missed }
}

const isRepository = (folder: string): boolean => ['.git', 'flake.nix', 'default.nix'].some((name) => readdirSync(folder).includes(name))
const repositories = isRepository(start)
  ? [start]
  : readdirSync(start)
      .map((name) => join(start, name))
      .filter((folder) => statSync(folder).isDirectory())

const nix = new RealNix(values.lib ?? null)
const limit = pLimit(availableParallelism())
const total = { files: 0, read: 0, missed: 0, wrong: 0 }
const row = (name: string, counts: typeof total): string =>
  `${name.padEnd(40)} ${String(counts.files).padStart(5)} ${String(counts.read).padStart(5)} ${String(counts.missed).padStart(7)} ${String(counts.wrong).padStart(6)}`
console.log(`${'repository'.padEnd(40)} files  read  missed  wrong`)
try {
  for (const root of repositories) {
    const tree = diskTree(root)
    const telling = filesBelow(root).filter((file) => /fetch|hash|sha256|import|callPackage/i.test(tree.text(file) ?? ''))
    const judged = await Promise.all(
      telling.map((file) => limit(async () => ({ file, ...judge(tree, file, await nix.ask(root, tree, file, usualSystems)) }))),
    )
    const about = judged.filter(({ kind }) => kind !== 'none')
    const count = (wanted: Verdict['kind']): number => about.filter(({ kind }) => kind === wanted).length
    const counts = { files: about.length, read: count('read'), missed: count('missed'), wrong: count('wrong') }
    for (const key of ['files', 'read', 'missed', 'wrong'] as const) total[key] += counts[key]
    console.log(row(basename(root), counts))
    for (const { kind, file, reason } of about) if (kind !== 'read') console.log(`  ${kind} ${file}: ${reason}`)
  }
  console.log(row('all', total))
} finally {
  nix.close()
}
