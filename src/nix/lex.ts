// Text to tokens: the lexical rules of Nix (its lexer.l), read on demand by the parser or all at once by `tokenize`.
import type { Span } from '../core/span.ts'

/** Kinds of tokens as numbers; `TOKEN_NAMES` has their names for people. */
export const T = {
  end: 0,
  identifier: 1,
  integer: 2,
  float: 3,
  quote: 4,
  indentedOpen: 5,
  path: 6,
  searchPath: 7,
  uri: 8,
  parenOpen: 9,
  parenClose: 10,
  bracketOpen: 11,
  bracketClose: 12,
  braceOpen: 13,
  braceClose: 14,
  interpolationOpen: 15,
  semicolon: 16,
  colon: 17,
  comma: 18,
  at: 19,
  dot: 20,
  question: 21,
  ellipsis: 22,
  assign: 23,
  if: 24,
  then: 25,
  else: 26,
  assert: 27,
  with: 28,
  let: 29,
  in: 30,
  rec: 31,
  inherit: 32,
  or: 33,
  equal: 34,
  notEqual: 35,
  lessEqual: 36,
  greaterEqual: 37,
  less: 38,
  greater: 39,
  and: 40,
  orElse: 41,
  implies: 42,
  update: 43,
  concat: 44,
  plus: 45,
  minus: 46,
  times: 47,
  divide: 48,
  not: 49,
  pipeInto: 50,
  pipeFrom: 51,
  invalid: 52,
  space: 53,
  comment: 54,
  quotedText: 55,
  quoteClose: 56,
  indentedText: 57,
  indentedClose: 58,
  pathText: 59,
}

/** The name of each kind, at its number: punctuation as it is written in quotation marks, the rest in words. */
export const TOKEN_NAMES: readonly string[] = [
  'end of file',
  'identifier',
  'integer',
  'float',
  "'\"'",
  '"\'\'"',
  'path',
  'search path',
  'URI',
  "'('",
  "')'",
  "'['",
  "']'",
  "'{'",
  "'}'",
  "'${'",
  "';'",
  "':'",
  "','",
  "'@'",
  "'.'",
  "'?'",
  "'...'",
  "'='",
  "'if'",
  "'then'",
  "'else'",
  "'assert'",
  "'with'",
  "'let'",
  "'in'",
  "'rec'",
  "'inherit'",
  "'or'",
  "'=='",
  "'!='",
  "'<='",
  "'>='",
  "'<'",
  "'>'",
  "'&&'",
  "'||'",
  "'->'",
  "'//'",
  "'++'",
  "'+'",
  "'-'",
  "'*'",
  "'/'",
  "'!'",
  "'|>'",
  "'<|'",
  'invalid character',
  'space',
  'comment',
  'string text',
  'end of string',
  'indented text',
  'end of indented string',
  'path text',
]

/** A token of `tokenize`: its kind is a number of `T`. */
export interface Token extends Span {
  readonly kind: number
}

const KEYWORDS: ReadonlyMap<string, number> = new Map([
  ['if', T.if],
  ['then', T.then],
  ['else', T.else],
  ['assert', T.assert],
  ['with', T.with],
  ['let', T.let],
  ['in', T.in],
  ['rec', T.rec],
  ['inherit', T.inherit],
  ['or', T.or],
])

const LETTER = 1
const DIGIT = 2
const IDENTIFIER = 4
const PATH = 8
const SCHEME = 16
const URI = 32

const CLASS = new Uint8Array(128)
function mark(characters: string, bits: number): void {
  for (let index = 0; index < characters.length; index++) {
    const code = characters.charCodeAt(index)
    CLASS[code] = (CLASS[code] ?? 0) | bits
  }
}
mark('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', LETTER | IDENTIFIER | PATH | SCHEME | URI)
mark('0123456789', DIGIT | IDENTIFIER | PATH | SCHEME | URI)
mark("_'-", IDENTIFIER)
mark('._-+', PATH)
mark('+-.', SCHEME)
mark("%/?:@&=+$,-_.!~*'", URI)

function classOf(code: number): number {
  // `charCodeAt` beyond the end is NaN, which fails this comparison too.
  return code < 128 ? (CLASS[code] as number) : 0
}

