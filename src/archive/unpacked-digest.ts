// The bytes of an archive → the digest that Nix has for the unpacked tree.
import { createHash } from 'node:crypto'
import type { Algorithm, Digest } from '../core/digest.ts'
import { narChunks } from '../hash/nar.ts'
import type { NarNode } from '../hash/nar.ts'
import { badArchive } from './bad-archive.ts'
import { ByteReader } from './byte-reader.ts'
import { compressionOf, decompress } from './decompress.ts'
import { remarksOn } from './remarks.ts'
import type { Remarks } from './remarks.ts'
import { Spool } from './spool.ts'
import { isTar } from './tar-header.ts'
import { readTar } from './tar.ts'
import { Tree } from './tree.ts'
import type { RootRule } from './tree.ts'
import { isZip, readZip } from './zip.ts'

export interface UnpackOptions {
  readonly algorithm: Algorithm
  /** What of the tree is hashed. */
  readonly root: RootRule
  /** Where the private temporary folder is made; the system's place where not given. */
  readonly temporary?: string
}

export interface Unpacked {
  readonly digest: Digest
  readonly remarks: Remarks
}

/**
 * The digest of the NAR of an unpacked tar (plain, gzip, xz, bzip2, zstd) or zip; what it is follows from its bytes, `fileName` is for messages.
 * Memory holds the names; contents wait in a private temporary file, since a NAR is in the order of names. Nothing is unpacked.
 *
 * Throws InputError `bad-archive` for one that is damaged, of another kind or unsafe, `unwritable-file` where the temporary folder is full, and
 * what the source throws. The source is read to its end, or let go of.
 */
export async function unpackedDigest(source: AsyncIterable<Uint8Array>, fileName: string, options: UnpackOptions): Promise<Unpacked> {
  const spool = await Spool.open(fileName, options.temporary)
  const reader = new ByteReader(source)
  try {
    const tree = new Tree(fileName)
    await fill(tree, reader, fileName, spool)
    const root = tree.take(options.root)
    return { digest: await narDigest(root, options.algorithm), remarks: await remarksOn(root) }
  } finally {
    await reader.close()
    await spool.close()
  }
}

/** The digest of the NAR of a single file: `recursiveHash`, or `executable = true` of `fetchurl`. Throws what the source throws. */
export async function fileNarDigest(
  source: AsyncIterable<Uint8Array>,
  fileName: string,
  options: { readonly algorithm: Algorithm; readonly executable: boolean; readonly temporary?: string },
): Promise<Digest> {
  const spool = await Spool.open(fileName, options.temporary)
  try {
    // The NAR says the size before the bytes, so all of them must have come.
    const size = await spool.append(source)
    return await narDigest({ kind: 'file', executable: options.executable, size, read: () => spool.read(0, size) }, options.algorithm)
  } finally {
    await spool.close()
  }
}

async function fill(tree: Tree, reader: ByteReader, fileName: string, spool: Spool): Promise<void> {
  const head = await reader.peek(512)
  if (isZip(head)) {
    await spool.append(reader.stream())
    return readZip(spool, fileName, tree)
  }
  if (isTar(head)) return readTar(reader.stream(), fileName, tree, spool)
  const compression = compressionOf(head)
  if (compression === null) {
    throw badArchive(
      fileName,
      head.length === 0 ? 'it is empty' : 'it is neither a zip nor a tar (plain or compressed with gzip, xz, bzip2 or zstd)',
    )
  }
  const inner = new ByteReader(decompress(reader.stream(), compression, fileName))
  try {
    if (!isTar(await inner.peek(512))) throw badArchive(fileName, `it is compressed with ${compression}, and what is inside is no tar`)
    await readTar(inner.stream(), fileName, tree, spool)
  } finally {
    await inner.close()
  }
}

async function narDigest(root: NarNode, algorithm: Algorithm): Promise<Digest> {
  const hash = createHash(algorithm)
  for await (const chunk of narChunks(root)) hash.update(chunk)
  return { algorithm, bytes: Uint8Array.from(hash.digest()) }
}
