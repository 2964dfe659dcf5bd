import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, createReadStream, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fileNarDigest, unpackedDigest } from '../../src/archive/unpacked-digest.ts'
import { printDigest } from '../../src/hash/spelling.ts'

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0
const required = process.env['PINHASH_REQUIRE_NIX'] === '1'
const present = has('nix-prefetch-url') && has('nix-hash') && has('tar')

type Made = { name: string; kind: 'file' | 'program' | 'folder' | 'link' | 'hard'; size: number }

function make(folder: string, entries: readonly Made[]): void {
  const files: string[] = []
  const folders = [folder]
  mkdirSync(folder)
  for (const [i, { name, kind, size }] of entries.entries()) {
    const file = path.join(folders[(i * 7) % folders.length] ?? folder, name)
    try {
      if (kind === 'folder') {
        mkdirSync(file)
        folders.push(file)
      } else if (kind === 'link') symlinkSync(name, file)
      else if (kind === 'hard') {
        const target = files[i % files.length]
        if (target !== undefined) linkSync(target, file)
      } else {
        writeFileSync(file, Buffer.alloc(size, name), { flag: 'wx' })
        if (kind === 'program') chmodSync(file, 0o755)
        files.push(file)
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

describe.skipIf(!present && !required)('beside Nix', () => {
  test('random trees in every form that tar writes', async () => {
    const name = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', 'B', '-', '.', '_', ' ', 'é', '0', '~'), minLength: 1, maxLength: 5 }),
      fc.constantFrom('n'.repeat(99), 'm'.repeat(101), 'ü'.repeat(70)),
    )
    const entry = fc.record({
      name: name.filter((text) => text !== '.' && text !== '..'),
      kind: fc.constantFrom(
        'file' as const,
        'file' as const,
        'program' as const,
        'folder' as const,
        'folder' as const,
        'link' as const,
        'hard' as const,
      ),
      size: fc.oneof(fc.nat(20), fc.constantFrom(511, 512, 513, 100_000)),
    })
    const form = fc.constantFrom('gnu', 'posix', 'oldgnu')
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { minLength: 1, maxLength: 25 }),
        form,
        fc.constantFrom('gz', 'xz', 'bz2', 'zst'),
        async (entries, format, suffix) => {
          const work = mkdtempSync(path.join(tmpdir(), 'pinhash-test-'))
          try {
            make(path.join(work, 'top'), entries)
            const archive = path.join(work, `a.tar.${suffix}`)
            execFileSync('tar', [`--format=${format}`, '-caf', archive, 'top'], { cwd: work })
            const { digest } = await unpackedDigest(createReadStream(archive), 'a', {
              algorithm: 'sha256',
              root: 'nix-prefetch-url',
              temporary: work,
            })
            expect(printDigest(digest, 'nix32')).toBe(
              execFileSync('nix-hash', ['--type', 'sha256', '--base32', path.join(work, 'top')], { encoding: 'utf8' }).trim(),
            )
          } finally {
            rmSync(work, { recursive: true, force: true })
          }
        },
      ),
      { numRuns: 30 },
    )
  }, 120_000)

  test('nix-prefetch-url --unpack itself, of one entry and of several, and of every algorithm', () => {
    const work = mkdtempSync(path.join(tmpdir(), 'pinhash-test-'))
    return (async () => {
      make(path.join(work, 'top'), [
        { name: 'run', kind: 'program', size: 10 },
        { name: 'sub', kind: 'folder', size: 0 },
        { name: 'a', kind: 'file', size: 3000 },
        { name: 'l', kind: 'link', size: 0 },
      ])
      writeFileSync(path.join(work, 'other'), 'x')
      for (const [archive, entries] of [
        ['one.tar.gz', ['top']],
        ['several.tar.xz', ['top', 'other']],
        ['file.tar.gz', ['other']],
      ] as const) {
        const file = path.join(work, archive)
        execFileSync('tar', ['-caf', file, ...entries], { cwd: work })
        for (const algorithm of ['sha1', 'sha256', 'sha512'] as const) {
          const { digest } = await unpackedDigest(createReadStream(file), archive, { algorithm, root: 'nix-prefetch-url' })
          const run = spawnSync('nix-prefetch-url', ['--unpack', '--type', algorithm, `file://${file}`], { encoding: 'utf8' })
          expect([run.stderr, run.stdout.trim()]).toEqual([run.stderr, printDigest(digest, 'nix32')])
        }
      }
      for (const executable of [false, true]) {
        const file = path.join(work, 'other')
        chmodSync(file, executable ? 0o755 : 0o644)
        const digest = await fileNarDigest(createReadStream(file), 'other', { algorithm: 'sha256', executable })
        expect(printDigest(digest, 'nix32')).toBe(
          execFileSync('nix-hash', ['--type', 'sha256', '--base32', file], { encoding: 'utf8' }).trim(),
        )
      }
    })().finally(() => rmSync(work, { recursive: true, force: true }))
  }, 120_000)
})
