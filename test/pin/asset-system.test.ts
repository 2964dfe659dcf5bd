import { describe, expect, it } from 'vitest'
import { assetTarget } from '../../src/pin/asset-name.ts'
import { chooseAsset, servesSystem, similarAsset } from '../../src/pin/asset-system.ts'

describe('assetTarget', () => {
  it.each([
    // The spellings of the usual four.
    ['cue_v0.10.0_linux_amd64.tar.gz', 'linux', 'x86_64', null, 'tar.gz'],
    ['cue_v0.10.0_darwin_arm64.tar.gz', 'darwin', 'aarch64', null, 'tar.gz'],
    ['cue_v0.10.0_windows_amd64.zip', 'windows', 'x86_64', null, 'zip'],
    ['tool-x86_64-unknown-linux-musl.tar.gz', 'linux', 'x86_64', 'musl', 'tar.gz'],
    ['tool-x86_64-unknown-linux-gnu.tar.xz', 'linux', 'x86_64', 'gnu', 'tar.xz'],
    ['tool-aarch64-apple-darwin.tar.gz', 'darwin', 'aarch64', null, 'tar.gz'],
    ['tool-x86_64-apple-darwin', 'darwin', 'x86_64', null, 'bare'],
    ['tool-x86_64-pc-windows-gnu.zip', 'windows', 'x86_64', null, 'zip'],
    ['tool-x86_64-pc-windows-msvc.zip', 'windows', 'x86_64', null, 'zip'],
    ['Tool_Linux_x86_64.tar.gz', 'linux', 'x86_64', null, 'tar.gz'],
    ['Tool_Darwin_arm64.tar.gz', 'darwin', 'aarch64', null, 'tar.gz'],
    ['tool-linux-x64.zip', 'linux', 'x86_64', null, 'zip'],
    ['tool_Linux-64bit.tar.gz', 'linux', 'x86_64', null, 'tar.gz'],
    ['tool-linux-64-bit.tgz', 'linux', 'x86_64', null, 'tar.gz'],
    ['tool_macOS-ARM64.zip', 'darwin', 'aarch64', null, 'zip'],
    ['tool-x86-64-linux.tar.zst', 'linux', 'x86_64', null, 'tar.zst'],
    ['protoc-28.2-linux-aarch_64.zip', 'linux', 'aarch64', null, 'zip'],
    ['protoc-28.2-linux-x86_32.zip', 'linux', 'i686', null, 'zip'],
    ['protoc-28.2-linux-ppcle_64.zip', 'linux', 'ppc64le', null, 'zip'],
    ['protoc-28.2-osx-universal_binary.zip', 'darwin', 'universal', null, 'zip'],
    ['protoc-28.2-osx-x86_64.zip', 'darwin', 'x86_64', null, 'zip'],
    ['protoc-28.2-win64.zip', 'windows', 'x86_64', null, 'zip'],
    ['direnv.linux-amd64', 'linux', 'x86_64', null, 'bare'],
    ['direnv.darwin-arm64', 'darwin', 'aarch64', null, 'bare'],
    ['jq-macos-arm64', 'darwin', 'aarch64', null, 'bare'],
    ['jq-linux64', 'linux', 'x86_64', null, 'bare'],
    ['jq-osx-amd64', 'darwin', 'x86_64', null, 'bare'],
    ['jq-linux-i386', 'linux', 'i686', null, 'bare'],
    ['tool-mac.gz', 'darwin', null, null, 'gz'],
    ['tool-linuxamd64.xz', 'linux', 'x86_64', null, 'xz'],
    ['tool-macosarm64.bz2', 'darwin', 'aarch64', null, 'bz2'],
    ['tool-amd64linux.zst', 'linux', 'x86_64', null, 'zst'],
    ['tool-win32-x64.zip', 'windows', 'x86_64', null, 'zip'],
    ['tool-macos14-arm64.tar.gz', 'darwin', 'aarch64', null, 'tar.gz'],
    ['tool-ubuntu-22.04-x86_64.tar.gz', 'linux', 'x86_64', null, 'tar.gz'],
    ['tool-alpine-x64.tar.gz', 'linux', 'x86_64', 'musl', 'tar.gz'],
    ['tool-linuxmusl-arm64.tar.gz', 'linux', 'aarch64', 'musl', 'tar.gz'],
    ['tool-x86_64-musl.tar.bz2', 'linux', 'x86_64', 'musl', 'tar.bz2'],
    ['tool-linux-amd64-static', 'linux', 'x86_64', 'static', 'bare'],
    ['static-web-server-v2.1.0-x86_64-unknown-linux-musl.tar.gz', 'linux', 'x86_64', 'musl', 'tar.gz'],
    // Words inside words.
    ['go-arch-lint_1.12.0_linux_amd64.tar.gz', 'linux', 'x86_64', null, 'tar.gz'],
    ['charm-linux-amd64', 'linux', 'x86_64', null, 'bare'],
    ['helmwin-linux-arm64', 'linux', 'aarch64', null, 'bare'],
    ['wasm-pack-v0.13.0-x86_64-unknown-linux-musl.tar.gz', 'linux', 'x86_64', 'musl', 'tar.gz'],
    ['wasi-sdk-24.0-arm64-linux.tar.gz', 'linux', 'aarch64', null, 'tar.gz'],
    ['tool-v1.0.0-alpha-linux-amd64', 'linux', 'x86_64', null, 'bare'],
    ['tool-1.0-m1-macos-x64.zip', 'darwin', 'x86_64', null, 'zip'],
    ['tool_2.386.0_linux_arm64.tar.gz', 'linux', 'aarch64', null, 'tar.gz'],
    ['src-cli_5.0.0_linux_amd64.tar.gz', 'linux', 'x86_64', null, 'tar.gz'],
    ['sbom-tool-linux-x64', 'linux', 'x86_64', null, 'bare'],
    // The arms and the x86s.
    ['tool-linux-arm', 'linux', 'arm', null, 'bare'],
    ['tool-linux-armv6', 'linux', 'armv6l', null, 'bare'],
    ['tool-linux-armv7', 'linux', 'armv7l', null, 'bare'],
    ['tool-linux-arm-v7.tar.gz', 'linux', 'armv7l', null, 'tar.gz'],
    ['tool-armv7-unknown-linux-gnueabihf.tar.gz', 'linux', 'armv7l', 'gnu', 'tar.gz'],
    ['tool-arm-unknown-linux-musleabihf.tar.gz', 'linux', 'arm', 'musl', 'tar.gz'],
    ['tool-linux-armhf', 'linux', 'armv7l', null, 'bare'],
    ['tool-linux-armv5', 'linux', 'other', null, 'bare'],
    ['tool-linux-386', 'linux', 'i686', null, 'bare'],
    ['tool-linux-x86', 'linux', 'i686', null, 'bare'],
    ['tool-linux32.zip', 'linux', 'i686', null, 'zip'],
    ['tool-i686-unknown-linux-gnu', 'linux', 'i686', 'gnu', 'bare'],
    ['tool-linux-amd64v1.tar.gz', 'linux', 'x86_64', null, 'tar.gz'],
    ['tool-linux-amd64_v3.tar.gz', 'linux', 'other', null, 'tar.gz'],
    ['tool-x86_64_v3-unknown-linux-gnu.tar.gz', 'linux', 'other', 'gnu', 'tar.gz'],
    ['tool-x86_64-unknown-linux-gnux32.tar.gz', 'linux', null, null, 'tar.gz'],
    // Others.
    ['tool-linux-riscv64', 'linux', 'riscv64', null, 'bare'],
    ['tool-riscv64gc-unknown-linux-gnu.tar.gz', 'linux', 'riscv64', 'gnu', 'tar.gz'],
    ['tool-linux-ppc64le', 'linux', 'ppc64le', null, 'bare'],
    ['tool-powerpc64-unknown-linux-gnu.tar.gz', 'linux', 'other', 'gnu', 'tar.gz'],
    ['tool-linux-s390x', 'linux', 's390x', null, 'bare'],
    ['tool-linux-mips64le', 'linux', 'other', null, 'bare'],
    ['tool-freebsd-amd64.tar.gz', 'freebsd', 'x86_64', null, 'tar.gz'],
    ['tool-aarch64-linux-android.tar.gz', 'android', 'aarch64', null, 'tar.gz'],
    ['tool-wasm32-wasip1.tar.gz', 'other', 'other', null, 'tar.gz'],
    // Universal macOS.
    ['tool_darwin_all.tar.gz', 'darwin', 'universal', null, 'tar.gz'],
    ['tool-universal-apple-darwin.zip', 'darwin', 'universal', null, 'zip'],
    ['tool-universal2-apple-darwin.zip', 'darwin', 'universal', null, 'zip'],
    ['tool-macos-x86_64-arm64.zip', 'darwin', 'universal', null, 'zip'],
    ['tool-mac-intel.zip', 'darwin', 'x86_64', null, 'zip'],
    ['tool-apple-silicon.dmg', 'darwin', 'aarch64', null, 'dmg'],
    ['tool-darwin-arm', 'darwin', 'aarch64', null, 'bare'],
    ['Tool-1.2.3-arm64.dmg', 'darwin', 'aarch64', null, 'dmg'],
    ['Tool-1.2.3-x86_64.AppImage', 'linux', 'x86_64', null, 'appimage'],
    // Nothing said, or two things.
    ['tool', null, null, null, 'bare'],
    ['tool-1.2', null, null, null, 'bare'],
    ['tool-1.2.3.tar.gz', null, null, null, 'tar.gz'],
    ['tool-linux.7z', 'linux', null, null, '7z'],
    ['tool-amd64.tar', null, 'x86_64', null, 'tar'],
    ['gcc-x86_64-aarch64-none-linux-gnu.tar.xz', 'linux', null, 'gnu', 'tar.xz'],
    ['linux-to-windows-amd64.zip', null, 'x86_64', null, 'zip'],
    ['', null, null, null, 'bare'],
  ])('%s: %s %s %s %s', (name, os, arch, libc, kind) => {
    expect(assetTarget(name)).toStrictEqual({ os, arch, libc, kind })
  })

  it.each([
    'checksums.txt',
    'cue_0.10.0_checksums.txt',
    'SHA256SUMS',
    'sha256sums.txt',
    'tool-linux-amd64.sha256',
    'tool-linux-amd64.tar.gz.sha256sum',
    'tool-linux-amd64.md5',
    'tool-linux-amd64.tar.gz.asc',
    'tool-linux-amd64.sig',
    'tool-linux-amd64.minisig',
    'tool-linux-amd64.pem',
    'tool-linux-amd64.sigstore.json',
    'multiple.intoto.jsonl',
    'tool-linux-amd64.sbom.json',
    'tool.spdx.json',
    'tool.cdx.json.gz',
    'tool_1.0_linux_amd64.deb',
    'tool_1.0_linux_amd64.rpm',
    'tool_1.0_linux_amd64.apk',
    'tool-linux-amd64.snap',
    'tool-x86_64-pc-windows-msvc.exe',
    'tool.msi',
    'tool-macos-arm64.pkg',
    'tool.jar',
    'tool.vsix',
    'source.tar.gz',
    'tool-1.0-src.tar.gz',
    'tool-1.0-vendor.tar.xz',
    'tool-linux-amd64-debuginfo.tar.gz',
    'tool-x86_64-linux-gnu-debug.tar.gz',
    'tool.dSYM.zip',
    'tool-linux-x64.pdb',
    'install.sh',
    'tool.1',
    'tool.1.gz',
    'tool-completions.tar.gz',
    'latest-mac.yml',
    'Tool.AppImage.zsync',
    'Tool-arm64.dmg.blockmap',
    'tool.wasm',
  ])('%s is no program', (name) => {
    expect(assetTarget(name).kind).toBe('other')
  })

  it("reads no system in the program's own name, when told it", () => {
    expect(assetTarget('mac-cleanup_linux_amd64').os).toBeNull()
    expect(assetTarget('mac-cleanup_linux_amd64', 'mac-cleanup').os).toBe('linux')
    expect(assetTarget('Windows-Exporter-darwin-arm64', 'windows-exporter').os).toBe('darwin')
    expect(assetTarget('linuxkit-darwin-amd64', 'linux').os).toBe('darwin')
  })

  it('reads a long name quickly', () => {
    expect(assetTarget('linux64'.repeat(5000) + '-x86_'.repeat(5000)).os).toBeNull()
  })
})

