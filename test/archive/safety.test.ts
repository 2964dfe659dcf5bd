import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { unpackedDigest } from '../../src/archive/unpacked-digest.ts'
import type { UnpackOptions, Unpacked } from '../../src/archive/unpacked-digest.ts'
import { NetworkError } from '../../src/core/errors.ts'
import { printDigest } from '../../src/hash/spelling.ts'
import { makeTar, paxRecord } from './make-tar.ts'
import type { MadeEntry } from './make-tar.ts'

let temporary = ''
beforeEach(() => {
  temporary = mkdtempSync(path.join(tmpdir(), 'pinhash-test-'))
})
afterEach(() => {
  expect(readdirSync(temporary)).toEqual([])
  rmSync(temporary, { recursive: true })
})

async function* chunks(bytes: Uint8Array, size = 700): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function digest(bytes: Uint8Array, options: Partial<UnpackOptions> = {}, name = 'a.tar'): Promise<string> {
  return printDigest((await unpacked(bytes, options, name)).digest, 'nix32')
}

function unpacked(bytes: Uint8Array, options: Partial<UnpackOptions> = {}, name = 'a.tar'): Promise<Unpacked> {
  return unpackedDigest(chunks(bytes), name, { algorithm: 'sha256', root: 'nix-prefetch-url', temporary, ...options })
}

const fixture = (name: string): Buffer => readFileSync(fileURLToPath(new URL(`../../fixtures/archive/${name}`, import.meta.url)))

