// Strings remember which literal each of their characters came from: laws over values, and over files that are edited and read again.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { usualSystems } from '../../../src/core/system.ts'
import { derived, exact, feeding, isExact, join, slice, soleOrigin, whole } from '../../../src/nix/evaluate/text.ts'
import { type Origin, type Text, type Value, text } from '../../../src/nix/evaluate/value.ts'
import { escapeString } from '../../../src/nix/escape.ts'
import { evaluated, valueOf } from './given.ts'
import { shapeFiles, shapes } from './shapes.ts'

const file = 'expression.nix'

/** Characters that map one to one are the same characters in the source; the runs are sorted, disjoint and inside. */
function expectTrue(value: Text, sources: Readonly<Record<string, string>>): void {
  let last = 0
  for (const run of value.runs) {
    expect(run.start).toBeGreaterThanOrEqual(last)
    expect(run.end).toBeLessThanOrEqual(value.text.length)
    expect(run.from).toBeGreaterThanOrEqual(run.origin.start)
    expect(run.to).toBeLessThanOrEqual(run.origin.end)
    last = run.end
    const source = sources[run.origin.file]
    expect(source).toBeDefined()
    if (isExact(run)) expect(source!.slice(run.from, run.to)).toBe(value.text.slice(run.start, run.end))
  }
}

const stringOf = (value: Value): Text => {
  if (value.kind !== 'string') throw new Error(`${value.kind}: ${JSON.stringify(value)}`)
  return value
}

const characters = fc.string({
  unit: fc.constantFrom('a', 'b', '-', '.', '1', ' ', '$', '{', '"', '\\', '\n', 'ä', '道', '🛠'),
  maxLength: 12,
})

describe('values', () => {
  const source = 'the quick brown fox jumps over the lazy dog'
  const origin: Origin = { file, start: 0, end: source.length, form: 'quoted' }
  const piece: fc.Arbitrary<Text> = fc.oneof(
    fc
      .tuple(fc.nat(source.length), fc.nat(source.length))
      .map(([a, b]) => exact(source.slice(Math.min(a, b), Math.max(a, b)), Math.min(a, b), origin)),
    characters.map(text),
    fc.tuple(fc.nat(source.length - 2), characters).map(([from, value]) => whole(value, from, from + 2, origin)),
  )
  const sources = { [file]: source }

  it('joined are their characters one after another, with their origins', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const joined = join(pieces)
        expect(joined.text).toBe(pieces.map((each) => each.text).join(''))
        expectTrue(joined, sources)
        const mapped = (value: Text): number => value.runs.reduce((sum, run) => sum + run.end - run.start, 0)
        expect(mapped(joined)).toBe(pieces.reduce((sum, each) => sum + mapped(each), 0))
      }),
    )
  })
  it('cut keep the origins of what is left, and cut at every place join to the same', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.nat(60), fc.nat(60), (pieces, a, b) => {
        const value = join([text(''), ...pieces])
        const [start, end] = [Math.min(a, b), Math.max(a, b)]
        const cut = slice(value, start, end)
        expect(cut.text).toBe(value.text.slice(start, end))
        expectTrue(cut, sources)
        const again = join([slice(value, 0, start), slice(value, start, value.text.length)])
        expect(again.text).toBe(value.text)
        if (start < end) expect(feeding(value, { start, end }).length).toBe(cut.runs.length)
      }),
    )
  })
  it('in place of others keep their origin, as a whole', () => {
    fc.assert(
      fc.property(piece, characters, (value, other) => {
        const replaced = derived(text(other), value)
        expect(replaced.text).toBe(other)
        expect(replaced.runs.length).toBe(other !== '' && value.runs.length > 0 ? 1 : 0)
        expect(replaced.runs.some(isExact)).toBe(false)
        expectTrue(join([replaced, slice(replaced, 1, 3), replaced]), sources)
      }),
    )
  })
})

