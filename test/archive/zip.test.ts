import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import zlib from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { unpackedDigest } from '../../src/archive/unpacked-digest.ts'
import { printDigest } from '../../src/hash/spelling.ts'
import { type MadeZipEntry, makeZip } from './make-zip.ts'

async function digest(bytes: Uint8Array): Promise<string> {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield bytes
  }
  return printDigest((await unpackedDigest(source(), 'a.zip', { algorithm: 'sha256', root: 'nix-prefetch-url' })).digest, 'nix32')
}

const utf8 = (name: string): string => Buffer.from(name).toString('latin1')
const link = 0o120777
const plain: MadeZipEntry = { name: 'p/plain', content: 'plain' }
const hello = Buffer.from('425a68393141592653591931653d00000081000244a000219a68334d07338bb9229c28480c98b29e80', 'hex')
const numbers = (...values: readonly number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer)
const field = (id: number, content: Uint8Array): Buffer => Buffer.concat([Buffer.from(Uint16Array.of(id, content.length).buffer), content])
/** Info-ZIP's field for another name. */
const named = (name: string, other: string, version = 1): Buffer =>
  field(0x7075, Buffer.concat([Buffer.from([version]), numbers(zlib.crc32(name)), Buffer.from(other)]))
const folder: MadeZipEntry = { name: 'p/d/', mode: 0o040755 }
const nothing = { crc: 0, packed: 0, size: 0 }
const sizes = numbers(0x08074b50, zlib.crc32('hello'), 5, 5)

/** What both of Nix's ways to unpack a zip make the same of. */
const agreed: readonly [string, readonly MadeZipEntry[], readonly MadeZipEntry[]][] = [
  ['a program of Unix', [plain, { name: 'p/run', mode: 0o100755 }], [plain, { name: 'p/run', mode: 0o755 }]],
  [
    'modes of systems without modes',
    [0, 4, 6, 7, 10, 11, 14, 15, 19, 20].map((system) => ({ name: `p/${system}`, mode: 0o100755, system })),
    [0, 4, 6, 7, 10, 11, 14, 15, 19, 20].map((n) => ({ name: `p/${n}` })),
  ],
  [
    'links of systems without links',
    [plain, { name: 'p/l', content: 'plain', mode: link, system: 0 }, { name: 'p/m', content: 'plain', mode: link, system: 19 }],
    [plain, { name: 'p/l', content: 'plain' }, { name: 'p/m', content: 'plain' }],
  ],
  ['only others may run it', [plain, { name: 'p/a', mode: 0o100655 }], [plain, { name: 'p/a' }]],
  ['a folder that says it is a link', [plain, { name: 'p/l/', content: 'plain', mode: link }], [plain, { name: 'p/l/', mode: 0o040755 }]],
  ['a folder that nobody may write in', [{ name: 'p/', mode: 0o040555 }, plain], [plain]],
  ['names of bytes, from Unix', [plain, { name: 'p/\xe9' }], [{ name: 'p/\xe9' }, plain]],
  ['patterns for names', [{ name: 'p/*' }, { name: 'p/[a]' }], [{ name: 'p/[a]' }, { name: 'p/*' }]],
  ['dots and slashes', [{ name: './p/a' }, { name: 'p//b' }], [{ name: 'p/a' }, { name: 'p/b' }]],
  ['a version of VMS in the middle', [plain, { name: 'p/a;1b' }], [{ name: 'p/a;1b' }, plain]],
  ['deflated', [plain, { name: 'p/a', content: 'a'.repeat(5000), method: 8 }], [plain, { name: 'p/a', content: 'a'.repeat(5000) }]],
  [
    'in bzip2',
    [
      plain,
      {
        name: 'p/a',
        content: 'hello',
        method: 12,
        packed: hello,
      },
    ],
    [plain, { name: 'p/a', content: 'hello' }],
  ],
  [
    'sizes after the content, with a mark and without',
    [
      plain,
      { name: 'p/a', content: 'hello', flags: 8, local: nothing, after: sizes },
      { name: 'p/b', content: 'hello', flags: 8, local: nothing, after: sizes.subarray(4) },
    ],
    [plain, { name: 'p/a', content: 'hello' }, { name: 'p/b', content: 'hello' }],
  ],
  [
    'long sizes where short ones would do',
    [plain, { name: 'p/a', content: 'hello', local: { packed: 0xffffffff, size: 0xffffffff }, localExtra: field(1, numbers(5, 0, 5, 0)) }],
    [plain, { name: 'p/a', content: 'hello' }],
  ],
  [
    'a name in UTF-8 that is the same, and one for another name',
    [plain, { name: 'p/a', extra: named('p/a', 'p/a'), localExtra: named('p/a', 'p/a') }, { name: 'p/b', extra: named('p/c', 'p/d') }],
    [plain, { name: 'p/a' }, { name: 'p/b' }],
  ],
  [
    'a compressed link',
    [plain, { name: 'p/l', content: 'plain', mode: link, method: 8 }],
    [plain, { name: 'p/l', content: 'plain', mode: link }],
  ],
  [
    'a long field before the content',
    [plain, { name: 'p/a', content: 'hello', localExtra: field(0xcafe, Buffer.alloc(900)) }],
    [plain, { name: 'p/a', content: 'hello' }],
  ],
  [
    'times, and zeros where a field would be',
    [plain, { name: 'p/a', extra: field(0x5455, Buffer.alloc(5)), localExtra: Buffer.alloc(3) }],
    [plain, { name: 'p/a' }],
  ],
]

