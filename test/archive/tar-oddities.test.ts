// Headers as no writer should make them: the hash that both unpackers of Nix have, or a refusal.
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { test } from 'vitest'
import { makeTar, paxRecord } from './make-tar.ts'
import type { MadeEntry } from './make-tar.ts'
import { judgeArchives } from './unpackers.ts'

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0
const required = process.env['PINHASH_REQUIRE_NIX'] === '1'
// GNU tar, as stdenv has it, and no other.
const present =
  has('nix-prefetch-url') && has('nix-hash') && /GNU tar/.test(spawnSync('tar', ['--version'], { encoding: 'utf8' }).stdout ?? '')

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
  () => judgeArchives(archive, 'a.tar', ['tar', 'xf'], 60),
  120_000,
)
