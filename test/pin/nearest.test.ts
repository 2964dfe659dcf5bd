import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distance, nearest, nearestTags } from '../../src/pin/nearest.ts'

const word = fc.string({ unit: fc.constantFrom('a', 'b', '1'), maxLength: 6 })

describe('nearest', () => {
  it.each([
    ['ceu', ['cue', 'jq', 'ripgrep'], ['cue']],
    ['CUE', ['jq', 'cue'], ['cue']],
    ['rigprep', ['ripgrep', 'cue'], ['ripgrep']],
    ['ripgrep', ['ripgrep-all', 'grep', 'cue'], ['ripgrep-all', 'grep']],
    ['xyz', ['cue', 'jq'], []],
    ['', ['cue'], []],
    ['cue', ['cue'], []],
    ['system', ['systems', 'file', 'systms'], ['systems', 'systms']],
    [
      'cue_v0.11.0_linux_amd64.tar.gz',
      [
        'checksums.txt',
        'cue_v0.11.0_windows_amd64.zip',
        'cue_v0.11.0_linux_arm64.tar.gz',
        'cue_0.11.0_linux_amd64.tar.gz',
        'cue_v0.11.0_darwin_amd64.tar.gz',
      ],
      ['cue_0.11.0_linux_amd64.tar.gz', 'cue_v0.11.0_linux_arm64.tar.gz', 'cue_v0.11.0_darwin_amd64.tar.gz'],
    ],
  ])('beside %j of %j names %j', (name, candidates, expected) => {
    expect(nearest(name, candidates)).toStrictEqual(expected)
  })

  it('gives at most so many, each a candidate once, whatever their order', () => {
    fc.assert(
      fc.property(word, fc.array(word), fc.nat(4), (name, candidates, max) => {
        const found = nearest(name, candidates, max)
        expect(found.length).toBeLessThanOrEqual(max)
        expect(new Set(found).size).toBe(found.length)
        for (const each of found) expect(candidates).toContain(each)
        expect(nearest(name, candidates.toReversed(), max).toSorted()).toStrictEqual(found.toSorted())
      }),
    )
  })

  it('finds a name with one typing slip', () => {
    const name = fc.string({ unit: fc.constantFrom(...'abcdefgh'), minLength: 4, maxLength: 12 })
    fc.assert(
      fc.property(name, fc.nat(), fc.constantFrom('drop', 'swap', 'double'), (text, where, slip) => {
        const i = where % (text.length - 1)
        const pair = slip === 'drop' ? text[i] : slip === 'swap' ? `${text[i + 1]}${text[i]}` : `${text[i]}${text[i]}${text[i + 1]}`
        const typed = text.slice(0, i) + pair + text.slice(i + 2)
        expect(nearest(typed, [text, 'zzzzzzzzzzzz'])).toStrictEqual(typed === text ? [] : [text])
      }),
    )
  })
})

describe('nearestTags', () => {
  it.each([
    ['v0.10.9', ['v0.1.9', 'v0.10.0', 'v0.10.8', 'v0.10.7', 'v1.10.9'], ['v0.10.8', 'v0.10.7', 'v0.10.0']],
    ['v0.11.0', ['v1.11.0', 'v0.11.2', 'cli-v0.11.0'], ['v0.11.2', 'v1.11.0', 'cli-v0.11.0']],
    ['0.11.0', ['v0.11.0', '0.12.0'], ['0.12.0', 'v0.11.0']],
    ['v0.11', ['v0.11.0', 'v0.9', 'v0.13'], ['v0.13', 'v0.9', 'v0.11.0']],
    ['nightli', ['nightly', 'v1.0'], ['nightly']],
    ['v1.2.3', [], []],
  ])('beside %s of %j names %j', (tag, tags, expected) => {
    expect(nearestTags(tag, tags)).toStrictEqual(expected)
  })
})

describe('distance', () => {
  it.each([
    ['', 'abc', 3],
    ['cue', 'ceu', 1],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
    ['same', 'same', 0],
  ])('of %j and %j is %d', (a, b, edits) => {
    expect(distance(a, b, 9)).toBe(edits)
    expect(distance(a, b, edits)).toBe(edits)
    if (edits > 0) expect(distance(a, b, edits - 1)).toBeNull()
  })

  it('is symmetric, zero for the same only, and the limit changes nothing but whether it is told', () => {
    fc.assert(
      fc.property(word, word, fc.nat(6), (a, b, limit) => {
        const edits = distance(a, b, 99)
        expect(distance(b, a, 99)).toBe(edits)
        expect(edits === 0).toBe(a === b)
        expect(distance(a, b, limit)).toBe((edits ?? 0) <= limit ? edits : null)
      }),
      { numRuns: 2000 },
    )
  })
})
