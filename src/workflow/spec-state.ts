// A pin of pinhash.json → what its generated file holds of it now.
import type { Place } from '../core/span.ts'
import type { System } from '../core/system.ts'
import { staticName } from '../nix/evaluate/bindings.ts'
import { type Data, evaluateData } from '../nix/evaluate/evaluate-data.ts'
import type { Binding, Expression } from '../nix/syntax.ts'
import type { GeneratedPin } from '../pin/generated-file.ts'
import type { SpecPin } from '../pin/spec.ts'
import type { Checkout } from './checkout.ts'

/** The version and the hashes a generated file holds for a pin; empty where it does not hold the pin yet. */
export interface GeneratedState {
  readonly version: string | null
  readonly systems: readonly HeldHash[]
}

export interface HeldHash {
  readonly system: System
  readonly url: string
  readonly sha256: string
  /** Of the literal of `sha256`, as far as it is written out; else of the beginning of the file. */
  readonly line: number
  readonly column: number
}

const isSet = (data: Data): data is { readonly [name: string]: Data } => typeof data === 'object' && data !== null && !Array.isArray(data)

/** All pins a generated file holds, by name. */
export function generatedPins(checkout: Checkout, file: string): Map<string, GeneratedPin> {
  const pins = new Map<string, GeneratedPin>()
  const data = checkout.text(file) === null ? undefined : evaluateData(checkout.tree(), file)
  if (!isSet(data)) return pins
  for (const [pin, held] of Object.entries(data)) {
    if (!isSet(held)) continue
    const { org, name, version, url, sha256 } = held
    if (typeof org !== 'string' || typeof name !== 'string' || typeof version !== 'string' || !isSet(url) || !isSet(sha256)) continue
    const systems = Object.entries(url).flatMap(([system, address]) => {
      const hash = sha256[system]
      return typeof address === 'string' && typeof hash === 'string' ? [{ system, url: address, sha256: hash }] : []
    })
    pins.set(pin, { pin, org, name, version, systems })
  }
  return pins
}

/** What the pin's generated file holds of it. */
export function generatedState(checkout: Checkout, pin: SpecPin): GeneratedState {
  const held = generatedPins(checkout, pin.file).get(pin.pin)
  const systems = (held?.systems ?? []).map((each) => ({
    ...each,
    ...checkout.position(literalAt(checkout, pin.file, [pin.pin, 'sha256', each.system])),
  }))
  return { version: held?.version ?? null, systems }
}

function literalAt(checkout: Checkout, file: string, names: readonly string[]): Place {
  let at: Expression | undefined = checkout.document(file)?.root
  for (const name of names) {
    const bindings = at?.kind === 'attributes' ? at.bindings : []
    const isIt = (each: (typeof bindings)[number]): each is Binding =>
      each.kind === 'binding' && each.path.length === 1 && staticName(each.path[0]!) === name
    at = bindings.find(isIt)?.value
  }
  const text = at?.kind === 'string' ? at.parts[0] : undefined
  return { file, start: text?.start ?? 0, end: text?.end ?? 0 }
}
