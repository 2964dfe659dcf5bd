// POSIX extended regular expressions, as `builtins.match` and `builtins.split` read them → matches, in time linear in the text whatever the expression.

/** Whether one character, by its code unit, is meant. */
type Test = (code: number) => boolean

type Instruction =
  | { readonly kind: 'one'; readonly test: Test }
  | { kind: 'split'; first: number; second: number }
  | { readonly kind: 'save'; readonly slot: number }
  | { readonly kind: 'begin' | 'end' | 'accept' }

/** Where the whole (index 0) and each group begins and ends; a group that took no part is null. */
export type Match = readonly (readonly [start: number, end: number] | null)[]

type Node =
  | { readonly kind: 'one'; readonly test: Test; readonly literal: string | null }
  | { readonly kind: 'begin' | 'end' }
  | { readonly kind: 'group'; readonly index: number; readonly body: Node }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'either'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly body: Node; readonly least: number; readonly most: number }

/** Thrown inside the reader: Nix refuses the expression, or nobody writes such a one and it is not read here. */
class Refused {
  readonly why: 'malformed' | 'strange'
  constructor(why: 'malformed' | 'strange') {
    this.why = why
  }
}

const ranges: Readonly<Record<string, string>> = {
  alnum: 'AZaz09',
  alpha: 'AZaz',
  blank: '  \t\t',
  cntrl: '\u0000\u001f\u007f\u007f',
  digit: '09',
  graph: '!~',
  lower: 'az',
  print: ' ~',
  punct: '!/:@[`{~',
  space: '  \t\r',
  upper: 'AZ',
  xdigit: '09AFaf',
}

const among =
  (pairs: string): Test =>
  (code) => {
    for (let i = 0; i < pairs.length; i += 2) if (code >= pairs.charCodeAt(i) && code <= pairs.charCodeAt(i + 1)) return true
    return false
  }

/** More than anybody writes; counted repetitions multiply. */
const longestProgram = 5000

class Reader {
  readonly pattern: string
  at = 0
  groups = 0
  depth = 0
  constructor(pattern: string) {
    this.pattern = pattern
  }

  either(): Node {
    const parts = [this.sequence()]
    while (this.pattern[this.at] === '|') {
      this.at++
      parts.push(this.sequence())
    }
    return parts.length === 1 ? parts[0]! : { kind: 'either', parts }
  }

  sequence(): Node {
    const parts: Node[] = []
    for (;;) {
      const character = this.pattern[this.at]
      if (character === undefined || character === '|' || (character === ')' && this.depth > 0)) return { kind: 'sequence', parts }
      parts.push(this.repeated(this.atom(character)))
    }
  }

  repeated(atom: Node): Node {
    let body = atom
    for (;;) {
      const character = this.pattern[this.at]
      if (character === '*') body = { kind: 'repeat', body, least: 0, most: Infinity }
      else if (character === '+') body = { kind: 'repeat', body, least: 1, most: Infinity }
      else if (character === '?') body = { kind: 'repeat', body, least: 0, most: 1 }
      else if (character === '{') {
        const [whole, least, comma, most] = /^\{([0-9]{1,4})(,)?([0-9]{1,4})?\}/.exec(this.pattern.slice(this.at)) ?? [null]
        if (whole === null || (comma === undefined && most !== undefined)) throw new Refused('malformed')
        body = {
          kind: 'repeat',
          body,
          least: Number(least),
          most: comma === undefined ? Number(least) : most === undefined ? Infinity : Number(most),
        }
        if (body.most < body.least) throw new Refused('malformed')
        this.at += whole!.length - 1
      } else return body
      this.at++
    }
  }

  atom(character: string): Node {
    this.at++
    switch (character) {
      case '(': {
        if (++this.depth > 200) throw new Refused('strange')
        const index = ++this.groups
        const body = this.either()
        if (this.pattern[this.at++] !== ')') throw new Refused('malformed')
        this.depth--
        return { kind: 'group', index, body }
      }
      case '.':
        return { kind: 'one', test: (code) => code !== 0, literal: null }
      case '^':
        return { kind: 'begin' }
      case '$':
        return { kind: 'end' }
      case '[':
        return { kind: 'one', test: this.bracket(), literal: null }
      case '\\': {
        const next = this.pattern[this.at++]
        if (next === undefined || !'^$\\.*+?()[]{}|'.includes(next)) throw new Refused('malformed')
        return literal(next)
      }
      case '*':
      case '+':
      case '?':
      case '{':
      case ')':
        throw new Refused('malformed')
      default:
        return literal(character)
    }
  }

