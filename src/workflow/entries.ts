// Pins of Nix files and pins of pinhash.json → one kind of thing to select, list and update.
import type { ListedAsset } from '../core/report.ts'
import type { System } from '../core/system.ts'
import { spellingName } from '../pin/hash-edits.ts'
import { type Pin, hashPlace } from '../pin/pin.ts'
import type { SpecPin } from '../pin/spec.ts'
import { type Found, specFile } from './found.ts'
import type { Selectable } from './select.ts'
import { type Spoken, policyOf } from './pin-policy.ts'
import { type GeneratedState, generatedState } from './spec-state.ts'

/** A pin with where it stands, whichever way it was written. */
export type Entry = Selectable & {
  readonly column: number
  readonly tag: string | null
  readonly org: string | null
  readonly repo: string | null
  readonly spoken: Spoken
} & ({ readonly kind: 'nix'; readonly pin: Pin } | { readonly kind: 'spec'; readonly spec: SpecPin; readonly state: GeneratedState })

export type NixEntry = Extract<Entry, { kind: 'nix' }>
export type SpecEntry = Extract<Entry, { kind: 'spec' }>

/** All pins: those of Nix files in document order, then those of pinhash.json. */
export function entriesOf(found: Found): Entry[] {
  const { checkout, discovery, spec } = found
  const fromNix = discovery.pins.map((pin): Entry => ({
    kind: 'nix',
    pin,
    name: pin.name,
    aliases: pin.aliases,
    file: pin.place.file,
    ...checkout.position(pin.place),
    tag: pin.tag,
    org: pin.repository?.org ?? null,
    repo: pin.repository?.name ?? null,
    spoken: policyOf(checkout, pin),
    systems: [...new Set(pin.fetches.map((fetch) => fetch.system))],
  }))
  const fromSpec = (spec?.pins ?? []).map((pin): Entry => {
    const { start, end } = pin.versionNode
    return {
      kind: 'spec',
      spec: pin,
      state: generatedState(checkout, pin),
      name: pin.pin,
      aliases: [`${pin.org}/${pin.name}`, pin.name].filter((alias) => alias !== pin.pin),
      file: specFile,
      ...checkout.position({ file: specFile, start, end }),
      tag: pin.version,
      org: pin.org,
      repo: pin.name,
      spoken: { policy: pin.policy, problem: null },
      systems: pin.systems.map(({ system }) => system),
    }
  })
  return [...fromNix, ...fromSpec]
}

/** What `list` says of a pin's assets by system. */
export function listedSystems(found: Found, entry: Entry): Record<System, readonly ListedAsset[]> {
  const systems: Record<System, ListedAsset[]> = {}
  if (entry.kind === 'spec') {
    for (const { system, url, sha256, line } of entry.state.systems)
      systems[system] = [{ url, mode: 'flat', hash: { value: sha256, spelling: 'nix32', file: entry.spec.file, line } }]
    return systems
  }
  for (const fetch of entry.pin.fetches)
    for (const hash of fetch.hashes) {
      const place = hashPlace(hash, fetch)
      const url = fetch.urls[0]?.text ?? `${entry.pin.repository?.org}/${entry.pin.repository?.name}`
      const listed: ListedAsset = {
        url,
        mode: fetch.mode,
        hash: {
          value: hash.value.text,
          spelling: spellingName(hash, entry.pin),
          file: place.file,
          line: found.checkout.position(place).line,
        },
      }
      ;(systems[fetch.system] ??= []).push(listed)
    }
  return systems
}
