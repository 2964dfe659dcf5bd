// The bindings of a set, `let` or `rec`, merged as Nix merges `a.b = …; a.c = …`, once per place in the source.
import type { AttributeName, BindingOrInherit, Expression, Inherit } from '../syntax.ts'

/** What one name is bound to. */
export type Slot = { readonly key: AttributeName } & (
  | { readonly kind: 'expression'; readonly value: Expression }
  | { readonly kind: 'group'; readonly group: Group; readonly recursive: boolean }
  | { readonly kind: 'inherit' }
  | { readonly kind: 'inherit-from'; readonly inherit: Inherit }
)

/** Bindings whose names stand in the source, and those whose names are computed. */
export interface Group {
  readonly slots: Map<string, Slot>
  readonly computed: { readonly key: AttributeName; readonly rest: readonly AttributeName[]; readonly value: Expression }[]
}

const groups = new WeakMap<readonly BindingOrInherit[], Group>()

/** The name a key has without evaluating anything, or null. */
export function staticName(key: AttributeName): string | null {
  if (key.kind === 'identifier') return key.name
  if (key.kind === 'interpolation') {
    const inner = key.expression
    return inner.kind === 'string' ? staticName(inner) : null
  }
  if (key.parts.some((part) => part.kind === 'interpolation')) return null
  return key.parts.map((part) => (part.kind === 'text' ? part.value : '')).join('')
}

/** Merges bindings; of two definitions of one name the later one counts (Nix refuses such a file). */
export function group(bindings: readonly BindingOrInherit[]): Group {
  const known = groups.get(bindings)
  if (known !== undefined) return known
  const made: Group = { slots: new Map(), computed: [] }
  addAll(made, bindings)
  groups.set(bindings, made)
  return made
}

function addAll(into: Group, bindings: readonly BindingOrInherit[]): void {
  for (const binding of bindings) {
    if (binding.kind === 'binding') add(into, binding.path, binding.value)
    else
      for (const key of binding.names) {
        const name = staticName(key)
        if (name === null) continue
        into.slots.set(name, binding.from === null ? { key, kind: 'inherit' } : { key, kind: 'inherit-from', inherit: binding })
      }
  }
}

function add(start: Group, path: readonly AttributeName[], value: Expression): void {
  let into = start
  for (const [i, key] of path.entries()) {
    const name = staticName(key)
    if (name === null) {
      into.computed.push({ key, rest: path.slice(i + 1), value })
      return
    }
    const present = into.slots.get(name)
    if (i === path.length - 1) {
      if (present?.kind === 'group' && value.kind === 'attributes') addAll(present.group, value.bindings)
      else into.slots.set(name, { key, kind: 'expression', value })
    } else if (present?.kind === 'group') into = present.group
    else {
      const nested: Group = { slots: new Map(), computed: [] }
      let recursive = false
      if (present?.kind === 'expression' && present.value.kind === 'attributes') {
        addAll(nested, present.value.bindings)
        recursive = present.value.recursive
      }
      into.slots.set(name, { key: present?.key ?? key, kind: 'group', group: nested, recursive })
      into = nested
    }
  }
}
