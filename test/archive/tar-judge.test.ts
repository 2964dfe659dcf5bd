// Another reader of tar, made by others, judges ours: on ordinary archives, which it also writes, both see the same.
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { Header, Parser, Pax, type ReadEntry, create } from 'tar'
import { expect, test } from 'vitest'
import { Spool } from '../../src/archive/spool.ts'
import { readTar } from '../../src/archive/tar.ts'
import { Tree } from '../../src/archive/tree.ts'
import type { NarNode } from '../../src/hash/nar.ts'

/** What an archive holds, one line for each path. */
type Seen = Record<string, string>

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const fileLine = (executable: boolean, content: Uint8Array): string =>
  `${executable ? 'program' : 'file'} ${content.length} ${createHash('sha1').update(content).digest('hex')}`

async function ours(bytes: Uint8Array, size: number): Promise<Seen> {
  const spool = await Spool.open('a.tar')
  try {
    const tree = new Tree('a.tar')
    await readTar(chunks(bytes, size), 'a.tar', tree, spool)
    const seen: Seen = {}
    const visit = async (node: NarNode, name: string): Promise<void> => {
      const shown = Buffer.from(name, 'latin1').toString()
      if (node.kind === 'link') seen[shown] = `link ${Buffer.from(node.target, 'latin1').toString()}`
      else if (node.kind === 'file') {
        const parts: Uint8Array[] = []
        for await (const part of node.read()) parts.push(part)
        seen[shown] = fileLine(node.executable, Buffer.concat(parts))
      } else {
        if (name !== '') seen[shown] = 'folder'
        for (const [own, child] of node.entries) await visit(child, name === '' ? own : `${name}/${own}`)
      }
    }
    await visit(tree.take('fetchzip-keep-root'), '')
    return seen
  } finally {
    await spool.close()
  }
}

async function theirs(bytes: Uint8Array): Promise<Seen> {
  const seen: Seen = {}
  await new Promise<void>((resolve, reject) => {
    const parser = new Parser({
      strict: true,
      onReadEntry: (entry: ReadEntry) => {
        // It writes a prefix of its own where a name just does not fit.
        const name = entry.path.replace(/\/$/, '').replace(/^\.\//, '')
        const parts: Buffer[] = []
        entry.on('data', (part) => parts.push(part))
        entry.on('end', () => {
          if (entry.type === 'Directory') seen[name] = 'folder'
          else if (entry.type === 'SymbolicLink') seen[name] = `link ${entry.linkpath}`
          else seen[name] = fileLine(((entry.mode ?? 0) & 0o100) !== 0, Buffer.concat(parts))
        })
      },
    })
    parser.on('end', resolve)
    parser.on('error', reject)
    parser.end(Buffer.from(bytes))
  })
  return seen
}

const name = fc
  .oneof(
    fc.string({ unit: fc.constantFrom('a', 'B', '-', '.', '_', ' ', 'é', '日', '0', '~'), minLength: 1, maxLength: 6 }),
    fc.constantFrom('n'.repeat(99), 'm'.repeat(101), 'ü'.repeat(70), 'x'.repeat(254)),
  )
  .filter((text) => text !== '.' && text !== '..')
const content = fc.oneof(
  fc.uint8Array({ maxLength: 30 }),
  fc.constantFrom(511, 512, 513, 100_000).map((size) => new Uint8Array(size).fill(7)),
)

test('archives that it packs from disk', async () => {
  const entry = fc.record({ name, kind: fc.constantFrom('file', 'program', 'folder', 'link'), content })
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { minLength: 1, maxLength: 20 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 5000 }),
      async (entries, portable, size) => {
        const work = mkdtempSync(path.join(tmpdir(), 'pinhash-test-'))
        try {
          const folders = [path.join(work, 'top')]
          mkdirSync(folders[0]!)
          for (const [i, each] of entries.entries()) {
            const file = path.join(folders[(i * 7) % folders.length]!, each.name)
            try {
              if (each.kind === 'folder') folders.push((mkdirSync(file), file))
              else if (each.kind === 'link') symlinkSync(each.name, file)
              else {
                writeFileSync(file, each.content, { flag: 'wx' })
                if (each.kind === 'program') chmodSync(file, 0o755)
              }
            } catch (error) {
              if (!['EEXIST', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
            }
          }
          const bytes = Buffer.concat(await create({ cwd: work, portable, noMtime: false }, ['top']).collect())
          const seen = await ours(bytes, size)
          expect(seen).toEqual(await theirs(bytes))
          expect(Object.keys(seen).length).toBeGreaterThan(0)
        } finally {
          rmSync(work, { recursive: true, force: true })
        }
      },
    ),
    { numRuns: 40 },
  )
}, 120_000)

test('headers that it encodes, with pax records where they do not fit', async () => {
  const entry = fc.record({
    path: fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
    type: fc.constantFrom('File' as const, 'OldFile' as const, 'Directory' as const, 'SymbolicLink' as const),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    linkpath: name,
    content,
    mtime: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }),
    uname: fc.constantFrom('root', 'ü'.repeat(40)),
    uid: fc.constantFrom(0, 1000, 0o7777777 + 1, 2 ** 31),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(entry, { minLength: 1, maxLength: 12, selector: ({ path: own }) => own }),
      fc.boolean(),
      fc.integer({ min: 1, max: 5000 }),
      async (made, general, size) => {
        // Paths under another's would make a folder of a file.
        const entries = made.filter((each) => !made.some((other) => other !== each && each.path.startsWith(`${other.path}/`)))
        const parts: Buffer[] = general ? [new Pax({ comment: 'for all', mtime: new Date(0) }, true).encode()] : []
        for (const { content: bytes, ...each } of entries) {
          const isFile = each.type === 'File' || each.type === 'OldFile'
          const header = new Header({
            ...each,
            path: each.type === 'Directory' ? `${each.path}/` : each.path,
            size: isFile ? bytes.length : 0,
            ...(each.type === 'SymbolicLink' ? {} : { linkpath: '' }),
          })
          header.encode()
          if (header.needPax) parts.push(new Pax({ ...each, path: header.path!, size: header.size!, linkpath: header.linkpath! }).encode())
          parts.push(header.block!)
          if (isFile) parts.push(Buffer.from(bytes), Buffer.alloc(-bytes.length & 511))
        }
        const archive = Buffer.concat([...parts, Buffer.alloc(1024)])
        const seen = await ours(archive, size)
        // Folders above a path are there without being named.
        for (const key of Object.keys(seen)) if (seen[key] === 'folder' && !entries.some((each) => each.path === key)) delete seen[key]
        expect(seen).toEqual(await theirs(archive))
      },
    ),
    { numRuns: 100 },
  )
}, 120_000)