  /** Inside brackets a backslash is itself, and so is a `]` that comes first. */
  bracket(): Test {
    const negated = this.pattern[this.at] === '^'
    if (negated) this.at++
    let pairs = ''
    for (let first = true; ; first = false) {
      const character = this.pattern[this.at]
      if (character === undefined) throw new Refused('malformed')
      this.at++
      if (character === ']' && !first) break
      const next = this.pattern[this.at]
      if (character === '[' && next === ':') {
        const end = this.pattern.indexOf(':]', this.at)
        const name = this.pattern.slice(this.at + 1, end)
        if (end < 0 || !Object.hasOwn(ranges, name)) throw new Refused('malformed')
        pairs += ranges[name]!
        this.at = end + 2
      } else if (character === '[' && (next === '.' || next === '=')) throw new Refused('strange')
      else if (next === '-' && this.pattern[this.at + 1] !== ']' && this.pattern[this.at + 1] !== undefined) {
        const last = this.pattern[this.at + 1]!
        if (last < character || last === '[') throw new Refused('malformed')
        pairs += character + last
        this.at += 2
      } else pairs += character + character
    }
    const test = among(pairs)
    return negated ? (code) => !test(code) : test
  }
}

function literal(character: string): Node {
  const wanted = character.charCodeAt(0)
  return { kind: 'one', test: (code) => code === wanted, literal: character }
}

function compile(node: Node, program: Instruction[]): void {
  if (program.length > longestProgram) throw new Refused('strange')
  switch (node.kind) {
    case 'one':
      program.push({ kind: 'one', test: node.test })
      return
    case 'begin':
    case 'end':
      program.push({ kind: node.kind })
      return
    case 'group':
      program.push({ kind: 'save', slot: node.index * 2 })
      compile(node.body, program)
      program.push({ kind: 'save', slot: node.index * 2 + 1 })
      return
    case 'sequence':
      for (const part of node.parts) compile(part, program)
      return
    case 'either':
      compileEither(node.parts, program)
      return
    case 'repeat':
      compileRepeat(node.body, node.least, node.most, program)
  }
}

const isEmptyAllowed = (node: Node): boolean => {
  switch (node.kind) {
    case 'one':
      return false
    case 'group':
      return isEmptyAllowed(node.body)
    case 'sequence':
      return node.parts.every(isEmptyAllowed)
    case 'either':
      return node.parts.some(isEmptyAllowed)
    case 'repeat':
      return node.least === 0 || isEmptyAllowed(node.body)
    default:
      return true
  }
}

const hasGroup = (node: Node): boolean =>
  node.kind === 'group' ||
  (node.kind === 'repeat' && hasGroup(node.body)) ||
  ((node.kind === 'sequence' || node.kind === 'either') && node.parts.some(hasGroup))

function split(program: Instruction[]): { kind: 'split'; first: number; second: number } {
  const instruction = { kind: 'split' as const, first: program.length + 1, second: program.length + 1 }
  program.push(instruction)
  return instruction
}

function compileEither(parts: readonly Node[], program: Instruction[]): void {
  const ends: { first: number; second: number }[] = []
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1
    const choice = last ? null : split(program)
    compile(part, program)
    if (choice === null) break
    ends.push(split(program))
    choice.second = program.length
  }
  for (const end of ends) {
    end.first = program.length
    end.second = program.length
  }
}

function compileRepeat(body: Node, least: number, most: number, program: Instruction[]): void {
  for (let i = 0; i < least - 1; i++) compile(body, program)
  const leave = least === 0 ? split(program) : null
  if (most > 0) {
    const start = program.length
    compile(body, program)
    if (most === Infinity) {
      // What such a group holds afterwards is a matter of the implementation.
      if (isEmptyAllowed(body) && hasGroup(body)) throw new Refused('strange')
      const again = split(program)
      again.first = start
      again.second = program.length
    } else {
      const leaves: { second: number }[] = []
      for (let i = Math.max(least, 1); i < most; i++) {
        leaves.push(split(program))
        compile(body, program)
      }
      for (const each of leaves) each.second = program.length
    }
  }
  if (leave !== null) leave.second = program.length
}