describe('chooseAsset', () => {
  const cue = ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64', 'windows_amd64'].map(
    (system) => `cue_v0.10.0_${system}.tar.gz`,
  )

  it.each([
    ['x86_64-linux', 'cue_v0.10.0_linux_amd64.tar.gz'],
    ['aarch64-linux', 'cue_v0.10.0_linux_arm64.tar.gz'],
    ['x86_64-darwin', 'cue_v0.10.0_darwin_amd64.tar.gz'],
    ['aarch64-darwin', 'cue_v0.10.0_darwin_arm64.tar.gz'],
  ])('takes for %s the one that names it', (system, name) => {
    expect(chooseAsset(system, ['checksums.txt', ...cue, ...cue.map((each) => `${each}.sha256`)])).toStrictEqual({ ok: true, name })
  })

  it.each([
    ['a universal build for either Mac', 'x86_64-darwin', ['t-macos-universal.zip', 't-linux-x64.zip'], 't-macos-universal.zip'],
    ['a universal build for either Mac', 'aarch64-darwin', ['t-macos-universal.zip', 't-linux-x64.zip'], 't-macos-universal.zip'],
    [
      'the build for the processor before the universal one',
      'aarch64-darwin',
      ['t-darwin-all.zip', 't-darwin-arm64.zip'],
      't-darwin-arm64.zip',
    ],
    [
      'the only libc there is',
      'x86_64-linux',
      ['t-x86_64-unknown-linux-musl.tgz', 't-aarch64-unknown-linux-gnu.tgz'],
      't-x86_64-unknown-linux-musl.tgz',
    ],
    ['the archive before the disk image', 'aarch64-darwin', ['t-macos-arm64.dmg', 't-macos-arm64.tar.gz'], 't-macos-arm64.tar.gz'],
    ['the disk image where there is nothing else', 'aarch64-darwin', ['t-macos-arm64.dmg', 't-linux-arm64.tar.gz'], 't-macos-arm64.dmg'],
    [
      'the plain x86_64 build, not one for newer processors',
      'x86_64-linux',
      ['t-x86_64-linux-gnu.tgz', 't-x86_64_v3-linux-gnu.tgz'],
      't-x86_64-linux-gnu.tgz',
    ],
    ['the armv7 build', 'armv7l-linux', ['t-linux-armv6', 't-linux-armv7', 't-linux-arm64'], 't-linux-armv7'],
    ['the one for powerpc64le', 'powerpc64le-linux', ['t-linux-ppc64', 't-linux-ppc64le'], 't-linux-ppc64le'],
  ])('takes %s (%s)', (_, system, names, name) => {
    expect(chooseAsset(system, names)).toStrictEqual({ ok: true, name })
  })

  it.each([
    [
      'musl and gnu',
      'x86_64-linux',
      ['t-x86_64-unknown-linux-musl.tgz', 't-x86_64-unknown-linux-gnu.tgz'],
      ['t-x86_64-unknown-linux-musl.tgz', 't-x86_64-unknown-linux-gnu.tgz'],
    ],
    ['two packings of one', 'x86_64-linux', ['t-linux-amd64', 't-linux-amd64.tar.gz'], ['t-linux-amd64', 't-linux-amd64.tar.gz']],
    [
      'two flavours',
      'x86_64-linux',
      ['hugo_linux-amd64.tgz', 'hugo_extended_linux-amd64.tgz'],
      ['hugo_linux-amd64.tgz', 'hugo_extended_linux-amd64.tgz'],
    ],
    ['only the other Mac', 'aarch64-darwin', ['t-darwin-amd64', 't-linux-arm64'], []],
    ['only another system', 'x86_64-linux', ['t-windows-amd64.zip'], []],
    ['the only asset, for another processor', 'aarch64-linux', ['t-linux-amd64'], []],
    ['no processor said', 'x86_64-linux', ['t-linux', 't-linux-arm64'], ['t-linux']],
    ['no system said', 'x86_64-linux', ['t.tar.gz', 't-darwin-arm64'], ['t.tar.gz']],
    ['arm of no said version', 'armv7l-linux', ['t-linux-arm', 't-linux-amd64'], ['t-linux-arm']],
    ['a 32-bit build only', 'x86_64-linux', ['t-linux-386', 't-linux-x86'], []],
    ['only a build for newer processors', 'x86_64-linux', ['t-linux-amd64v3'], []],
    ['packages only', 'x86_64-linux', ['t_linux_amd64.deb', 't_linux_amd64.rpm'], []],
    ['nothing at all', 'x86_64-linux', [], []],
    ['a system of no kind', 'nonsense', ['t-linux-amd64'], []],
  ])('is in doubt over %s (%s)', (_, system, names, candidates) => {
    expect(chooseAsset(system, names)).toStrictEqual({ ok: false, candidates })
  })

  it('never takes for one usual system what it takes for another, a universal Mac build aside', () => {
    const systems = ['x86_64-linux', 'aarch64-linux', 'x86_64-darwin', 'aarch64-darwin', 'i686-linux', 'armv7l-linux']
    const oses = ['linux', 'darwin', 'macos', 'osx', 'mac', 'windows', 'win', 'apple-darwin', 'unknown-linux-gnu']
    const arches = ['amd64', 'x86_64', 'x64', '64bit', 'arm64', 'aarch64', 'arm', 'armv7', 'x86', '386', 'i686', 'aarch_64']
    for (const os of oses) {
      for (const arch of arches) {
        for (const name of [`t-${os}-${arch}`, `t_${arch}-${os}.tar.gz`]) {
          expect(systems.filter((system) => servesSystem(assetTarget(name), system)).length, name).toBeLessThanOrEqual(1)
        }
      }
    }
  })
})

