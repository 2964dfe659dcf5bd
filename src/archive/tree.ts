// Entries in an archive's order → a tree, or why they make none that is safe.
import type { ByteString, NarFile, NarFolder, NarNode } from '../hash/nar.ts'
import { badArchive, shown } from './bad-archive.ts'

/**
 * What of an unpacked archive is hashed.
 * - `nix-prefetch-url`: a single top entry itself, else everything (`nix-prefetch-url --unpack`).
 * - `fetchTarball`: the single top folder (`builtins.fetchTarball`); anything else is refused, since it depends on the version of Nix.
 * - `fetchzip`: the single top folder, or a folder with the single top file in it; anything else is refused.
 * - `fetchzip-keep-root`: everything (`fetchzip` with `stripRoot = false`).
 */
export type RootRule = 'nix-prefetch-url' | 'fetchTarball' | 'fetchzip' | 'fetchzip-keep-root'

interface Folder extends NarFolder {
  readonly entries: Map<ByteString, Folder | Exclude<NarNode, NarFolder>>
}

/**
 * Collects an archive's entries. Every method throws InputError `bad-archive` for what no unpacking should do: leave the folder, pass
 * through a symbolic link, or take back an earlier entry.
 */
export class Tree {
  readonly #file: string
  readonly #root: Folder = newFolder()

  constructor(file: string) {
    this.#file = file
  }

  /** A folder; one that is there already stays. */
  addFolder(name: ByteString): void {
    this.#folderOf(this.#parts(name), name)
  }

  addFile(name: ByteString, file: NarFile): void {
    this.#put(name, file)
  }

  addLink(name: ByteString, target: ByteString): void {
    if (target === '' || target.includes('\0')) throw badArchive(this.#file, `the symbolic link ${shown(name)} has no usable target`)
    this.#put(name, { kind: 'link', target })
  }

  /** Another name of a file or link that came before. */
  addHardLink(name: ByteString, target: ByteString): void {
    const parts = this.#parts(target)
    let node: NarNode | undefined = this.#root
    for (const part of parts) node = node?.kind === 'folder' ? (node as Folder).entries.get(part) : undefined
    if (node === undefined) throw badArchive(this.#file, `${shown(name)} is a hard link to ${shown(target)}, which did not come before it`)
    if (node.kind === 'folder') throw badArchive(this.#file, `${shown(name)} is a hard link to the folder ${shown(target)}`)
    this.#put(name, node)
  }

  /** Takes a file out again, where another of its name follows that is to be in its place; anything else stays. */
  drop(name: ByteString): void {
    const parts = this.#parts(name)
    const last = parts.pop()
    let folder: NarNode | undefined = this.#root
    for (const part of parts) folder = folder?.kind === 'folder' ? (folder as Folder).entries.get(part) : undefined
    if (last === undefined || folder?.kind !== 'folder') return
    const { entries } = folder as Folder
    if (entries.get(last)?.kind === 'file') entries.delete(last)
  }

  /** The tree that is hashed. Throws InputError `bad-archive` where the rule asks for a single top entry and there are more, or none. */
  take(rule: RootRule): NarNode {
    const top = [...this.#root.entries.values()]
    const only = top.length === 1 ? top[0] : undefined
    if (rule === 'fetchzip-keep-root') return this.#root
    if (rule === 'nix-prefetch-url') return only ?? this.#root
    if (only === undefined) {
      const names = [...this.#root.entries.keys()].toSorted().slice(0, 5).map(shown).join(', ')
      throw badArchive(
        this.#file,
        `${rule} takes a single entry at its top and there are ${top.length}${names === '' ? '' : ` (${names}${top.length > 5 ? ', …' : ''})`}`,
      )
    }
    if (only.kind === 'folder') return only
    const name = shown([...this.#root.entries.keys()][0] ?? '')
    if (rule === 'fetchTarball')
      throw badArchive(this.#file, `fetchTarball takes a folder at its top, and ${name} is none: versions of Nix differ on it`)
    if (only.kind === 'link') throw badArchive(this.#file, `fetchzip takes a folder or a file at its top, and ${name} is a symbolic link`)
    return this.#root
  }

  #put(name: ByteString, node: Exclude<NarNode, NarFolder>): void {
    const parts = this.#parts(name)
    const last = parts.pop()
    if (last === undefined) throw badArchive(this.#file, `${shown(name)} names no file`)
    const folder = this.#folderOf(parts, name)
    if (folder.entries.has(last)) throw badArchive(this.#file, `${shown(name)} comes twice`)
    folder.entries.set(last, node)
  }

  #folderOf(parts: readonly ByteString[], name: ByteString): Folder {
    let folder = this.#root
    for (const part of parts) {
      let next = folder.entries.get(part)
      if (next === undefined) {
        next = newFolder()
        folder.entries.set(part, next)
      }
      if (next.kind === 'link') throw badArchive(this.#file, `${shown(name)} leads through the symbolic link ${shown(part)}`)
      if (next.kind === 'file') throw badArchive(this.#file, `${shown(name)} takes ${shown(part)} for a folder, which came as a file`)
      folder = next
    }
    return folder
  }

  #parts(name: ByteString): ByteString[] {
    if (name.includes('\0')) throw badArchive(this.#file, `the name ${shown(name)} has a NUL byte in it`)
    if (name.startsWith('/')) throw badArchive(this.#file, `the name ${shown(name)} is absolute`)
    const parts = name.split('/').filter((part) => part !== '' && part !== '.')
    if (parts.includes('..')) throw badArchive(this.#file, `the name ${shown(name)} leads out of the archive`)
    return parts
  }
}

function newFolder(): Folder {
  return { kind: 'folder', entries: new Map() }
}
