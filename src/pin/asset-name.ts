// An asset's name becomes what it says of itself: operating system, architecture, C library and kind of file.

export type AssetOs = 'linux' | 'darwin' | 'windows' | 'freebsd' | 'netbsd' | 'openbsd' | 'android' | 'other'
/** `universal` serves both darwins; `arm` is 32-bit ARM of no said version; `other` is a processor that the name tells but no Nix system here has. */
export type AssetArch =
  | 'x86_64'
  | 'aarch64'
  | 'armv7l'
  | 'armv6l'
  | 'i686'
  | 'riscv64'
  | 'ppc64le'
  | 's390x'
  | 'universal'
  | 'arm'
  | 'other'
/** `bare`: the program itself; `dmg`, `appimage`: an image that holds it; `other`: no program for a Nix system (checksums, signatures, deb, exe, sources); the rest: how it is packed. */
export type AssetKind =
  | 'tar'
  | 'tar.gz'
  | 'tar.xz'
  | 'tar.bz2'
  | 'tar.zst'
  | 'zip'
  | '7z'
  | 'gz'
  | 'xz'
  | 'bz2'
  | 'zst'
  | 'dmg'
  | 'appimage'
  | 'bare'
  | 'other'

/** What an asset's name says; null where it says nothing or contradicts itself. */
export interface AssetTarget {
  readonly os: AssetOs | null
  readonly arch: AssetArch | null
  readonly libc: 'musl' | 'gnu' | 'static' | null
  readonly kind: AssetKind
}

const kinds: readonly (readonly [RegExp, AssetKind])[] = [
  [/\.(?:tar\.gz|tgz)$/, 'tar.gz'],
  [/\.(?:tar\.xz|txz)$/, 'tar.xz'],
  [/\.(?:tar\.bz2|tbz2?)$/, 'tar.bz2'],
  [/\.(?:tar\.zst|tzst)$/, 'tar.zst'],
  [/\.tar$/, 'tar'],
  [/\.zip$/, 'zip'],
  [/\.7z$/, '7z'],
  [/\.gz$/, 'gz'],
  [/\.xz$/, 'xz'],
  [/\.bz2$/, 'bz2'],
  [/\.zst$/, 'zst'],
  [/\.dmg$/, 'dmg'],
  [/\.appimage$/, 'appimage'],
]

// Checked before the kinds: `x.tar.gz.sha256` is no archive.
const notPrograms = new RegExp(
  '[.](?:' +
    'sha(?:1|224|256|384|512)(?:sums?)?|md5(?:sums?)?|b(?:lake)?[23](?:sums?)?|sums?|checksums?|digests?|asc|sig|sign|signature|gpg|minisig|pem|crt|cert|pub|sigstore|bundle|jsonl|att|' +
    'json|ya?ml|toml|xml|txt|md|html|pdf|csv|spdx|cdx|sbom|cyclonedx|lock|' +
    'deb|rpm|apk|snap|flatpak|pkg|mpkg|msi|msix|appx|msixbundle|nupkg|whl|gem|vsix|jar|war|crate|aab|ipa|exe|dll|cab|iso|img|' +
    'blockmap|zsync|d|pdb|dsym|torrent|sh|bash|zsh|fish|ps1|psm1|bat|cmd|py|rb|js|mjs|wasm|wat|h|patch|diff' +
    ')(?:[.](?:gz|xz|bz2|zst|zip))?$|[a-z][.][1-8](?:[.]gz)?$',
)
const notProgramWords = new Set(
  (
    'checksum checksums sha256 sha256sum sha256sums sha512 sha512sum sha512sums sha1sums md5 md5sums sbom spdx cyclonedx provenance attestation attestations signature signatures ' +
    'source sources src vendor vendored debug dbg dbgsym debuginfo debugsymbols symbols dsym pdb manpages completions metadata manifest'
  ).split(' '),
)

