// A pin and the files it stands in → the other hashes there that go stale with its version: of dependencies, of what is built or fetched beside it.
import type { Place, Span } from '../core/span.ts'
import { children, type Node } from '../nix/children.ts'
import { staticName } from '../nix/evaluate/bindings.ts'
import type { AttributeSet, Binding, BindingOrInherit, Document, Expression } from '../nix/syntax.ts'
import { type Held, heldBy, placeKey } from './held.ts'
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
  const found: StaleHash[] = []
  for (const [file, document] of documents) {
    const own = [pin.place, ...pin.fetches.map((fetch) => fetch.place)].filter((place) => place.file === file)
    if (own.length > 0) new Search(file, heldBy(pins), found).look(own, document)
  }
  return found
}

/** The set of a package. */
interface Package {
  readonly set: AttributeSet
  /** Where its version and its source come from. */
  readonly sources: readonly Span[]
}

const known = new WeakMap<Document, readonly Package[]>()

/** The packages of a file in document order, one inside another behind it. */
function packagesOf(document: Document): readonly Package[] {
  const packages = known.get(document) ?? [...packagesIn(document.root)]
  known.set(document, packages)
  return packages
}

/** Names in scope, innermost last: where each is bound. */
type Scopes = readonly (readonly BindingOrInherit[])[]

function* packagesIn(root: Expression): Iterable<Package> {
  const todo: { node: Node; scopes: Scopes }[] = [{ node: root, scopes: [] }]
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { node, scopes } = next
    const isScope = 'kind' in node && (node.kind === 'let' || (node.kind === 'attributes' && node.recursive))
    const inner = isScope ? [...scopes, node.bindings] : scopes
    if ('kind' in node && node.kind === 'attributes') {
      const sources = sourcesOf(node, inner)
      if (sources.length > 0) yield { set: node, sources }
    }
    for (const child of children(node).toReversed()) todo.push({ node: child, scopes: inner })
  }
}

/** Where a package's version and source stand: in its own set, or where that takes them from by name. None for a set that is no package. */
function sourcesOf(set: AttributeSet, scopes: Scopes): readonly Span[] {
  const names = set.bindings.flatMap((each) => (each.kind === 'binding' ? each.path.slice(0, 1) : each.names)).map(staticName)
  if (!names.includes('version') && !names.includes('src')) return []
  if (!names.some((name) => name !== null && (ofDependencies.test(name) || /^(?:pname|name|src)$/.test(name)))) return []
  return set.bindings.flatMap((each): readonly Span[] => {
    if (each.kind === 'inherit')
      return each.from !== null ? [] : each.names.map(staticName).flatMap((name) => (isVersionOrSource(name) ? boundTo(name, scopes) : []))
    if (!isVersionOrSource(staticName(each.path[0]!))) return []
    return [each, ...(each.value.kind === 'identifier' ? boundTo(each.value.name, scopes) : [])]
  })
}

/** The binding of a name, where there is one. */
function boundTo(name: string, scopes: Scopes): readonly Span[] {
  for (const bindings of scopes.toReversed()) {
    const bound = bindings.find(
      (each): each is Binding => each.kind === 'binding' && each.path.length === 1 && staticName(each.path[0]!) === name,
    )
    if (bound !== undefined) return [bound]
  }
  return []
}

class Search {
  readonly #file: string
  readonly #held: Held
  readonly #found: StaleHash[]

  constructor(file: string, held: Held, found: StaleHash[]) {
    this.#file = file
    this.#held = held
    this.#found = found
  }

  /** Looks through the packages that have the version or the fetch of a pin, which stand at its own places. */
  look(own: readonly Place[], document: Document): void {
    let end = 0
    for (const { set, sources } of packagesOf(document))
      if (set.start >= end && sources.some((span) => own.some((place) => span.start <= place.start && place.start < span.end))) {
        this.#collect(set)
        ;({ end } = set)
      }
  }

  #collect(set: AttributeSet): void {
    const todo: { node: Node; label: string; inCall: boolean }[] = [{ node: set, label: '', inCall: false }]
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const { node, label, inCall } = next
      if (!('kind' in node) || (node.kind === 'apply' && this.#held.calls.has(placeKey(this.#file, node.start)))) continue
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
      if (this.#held.literals.has(placeKey(this.#file, node.start))) return true
      todo.push(...children(node))
    }
    return false
  }
}

const isVersionOrSource = (name: string | null): name is string => name === 'version' || name === 'src'

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
