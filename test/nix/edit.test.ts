import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyEdits, EditError } from '../../src/nix/edit.ts'
import type { Edit } from '../../src/nix/edit.ts'
import { escapeIndented, escapeString } from '../../src/nix/escape.ts'
import { parse } from '../../src/nix/parse.ts'
import type { Expression } from '../../src/nix/syntax.ts'

describe('applyEdits', () => {
  test.each<[string, Edit[], string]>([
    ['nothing', [], 'abcdef'],
    ['a replacement', [{ start: 1, end: 3, text: 'X' }], 'aXdef'],
    ['a deletion', [{ start: 0, end: 6, text: '' }], ''],
    [
      'an insertion at each end',
      [
        { start: 6, end: 6, text: 'Y' },
        { start: 0, end: 0, text: 'X' },
      ],
      'XabcdefY',
    ],
    [
      'edits that touch',
      [
        { start: 3, end: 5, text: 'Y' },
        { start: 1, end: 3, text: 'X' },
      ],
      'aXYf',
    ],
    [
      'an insertion before a replacement',
      [
        { start: 1, end: 3, text: 'X' },
        { start: 1, end: 1, text: 'Y' },
      ],
      'aYXdef',
    ],
    [
      'an insertion behind a replacement',
      [
        { start: 3, end: 3, text: 'Y' },
        { start: 1, end: 3, text: 'X' },
      ],
      'aXYdef',
    ],
  ])('%s', (_, edits, expected) => {
    expect(applyEdits('abcdef', edits)).toBe(expected)
  })

  test.each<[string, Edit[], RegExp]>([
    ['before the text', [{ start: -1, end: 2, text: '' }], /outside/],
    ['behind the text', [{ start: 5, end: 7, text: '' }], /outside of a text of 6/],
    ['in reverse', [{ start: 3, end: 2, text: '' }], /ends before it starts/],
    ['at half an offset', [{ start: 0.5, end: 2, text: '' }], /outside/],
    ['at no number', [{ start: NaN, end: 2, text: '' }], /outside/],
    [
      'overlapping',
      [
        { start: 2, end: 4, text: '' },
        { start: 1, end: 3, text: '' },
      ],
      /1 to 3 and 2 to 4 overlap/,
    ],
    [
      'at the same place',
      [
        { start: 1, end: 3, text: '' },
        { start: 1, end: 3, text: '' },
      ],
      /overlap/,
    ],
    [
      'inside another',
      [
        { start: 1, end: 5, text: '' },
        { start: 2, end: 2, text: 'X' },
      ],
      /overlap/,
    ],
    [
      'inserting at the same place',
      [
        { start: 2, end: 2, text: 'X' },
        { start: 2, end: 2, text: 'X' },
      ],
      /two edits insert at 2/,
    ],
  ])('refuses an edit %s', (_, edits, message) => {
    expect(() => applyEdits('abcdef', edits)).toThrow(EditError)
    expect(() => applyEdits('abcdef', edits)).toThrow(message)
  })

  // A text in pieces, some of which get new text: what comes out is known without applying anything.
  const pieces = fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.option(fc.string())), { maxLength: 20 })

  test('changes the spans of the edits and nothing else, whatever their order', () => {
    fc.assert(
      fc.property(pieces, fc.infiniteStream(fc.nat()), (parts, order) => {
        let at = 0
        const edits: Edit[] = []
        for (const [before, after] of parts) {
          if (after !== null) edits.push({ start: at, end: at + before.length, text: after })
          at += before.length
        }
        const shuffled = edits.map((edit) => ({ edit, rank: order.next().value ?? 0 })).toSorted((left, right) => left.rank - right.rank)
        const text = parts.map(([before]) => before).join('')
        expect(
          applyEdits(
            text,
            shuffled.map(({ edit }) => edit),
          ),
        ).toBe(parts.map(([before, after]) => after ?? before).join(''))
      }),
    )
  })
})

/** The value of a string literal whose interpolations are string literals. */
function valueOf(expression: Expression): string {
  if (expression.kind !== 'string') throw new Error(`a string, not ${expression.kind}`)
  return expression.parts.map((part) => (part.kind === 'text' ? part.value : valueOf(part.expression))).join('')
}

function readBack(text: string): string {
  const document = parse(text)
  expect(document.problems).toEqual([])
  return valueOf(document.root)
}

const value = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0')),
  fc
    .array(fc.constantFrom('$', '{', '}', '"', "'", "''", '\\', '\n', '\r', '\t', ' ', 'a', '${', 'é', '😀'), { minLength: 1 })
    .map((parts) => parts.join('')),
)

describe('escapeString', () => {
  test.each([
    ['v1.2.3', 'v1.2.3'],
    ['say "hi"', 'say \\"hi\\"'],
    ['C:\\n', 'C:\\\\n'],
    ['${a} $b', '\\${a} $b'],
    ['a\r\nb', 'a\\r\\nb'],
    ['a$', 'a\\$'],
    ['{a', '\\{a'],
  ])('%j', (given, expected) => {
    expect(escapeString(given)).toBe(expected)
  })

  test('is read back as the value, between any neighbours', () => {
    fc.assert(
      fc.property(value, fc.constantFrom('', '$', 'a', '\\n'), fc.constantFrom('', '{', '${"b"}', '$'), (given, before, after) => {
        const read = readBack(`"${before}${escapeString(given)}${after}"`)
        expect(read).toBe((before === '\\n' ? '\n' : before) + given + (after === '${"b"}' ? 'b' : after))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('escapeIndented', () => {
  test.each([
    ['v1.2.3', 'v1.2.3'],
    ["a''b", "a'''b"],
    ['${a} $b', "''${a} $b"],
    ["it's", "it's"],
  ])('%j', (given, expected) => {
    expect(escapeIndented(given)).toBe(expected)
  })

  test('is read back as the value, behind plain text and before anything', () => {
    fc.assert(
      fc.property(value, fc.constantFrom('', 'x', '{'), fc.constantFrom('', 'y', '{', '${"b"}', "'"), (given, before, after) => {
        const read = readBack(`''\n    ${before}${escapeIndented(given)}${after} z\n  w\n''`)
        expect(read).toBe(`  ${before}${given}${after === '${"b"}' ? 'b' : after} z\nw\n`)
      }),
      { numRuns: 2000 },
    )
  })
})
