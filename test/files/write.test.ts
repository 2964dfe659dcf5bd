import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { repositoryFiles } from '../../src/files/repository.ts'
import { temporaryFolder } from './temporary.ts'

const faults = vi.hoisted(() => ({ rename: null as ((to: string) => void) | null }))
vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof import('node:fs/promises')>()
  const rename: typeof actual.rename = async (from, to) => {
    faults.rename?.(String(to))
    return actual.rename(from, to)
  }
  return { ...actual, rename }
})
afterEach(() => {
  faults.rename = null
})

const read = (folder: string, name: string): string => readFileSync(path.join(folder, name), 'utf8')
const change = (name: string, before: string | null, after: string | null) => ({ path: name, before, after })

describe('writes', () => {
  test('all files, and leaves nothing else', async () => {
    const folder = temporaryFolder({ 'a.nix': 'a', 'sub/b.nix': 'b', 'c.nix': 'c' })
    await repositoryFiles(folder).write([change('a.nix', 'a', 'A'), change('sub/b.nix', 'b', 'B'), change('new/deep/d.nix', null, 'D')])
    expect([read(folder, 'a.nix'), read(folder, 'sub/b.nix'), read(folder, 'c.nix'), read(folder, 'new/deep/d.nix')]).toEqual([
      'A',
      'B',
      'c',
      'D',
    ])
    expect(readdirSync(folder, { recursive: true }).toSorted()).toEqual([
      'a.nix',
      'c.nix',
      'new',
      'new/deep',
      'new/deep/d.nix',
      'sub',
      'sub/b.nix',
    ])
  })

  test('removes what shall be no more, with the others or not at all', async () => {
    const folder = temporaryFolder({ 'a.nix': 'a', 'b.nix': 'b', 'c.nix': 'c' })
    const files = repositoryFiles(folder)
    await files.write([change('a.nix', 'a', null), change('b.nix', 'b', 'B')])
    expect(readdirSync(folder).toSorted()).toEqual(['b.nix', 'c.nix'])
    await expect(files.write([change('c.nix', 'other', null)])).rejects.toMatchObject({ code: 'changed-file' })
    faults.rename = (to) => {
      if (to.endsWith('/b.nix')) throw Object.assign(new Error('no'), { code: 'EACCES' })
    }
    await expect(files.write([change('c.nix', 'c', null), change('b.nix', 'B', 'b')])).rejects.toMatchObject({ code: 'unwritable-file' })
    faults.rename = null
    expect([read(folder, 'b.nix'), read(folder, 'c.nix'), readdirSync(folder).length]).toEqual(['B', 'c', 2])
    await files.write([change('c.nix', 'c', null)])
    expect(readdirSync(folder)).toEqual(['b.nix'])
  })

  test.each([0o644, 0o600, 0o755, 0o664])('mode %o stays', async (mode) => {
    const folder = temporaryFolder({ 'a.nix': 'a' })
    chmodSync(path.join(folder, 'a.nix'), mode)
    await repositoryFiles(folder).write([change('a.nix', 'a', 'A')])
    expect(statSync(path.join(folder, 'a.nix')).mode & 0o7777).toBe(mode)
  })

  test("a link's target, not the link", async () => {
    const folder = temporaryFolder({ 'data/real.nix': 'a' })
    symlinkSync('data/real.nix', path.join(folder, 'link.nix'))
    await repositoryFiles(folder).write([change('link.nix', 'a', 'A')])
    expect(lstatSync(path.join(folder, 'link.nix')).isSymbolicLink()).toBe(true)
    expect(read(folder, 'data/real.nix')).toBe('A')
    expect(readdirSync(folder).toSorted()).toEqual(['data', 'link.nix'])
  })

  test('any text, byte for byte as it was read', async () => {
    const folder = temporaryFolder({ 'a.nix': '' })
    const files = repositoryFiles(folder)
    const text = fc.string({ unit: fc.constantFrom('\u{feff}', '\r\n', '\n', 'é', '😀', 'a', '\t') })
    await fc.assert(
      fc.asyncProperty(text, async (after) => {
        const before = files.read('a.nix')
        if (!('text' in before)) throw new Error(before.message)
        await files.write([change('a.nix', before.text, after)])
        expect(readFileSync(path.join(folder, 'a.nix')).equals(Buffer.from(after))).toBe(true)
        expect(files.read('a.nix')).toEqual({ text: after })
      }),
      { numRuns: 25 },
    )
  })

  test('and takes away what killed runs left beside', async () => {
    const folder = temporaryFolder({
      'a.nix': 'a',
      '.a.nix.pinhash-0123456789ab': 'x',
      '.b.pinhash-notours': 'x',
      '.c.nix.pinhash-0123456789ab': 'x',
    })
    await repositoryFiles(folder).write([change('a.nix', 'a', 'A')])
    expect(readdirSync(folder).toSorted()).toEqual(['.b.pinhash-notours', 'a.nix'])
  })
})