/** Where the run of path characters and slashes that starts at `offset` ends. */
export function pathRunEnd(text: string, offset: number): number {
  let at = offset
  for (;;) {
    const code = text.charCodeAt(at)
    if (code !== 47 && (classOf(code) & PATH) === 0) return at
    at++
  }
}

/** Where the characters of a `"…"` string that start at `offset` end: at its `"`, at `${`, or at the end of the text. */
export function quotedRunEnd(text: string, offset: number): number {
  const length = text.length
  let at = offset
  while (at < length) {
    const code = text.charCodeAt(at)
    if (code === 34) return at
    if (code === 92) at += 2
    else if (code === 36) {
      const next = text.charCodeAt(at + 1)
      if (next === 123) return at
      at += next === 36 ? 2 : 1
    } else at++
  }
  return length
}

/** Where the characters of a `''…''` string that start at `offset` end: at its `''`, at `${`, or at the end of the text. */
export function indentedRunEnd(text: string, offset: number): number {
  const length = text.length
  let at = offset
  while (at < length) {
    const code = text.charCodeAt(at)
    if (code === 39) {
      if (text.charCodeAt(at + 1) !== 39) {
        at++
        continue
      }
      const size = indentedEscapeSize(text, at)
      if (size === 0) return at
      at += size
    } else if (code === 36) {
      const next = text.charCodeAt(at + 1)
      if (next === 123) return at
      at += next === 36 ? 2 : 1
    } else at++
  }
  return length
}

/** How long the escape at `offset`, where `''` stands, is: `'''`, `''$` or `''\` with a character; 0 where it is none. */
export function indentedEscapeSize(text: string, offset: number): number {
  const code = text.charCodeAt(offset + 2)
  if (code === 39 || code === 36) return 3
  if (code === 92 && offset + 3 < text.length) return 3 + characterSize(text, offset + 3)
  return 0
}

/** Whether one or two code units make the character at `offset`. */
export function characterSize(text: string, offset: number): 1 | 2 {
  const code = text.charCodeAt(offset)
  if (code < 0xd800 || code > 0xdbff) return 1
  const next = text.charCodeAt(offset + 1)
  return next >= 0xdc00 && next <= 0xdfff ? 2 : 1
}

/** Where white space that starts at `offset` ends. */
function spaceEnd(text: string, offset: number): number {
  let at = offset
  for (;;) {
    const code = text.charCodeAt(at)
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return at
    at++
  }
}

/** Where the comment at `offset` ends, `offset` itself where there is none. An unterminated one ends with the text. */
function commentEnd(text: string, offset: number): number {
  const code = text.charCodeAt(offset)
  if (code === 35) {
    let at = offset + 1
    for (;;) {
      const next = text.charCodeAt(at)
      if (next === 10 || next === 13 || next !== next) return at
      at++
    }
  }
  if (code === 47 && text.charCodeAt(offset + 1) === 42) {
    const close = text.indexOf('*/', offset + 2)
    return close < 0 ? text.length : close + 2
  }
  return offset
}

/** Where the first token at or after `offset` starts. */
export function triviaEnd(text: string, offset: number): number {
  let at = offset
  for (;;) {
    at = spaceEnd(text, at)
    const next = commentEnd(text, at)
    if (next === at) return at
    at = next
  }
}

/** Where the identifier at `offset` ends, `offset` itself where there is none. */
export function identifierEnd(text: string, offset: number): number {
  const code = text.charCodeAt(offset)
  if ((classOf(code) & LETTER) === 0 && code !== 95) return offset
  let at = offset + 1
  while ((classOf(text.charCodeAt(at)) & IDENTIFIER) !== 0) at++
  return at
}

/** Whether the comment has its end. */
export function isClosedComment(text: string, comment: Span): boolean {
  return text.charCodeAt(comment.start) === 35 || (comment.end - comment.start >= 4 && text.endsWith('*/', comment.end))
}