describe('expressions', () => {
  const quoted = (value: string): string => `"${escapeString(value)}"`

  it('keep where the characters of literals stand, whatever joins, cuts or replaces them', () => {
    fc.assert(
      fc.property(
        characters,
        characters,
        fc.nat(14),
        fc.nat(14),
        fc.constantFrom('a', '-', '.', 'ä', ''),
        characters,
        (a, b, start, length, from, to) => {
          const expression = `let a = ${quoted(a)}; b = ${quoted(b)}; whole = "<\${a}-\${b}>" + a; in [
          whole
          (builtins.substring ${start} ${length} a + b)
          (builtins.replaceStrings [ ${quoted(from)} ] [ ${quoted(to)} ] whole)
          (builtins.concatStringsSep a [ b b b ])
          (builtins.elemAt (builtins.split "-" whole) 0)
          (baseNameOf (a + "/" + b))
        ]`
          const value = valueOf(expression)
          if (value.kind !== 'list') throw new Error(value.kind)
          for (const item of value.items) {
            const each = item.force()
            if (each.kind === 'string') expectTrue(each, { [file]: expression })
            // A cut through a character is the only thing that cannot be known here.
            else expect(each).toMatchObject({ kind: 'unknown', failed: false })
          }
          const [first] = value.items
          const known = stringOf(first!.force())
          expect(known.text).toBe(`<${a}-${b}>${a}`)
          expect(known.runs.reduce((sum, run) => sum + run.end - run.start, 0)).toBe(known.text.length)
        },
      ),
    )
  })
  it('know the one literal that a whole string is', () => {
    fc.assert(
      fc.property(characters, (a) => {
        const expression = `let pin.hash = ${quoted(a)}; inherit (pin) hash; in { inherit hash; }.hash`
        const sole = soleOrigin(stringOf(valueOf(expression)))
        expect(sole).not.toBeNull()
        const literal = quoted(a)
        expect(expression.slice(sole!.origin.start, sole!.origin.end)).toBe(literal)
      }),
    )
  })
  it('read strings of data files with their places', () => {
    fc.assert(
      fc.property(characters, characters, (a, b) => {
        const data = JSON.stringify({ version: a, list: [b] })
        const value = valueOf('let data = builtins.fromJSON (builtins.readFile ./data.json); in data.version + builtins.head data.list', {
          'data.json': data,
        })
        const known = stringOf(value)
        expect(known.text).toBe(a + b)
        expectTrue(known, { 'data.json': data, [file]: '' })
      }),
    )
  })
})

describe('files', () => {
  it('have no string that claims to come from where it does not', () => {
    for (const shape of shapes)
      for (const system of usualSystems)
        for (const { urls, hashes, pname, version } of evaluated(shapeFiles, shape, system).fetches)
          for (const value of [...urls, ...hashes.map((each) => each.value), pname, version])
            if (value !== null) expectTrue(value, shapeFiles)
  })

  it('change exactly where an edited literal feeds them', () => {
    for (const shape of shapes) {
      const before = evaluated(shapeFiles, shape)
      const texts = before.fetches.flatMap(({ urls, hashes }) => [...urls, ...hashes.map((each) => each.value)])
      const places = new Map<string, { file: string; at: number }>()
      for (const { runs } of texts)
        for (const run of runs)
          if (isExact(run) && run.origin.form !== 'expression')
            places.set(`${run.origin.file}:${run.from}`, { file: run.origin.file, at: run.from })
      for (const { file: edited, at } of places.values()) {
        const source = shapeFiles[edited]!
        // A digit stays a digit: what the code decides by the text stays decided.
        const old = source[at]!
        if (!/[0-8]/.test(old)) continue
        const after = evaluated({ ...shapeFiles, [edited]: source.slice(0, at) + String(Number(old) + 1) + source.slice(at + 1) }, shape)
        const changed = after.fetches.flatMap(({ urls, hashes }) => [...urls, ...hashes.map((each) => each.value)])
        if (changed.length !== texts.length) continue
        for (const [i, value] of texts.entries()) {
          const feeds = value.runs.some((run) => run.origin.file === edited && run.from <= at && at < run.to)
          expect([shape, edited, at, value.text, changed[i]!.text !== value.text]).toEqual([shape, edited, at, value.text, feeds])
        }
      }
    }
  })
})
