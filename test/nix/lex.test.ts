import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { T, TOKEN_NAMES, tokenize } from '../../src/nix/lex.ts'
import { parse } from '../../src/nix/parse.ts'
import { anyText, texts } from './arbitrary-text.ts'

function names(text: string): string[] {
  return tokenize(text)
    .filter(({ kind }) => kind !== T.space)
    .map(({ kind, start, end }) => `${TOKEN_NAMES[kind] as string} ${text.slice(start, end)}`)
}

describe('tokenize', () => {
  test('tokens join to any text, none of them empty', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let at = 0
        for (const { start, end } of tokenize(text)) {
          expect(start).toBe(at)
          expect(end).toBeGreaterThan(start)
          at = end
        }
        expect(at).toBe(text.length)
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['a/b', ['path a/b']],
    ['a / b', ['identifier a', "'/' /", 'identifier b']],
    ['a:b', ['URI a:b']],
    ['a: b', ['identifier a', "':' :", 'identifier b']],
    ['a_:b', ['identifier a_', "':' :", 'identifier b']],
    ['1.', ['float 1.']],
    ['0.', ['integer 0', "'.' ."]],
    ['00.5', ['integer 00', 'float .5']],
    ['.5e3.5e', ['float .5e3', 'float .5', 'identifier e']],
    ['a.5', ['identifier a', 'float .5']],
    ['1.5/2', ['path 1.5/2']],
    ['a-b -c', ['identifier a-b', "'-' -", 'identifier c']],
    ['a->b', ['identifier a-', "'>' >", 'identifier b']],
    ['<a/b> <a <=|>', ['search path <a/b>', "'<' <", 'identifier a', "'<=' <=", "'|>' |>"]],
    ['~/a ~', ['path ~/a', 'invalid character ~']],
    ['....', ["'...' ...", "'.' ."]],
    ['or orr', ["'or' or", 'identifier orr']],
    ['/* a */ b # c', ['comment /* a */', 'identifier b', 'comment # c']],
    ['/*/', ['comment /*/']],
    ['"a${b}c"', ['\'"\' "', 'string text a', "'${' ${", 'identifier b', "'}' }", 'string text c', 'end of string "']],
    ["''a'''${b}''", ["\"''\" ''", "indented text a'''", "'${' ${", 'identifier b', "'}' }", "end of indented string ''"]],
    ['./a/${b}/c;', ['path ./a/', "'${' ${", 'identifier b', "'}' }", 'path text /c', "';' ;"]],
    ['"${{ }}"', ['\'"\' "', "'${' ${", "'{' {", "'}' }", "'}' }", 'end of string "']],
    ['"$${a}" "\\${a}"', ['\'"\' "', 'string text $${a}', 'end of string "', '\'"\' "', 'string text \\${a}', 'end of string "']],
  ])('%s', (text, expected) => {
    expect(names(text)).toEqual(expected)
  })

  test('comments are the same to the parser', () => {
    for (const text of Object.values(texts)) {
      const comments = tokenize(text).filter(({ kind }) => kind === T.comment)
      expect(parse(text).comments).toEqual(comments.map(({ start, end }) => ({ start, end })))
    }
  })
})
