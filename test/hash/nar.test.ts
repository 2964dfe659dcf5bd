import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { narChunks } from '../../src/hash/nar.ts'
import type { NarNode } from '../../src/hash/nar.ts'
import { toNix32 } from '../../src/hash/nix32.ts'

const file = (content: string, executable = false): NarNode => ({
  kind: 'file',
  executable,
  size: content.length,
  read: () => [Buffer.from(content, 'latin1')],
})
const folder = (entries: Record<string, NarNode>): NarNode => ({ kind: 'folder', entries: new Map(Object.entries(entries)) })

async function nar(node: NarNode): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of narChunks(node)) parts.push(chunk)
  return Buffer.concat(parts)
}

/** As `nix-hash --type sha256 --base32` of the same on disk. */
test.each<[string, NarNode, string]>([
  ['an empty folder', folder({}), '0sjjj9z1dhilhpc8pq4154czrb79z9cm044jvn75kxcjv6v5l2m5'],
  ['a file', file('hello\n'), '04zwf782yjwnh3q6hz5izfd6jyip8kgw6g6yj43fiqhbyhdd0dqw'],
  ['a program', file('alone\n', true), '0rz3ynr4xfvaji0f5zf1l3pcjwrvhx0qr82x58d0zhibw23klvzq'],
  ['a link', { kind: 'link', target: 'dangling' }, '0fbzw3x764pj02bfs0il15n9hvpjdqvi28x9b3yzfq8pp0r4gxyp'],
  [
    'a folder',
    folder({ b: file('1'), a: folder({ c: { kind: 'link', target: '../b' } }), 'a.b': file('', true), B: file('12345678') }),
    '1piwprfhv9421z37f0xj2m60bk316707g61sdgzarl6rdaqfrp5r',
  ],
])('%s', async (_, node, expected) => {
  expect(
    toNix32(
      createHash('sha256')
        .update(await nar(node))
        .digest(),
    ),
  ).toBe(expected)
})

test('what is written can be read back: all entries, in the order of their bytes, padded with zeros', async () => {
  const name = fc
    .string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)), minLength: 1, maxLength: 12 })
    .filter((text) => !text.includes('/') && text !== '.' && text !== '..')
  const { node } = fc.letrec<{ node: NarNode }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.tuple(fc.string({ unit: name, maxLength: 30 }), fc.boolean()).map(([content, executable]) => file(content, executable)),
      name.map((target): NarNode => ({ kind: 'link', target })),
      fc.dictionary(name, tie('node'), { maxKeys: 6 }).map(folder),
    ),
  }))
  await fc.assert(
    fc.asyncProperty(node, async (tree) => {
      const bytes = await nar(tree)
      const reader = new Reader(bytes)
      expect(reader.string()).toBe('nix-archive-1')
      expect(reader.node()).toEqual(await plain(tree))
      expect(reader.at).toBe(bytes.length)
    }),
  )
})

test.each([1, 3])('a file that reads as another size than it has is refused: %i instead of 2', async (size) => {
  const node: NarNode = { kind: 'file', executable: false, size: 2, read: () => [new Uint8Array(size)] }
  await expect(nar(node)).rejects.toThrow('a file of 2 bytes read as')
})

test('a deep tree does not exhaust the stack', async () => {
  let node: NarNode = file('x')
  for (let i = 0; i < 20_000; i++) node = { kind: 'folder', entries: new Map([['d', node]]) }
  expect((await nar(node)).length).toBeGreaterThan(1_000_000)
})

type Plain = { file: string; executable: boolean } | { link: string } | { folder: [string, Plain][] }

async function plain(node: NarNode): Promise<Plain> {
  if (node.kind === 'link') return { link: node.target }
  if (node.kind === 'file') {
    const parts: Uint8Array[] = []
    for await (const part of node.read()) parts.push(part)
    return { file: Buffer.concat(parts).toString('latin1'), executable: node.executable }
  }
  const names = [...node.entries.keys()].toSorted((a, b) => Buffer.compare(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')))
  const entries: [string, Plain][] = []
  for (const name of names) entries.push([name, await plain(node.entries.get(name) as NarNode)])
  return { folder: entries }
}

class Reader {
  at = 0
  readonly bytes: Buffer
  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  string(): string {
    const length = Number(this.bytes.readBigUInt64LE(this.at))
    const end = this.at + 8 + length
    const padded = end + (-length & 7)
    expect(this.bytes.subarray(end, padded).every((byte) => byte === 0)).toBe(true)
    const text = this.bytes.toString('latin1', this.at + 8, end)
    this.at = padded
    return text
  }

  expect(...words: string[]): void {
    for (const word of words) expect(this.string()).toBe(word)
  }

  node(): Plain {
    this.expect('(', 'type')
    const type = this.string()
    if (type === 'symlink') {
      this.expect('target')
      const link = this.string()
      this.expect(')')
      return { link }
    }
    if (type === 'regular') {
      const word = this.string()
      if (word === 'executable') this.expect('', 'contents')
      else expect(word).toBe('contents')
      const content = this.string()
      this.expect(')')
      return { file: content, executable: word === 'executable' }
    }
    expect(type).toBe('directory')
    const entries: [string, Plain][] = []
    for (let word = this.string(); word !== ')'; word = this.string()) {
      expect(word).toBe('entry')
      this.expect('(', 'name')
      const name = this.string()
      this.expect('node')
      entries.push([name, this.node()])
      this.expect(')')
    }
    return { folder: entries }
  }
}
