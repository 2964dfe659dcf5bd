// Whatever the text, an evaluation ends soon, throws nothing, and says whether it was cut off.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluated, valueOf } from './given.ts'
import { shapeFiles, shapes } from './shapes.ts'

/** A file whose one fetch has the value of an expression in its URL. */
const fetching = (expression: string): string =>
  `{ lib, fetchurl, unknown }: fetchurl { url = "https://example.com/" + toString (${expression}); sha256 = ""; }`
const urlOf = (expression: string): string | undefined =>
  evaluated({ 'default.nix': fetching(expression) }).fetches[0]?.urls[0]?.text.slice('https://example.com/'.length)

const repeated = (count: number, part: (i: number) => string, separator = ' '): string =>
  Array.from({ length: count }, (_, i) => part(i)).join(separator)

describe('what is long or deep, but honest, is read', () => {
  it.each([
    ['a long sum', repeated(5000, () => '1', ' + '), '5000'],
    ['a long chain of strings', `builtins.stringLength (${repeated(5000, () => '"a"', ' + ')})`, '5000'],
    ['a long chain of lists', `builtins.length (${repeated(5000, () => '[ 1 ]', ' ++ ')})`, '5000'],
    ['a long chain of sets', `(${repeated(2000, (i) => `{ a${i} = ${i}; }`, ' // ')}).a1999`, '1999'],
    ['a long attribute path', `{ a.${repeated(3000, () => 'b', '.')} = 7; }.a.${repeated(3000, () => 'b', '.')}`, '7'],
    ['many arguments', `(${repeated(100, (i) => `x${i}:`)} x99) ${repeated(100, (i) => String(i))}`, '99'],
    ['brackets in brackets', `${'('.repeat(300)}1${')'.repeat(300)}`, '1'],
    ['variables that name variables', `let a0 = 1; ${repeated(200, (i) => `a${i + 1} = a${i};`)} in a200`, '1'],
    ['a recursion', 'let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 300', '300'],
    ['a recursion in tail position', 'let f = n: if n == 0 then "end" else f (n - 1); in f 2000', 'end'],
    ['a fold from the right', 'lib.foldr (a: b: a + b) 0 (lib.range 1 150)', '11325'],
    ['a fold from the left', "builtins.foldl' (a: b: a + b) 0 (lib.range 1 2000)", '2001000'],
    ['a long list', 'builtins.length (builtins.genList (x: x) 20000)', '20000'],
    ['a string cut into characters', `builtins.length (lib.stringToCharacters "${'x'.repeat(3000)}")`, '3000'],
  ])('%s', (_, expression, wanted) => {
    expect(urlOf(expression)).toBe(wanted)
  })
})

