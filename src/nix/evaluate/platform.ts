// A system → the platform that `stdenv.hostPlatform` describes, as nixpkgs' `lib.systems.elaborate` has it.
import type { System } from '../../core/system.ts'
import { type Attributes, type Value, attributes, bool, int, list, native, nothing, ready, text, unknown, yes } from './value.ts'

/** What differs between processors; a name that is left out is the processor's own, `null` is one that nobody has given it. */
interface Processor {
  readonly family: string
  readonly bits: 32 | 64
  readonly bigEndian?: true
  readonly arch?: string
  readonly version?: string
  readonly node?: string
  readonly go?: string
  readonly goArm?: string
  readonly linux?: string
  readonly efi?: string
  readonly uboot?: string
  readonly qemu?: string | null
  readonly rust?: string
  readonly rustArch?: string
  readonly uname?: string
  readonly abi?: string
  readonly isEfi?: true
}

const arm = { family: 'arm', bits: 32, node: 'arm', linux: 'arm', efi: 'arm', uboot: 'arm', qemu: 'arm', rustArch: 'arm' } as const
const power = { family: 'power', linux: 'powerpc', uboot: 'powerpc' } as const

const processors: Readonly<Record<string, Processor>> = {
  x86_64: { family: 'x86', bits: 64, arch: 'x86-64', node: 'x64', go: 'amd64', efi: 'x64', isEfi: true },
  i686: {
    family: 'x86',
    bits: 32,
    arch: 'i686',
    node: 'ia32',
    go: '386',
    linux: 'i386',
    efi: 'ia32',
    uboot: 'x86',
    qemu: 'i386',
    isEfi: true,
  },
  aarch64: {
    family: 'arm',
    bits: 64,
    arch: 'armv8-a',
    version: '8',
    node: 'arm64',
    go: 'arm64',
    linux: 'arm64',
    efi: 'aa64',
    uboot: 'arm64',
    isEfi: true,
  },
  armv5tel: { ...arm, arch: 'armv5t', version: '5', go: 'arm', goArm: '5', rust: 'armv5te', abi: 'gnueabi' },
  armv6l: { ...arm, arch: 'armv6', version: '6', go: 'arm', goArm: '6', rust: 'arm', abi: 'gnueabihf', isEfi: true },
  armv7a: { ...arm, arch: 'armv7-a', version: '7', goArm: '7', rust: 'armv7', abi: 'gnueabihf', isEfi: true },
  armv7l: { ...arm, arch: 'armv7', version: '7', go: 'arm', goArm: '7', rust: 'armv7', abi: 'gnueabihf', isEfi: true },
  riscv32: { family: 'riscv', bits: 32, linux: 'riscv', uboot: 'riscv', rust: 'riscv32gc', isEfi: true },
  riscv64: { family: 'riscv', bits: 64, node: 'riscv64', go: 'riscv64', linux: 'riscv', uboot: 'riscv', rust: 'riscv64gc', isEfi: true },
  loongarch64: { family: 'loongarch', bits: 64, node: 'loong64', go: 'loong64', linux: 'loongarch', uboot: 'loongarch', isEfi: true },
  powerpc: { ...power, bits: 32, bigEndian: true, node: 'ppc', qemu: 'ppc', uname: 'ppc' },
  powerpc64: { ...power, bits: 64, bigEndian: true, node: 'ppc64', go: 'ppc64', qemu: 'ppc64', uname: 'ppc64', abi: 'gnuabielfv1' },
  powerpc64le: { ...power, bits: 64, node: 'ppc64', go: 'ppc64le', qemu: 'ppc64le', rustArch: 'powerpc64', uname: 'ppc64le' },
  mips: { family: 'mips', bits: 32, bigEndian: true, node: 'mips', go: 'mips' },
  mipsel: { family: 'mips', bits: 32, node: 'mipsel', go: 'mipsle', linux: 'mips', uboot: 'mips' },
  mips64: { family: 'mips', bits: 64, bigEndian: true, linux: 'mips' },
  mips64el: {
    family: 'mips',
    bits: 64,
    node: 'mips64el',
    go: 'mips64le',
    linux: 'mips',
    uboot: 'mips64',
    rustArch: 'mips64',
    uname: 'mips64',
  },
  s390: { family: 's390', bits: 32, bigEndian: true, qemu: null },
  s390x: { family: 's390', bits: 64, bigEndian: true, node: 's390x', go: 's390x', linux: 's390', uboot: 's390' },
  m68k: { family: 'm68k', bits: 32, bigEndian: true },
  sh4: { family: 'sh', bits: 32, linux: 'sh', uboot: 'sh' },
  arc: { family: 'arc', bits: 32 },
  microblaze: { family: 'microblaze', bits: 32, bigEndian: true },
  microblazeel: { family: 'microblaze', bits: 32, linux: 'microblaze', uboot: 'microblaze' },
  wasm32: { family: 'wasm', bits: 32, go: 'wasm' },
  wasm64: { family: 'wasm', bits: 64 },
}

