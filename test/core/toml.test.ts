import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseToml, parseTomlDocument } from '../../src/core/toml.ts'
import type { TomlNode, TomlTable } from '../../src/core/toml.ts'

function root(text: string): TomlTable {
  const result = parseToml(text)
  if (!result.ok) throw new Error(`${result.message} at ${result.offset} of ${JSON.stringify(text)}`)
  return result.root
}

function value(node: TomlNode): unknown {
  switch (node.kind) {
    case 'table':
      return Object.fromEntries(node.members.map((member) => [member.key, value(member.value)]))
    case 'array':
      return node.items.map(value)
    case 'date':
      return { date: node.text }
    default:
      return node.value
  }
}

const read = (text: string): unknown => value(root(text))

describe('parseToml', () => {
  it.each<[string, string, unknown]>([
    ['nothing', '', {}],
    ['comments', '# a\n  # b\r\n\na = 1 # c', { a: 1n }],
    ['keys', 'a = 1\n"b c" = 2\n\'d\' = 3\n1 = 4\n"" = 5\n-_- = 6', { '1': 4n, a: 1n, 'b c': 2n, d: 3n, '': 5n, '-_-': 6n }],
    ['dotted keys', 'a.b.c = 1\na . "b" . d = 2\n3.1 = 4', { '3': { '1': 4n }, a: { b: { c: 1n, d: 2n } } }],
    ['strings', `a = "x\\t\\u00e9\\U0001F600\\\\"\nb = 'C:\\x'\nc = ""`, { a: 'x\té😀\\', b: 'C:\\x', c: '' }],
    ['multi-line strings', `a = """\nx\\\n   \n  y"z""""\nb = '''\r\nl\\n'm'''`, { a: 'xy"z"', b: "l\\n'm" }],
    ['quotes before the end', `a = """"a"""""\nb = ''''a'''''`, { a: '"a""', b: "'a''" }],
    [
      'integers',
      'a = [0, +1, -1_000, 0xDEAD_beef, 0o17, 0b1_1, -0, 9223372036854775807, -9223372036854775808]',
      {
        a: [0n, 1n, -1000n, 0xdeadbeefn, 15n, 3n, 0n, 9223372036854775807n, -9223372036854775808n],
      },
    ],
    ['floats', 'a = [1.0, -0.5, 1e3, 6.6_2E-3_4, +inf, -inf, nan, +0.0]', { a: [1, -0.5, 1000, 6.62e-34, Infinity, -Infinity, NaN, 0] }],
    ['booleans', 'a = true\nb = false', { a: true, b: false }],
    [
      'dates',
      'a = [1979-05-27T07:32:00Z, 1979-05-27 07:32:00.5-07:00, 1979-05-27t07:32:60, 2024-02-29, 23:59:59.999]',
      {
        a: ['1979-05-27T07:32:00Z', '1979-05-27 07:32:00.5-07:00', '1979-05-27t07:32:60', '2024-02-29', '23:59:59.999'].map((date) => ({
          date,
        })),
      },
    ],
    ['arrays', 'a = [ [1, 2], ["x",], [] , # c\n\n{b = 1}, ]', { a: [[1n, 2n], ['x'], [], { b: 1n }] }],
    ['inline tables', 'a = { }\nb = { c = 1, d.e = 2, d.f = [\n3] }', { a: {}, b: { c: 1n, d: { e: 2n, f: [3n] } } }],
    ['tables', '[a]\nx = 1\n[ a . b ]\n[a."c d"]\ny = 2', { a: { x: 1n, b: {}, 'c d': { y: 2n } } }],
    ['a table after the tables in it', '[a.b]\nx = 1\n[a]\ny = 2', { a: { b: { x: 1n }, y: 2n } }],
    ['tables in a dotted table', '[f]\na.c = 1\na.t.s = 2\n[f.a.x]\ny = 3', { f: { a: { c: 1n, t: { s: 2n }, x: { y: 3n } } } }],
    ['dotted keys in a table that a header implied', '[a.b.c]\n[a]\nb.x = 1', { a: { b: { c: {}, x: 1n } } }],
    [
      'arrays of tables',
      '[[a]]\nx = 1\n[[a]]\n[a.b]\ny = 2\n[[a.c]]\n[[a.c]]\nz = 3',
      { a: [{ x: 1n }, { b: { y: 2n }, c: [{}, { z: 3n }] }] },
    ],
  ])('reads %s', (_, text, expected) => {
    expect(read(text)).toStrictEqual(expected)
  })

  it('takes __proto__ and constructor for keys like any other', () => {
    const members = root('__proto__ = 1\nconstructor.toString = 2').members
    expect(members.map(({ key, value: node }) => [key, node.kind])).toStrictEqual([
      ['__proto__', 'integer'],
      ['constructor', 'table'],
    ])
  })

  it.each([
    ['\ufeffa = 1', 0, 'a byte order mark stands before the TOML text'],
    ['a', 1, 'expected "=", got the end of the text'],
    ['a =', 3, 'expected a value, got the end of the text'],
    ['a = b', 4, 'expected a value, got "b"'],
    ['= 1', 0, 'expected a key, got "="'],
    ['a. = 1', 3, 'expected a key, got "="'],
    ['"""a""" = 1', 0, 'expected a key, got "\\""'],
    ['a = 1 b = 2', 6, 'expected the end of the line, got "b"'],
    ['a = 1\ra = 2', 5, 'expected the end of the line, got "\\r"'],
    ['# \u0000', 2, 'expected the end of the line, got "\\u0000"'],
    ['[a', 2, 'expected "]", got the end of the text'],
    ['[]', 1, 'expected a key, got "]"'],
    ['[[a]', 3, 'expected "]]", got "]"'],
    ['[a] b = 1', 4, 'expected the end of the line, got "b"'],
    ['a = "b', 4, 'a string is not closed'],
    ['a = "b\nc"', 4, 'a string is not closed'],
    ["a = '''b", 4, 'a string is not closed'],
    ['a = "\\x"', 5, 'expected an escape such as \\n, \\" or \\u00e9'],
    ['a = "\\ud800"', 5, 'expected an escape such as \\n, \\" or \\u00e9'],
    ['a = "\u0001"', 5, 'a string holds an unescaped "\\u0001"'],
    ['a = """\r"""', 7, 'a string holds an unescaped "\\r"'],
    ['a = """a""""""', 13, 'a string goes on after its end'],
    ['a = [1 2]', 7, 'expected "," or "]", got "2"'],
    ['a = [,]', 5, 'expected a value, got ","'],
    ['a = {b = 1,}', 11, 'expected a key, got "}"'],
    ['a = {b = 1\n}', 10, 'expected "," or "}", got "\\n"'],
    ['a = 9223372036854775808', 4, 'the number 9223372036854775808 does not fit into 64 bits'],
    ['a = 1\na = 2', 6, 'the key "a" is defined twice'],
    ['a = 1\na.b = 2', 6, 'the key "a" is defined twice'],
    ['[a]\n[a]', 5, 'the key "a" is defined twice'],
    ['a = []\n[[a]]', 9, 'the key "a" is defined twice'],
    ['[a.b]\n[[a]]', 8, 'the key "a" is defined twice'],
    ['[[a]]\n[a]', 7, 'the key "a" is defined twice'],
    ['a = {b = 1}\n[a.c]', 13, 'the key "a" is defined twice'],
    ['a = {b = 1}\na.c = 2', 12, 'the key "a" is defined twice'],
    ['a = {b = {c = 1}, b.d = 2}', 18, 'the key "b" is defined twice'],
    ['[a.b.c]\n[a]\nb.c.x = 1', 14, 'the key "c" is defined twice'],
    ['[a.b.c]\n[a]\nb.x = 1\n[a.b]', 23, 'the key "b" is defined twice'],
    ['[f]\na.b = 1\n[f.a]', 15, 'the key "a" is defined twice'],
    ['[[a]]\n[[a]]\nb = 1\n[a.b]', 21, 'the key "b" is defined twice'],
  ])('says where %j goes wrong', (text, offset, message) => {
    expect(parseToml(text)).toStrictEqual({ ok: false, offset, message })
  })

  it.each([
    '01',
    '+0x1',
    '1_',
    '_1',
    '1__0',
    '0x',
    '1.',
    '.1',
    '1.e1',
    '1_.0',
    'Inf',
    'TRUE',
    '1979-13-01',
    '1979-02-29',
    '1979-01-32',
    '24:00:00',
    '07:60:00',
    '07:32',
    '1979-05-27T',
    '1979-05-27T07:32:00+24:00',
    '0b2',
    '0o8',
    '--1',
    '1e',
  ])('takes %s for no value', (word) => {
    expect(parseToml(`a = ${word}`).ok).toBe(false)
  })

  it('gives each string its quotes for a span, and pieces that cover what is between them', () => {
    const text = 'a = "x\\ty"\n[b]\nc = [ """\nl\\\n  m""" ]\nd = { e = \'z\' }'
    const spans: string[] = []
    const visit = (node: TomlNode): void => {
      if (node.kind === 'string') {
        spans.push(text.slice(node.start, node.end))
        const quotes = text.startsWith('"""', node.start) ? 3 : 1
        expect(node.pieces.map((piece) => piece.start)).toStrictEqual([
          node.start + quotes,
          ...node.pieces.slice(0, -1).map((piece) => piece.end),
        ])
        expect(node.pieces.at(-1)?.end).toBe(node.end - quotes)
      }
      if (node.kind === 'array') node.items.forEach(visit)
      if (node.kind === 'table') {
        for (const member of node.members) {
          expect(text.slice(member.keySpan.start, member.keySpan.end)).toBe(member.key)
          visit(member.value)
        }
      }
    }
    visit(root(text))
    expect(spans).toStrictEqual(['"x\\ty"', '"""\nl\\\n  m"""', "'z'"])
    expect(root('a = "x\\ty"').members[0]?.value).toMatchObject({
      pieces: [
        { start: 5, end: 6, value: 'x' },
        { start: 6, end: 8, value: '\t' },
        { start: 8, end: 9, value: 'y' },
      ],
    })
  })

  it('gives inline tables and arrays the span of their brackets, a table that of its header', () => {
    const text = 'a = [1, {b = 2}]\n[c.d]\n'
    const [a, c] = root(text).members.map((member) => member.value)
    const slice = (node: TomlNode | undefined): string => (node === undefined ? '' : text.slice(node.start, node.end))
    expect(slice(a)).toBe('[1, {b = 2}]')
    expect(slice(a?.kind === 'array' ? a.items[1] : undefined)).toBe('{b = 2}')
    expect(slice(c)).toBe('[c.d]')
  })

  it('reads back any data that is written as JSON, which is TOML for strings, arrays and tables in this form', () => {
    const key = fc.string({ unit: 'grapheme', maxLength: 4 })
    const { data } = fc.letrec<{ data: unknown }>((tie) => ({
      data: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: 'grapheme' }),
        fc.boolean(),
        fc.array(tie('data'), { maxLength: 3 }),
        fc.dictionary(key, tie('data'), { maxKeys: 3, noNullPrototype: true }),
      ),
    }))
    const quoted = (text: string): string => JSON.stringify(text).replaceAll('\u007f', '\\u007f')
    const written = (each: unknown): string => {
      if (typeof each === 'string') return quoted(each)
      if (Array.isArray(each)) return `[${each.map(written).join(', ')}]`
      if (typeof each !== 'object' || each === null) return String(each)
      return `{${Object.entries(each)
        .map(([name, item]) => `${quoted(name)} = ${written(item)}`)
        .join(', ')}}`
    }
    fc.assert(
      fc.property(data, (each) => {
        expect(read(`a = ${written(each)}`)).toEqual({ a: each })
        expect(read(`a = [\n${written(each)}, # ]\n]\r\n`)).toEqual({ a: [each] })
      }),
    )
  })

  it('never throws', () => {
    const text = fc.array(
      fc.constantFrom(
        'a',
        'b',
        '.',
        '=',
        ' = ',
        '[',
        ']',
        '[[',
        ']]',
        '{',
        '}',
        ',',
        '"',
        '"""',
        "'",
        "'''",
        '\\',
        '\n',
        '\r\n',
        '#',
        '1',
        '-',
        ':',
        'true',
        '\u0000',
        '\u2028',
        '[a]\n',
        'a = 1\n',
      ),
      {
        maxLength: 14,
      },
    )
    fc.assert(
      fc.property(text, (parts) => {
        const joined = parts.join('')
        const result = parseToml(joined)
        if (!result.ok) expect(result.offset).toBeLessThanOrEqual(joined.length)
      }),
      { numRuns: 10_000 },
    )
  })

  it('reads 1,000 levels and refuses more, however they are made', () => {
    expect(parseToml(`a = ${'['.repeat(999)}${']'.repeat(999)}`).ok).toBe(true)
    expect(parseToml(`a = ${'['.repeat(1000)}${']'.repeat(1000)}`)).toMatchObject({ ok: false, offset: 1003 })
    const deep = `${'a.'.repeat(600)}a`
    expect(parseToml(`[${deep}]`).ok).toBe(true)
    for (const text of [
      `[${deep}]\n${deep} = 1`,
      `${deep} = {${deep} = 1}`,
      `a = ${'{a = '.repeat(100_000)}`,
      `${'a.'.repeat(100_000)}a = 1`,
      `a = ${'['.repeat(1_000_000)}`,
    ]) {
      expect(parseToml(text)).toMatchObject({ ok: false, message: 'arrays and tables are nested more than 1000 deep' })
    }
  })

  it('takes linear time: half a megabyte of every kind of thing is read in seconds', { timeout: 20_000 }, () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `k${i}.a = ["\\n", {b = 1}]\n[[t]]\n[t.u]\n`).join('')
    expect(parseToml(`${lines}z = """${'\\n"\n'.repeat(50_000)}"""`).ok).toBe(true)
  })
})

it('tells how a text is laid out', () => {
  const text = '# first\na."b c" = [ 1, # one\n  { x = 2 } ] # last\n\n [[t . \'u\']]\n'
  const parsed = parseTomlDocument(text)
  if (!parsed.ok) throw new Error(parsed.message)
  const { statements, comments } = parsed.root
  const at = ({ start, end }: { readonly start: number; readonly end: number }): string => text.slice(start, end)
  expect(comments.map(at)).toEqual(['# first', '# one', '# last'])
  expect(statements.map((each) => [each.kind, at(each), each.path.map((key) => [key.name, at(key)])])).toEqual([
    [
      'pair',
      'a."b c" = [ 1, # one\n  { x = 2 } ]',
      [
        ['a', 'a'],
        ['b c', '"b c"'],
      ],
    ],
    [
      'header',
      "[[t . 'u']]",
      [
        ['t', 't'],
        ['u', "'u'"],
      ],
    ],
  ])
})
