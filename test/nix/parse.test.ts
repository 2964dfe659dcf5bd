import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEPTH_LIMIT, parse } from '../../src/nix/parse.ts'
import type { Binding, Expression, Part } from '../../src/nix/syntax.ts'
import { anyText } from './arbitrary-text.ts'

/** A tree in a line: enough to see what belongs to what. */
function shape(node: Expression): string {
  switch (node.kind) {
    case 'identifier':
      return node.name
    case 'integer':
    case 'float':
      return String(node.value)
    case 'string':
      return `"${node.parts.map(part).join('')}"`
    case 'path':
      return node.parts.map(part).join('')
    case 'parenthesized':
      return shape(node.expression)
    case 'list':
      return `[${node.items.map(shape).join(' ')}]`
    case 'attributes':
      return `{${node.bindings.map((binding) => (binding.kind === 'binding' ? bindingShape(binding) : 'inherit')).join(' ')}}`
    case 'let':
      return `let ${node.bindings.length} in ${node.body === null ? '-' : shape(node.body)}`
    case 'apply':
      return `(${shape(node.function)} ${shape(node.argument)})`
    case 'binary':
      return `(${shape(node.left)} ${node.operator} ${shape(node.right)})`
    case 'unary':
      return `(${node.operator}${shape(node.operand)})`
    case 'unreadable':
      return `?${node.parts.map(shape).join(' ')}?`
    default:
      return node.kind
  }
}

function part(node: Part): string {
  return node.kind === 'text' ? node.value : `\${${shape(node.expression)}}`
}

function bindingShape(binding: Binding): string {
  return `${binding.path.map((name) => (name.kind === 'identifier' ? name.name : name.kind)).join('.')}=${shape(binding.value)};`
}

describe('what is left after a mistake', () => {
  test.each([
    ['{ a = 1 b = 2; }', '{a=1; b=2;}', ["expected ';', found identifier"]],
    ['{ a = f x\n  b.c = 2; }', '{a=(f x); b.c=2;}', ["expected ';', found identifier"]],
    ['{ a = [ 1 2\n  b = 2; }', '{a=[1 2]; b=2;}', ["expected ']', found identifier"]],
    ['{ a = (1; b = 2; }', '{a=1; b=2;}', ["expected ')', found ';'"]],
    ['{ a = ; b = 2; }', '{a=??; b=2;}', ["expected an expression, found ';'"]],
    ['{ a; b = 2; }', '{a=??; b=2;}', ["expected '=', found ';'"]],
    ['{ a 1; b = 2; }', '{a=?1?; b=2;}', ["expected '=', found integer"]],
    ['{ = 1; b = 2; }', '{b=2;}', ["expected a binding, found '='"]],
    ['{ ) b = 2; }', '{b=2;}', ["expected a binding, found ')'"]],
    ['{ a = 1 ) ; b = 2; }', '{a=?1?; b=2;}', ["expected ';', found ')'"]],
    ['{ a = { b = 1; c = 2; }', '{a={b=1; c=2;};}', ["expected ';', found end of file"]],
    ['{ a = let b = 1; c = 2; }', '{a=let 2 in ??;}', ["expected 'in', found '}'"]],
    ['{ inherit a\n  b = 2; c = 3; }', '{inherit b=2; c=3;}', ["expected ';', found identifier"]],
    ['[ 1 - 2 ]', '[1 ?? 2]', ["expected an expression or ']', found '-'"]],
    ['[ if a then b else c 2 ]', '[if]', ["'if' needs parentheses around it here"]],
    ['a + if b then c else d', '(a + if)', ["'if' needs parentheses around it here"]],
    ['"a${b c) d}e"', '"a${?(b c) d?}e"', ["expected '}', found ')'"]],
    ['a )', '?a?', ["expected end of file, found ')'"]],
    ['', '??', ['expected an expression, found end of file']],
    ['a $ b', '?a b?', ['expected end of file, found invalid character "$"']],
  ])('%j', (text, expected, messages) => {
    const document = parse(text)
    expect(shape(document.root)).toBe(expected)
    expect(document.problems.map(({ message }) => message)).toEqual(messages)
  })

  test('one broken binding costs no other', () => {
    const broken = [
      'b = ( ] ;',
      'b = [ 1;',
      'b = ;',
      'b c d;',
      'b = $;',
      '= 1;',
      'b = { c = (; };',
      'b = f',
      'b = x: ;',
      'b = if c;',
      ') ] ;',
      'b = "${)}";',
      'b.=1;',
    ]
    for (const mistake of broken) {
      const { root, problems } = parse(`{\n  a = "1";\n  ${mistake}\n  y = "2";\n  z = 3;\n}`)
      expect(problems.length, mistake).toBeGreaterThan(0)
      expect(shape(root), mistake).toMatch(/^\{a="1"; .*y="2"; z=3;\}$/)
    }
  })
})

describe('problems', () => {
  test.each([
    ['1 /* a', 2, 6, "comment without its '*/'"],
    ['{ a = "b; }', 6, 7, 'string without its end'],
    ['./a/', 0, 4, 'path ends with a slash'],
    ['a == b == c', 7, 9, "comparisons do not chain: '==' needs parentheses"],
    ['a |> b <| c', 7, 9, "'|>' and '<|' need parentheses between them"],
    ['9223372036854775808', 0, 19, 'integer does not fit into 64 bits'],
    ['1.0e999', 0, 7, 'float is out of range'],
    ['"a\0b"', 1, 4, 'string with a NUL character'],
    ['\ufeff1', 0, 1, 'expected an expression, found invalid character "\ufeff"'],
    ['let ${a} = 1; in 1', 4, 8, 'a dynamic attribute is not allowed in let'],
    ['{ inherit "${a}"; }', 10, 16, 'a dynamic attribute is not allowed in inherit'],
  ])('%j', (text, start, end, message) => {
    expect(parse(text).problems[0]).toEqual({ start, end, message })
  })

  test('are in order and inside of the text, whatever it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let at = 0
        for (const { start, end } of parse(text).problems) {
          expect(start).toBeGreaterThanOrEqual(at)
          expect(end).toBeGreaterThanOrEqual(start)
          expect(end).toBeLessThanOrEqual(text.length)
          at = start
        }
      }),
      { numRuns: 2000 },
    )
  })
})

