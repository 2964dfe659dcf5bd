import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeJsonString, jsonMember, jsonPath, jsonPathAt, parseJson } from '../../src/core/json.ts'
import type { JsonNode, JsonString } from '../../src/core/json.ts'

function value(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object': {
      const object: Record<string, unknown> = {}
      for (const member of node.members) {
        Object.defineProperty(object, member.key, { value: value(member.value), enumerable: true, writable: true, configurable: true })
      }
      return object
    }
    case 'array':
      return node.items.map(value)
    default:
      return node.value
  }
}

function native(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false }
  }
}

function agrees(text: string): void {
  const ours = parseJson(text)
  const theirs = native(text)
  expect(ours.ok, JSON.stringify(text)).toBe(theirs.ok)
  if (ours.ok && theirs.ok) {
    expect(value(ours.root)).toStrictEqual(theirs.value)
    spansHold(text, ours.root)
  }
}

function spansHold(text: string, node: JsonNode): void {
  const alone = JSON.parse(text.slice(node.start, node.end))
  expect(value(node)).toStrictEqual(alone)
  if (node.kind === 'string') piecesHold(text, node)
  if (node.kind === 'array') for (const item of node.items) spansHold(text, item)
  if (node.kind === 'object') {
    for (const member of node.members) {
      piecesHold(text, member.keyNode)
      spansHold(text, member.value)
    }
  }
}

function piecesHold(text: string, node: JsonString): void {
  let at = node.start + 1
  for (const piece of node.pieces) {
    expect(piece.start).toBe(at)
    const source = text.slice(piece.start, piece.end)
    if (source.startsWith('\\')) expect(piece.value).toHaveLength(1)
    else expect(piece.value).toBe(source)
    at = piece.end
  }
  expect(at).toBe(node.end - 1)
}

function root(text: string): JsonNode {
  const result = parseJson(text)
  if (!result.ok) throw new Error(result.message)
  return result.root
}

describe('parseJson', () => {
  it('reads what JSON.parse reads, with every span the text of its value', () => {
    fc.assert(fc.property(fc.json(), fc.nat(4), (text, indent) => agrees(JSON.stringify(JSON.parse(text), null, indent))))
  })

  it('refuses what JSON.parse refuses, for a document with one place changed', () => {
    const junk = fc.constantFrom('', ',', '"', '\\', '}', ']', '0', '-', '.', 'e', '\u0000', '\u2028', '\ufeff', ' ', '\\u12', 'tru')
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.nat(3), junk, (text, where, cut, insert) => {
        const at = where % (text.length + 1)
        agrees(text.slice(0, at) + insert + text.slice(at + cut))
      }),
      { numRuns: 2000 },
    )
  })

  it('agrees with JSON.parse on arbitrary short text', () => {
    const text = fc.array(
      fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', 'a', 'u', '1', '0', '-', '.', 'E', '+', ' ', '\n', 'true', 'null'),
      {
        maxLength: 8,
      },
    )
    fc.assert(
      fc.property(text, (parts) => agrees(parts.join(''))),
      { numRuns: 5000 },
    )
  })

  it.each([
    ['', 0, 'expected a value, got the end of the text'],
    ['\ufeff{}', 0, 'a byte order mark stands before the JSON text'],
    ['{"a": 1,}', 8, 'expected a key in double quotes, got "}"'],
    ['{"a" 1}', 5, 'expected ":", got "1"'],
    ['{"a": 1 "b": 2}', 8, 'expected "," or "}", got "\\""'],
    ['[1 2]', 3, 'expected "," or "]", got "2"'],
    ['[1', 2, 'expected "," or "]", got the end of the text'],
    ['{} x', 3, 'expected the end of the text, got "x"'],
    ['["a', 1, 'a string is not closed'],
    ['["a\nb"]', 3, 'a string holds an unescaped "\\n"'],
    ['"\\x"', 1, 'expected an escape such as \\n, \\" or \\u00e9'],
    ['// note\n{}', 0, 'expected a value, got "/"'],
    ['01', 1, 'expected the end of the text, got "1"'],
    ['[😀]', 1, 'expected a value, got "😀"'],
  ])('says where %j goes wrong', (text, offset, message) => {
    expect(parseJson(text)).toStrictEqual({ ok: false, offset, message })
  })

  it('keeps both members of a repeated key and counts the last', () => {
    const object = root('{"a": 1, "a": 2}')
    if (object.kind !== 'object') throw new Error('not an object')
    expect(object.members).toHaveLength(2)
    expect(jsonMember(object, 'a')?.value).toMatchObject({ value: 2 })
    expect(jsonMember(object, 'b')).toBeUndefined()
  })

  it('gives each escape its own piece', () => {
    const node = root('"a\\n\\u00e9b"')
    expect(node).toMatchObject({
      value: 'a\néb',
      pieces: [
        { start: 1, end: 2, value: 'a' },
        { start: 2, end: 4, value: '\n' },
        { start: 4, end: 10, value: 'é' },
        { start: 10, end: 11, value: 'b' },
      ],
    })
  })

  it('keeps how a number was written', () => {
    expect(root('1.0')).toMatchObject({ kind: 'number', value: 1, text: '1.0' })
    expect(root('12345678901234567890')).toMatchObject({ text: '12345678901234567890' })
  })

  it('treats __proto__ and constructor as keys like any other', () => {
    agrees('{"__proto__": {"a": 1}, "constructor": 2, "toString": "\\u0000"}')
  })

  it('reads 1,000 levels and refuses 1,001, however many there are', () => {
    expect(parseJson('['.repeat(1000) + ']'.repeat(1000)).ok).toBe(true)
    expect(parseJson('['.repeat(1001) + ']'.repeat(1001))).toMatchObject({ ok: false, offset: 1000 })
    expect(parseJson('{"a":'.repeat(1_000_000))).toMatchObject({ ok: false, offset: 5000 })
  })

  it(
    'takes linear time: a megabyte of escapes, keys and items is read in seconds, where a quadratic reader takes minutes',
    { timeout: 20_000 },
    () => {
      const count = 100_000
      expect(parseJson(`["${'\\n'.repeat(count)}", ${'{"k": [1, 2]}, '.repeat(count)}0]`).ok).toBe(true)
    },
  )
})

describe('paths', () => {
  it.each([
    [[], ''],
    [['pins', 'cue', 'version'], 'pins.cue.version'],
    [['pins', 'a b', 'systems', 1], 'pins["a b"].systems[1]'],
    [['', 'x'], '[""].x'],
    [[0, 1, 'a'], '[0][1].a'],
    [['pins', 'x86_64-linux'], 'pins.x86_64-linux'],
  ])('writes %j as %j', (steps, path) => {
    expect(jsonPath(steps)).toBe(path)
  })

  it('finds the innermost value at an offset', () => {
    const text = '{"pins": {"cue": {"version": "v1", "systems": ["a", "b"]}}}'
    const at = (needle: string): string => jsonPathAt(root(text), text.indexOf(needle))
    expect(at('"v1"')).toBe('pins.cue.version')
    expect(at('version')).toBe('pins.cue.version')
    expect(at('"b"')).toBe('pins.cue.systems[1]')
    expect(at('{"pins"')).toBe('')
    expect(jsonPathAt(root(text), 9999)).toBe('')
  })
})

describe('encodeJsonString', () => {
  it('gives back the value when read between quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(root(`"${encodeJsonString(text)}"`)).toMatchObject({ value: text })
      }),
    )
  })
})
