// A pin and the files it stands in → the other hashes there that go stale with its version: of dependencies, of what is built or fetched beside it.
import type { Place } from '../core/span.ts'
import { children, type Node } from '../nix/children.ts'
import { staticName } from '../nix/evaluate/bindings.ts'
import type { AttributeSet, Binding, BindingOrInherit, Document, Expression } from '../nix/syntax.ts'
import type { Pin } from './pin.ts'

/** A hash that pinhash does not compute. */
export interface StaleHash extends Place {
  /** `vendorHash`, or `pnpmDeps.hash` for one inside a call. */
  readonly attribute: string
}

/** Attributes whose hash is that of dependencies or of a build, by their names in nixpkgs' builders. */
const ofDependencies =
  /^(?:vendor(?:Hash|Sha256)|cargo(?:Hash|Sha256|DepsHash)|(?:npm|yarn|pnpm|maven|mvn|gradle|pub|composer|bundler|deps|modules|nuget|zig|bun)(?:Deps)?(?:Hash|Sha256)|(?:deps|mix|elm|cabal)Sha256|outputHash|outputHashes)$/
const hashNames = /^(?:hash|sha256|sha512|sha1|outputHash)$/
/** Functions that fetch a package's dependencies. */
const dependencyCall =
  /(?:^|[.])(?:fetch(?:Deps|NpmDeps|YarnDeps|PnpmDeps|CargoVendor|MixDeps|MavenDeps|CargoTarball|PypiDeps|BunDeps)|mkDeps|fetchDeps)$|Deps$|Vendor$/

/** What goes stale when the version changes, in document order. `pins` are all pins: their hashes are theirs. */
export function staleHashes(pin: Pin, pins: readonly Pin[], documents: ReadonlyMap<string, Document>): StaleHash[] {
  const managed = new Set(
    pins.flatMap(({ fetches }) => fetches.flatMap(({ hashes }) => hashes.flatMap(({ value }) => value.runs.map((run) => key(run.origin))))),
  )
  const calls = new Set(pins.flatMap(({ fetches }) => fetches.map((fetch) => key(fetch.place))))
  const found: StaleHash[] = []
  for (const [file, document] of documents) {
    const own = [pin.place, ...pin.fetches.map((fetch) => fetch.place)].filter((place) => place.file === file)
    if (own.length > 0) new Search(file, own, managed, calls, found).look(document.root)
  }
  return found
}

const key = ({ file, start }: Place): string => `${file}:${start}`

/** Names in scope, innermost last: where each is bound. */
type Scopes = readonly (readonly BindingOrInherit[])[]

class Search {
  readonly #file: string
  readonly #own: readonly Place[]
  readonly #managed: ReadonlySet<string>
  readonly #calls: ReadonlySet<string>
  readonly #found: StaleHash[]

  constructor(file: string, own: readonly Place[], managed: ReadonlySet<string>, calls: ReadonlySet<string>, found: StaleHash[]) {
    this.#file = file
    this.#own = own
    this.#managed = managed
    this.#calls = calls
    this.#found = found
  }

  look(root: Expression): void {
    const todo: { node: Node; scopes: Scopes }[] = [{ node: root, scopes: [] }]
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const { node, scopes } = next
      const isScope = 'kind' in node && (node.kind === 'let' || (node.kind === 'attributes' && node.recursive))
      const inner = isScope ? [...scopes, node.bindings] : scopes
      if ('kind' in node && node.kind === 'attributes' && this.#shares(node, inner)) {
        this.#collect(node)
        continue
      }
      for (const child of children(node).toReversed()) todo.push({ node: child, scopes: inner })
    }
  }

  /** Whether this is the set of a package that has the pin's version: it holds the version or the fetch, or takes them by name from where they are. */
  #shares(set: AttributeSet, scopes: Scopes): boolean {
    const names = set.bindings.flatMap((each) => (each.kind === 'binding' ? each.path.slice(0, 1) : each.names)).map(staticName)
    if (!names.includes('version') && !names.includes('src')) return false
    if (!names.some((name) => name !== null && (ofDependencies.test(name) || /^(?:pname|name|src)$/.test(name)))) return false
    return set.bindings.some((each) => {
      if (each.kind === 'inherit')
        return (
          each.from === null && each.names.some((name) => isVersionOrSource(staticName(name)) && this.#boundHere(staticName(name)!, scopes))
        )
      if (!isVersionOrSource(staticName(each.path[0]!))) return false
      if (this.#own.some((place) => each.start <= place.start && place.start < each.end)) return true
      return each.value.kind === 'identifier' && this.#boundHere(each.value.name, scopes)
    })
  }

  #boundHere(name: string, scopes: Scopes): boolean {
    for (const bindings of scopes.toReversed()) {
      const bound = bindings.find(
        (each): each is Binding => each.kind === 'binding' && each.path.length === 1 && staticName(each.path[0]!) === name,
      )
      if (bound !== undefined) return this.#own.some((place) => bound.start <= place.start && place.start < bound.end)
    }
    return false
  }

  #collect(set: AttributeSet): void {
    const todo: { node: Node; label: string; inCall: boolean }[] = [{ node: set, label: '', inCall: false }]
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const { node, label, inCall } = next
      if (!('kind' in node) || (node.kind === 'apply' && this.#calls.has(key({ file: this.#file, start: node.start, end: node.end }))))
        continue
      let name = label
      let call = inCall
      if (node.kind === 'binding') {
        const own = staticName(node.path.at(-1)!) ?? ''
        const isHash = ofDependencies.test(own) || (inCall && hashNames.test(own))
        if (isHash && !this.#isManaged(node.value)) {
          this.#found.push({
            attribute: ofDependencies.test(own) || label === '' ? own : `${label}.${own}`,
            file: this.#file,
            start: node.start,
            end: node.end,
          })
          continue
        }
        name = own
      }
      if (node.kind === 'apply')
        call ||= dependencyCall.test(nameOf(node.function)) || (nameOf(node.function).startsWith('fetch') && mentionsVersion(node.argument))
      for (const child of children(node).toReversed()) todo.push({ node: child, label: name, inCall: call })
    }
  }

  #isManaged(value: Expression): boolean {
    const todo: Node[] = [value]
    for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
      if (this.#managed.has(key({ file: this.#file, start: node.start, end: node.end }))) return true
      todo.push(...children(node))
    }
    return false
  }
}

const isVersionOrSource = (name: string | null): boolean => name === 'version' || name === 'src'

/** `fetchPnpmDeps`, `pnpm.fetchDeps`. */
function nameOf(callee: Expression): string {
  if (callee.kind === 'identifier') return callee.name
  if (callee.kind === 'parenthesized') return nameOf(callee.expression)
  if (callee.kind !== 'select') return ''
  return callee.path.map((name) => staticName(name) ?? '').join('.')
}

/** Whether what is fetched follows the version. */
function mentionsVersion(argument: Expression): boolean {
  const todo: Node[] = [argument]
  for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
    if ('kind' in node && node.kind === 'identifier' && (node.name === 'version' || node.name === 'src')) return true
    todo.push(...children(node))
  }
  return false
}