interface Kernel {
  readonly vendor: 'unknown' | 'apple' | 'pc'
  readonly format: 'elf' | 'macho' | 'pe' | 'wasm'
  readonly family?: 'bsd' | 'darwin'
  readonly abi?: string
  readonly libc: string
  readonly linker?: string
  readonly uname: string | null
  readonly node?: string
  readonly go?: string
  readonly rust?: string
  /** Its libraries' file name extension; null where there are only static ones. */
  readonly shared: string | null
}

const bsd = { vendor: 'unknown', format: 'elf', family: 'bsd', shared: '.so' } as const
const kernels: Readonly<Record<string, Kernel>> = {
  linux: { vendor: 'unknown', format: 'elf', abi: 'gnu', libc: 'glibc', uname: 'Linux', node: 'linux', shared: '.so' },
  darwin: {
    vendor: 'apple',
    format: 'macho',
    family: 'darwin',
    libc: 'libSystem',
    linker: 'cctools',
    uname: 'Darwin',
    node: 'darwin',
    rust: 'macos',
    shared: '.dylib',
  },
  freebsd: { ...bsd, libc: 'fblibc', linker: 'lld', uname: 'FreeBSD', node: 'freebsd' },
  netbsd: { ...bsd, libc: 'nblibc', uname: 'NetBSD' },
  openbsd: { ...bsd, libc: 'oblibc', linker: 'lld', uname: 'OpenBSD', node: 'openbsd' },
  solaris: { vendor: 'unknown', format: 'elf', libc: 'native/impure', uname: null, node: 'sunos', shared: '.so' },
  redox: { vendor: 'unknown', format: 'elf', libc: 'relibc', uname: 'Redox', shared: null },
  wasi: { vendor: 'unknown', format: 'wasm', libc: 'wasilibc', uname: 'Wasi', go: 'wasip1', shared: null },
  windows: { vendor: 'pc', format: 'pe', abi: 'msvc', libc: 'ucrt', uname: 'Windows', node: 'win32', shared: '.dll' },
  cygwin: { vendor: 'pc', format: 'pe', libc: 'cygwin', uname: 'CYGWIN_NT', node: 'win32', shared: '.dll' },
}

const netbsdElf = new Set(['armv6l', 'armv7a', 'armv7l', 'i686', 'm68k'])

