// A node of the tree to the nodes directly inside it, in order of appearance: for walks that care about spans, not about meaning.
import type { BindingOrInherit, Expression, Formal, Part } from './syntax.ts'

/** Everything in the tree that has a span. */
export type Node = Expression | BindingOrInherit | Formal | Part

/** The nodes directly inside `node`, in order of appearance. Long chains nest deeply: walk with a stack of your own, not by recursion. */
export function children(node: Node): readonly Node[] {
  if (!('kind' in node)) return node.fallback === null ? [] : [node.fallback]
  switch (node.kind) {
    case 'identifier':
    case 'integer':
    case 'float':
    case 'text':
    case 'search-path':
      return []
    case 'string':
    case 'path':
    case 'unreadable':
      return node.parts
    case 'interpolation':
    case 'parenthesized':
      return [node.expression]
    case 'list':
      return node.items
    case 'binding':
      return [...node.path, node.value]
    case 'inherit':
      return node.from === null ? node.names : [node.from, ...node.names]
    case 'attributes':
      return node.bindings
    case 'let':
      return node.body === null ? node.bindings : [...node.bindings, node.body]
    case 'with':
      return [node.scope, node.body]
    case 'assert':
      return [node.condition, node.body]
    case 'if':
      return [node.condition, node.then, node.else]
    case 'lambda': {
      const formals = node.formals ?? []
      if (node.parameter === null) return [...formals, node.body]
      const isFirst = formals.length === 0 || node.parameter.start < (formals[0] as Formal).start
      return isFirst ? [node.parameter, ...formals, node.body] : [...formals, node.parameter, node.body]
    }
    case 'apply':
      return [node.function, node.argument]
    case 'select':
      return node.fallback === null ? [node.subject, ...node.path] : [node.subject, ...node.path, node.fallback]
    case 'has-attribute':
      return [node.subject, ...node.path]
    case 'unary':
      return [node.operand]
    case 'binary':
      return [node.left, node.right]
  }
}
