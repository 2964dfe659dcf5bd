// What a string is after edits of its literals: either what evaluating the edited text gives, or not told.
import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../src/nix/edit.ts'
import { textAfter } from '../../src/pin/text-after.ts'
import { foundIn, someHash } from './found.ts'

/** The URL of the only fetch. */
function urlIn(text: string): ReturnType<typeof foundIn>['roots'][number]['fetches'][number]['urls'][number] {
  return foundIn({ 'a.nix': text }).roots[0]!.fetches[0]!.urls[0]!
}

const file = (version: string, url: string): string =>
  `{ fetchurl, lib }: let version = "${version}"; in fetchurl { url = ${url}; hash = "${someHash}"; }`

describe('the text after an edit', () => {
  it.each([
    ['a version inside', '"https://example.org/${version}/a"', 'https://example.org/2.10.0/a'],
    ['a version twice', '"https://example.org/v${version}/a-${version}"', 'https://example.org/v2.10.0/a-2.10.0'],
    [
      'a version put together by a function',
      '"https://example.org/" + lib.concatStringsSep "/" [ version "a" ]',
      'https://example.org/2.10.0/a',
    ],
    ['no version', '"https://example.org/a"', 'https://example.org/a'],
    ['a version in other signs', '"https://example.org/${builtins.replaceStrings [ "." ] [ "_" ] version}/a"', null],
    ['a part of the version', '"https://example.org/${lib.versions.majorMinor version}/a"', null],
  ])('of %s', (_, url, expected) => {
    const before = file('1.2.3', url)
    const start = before.indexOf('1.2.3')
    const edit = { file: 'a.nix', start, end: start + 5, text: '2.10.0' }
    const after = textAfter(urlIn(before), [edit])
    expect(after).toBe(expected)
    if (after !== null) expect(urlIn(applyEdits(before, [edit])).text).toBe(after)
  })

  it('is the same after edits of another file', () => {
    const value = urlIn(file('1.2.3', '"https://example.org/${version}/a"'))
    expect(textAfter(value, [{ file: 'b.nix', start: 0, end: 200, text: '' }])).toBe(value.text)
  })
})
