import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from '../../src/nix/parse.ts'
import { commentsBeside, policyComments } from '../../src/pin/beside.ts'

/** The comments beside the text `HERE`, a literal of the file. */
function beside(text: string): readonly string[] {
  const document = parse(text)
  const start = text.indexOf('HERE')
  return commentsBeside(document, [{ start, end: start + 4 }]).map((comment) => text.slice(comment.start, comment.end))
}

describe('commentsBeside', () => {
  it.each<[string, string, number]>([
    ['on the line of the literal', '{ a = { version = "HERE"; # pinhash: hold\n}; }', 1],
    ['above the literal', '{ a = {\n # pinhash: hold\n version = "HERE"; }; }', 1],
    ['above the literal, with other comments between', '{ a = {\n # pinhash: hold\n # why not\n version = "HERE"; }; }', 1],
    ['above, with a blank line between', '{ a = {\n # pinhash: hold\n\n version = "HERE"; }; }', 0],
    ['above the binding that holds it', '{\n # pinhash: hold\n a = {\n version =\n "HERE"; }; }', 1],
    ['above an outer binding', '{\n # pinhash: hold\n tools = {\n a = { version = "HERE"; }; }; }', 1],
    ['on the first line of the binding', '{ a = { # pinhash: hold\n x = 1;\n version = "HERE"; }; }', 1],
    ['on the last line of the binding', '{ a = {\n x = 1;\n version = "HERE";\n}; # pinhash: hold\n}', 1],
    ['above the expression of the file', '# pinhash: hold\n{ a }: {\n x = 1;\n version = "HERE"; }', 1],
    ['above a let binding', 'let\n # pinhash: hold\n version = "HERE";\nin version', 1],
    ['above an item of a list', '[\n # pinhash: hold\n (f { version = "HERE"; })\n 1 ]', 1],
    ['below', '{ version = "HERE";\n # pinhash: hold\n}', 0],
    ['on the first line of the expression of the file', '{ b = 1; # pinhash: hold\n version = "HERE"; }', 1],
    ["at the end of another binding's line", '{\n b = 1; # pinhash: hold\n version = "HERE";\n}', 0],
    ['above another binding', '{\n # pinhash: hold\n b = 1;\n a = { version = "HERE"; }; }', 0],
    ['in a block comment above', '{\n /* pinhash: hold\n */\n a = { version = "HERE"; }; }', 1],
    ['several', '{\n # pinhash: hold\n # pinhash: prerelease\n a = { version = "HERE"; # pinhash: min-age 7d\n}; }', 3],
    ['with windows line ends', '{\r\n # pinhash: hold\r\n a = { version = "HERE"; };\r\n}', 1],
    ['above the name that goes with it', '{ a = f {\n # pinhash: hold\n org = "x";\n version = "HERE"; }; }', 1],
    ['above an inherit that goes with it', '{ a = f (self: {\n # pinhash: hold\n inherit system;\n version = "HERE"; }); }', 1],
    ['above another argument', '{ a = f {\n # pinhash: hold\n meta = { };\n version = "HERE"; }; }', 0],
    ['above a name in the argument of an outer call', '{ a = g {\n # pinhash: hold\n name = "x";\n b = f { version = "HERE"; }; }; }', 0],
    ['above a name in a set that is no argument', '{\n # pinhash: hold\n name = "x";\n version = "HERE"; }', 0],
    ['above another version in one set', 'f {\n # pinhash: hold\n jq = "1";\n cue = "HERE"; }', 0],
    ['inside a string', '{\n a = "# pinhash: hold";\n version = "HERE"; }', 0],
  ])('%s', (_, text, count) => {
    expect(beside(text)).toHaveLength(count)
  })

  it('is quick in a deep and long file', () => {
    const text = `{ ${'a = { '.repeat(300)} version = "HERE"; ${'};'.repeat(300)} ${'# pinhash: hold\n'.repeat(2000)} }`
    expect(beside(text).length).toBeGreaterThanOrEqual(0)
  })

  it('never throws, and gives only comments of the file', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('# pinhash: hold\n', '{', '}', 'a = ', '"HERE"', ';', '\n', '[', ']', '/* pinhash: x */', 'f ', '(', ')')),
        (pieces) => {
          const document = parse(pieces.join(''))
          const all = policyComments(document)
          const found = commentsBeside(document, [{ start: document.text.indexOf('HERE'), end: document.text.length }])
          for (const comment of found) expect(all).toContainEqual(comment)
        },
      ),
    )
  })
})