/** Whether, for every question that nixpkgs answers with a boolean. */
function questions(cpu: string, processor: Processor, name: string, kernel: Kernel, abi: string): Record<string, boolean> {
  const { family, bits } = processor
  const little = processor.bigEndian === undefined
  const is64 = bits === 64
  return {
    isLinux: name === 'linux',
    isDarwin: name === 'darwin',
    isMacOS: name === 'darwin',
    isiOS: false,
    isFreeBSD: name === 'freebsd',
    isNetBSD: name === 'netbsd',
    isOpenBSD: name === 'openbsd',
    isBSD: kernel.family === 'bsd',
    isSunOS: name === 'solaris',
    isRedox: name === 'redox',
    isWasi: name === 'wasi',
    isWindows: name === 'windows',
    isCygwin: name === 'cygwin',
    isMinGW: false,
    isGenode: false,
    isGhcjs: false,
    isNone: false,
    isUefi: false,
    isMmix: false,
    isUnix: name !== 'windows' && name !== 'wasi',
    isElf: kernel.format === 'elf',
    isMacho: kernel.format === 'macho',
    isPE: kernel.format === 'pe',
    isx86: family === 'x86',
    isx86_64: cpu === 'x86_64',
    isx86_32: cpu === 'i686',
    isi686: cpu === 'i686',
    isAarch: family === 'arm',
    isAarch64: family === 'arm' && is64,
    isAarch32: family === 'arm' && !is64,
    isArmv7: cpu.startsWith('armv7'),
    isRiscV: family === 'riscv',
    isRiscV32: cpu === 'riscv32',
    isRiscV64: cpu === 'riscv64',
    isLoongArch64: cpu === 'loongarch64',
    isPower: family === 'power',
    isPower64: family === 'power' && is64,
    isMips: family === 'mips',
    isMips32: family === 'mips' && !is64,
    isMips64: family === 'mips' && is64,
    isMips64n32: false,
    isMips64n64: false,
    isS390: family === 's390',
    isS390x: cpu === 's390x',
    isM68k: cpu === 'm68k',
    isSh4: cpu === 'sh4',
    isArc: cpu === 'arc',
    isMicroBlaze: family === 'microblaze',
    isWasm: family === 'wasm',
    isSparc: false,
    isSparc64: false,
    isAlpha: false,
    isAvr: false,
    isMsp430: false,
    isOr1k: false,
    isRx: false,
    isVc4: false,
    isJavaScript: false,
    is64bit: is64,
    is32bit: !is64,
    isLittleEndian: little,
    isBigEndian: !little,
    isILP32: cpu === 'wasm32',
    isEabi: abi.startsWith('gnueabi'),
    isAbiElfv1: abi === 'gnuabielfv1',
    isAbiElfv2: false,
    isEfi: processor.isEfi === true,
    isGnu: abi.startsWith('gnu'),
    isMusl: false,
    isUClibc: false,
    isAndroid: false,
    isMsvc: abi === 'msvc',
    isStatic: kernel.shared === null,
    hasSharedLibraries: kernel.shared !== null,
    useLLVM: kernel.linker === 'lld',
    useAndroidPrebuilt: false,
    useiOSPrebuilt: false,
  }
}

const named = (value: string | null | undefined): Value => (value === null || value === undefined ? nothing : text(value))
const partly = (known: Record<string, Value>, what: string): Attributes =>
  attributes(known, (name) => unknown(`${what}.${name} is not known`), true)

const abiOf = (processor: Processor, name: string, kernel: Kernel): string =>
  name === 'linux' ? (processor.abi ?? 'gnu') : (kernel.abi ?? 'unknown')