const osWords: Readonly<Record<string, AssetOs>> = {
  linux: 'linux',
  ubuntu: 'linux',
  debian: 'linux',
  alpine: 'linux',
  centos: 'linux',
  rhel: 'linux',
  fedora: 'linux',
  manylinux: 'linux',
  gnulinux: 'linux',
  darwin: 'darwin',
  macos: 'darwin',
  macosx: 'darwin',
  osx: 'darwin',
  mac: 'darwin',
  apple: 'darwin',
  windows: 'windows',
  win: 'windows',
  win32: 'windows',
  win64: 'windows',
  msvc: 'windows',
  mingw: 'windows',
  mingw32: 'windows',
  mingw64: 'windows',
  cygwin: 'windows',
  freebsd: 'freebsd',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  android: 'android',
  androideabi: 'android',
  dragonfly: 'other',
  solaris: 'other',
  sunos: 'other',
  illumos: 'other',
  aix: 'other',
  plan9: 'other',
  ios: 'other',
  wasip1: 'other',
  haiku: 'other',
  fuchsia: 'other',
}
const archWords: Readonly<Record<string, AssetArch>> = {
  x8664: 'x86_64',
  amd64: 'x86_64',
  x64: 'x86_64',
  '64bit': 'x86_64',
  intel64: 'x86_64',
  em64t: 'x86_64',
  amd64v1: 'x86_64',
  x8664v1: 'x86_64',
  aarch64: 'aarch64',
  arm64: 'aarch64',
  armv8: 'aarch64',
  arm64v8: 'aarch64',
  armv8a: 'aarch64',
  armv7: 'armv7l',
  armv7l: 'armv7l',
  armv7a: 'armv7l',
  armv7hf: 'armv7l',
  arm7: 'armv7l',
  armhf: 'armv7l',
  arm32v7: 'armv7l',
  thumbv7neon: 'armv7l',
  armv6: 'armv6l',
  armv6l: 'armv6l',
  armv6hf: 'armv6l',
  arm6: 'armv6l',
  arm32v6: 'armv6l',
  arm: 'arm',
  arm32: 'arm',
  armel: 'other',
  armv5: 'other',
  armv5te: 'other',
  arm5: 'other',
  arm64e: 'other',
  aarch64be: 'other',
  arm64ec: 'other',
  x86: 'i686',
  i386: 'i686',
  i486: 'i686',
  i586: 'i686',
  i686: 'i686',
  '386': 'i686',
  ia32: 'i686',
  '32bit': 'i686',
  x32: 'other',
  riscv64: 'riscv64',
  riscv64gc: 'riscv64',
  rv64: 'riscv64',
  rv64gc: 'riscv64',
  riscv: 'other',
  riscv32: 'other',
  ppc64le: 'ppc64le',
  powerpc64le: 'ppc64le',
  ppc64el: 'ppc64le',
  ppc64: 'other',
  powerpc64: 'other',
  ppc: 'other',
  powerpc: 'other',
  s390x: 's390x',
  s390: 'other',
  mips: 'other',
  mipsle: 'other',
  mipsel: 'other',
  mips64: 'other',
  mips64le: 'other',
  mips64el: 'other',
  mips64r6: 'other',
  loong64: 'other',
  loongarch64: 'other',
  sparc64: 'other',
  sparcv9: 'other',
  ia64: 'other',
  wasm32: 'other',
  gnux32: 'other',
  muslx32: 'other',
  // Builds for a newer x86-64 level are not what every x86_64 machine runs.
  amd64v2: 'other',
  amd64v3: 'other',
  amd64v4: 'other',
  x8664v2: 'other',
  x8664v3: 'other',
  x8664v4: 'other',
  universal: 'universal',
  universal2: 'universal',
}
/** Words that tell a processor only where a Mac was named just before. */
const macWords: Readonly<Record<string, AssetArch>> = {
  all: 'universal',
  fat: 'universal',
  intel: 'x86_64',
  silicon: 'aarch64',
  m1: 'aarch64',
}
const libcWords: Readonly<Record<string, 'musl' | 'gnu' | 'static'>> = {
  musl: 'musl',
  musleabi: 'musl',
  musleabihf: 'musl',
  alpine: 'musl',
  gnu: 'gnu',
  glibc: 'gnu',
  gnueabi: 'gnu',
  gnueabihf: 'gnu',
  static: 'static',
}

// One token may hold several words (linux64, macosarm64, linuxmusl); it must hold nothing else, so that "win" is not found in "darwin" nor "arm" in "charm".
const longestFirst = (words: object): string =>
  Object.keys(words)
    .toSorted((a, b) => b.length - a.length)
    .join('|')
const glued = new RegExp(`^(${longestFirst(osWords)})(?:(?!64|32)\\d\\d|\\d{4})?(${longestFirst(archWords)}|64|32|)(musl|gnu|static|)$`)
const reversed = new RegExp(`^(${longestFirst(archWords)})(${longestFirst(osWords)})(musl|gnu|)$`)

/** Reads an asset's name. `tool`, where given, is the program's or repository's name: words in it say nothing about the system. */
export function assetTarget(name: string, tool = ''): AssetTarget {
  const lower = name.toLowerCase()
  const kind = kinds.find(([pattern]) => pattern.test(lower))
  const bare = kind === undefined ? lower : lower.replace(kind[0], '')
  const stem =
    tool !== '' && bare.startsWith(tool.toLowerCase()) && !/^[a-z0-9]/.test(bare.slice(tool.length)) ? bare.slice(tool.length) : bare
  const tokens = tokensOf(stem)
  const seen = wordsOf(tokens)
  // Only Linux runs AppImages, only macOS mounts dmg images.
  const implied: AssetOs | null = kind?.[1] === 'appimage' ? 'linux' : kind?.[1] === 'dmg' ? 'darwin' : null
  const os = theOnly(osSaid(seen.oses)) ?? (seen.oses.length === 0 ? implied : null)
  // Before the system such a word is part of a program's name: src-cli, manifest-tool, sbom-tool.
  const other = notPrograms.test(lower) || tokens.some((token, i) => notProgramWords.has(token) && i >= (seen.first ?? 0))
  return {
    os,
    arch: theArch(os, seen.arches),
    libc: os === 'linux' || os === null ? theLibc(seen.libcs) : null,
    kind: other ? 'other' : (kind?.[1] ?? 'bare'),
  }
}