/** Reads one token after another; strings and interpolated paths are left to the caller, who goes on from `end`. */
export class Scanner {
  readonly text: string
  /** Comments passed so far. */
  readonly comments: Span[] = []
  kind: number = T.end
  start = 0
  end = 0
  /** The end of the token before this one. */
  previousEnd = 0
  private commentsTo = 0
  // Runs of characters known to begin neither a path nor a URI, so that `a.b.c.d…` is not scanned again at each name.
  private noPathTo = 0
  private noUriTo = 0

  constructor(text: string) {
    this.text = text
  }

  /** Goes to the next token, past white space and comments. */
  advance(): void {
    const text = this.text
    let at = this.end
    this.previousEnd = at
    for (;;) {
      at = spaceEnd(text, at)
      const code = text.charCodeAt(at)
      if (code !== 35 && code !== 47) break
      const next = commentEnd(text, at)
      if (next === at) break
      if (at >= this.commentsTo) {
        this.comments.push({ start: at, end: next })
        this.commentsTo = next
      }
      at = next
    }
    this.read(at)
  }

  /** Reads the token that starts exactly at `at`, where neither white space nor a comment stands. */
  read(at: number): void {
    this.start = at
    const text = this.text
    const code = text.charCodeAt(at)
    const bits = classOf(code)
    if ((bits & LETTER) !== 0 || code === 95) return this.word(at)
    // `-`, `.`, `+`, digits and `/` may all begin a path, the longest match.
    if (code === 47 || (bits & PATH) !== 0) {
      if (this.pathStarts(at)) return
      if ((bits & DIGIT) !== 0) return this.number(at)
    }
    const next = text.charCodeAt(at + 1)
    switch (code) {
      case 34:
        return this.set(T.quote, at + 1)
      case 39: {
        if (next !== 39) return this.set(T.invalid, at + 1)
        let after = at + 2
        while (text.charCodeAt(after) === 32) after++
        return this.set(T.indentedOpen, text.charCodeAt(after) === 10 ? after + 1 : at + 2)
      }
      case 40:
        return this.set(T.parenOpen, at + 1)
      case 41:
        return this.set(T.parenClose, at + 1)
      case 91:
        return this.set(T.bracketOpen, at + 1)
      case 93:
        return this.set(T.bracketClose, at + 1)
      case 123:
        return this.set(T.braceOpen, at + 1)
      case 125:
        return this.set(T.braceClose, at + 1)
      case 36:
        return next === 123 ? this.set(T.interpolationOpen, at + 2) : this.set(T.invalid, at + 1)
      case 59:
        return this.set(T.semicolon, at + 1)
      case 58:
        return this.set(T.colon, at + 1)
      case 44:
        return this.set(T.comma, at + 1)
      case 64:
        return this.set(T.at, at + 1)
      case 63:
        return this.set(T.question, at + 1)
      case 46:
        if ((classOf(next) & DIGIT) !== 0) return this.fraction(at)
        return next === 46 && text.charCodeAt(at + 2) === 46 ? this.set(T.ellipsis, at + 3) : this.set(T.dot, at + 1)
      case 61:
        return next === 61 ? this.set(T.equal, at + 2) : this.set(T.assign, at + 1)
      case 33:
        return next === 61 ? this.set(T.notEqual, at + 2) : this.set(T.not, at + 1)
      case 60:
        return this.less(at, next)
      case 62:
        return next === 61 ? this.set(T.greaterEqual, at + 2) : this.set(T.greater, at + 1)
      case 38:
        return next === 38 ? this.set(T.and, at + 2) : this.set(T.invalid, at + 1)
      case 124:
        if (next === 124) return this.set(T.orElse, at + 2)
        return next === 62 ? this.set(T.pipeInto, at + 2) : this.set(T.invalid, at + 1)
      case 45:
        return next === 62 ? this.set(T.implies, at + 2) : this.set(T.minus, at + 1)
      case 43:
        return next === 43 ? this.set(T.concat, at + 2) : this.set(T.plus, at + 1)
      case 42:
        return this.set(T.times, at + 1)
      case 47:
        return next === 47 ? this.set(T.update, at + 2) : this.set(T.divide, at + 1)
      case 126:
        if (next === 47 && this.slashGoesOn(at + 1)) return this.set(T.path, pathRunEnd(text, at + 1))
        return this.set(T.invalid, at + 1)
      default:
        if (at >= text.length) return this.set(T.end, text.length)
        return this.set(T.invalid, at + characterSize(text, at))
    }
  }