function describe(cpu: string, processor: Processor, name: string, kernel: Kernel): Record<string, Value> {
  const abi = abiOf(processor, name, kernel)
  const { vendor } = kernel
  const apple = name === 'darwin' && cpu === 'aarch64' ? 'arm64' : cpu
  const os = name === 'netbsd' && netbsdElf.has(cpu) ? 'netbsdelf' : name
  const rustAbi = abi === 'unknown' ? '' : `-${abi === 'gnuabielfv1' ? 'gnu' : abi}`
  const rust = name === 'wasi' ? `${cpu}-wasip1` : `${processor.rust ?? cpu}-${vendor}-${name}${rustAbi}`
  const float = abi === 'gnueabi' ? 'soft' : abi === 'gnueabihf' ? 'hard' : null
  return {
    ...Object.fromEntries(
      Object.entries(questions(cpu, processor, name, kernel, abi)).map(([question, answer]) => [question, bool(answer)]),
    ),
    config: text(`${apple}-${vendor}-${os}${abi === 'unknown' ? '' : `-${abi}`}`),
    libc: text(kernel.libc),
    linker: text(kernel.linker ?? 'bfd'),
    linuxArch: text(processor.linux ?? cpu),
    darwinArch: text(cpu === 'aarch64' ? 'arm64' : cpu),
    darwinPlatform: named(name === 'darwin' ? 'macos' : null),
    efiArch: text(processor.efi ?? cpu),
    qemuArch: named(processor.qemu === undefined ? cpu : processor.qemu),
    ubootArch: text(processor.uboot ?? cpu),
    extensions: attributes({
      ...(kernel.shared === null ? {} : { sharedLibrary: text(kernel.shared) }),
      staticLibrary: text(name === 'windows' ? '.lib' : '.a'),
      library: text(kernel.shared ?? '.a'),
      executable: text(kernel.format === 'pe' ? '.exe' : ''),
    }),
    uname: attributes({
      system: named(kernel.uname),
      processor: text(name === 'darwin' ? apple : (processor.uname ?? cpu)),
      release: nothing,
    }),
    node: attributes({ platform: named(kernel.node), arch: named(processor.node) }),
    go: attributes({ GOOS: text(kernel.go ?? name), GOARCH: named(processor.go), GOARM: text(processor.goArm ?? '') }),
    rust: partly(
      {
        rustcTarget: text(rust),
        rustcTargetSpec: text(rust),
        cargoShortTarget: text(rust),
        cargoEnvVarTarget: text(rust.toUpperCase().replaceAll('-', '_')),
        isNoStdTarget: bool(false),
        platform: partly(
          {
            arch: text(processor.rustArch ?? cpu),
            os: text(kernel.rust ?? name),
            vendor: text(vendor),
            'target-family': list([ready(text(name === 'windows' ? 'windows' : name === 'wasi' ? 'wasm' : 'unix'))]),
          },
          'hostPlatform.rust.platform',
        ),
      },
      'hostPlatform.rust',
    ),
    parsed: partly(
      {
        cpu: attributes({
          name: text(cpu),
          bits: int(processor.bits),
          family: text(processor.family),
          significantByte: attributes({ name: text(processor.bigEndian ? 'bigEndian' : 'littleEndian') }),
          ...(processor.arch === undefined ? {} : { arch: text(processor.arch) }),
          ...(processor.version === undefined ? {} : { version: text(processor.version) }),
        }),
        kernel: attributes({
          name: text(name),
          execFormat: attributes({ name: text(kernel.format) }),
          families: attributes(kernel.family === undefined ? {} : { [kernel.family]: attributes({ name: text(kernel.family) }) }),
        }),
        vendor: attributes({ name: text(vendor) }),
        abi: attributes({
          name: text(abi),
          ...(float === null ? {} : { eabi: yes, float: text(float) }),
          ...(abi === 'gnuabielfv1' ? { abi: text('elfv1') } : {}),
        }),
      },
      'hostPlatform.parsed',
    ),
  }
}

const archOf = (system: System): readonly [string, string] => {
  const cut = system.lastIndexOf('-')
  return [system.slice(0, cut), system.slice(cut + 1)]
}

/** Whether a name is that of a platform. */
export function isPlatform(name: string): boolean {
  if (!name.includes('-')) return false
  const [cpu, kernel] = archOf(name)
  return Object.hasOwn(processors, cpu) && Object.hasOwn(kernels, kernel)
}

