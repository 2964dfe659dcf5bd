// A tree to the normal form that `nix-instantiate --parse` (2.8) prints, so that both readings of a text can be compared.
import type {
  AttributeName,
  AttributeSet,
  BinaryOperator,
  BindingOrInherit,
  Expression,
  Part,
  StringLiteral,
} from '../../src/nix/syntax.ts'

/** What relative and home paths are resolved against, and the text for pieces that only the text tells apart. */
export interface Context {
  readonly text: string
  readonly directory: string
  readonly home: string
}

/** Nix refuses a name that is defined twice, which is no matter of syntax. */
export class Duplicate extends Error {}

interface Attributes {
  readonly recursive: boolean
  readonly names: Map<string, string | Attributes | null>
  readonly dynamic: [string, string | Attributes][]
}

const CALLS: Partial<Record<BinaryOperator, string>> = { '-': '__sub', '*': '__mul', '/': '__div' }

export function normalForm(node: Expression, context: Context): string {
  const show = (inner: Expression): string => normalForm(inner, context)
  switch (node.kind) {
    case 'parenthesized':
      return show(node.expression)
    case 'identifier':
      return node.name === '__curPos' ? '__curPos' : symbol(node.name)
    case 'integer':
      return String(node.value)
    case 'float':
      return general(node.value)
    case 'string':
      return stringForm(node, context)
    case 'path':
      return pathForm(node.parts, context)
    case 'list':
      return `[ ${node.items.map((item) => `(${show(item)}) `).join('')}]`
    case 'attributes':
      return attributesForm(attributesOf(node, context))
    case 'let': {
      const inside = collect({ recursive: false, names: new Map(), dynamic: [] }, node.bindings, context)
      if (node.body === null) return `(${attributesForm({ ...inside, recursive: true })}).body`
      return `(let ${entries(inside).join('')}in ${show(node.body)})`
    }
    case 'with':
      return `(with ${show(node.scope)}; ${show(node.body)})`
    case 'assert':
      return `assert ${show(node.condition)}; ${show(node.body)}`
    case 'if':
      return `(if ${show(node.condition)} then ${show(node.then)} else ${show(node.else)})`
    case 'lambda': {
      if (node.formals === null) return `(${symbol(node.parameter?.name ?? '')}: ${show(node.body)})`
      const names = [...node.formals.map(({ name }) => name), ...(node.parameter === null ? [] : [node.parameter.name])]
      if (new Set(names).size < names.length) throw new Duplicate(names.join(' '))
      const formals = node.formals
        .toSorted((left, right) => compareBytes(left.name, right.name))
        .map(({ name, fallback }) => (fallback === null ? symbol(name) : `${symbol(name)} ? ${show(fallback)}`))
      if (node.open) formals.push('...')
      const whole = node.parameter === null ? '' : ` @ ${symbol(node.parameter.name)}`
      return `({ ${formals.join(', ')} }${whole}: ${show(node.body)})`
    }
    case 'select': {
      const fallback = node.fallback === null ? '' : ` or (${show(node.fallback)})`
      return `(${show(node.subject)}).${attributePath(node.path, context)}${fallback}`
    }
    case 'has-attribute':
      return `((${show(node.subject)}) ? ${attributePath(node.path, context)})`
    case 'unary':
      return node.operator === '!' ? `(! ${show(node.operand)})` : `(${callItems(node, context)?.join(' ') ?? ''})`
    case 'apply':
    case 'search-path':
      return `(${callItems(node, context)?.join(' ') ?? ''})`
    case 'binary':
      return binaryForm(node.operator, node, context)
    case 'unreadable':
      throw new Error('an unreadable node has no normal form')
  }
}

function binaryForm(operator: BinaryOperator, node: Expression & { kind: 'binary' }, context: Context): string {
  const items = callItems(node, context)
  if (items !== null) return `(${items.join(' ')})`
  const left = normalForm(node.left, context)
  const right = normalForm(node.right, context)
  if (operator === '<=') return `(! (__lessThan ${right} ${left}))`
  if (operator === '>=') return `(! (__lessThan ${left} ${right}))`
  return `(${left} ${operator} ${right})`
}

