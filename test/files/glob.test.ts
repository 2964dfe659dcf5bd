import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { globTest, isGlob } from '../../src/files/glob.ts'

describe('matches', () => {
  test.each([
    ['*.nix', 'flake.nix', true],
    ['*.nix', '.hidden.nix', true],
    ['*.nix', 'nix/a.nix', false],
    ['*.nix', 'flake.nix.bak', false],
    ['**', 'a/b/c.nix', true],
    ['**/*.nix', 'a.nix', true],
    ['**/*.nix', 'a/b/c.nix', true],
    ['**/*.nix', 'a/b/c.json', false],
    ['nix/**', 'nix/a/b.nix', true],
    ['nix/**', 'nix', false],
    ['nix/**', 'nixes/a.nix', false],
    ['a/**/z.nix', 'a/z.nix', true],
    ['a/**/z.nix', 'a/b/c/z.nix', true],
    ['a/**/z.nix', 'a/b/cz.nix', false],
    ['a**z', 'abcz', true],
    ['a**z', 'ab/cz', false],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['a?c', 'a😀c', true],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[!a-c]x', 'dx', true],
    ['a[!b]c', 'a/c', false],
    ['[]]x', ']x', true],
    ['[^]x', '^x', true],
    ['[ab', '[ab', true],
    ['{a,b}.nix', 'b.nix', true],
    ['{a,b/*}.nix', 'b/c.nix', true],
    ['{a,{b,c}}.nix', 'c.nix', true],
    ['{a,b', '{a,b', true],
    ['a}b', 'a}b', true],
    ['a,b', 'a,b', true],
    ['\\*.nix', '*.nix', true],
    ['\\*.nix', 'a.nix', false],
    ['a.nix', 'aXnix', false],
    ['a+(b)|c$^', 'a+(b)|c$^', true],
  ])('%s and %s: %s', (pattern, path, expected) => expect(globTest(pattern)(path)).toBe(expected))
})

test('an empty range is refused by name', () => {
  expect(() => globTest('[z-a].nix')).toThrow(/"\[z-a\]\.nix" is not a glob/)
})

test('a plain path is a pattern of itself alone', () => {
  const plain = fc.string({ unit: 'grapheme' }).filter((text) => !/[*?[{\\]/.test(text))
  fc.assert(
    fc.property(plain, plain, (one, other) => {
      expect(isGlob(one)).toBe(false)
      expect(globTest(one)(one)).toBe(true)
      expect(globTest(one)(other)).toBe(one === other)
    }),
  )
})

test('any text is a pattern or refused as usage', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'*?[]{},!^-\\/ab'.split('')) }), (pattern) => {
      try {
        globTest(pattern)('ab')
      } catch (error) {
        expect(error).toMatchObject({ name: 'InputError', code: 'usage' })
      }
    }),
    { numRuns: 1000 },
  )
})
