import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { excerpt, lineIndex, positionAt } from '../../src/core/position.ts'

describe('positionAt', () => {
  test.each([
    ['', 0, 1, 1],
    ['abc', 2, 1, 3],
    ['abc', 9, 1, 4],
    ['abc', -1, 1, 1],
    ['a\nb', 1, 1, 2],
    ['a\nb', 2, 2, 1],
    ['a\r\nb', 2, 1, 3],
    ['a\r\nb', 3, 2, 1],
    ['a\rb', 2, 2, 1],
    ['a\n\nb', 3, 3, 1],
    ['é😀x', 3, 1, 3],
    ['😀x', 1, 1, 1],
    ['a\n', 2, 2, 1],
    ['\u2028a', 1, 1, 2],
  ])('%j at %i is %i:%i', (text, offset, line, column) => {
    expect(positionAt(text, offset)).toEqual({ line, column })
  })

  test('counts what stands before the offset', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'é', '😀', '\n', '\r\n', '\t')), fc.constantFrom('', 'b', '\n'), (before, after) => {
        const lines = before.join('').split(/\r?\n/)
        const position = lineIndex(before.join('') + after).positionAt(before.join('').length)
        expect(position).toEqual({ line: lines.length, column: [...(lines.at(-1) ?? '')].length + 1 })
      }),
    )
  })
})

describe('excerpt', () => {
  test.each([
    ['one line', 'a = b;', 4, 'a = b;\n    ^'],
    ['a line of many', 'x\r\n  a = b;\r\ny', 9, '  a = b;\n      ^'],
    ['tabs', '\ta\t= b;', 5, '\ta\t= b;\n\t \t  ^'],
    ['the end of the text', 'ab\n', 3, '\n^'],
    ['the end of a line', 'ab\ncd', 2, 'ab\n  ^'],
    ['characters of two units', '😀 = b;', 3, '😀 = b;\n  ^'],
    ['control characters', 'a\u001b[31m', 2, 'a\ufffd[31m\n  ^'],
  ])('%s', (_, text, offset, expected) => {
    expect(excerpt(text, offset)).toBe(expected)
  })

  test('cuts long lines around the place', () => {
    const text = `${'a'.repeat(500)}X${'b'.repeat(500)}`
    const [line = '', caret = ''] = excerpt(text, 500).split('\n')
    expect(line).toMatch(/^…a+Xb+…$/)
    expect(line.length).toBe(122)
    expect(line[caret.indexOf('^')]).toBe('X')
    expect(excerpt(text, 0)).toBe(`${'a'.repeat(120)}…\n^`)
  })

  test('the caret stands under the character of the offset', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ' ', '\t', 'é', '\n') }),
        fc.string({ unit: 'grapheme-ascii', maxLength: 300 }),
        (before, after) => {
          const [line = '', caret = ''] = excerpt(`${before}X${after}`, before.length).split('\n')
          expect(line[caret.length - 1]).toBe('X')
        },
      ),
    )
  })
})