/** The function and its arguments where Nix sees a call, which more arguments join even through parentheses. */
function callItems(node: Expression, context: Context): string[] | null {
  const show = (inner: Expression): string => normalForm(inner, context)
  switch (node.kind) {
    case 'parenthesized':
      return callItems(node.expression, context)
    case 'apply':
      return [...(callItems(node.function, context) ?? [show(node.function)]), show(node.argument)]
    case 'search-path':
      return ['__findFile', '__nixPath', quote(node.name)]
    case 'unary':
      return node.operator === '-' ? ['__sub', '0', show(node.operand)] : null
    case 'binary': {
      if (node.operator === '<') return ['__lessThan', show(node.left), show(node.right)]
      if (node.operator === '>') return ['__lessThan', show(node.right), show(node.left)]
      const name = CALLS[node.operator]
      return name === undefined ? null : [name, show(node.left), show(node.right)]
    }
    default:
      return null
  }
}

// Sets

function attributesOf(node: AttributeSet, context: Context): Attributes {
  return collect({ recursive: node.recursive, names: new Map(), dynamic: [] }, node.bindings, context)
}

function collect(into: Attributes, bindings: readonly BindingOrInherit[], context: Context): Attributes {
  for (const binding of bindings) {
    if (binding.kind === 'inherit') {
      for (const name of binding.names) {
        const key = staticName(name) as string
        if (into.names.has(key)) throw new Duplicate(key)
        into.names.set(key, binding.from === null ? null : `(${normalForm(binding.from, context)}).${symbol(key)}`)
      }
      continue
    }
    let value = binding.value
    while (value.kind === 'parenthesized') value = value.expression
    define(into, binding.path, value.kind === 'attributes' ? attributesOf(value, context) : normalForm(value, context), context)
  }
  return into
}

function define(into: Attributes, path: readonly AttributeName[], value: string | Attributes, context: Context): void {
  let set = into
  for (const [index, name] of path.entries()) {
    const key = staticName(name)
    const isLast = index === path.length - 1
    const nested: Attributes = { recursive: false, names: new Map(), dynamic: [] }
    if (key === null) {
      set.dynamic.push([nameForm(name, context), isLast ? value : nested])
      set = nested
      continue
    }
    const known = set.names.get(key)
    if (known === undefined) {
      set.names.set(key, isLast ? value : nested)
      set = nested
    } else if (known === null || typeof known === 'string') throw new Duplicate(key)
    else if (!isLast) set = known
    else if (typeof value === 'string') throw new Duplicate(key)
    else {
      for (const [inner, definition] of value.names) {
        if (known.names.has(inner)) throw new Duplicate(inner)
        known.names.set(inner, definition)
      }
    }
  }
}

function attributesForm(set: Attributes): string {
  return `${set.recursive ? 'rec ' : ''}{ ${entries(set).join('')}}`
}

function entries(set: Attributes): string[] {
  const named = [...set.names]
    .toSorted(([left], [right]) => compareBytes(left, right))
    .map(([name, value]) => {
      if (value === null) return `inherit ${symbol(name)} ; `
      return `${symbol(name)} = ${typeof value === 'string' ? value : attributesForm(value)}; `
    })
  return [...named, ...set.dynamic.map(([name, value]) => `"\${${name}}" = ${typeof value === 'string' ? value : attributesForm(value)}; `)]
}

function staticName(name: AttributeName): string | null {
  if (name.kind === 'identifier') return name.name
  let value: Expression = name.kind === 'string' ? name : name.expression
  while (value.kind === 'parenthesized') value = value.expression
  if (value.kind !== 'string' || value.parts.some((part) => part.kind !== 'text')) return null
  return value.parts.map((part) => (part.kind === 'text' ? part.value : '')).join('')
}

