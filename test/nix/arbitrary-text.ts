// Texts that hit the lexer and the parser where it hurts: pieces of Nix in any order, fixtures with mistakes, any characters at all.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'

/** The fixture texts by name. */
export const texts: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/nix/texts.json'), 'utf8'),
) as Record<string, string>

const PIECES = [
  ...'(){}[];:,.=@?!-+*/<>&|$"\'#~\\ \n\r\t09aZ_é\0\ufeff\ud800',
  "''",
  '${',
  '...',
  '==',
  '//',
  '++',
  '->',
  '||',
  '&&',
  '|>',
  '<|',
  'let ',
  ' in ',
  'with a; ',
  'assert a; ',
  'rec ',
  'inherit ',
  'inherit (',
  ' or ',
  'if ',
  ' then ',
  ' else ',
  'a.b',
  './a',
  './a/${',
  '~/',
  '<a>',
  'a:b',
  '"a"',
  '"${',
  "''${",
  "''\\n",
  "'''",
  "''$",
  '$$',
  'a = 1; ',
  '/*',
  '*/',
  '1.5',
  'x: ',
  '{ a }: ',
  'a@{',
  '\n  ',
  '😀',
]

const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((parts) => parts.join(''))
const cut = fc
  .tuple(fc.constantFrom(...Object.values(texts)), fc.nat(), fc.nat(8), fc.constantFrom('', ...PIECES))
  .map(([text, place, size, piece]) => {
    const at = place % (text.length + 1)
    return text.slice(0, at) + piece + text.slice(at + size)
  })

/** Any text, with a liking for what looks like Nix. */
export const anyText: fc.Arbitrary<string> = fc.oneof(pieces, cut, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))
