import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Mirror, mirrored, readMirror } from '../../src/core/mirror.ts'

function mirror(from: string, to: string): Mirror {
  const read = readMirror(from, to)
  if ('problem' in read) throw new Error(read.problem)
  return read.mirror
}

const github = mirror('https://github.com/', 'https://mirror.example/github/')

describe('mirrored', () => {
  it.each([
    ['https://github.com/a/b?c=d#e', 'https://mirror.example/github/a/b?c=d#e'],
    ['https://github.com', 'https://mirror.example/github/'],
    ['https://GitHub.com/a', 'https://mirror.example/github/a'],
    ['https://github.com:443/a', 'https://mirror.example/github/a'],
    ['https://github.com.evil.example/a', null],
    ['https://github.com@evil.example/a', null],
    ['https://github.com:8443/a', null],
    ['http://github.com/a', null],
    ['https://api.github.com/a', null],
    ['nonsense', null],
  ])('%s', (url, expected) => {
    expect(mirrored(url, [github])).toBe(expected)
  })

  it('takes the longest prefix, of equals the first, and only whole segments', () => {
    const mirrors = [
      github,
      mirror('https://github.com/cue-lang', 'http://cue.example'),
      mirror('https://github.com/', 'https://late.example'),
    ]
    expect(mirrored('https://github.com/cue-lang/cue', mirrors)).toBe('http://cue.example/cue')
    expect(mirrored('https://github.com/cue-lang2/cue', mirrors)).toBe('https://mirror.example/github/cue-lang2/cue')
    expect(mirrored('https://github.com/cue', mirrors.toReversed())).toBe('https://late.example/cue')
  })

  it('keeps what follows the prefix, whatever it is', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.webQueryParameters(), (path, query) => {
        const { href } = new URL(`https://github.com${path}?${query}`)
        expect(mirrored(href, [github])).toBe(`https://mirror.example/github${href.slice('https://github.com'.length)}`)
      }),
    )
  })
})

describe('readMirror', () => {
  it.each([
    ['github.com', 'https://a.example'],
    ['https://github.com', 'mirror'],
    ['ftp://github.com', 'https://a.example'],
    ['https://github.com?a', 'https://a.example'],
    ['https://github.com', 'https://a.example/#b'],
    ['https://github.com', 'file:///a'],
    ['', ''],
  ])('refuses %j to %j', (from, to) => {
    expect(readMirror(from, to)).toHaveProperty('problem')
  })

  it('does not repeat a password', () => {
    const read = readMirror('https://github.com', 'https://me:s3cret@a.example')
    expect(read).toHaveProperty('problem')
    expect(JSON.stringify(read)).not.toContain('s3cret')
  })
})
