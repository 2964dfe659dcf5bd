// A TOML table by version ↔ the same table with one more row, whatever its form.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTomlDocument } from '../../src/core/toml.ts'
import { applyEdits } from '../../src/nix/edit.ts'
import { tomlRow } from '../../src/pin/toml-rows.ts'

/** The text with a copy of the row 1.2.0 for 1.3.0, or why there is none. */
function withRow(text: string, tag = 'v1.3.0'): string {
  const parsed = parseTomlDocument(text)
  if (!parsed.ok) throw new Error(parsed.message)
  const offset = text.search(/["']the hash/)
  const found = tomlRow(parsed.root, text, { file: 'table.toml', offset, old: 'v1.2.0', tag })
  if (found === null) return 'no row'
  if (!found.made.ok) return found.made.message
  const { start, end, at, before, after, edits } = found.made.row
  const moved = edits.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }))
  return applyEdits(text, [{ start: at, end: at, text: before + applyEdits(text.slice(start, end), moved) + after }])
}

interface Form {
  /** The lines of a row. */
  readonly row: (name: string, hash: string) => readonly string[]
  readonly table: (rows: readonly string[], between: string) => string
}

const underHeader = (rows: readonly string[], between: string): string =>
  ['[a]', 'b = 1', '', '[rows]', rows.join(between), '', '[z]'].join('\n')
const forms: Readonly<Record<string, Form>> = {
  'a header a row': {
    row: (name, hash) => [`[rows."${name}"]`, `hash = "${hash}"`],
    table: (rows, between) => `[a]\n\n${rows.join(between)}\n\n[z]`,
  },
  'a header a system': {
    row: (name, hash) => [`[rows.'${name}'.x]`, `hash = '${hash}'`, `[ rows . '${name}' . "y" ]`, 'hash = ["other", "one"]'],
    table: (rows, between) => rows.join(between),
  },
  'a table of arrays a row': {
    row: (name, hash) => [`[[ "${name}" ]]`, `hash = "${hash}"`, `[["${name}"]]`, 'hash = """other"""'],
    table: (rows, between) => `a = 1\n\n${rows.join(between)}\n`,
  },
  'a pair a row': { row: (name, hash) => [`"${name}" = "${hash}"`], table: underHeader },
  'an inline table a row': { row: (name, hash) => [`\t'${name}'={ hash = "${hash}" , a . b = 1}`], table: underHeader },
  'a list on several lines a row': { row: (name, hash) => [`"${name}" = [`, `  "${hash}",`, ']'], table: underHeader },
  'dotted keys': { row: (name, hash) => [`x."${name}".hash = "${hash}"`, `x . "${name}" . size = 1`], table: underHeader },
}

describe.each(Object.entries(forms))('a table with %s', (_, { row, table }) => {
  it('has the rows it had, in their order, and one more', () => {
    const newestFirst = ['2.0.0', '1.2.0', '1.1.0', '1.0.0']
    fc.assert(
      fc.property(
        fc.subarray(newestFirst, { minLength: 1 }),
        fc.boolean(),
        fc.nat(2),
        fc.constantFrom('\n', '\r\n'),
        (some, isDescending, blank, lineEnd) => {
          const kept = newestFirst.filter((name) => name === '1.2.0' || some.includes(name))
          if (kept.length === 1) kept.push('1.1.0')
          const text = (names: readonly string[]): string => {
            const rows = names.map((name) => row(name, name === '1.2.0' || name === '1.3.0' ? 'the hash' : name).join('\n'))
            return table(isDescending ? rows : rows.toReversed(), '\n'.repeat(blank + 1)).replaceAll('\n', lineEnd)
          }
          const now = kept.flatMap((name) => (name === '1.2.0' ? ['1.3.0', name] : [name]))
          expect(withRow(text(kept))).toBe(text(now))
        },
      ),
    )
  })
})

