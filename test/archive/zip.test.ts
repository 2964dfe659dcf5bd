import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
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
  ['no mode at all', [plain, { name: 'p/a', mode: 0 }], [plain, { name: 'p/a' }]],
  ['only others may run it', [plain, { name: 'p/a', mode: 0o100655 }], [plain, { name: 'p/a' }]],
  ['a folder that says it is a link', [plain, { name: 'p/l/', content: 'plain', mode: link }], [plain, { name: 'p/l/' }]],
  ['a folder that nobody may enter', [{ name: 'p/', mode: 0o040000 }, plain], [plain]],
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
        packed: Buffer.from('425a68393141592653591931653d00000081000244a000219a68334d07338bb9229c28480c98b29e80', 'hex'),
      },
    ],
    [plain, { name: 'p/a', content: 'hello' }],
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
])('refused: %s', async (_, entry, message) => {
  await expect(digest(makeZip([plain, entry]))).rejects.toMatchObject({ code: 'bad-archive', message: expect.stringContaining(message) })
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