describe('refuses, and writes nothing', () => {
  test.each([
    [
      'content that changed',
      (folder: string) => writeFileSync(path.join(folder, 'b.nix'), 'other'),
      'changed-file',
      /b\.nix: it has changed since/,
    ],
    ['a file that disappeared', (folder: string) => rmSync(path.join(folder, 'b.nix')), 'changed-file', /it has disappeared since/],
    ['a read-only file', (folder: string) => chmodSync(path.join(folder, 'b.nix'), 0o444), 'unwritable-file', /b\.nix: it is read-only/],
    [
      'a link that leads outside',
      (folder: string) => {
        rmSync(path.join(folder, 'b.nix'))
        symlinkSync(path.join(temporaryFolder({ x: 'b' }), 'x'), path.join(folder, 'b.nix'))
      },
      'unwritable-file',
      /b\.nix: it leads out of the repository/,
    ],
    [
      'a folder in its place',
      (folder: string) => {
        rmSync(path.join(folder, 'b.nix'))
        mkdirSync(path.join(folder, 'b.nix'))
      },
      'unwritable-file',
      /it is not a regular file/,
    ],
  ] as const)('%s', async (_, spoil, code, message) => {
    const folder = temporaryFolder({ 'a.nix': 'a', 'b.nix': 'b' })
    spoil(folder)
    await expect(repositoryFiles(folder).write([change('a.nix', 'a', 'A'), change('b.nix', 'b', 'B')])).rejects.toMatchObject({
      name: 'InputError',
      code,
      message: expect.stringMatching(message),
    })
    expect(read(folder, 'a.nix')).toBe('a')
    expect(readdirSync(folder).filter((name) => name.includes('pinhash'))).toEqual([])
  })

  test('a byte order mark that appeared is a change', async () => {
    const folder = temporaryFolder({ 'a.nix': '\u{feff}a' })
    await expect(repositoryFiles(folder).write([change('a.nix', 'a', 'A')])).rejects.toMatchObject({ code: 'changed-file' })
  })

  test('a new file where one is', async () => {
    const folder = temporaryFolder({ 'a.nix': 'a', 'b.nix': 'b' })
    await expect(repositoryFiles(folder).write([change('a.nix', 'a', 'A'), change('b.nix', null, 'B')])).rejects.toMatchObject({
      code: 'changed-file',
      message: 'Could not write b.nix: it has appeared since it was read; nothing was written, run again',
    })
    expect([read(folder, 'a.nix'), read(folder, 'b.nix')]).toEqual(['a', 'b'])
  })

  test.each(['../x.nix', '/nowhere/x.nix', 'folder/x.nix', 'folder/new/x.nix'])('a new file outside: %s', async (name) => {
    const folder = temporaryFolder()
    const outside = temporaryFolder()
    symlinkSync(outside, path.join(folder, 'folder'))
    await expect(repositoryFiles(folder).write([change(name, null, 'X')])).rejects.toMatchObject({ code: 'unwritable-file' })
    expect(readdirSync(outside)).toEqual([])
  })

  test('two changes of one file', async () => {
    const folder = temporaryFolder({ 'a.nix': 'a' })
    symlinkSync('a.nix', path.join(folder, 'b.nix'))
    await expect(repositoryFiles(folder).write([change('a.nix', 'a', 'A'), change('b.nix', 'a', 'B')])).rejects.toMatchObject({
      code: 'unwritable-file',
    })
    expect(read(folder, 'a.nix')).toBe('a')
  })

  test('a name too long to be written beside, after another was prepared and a folder made', async () => {
    const long = `${'x'.repeat(245)}.nix`
    const folder = temporaryFolder({ 'a.nix': 'a', [long]: 'b' })
    await expect(
      repositoryFiles(folder).write([change('a.nix', 'a', 'A'), change('new/c.nix', null, 'C'), change(long, 'b', 'B')]),
    ).rejects.toMatchObject({ code: 'unwritable-file' })
    expect(read(folder, 'a.nix')).toBe('a')
    expect(readdirSync(folder).toSorted()).toEqual(['a.nix', long])
  })
})