function tokensOf(stem: string): readonly string[] {
  return stem
    .replace(/(?<![a-z0-9])v?\d+(?:\.\d+)+/g, ' ')
    .replace(/x86[-_.]?64(?=$|[^a-z0-9]|_?v\d|(?:linux|darwin|macos|windows))/g, 'x8664')
    .replace(/(amd64|x8664)[-_]v([1-4])(?![a-z0-9])/g, '$1v$2')
    .replace(/(aarch|arm)[-_]64(?![a-z0-9])/g, (_, arm: string) => `${arm}64`)
    .replace(/ppcle[-_]64(?![a-z0-9])/g, 'ppc64le')
    .replace(/(64|32)[-_]bits?(?![a-z0-9])/g, '$1bit')
    .replace(/arm[-_]?v([5-8])/g, 'armv$1')
    .split(/[^a-z0-9]+/)
    .filter((token) => token !== '')
}

interface Words {
  readonly oses: AssetOs[]
  readonly arches: AssetArch[]
  readonly libcs: ('musl' | 'gnu' | 'static')[]
  /** Index of the first token that says a system. */
  first: number | null
}

function wordsOf(tokens: readonly string[]): Words {
  const words: Words = { oses: [], arches: [], libcs: [], first: null }
  const add = (os: string, arch: string, libc: string): void => {
    const bits = arch === '64' ? 'x86_64' : arch === '32' ? 'i686' : undefined
    const saidOs = lookup(osWords, os)
    const saidArch = bits ?? lookup(archWords, arch)
    const saidLibc = lookup(libcWords, libc)
    if (saidOs !== undefined) words.oses.push(saidOs)
    if (saidArch !== undefined) words.arches.push(saidArch)
    if (saidLibc !== undefined) words.libcs.push(saidLibc)
  }
  for (const [i, token] of tokens.entries()) {
    const joined = glued.exec(token)
    const turned = joined === null ? reversed.exec(token) : null
    if (joined !== null) add(joined[1] ?? '', joined[2] ?? '', joined[3] === '' ? token : (joined[3] ?? ''))
    else if (turned !== null) add(turned[2] ?? '', turned[1] ?? '', turned[3] ?? '')
    else if ((token === '64' || token === '32') && lookup(osWords, tokens[i - 1] ?? '') !== undefined) add('', token, '')
    else add('', token, token)
    const mac = lookup(osWords, tokens[i - 1] ?? '') === 'darwin' ? lookup(macWords, token) : undefined
    if (mac !== undefined) words.arches.push(mac)
    if (words.first === null && words.oses.length + words.arches.length > 0) words.first = i
    // The processor that `win64` and `mingw64` tell is not repeated: `win32-x64` is a 64-bit build.
    if ((token === 'win64' || token === 'mingw64') && words.arches.length === 0) words.arches.push('x86_64')
  }
  if (words.oses.length === 0 && words.libcs.includes('musl')) words.oses.push('linux')
  return words
}

function lookup<Value>(table: Readonly<Record<string, Value>>, word: string): Value | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined
}

/** Android runs on Linux and says so in its triples. */
function osSaid(oses: readonly AssetOs[]): readonly AssetOs[] {
  return oses.includes('android') ? oses.filter((os) => os !== 'linux') : oses
}

function theArch(os: AssetOs | null, arches: readonly AssetArch[]): AssetArch | null {
  const said = new Set(arches)
  if (os === 'darwin') {
    if (said.has('universal') || (said.has('x86_64') && said.has('aarch64'))) return 'universal'
    // Apple never sold a Mac with a 32-bit ARM processor.
    if (said.size === 1 && said.has('arm')) return 'aarch64'
  }
  return theOnly(arches)
}

function theLibc(libcs: readonly ('musl' | 'gnu' | 'static')[]): AssetTarget['libc'] {
  return theOnly(libcs.filter((libc) => libc !== 'static')) ?? (libcs.every((libc) => libc === 'static') ? theOnly(libcs) : null)
}

function theOnly<Value>(values: readonly Value[]): Value | null {
  const [first] = values
  return first !== undefined && values.every((value) => value === first) ? first : null
}