interface Thread {
  readonly at: number
  readonly saved: readonly number[]
}

/** A compiled expression. */
export class RegularExpression {
  readonly #program: Instruction[] = []
  readonly #slots: number
  /** The text that is meant, if the expression is nothing but text. */
  readonly literal: string | null
  /** What a step through one character costs at most. */
  readonly size: number

  private constructor(root: Node, groups: number) {
    this.#slots = (groups + 1) * 2
    compile(root, this.#program)
    this.#program.push({ kind: 'accept' })
    this.size = this.#program.length
    const parts = root.kind === 'sequence' ? root.parts.map((part) => (part.kind === 'one' ? part.literal : null)) : [null]
    this.literal = parts.length > 0 && parts.every((part) => part !== null) ? parts.join('') : null
  }

  /** `malformed` where Nix refuses it; `strange` where it is not worth reading. */
  static read(pattern: string): RegularExpression | Refused['why'] {
    const reader = new Reader(pattern)
    try {
      const root = reader.either()
      return reader.at === pattern.length ? new RegularExpression(root, reader.groups) : 'malformed'
    } catch (error) {
      if (error instanceof Refused) return error.why
      throw error
    }
  }

  /** The match of the whole text, or null. */
  whole(text: string): Match | null {
    const found = this.#run(text, 0, true)
    return found !== null && found[0]![1] === text.length ? found : null
  }

  /** The first match from an offset on, the longest there; of equally long ones the one that the expression tries first. */
  search(text: string, from: number): Match | null {
    if (this.literal !== null) {
      const start = text.indexOf(this.literal, from)
      return start < 0 ? null : [[start, start + this.literal.length]]
    }
    return this.#run(text, from, false)
  }

  #run(text: string, from: number, anchored: boolean): Match | null {
    let threads: Thread[] = []
    let best: readonly number[] | null = null
    for (let at = from; at <= text.length; at++) {
      const visited = new Set<number>()
      const active: Thread[] = []
      for (const thread of threads) this.#add(thread.at, at, text, thread.saved, visited, active)
      // A match that begins later is only looked for as long as none was found.
      if (best === null && (!anchored || at === from)) {
        const saved = Array.from({ length: this.#slots }, () => -1)
        saved[0] = at
        this.#add(0, at, text, saved, visited, active)
      }
      const next: Thread[] = []
      for (const thread of active) {
        const instruction = this.#program[thread.at]!
        if (instruction.kind === 'accept') {
          const start = thread.saved[0]!
          if (best === null || start < best[0]! || (start === best[0]! && at > best[1]!)) best = thread.saved.with(1, at)
        } else if (instruction.kind === 'one' && at < text.length && instruction.test(text.charCodeAt(at)))
          next.push({ at: thread.at + 1, saved: thread.saved })
      }
      // What began later than the best match cannot win any more.
      const start = best?.[0]
      threads = start === undefined ? next : next.filter((thread) => thread.saved[0]! <= start)
      if (threads.length === 0 && (best !== null || anchored)) break
    }
    if (best === null) return null
    const spans: ([number, number] | null)[] = []
    for (let i = 0; i < best.length; i += 2) spans.push(best[i]! < 0 || best[i + 1]! < 0 ? null : [best[i]!, best[i + 1]!])
    return spans
  }

  /** Follows everything that takes no character, in the order of preference. */
  #add(start: number, at: number, text: string, saved: readonly number[], visited: Set<number>, active: Thread[]): void {
    const todo: Thread[] = [{ at: start, saved }]
    for (let thread = todo.pop(); thread !== undefined; thread = todo.pop()) {
      if (visited.has(thread.at)) continue
      visited.add(thread.at)
      const instruction = this.#program[thread.at]!
      if (instruction.kind === 'split')
        todo.push({ at: instruction.second, saved: thread.saved }, { at: instruction.first, saved: thread.saved })
      else if (instruction.kind === 'save') todo.push({ at: thread.at + 1, saved: thread.saved.with(instruction.slot, at) })
      else if (instruction.kind === 'begin' ? at === 0 : instruction.kind === 'end' && at === text.length)
        todo.push({ at: thread.at + 1, saved: thread.saved })
      else if (instruction.kind === 'one' || instruction.kind === 'accept') active.push(thread)
    }
  }
}
