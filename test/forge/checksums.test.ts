import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checksumFiles } from '../../src/forge/checksum-files.ts'
import { digestFor, parseChecksums, rewritten } from '../../src/forge/checksums.ts'

const a = createHash('sha256').update('a').digest('hex')
const b = createHash('sha256').update('b').digest('hex')
const long = createHash('sha512').update('a').digest('hex')
const list = { kind: 'list', algorithm: null } as const
const sidecar = { kind: 'sidecar', algorithm: 'sha256' } as const

function lines(text: string): (string | null)[][] {
  return parseChecksums(text).map(({ digest, name }) => [digest.algorithm, Buffer.from(digest.bytes).toString('hex'), name])
}

function verdict(asset: string, text: string, source: Parameters<typeof digestFor>[2] = list): string {
  const found = digestFor(asset, parseChecksums(text), source)
  return found.says === 'digests' ? found.digests.map(({ bytes }) => Buffer.from(bytes).toString('hex')).join(' and ') : found.says
}

describe('parseChecksums', () => {
  it.each([
    ['two spaces', `${a}  tool.zip\n`, 'tool.zip'],
    ['binary mark', `${a} *tool.zip\n`, 'tool.zip'],
    ['one space', `${a} tool.zip`, 'tool.zip'],
    ['a tab', `${a}\ttool.zip`, 'tool.zip'],
    ['spaces in the name', `${a}  my tool.zip`, 'my tool.zip'],
    ['upper case', `${a.toUpperCase()}  tool.zip`, 'tool.zip'],
    ['Windows lines', `${a}  tool.zip\r\n`, 'tool.zip'],
    ['a byte order mark', `\uFEFF${a}  tool.zip`, 'tool.zip'],
    ['a prefix', `sha256:${a}  tool.zip`, 'tool.zip'],
    ['coreutils escape', `\\${a}  to\\\\ol.zip`, 'to\\\\ol.zip'],
    ['the BSD form', `SHA256 (tool (1).zip) = ${a}`, 'tool (1).zip'],
    ['the form of OpenSSL', `SHA256(tool.zip)= ${a}`, 'tool.zip'],
    ['the form of OpenSSL 3', `SHA2-256(tool.zip)= ${a}`, 'tool.zip'],
    ['no name', `${a}\n`, null],
    ['standard input', `${a}  -\n`, null],
  ])('reads %s', (_, text, name) => {
    expect(lines(text)).toEqual([['sha256', a, name]])
  })

  it('reads sha512', () => {
    expect(lines(`${long}  x\nSHA512 (y) = ${long}`)).toEqual([
      ['sha512', long, 'x'],
      ['sha512', long, 'y'],
    ])
  })

  it.each([
    '',
    '# comment',
    `# ${a}  tool`,
    'tool.zip',
    a.slice(1),
    `${a}0`,
    `MD5 (x) = ${a.slice(32)}`,
    `SHA512 (x) = ${a}`,
    `BLAKE2s (x) = ${a}`,
    `tool ${a}`,
    '<html>',
  ])('passes over %j', (text) => {
    expect(parseChecksums(text)).toEqual([])
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => parseChecksums(text).length <= text.length))
  })
})