  /** Goes back, or on, to the first token behind `end`, as if `end` were the end of the token before it. */
  moveTo(end: number): void {
    this.end = end
    this.advance()
  }

  /** Skips from the current token to the first one that closes more than the skipped text opened, or ends a binding. */
  skipBalanced(): void {
    const flat = new FlatScanner(this.text, this.start)
    let open = 0
    let last = this.previousEnd
    while (flat.advance()) {
      const kind = flat.kind
      if (kind === T.space) continue
      if (kind === T.comment) {
        if (flat.start >= this.commentsTo) {
          this.comments.push({ start: flat.start, end: flat.end })
          this.commentsTo = flat.end
        }
        continue
      }
      if (kind === T.parenOpen || kind === T.bracketOpen || kind === T.let || kind === T.if) open++
      else if (kind === T.braceOpen || kind === T.interpolationOpen) open++
      else if (kind === T.parenClose || kind === T.bracketClose || kind === T.braceClose || kind === T.in || kind === T.else) {
        if (open === 0) break
        open--
      } else if (open === 0 && (kind === T.semicolon || kind === T.comma || kind === T.then) && flat.outermost) break
      last = flat.end
    }
    this.moveTo(last)
  }

  private set(kind: number, end: number): void {
    this.kind = kind
    this.end = end
  }

  /** An identifier, a keyword, a path or a URI, whichever is longest. */
  private word(at: number): void {
    const text = this.text
    let end = at + 1
    let code = text.charCodeAt(end)
    while ((classOf(code) & IDENTIFIER) !== 0) code = text.charCodeAt(++end)
    // What may go on beyond the identifier: `.`, `+`, `/` and `:`; nothing else makes a path or a URI of it.
    if (code === 58 || code === 46 || code === 43 || code === 47) {
      if (this.pathStarts(at)) return
      const uri = this.uriEnd(at)
      if (uri > 0) return this.set(T.uri, uri)
    }
    const length = end - at
    this.set((length <= 7 && KEYWORDS.get(text.slice(at, end))) || T.identifier, end)
  }

  private uriEnd(at: number): number {
    const text = this.text
    if (at < this.noUriTo || (classOf(text.charCodeAt(at)) & LETTER) === 0) return 0
    let colon = at
    while ((classOf(text.charCodeAt(colon)) & SCHEME) !== 0) colon++
    let end = colon + 1
    if (text.charCodeAt(colon) === 58) while ((classOf(text.charCodeAt(end)) & URI) !== 0) end++
    if (end > colon + 1) return end
    this.noUriTo = colon
    return 0
  }

  /** Takes a path at `at` if there is one: path characters, then a slash that goes on. */
  private pathStarts(at: number): boolean {
    if (at < this.noPathTo) return false
    const text = this.text
    let slash = at
    while ((classOf(text.charCodeAt(slash)) & PATH) !== 0) slash++
    if (text.charCodeAt(slash) !== 47 || !this.slashGoesOn(slash)) {
      this.noPathTo = slash
      return false
    }
    this.set(T.path, pathRunEnd(text, slash))
    return true
  }

  private slashGoesOn(slash: number): boolean {
    const next = this.text.charCodeAt(slash + 1)
    return (classOf(next) & PATH) !== 0 || (next === 36 && this.text.charCodeAt(slash + 2) === 123)
  }

  private number(at: number): void {
    const text = this.text
    let end = at
    while ((classOf(text.charCodeAt(end)) & DIGIT) !== 0) end++
    if (text.charCodeAt(end) === 46) {
      const zero = text.charCodeAt(at) === 48
      // `1.` is a float, `0.` is not, and neither is any other number with a leading zero.
      if (!zero || (end === at + 1 && (classOf(text.charCodeAt(end + 1)) & DIGIT) !== 0)) return this.fraction(end)
    }
    this.set(T.integer, end)
  }