function nameForm(name: AttributeName, context: Context): string {
  return name.kind === 'interpolation' ? normalForm(name.expression, context) : normalForm(name, context)
}

function attributePath(path: readonly AttributeName[], context: Context): string {
  return path
    .map((name) => {
      const key = staticName(name)
      return key === null ? `"\${${nameForm(name, context)}}"` : symbol(key)
    })
    .join('.')
}

// Strings and paths

function stringForm(node: StringLiteral, context: Context): string {
  const pieces = node.form === 'indented' ? indentedPieces(node, context) : mergedPieces(node.parts, context)
  if (pieces.length === 0) return '""'
  if (node.form === 'indented' && node.parts.length === 1 && node.parts[0]?.kind === 'interpolation') {
    const inner = normalForm(node.parts[0].expression, context)
    // A plain string in an indented one, and nothing else, is that plain string.
    if (inner.startsWith('"')) return inner
  }
  const only = pieces[0] as string
  return pieces.length === 1 && !node.parts.some((part) => part.kind === 'interpolation') ? only : `(${pieces.join(' + ')})`
}

function mergedPieces(parts: readonly Part[], context: Context): string[] {
  const pieces: string[] = []
  let run: string | null = null
  for (const part of parts) {
    if (part.kind === 'text') {
      run = (run ?? '') + part.value
      continue
    }
    if (run !== null) pieces.push(quote(run))
    run = null
    pieces.push(normalForm(part.expression, context))
  }
  if (run !== null) pieces.push(quote(run))
  return pieces
}

