// The bytes of a tar → its entries in a tree, as two readers agree on them.
import { badArchive, shown } from './bad-archive.ts'
import { ByteReader } from './byte-reader.ts'
import { fillHoles, holesInAttributes, holesInHeader } from './holes.ts'
import { SecondReader } from './second-reader.ts'
import type { Member } from './second-reader.ts'
import type { Spool } from './spool.ts'
import { block } from './tar-header.ts'
import { membersOf } from './tar-members.ts'
import type { TarMember } from './tar-members.ts'
import type { Tree } from './tree.ts'

/** Reads a tar to its end into `tree`, contents into `spool`. Throws InputError `bad-archive`. `file` is for messages. */
export async function readTar(source: AsyncIterable<Uint8Array>, file: string, tree: Tree, spool: Spool): Promise<void> {
  const second = new SecondReader(file)
  const reader = new ByteReader(second.through(source))
  for await (const member of membersOf(reader, file)) {
    const { type, kind, name, size, target } = member
    const sameForBoth = (seen: Member['kind'], length = 0): void =>
      second.compare({ kind: seen, name: member.plainName, size: length, target: kind === 'file' || kind === 'folder' ? '' : target })

    if (kind === 'file') {
      // The package does not know the blocks of a map of holes.
      if (type === 'S') second.stop()
      else sameForBoth(member.executable ? 'program' : 'file', size)
      await addFile(member, reader, file, tree, spool)
    } else if (kind === 'folder') {
      // One that is a file but for its name may not have any; of others, all but those of a dump have none, whatever size they state.
      if (size > 0 && type !== '5' && type !== 'D') throw badArchive(file, `the folder ${shown(name)} brings content of its own`)
      sameForBoth('folder')
      tree.addFolder(name)
      if (type === 'D') await skip(reader, file, size + (-size & (block - 1)))
    } else if (kind === 'hard link') {
      if (size > 0) throw badArchive(file, `the hard link ${shown(name)} brings content of its own`)
      sameForBoth('hard link')
      tree.drop(name)
      tree.addHardLink(name, target)
    } else if (kind === 'symbolic link') {
      // Some writers give a link the size of its target, which the package takes for content.
      if (size > 0) second.stop()
      else sameForBoth('symbolic link')
      tree.addLink(name, target)
    } else if (type !== 'V' || size > 0 || member.announced) throw badArchive(file, `${shown(name)} is ${described(type)}`)
  }
  second.stop()
  // What follows is padding, but the checksum of a compressed file is behind it.
  for await (const _ of reader.stream());
}

function described(type: string): string {
  if (type === '3' || type === '4') return 'a device'
  if (type === '6') return 'a named pipe'
  if (type === 'V') return 'the label of a volume, with more than a name'
  return `of a kind that is not known (${JSON.stringify(type)})`
}

async function addFile(member: TarMember, reader: ByteReader, file: string, tree: Tree, spool: Spool): Promise<void> {
  const { name, size } = member
  const holes = member.type === 'S' ? await holesInHeader(reader, member, file) : await holesInAttributes(reader, member, file)
  const start = spool.size
  const length = size - (holes?.read ?? 0)
  const kept = await spool.append(reader.stream(length))
  if (kept !== length) throw badArchive(file, `it ends in the middle of ${shown(name)}`)
  if (holes !== null && holes.runs.reduce((sum, run) => sum + run.length, 0) !== kept)
    throw badArchive(file, `the map of holes of ${shown(name)} does not fit its data`)
  const read = (from: number, count: number): AsyncIterable<Uint8Array> => spool.read(start + from, count)
  tree.drop(name)
  tree.addFile(name, {
    kind: 'file',
    executable: member.executable,
    size: holes?.size ?? size,
    read: () => (holes === null ? read(0, size) : fillHoles(holes.runs, holes.size, read)),
  })
  await skip(reader, file, -size & (block - 1))
}

async function skip(reader: ByteReader, file: string, length: number): Promise<void> {
  let left = length
  for await (const piece of reader.stream(length)) left -= piece.length
  if (left > 0) throw badArchive(file, 'it ends in the middle of an entry')
}