  /** The rest of a float from its point on. */
  private fraction(point: number): void {
    const text = this.text
    let end = point + 1
    while ((classOf(text.charCodeAt(end)) & DIGIT) !== 0) end++
    const code = text.charCodeAt(end)
    if (code === 101 || code === 69) {
      const sign = text.charCodeAt(end + 1)
      let digits = sign === 43 || sign === 45 ? end + 2 : end + 1
      if ((classOf(text.charCodeAt(digits)) & DIGIT) !== 0) {
        while ((classOf(text.charCodeAt(digits)) & DIGIT) !== 0) digits++
        end = digits
      }
    }
    this.set(T.float, end)
  }

  private less(at: number, next: number): void {
    const text = this.text
    let end = at + 1
    for (;;) {
      const first = end
      while ((classOf(text.charCodeAt(end)) & PATH) !== 0) end++
      if (end === first) break
      const code = text.charCodeAt(end)
      if (code === 62) return this.set(T.searchPath, end + 1)
      if (code !== 47) break
      end++
    }
    if (next === 61) return this.set(T.lessEqual, at + 2)
    return next === 124 ? this.set(T.pipeFrom, at + 2) : this.set(T.less, at + 1)
  }
}

const CODE = 0
const QUOTED = 1
const INDENTED = 2
const IN_PATH = 3

/** Reads flatly, with a stack of modes instead of a parser: what `tokenize` and skipping need. */
export class FlatScanner {
  readonly scanner: Scanner
  readonly modes: number[] = [CODE]
  kind: number = T.end
  start: number
  end: number

  /** Begins at `offset`, which must stand in code. */
  constructor(text: string, offset: number) {
    this.scanner = new Scanner(text)
    this.start = offset
    this.end = offset
  }

  /** Whether strings and braces opened since the beginning are all closed. */
  get outermost(): boolean {
    return this.modes.length === 1
  }

  /** Goes to the next token, white space and comments included; false at the end. */
  advance(): boolean {
    const text = this.scanner.text
    const at = this.end
    this.start = at
    if (at >= text.length) return this.set(T.end, at)
    const mode = this.modes[this.modes.length - 1]
    if (mode === QUOTED) return this.inString(at, quotedRunEnd(text, at), T.quotedText, T.quoteClose, 1)
    if (mode === INDENTED) return this.inString(at, indentedRunEnd(text, at), T.indentedText, T.indentedClose, 2)
    if (mode === IN_PATH) {
      const end = pathRunEnd(text, at)
      if (end > at) return this.set(T.pathText, end)
      if (text.startsWith('${', at)) return this.enter()
      this.modes.pop()
    }
    return this.inCode(at)
  }

  private inCode(at: number): boolean {
    const text = this.scanner.text
    const space = spaceEnd(text, at)
    if (space > at) return this.set(T.space, space)
    const comment = commentEnd(text, at)
    if (comment > at) return this.set(T.comment, comment)
    const scanner = this.scanner
    scanner.read(at)
    if (scanner.kind === T.quote) this.modes.push(QUOTED)
    else if (scanner.kind === T.indentedOpen) this.modes.push(INDENTED)
    else if (scanner.kind === T.path) this.modes.push(IN_PATH)
    else if (scanner.kind === T.braceOpen || scanner.kind === T.interpolationOpen) this.modes.push(CODE)
    else if (scanner.kind === T.braceClose && this.modes.length > 1) this.modes.pop()
    return this.set(scanner.kind, scanner.end)
  }

  private inString(at: number, runEnd: number, inside: number, close: number, size: number): boolean {
    const text = this.scanner.text
    if (runEnd > at) return this.set(inside, runEnd)
    if (text.startsWith('${', at)) return this.enter()
    this.modes.pop()
    return this.set(close, at + size)
  }

  private enter(): boolean {
    this.modes.push(CODE)
    return this.set(T.interpolationOpen, this.start + 2)
  }

  private set(kind: number, end: number): boolean {
    this.kind = kind
    this.end = end
    return kind !== T.end
  }
}

/** All tokens of any text, white space and comments included; joined they are the text. */
export function tokenize(text: string): Token[] {
  const scanner = new FlatScanner(text, 0)
  const tokens: Token[] = []
  while (scanner.advance()) tokens.push({ kind: scanner.kind, start: scanner.start, end: scanner.end })
  return tokens
}
