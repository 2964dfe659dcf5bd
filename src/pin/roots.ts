// Files → what each of them fetches under every system, and which files that depends on.
import { type System, usualSystems } from '../core/system.ts'
import { parseReleaseUrl } from '../core/release-url.ts'
import { evaluateFile } from '../nix/evaluate/evaluate-file.ts'
import type { Unmanaged } from '../nix/evaluate/fetchers.ts'
import type { SourceTree } from '../nix/evaluate/machine.ts'
import type { PinFetch } from './pin.ts'

/** One file evaluated by itself, under every system. */
export interface Root {
  readonly file: string
  readonly fetches: readonly PinFetch[]
  readonly unmanaged: readonly Unmanaged[]
  /** Files whose text the result may depend on. */
  readonly reads: ReadonlySet<string>
  readonly exhausted: boolean
}

const systemPattern =
  /\b(?:x86_64|aarch64|i686|armv[567][la]?|riscv(?:32|64)|powerpc64(?:le)?|s390x|loongarch64|mips(?:64)?(?:el)?)-(?:linux|darwin|freebsd|windows|netbsd|openbsd)\b/g

/** The usual systems and every other the text names. */
export function systemsOf(text: string): ReadonlySet<System> {
  return new Set([...usualSystems, ...(text.match(systemPattern) ?? [])])
}

/** Evaluates a file under every system it is for, or only under those given. */
export function evaluateRoot(tree: SourceTree, file: string, only: ReadonlySet<System> | null = null): Root {
  const text = tree.text(file) ?? ''
  const systems = systemsOf(text)
  const fetches: PinFetch[] = []
  const unmanaged: Unmanaged[] = []
  const reads = new Set<string>([file])
  let exhausted = false
  for (const system of systems) {
    if (only !== null && !only.has(system)) continue
    const result = evaluateFile(tree, file, system, systems)
    exhausted ||= result.exhausted
    for (const path of result.reads) reads.add(path)
    unmanaged.push(...result.unmanaged)
    for (const fetch of result.fetches) {
      const { urls } = fetch
      fetches.push({ ...fetch, release: parseReleaseUrl(urls[0]!.text), builder: null })
    }
    for (const { place, org, name, version, hash, hashAttribute } of result.builderCalls) {
      const algorithm = hashAttribute.startsWith('sha256') ? ('sha256' as const) : hashAttribute === 'sha512' ? ('sha512' as const) : null
      fetches.push({
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
      })
    }
  }
  return { file, fetches, unmanaged, reads, exhausted }
}