test('pipes associate as newer Nix has them', () => {
  expect(shape(parse('a |> b |> c').root)).toBe('((a |> b) |> c)')
  expect(shape(parse('a <| b <| c').root)).toBe('(a <| (b <| c))')
  expect(shape(parse('a -> b |> c || d').root)).toBe('((a -> b) |> (c || d))')
  expect(parse('a |> b |> c -> d').problems).toEqual([])
})

test('a text part is what stands in its span, or one escape', () => {
  const text = '"a\\nb\r\n${c}d"'
  const { root } = parse(text)
  if (root.kind !== 'string') throw new Error('a string')
  expect(root.parts.map((node) => [text.slice(node.start, node.end), node.kind === 'text' ? node.value : null])).toEqual([
    ['a', 'a'],
    ['\\n', '\n'],
    ['b', 'b'],
    ['\r\n', '\n'],
    ['${c}', null],
    ['d', 'd'],
  ])
})

test('stripped indentation is in no part', () => {
  const text = "''\n    a\n      b\n  ''"
  const { root } = parse(text)
  if (root.kind !== 'string') throw new Error('a string')
  expect(root.parts.map((node) => text.slice(node.start, node.end))).toEqual(['a\n', '  b\n'])
})

const DEEP = [
  '(',
  '[',
  '{',
  '{a=',
  '-',
  '!',
  'x: ',
  'let a=1; in ',
  'let a=',
  'a.${',
  '"${',
  "''${",
  './${',
  'if ',
  'if a then b else ',
  '{x?',
  '{x}: ',
  'a.b or ',
  'with a; ',
  'assert a; ',
  'rec {a=',
  'let{a=',
  '{inherit (',
  '{"${',
  'a@{',
  '(-(',
  'a+(',
  '[{a=(',
  'a?${',
  '{}{',
  '[a=',
  'with ',
]
const LONG = [
  'a + ',
  'a ++ ',
  'a // ',
  'a -> ',
  'a == ',
  'a |> ',
  'a <| ',
  'a ? b ',
  'a ',
  'a.',
  'a b. ',
  'a b=',
  ')',
  '}',
  ']',
  ';',
  'in ',
  'else ',
  '"',
  "''",
  "''\\",
  '/*',
  '/**/',
  '#',
  '$',
  "'",
  '@',
  '<a',
  'a/',
  'a/b ',
  'a:',
  '1.',
  '\0',
  '\ud800',
  '\n',
  '{a=b c',
  '{a=[b ',
  "'' \n",
  "${a}'",
]

describe('size', () => {
  test.each([...DEEP, ...LONG])('100,000 times %j', (unit) => {
    const text = unit.repeat(100_000)
    const { root } = parse(text)
    expect(root.start).toBeGreaterThanOrEqual(0)
    expect(root.end).toBeLessThanOrEqual(text.length)
  })

  test('what lies too deep is unreadable, and a problem', () => {
    const { root, problems } = parse(`${'['.repeat(5000)}a${']'.repeat(5000)}`)
    expect(problems).toEqual([{ start: DEPTH_LIMIT, end: DEPTH_LIMIT + 1, message: `more than ${DEPTH_LIMIT} levels of nesting` }])
    let node = root
    let depth = 0
    for (; node.kind === 'list'; depth++) node = node.items[0] as Expression
    expect(node).toMatchObject({ kind: 'unreadable', start: depth, end: 10_001 - depth })
  })

  test('what comes behind it is read', () => {
    const { root, problems } = parse(`{ a = ${'('.repeat(2000)}${')'.repeat(2000)}; b = 2; }`)
    expect(problems.length).toBe(1)
    expect(shape(root)).toMatch(/b=2;\}$/)
  })

  test('nesting within the limit is read', () => {
    const text = `${'{a=['.repeat(200)}1${'];}'.repeat(200)}`
    expect(parse(text).problems).toEqual([])
  })

  // Quadratic would be one text in ten times the time of its ten tenths; the bound leaves room for a busy machine. Both leave as many
  // nodes behind, so that collecting garbage costs both the same.
  test.each(['a ++ ', 'a + ', 'f a ', '{ a = "b${c}"; } ', 'a.b.c.', "''\n  a ${b}\n  '' ", '"${a}', '(', 'a = 1; ', '[ ', '<a', 'a: '])(
    'takes time in proportion to the text: %j',
    (unit) => {
      // Milliseconds of processor time: what else the machine does is not the parser's.
      const time = (texts: number, count: number): number => {
        const text = unit.repeat(count)
        const start = process.cpuUsage()
        const trees = Array.from({ length: texts }, () => parse(text))
        const { user } = process.cpuUsage(start)
        expect(trees.length).toBe(texts)
        return user / 1000
      }
      time(1, 10_000)
      const turns = [1, 2, 3].map(() => [time(10, 10_000), time(1, 100_000)] as const)
      const tenths = Math.min(...turns.map(([ten]) => ten))
      const whole = Math.min(...turns.map(([, one]) => one))
      expect(whole).toBeLessThan(4 * Math.max(tenths, 20))
    },
  )
})
