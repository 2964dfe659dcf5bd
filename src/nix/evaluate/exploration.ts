// What nobody asked for → looked through for fetches: values that were put aside, what is inside of them, functions that nobody called.
import type { System } from '../../core/system.ts'
import type { Lambda } from '../syntax.ts'
import { effort, mostSteps } from './effort.ts'
import type { Machine } from './machine.ts'
import { isPlatform } from './platform.ts'
import { dull } from './scope.ts'
import { type Entry, type Function, type Thunk, type Value, attributesOf, lazy, nothing, plain, ready, unknown } from './value.ts'
import { type World, preludeFile } from './world.ts'

export class Exploration {
  readonly #machine: Machine
  #queue: Thunk[] = []
  #head = 0
  readonly #explored = new WeakSet<object>()

  constructor(machine: Machine) {
    this.#machine = machine
  }

  /** Puts a value on the list of what is looked through for fetches once the file itself has its value. */
  add(value: Thunk): void {
    const { known } = value
    // Most of what is put here is a string.
    if (value.dullness === dull) return
    if (known !== null && known.kind !== 'list' && known.kind !== 'attributes' && known.kind !== 'function') return
    if (this.#queue.length < mostSteps) this.#queue.push(value)
  }

  /** Does something once the file itself has its value. */
  later(task: () => void): void {
    this.add(
      lazy(() => {
        task()
        return nothing
      }),
    )
  }

  /** Looks through everything put on the list, and through what is found there. Attributes named after another system are that system's. */
  run(systems: ReadonlySet<System>): void {
    // What was found must still be read.
    while (this.#head < this.#queue.length && effort.steps <= mostSteps * 0.75) {
      effort.steps++
      const thunk = this.#queue[this.#head++]!
      if (this.#head > 10_000) {
        this.#queue = this.#queue.slice(this.#head)
        this.#head = 0
      }
      if (!thunk.dullness.holds) this.#lookThrough(thunk.force(), systems)
    }
    if (this.#head < this.#queue.length) effort.cut = true
    this.#queue = []
    this.#head = 0
  }

  #lookThrough(value: Value, systems: ReadonlySet<System>): void {
    if (plain.has(value)) return
    if (value.kind === 'list') {
      if (this.#explored.has(value)) return
      this.#explored.add(value)
      for (const item of value.items) this.add(item)
    } else if (value.kind === 'attributes') {
      if (value.model || this.#explored.has(value)) return
      this.#explored.add(value)
      for (const [name, entry] of value.entries) {
        const isAnyones = !systems.has(name) && !isPlatform(name)
        if (isAnyones || this.#machine.isSystem(name)) this.add(entry.value)
      }
    } else if (value.kind === 'function' && value.lambda !== null) {
      const { node, scope, file } = value.lambda
      // What lib gives back waits for its caller; there is nothing of the repository in it.
      if (file === preludeFile || scope.dullness.holds || this.#explored.has(node)) return
      this.#explored.add(node)
      this.add(lazy(() => this.called(value)))
    }
  }

  /** What a function gives that nobody calls: its parameters bound by name, the rest unknown. */
  called(value: Function): Value {
    return this.#machine.apply(value, argumentFor(value, this.#machine.world), null)
  }
}

function argumentFor(value: Function, world: World): Thunk {
  const node = value.lambda?.node
  if (node === undefined) return ready(unknown('an argument nobody gives'))
  if (node.formals === null) {
    const { name } = node.parameter!
    return world.byName(isOverlay(node) ? 'final' : name) ?? ready(unknown(`${name} is a parameter of a function that is not called here`))
  }
  const entries = new Map<string, Entry>()
  for (const formal of node.formals) {
    const bound = world.byName(formal.name)
    if (bound !== null) entries.set(formal.name, { value: bound, key: null })
    else if (formal.fallback === null)
      entries.set(formal.name, {
        value: ready(unknown(`${formal.name} is a parameter of a function that is not called here`)),
        key: null,
      })
  }
  return ready(attributesOf(entries))
}

/** `self: super: …`: by itself the first name is more often a flake's. */
function isOverlay({ parameter, body }: Lambda): boolean {
  return parameter?.name === 'self' && body.kind === 'lambda' && /^_?(super|prev)$|^_$/.test(body.parameter?.name ?? '')
}
