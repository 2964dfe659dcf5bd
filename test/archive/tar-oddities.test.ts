// Headers as no writer should make them: the hash that both unpackers of Nix have, or a refusal.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unpackedDigest } from '../../src/archive/unpacked-digest.ts'
import { InputError } from '../../src/core/errors.ts'
import { printDigest } from '../../src/hash/spelling.ts'
import { makeTar, paxRecord } from './make-tar.ts'
import type { MadeEntry } from './make-tar.ts'

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0
const required = process.env['PINHASH_REQUIRE_NIX'] === '1'
// GNU tar, as stdenv has it, and no other.
const present =
  has('nix-prefetch-url') && has('nix-hash') && /GNU tar/.test(spawnSync('tar', ['--version'], { encoding: 'utf8' }).stdout ?? '')

/** What a program prints, or null where it fails. */
function said(program: string, args: readonly string[], cwd: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] })
    let out = ''
    child.stdout.on('data', (part) => (out += String(part)))
    child.on('error', reject)
    child.on('close', (code) => resolve(code === 0 ? out.trim() : null))
  })
}

/** As stdenv's `tar xf` unpacks it. */
async function byTar(archive: string, work: string): Promise<string | null> {
  const folder = path.join(work, 'unpacked')
  mkdirSync(folder)
  try {
    if ((await said('tar', ['xf', archive], folder)) === null) return null
    const top = readdirSync(folder)
    return await said('nix-hash', ['--type', 'sha256', '--base32', path.join(folder, top.length === 1 ? top[0]! : '.')], work)
  } finally {
    execFileSync('chmod', ['-R', 'u+rwx', folder])
    rmSync(folder, { recursive: true })
  }
}

const name = fc.constantFrom('p/a', 'p/b', 'p/c', 'p/sub/d', './p/e', 'p//f', 'p/g/', 'p/é', `p/${'n'.repeat(95)}`)
const long = fc.constantFrom(`p/${'x'.repeat(120)}`, `p/${'d'.repeat(60)}/${'y'.repeat(60)}`, 'p/short')
const record = fc
  .oneof(
    fc.tuple(fc.constantFrom('path', 'linkpath'), fc.oneof(name, long, fc.constant(''))),
    fc.tuple(fc.constantFrom('size', 'SCHILY.realsize'), fc.constantFrom('0', '1', '3', '600')),
    fc.constantFrom<[string, string]>(
      ['mtime', '1.5'],
      ['mode', '0000755'],
      ['comment', 'x=y'],
      ['hdrcharset', 'BINARY'],
      ['GNU.sparse.name', 'p/holes'],
      ['GNU.sparse.major', '1'],
      ['SCHILY.acl.access', 'user::rwx,group::r--,other::r--'],
      ['SCHILY.acl.access', 'user::rw-,user:bob:rwx,group::r-x,mask::r-x,other::r--'],
      ['SCHILY.filetype', 'sparse'],
      ['LIBARCHIVE.xattr.user.a', 'dg'],
    ),
  )
  .map(([key, value]) => paxRecord(key, Buffer.from(value).toString('latin1')))
const before = fc.oneof(
  fc.record({
    name: fc.constant('x'),
    type: fc.constantFrom('x', 'x', 'g'),
    content: fc.array(record, { minLength: 1, maxLength: 2 }).map((all) => all.join('')),
  }),
  fc.record({ name: fc.constant('././@LongLink'), type: fc.constantFrom('L', 'K'), content: long.map((text) => `${text}\0`) }),
)
const member = fc
  .record({
    name: name.map((text) => Buffer.from(text).toString('latin1')),
    type: fc.constantFrom('0', '0', '0', '0', '0', '\0', '7', '1', '2', '2', '5', '5', 'D', 'V'),
    length: fc.constantFrom(0, 1, 3, 512, 600),
    mode: fc.constantFrom(0o644, 0o755, 0o700, 0o4755),
    target: fc.constantFrom('a', 'p/a', 'p/b', 'c/'),
    prefix: fc.oneof(
      { weight: 9, arbitrary: fc.constant('') },
      { weight: 1, arbitrary: fc.constantFrom('p', 'w'.repeat(140), 'u'.repeat(131)) },
    ),
    stated: fc.oneof({ weight: 15, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(0, 1, 3) }),
  })
  .map(({ type, length, target, stated, ...rest }): MadeEntry => {
    const isLink = type === '1' || type === '2'
    return {
      ...rest,
      type,
      content: Buffer.alloc(isLink || type === '5' ? 0 : length, 65),
      ...(isLink ? { target } : {}),
      ...(stated === null ? {} : { size: stated }),
    }
  })
const announced = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant<MadeEntry[]>([]) },
      { weight: 1, arbitrary: fc.array(before, { minLength: 1, maxLength: 2 }) },
    ),
    member,
  )
  .map(([headers, own]): MadeEntry[] => [...headers, own])
const archive = fc.array(announced, { minLength: 1, maxLength: 3 }).map((parts) => makeTar(parts.flat()))

test.skipIf(!present && !required)(
  'the hash of nix-prefetch-url and of tar, or a refusal',
  async () => {
    const work = mkdtempSync(path.join(tmpdir(), 'pinhash-test-'))
    let hashed = 0
    try {
      await fc.assert(
        fc.asyncProperty(archive, async (bytes) => {
          const file = path.join(work, 'a.tar')
          writeFileSync(file, bytes)
          const ours = await unpackedDigest(createReadStream(file), 'a.tar', {
            algorithm: 'sha256',
            root: 'nix-prefetch-url',
            temporary: work,
          }).then(
            ({ digest }) => printDigest(digest, 'nix32'),
            (error: unknown) => {
              expect(error).toBeInstanceOf(InputError)
              return null
            },
          )
          if (ours === null) return
          hashed += 1
          const theirs = await Promise.all([
            said('nix-prefetch-url', ['--unpack', '--type', 'sha256', `file://${file}`], work),
            byTar(file, work),
          ])
          expect(theirs).toEqual([ours, ours])
        }),
        // The same archives each time: a run for the others is `numRuns: 4000` without a seed.
        { numRuns: 60, seed: 12 },
      )
      expect(hashed).toBeGreaterThan(10)
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
  },
  120_000,
)
