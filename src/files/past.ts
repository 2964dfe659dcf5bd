// A folder and what to compare with → its files as they were at that commit.
import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import path from 'node:path'
import { baseCommit } from './base-commit.ts'
import { Blobs } from './blobs.ts'
import { gitIn } from './git.ts'
import { selectFiles } from './list.ts'
import { PastTree } from './past-tree.ts'
import { asText } from './read.ts'
import type { Past, ReadProblem, SourceFiles } from './types.ts'

/**
 * The files below `root`, a folder in a git repository, at the merge base of HEAD and the revision `wanted`, null being the usual one. Git is started for
 * this, in such a way that it runs nothing else, fetches nothing and writes nothing. Throws as `baseCommit` does.
 */
export function past(root: string, environment: Readonly<Record<string, string | undefined>>, wanted: string | null): Past {
  const realRoot = realpathSync(root)
  const git = gitIn(realRoot, environment)
  const base = baseCommit(git, environment, wanted, root)
  const lacking = new Set<string>()
  return {
    name: base.name,
    commit: base.commit,
    files(known) {
      const blobs = new Blobs(git)
      const tree = new PastTree(git, blobs, base.commit)
      if (!tree.isWhole) lacking.add('some folders')
      return pastFiles({ root: path.resolve(root), realRoot, tree, blobs, lacking, known })
    },
    remarks: () => [
      ...(base.remark === null ? [] : [base.remark]),
      ...(lacking.size === 0
        ? []
        : [
            `this clone lacks ${[...lacking].slice(0, 3).join(', ')}${lacking.size > 3 ? ` and ${lacking.size - 3} more files` : ''} of ${base.commit.slice(0, 7)}; their pins count as changed`,
          ]),
    ],
  }
}

interface Parts {
  readonly root: string
  readonly realRoot: string
  readonly tree: PastTree
  readonly blobs: Blobs
  readonly lacking: Set<string>
  readonly known: (path: string) => string | null
}

function pastFiles({ root, realRoot, tree, blobs, lacking, known }: Parts): SourceFiles {
  /** Whether the file on disk is the blob; then its bytes are kept for it. */
  const isKnown = (file: string, id: string): boolean => {
    if (blobs.has(id)) return true
    const text = known(file)
    return text !== null && blobs.offer(id, Buffer.from(text))
  }
  const read = (file: string): { readonly text: string } | ReadProblem => {
    const found = tree.at(file)
    if (found.kind === 'missing') return { problem: 'missing', message: `${file} does not exist` }
    if (found.kind === 'outside') return { problem: 'outside', message: `${file} leads out of the repository and is not read` }
    if (found.kind !== 'file') return { problem: 'unreadable', message: `Could not read ${file}: it is not a regular file` }
    isKnown(file, found.id)
    const bytes = blobs.get(found.id)
    if (bytes === null) {
      lacking.add(found.path)
      return { problem: 'unreadable', message: `Could not read ${file}: this clone lacks it` }
    }
    const held = asText(file, bytes)
    const id = 'text' in held ? pointer.exec(held.text)?.[1] : undefined
    const now = id === undefined ? null : known(file)
    return now !== null && createHash('sha256').update(now).digest('hex') === id ? { text: now } : held
  }
  return {
    root,
    folder: (folder) => tree.folder(folder),
    read,
    list(globs) {
      const listed = selectFiles(globs, {
        realRoot,
        isFolder: (file) => tree.folder(file) !== null,
        candidates: () => tree.files(),
        plain: (file) => file,
        target: (file) => {
          const found = tree.at(file)
          return found.kind === 'file' ? found.path : null
        },
      })
      // What differs from what is known is asked for at once, not file by file.
      const different = listed.flatMap((file) => {
        const found = tree.at(file)
        return found.kind === 'file' && !isKnown(file, found.id) ? [found.id] : []
      })
      blobs.prepare(different)
      return listed
    },
  }
}

// What git-lfs commits in place of a file, and puts the file in place of again.
const pointer = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:[^\n]*\n)*?oid sha256:([0-9a-f]{64})\n/
