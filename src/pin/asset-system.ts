// The assets of a release and a Nix system become the one asset that serves it, or the candidates where that is in doubt.
import type { System } from '../core/system.ts'
import { assetTarget } from './asset-name.ts'
import type { AssetArch, AssetOs, AssetTarget } from './asset-name.ts'
import { bareVersion } from './tag.ts'

/** `candidates`: the assets that may have been meant, in the order given; empty where none is for the system. */
export type AssetChoice = { readonly ok: true; readonly name: string } | { readonly ok: false; readonly candidates: readonly string[] }

const nixArches: Readonly<Record<string, AssetArch>> = {
  x86_64: 'x86_64',
  aarch64: 'aarch64',
  armv7l: 'armv7l',
  armv6l: 'armv6l',
  i686: 'i686',
  riscv64: 'riscv64',
  powerpc64le: 'ppc64le',
  s390x: 's390x',
}
const nixSystems: Readonly<Record<string, AssetOs>> = {
  linux: 'linux',
  darwin: 'darwin',
  freebsd: 'freebsd',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  windows: 'windows',
}

/** Whether an asset that says this of itself was built for the system: operating system and processor both said, both right. */
export function servesSystem(target: AssetTarget, system: System): boolean {
  const [arch, os] = halves(system)
  if (target.kind === 'other' || os === undefined || arch === undefined || target.os !== os) return false
  return target.arch === arch || (os === 'darwin' && target.arch === 'universal' && (arch === 'x86_64' || arch === 'aarch64'))
}

/**
 * The asset for a system, where the names single out exactly one. Two that serve it (musl and gnu, an archive and the bare program) are a doubt, and so is one
 * that does not say its processor. A build for the processor itself goes before a universal one, and disk images are taken only where there is nothing else.
 */
export function chooseAsset(system: System, names: readonly string[], tool = ''): AssetChoice {
  const [arch, os] = halves(system)
  const targets = names.map((name) => ({ name, target: assetTarget(name, tool) }))
  const serving = targets.filter(({ target }) => servesSystem(target, system))
  const files = serving.filter(({ target }) => target.kind !== 'dmg' && target.kind !== 'appimage')
  const kept = files.length > 0 ? files : serving
  const exact = kept.filter(({ target }) => target.arch === arch)
  const fit = exact.length > 0 ? exact : kept
  const [only] = fit
  if (only !== undefined && fit.length === 1) return { ok: true, name: only.name }
  if (only !== undefined) return { ok: false, candidates: fit.map(({ name }) => name) }
  // Nothing says that it serves the system: name what does not say that it serves another.
  const perhaps = targets.filter(
    ({ target }) =>
      target.kind !== 'other' &&
      os !== undefined &&
      (target.os === null || target.os === os) &&
      (target.arch === null || target.arch === arch || (target.arch === 'arm' && (arch === 'armv6l' || arch === 'armv7l'))),
  )
  return { ok: false, candidates: perhaps.map(({ name }) => name) }
}

/**
 * The asset of the new release whose name is the current one's with the version's text replaced, and exactly that; null where there is none or more than one way to
 * read it. A name without the version in it must be there as it is.
 */
export function similarAsset(current: string, currentTag: string, newTag: string, names: readonly string[]): string | null {
  const from = bareVersion(currentTag)
  const to = bareVersion(newTag)
  const spellings: readonly (readonly [string, string])[] = [
    [currentTag, newTag],
    [currentTag.replaceAll('/', '-'), newTag.replaceAll('/', '-')],
    [`v${from.version}`, `v${to.version}`],
    [from.version, to.version],
    ...['_', '-', ''].map((joint): readonly [string, string] => [from.version.replaceAll('.', joint), to.version.replaceAll('.', joint)]),
    // The plus sign of a build, and what tags have that are made of other words.
    ...['_', '-', '.'].map((sign): readonly [string, string] => [
      from.version.replaceAll(/[+_]/g, sign),
      to.version.replaceAll(/[+_]/g, sign),
    ]),
  ]
  const renamed = new Set<string>()
  for (const [old, replacement] of spellings) {
    if (old === '') continue
    const pattern = new RegExp(`(?<![0-9]|[0-9]\\.)${escaped(old)}(?![0-9]|\\.[0-9](?!z$))`, 'g')
    if (current.search(pattern) >= 0) renamed.add(current.replace(pattern, () => replacement))
  }
  if (renamed.size === 0) return names.includes(current) ? current : null
  const there = [...renamed].filter((name) => names.includes(name))
  return there.length === 1 ? (there[0] ?? null) : null
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

function halves(system: System): readonly [AssetArch | undefined, AssetOs | undefined] {
  const dash = system.indexOf('-')
  const arch = system.slice(0, dash)
  const os = system.slice(dash + 1)
  return [Object.hasOwn(nixArches, arch) ? nixArches[arch] : undefined, Object.hasOwn(nixSystems, os) ? nixSystems[os] : undefined]
}