describe('what would not end is cut off', () => {
  const doubled = (start: string, next: string): string =>
    `let x0 = ${start}; ${repeated(60, (i) => `x${i + 1} = ${next.replaceAll('@', `x${i}`)};`)} in x60`
  it.each([
    ['a recursion without an end', 'let f = n: f (n + 1); in f 0'],
    ['a function applied to itself', '(x: x x) (x: x x)'],
    ['a string that doubles', doubled('"a"', '@ + @')],
    ['a string that doubles inside itself', doubled('"a"', '"${@}${@}"')],
    ['a string that replaces itself', doubled('"a"', 'builtins.replaceStrings [ "a" ] [ "aa" ] @')],
    ['a list that doubles', `builtins.length (${doubled('[ 1 ]', '@ ++ @')})`],
    ['a tree of lists as text', `toString (${doubled('[ "a" ]', '[ @ @ ]')})`],
    ['a tree of lists as JSON', `builtins.toJSON (${doubled('[ "a" ]', '[ @ @ ]')})`],
    ['two trees of lists compared', `if (${doubled('[ 1 ]', '[ @ @ ]')}) == (${doubled('[ 1 ]', '[ @ @ ]')}) then 1 else 2`],
    ['a tree of calls', 'let f = n: if n == 0 then "a" else f (n - 1) + f (n - 1); in f 60'],
    ['a set that shows itself', 'let f = { __toString = self: "${self}"; }; in "${f}"'],
    ['a set that is its own path', 'let f = { outPath = f; }; in "${f}"'],
    ['a set that calls itself', '(let f = { __functor = self: self; }; in f 1)'],
    ['endless lists as JSON', 'builtins.toJSON (let f = n: [ (f (n + 1)) ]; in f 0)'],
  ])('%s', (_, expression) => {
    const start = performance.now()
    const { fetches, exhausted } = evaluated({ 'default.nix': fetching(expression) })
    expect(fetches).toEqual([])
    expect(exhausted).toBe(true)
    expect(performance.now() - start).toBeLessThan(20_000)
  })
  it.each([
    ['a list of endless lists', 'let f = n: [ (f (n + 1)) ]; in f 0'],
    ['sets of endless sets', 'let f = n: { a = f (n + 1); b = f (n + 2); }; in f 0'],
    ['a list of long lists', 'builtins.genList (x: builtins.genList (y: y) 100000) 100000'],
  ])('%s, looked through', (_, expression) => {
    expect(evaluated({ 'default.nix': expression }).exhausted).toBe(true)
  })
  it('an expression that a backtracking engine would never finish', () => {
    expect(urlOf(`if builtins.match "(x+x+)+y" "${'x'.repeat(60)}" == null then "none" else "some"`)).toBe('none')
  })
  it('what needs itself fails, as it does in Nix', () => {
    expect(valueOf('let x = x; in x')).toMatchObject({ kind: 'unknown', failed: true })
    expect(valueOf('rec { a = b; b = a; }.a')).toMatchObject({ kind: 'unknown', failed: true })
    const { exhausted } = evaluated({ 'default.nix': 'import ./default.nix' })
    expect(exhausted).toBe(false)
  })
})

describe('what is not known hides nothing', () => {
  const hash = 'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='
  const fetch = (name: string): string => `(fetchurl { url = "https://example.com/${name}"; hash = "${hash}"; })`
  const seen = (expression: string): string[] =>
    evaluated({ 'default.nix': `{ fetchurl, lib, unknown, stdenv }: ${expression}` })
      .fetches.map(({ urls }) => urls[0]!.text.slice('https://example.com/'.length))
      .sort()
  it.each([
    ['an argument of an unknown function', `unknown ${fetch('a')}`, ['a']],
    ['a later argument of one', `unknown 1 { x = [ ${fetch('a')} ]; }`, ['a']],
    ['both branches under an unknown condition', `if unknown then ${fetch('a')} else ${fetch('b')}`, ['a', 'b']],
    ['the body of a function nobody calls', `{ f = { x, y ? 1 }: ${fetch('a')}; }`, ['a']],
    ['a set behind an unknown name', `{ a = ${fetch('a')}; b = ${fetch('b')}; }.\${unknown}`, ['a', 'b']],
    ['a fallback of something unknown', `unknown.x or ${fetch('a')}`, ['a']],
    ['a set under an unknown one', `{ a = ${fetch('a')}; } // unknown`, ['a']],
    ['a list beside an unknown one', `[ ${fetch('a')} ] ++ unknown`, ['a']],
    ['the inside of a string with an unknown part', `"\${unknown}\${${fetch('a')}}"`, ['a']],
    ['an attribute with an unknown name', `{ \${unknown} = ${fetch('a')}; }`, ['a']],
    ['a list filtered by something unknown', `builtins.filter unknown [ ${fetch('a')} ]`, ['a']],
    ['a set mapped by something unknown', `lib.mapAttrs unknown { a = ${fetch('a')}; }`, ['a']],
    ['a body under an unknown with', `with unknown; ${fetch('a')}`, ['a']],
    ['what an assertion on something unknown guards', `assert unknown; ${fetch('a')}`, ['a']],
    ['modules', `{ config = lib.mkIf unknown { packages = [ ${fetch('a')} ]; }; }`, ['a']],
  ])('%s', (_, expression, wanted) => {
    expect(seen(expression)).toEqual(wanted)
  })
  it.each([
    ['the branch not taken', `if true then ${fetch('a')} else ${fetch('b')}`, ['a']],
    ['another system', `{ x86_64-linux = ${fetch('a')}; aarch64-darwin = ${fetch('b')}; }`, ['a']],
    ['a fallback nobody needs', `{ a = ${fetch('a')}; }.a or ${fetch('b')}`, ['a']],
    ['what was overridden', `({ a = ${fetch('a')}; } // { a = ${fetch('b')}; }).a`, ['b']],
    ['what a throw hides', `throw ${fetch('a')}`, ['a']],
  ])('leaves alone or follows as Nix would: %s', (_, expression, wanted) => {
    expect(seen(expression)).toEqual(wanted)
  })
})

