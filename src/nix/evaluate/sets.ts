// Bindings → the set or the scope they make, each value still to be evaluated.
import type { AttributeName, AttributeSet, BindingOrInherit, Expression, Inherit } from '../syntax.ts'
import { type Group, type Slot, group } from './bindings.ts'
import type { Machine } from './machine.ts'
import { type Scope, lookup, variables } from './scope.ts'
import { type Attributes, type Entry, type Thunk, attributesOf, failure, lazy, unknown } from './value.ts'

/** The scope of what stands behind `let`. */
export function letScope(bindings: readonly BindingOrInherit[], scope: Scope, file: string, machine: Machine): Scope {
  const names = new Map<string, Thunk>()
  const inner = variables(scope, names)
  for (const [name, entry] of fill(group(bindings), inner, scope, file, machine).entries) names.set(name, entry.value)
  return inner
}

/** `{ … }` and `rec { … }`. */
export function attributeSet(node: AttributeSet, scope: Scope, file: string, machine: Machine): Attributes {
  const made = group(node.bindings)
  if (!node.recursive) return fill(made, scope, scope, file, machine)
  const names = new Map<string, Thunk>()
  const inner = variables(scope, names)
  const value = fill(made, inner, scope, file, machine)
  for (const name of made.slots.keys()) names.set(name, value.entries.get(name)!.value)
  return value
}

/** The set of a group of bindings; `outer` is where `inherit` without a source looks. */
function fill(made: Group, scope: Scope, outer: Scope, file: string, machine: Machine): Attributes {
  const entries = new Map<string, Entry>()
  const sources = new Map<Inherit, Thunk>()
  for (const [name, slot] of made.slots)
    entries.set(name, { value: slotValue(name, slot, scope, outer, sources, file, machine), key: { file, node: slot.key } })
  let rest: Attributes['rest'] = null
  for (const { key, rest: path, value } of made.computed) {
    const name = machine.key(key, scope, file)
    const thunk =
      path.length === 0
        ? machine.defer(value, scope, file)
        : lazy(() => fill(single(path, value), scope, outer, file, machine), scope.dullness)
    if (name.kind === 'string') entries.set(name.text, { value: thunk, key: name.runs.length > 0 ? name : { file, node: key } })
    else if (name.kind !== 'null') {
      machine.exploration.add(thunk)
      rest = () => unknown('an attribute whose name is not known')
    }
  }
  return attributesOf(entries, rest)
}

function slotValue(
  name: string,
  slot: Slot,
  scope: Scope,
  outer: Scope,
  sources: Map<Inherit, Thunk>,
  file: string,
  machine: Machine,
): Thunk {
  switch (slot.kind) {
    case 'expression':
      return machine.defer(slot.value, scope, file)
    case 'group':
      return lazy(() => {
        if (!slot.recursive) return fill(slot.group, scope, scope, file, machine)
        const names = new Map<string, Thunk>()
        const inner = fill(slot.group, variables(scope, names), scope, file, machine)
        for (const [key, entry] of inner.entries) names.set(key, entry.value)
        return inner
      }, scope.dullness)
    case 'inherit': {
      const place = { file, start: slot.key.start, end: slot.key.end }
      return lookup(outer, name) ?? lazy(() => machine.name(name, outer, place), scope.dullness)
    }
    case 'inherit-from': {
      const { from } = slot.inherit
      let source = sources.get(slot.inherit)
      if (source === undefined) {
        source = machine.defer(from!, scope, file)
        sources.set(slot.inherit, source)
      }
      const place = { file, start: slot.key.start, end: slot.key.end }
      const taken = source
      return lazy(() => machine.attribute(taken.force(), name, place) ?? failure(`the attribute ${name} is missing`, place), scope.dullness)
    }
  }
}

function single(path: readonly AttributeName[], value: Expression): Group {
  return group([{ kind: 'binding', start: value.start, end: value.end, path, value }])
}