describe('similarAsset', () => {
  it.each([
    ['cue_v0.10.0_linux_amd64.tar.gz', 'v0.10.0', 'v0.11.0', ['cue_v0.11.0_linux_amd64.tar.gz'], 'cue_v0.11.0_linux_amd64.tar.gz'],
    [
      'tool_0.10.0_linux.tar.gz',
      'v0.10.0',
      'v0.11.0',
      ['tool_0.11.0_linux.tar.gz', 'tool_0.10.0_linux.tar.gz'],
      'tool_0.11.0_linux.tar.gz',
    ],
    ['tool-0_10_0-linux.zip', 'v0.10.0', 'v0.11.0', ['tool-0_11_0-linux.zip'], 'tool-0_11_0-linux.zip'],
    ['tool-linux.zip', 'v0.10.0', 'v0.11.0', ['tool-linux.zip'], 'tool-linux.zip'],
    ['bun-v1.0.0-linux.zip', 'bun-v1.0.0', 'bun-v1.1.0', ['bun-v1.1.0-linux.zip'], 'bun-v1.1.0-linux.zip'],
    ['cli-v1.0.0-linux.zip', 'cli/v1.0.0', 'cli/v1.1.0', ['cli-v1.1.0-linux.zip'], 'cli-v1.1.0-linux.zip'],
    ['t-1.2.3.7z', 'v1.2.3', 'v1.2.4', ['t-1.2.4.7z'], 't-1.2.4.7z'],
    ['t-1.9.0.zip', 'version_1_9_0', 'version_1_10_0', ['t-1.10.0.zip'], 't-1.10.0.zip'],
    ['jdk_x64_21.0.1_12.tar.gz', 'jdk-21.0.1+12', 'jdk-21.0.2+13', ['jdk_x64_21.0.2_13.tar.gz'], 'jdk_x64_21.0.2_13.tar.gz'],
    ['k-1.0.0.1.zip', 'v1.0.0+1', 'v1.0.0+2', ['k-1.0.0.2.zip'], 'k-1.0.0.2.zip'],
    ['t-linux-64-v64.zip', 'v64', 'v65', ['t-linux-64-v65.zip'], 't-linux-64-v65.zip'],
    ['t-1.2.3/1.2.3'.replace('/', '-'), '1.2.3', '2.0', ['t-2.0-2.0'], 't-2.0-2.0'],
    ['t-v1.0$&-linux', 'v1.0', 'v1.1', ['t-v1.1$&-linux'], 't-v1.1$&-linux'],
  ])('of %s from %s to %s', (current, from, to, names, expected) => {
    expect(similarAsset(current, from, to, names)).toBe(expected)
  })

  it.each([
    ['the name changed', 'tool_0.10.0_linux.tar.gz', 'v0.10.0', 'v0.11.0', ['tool-0.11.0-linux.tar.gz']],
    ['only the old name is there', 'tool_0.10.0_linux.tar.gz', 'v0.10.0', 'v0.11.0', ['tool_0.10.0_linux.tar.gz']],
    ['the packing changed', 'tool_0.10.0_linux.tar.gz', 'v0.10.0', 'v0.11.0', ['tool_0.11.0_linux.tar.xz']],
    ['the number is part of another', 'tool_10.10.0_linux', '0.10.0', '0.11.0', ['tool_10.11.0_linux']],
    ['the number goes on', 'tool_0.10.0.5_linux', '0.10.0', '0.11.0', ['tool_0.11.0.5_linux']],
    ['there is no asset', 'tool-linux', 'v1', 'v2', []],
    ['there are two readings', 't-64-v64', 'v64', 'v65', ['t-64-v65', 't-65-v65']],
  ])('is none where %s', (_, current, from, to, names) => {
    expect(similarAsset(current, from, to, names)).toBeNull()
  })
})
