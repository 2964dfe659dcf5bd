// The shapes of a parsed Nix file: tokens that join to the text, and a tree of spans over it.
import type { Span } from '../core/span.ts'

/** A mistake in the text. The parser never throws: it gives a tree and these. Line and column are computed later, where someone reads them. */
export interface SyntaxProblem extends Span {
  readonly message: string
}

/** Everything known about one text. `tokens` cover it without gaps, white space and comments included. */
export interface Document {
  readonly text: string
  readonly root: Expression
  readonly problems: readonly SyntaxProblem[]
  /** Comments in order of appearance, `#…` without its line end and `/*…*\/` whole. */
  readonly comments: readonly Span[]
}

export interface Identifier extends Span {
  readonly kind: 'identifier'
  readonly name: string
}
export interface Integer extends Span {
  readonly kind: 'integer'
  readonly value: bigint
}
export interface Float extends Span {
  readonly kind: 'float'
  readonly value: number
}
/** A run of a string's characters. Either `value` is exactly the text of the span, or it is one escape (or a stripped or normalised run) and maps to the span only as a whole. */
export interface Text extends Span {
  readonly kind: 'text'
  readonly value: string
}
export interface Interpolation extends Span {
  readonly kind: 'interpolation'
  readonly expression: Expression
}
export type Part = Text | Interpolation
/** `"…"`, `''…''` (indentation stripped as Nix does) or a bare URI. */
export interface StringLiteral extends Span {
  readonly kind: 'string'
  readonly form: 'quoted' | 'indented' | 'uri'
  readonly parts: readonly Part[]
}
/** `./x`, `a/b`, `/x`, `~/x`, with interpolation. Home paths keep their `~`. */
export interface PathLiteral extends Span {
  readonly kind: 'path'
  readonly parts: readonly Part[]
}
/** `<nixpkgs/lib>`; `name` is what stands between the brackets. */
export interface SearchPath extends Span {
  readonly kind: 'search-path'
  readonly name: string
}
export interface List extends Span {
  readonly kind: 'list'
  readonly items: readonly Expression[]
}
/** One element of an attribute path: `a`, `"a"`, `"a${b}"` or `${a}`. `or` is a name here too. */
export type AttributeName = Identifier | StringLiteral | Interpolation
export interface Binding extends Span {
  readonly kind: 'binding'
  readonly path: readonly AttributeName[]
  readonly value: Expression
}
export interface Inherit extends Span {
  readonly kind: 'inherit'
  readonly from: Expression | null
  readonly names: readonly AttributeName[]
}
export type BindingOrInherit = Binding | Inherit
export interface AttributeSet extends Span {
  readonly kind: 'attributes'
  readonly recursive: boolean
  readonly bindings: readonly BindingOrInherit[]
}
/** `let … in body`; for the ancient `let { …; body = …; }` the body is null. */
export interface Let extends Span {
  readonly kind: 'let'
  readonly bindings: readonly BindingOrInherit[]
  readonly body: Expression | null
}
export interface With extends Span {
  readonly kind: 'with'
  readonly scope: Expression
  readonly body: Expression
}
export interface Assert extends Span {
  readonly kind: 'assert'
  readonly condition: Expression
  readonly body: Expression
}
export interface If extends Span {
  readonly kind: 'if'
  readonly condition: Expression
  readonly then: Expression
  readonly else: Expression
}
export interface Formal extends Span {
  readonly name: string
  readonly fallback: Expression | null
}
/** `x: …`, `{ a, b ? 1, ... }: …`, `args@{ … }: …`, `{ … }@args: …`. */
export interface Lambda extends Span {
  readonly kind: 'lambda'
  /** The name of the whole argument. */
  readonly parameter: Identifier | null
  readonly formals: readonly Formal[] | null
  readonly open: boolean
  readonly body: Expression
}
export interface Apply extends Span {
  readonly kind: 'apply'
  readonly function: Expression
  readonly argument: Expression
}
/** `subject.a.b` and `subject.a.b or fallback`. */
export interface Select extends Span {
  readonly kind: 'select'
  readonly subject: Expression
  readonly path: readonly AttributeName[]
  readonly fallback: Expression | null
}
export interface HasAttribute extends Span {
  readonly kind: 'has-attribute'
  readonly subject: Expression
  readonly path: readonly AttributeName[]
}
export interface Unary extends Span {
  readonly kind: 'unary'
  readonly operator: '-' | '!'
  readonly operand: Expression
}
export type BinaryOperator = '++' | '*' | '/' | '+' | '-' | '//' | '<' | '<=' | '>' | '>=' | '==' | '!=' | '&&' | '||' | '->' | '|>' | '<|'
export interface Binary extends Span {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
}
export interface Parenthesized extends Span {
  readonly kind: 'parenthesized'
  readonly expression: Expression
}
/** What could not be read; its span holds the skipped text, and `parts` what could be read inside it. */
export interface Unreadable extends Span {
  readonly kind: 'unreadable'
  readonly parts: readonly Expression[]
}

export type Expression =
  | Identifier
  | Integer
  | Float
  | StringLiteral
  | PathLiteral
  | SearchPath
  | List
  | AttributeSet
  | Let
  | With
  | Assert
  | If
  | Lambda
  | Apply
  | Select
  | HasAttribute
  | Unary
  | Binary
  | Parenthesized
  | Unreadable