describe('refused, with the reason', () => {
  test.each<[string, readonly MadeEntry[], string, Partial<UnpackOptions>?]>([
    ['an absolute name', [{ name: '/etc/passwd' }], 'the name "/etc/passwd" is absolute'],
    ['a name that leads out', [{ name: 'a/../../b' }], 'the name "a/../../b" leads out of the archive'],
    ['a folder that leads out', [{ name: 'a/..', type: '5' }], 'leads out of the archive'],
    ['a NUL in a pax name', [{ name: 'x', type: 'x', content: paxRecord('path', 'a\0b') }, { name: 'a' }], 'has a NUL byte in it'],
    ['a character device', [{ name: 'a', type: '3' }], '"a" is a device'],
    ['a block device', [{ name: 'a', type: '4' }], '"a" is a device'],
    ['a named pipe', [{ name: 'a', type: '6' }], '"a" is a named pipe'],
    ['a part of several volumes', [{ name: 'a', type: 'M' }], '"a" is of a kind that is not known ("M")'],
    ['a file in the place of a folder', [{ name: 'a/b' }, { name: 'a' }], '"a" comes twice'],
    ['a folder in the place of a file', [{ name: 'a' }, { name: 'a/b' }], '"a/b" takes "a" for a folder, which came as a file'],
    [
      'a file in the place of a link',
      [
        { name: 'a', type: '2', target: '../b' },
        { name: 'a', content: 'x' },
      ],
      '"a" comes twice',
    ],
    ['a link in the place of a file', [{ name: 'a' }, { name: 'a', type: '2', target: 'b' }], '"a" comes twice'],
    ['a link in the place of a folder', [{ name: 'a/b' }, { name: 'a', type: '2', target: 'b' }], '"a" comes twice'],
    ['a file through a link', [{ name: 'a', type: '2', target: '/tmp' }, { name: 'a/b' }], '"a/b" leads through the symbolic link "a"'],
    [
      'a folder in the place of a link',
      [
        { name: 'a', type: '2', target: 'b' },
        { name: 'a', type: '5' },
      ],
      'leads through the symbolic link "a"',
    ],
    ['a link without target', [{ name: 'a', type: '2' }], 'the symbolic link "a" has no usable target'],
    ['a hard link to nothing', [{ name: 'a', type: '1', target: 'b' }], '"a" is a hard link to "b", which did not come before it'],
    ['a hard link to outside', [{ name: 'a', type: '1', target: '../b' }], 'the name "../b" leads out of the archive'],
    [
      'a hard link to a folder',
      [
        { name: 'b/', type: '5' },
        { name: 'a', type: '1', target: 'b' },
      ],
      '"a" is a hard link to the folder "b"',
    ],
    [
      'a hard link through a link',
      [
        { name: 'b', type: '2', target: '/' },
        { name: 'a', type: '1', target: 'b/c' },
      ],
      'which did not come before it',
    ],
    ['a hard link with content', [{ name: 'b' }, { name: 'a', type: '1', target: 'b', content: 'x' }], 'brings content of its own'],
    ['a file named as the whole', [{ name: '.' }], '"." names no file'],
    [
      'several at the top, fetchzip',
      [{ name: 'a' }, { name: 'b' }],
      'fetchzip takes a single entry at its top and there are 2 ("a", "b")',
      { root: 'fetchzip' },
    ],
    ['several at the top, fetchTarball', [{ name: 'a/x' }, { name: 'b' }], 'fetchTarball takes a single entry', { root: 'fetchTarball' }],
    ['none at the top', [], 'there are 0', { root: 'fetchzip' }],
    ['a lone file, fetchTarball', [{ name: 'a' }], 'fetchTarball takes a folder at its top, and "a" is none', { root: 'fetchTarball' }],
    ['a lone link, fetchTarball', [{ name: 'a', type: '2', target: 'b' }], 'and "a" is none', { root: 'fetchTarball' }],
    ['a lone link, fetchzip', [{ name: 'a', type: '2', target: 'b' }], 'and "a" is a symbolic link', { root: 'fetchzip' }],
    ['a damaged pax record', [{ name: 'x', type: 'x', content: '99 path=a\n' }, { name: 'a' }], 'an attribute record is damaged'],
    ['a pax record without an end', [{ name: 'x', type: 'x', content: '8 path=a' }, { name: 'a' }], 'an attribute record is damaged'],
    ['a size that is none', [{ name: 'x', type: 'x', content: paxRecord('size', '-1') }, { name: 'a' }], 'the size of "a" is no number'],
    ['a size in another writing', [{ name: 'x', type: 'x', content: paxRecord('size', '1e2') }, { name: 'a' }], 'is no number'],
    ['a name for all', [{ name: 'g', type: 'g', content: paxRecord('path', 'b') }, { name: 'a' }], 'it states "path" for all members'],
    ['a name taken back', [{ name: 'x', type: 'x', content: paxRecord('path', '') }, { name: 'a' }], 'of "a" take its path back'],
    [
      'a target taken back',
      [
        { name: 'x', type: 'x', content: paxRecord('linkpath', '') },
        { name: 'a', type: '2', target: 'b' },
      ],
      'take its linkpath back',
    ],
    [
      'the target of a link that is a file',
      [{ name: 'x', type: 'x', content: paxRecord('linkpath', 'b') }, { name: 'a' }],
      'have the target of a link',
    ],
    [
      'a size of a folder',
      [
        { name: 'x', type: 'x', content: paxRecord('size', '3') },
        { name: 'a', type: '5' },
      ],
      'state a size for what is no file',
    ],
    [
      'two sizes',
      [
        { name: 'x', type: 'x', content: paxRecord('SCHILY.realsize', '5') },
        { name: 'a', content: 'x' },
      ],
      'state two sizes',
    ],
    [
      'rights apart from the mode',
      [
        { name: 'x', type: 'x', content: paxRecord('SCHILY.acl.access', 'user::rwx,group::r--') },
        { name: 'a', mode: 0o644 },
      ],
      'contradict its mode',
    ],
    [
      'holes without a map',
      [{ name: 'x', type: 'x', content: paxRecord('GNU.sparse.name', 'b') }, { name: 'a' }],
      'the map of holes of "b" is incomplete',
    ],
    [
      'holes in a folder',
      [
        { name: 'x', type: 'x', content: paxRecord('GNU.sparse.major', '1') },
        { name: 'a', type: '5' },
      ],
      'state holes in what is no file',
    ],
    [
      'holes in a folder that is one by its name',
      [{ name: 'x', type: 'x', content: paxRecord('GNU.sparse.major', '1') }, { name: 'a/' }],
      'state holes in what is no file',
    ],
    [
      'a map of holes in the header of another kind',
      [{ name: 'a', magic: 'ustar  \0', prefix: 'u'.repeat(131) }],
      'has a map of holes and is of another kind',
    ],
    ['a folder with content', [{ name: 'a/', content: 'x' }], 'the folder "a/" brings content of its own'],
    ['a label with content', [{ name: 'a', type: 'V', content: 'x' }], 'is the label of a volume, with more than a name'],
    [
      'a name in the forms of pax and of GNU',
      [{ name: 'L', type: 'L', content: 'b\0' }, { name: 'x', type: 'x', content: paxRecord('path', 'c') }, { name: 'a' }],
      '"c" is named twice',
    ],
    [
      'a name that another reader cuts',
      [{ name: 'a', prefix: 'p', magic: 'ustar\0  ' }],
      'in two ways: the file "p/a" of 0 bytes is the file "a" of 0 bytes to another reader of tar',
    ],
    ['a kind that another reader has otherwise', [{ name: 'a/', type: '7' }], 'in two ways: the folder "a/" is the file "a/" of 0 bytes'],
    ['a huge name', [{ name: 'x', type: 'L', size: 2 ** 30 }], 'is too long to be one'],
    ['a file cut short', [{ name: 'a', content: 'x', size: 5000 }], 'it ends in the middle of "a"'],
    [
      'a map of holes beyond the end',
      [
        { name: 'x', type: 'x', content: paxRecord('GNU.sparse.map', '0,1,5,1') + paxRecord('GNU.sparse.size', '5') },
        { name: 'a', content: 'xy' },
      ],
      'the map of holes of "a" is damaged',
    ],
    [
      'a map of holes that overlaps',
      [
        { name: 'x', type: 'x', content: paxRecord('GNU.sparse.map', '0,2,1,2') + paxRecord('GNU.sparse.size', '5') },
        { name: 'a', content: 'xyz' },
      ],
      'is damaged',
    ],
    [
      'a map of holes without data',
      [
        { name: 'x', type: 'x', content: paxRecord('GNU.sparse.map', '0,5') + paxRecord('GNU.sparse.size', '5') },
        { name: 'a', content: 'xy' },
      ],
      'does not fit its data',
    ],
  ])('%s', async (_, entries, message, options = {}) => {
    const made = makeTar(entries)
    // A tar with nothing but an end is told from zeros by what it is compressed in.
    await expect(digest(gzipSync(made), options)).rejects.toMatchObject({
      name: 'InputError',
      code: 'bad-archive',
      message: expect.stringContaining(message),
    })
  })

  test.each([
    ['nothing', Buffer.alloc(0), 'it is empty'],
    ['a program', Buffer.from('\x7fELF'.padEnd(600)), 'it is neither a zip nor a tar'],
    ['gzip of something else', gzipSync('hello'), 'it is compressed with gzip, and what is inside is no tar'],
    ['gzip cut short', gzipSync(makeTar([{ name: 'a' }])).subarray(0, 40), 'its gzip data cannot be read: unexpected end of file'],
    ['xz cut short', fixture('gnu.tar.xz').subarray(0, 900), 'its xz data cannot be read: it is damaged or cut short'],
    ['bzip2 cut short', fixture('gnu.tar.bz2').subarray(0, 900), 'its bzip2 data cannot be read: it ends too early'],
    ['zstd cut short', fixture('gnu.tar.zst').subarray(0, 900), 'its zstd data cannot be read: '],
    ['a zip cut short', fixture('python.zip').subarray(0, 600), 'it has no directory at its end'],
    ['a tar cut in a header', makeTar([{ name: 'a' }, { name: 'b' }]).subarray(0, 700), 'it ends in the middle of a header'],
  ])('%s', async (_, bytes, message) => {
    await expect(digest(bytes)).rejects.toMatchObject({
      code: 'bad-archive',
      message: expect.stringContaining(`Could not unpack a.tar: ${message}`),
    })
  })

  test('a zip with its size, checksum, encryption, method or kind changed', async () => {
    const zip = fixture('lone-file.zip')
    const entry = zip.indexOf('PK\x01\x02', 0, 'latin1')
    const changed = (at: number, value: number): Buffer => {
      const copy = Buffer.from(zip)
      copy[entry + at] = value
      return copy
    }
    const resized = (size: number): Buffer => Buffer.from(changed(24, size)).fill(size, zip.indexOf('PK\x03\x04', 0, 'latin1') + 22, 23)
    await expect(digest(resized(3))).rejects.toThrow('"tool" has more than the 3 bytes it is said to have')
    await expect(digest(resized(5))).rejects.toThrow('"tool" has less than the 5 bytes it is said to have')
    await expect(digest(changed(24, 3))).rejects.toThrow('"tool" has another size before its content')
    await expect(digest(changed(16, 0))).rejects.toThrow('"tool" has a wrong checksum')
    await expect(digest(changed(8, 1))).rejects.toThrow('"tool" is encrypted')
    await expect(digest(changed(10, 14))).rejects.toThrow('"tool" is compressed with method 14')
    await expect(digest(changed(41, 0x21))).rejects.toThrow('"tool" is a device or another special file')
    const renamed = changed(46, 0x2f).fill('/', zip.indexOf('tool', 0, 'latin1'), zip.indexOf('tool', 0, 'latin1') + 1)
    await expect(digest(renamed)).rejects.toThrow('the name "/ool" is absolute')
    await expect(digest(changed(46, 0x5c))).rejects.toThrow('has a backslash in it')
    await expect(digest(changed(42, 9))).rejects.toThrow('"tool" is not where the directory says')
    await expect(digest(changed(0, 0))).rejects.toThrow('its directory holds 0 entries and says 1')
  })
})