test.each(agreed)('%s', async (_, entries, same) => {
  expect(await digest(makeZip(entries))).toBe(await digest(makeZip(same)))
})

test.each<[string, MadeZipEntry, string]>([
  ['a backslash', { name: 'p\\a' }, 'has a backslash in it'],
  ['a control character', { name: 'p/a\x01' }, 'has a control character in it'],
  ['a version of VMS', { name: 'p/a;12' }, 'ends as a version of VMS does'],
  ['a folder without a slash', { name: 'p/d', mode: 0o040755 }, 'is that of a folder and does not end in a slash'],
  ['a folder without a slash, of DOS', { name: 'p/d', mode: 0, dos: 0x10, system: 0 }, 'is that of a folder and does not end in a slash'],
  ['UTF-8 from DOS', { name: utf8('p/é'), flags: 0x800, system: 0 }, 'is not in ASCII and was written on DOS or Windows'],
  ['another encoding, from DOS', { name: 'p/\x82', system: 0 }, 'is in an encoding that the zip does not state'],
  ['UTF-8 that is none', { name: 'p/\xff', flags: 0x800 }, 'is said to be in UTF-8 and is not'],
  ['a program of BeOS', { name: 'p/a', mode: 0o100755, system: 16 }, 'has a mode of a system that is rare'],
  ['a link of VMS', { name: 'p/a', mode: link, system: 2 }, 'has a mode of a system that is rare'],
  ['a named pipe', { name: 'p/a', mode: 0o010644 }, 'is a device or another special file'],
  ['an encrypted file', { name: 'p/a', flags: 1 }, 'is encrypted'],
  ['an absolute name', { name: '/p/a' }, 'is absolute'],
  ['a name that leads out', { name: 'p/../../a' }, 'leads out of the archive'],
  ['a name twice', { name: 'p/plain' }, 'comes twice'],
  ['a link without target', { name: 'p/l', mode: link }, 'has no usable target'],
  ['a link with a huge target', { name: 'p/l', mode: link, content: 'x'.repeat(70_000) }, 'has a target of 70000 bytes'],
  ['another name before its content', { name: 'p/aa', localName: 'p/bb' }, 'has another name before its content'],
  ['bzip2 that is none', { name: 'p/a', content: 'x', method: 12 }, 'cannot be decompressed'],
  ['bzip2 twice', { name: 'p/a', content: 'hellohello', method: 12, packed: Buffer.concat([hello, hello]) }, 'cannot be decompressed'],
  ['more than is deflated', { name: 'p/a', content: '', method: 8, packed: Buffer.from([3, 0, 0]) }, 'cannot be decompressed'],
  ['a link in bzip2', { name: 'p/l', content: 'hello', method: 12, packed: hello, mode: link }, 'is compressed with bzip2'],
  ['a folder with another name before its content', { ...folder, localName: 'p/e/' }, 'has another name before its content'],
  ['another method before its content', { name: 'p/a', local: { method: 8 } }, 'has another method before its content'],
  ['encrypted before its content', { name: 'p/a', local: { flags: 1 } }, 'has other flags before its content'],
  ['in UTF-8 before its content', { name: 'p/a', local: { flags: 0x800 } }, 'has other flags before its content'],
  ['another checksum before its content', { name: 'p/a', content: 'x', local: { crc: 1 } }, 'has a wrong checksum'],
  ['no checksum before its content', { name: 'p/a', content: 'x', local: { crc: 0 } }, 'has a wrong checksum'],
  [
    'another size before it, and again after it',
    { name: 'p/a', content: 'hello', flags: 8, local: { packed: 4 }, after: sizes },
    'has another size',
  ],
  ['no long size before its content', { name: 'p/a', local: { size: 0xffffffff } }, 'the size of "p/a" is missing'],
  ['a stored folder of two sizes', { ...folder, packed: Buffer.from('x') }, 'has another size'],
  ['no sizes after the content', { name: 'p/a', content: 'hello', flags: 8, local: nothing }, 'parts of it overlap'],
  [
    'sizes after the content, too short after a name in UTF-8',
    { name: 'p/a', content: 'hello', flags: 8, local: nothing, after: sizes, extra: named('p/a', 'p/a'), localExtra: named('p/a', 'p/a') },
    'parts of it overlap',
  ],
  ['a name in UTF-8 before its content alone', { name: 'p/a', localExtra: named('p/a', 'p/b') }, 'has another name before its content'],
  [
    'a name in UTF-8 of another version',
    { name: 'p/a', extra: named('p/a', 'p/b', 2), localExtra: named('p/a', 'p/b', 2) },
    'given in a way',
  ],
  ['a name in UTF-8 beside one that is', { name: 'p/a', flags: 0x800, extra: named('p/c', 'p/b') }, 'is given twice and differs'],
  ['an empty name in UTF-8', { name: 'p/a', extra: named('p/a', ''), localExtra: named('p/a', '') }, 'is given twice, and empty'],
  ['attributes in an extra field', { name: 'p/a', localExtra: field(0x6c78, Buffer.of(4, 0, 0, 0xed, 0x81)) }, 'are damaged or doubtful'],
  ['AES in an extra field', { name: 'p/a', extra: field(0x9901, Buffer.alloc(2)) }, 'are damaged or doubtful'],
  ['no time in the field for it', { name: 'p/a', extra: field(0x5455, Buffer.alloc(0)) }, 'are damaged or doubtful'],
  ['an extra field that is cut', { name: 'p/a', localExtra: Buffer.of(1, 2, 3, 4, 5) }, 'are damaged or doubtful'],
  ['less than an extra field', { name: 'p/a', extra: Buffer.from('a') }, 'are damaged or doubtful'],
  [
    'sizes in two extra fields',
    { name: 'p/a', extra: Buffer.concat([field(1, numbers()), field(1, numbers())]) },
    'are damaged or doubtful',
  ],
  ['no mode at all', { name: 'p/a', mode: 0 }, 'has a mode by which its owner may not read it'],
  ['a file that nobody may read', { name: 'p/a', mode: 0o100333 }, 'has a mode by which its owner may not read it'],
  ['a folder that nobody may enter', { ...folder, mode: 0o040644 }, 'has a mode by which its owner may not read it'],
  [
    'a folder that says it is a link which nobody may enter',
    { ...folder, mode: 0o120000 },
    'has a mode by which its owner may not read it',
  ],
  ['a checksum for a mode', { name: 'p/a', internal: 4 }, 'has a mode by which its owner may not read it'],
  ['a link of DOS', { name: 'p/a', mode: 0o120644, system: 0 }, 'is that of a link, which DOS does not have'],
  ['the name of a volume', { name: 'p/a', mode: 0, dos: 8, system: 0 }, 'is that of a volume'],
  ['a newer version', { name: 'p/a', needed: 63 }, 'needs version 63 of the format'],
  ['VMS is needed', { name: 'p/a', needed: 20 + 2 * 256 }, 'of the format'],
  ['a dot at its end', { name: 'p/a/.' }, 'ends in a dot for its folder'],
  ['a version of VMS without its number', { name: 'p/a;' }, 'ends as a version of VMS does'],
  ['a long name', { name: `p/${'n'.repeat(256)}` }, 'has a longer name than files may have'],
])('refused: %s', async (_, entry, message) => {
  await expect(digest(makeZip([plain, entry]))).rejects.toMatchObject({ code: 'bad-archive', message: expect.stringContaining(message) })
})

