// A system → the platform that `stdenv.hostPlatform` describes.
import type { System } from '../../core/system.ts'
import { type Attributes, type Value, attributes, bool, text, unknown } from './value.ts'

const kernels: Readonly<Record<string, { name: string; vendor: string; node: string; go: string; uname: string; library: string }>> = {
  linux: { name: 'linux', vendor: 'unknown', node: 'linux', go: 'linux', uname: 'Linux', library: '.so' },
  darwin: { name: 'darwin', vendor: 'apple', node: 'darwin', go: 'darwin', uname: 'Darwin', library: '.dylib' },
}

const processors: Readonly<Record<string, { bits: number; family: string; node: string; go: string; linux: string; darwin: string }>> = {
  x86_64: { bits: 64, family: 'x86', node: 'x64', go: 'amd64', linux: 'x86_64', darwin: 'x86_64' },
  aarch64: { bits: 64, family: 'arm', node: 'arm64', go: 'arm64', linux: 'arm64', darwin: 'arm64' },
  i686: { bits: 32, family: 'x86', node: 'ia32', go: '386', linux: 'i386', darwin: 'i386' },
  armv7l: { bits: 32, family: 'arm', node: 'arm', go: 'arm', linux: 'arm', darwin: 'arm' },
}

/** The attributes people select; any other is Unknown. */
export function platform(system: System): Attributes {
  const [cpu = '', kernel = ''] = system.split('-')
  const processor = processors[cpu]
  const os = kernels[kernel]
  const known: Record<string, Value> = { system: text(system), isLinux: bool(kernel === 'linux'), isDarwin: bool(kernel === 'darwin') }
  if (processor !== undefined && os !== undefined)
    Object.assign(known, {
      isMacOS: bool(kernel === 'darwin'),
      isx86_64: bool(cpu === 'x86_64'),
      isAarch64: bool(cpu === 'aarch64'),
      isi686: bool(cpu === 'i686'),
      isAarch32: bool(processor.family === 'arm' && processor.bits === 32),
      isx86: bool(processor.family === 'x86'),
      isAarch: bool(processor.family === 'arm'),
      is64bit: bool(processor.bits === 64),
      is32bit: bool(processor.bits === 32),
      isUnix: bool(true),
      isMusl: bool(false),
      isGnu: bool(kernel === 'linux'),
      isWindows: bool(false),
      linuxArch: text(processor.linux),
      darwinArch: text(processor.darwin),
      parsed: attributes({ cpu: attributes({ name: text(cpu) }), kernel: attributes({ name: text(os.name) }) }),
      node: attributes({ platform: text(os.node), arch: text(processor.node) }),
      go: attributes({ GOOS: text(os.go), GOARCH: text(processor.go) }),
      uname: attributes({ system: text(os.uname), processor: text(kernel === 'darwin' && cpu === 'aarch64' ? 'arm64' : cpu) }),
    })
  return { ...attributes(known, (name) => unknown(`hostPlatform.${name} is not known`)), model: true }
}