describe('accepted', () => {
  const one = makeTar([{ name: 'p/A' }, { name: 'p/b', content: 'x', mode: 0o755 }])

  test.each<[string, readonly MadeEntry[]]>([
    [
      'folders named again and again',
      [
        { name: './', type: '5' },
        { name: 'p/', type: '5' },
        { name: 'p/A' },
        { name: 'p', type: '5' },
        { name: './p/./b', content: 'x', mode: 0o755 },
      ],
    ],
    [
      'a folder as old tars have it',
      [
        { name: 'p/', type: '\0' },
        { name: 'p/A', type: '\0' },
        { name: 'p/b', content: 'x', mode: 0o755 },
      ],
    ],
    ['a volume label', [{ name: 'label', type: 'V' }, { name: 'p/b', content: 'x', mode: 0o755 }, { name: 'p/A' }]],
    [
      'attributes that do not matter',
      [{ name: 'x', type: 'x', content: paxRecord('mtime', '1.5') }, { name: 'p/A' }, { name: 'p/b', content: 'x', mode: 0o4755 }],
    ],
    [
      'attributes for all that do not matter',
      [{ name: 'g', type: 'g', content: paxRecord('comment', 'of all') }, { name: 'p/A' }, { name: 'p/b', content: 'x', mode: 0o755 }],
    ],
    [
      'rights as the mode has them',
      [
        { name: 'p/A' },
        { name: 'x', type: 'x', content: paxRecord('SCHILY.acl.access', 'user::rwx,user:bob:r-x,group::r-x,mask::r-x,other::r--') },
        { name: 'p/b', content: 'x', mode: 0o755 },
      ],
    ],
    ['a file twice', [{ name: 'p/A', content: 'old' }, { name: 'p/b', content: 'x', mode: 0o755 }, { name: './p//A' }]],
    [
      'a file in the place of one that has another name',
      [{ name: 'p/b', content: 'x', mode: 0o755 }, { name: 'p/A', type: '1', target: 'p/b' }, { name: 'p/A' }],
    ],
    [
      'the target of a link before a file',
      [
        { name: 'K', type: 'K', content: 'b\0' },
        { name: 'p/A' },
        { name: 'x', type: 'x', content: paxRecord('linkpath', '') },
        { name: 'p/b', content: 'x', mode: 0o755 },
      ],
    ],
    // From here on the other reader has given up.
    [
      'a target in the header of a file',
      [
        { name: 'p/A', target: 'b' },
        { name: 'p/b', content: 'x', mode: 0o755 },
      ],
    ],
    [
      'an empty attribute of a name',
      [{ name: 'x', type: 'x', content: paxRecord('linkpath', '') }, { name: 'p/A' }, { name: 'p/b', content: 'x', mode: 0o755 }],
    ],
  ])('%s', async (_, entries) => expect(await digest(makeTar(entries))).toBe(await digest(one)))

  test('a link that states how long its target is', async () => {
    const link = { name: 'p/link', type: '2', target: 'abc' }
    expect(await digest(makeTar([{ ...link, size: 3 }, { name: 'p/A' }]))).toBe(await digest(makeTar([link, { name: 'p/A' }])))
  })

  test('what is only case apart is fine where case counts', async () => {
    expect(await digest(makeTar([{ name: 'p/A' }, { name: 'p/a' }]))).toMatch(/^\w{52}$/)
  })

  test('a lone file: itself, or in a folder, as each fetcher has it', async () => {
    const [itself, zip, whole] = await Promise.all(
      (['nix-prefetch-url', 'fetchzip', 'fetchzip-keep-root'] as const).map((root) => digest(fixture('lone-file.tar.gz'), { root })),
    )
    expect(whole).toBe(zip)
    expect(whole).not.toBe(itself)
  })
})