describe('a failure half-way', () => {
  test('puts back what was renamed, the same file it was', async () => {
    const folder = temporaryFolder({ 'a.nix': 'a', 'b.nix': 'b' })
    const before = statSync(path.join(folder, 'a.nix'))
    let hit = 0
    faults.rename = (to) => {
      if (to.endsWith('b.nix') && hit++ === 0) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
    }
    const changes = [change('new/c.nix', null, 'C'), change('a.nix', 'a', 'A'), change('b.nix', 'b', 'B')]
    await expect(repositoryFiles(folder).write(changes)).rejects.toMatchObject({
      code: 'unwritable-file',
      message: 'Could not write b.nix: no space is left on the device; nothing was written',
    })
    expect(hit).toBe(1)
    expect([read(folder, 'a.nix'), read(folder, 'b.nix'), existsSync(path.join(folder, 'new'))]).toEqual(['a', 'b', false])
    expect(statSync(path.join(folder, 'a.nix'))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs })
    expect(readdirSync(folder).toSorted()).toEqual(['a.nix', 'b.nix'])
  })

  test('that cannot be put back is told, and the old text kept', async () => {
    const folder = temporaryFolder({ 'a.nix': 'a', 'b.nix': 'b' })
    let renames = 0
    faults.rename = () => {
      if (renames++ > 0) throw Object.assign(new Error('broken'), { code: 'EIO' })
    }
    await expect(repositoryFiles(folder).write([change('a.nix', 'a', 'A'), change('b.nix', 'b', 'B')])).rejects.toMatchObject({
      message: expect.stringMatching(
        /^Could not write b\.nix: the device reports an error; could not put back a\.nix, whose old text is in \S+ beside it$/,
      ),
    })
    const old = readdirSync(folder).find((name) => name.startsWith('.a.nix.pinhash-'))
    expect(read(folder, old ?? '')).toBe('a')
  })

  test('a change between the two checks is seen', async () => {
    const folder = temporaryFolder({ 'a.nix': 'a', 'b.nix': 'b' })
    const files = repositoryFiles(folder)
    const both = await Promise.allSettled([
      files.write([change('a.nix', 'a', '1'), change('b.nix', 'b', '1')]),
      files.write([change('a.nix', 'a', '2'), change('b.nix', 'b', '2')]),
    ])
    // At least one wins whole; a loser leaves no trace of its own.
    expect(both.some((result) => result.status === 'fulfilled')).toBe(true)
    expect(read(folder, 'a.nix')).toBe(read(folder, 'b.nix'))
    expect(readdirSync(folder).toSorted()).toEqual(['a.nix', 'b.nix'])
  })
})

test('timestamps of other files are left alone', async () => {
  const folder = temporaryFolder({ 'a.nix': 'a', 'b.nix': 'b' })
  utimesSync(path.join(folder, 'b.nix'), 1, 1)
  await repositoryFiles(folder).write([change('a.nix', 'a', 'A')])
  expect(statSync(path.join(folder, 'b.nix')).mtimeMs).toBe(1000)
})