describe('digestFor', () => {
  it.each([
    ['the name', `${b}  other\n${a}  tool.zip\n`, a],
    ['a dot before it', `${a}  ./tool.zip`, a],
    ['a directory before it', `${a}  /build/out/tool.zip`, a],
    ['a Windows directory before it', `${a}  dist\\tool.zip`, a],
    ['the whole name before one in a directory', `${b}  old/tool.zip\n${a}  tool.zip`, a],
    ['the same line twice', `${a}  tool.zip\n${a}  tool.zip`, a],
    ['both algorithms', `${long}  tool.zip\n${a}  tool.zip`, `${long} and ${a}`],
    ['both algorithms, of which one differs', `${long}  tool.zip\n${a}  tool.zip\n${b}  tool.zip`, 'disagreement'],
    ['two lines that differ', `${a}  tool.zip\n${b}  tool.zip`, 'disagreement'],
    ['two directories that differ', `${a}  linux/tool.zip\n${b}  darwin/tool.zip`, 'disagreement'],
    ['another name', `${a}  tool`, 'nothing'],
    ['a longer name', `${a}  my-tool.zip`, 'nothing'],
    ['another case', `${a}  Tool.zip`, 'nothing'],
    ['a bare hash', a, 'nothing'],
    ['nothing', '', 'nothing'],
  ])('in a list: %s', (_, text, expected) => {
    expect(verdict('tool.zip', text)).toBe(expected)
  })

  it.each([
    ['a bare hash', a, a],
    ['the name', `${a}  tool.zip`, a],
    ['standard input', `${a}  -`, a],
    ['the binary inside', `${a}  tool`, 'nothing'],
    ['two bare hashes', `${a}\n${b}`, 'nothing'],
    ['a bare hash of another algorithm', long, 'nothing'],
    ['a bare hash and a name', `${a}\n${b}  tool`, 'nothing'],
  ])('in a sidecar: %s', (_, text, expected) => {
    expect(verdict('tool.zip', text, sidecar)).toBe(expected)
  })

  it.each([
    ['tool-1.0.rc1.deb', 'tool-1.0~rc1.deb'],
    ['My.Tool.exe', 'My Tool.exe'],
    ['tool.x.zip', 'tool (x).zip'],
    ['tool+x.zip', 'tool+x.zip'],
    ['tool.x.zip', 'tool+x.zip'],
    ['cafe.zip', 'café.zip'],
  ])('knows the asset %s under the name %s that GitHub rewrote', (asset, name) => {
    expect(verdict(asset, `${a}  dist/${name}\n${b}  other`)).toBe(a)
  })

  it('prefers a name as it is to a rewritten one', () => {
    expect(verdict('tool.x', `${b}  tool~x\n${a}  tool.x`)).toBe(a)
  })

  it('finds what sha256sum writes, for every asset of the list and in any order', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,11}$/), { minLength: 1, selector: rewritten })
    fc.assert(
      fc.property(names, (all) => {
        const hash = (name: string): string => createHash('sha256').update(name).digest('hex')
        const text = all.map((name) => `${hash(name)}  ${name}\n`).join('')
        return all.every((name) => verdict(name, text) === hash(name))
      }),
    )
  })
})

describe('checksumFiles', () => {
  it.each([
    'checksums.txt',
    'tool_1.0_checksums.txt',
    'tool-checksums-v1.txt',
    'checksum.txt',
    'SHA256SUMS',
    'SHA256SUMS.txt',
    'sha256sums.txt',
    'tool_1.0_SHA256SUMS',
    'tool-1.0-sha256sums.txt',
    'sha256sum.txt',
    'tool_1.0_sha256sum',
    'SHASUMS256.txt',
    'checksums_sha256.txt',
    'checksums.sha256',
    'tool-checksums.sha512',
    'sha512sums.txt',
    'sha256.txt',
    'checksums',
    'tool.sha256',
  ])('takes the list %s', (name) => {
    expect(checksumFiles('tool.tar.gz', ['tool.tar.gz', name])).toMatchObject([{ name, kind: 'list' }])
  })

  it.each([
    ['tool.tar.gz.sha256', 'sha256'],
    ['tool.tar.gz.sha256sum', 'sha256'],
    ['tool.tar.gz.sha256.txt', 'sha256'],
    ['tool.tar.gz.sha512', 'sha512'],
    ['tool.tar.gz.SHA512SUM', 'sha512'],
  ])('takes the sidecar %s', (name, algorithm) => {
    expect(checksumFiles('tool.tar.gz', ['tool.tar.gz', name])).toEqual([{ name, kind: 'sidecar', algorithm }])
  })

  it.each([
    'other.tar.gz',
    'checksums.txt.sig',
    'checksums.txt.asc',
    'checksums.txt.pem',
    'checksums.txt.sigstore.json',
    'SHA256SUMS.sig',
    'SHA256SUMS.gpg',
    'tool.tar.gz.sha256.asc',
    'tool.tar.gz.sig',
    'tool.tar.gz.md5',
    'MD5SUMS',
    'b3sums.txt',
    'tool_checksums_md5.txt',
    'other.tar.gz.sha256',
    'elsewhere.sha256sum',
    'checksums-linux.tar.gz',
    'summary.txt',
    'tool.tar.gz',
  ])('leaves %s alone', (name) => {
    expect(checksumFiles('tool.tar.gz', ['tool.tar.gz', 'other.tar.gz', name])).toEqual([])
  })

  it('puts sidecars first', () => {
    const names = ['checksums.txt', 'tool.zip', 'tool.zip.sha256']
    expect(checksumFiles('tool.zip', names).map(({ name }) => name)).toEqual(['tool.zip.sha256', 'checksums.txt'])
  })

  it('takes the announced algorithm from the name', () => {
    const algorithmOf = (name: string): unknown => checksumFiles('t', ['t', name])[0]?.algorithm
    expect(['SHA256SUMS', 'sha512sums.txt', 'SHASUMS256.txt', 'checksums.txt', 'checksums_sha512.txt'].map(algorithmOf)).toEqual([
      'sha256',
      'sha512',
      'sha256',
      null,
      'sha512',
    ])
  })
})