/** The systems nixpkgs lists, in its order; those without an operating system are left out. */
export const doubles: readonly System[] = [
  ['cygwin', 'i686 x86_64'],
  ['darwin', 'x86_64 aarch64'],
  ['freebsd', 'i686 x86_64 aarch64'],
  ['solaris', 'x86_64'],
  [
    'linux',
    'aarch64 arc armv5tel armv6l armv7a armv7l i686 loongarch64 m68k sh4 microblaze microblazeel mips mips64 mips64el mipsel powerpc powerpc64 powerpc64le riscv32 riscv64 s390 s390x x86_64',
  ],
  ['netbsd', 'aarch64 armv6l armv7a armv7l i686 m68k mipsel powerpc riscv32 riscv64 x86_64'],
  ['openbsd', 'i686 x86_64'],
  ['redox', 'x86_64'],
  ['wasi', 'wasm64 wasm32'],
  ['windows', 'aarch64 x86_64 i686'],
].flatMap(([kernel, cpus]) => cpus!.split(' ').map((cpu) => `${cpu}-${kernel}`))

/** The systems of a group, as `lib.platforms` names them, by the question that all of them answer with yes. */
export const groups: Readonly<Record<string, string>> = {
  arm: 'isAarch32',
  armv7: 'isArmv7',
  aarch: 'isAarch',
  aarch64: 'isAarch64',
  x86: 'isx86',
  i686: 'isi686',
  x86_64: 'isx86_64',
  microblaze: 'isMicroBlaze',
  mips: 'isMips',
  power: 'isPower',
  riscv: 'isRiscV',
  riscv32: 'isRiscV32',
  riscv64: 'isRiscV64',
  loongarch64: 'isLoongArch64',
  s390: 'isS390',
  s390x: 'isS390x',
  m68k: 'isM68k',
  sh4: 'isSh4',
  arc: 'isArc',
  bigEndian: 'isBigEndian',
  littleEndian: 'isLittleEndian',
  cygwin: 'isCygwin',
  darwin: 'isDarwin',
  freebsd: 'isFreeBSD',
  illumos: 'isSunOS',
  linux: 'isLinux',
  netbsd: 'isNetBSD',
  openbsd: 'isOpenBSD',
  redox: 'isRedox',
  unix: 'isUnix',
  wasi: 'isWasi',
  windows: 'isWindows',
  gnu: 'isGnu',
}

/** The systems for which a question of `groups` is answered with yes. */
export function systemsWhere(question: string): System[] {
  return doubles.filter((system) => {
    const [cpu, name] = archOf(system)
    const processor = processors[cpu]!
    const kernel = kernels[name]!
    return questions(cpu, processor, name, kernel, abiOf(processor, name, kernel))[question] === true
  })
}

/** What a flake is exposed for, as nixpkgs has it. */
export const flakeExposed: readonly System[] = [
  'x86_64-linux',
  'aarch64-linux',
  'x86_64-darwin',
  'armv6l-linux',
  'armv7l-linux',
  'i686-linux',
  'aarch64-darwin',
  'powerpc64le-linux',
  'riscv64-linux',
  'x86_64-freebsd',
]

const made = new Map<System, Attributes>()

/** The platform of a system; what nixpkgs decides anew with its versions (SDKs, processor features) is Unknown, as is all of a system without a table. */
export function platform(system: System): Attributes {
  let known = made.get(system)
  if (known !== undefined) return known
  const [cpu, name] = archOf(system)
  const processor = Object.hasOwn(processors, cpu) ? processors[cpu] : undefined
  const kernel = Object.hasOwn(kernels, name) ? kernels[name] : undefined
  const answers: Record<string, Value> = { system: text(system) }
  if (processor !== undefined && kernel !== undefined) Object.assign(answers, describe(cpu, processor, name, kernel))
  answers['canExecute'] = native('canExecute', (other) => {
    const value = other.force()
    return value === known ? yes : unknown('which systems can run the programs of which')
  })
  known = attributes(answers, (attribute) => unknown(`hostPlatform.${attribute} is not known`), true)
  // Systems come from files: a memory of all of them would grow with what people invent.
  if (made.size < 1000) made.set(system, known)
  return known
}
