// A JSON table by version ↔ the same table with one more row, whatever its form.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseJson } from '../../src/core/json.ts'
import { applyEdits } from '../../src/nix/edit.ts'
import { jsonRow } from '../../src/pin/json-rows.ts'

interface Table {
  readonly rows: Readonly<Record<string, { readonly hash: string }>>
}

/** The text with a copy of the row 1.2.0 for 1.3.0, or why there is none. */
function withRow(text: string): string {
  const parsed = parseJson(text)
  if (!parsed.ok) throw new Error(parsed.message)
  const offset = text.indexOf('"the hash"')
  const found = jsonRow(parsed.root, text, { file: 'table.json', offset, old: 'v1.2.0', tag: 'v1.3.0' })
  if (found === null) return 'no row'
  if (!found.made.ok) return found.made.message
  const { start, end, at, before, after, edits } = found.made.row
  const moved = edits.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }))
  const copy = applyEdits(text.slice(start, end), moved)
  return applyEdits(text, [{ start: at, end: at, text: before + copy + after }])
}

const others = fc.uniqueArray(fc.constantFrom('1.0.0', '1.1.0', '2.0.0', 'latest', 'é', '"'), { maxLength: 4 })

it('has the rows it had, in their order, and one more', () => {
  fc.assert(
    fc.property(others, fc.nat(4), fc.constantFrom(undefined, 1, 2, '\t'), fc.constantFrom('\n', '\r\n'), (names, at, indent, lineEnd) => {
      const keys: string[] = [...names.slice(0, at), '1.2.0', ...names.slice(at)]
      const table: Table = { rows: Object.fromEntries(keys.map((key) => [key, { hash: key === '1.2.0' ? 'the hash' : key }])) }
      const form = (value: Table): string => JSON.stringify(value, null, indent).replaceAll('\n', lineEnd)
      const after = withRow(form(table))
      const { rows } = JSON.parse(after) as Table
      expect(rows).toEqual({ ...table.rows, '1.3.0': { hash: 'the hash' } })
      expect(Object.keys(rows).filter((key) => key !== '1.3.0')).toEqual(Object.keys(table.rows))
      expect(after).toBe(form({ rows }))
    }),
  )
})

it.each([
  ['a row of that name', '{ "1.2.0": "the hash", "1.3.0": "x" }', 'its table has a row "1.3.0" already; select that one by hand'],
  ['no row of the version', '{ "1.1.0": "the hash" }', 'no row'],
  ['a list', '[ "the hash" ]', 'no row'],
])('gets none where there is %s', (_, text, expected) => {
  expect(withRow(text)).toBe(expected)
})

it.each([
  ['a row alone', '{ "1.2.0": "the hash" }', '{ "1.2.0": "the hash", "1.3.0": "the hash" }'],
  ['a name with its v', '{"v1.2.0":"the hash"}', '{"v1.2.0":"the hash","v1.3.0":"the hash"}'],
  ['newest first', '{ "1.2.0": "the hash", "1.1.0": "x" }', '{ "1.3.0": "the hash", "1.2.0": "the hash", "1.1.0": "x" }'],
])('keeps the form of %s', (_, text, expected) => {
  expect(withRow(text)).toBe(expected)
})