describe('whatever comes', () => {
  const names = readdirSync(fileURLToPath(new URL('../../fixtures/archive/', import.meta.url))).filter((name) => !name.endsWith('.json'))

  test('damaged archives give a digest or the reason, nothing else', async () => {
    const damaged = fc.constantFrom(...names).chain((name) => {
      const bytes = fixture(name)
      return fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }).map((changes) => {
        const copy = Buffer.from(bytes)
        for (const [at, value] of changes) copy[at] = value
        return { name, copy }
      })
    })
    await fc.assert(
      fc.asyncProperty(damaged, async ({ name, copy }) => {
        const result = await digest(copy, {}, name).catch((error: unknown) => error)
        if (typeof result !== 'string') expect(result).toMatchObject({ name: 'InputError', code: 'bad-archive' })
      }),
      { numRuns: 300 },
    )
  }, 60_000)

  test('what ends too early is refused', async () => {
    // Enough for a compressed stream or a zip; a plain tar may end after any entry.
    const short = fc
      .constantFrom(...names.filter((name) => name !== 'plain.tar' && name !== 'gz-members.tar.gz' && name !== 'bz2-streams.tar.bz2'))
      .chain((name) => fc.nat(fixture(name).length - 1).map((length) => ({ name, bytes: fixture(name).subarray(0, length) })))
    await fc.assert(
      fc.asyncProperty(short, async ({ name, bytes }) => {
        await expect(digest(bytes, {}, name)).rejects.toMatchObject({ code: 'bad-archive' })
      }),
      { numRuns: 200 },
    )
  }, 60_000)

  test.each(['gnu.tar.gz', 'gnu.tar.xz', 'gnu.tar.bz2', 'gnu.tar.zst', 'python.zip', 'plain.tar'])(
    '%s: a source that fails is not taken for a bad archive',
    async (name) => {
      const lost = new NetworkError('unreachable', 'the connection was lost', { retryable: true })
      async function* source(): AsyncGenerator<Uint8Array> {
        yield fixture(name).subarray(0, 600)
        throw lost
      }
      await expect(unpackedDigest(source(), name, { algorithm: 'sha256', root: 'fetchzip', temporary })).rejects.toBe(lost)
    },
  )

  test.each([gzipSync(makeTar([{ name: '/' + 'a'.repeat(50), content: Buffer.alloc(300_000, 'x') }])), Buffer.alloc(300_000, 'x')])(
    'a source is let go of',
    async (bytes) => {
      let released = false
      async function* source(): AsyncGenerator<Uint8Array> {
        try {
          yield bytes
          yield* (function* () {
            for (;;) yield Buffer.alloc(65_536)
          })()
        } finally {
          released = true
        }
      }
      await expect(unpackedDigest(source(), 'a', { algorithm: 'sha256', root: 'fetchzip', temporary })).rejects.toMatchObject({
        code: 'bad-archive',
      })
      expect(released).toBe(true)
    },
  )
})

