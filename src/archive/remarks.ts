// An unpacked tree → what is worth knowing of it besides its hash.
import type { ByteString, NarNode } from '../hash/nar.ts'
import { shown } from './bad-archive.ts'

/** What a tree's hash alone does not say. */
export interface Remarks {
  /** Why it cannot be unpacked on macOS, whose file systems do not tell names of different case apart and take UTF-8 alone; null where it can. */
  readonly notOnMacOS: string | null
  /** The first file that shows that git wrote something of the moment of archiving into others (`export-subst`); null where none does. */
  readonly substituted: ByteString | null
}

/** Reads all names, and the contents of what would show a substitution. Throws what reading a file throws. */
export async function remarksOn(root: NarNode): Promise<Remarks> {
  let notOnMacOS: string | null = null
  let substituted: ByteString | null = null
  const waiting: { node: NarNode; path: ByteString }[] = [{ node: root, path: '' }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, path } = next
    if (node.kind !== 'folder') {
      substituted ??= (await showsSubstitution(node, path)) ? path : null
      continue
    }
    const seen = new Set<string>()
    for (const [name, child] of node.entries) {
      const full = path === '' ? name : `${path}/${name}`
      const folded = foldedName(name)
      if (folded === null) notOnMacOS ??= `the name ${shown(full)} is not in UTF-8`
      else if (seen.has(folded)) notOnMacOS ??= `${shown(full)} differs only in case from another name`
      else seen.add(folded)
      waiting.push({ node: child, path: full })
    }
  }
  return { notOnMacOS, substituted }
}

/** A name as a file system sees it that keeps case and forms of letters and does not tell them apart; null for one that it does not take. */
function foldedName(name: ByteString): string | null {
  // Most names are plain, and these are read for every name of every archive.
  if (!/[^ -~]/.test(name)) return name.toLowerCase()
  const text = Buffer.from(name, 'latin1').toString('utf8')
  return text.includes('\ufffd') ? null : text.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC')
}

const largest = 1 << 20

async function showsSubstitution(node: Exclude<NarNode, { kind: 'folder' }>, path: ByteString): Promise<boolean> {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (node.kind !== 'file' || node.size > largest || (name !== '.gitattributes' && name !== '.git_archival.txt')) return false
  const parts: Uint8Array[] = []
  for await (const part of node.read()) parts.push(Uint8Array.from(part))
  const lines = Buffer.concat(parts).toString('latin1').split('\n')
  // What setuptools-scm and others read: the branches and tags that were at the commit then. Its .gitattributes may be left out of the archive.
  if (name === '.git_archival.txt') return lines.some((line) => /^ref-names:\s*[^\s$]/.test(line))
  return lines.some((line) => !/^\s*#/.test(line) && line.trim().split(/\s+/).slice(1).includes('export-subst'))
}
