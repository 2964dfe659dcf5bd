import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Blobs } from '../../src/files/blobs.ts'
import type { Git } from '../../src/files/git.ts'

const idOf = (text: string, algorithm = 'sha1'): string =>
  createHash(algorithm)
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex')

/** Answers as `git cat-file --batch` does; at a blob it lacks it ends, or says so. */
function gitWith(texts: readonly string[], lacking: 'ends' | 'says so'): { git: Git; runs: string[][] } {
  const known = new Map(texts.map((text) => [idOf(text), text]))
  const runs: string[][] = []
  const git: Git = (_, input = '') => {
    const ids = input.split('\n').filter((id) => id !== '')
    runs.push(ids)
    let stdout = ''
    for (const id of ids) {
      const text = known.get(id)
      if (text === undefined && lacking === 'ends') return { ok: false, stdout: Buffer.from(stdout), complaint: 'fatal', missing: false }
      stdout += text === undefined ? `${id} missing\n` : `${id} blob ${Buffer.byteLength(text)}\n${text}\n`
    }
    return { ok: true, stdout: Buffer.from(stdout), complaint: '', missing: false }
  }
  return { git, runs }
}

const shown = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString('utf8'))

describe('blobs', () => {
  it('are read at once, whatever they hold, and once', () => {
    const texts = ['', '\n', 'a\nb', 'é blob 3\n', `${idOf('x')} blob 1\n`]
    const { git, runs } = gitWith(texts, 'says so')
    const blobs = new Blobs(git)
    blobs.prepare([...texts, ...texts].map((text) => idOf(text)))
    expect(texts.map((text) => shown(blobs.get(idOf(text))))).toEqual(texts)
    expect(runs).toEqual([texts.map((text) => idOf(text))])
  })

  it.each(['ends', 'says so'] as const)('that are not there are null and hide no other, where git %s', (lacking) => {
    const { git } = gitWith(['a', 'b'], lacking)
    const blobs = new Blobs(git)
    const asked = ['x', 'a', 'y', 'b']
    blobs.prepare(asked.map((text) => idOf(text)))
    expect(asked.map((text) => shown(blobs.get(idOf(text))))).toEqual([null, 'a', null, 'b'])
  })

  it.each(['sha1', 'sha256'])('that are known by their bytes are not asked for: %s', (algorithm) => {
    const { git, runs } = gitWith([], 'says so')
    const blobs = new Blobs(git)
    const id = idOf('known', algorithm)
    expect([blobs.offer(id, Buffer.from('other')), blobs.has(id)]).toEqual([false, false])
    expect([blobs.offer(id, Buffer.from('known')), blobs.has(id), shown(blobs.get(id))]).toEqual([true, true, 'known'])
    expect(runs).toEqual([])
  })
})