test.each<[string, (zip: Buffer, directory: number, end: number) => Buffer, string]>([
  ['nothing in it', () => makeZip([]), 'it is a zip without entries'],
  [
    'something before it',
    (zip) => Buffer.concat([zip.subarray(0, 4), Buffer.alloc(96), zip]),
    'its directory is not where it is said to be',
  ],
  [
    'a long comment',
    (zip) => Buffer.concat([zip.subarray(0, -2), Buffer.of(0, 64), Buffer.alloc(16_384)]),
    'it has no directory at its end',
  ],
  [
    'a comment that is cut',
    (zip) => Buffer.concat([zip.subarray(0, -2), Buffer.of(9, 0), Buffer.alloc(8)]),
    'it has no directory at its end',
  ],
  ['an end in the comment', (zip) => Buffer.concat([zip, makeZip([])]), 'its directory is not where it is said to be'],
  ['a part of several', (zip, _, end) => zip.fill(1, end + 4, end + 5), 'it is one part of several'],
  ['entries elsewhere', (zip, _, end) => zip.fill(1, end + 8, end + 9), 'it is one part of several'],
  [
    'something after its directory',
    (zip, _, end) => {
      zip.writeUInt32LE(zip.readUInt32LE(end + 12) + 6, end + 12)
      return Buffer.concat([zip.subarray(0, end), Buffer.from('PK\x05\x05\0\0', 'latin1'), zip.subarray(end)])
    },
    'its directory is damaged',
  ],
  [
    'two entries in one place',
    (zip, directory) => {
      zip.copy(zip, zip.indexOf('p/b', directory) - 4, directory + 42, directory + 46)
      return zip
    },
    '"p/b" has another name before its content',
  ],
])('refused: a zip with %s', async (_, change, message) => {
  const zip = makeZip([plain, { name: 'p/b' }])
  const broken = change(zip, zip.indexOf('PK\x01\x02', 0, 'latin1'), zip.length - 22)
  await expect(digest(broken)).rejects.toMatchObject({ code: 'bad-archive', message: expect.stringContaining(message) })
})