/** Nix keeps the pieces that its lexer found in an indented string, even the empty ones. */
function indentedPieces(node: StringLiteral, context: Context): string[] {
  const pieces: string[] = []
  const open = /^''(?: *\n)?/.exec(context.text.slice(node.start, node.end)) as RegExpExecArray
  let from = node.start + open[0].length
  const interpolations = node.parts.filter((part) => part.kind === 'interpolation')
  for (const part of [...interpolations, null]) {
    const to = part === null ? node.end - 2 : part.start
    const run = context.text.slice(from, to)
    for (const match of run.matchAll(/(?:[^$']|\$[^{']|'[^'$])+|''\$|\$|'''|''\\[^]|'/gu)) {
      pieces.push(quote(valueBetween(node.parts, from + match.index, from + match.index + match[0].length)))
    }
    if (part !== null) {
      pieces.push(normalForm(part.expression, context))
      from = part.end
    }
  }
  return pieces
}

function valueBetween(parts: readonly Part[], start: number, end: number): string {
  let value = ''
  for (const part of parts) {
    if (part.kind !== 'text' || part.end <= start || part.start >= end) continue
    const isWhole = part.start >= start && part.end <= end
    value += isWhole ? part.value : part.value.slice(Math.max(0, start - part.start), end - part.start)
  }
  return value
}

function pathForm(parts: readonly Part[], context: Context): string {
  const [first, ...rest] = parts
  if (first?.kind !== 'text') throw new Error('a path begins with text')
  // Behind doubled slashes, Nix has a piece of its own.
  const written = (/^~?[\w.+-]*(?:\/[\w.+-]+)*\/?/.exec(first.value) as RegExpExecArray)[0]
  if (written !== first.value) rest.unshift({ ...first, value: first.value.slice(written.length) })
  const isHome = written.startsWith('~')
  const absolute = isHome ? context.home + written.slice(1) : written.startsWith('/') ? written : `${context.directory}/${written}`
  const start = isHome ? absolute : canonical(absolute) + (written.length > 1 && written.endsWith('/') ? '/' : '')
  return rest.length === 0 ? start : `(${[start, ...rest.flatMap((part) => pathPieces(part, context))].join(' + ')})`
}

function pathPieces(part: Part, context: Context): string[] {
  if (part.kind === 'interpolation') return [normalForm(part.expression, context)]
  return (part.value.match(/[\w.+-]*(?:\/[\w.+-]+)+\/?|[\w.+-]*\/|[\w.+-]+/g) ?? []).map(quote)
}

function canonical(path: string): string {
  const names: string[] = []
  for (const name of path.split('/')) {
    if (name === '..') names.pop()
    else if (name !== '' && name !== '.') names.push(name)
  }
  return `/${names.join('/')}`
}

// Leaves

function quote(value: string): string {
  const escaped = value
    .replace(/["\\$]/g, '\\$&')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t')
  return `"${escaped}"`
}

function symbol(name: string): string {
  return /^[a-zA-Z_][a-zA-Z0-9_'-]*$/.test(name) && name !== 'if' ? name : quote(name)
}

/** As C prints `%g`. */
function general(value: number): string {
  if (value === 0) return '0'
  const [digits = '', power = '0'] = value.toExponential(5).split('e')
  const exponent = Number(power)
  const trim = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
  if (exponent >= -4 && exponent < 6) return trim(value.toFixed(5 - exponent))
  return `${trim(digits)}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}

// What Nix prints in the order of its symbol table, in the order of the names

/** Nix's output with formals and the bindings of `let` in order: their order there is that of first mention. */
export function inOrder(output: string): string {
  let result = output
  for (const { index } of [...starts(output)].toReversed()) {
    result = result.startsWith('(let ', index) ? letInOrder(result, index + 5) : formalsInOrder(result, index + 3)
  }
  return result
}

function* starts(output: string): Generator<{ index: number }> {
  for (const match of output.matchAll(/"(?:[^"\\]|\\[^])*"|\(\{ |\(let /g)) if (!match[0].startsWith('"')) yield { index: match.index }
}

/** The pieces at `from` that `separator` ends, until `close` stands where the next would begin. */
function pieces(text: string, from: number, separator: string, close: string): { pieces: string[]; end: number } | null {
  const found: string[] = []
  let depth = 0
  let start = from
  let clause = from
  for (let at = from; at < text.length; at++) {
    const character = text[at] as string
    if (depth === 0 && text.startsWith(close, at) && (separator === ', ' || at === start)) {
      if (separator === ', ') found.push(text.slice(start, at))
      return { pieces: found, end: at }
    }
    if (character === '"') {
      for (at++; text[at] !== '"'; at++) if (text[at] === '\\') at++
    } else if ('([{'.includes(character)) depth++
    else if (')]}'.includes(character)) {
      depth--
      if (depth < 0) return null
    } else if (depth === 0 && text.startsWith(separator, at)) {
      // `assert` is printed without parentheses, with a `;` of its own.
      if (separator === ', ' || !/^(?:\S+ = )?assert /.test(text.slice(clause, at))) {
        found.push(text.slice(start, at))
        start = at + separator.length
      }
      clause = at + separator.length
    }
  }
  return null
}

function formalsInOrder(text: string, from: number): string {
  const found = pieces(text, from, ', ', ' }')
  if (found === null || !/^ \}(?:: | @ )/.test(text.slice(found.end, found.end + 5))) return text
  const ordered = found.pieces.toSorted((left, right) =>
    left === '...' ? 1 : right === '...' ? -1 : compareBytes(nameOf(left), nameOf(right)),
  )
  return text.slice(0, from) + ordered.join(', ') + text.slice(found.end)
}

function letInOrder(text: string, from: number): string {
  const found = pieces(text, from, '; ', 'in ')
  if (found === null) return text
  const ordered = found.pieces.map((piece) => piece.replace(/^inherit (\S+|"[^"]*") ?$/, 'inherit $1 '))
  ordered.sort((left, right) => compareBytes(nameOf(left), nameOf(right)))
  return text.slice(0, from) + ordered.map((piece) => `${piece}; `).join('') + text.slice(found.end)
}

function nameOf(piece: string): string {
  const match = /^(?:inherit )?("(?:[^"\\]|\\[^])*"|[^\s"]+)/.exec(piece)
  const name = match?.[1] ?? piece
  return name.startsWith('"') ? name.slice(1, -1) : name
}
