// Zips as no writer should make them: the hash that both unpackers of Nix have, or a refusal.
import { spawnSync } from 'node:child_process'
import zlib from 'node:zlib'
import fc from 'fast-check'
import { test } from 'vitest'
import { makeZip } from './make-zip.ts'
import type { MadeZipEntry } from './make-zip.ts'
import { judgeArchives } from './unpackers.ts'

const has = (program: string, option: string): boolean => spawnSync(program, [option]).status === 0
const present = has('nix-prefetch-url', '--version') && has('nix-hash', '--version') && has('unzip', '-v')

const numbers = (...values: readonly number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer)
const field = (id: number, content: Uint8Array): Buffer => Buffer.concat([Buffer.from(Uint16Array.of(id, content.length).buffer), content])
const number = fc.constantFrom(0, 1, 5, 0xffffffff)
const flags = fc.constantFrom(0, 1, 2, 8, 0x40, 0x800, 0x2000)
const method = fc.constantFrom<(0 | 8 | 12)[]>(0, 8, 12)
const extra = fc.oneof(
  fc.array(fc.constantFrom(0, 5), { maxLength: 4 }).map((sizes) => field(1, numbers(...sizes.flatMap((size) => [size, 0])))),
  fc
    .tuple(fc.constantFrom('p/a', 'p/b'), fc.constantFrom('p/a', 'p/x', ''), fc.constantFrom(1, 2))
    .map(([plain, other, version]) => field(0x7075, Buffer.concat([Buffer.of(version), numbers(zlib.crc32(plain)), Buffer.from(other)]))),
  fc
    .tuple(fc.constantFrom(0x5455, 0x5855, 0x7875, 0x7855, 0x000d, 0x6c78, 0x756e, 0x9901, 0xcafe), fc.uint8Array({ maxLength: 12 }))
    .map(([id, content]) => field(id, content)),
  fc.uint8Array({ maxLength: 6 }),
)
const oddity: fc.Arbitrary<Partial<MadeZipEntry>> = fc.oneof(
  fc.record({
    name: fc.constantFrom('p', 'p/a', 'p/a/b', './p/x', 'p//x', 'p/./x', 'p/x/.', 'p/x..', 'p/x;', 'p/x;1', 'p/*', 'p/ x', 'p\\x', 'q'),
  }),
  fc.record({ system: fc.constantFrom(0, 0, 2, 6, 7, 10, 11, 14, 16, 19, 20), dos: fc.constantFrom(0, 1, 8, 16, 32) }),
  fc.record({
    mode: fc.constantFrom(0, 0o644, 0o100000, 0o100111, 0o100400, 0o104755, 0o040000, 0o040755, 0o120644, 0o120777, 0o010644, 0o020644),
  }),
  fc.record({ local: fc.record({ crc: number, packed: number, size: number }, { requiredKeys: [] }) }),
  fc.record({ local: fc.record({ flags, method }, { requiredKeys: [] }) }),
  fc.record({ localName: fc.constantFrom('p/a', 'p/x', 'p/a/', '') }),
  fc.record({ flags: flags.filter((value) => value !== 0) }),
  fc.record({ method, packed: fc.constantFrom(Buffer.from('hello'), Buffer.of(3, 0), Buffer.of(3, 0, 0)) }),
  fc.record({ extra }),
  fc.record({ localExtra: extra }),
  extra.map((both) => ({ extra: both, localExtra: both })),
  fc.record({
    flags: fc.constant(8),
    local: fc.constantFrom({ crc: 0, packed: 0, size: 0 }, { crc: 0 }, {}),
    after: fc.constantFrom(numbers(0x08074b50, zlib.crc32('hello'), 5, 5), numbers(1, 5, 5), numbers(1, 5), numbers()),
  }),
  fc.record({ needed: fc.constantFrom(10, 45, 46, 51, 63, 20 + 2 * 256, 20 + 3 * 256) }),
  fc.record({ internal: fc.constantFrom(1, 2, 4) }),
)
const usual: fc.Arbitrary<MadeZipEntry> = fc
  .record({
    name: fc.constantFrom('p/a', 'p/b', 'p/c', 'p/d'),
    kind: fc.constantFrom<Partial<MadeZipEntry>[]>({}, {}, { mode: 0o100755 }, { mode: 0o120777 }, { mode: 0o040755, content: '' }),
    method: fc.constantFrom<(0 | 8)[]>(0, 8),
  })
  .map(({ name, kind, ...rest }) => ({ content: 'hello', ...rest, ...kind, name: kind.content === '' ? `${name}/` : name }))
const entry = fc
  .tuple(usual, fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: oddity }))
  .map(([plain, odd]): MadeZipEntry => ({ ...plain, ...odd }))
const end = fc.oneof(
  { weight: 8, arbitrary: fc.constant((zip: Buffer) => zip) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<((zip: Buffer) => Buffer)[]>(
      (zip) => Buffer.concat([zip, Buffer.alloc(100)]),
      (zip) => Buffer.concat([zip.subarray(0, 4), zip]),
      (zip) => zip.fill(1, zip.length - 18, zip.length - 17),
      (zip) => zip.fill(1, zip.length - 14, zip.length - 13),
      (zip) => Buffer.concat([zip, zip.subarray(-22)]),
    ),
  },
)
const archive = fc
  .tuple(fc.uniqueArray(entry, { minLength: 1, maxLength: 3, selector: ({ name }) => name }), end)
  .map(([entries, change]) => change(makeZip(entries)))

test.skipIf(!present)(
  'the hash of nix-prefetch-url and of unzip, or a refusal',
  () => judgeArchives(archive, 'a.zip', ['unzip', '-qq'], 80),
  120_000,
)