describe('remarks', () => {
  const utf8 = (name: string): string => Buffer.from(name).toString('latin1')
  test.each<[string, readonly string[], string | null]>([
    ['names that differ', ['p/a', 'p/b', 'q/a', 'A'], null],
    ['files only case apart', ['p/A', 'p/a'], '"p/a" differs only in case from another name'],
    ['folders only case and form apart', ['p/É/x', 'p/e\u0301/y'], '"p/e\u0301" differs only in case from another name'],
    ['one letter that is two', ['stra\u00dfe', 'STRASSE'], '"STRASSE" differs only in case from another name'],
    ['letters that only look alike', ['a', '\u0430'], null],
  ])('%s', async (_, names, expected) => {
    const { remarks } = await unpacked(gzipSync(makeTar(names.map((name) => ({ name: utf8(name) })))), { root: 'fetchzip-keep-root' })
    expect(remarks).toEqual({ notOnMacOS: expected, substituted: null })
  })

  test('a name that is no UTF-8', async () => {
    const { remarks } = await unpacked(gzipSync(makeTar([{ name: 'p/\xe9' }])))
    expect(remarks.notOnMacOS).toMatch(/^the name .* is not in UTF-8$/)
  })

  test.each<[string, MadeEntry, boolean]>([
    ['an attribute', { name: 'p/.gitattributes', content: '*.txt text\r\nversion.py export-subst\r\n' }, true],
    ['among others, further down', { name: 'p/a/b/.gitattributes', content: '/v -text export-subst eol=lf' }, true],
    ['of a macro', { name: 'p/.gitattributes', content: '[attr]stamped export-subst\n' }, true],
    ['taken back', { name: 'p/.gitattributes', content: 'v -export-subst\nw !export-subst\n' }, false],
    ['in a comment', { name: 'p/.gitattributes', content: ' # v export-subst\n' }, false],
    ['in a name', { name: 'p/.gitattributes', content: 'export-subst text\n' }, false],
    ['in another file', { name: 'p/gitattributes', content: 'v export-subst\n' }, false],
    ['a link of that name', { name: 'p/.gitattributes', type: '2', target: 'v export-subst' }, false],
    ['branches that git wrote', { name: 'p/.git_archival.txt', content: 'node: 12\nref-names: HEAD -> main, tag: v1\n' }, true],
    ['branches that nobody wrote', { name: 'p/.git_archival.txt', content: 'ref-names: $Format:%D$\n' }, false],
  ])('substitution: %s', async (_, entry, found) => {
    const { remarks } = await unpacked(gzipSync(makeTar([{ name: 'p/', type: '5' }, entry])), { root: 'fetchzip-keep-root' })
    expect(remarks).toEqual({ notOnMacOS: null, substituted: found ? entry.name : null })
  })
})
