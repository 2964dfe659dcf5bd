// What is code and what is not, told without parsing: beside the parser, which knows.
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { children } from '../../src/nix/children.ts'
import type { Node } from '../../src/nix/children.ts'
import { codeOf } from '../../src/nix/code-of.ts'
import { parse } from '../../src/nix/parse.ts'

const fixtures = path.join(import.meta.dirname, '..', '..', 'fixtures')

it.each([
  ['a comment to the line end', 'a # b\nc', 'a    \nc'],
  ['a comment at the end', 'a # b', 'a    '],
  ['a comment in the middle', 'a /* b\n */ c', 'a          c'],
  ['no comment in a string', '"a # b /* c"', '"a # b /* c"'],
  ['a quoted string', '"a\nb"', '"a\nb"'],
  ['an indented string of one line', "''a b''", "''a b''"],
  ['an indented string of several lines', "x ''\n a\n'' y", "x ''    '' y"],
  ['code in an indented string', "''\n a ${b ''c''} d\n''", "''    ${b ''c''}   ''"],
  ['escapes in an indented string', "''\n ''${a} '''b ''\\n $${c}\n'' d", `''${' '.repeat(25)}'' d`],
  ['escapes in a quoted string', '"\\" \\${a} $${b}" # c', '"\\" \\${a} $${b}"    '],
  ['names with quotes', "foldl'' x # y", "foldl'' x    "],
  ['code in a quoted string', '"${a "#" /* b */}" # c', '"${a "#"        }"    '],
  ['a comment to an old line end', 'a # b\rc', 'a    \rc'],
  ['quotes behind a number', "1'' # '' a", "1'' # '' a"],
  ['quotes behind a path', "./a'' # '' a", "./a'' # '' a"],
  ['quotes behind a path with code', "./${a}b'' # '' a", "./${a}b'' # '' a"],
  ['quotes in an address', "http://a/'' b ''\n''", "http://a/'' b ''\n''"],
  ['quotes that make a function an address', "a:'' b ''\n''", "a:'' b ''\n''"],
  ['quotes behind a sign', "1 -''\n # '' + a", "1 -''\n # '' + a"],
  ['a comment that is an address', 'http://a/* b http://b/*/', 'http://a/* b http://b/*/'],
  ['quotes behind an operator', "a=''\n b''; # c", "a=''   ''; # c".replace('# c', '   ')],
  ['a string that does not end', '"a # b', '"a # b'],
  ['an indented string that does not end', "''\n a", "''\n a"],
  ['a comment that does not end', 'a /* b', 'a /* b'],
  ['braces that do not match', 'a } # b', 'a } # b'],
])('%s', (_, text, expected) => {
  expect(codeOf(text)).toBe(expected)
})

/** Every name in the code, by the parser. */
function namesIn(text: string): { readonly name: string; readonly start: number }[] | null {
  const document = parse(text)
  if (document.problems.length > 0) return null
  const names: { name: string; start: number }[] = []
  const waiting: Node[] = [document.root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if ('kind' in node && node.kind === 'identifier') names.push({ name: node.name, start: node.start })
    waiting.push(...children(node))
  }
  return names
}

function expectNamesKept(text: string): void {
  const code = codeOf(text)
  expect(code.length).toBe(text.length)
  for (const { name, start } of namesIn(text) ?? []) expect(code.slice(start, start + name.length)).toBe(name)
}

describe('no name of the code is lost', () => {
  const files = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.nix'))
  it.each(files)('in %s', (file) => expectNamesKept(readFileSync(path.join(fixtures, file), 'utf8')))

  const texts = JSON.parse(readFileSync(path.join(fixtures, 'nix', 'texts.json'), 'utf8')) as Record<string, string>
  it.each(Object.entries(texts))('in %s', (_, text) => expectNamesKept(text))

  it('in what is put together of pieces', () => {
    const piece = fc.constantFrom(
      'a',
      '"',
      "''",
      '${',
      '}',
      '{',
      ';',
      ' = ',
      '#',
      '/*',
      '*/',
      '\n',
      '\\',
      '$',
      "'",
      ' ',
      'fetchurl',
      '1',
      './x',
      '\r',
      'http://x/',
      '-',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => expectNamesKept(pieces.join(''))),
      { numRuns: 3000 },
    )
  })
})