it('has all rows of an inline table on one line, and one more', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.constantFrom(' ', '', '  '), fc.boolean(), (isDescending, space, isAlone) => {
      const text = (names: readonly string[]): string => {
        const rows = (isDescending ? names : names.toReversed()).map((name) => `"${name}" = ${/2|3/.test(name) ? '"the hash"' : '"x"'}`)
        return `rows = {${space}${rows.join(`,${space}`)}${space}} # all of them\n`
      }
      const older = isAlone && !isDescending ? [] : ['1.1.0']
      expect(withRow(text(['1.2.0', ...older]))).toBe(text(['1.3.0', '1.2.0', ...older]))
    }),
  )
})

it.each([
  ['a row alone', '["1.2.0"]\na = "the hash"\n', '["1.2.0"]\na = "the hash"\n\n["1.3.0"]\na = "the hash"\n'],
  ['a pair alone', '"v1.2.0" = "the hash"', '"v1.2.0" = "the hash"\n"v1.3.0" = "the hash"'],
  [
    'a comment at the end of a row',
    '["1.1.0"]\n["1.2.0"] # c\na = "the hash" # d\n# e\n\n# f\n[z]',
    '["1.1.0"]\n["1.2.0"] # c\na = "the hash" # d\n# e\n["1.3.0"]\na = "the hash"\n\n# f\n[z]',
  ],
  [
    'a comment of what follows',
    '"1.1.0" = ""\n"1.2.0" = "the hash"\n# of what follows\nz = 1',
    '"1.1.0" = ""\n"1.2.0" = "the hash"\n"1.3.0" = "the hash"\n# of what follows\nz = 1',
  ],
  [
    'a comment above every row, newest first',
    '[t]\n# b\n"1.2.0" = "the hash"\n# a\n"1.1.0" = ""',
    '[t]\n"1.3.0" = "the hash"\n# b\n"1.2.0" = "the hash"\n# a\n"1.1.0" = ""',
  ],
  [
    'a comment inside of a row',
    '["1.2.0"]\n# b\n\ta = [ # c\n  # d\n  "the hash", # e\n]',
    '["1.2.0"]\n# b\n\ta = [ # c\n  # d\n  "the hash", # e\n]\n\n["1.3.0"]\n\ta = [\n  "the hash",\n]',
  ],
])('keeps the form of %s', (_, text, expected) => {
  expect(withRow(text)).toBe(expected)
})

it('puts an older row where older rows are', () => {
  expect(withRow('"1.3.0" = ""\n"1.2.0" = "the hash"', 'v1.1.0')).toBe('"1.3.0" = ""\n"1.2.0" = "the hash"\n"1.1.0" = "the hash"')
})

it.each([
  ['a row of that name', '"1.2.0" = "the hash"\n[t]\n["1.3.0"]', 'its table has a row "1.3.0" already; select that one by hand'],
  ['no row of the version', '"1.1.0" = "the hash"', 'no row'],
  ['a list', 'a = ["the hash"]', 'no row'],
  ['a list of tables', '[[t]]\n[t."1.2.0"]\na = "the hash"', 'the row "1.2.0" of its table is in an array of tables; add a row by hand'],
  [
    'a row in two places',
    '["1.2.0".a]\nb = "the hash"\n[z]\n["1.2.0".b]',
    'the row "1.2.0" of its table stands in several places; add a row by hand',
  ],
  [
    'a row as a pair and under a header',
    '"1.2.0".a.b = "the hash"\n["1.2.0".a.c]',
    'the row "1.2.0" of its table stands in several places; add a row by hand',
  ],
  [
    'dotted keys in an inline table',
    't = { "1.2.0".a = "the hash" }',
    'the row "1.2.0" of its table is written in dotted keys inside of an inline table; add a row by hand',
  ],
  [
    'a comment that may be the whole table’s',
    '[t]\n# newest first\n"1.2.0" = "the hash"\n"1.1.0" = ""',
    'the row "1.2.0" of its table has a comment above it that may be meant for the whole table, without a blank line between them; add a row by hand',
  ],
])('gets none where there is %s', (_, text, expected) => {
  expect(withRow(text)).toBe(expected)
})