describe('any text', () => {
  const words = [
    'let',
    'in',
    'rec',
    'with',
    'inherit',
    'if',
    'then',
    'else',
    'assert',
    'or',
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '=',
    ';',
    ':',
    ',',
    '?',
    '@',
    '...',
    '.',
    '//',
    '++',
    '+',
    '-',
    '==',
    '&&',
    '!',
    '->',
    '"',
    "''",
    '${',
    './default.nix',
    './a.json',
    'x',
    'fetchurl',
    'pkgs',
    'lib',
    'builtins',
    'import',
    'self',
    'final',
    'stdenv',
    'map',
    'throw',
    'null',
    'true',
    '1',
    '2.5',
    '<nixpkgs>',
    'lib.genAttrs',
    "builtins.foldl'",
    'lib.fix',
    'builtins.genList',
    'hash',
    'url',
    'sha256',
    'system',
    'x86_64-linux',
    'builtins.readDir',
    'lib.recursiveUpdate',
    'builtins.fromJSON',
  ]
  const soup = fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => parts.join(' '))
  const mutated = fc
    .tuple(fc.constantFrom(...Object.keys(shapeFiles)), fc.nat(), fc.nat(30), fc.oneof(soup, fc.string({ unit: 'grapheme', maxLength: 8 })))
    .map(([file, at, length, put]) => {
      const text = shapeFiles[file]!
      const start = at % (text.length + 1)
      return { ...shapeFiles, [file]: text.slice(0, start) + put + text.slice(start + length) }
    })

  it('of words is evaluated to an end', () => {
    fc.assert(
      fc.property(soup, fc.constantFrom('default.nix', 'flake.nix'), (text, name) => {
        const { fetches } = evaluated({ [name]: text, 'a.json': '{}' }, name)
        for (const fetch of fetches) expect(fetch.urls.length).toBeGreaterThan(0)
      }),
      { numRuns: 1000 },
    )
  })
  it('that was a shape is evaluated to an end', () => {
    fc.assert(
      fc.property(mutated, fc.constantFrom(...shapes), (files, shape) => {
        const { fetches, unmanaged } = evaluated(files, shape)
        for (const { reason } of unmanaged) expect(reason).not.toBe('')
        for (const { hashes } of fetches) expect(hashes.length).toBeGreaterThan(0)
      }),
      { numRuns: 500 },
    )
  })
  it('is evaluated the same twice', () => {
    fc.assert(
      fc.property(mutated, fc.constantFrom(...shapes), (files, shape) => {
        const told = (): unknown =>
          evaluated(files, shape).fetches.map(({ urls, hashes }) => [urls.map((each) => each.text), hashes.map((each) => each.value.text)])
        expect(told()).toEqual(told())
      }),
      { numRuns: 100 },
    )
  })
  it('even where the caller has used most of the stack', () => {
    const text = { 'default.nix': fetching('let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 200') }
    const under = (depth: number): number => (depth === 0 ? evaluated(text).fetches.length : under(depth - 1))
    for (let depth = 0; depth < 9000; depth += 1500) {
      const found = ((): number | null => {
        try {
          return under(depth)
        } catch (error) {
          // The stack ended before the evaluation began.
          expect(error).toBeInstanceOf(RangeError)
          return null
        }
      })()
      expect([0, 1, null]).toContain(found)
    }
  })
})