/** The longer record of the end, and where it is, before the short one. */
function withLongEnd(zip: Buffer, count: number): Buffer {
  const end = zip.length - 22
  const [size, start] = [zip.readUInt32LE(end + 12), zip.readUInt32LE(end + 16)]
  const record = Buffer.concat([numbers(0x06064b50, 44, 0, 0x2d002d, 0, 0, count, 0, count, 0, size, 0, start, 0)])
  return Buffer.concat([zip.subarray(0, end), record, numbers(0x07064b50, 0, end, 0, 1), zip.subarray(end)])
}

test('a longer record of the end says the same as the short one', async () => {
  const zip = makeZip([plain])
  expect(await digest(withLongEnd(zip, 1))).toBe(await digest(zip))
  await expect(digest(withLongEnd(zip, 2))).rejects.toThrow('its zip64 directory contradicts the other')
})

test('what follows the end of the directory does not count', async () => {
  expect(await digest(Buffer.concat([makeZip([plain]), Buffer.alloc(1000, 'x')]))).toBe(await digest(makeZip([plain])))
})

test('refused: a compressed link across a boundary at which libarchive cuts it', async () => {
  const zip = (length: number): Buffer =>
    makeZip([
      { name: 'p/a', content: Buffer.alloc(length) },
      { name: 'p/l', content: 'p/somewhere', method: 8, mode: link },
    ])
  // The content of the link begins 66 bytes after that of the file.
  await expect(digest(zip(65_536 - 66 - 1))).rejects.toThrow('stands where an unpacker cuts it off')
  expect(await digest(zip(65_536 - 66))).toMatch(/^\w{52}$/)
})

const has = (program: string, ...options: string[]): boolean => spawnSync(program, options).status === 0

describe.skipIf(!has('nix-prefetch-url', '--version') || !has('unzip', '-v'))('beside Nix and unzip', () => {
  test.each(agreed)('%s', async (_, entries) => {
    const work = mkdtempSync(path.join(tmpdir(), 'pinhash-test-'))
    try {
      const file = path.join(work, 'a.zip')
      const zip = makeZip(entries)
      writeFileSync(file, zip)
      mkdirSync(path.join(work, 'u'))
      const ours = await digest(zip)
      expect(
        execFileSync('nix-prefetch-url', ['--unpack', `file://${file}`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim(),
      ).toBe(ours)
      execFileSync('unzip', ['-qq', file], { cwd: path.join(work, 'u'), stdio: 'ignore', env: { ...process.env, LC_ALL: 'C.UTF-8' } })
      expect(readdirSync(path.join(work, 'u'))).toEqual(['p'])
      chmodSync(path.join(work, 'u', 'p'), 0o755)
      expect(execFileSync('nix-hash', ['--type', 'sha256', '--base32', path.join(work, 'u', 'p')], { encoding: 'utf8' }).trim()).toBe(ours)
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
  })
})
