// Edits are proved by evaluating again: whatever else they change is found out, and offsets are followed through them.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../src/nix/edit.ts'
import type { FileEdit } from '../../src/pin/literal-edit.ts'
import { type Intended, Shift, prove } from '../../src/pin/proof.ts'
import type { Root } from '../../src/pin/roots.ts'
import { foundIn, someHash } from './found.ts'

const other = 'sha256-PiPoFgA5WUoziU9lZOGxNIu9egCI1CxKy3PurtWcAJ0='

/** What is wrong with turning one text into another, where the fetches of `a` shall become those of version 2. */
function problem(before: string, words: readonly (readonly [old: string, now: string])[]): string | null {
  const edits = words.flatMap(([old, now]): FileEdit[] => {
    const start = before.indexOf(old)
    if (start < 0) throw new Error(`${old} is not in the text`)
    return [{ file: 'a.nix', start, end: start + old.length, text: now }]
  })
  const after = applyEdits(before, edits)
  return prove(foundIn({ 'a.nix': before }).roots, foundIn({ 'a.nix': after }).roots, edits, (fetch) =>
    fetch.urls[0]!.text === 'https://example.org/1/a' ? { urls: ['https://example.org/2/a'], hashes: [other] } : null,
  )
}

describe('an edit', () => {
  const text = `{ fetchurl, system }:
let one = "1"; two = "1"; longer = "x"; in [
  (fetchurl { url = "https://example.org/\${one}/a"; hash = "${someHash}"; })
  (fetchurl { url = "https://example.org/\${two}/b"; hash = "${someHash.replace('yp', 'aa')}"; })
]`
  const right = [
    ['one = "1"', 'one = "2"'],
    [`"${someHash}"`, `"${other}"`],
  ] as const

  it('that does what was intended is proved, also where everything behind it moves', () => {
    expect(problem(text, right)).toBeNull()
    expect(problem(text, [...right, ['longer = "x"', 'longer = "much longer than it was"']])).toBeNull()
  })

  it.each([
    ['leaves out the hash', [right[0]], 'which is not what was asked for'],
    ['leaves out the version', [right[1]], 'which is not what was asked for'],
    ['changes another fetch', [...right, ['two = "1"', 'two = "2"']], 'https://example.org/2/b'],
    ['changes another hash', [...right, ['sha256-aa', 'sha256-bb']], 'which is not what was asked for'],
    [
      'makes one more fetch',
      [...right, ['in [', 'in [ (fetchurl { url = "https://example.org/c"; hash = ""; })']],
      'https://example.org/c',
    ],
    ['takes a fetch away', [...right, ['/b"; hash', '/b"; nohash']], 'no longer'],
    ['breaks the text', [...right, ['in [', 'in ]']], 'no longer'],
    ['changes one system', [...right, ['two = "1"', 'two = if system == "x86_64-linux" then "3" else "1"']], 'x86_64-linux'],
  ] as [string, (readonly [string, string])[], string][])('that %s is not', (_, words, message) => {
    expect(problem(text, words)).toContain(message)
  })
})

describe('a root that is cut off', () => {
  const text = `{ fetchurl }: fetchurl { url = "https://example.org/a"; hash = "${someHash}"; }`
  const edits: FileEdit[] = [{ file: 'a.nix', start: text.indexOf(someHash), end: text.indexOf(someHash) + someHash.length, text: other }]
  const cut = (content: string): readonly Root[] => foundIn({ 'a.nix': content }).roots.map((root) => ({ ...root, exhausted: true }))
  const edited = applyEdits(text, edits)
  const intended = (): Intended => ({ urls: ['https://example.org/a'], hashes: [other] })

  it('is taken for what it shows where it was so before', () => {
    expect(prove(cut(text), cut(edited), edits, intended)).toBeNull()
    expect(prove(cut(text), cut(edited), edits, () => null)).toContain('which is not what was asked for')
    expect(prove(cut(text), cut('{ fetchurl }: 1'), edits, intended)).toContain('no longer')
  })

  it('only after the edit proves nothing', () => {
    expect(prove(foundIn({ 'a.nix': text }).roots, cut(edited), edits, intended)).toContain('takes too long')
  })
})

describe('an offset', () => {
  const spans = fc.array(fc.tuple(fc.nat(30), fc.nat(4), fc.string({ maxLength: 6 })), { maxLength: 5 })

  it('outside of all edits is found at its character, whatever is edited', () => {
    fc.assert(
      fc.property(spans, (given) => {
        const text = Array.from({ length: 40 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('')
        const edits: FileEdit[] = []
        for (const [start, length, now] of given.toSorted((a, b) => a[0] - b[0]))
          if (start > (edits.at(-1)?.end ?? -1)) edits.push({ file: 'a', start, end: start + length, text: now })
        const after = applyEdits(text, edits)
        const shift = new Shift(edits)
        for (let offset = 0; offset < text.length; offset++) {
          if (edits.some((edit) => edit.start <= offset && offset <= edit.end)) continue
          expect(after[shift.offset('a', offset)]).toBe(text[offset])
        }
      }),
    )
  })

  it('in a copied row is that of the copy, for who has the copy', () => {
    const text = 'abc ROW=old; xyz'
    const copy = { file: 'a', start: 4, end: 12, at: 12, lead: 1, edits: [{ file: 'a', start: 4, end: 7, text: 'NEWROW' }] }
    const insertion = { file: 'a', start: 12, end: 12, text: ' NEWROW=old;' }
    const after = applyEdits(text, [insertion, { file: 'a', start: 0, end: 3, text: 'abcdef' }])
    const shift = new Shift([insertion, { file: 'a', start: 0, end: 3, text: 'abcdef' }])
    expect(after).toBe('abcdef ROW=old; NEWROW=old; xyz')
    expect(shift.offset('a', 8)).toBe(after.indexOf('old'))
    expect(shift.within([copy]).offset('a', 8)).toBe(after.lastIndexOf('old'))
  })
})
