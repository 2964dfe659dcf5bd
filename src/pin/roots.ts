// Files → what each of them fetches under every system, and which files that depends on.
import { type System, usualSystems } from '../core/system.ts'
import { parseReleaseUrl } from '../core/release-url.ts'
import { evaluateFile } from '../nix/evaluate/evaluate-file.ts'
import type { Unmanaged } from '../nix/evaluate/fetchers.ts'
import type { SourceTree } from '../nix/evaluate/source-tree.ts'
import type { BuilderCall } from '../nix/evaluate/nixpkgs.ts'
import type { PinFetch } from './pin.ts'

/** One file evaluated by itself, under every system. */
export interface Root {
  readonly file: string
  readonly fetches: readonly PinFetch[]
  readonly unmanaged: readonly Unmanaged[]
  /** Files whose text the result may depend on. */
  readonly reads: ReadonlySet<string>
  readonly exhausted: boolean
  readonly reach: Reach
}

/** How far an evaluation looks: into all files that are imported and may tell something, or only into what is handed to them. */
export interface Reach {
  readonly isFar: boolean
  /** See `SourceTree`. */
  isDull(path: string): boolean
}

const systemPattern =
  /\b(?:x86_64|aarch64|i686|armv[567][la]?|riscv(?:32|64)|powerpc64(?:le)?|s390x|loongarch64|mips(?:64)?(?:el)?)-(?:linux|darwin|freebsd|windows|netbsd|openbsd)\b/g

/** The usual systems and every other the text names. */
export function systemsOf(text: string): ReadonlySet<System> {
  return new Set([...usualSystems, ...(text.match(systemPattern) ?? [])])
}

/** Whether a text names another system than the usual ones. */
export const namesSystem = (text: string): boolean => systemsOf(text).size > usualSystems.length

/** Evaluates a file under every system it is for, or only under those given; once, where no system makes a difference. */
export function evaluateRoot(given: SourceTree, file: string, reach: Reach, only: ReadonlySet<System> | null = null): Root {
  const tree: SourceTree = { ...given, isDull: (path) => reach.isDull(path) }
  const named = systemsOf(tree.text(file) ?? '')
  const systems = [...named].filter((system) => only === null || only.has(system))
  const fetches: PinFetch[] = []
  const unmanaged: Unmanaged[] = []
  const reads = new Set<string>([file])
  let exhausted = false
  for (const system of systems) {
    const result = evaluateFile(tree, file, system, named)
    const made = [
      ...result.fetches.map((fetch) => ({ ...fetch, release: parseReleaseUrl(fetch.urls[0]!.text), builder: null })),
      ...result.builderCalls.map(builderFetch),
    ]
    exhausted ||= result.exhausted
    for (const path of result.reads) reads.add(path)
    fetches.push(...made)
    unmanaged.push(...result.unmanaged)
    // What takes too long and came to nothing does so under every system.
    const same = !result.dependsOnSystem || (result.exhausted && made.length === 0)
    if (!same) continue
    for (const other of systems.slice(1)) {
      fetches.push(...made.map((fetch) => (fetch.system === system ? { ...fetch, system: other } : fetch)))
      unmanaged.push(...result.unmanaged.map((fetch) => (fetch.system === system ? { ...fetch, system: other } : fetch)))
    }
    break
  }
  return { file, fetches, unmanaged, reads, exhausted, reach }
}

/** The call of a builder that cannot be read, as the one fetch it stands for. */
function builderFetch({ system, place, org, name, version, hash, hashAttribute }: BuilderCall): PinFetch {
  const algorithm = hashAttribute.startsWith('sha256') ? 'sha256' : hashAttribute === 'sha512' ? 'sha512' : null
  return {
    system,
    fetcher: 'builder',
    place,
    urls: [],
    release: null,
    hashes: [{ attribute: hashAttribute, value: hash, algorithm }],
    mode: 'flat',
    tree: null,
    stripRoot: true,
    pname: name,
    version,
    builder: { org, name, version },
  }
}
