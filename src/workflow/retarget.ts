// Pins and the edits of their versions → the fetches they would make then: DESIGN's step 4.
import type { Text } from '../nix/evaluate/value.ts'
import { sightKey } from '../pin/discover.ts'
import type { FileEdit } from '../pin/literal-edit.ts'
import type { Pin, PinFetch } from '../pin/pin.ts'
import { type Intended, type RowCopy, Shift, identity, prove } from '../pin/proof.ts'
import type { Root } from '../pin/roots.ts'
import { textAfter } from '../pin/text-after.ts'
import type { Found } from './found.ts'
import { eachAlone } from './each-alone.ts'
import { type Planned, lend, shownAs } from './nix-pin.ts'
import { reevaluated } from './proving.ts'
import { Refusal } from './refusal.ts'

/** One fetch of a pin at another version. */
export interface Retargeted {
  readonly fetch: PinFetch
  /** Every URL of the fetch then, in the order of trying; empty for a builder that cannot be read. */
  readonly urls: readonly string[]
  readonly after: PinFetch
}

/** A pin and the edits that bring it to another version. */
export interface Move {
  readonly pin: Pin
  readonly isShown: Planned['isShown']
  readonly edits: readonly FileEdit[]
  readonly copies: readonly RowCopy[]
}

/**
 * Evaluates with the versions replaced and reads the new URLs, for pins that the same roots show: of each what it would be alone, or Refusal where something else
 * would change. Several are taken together where what each comes to follows from its own edits.
 */
export function retargetEach(
  found: Found,
  cover: readonly Root[],
  moves: readonly Move[],
  pause: () => Promise<void>,
): Promise<readonly (() => readonly Retargeted[])[]> {
  return eachAlone(
    moves,
    (some) => {
      const all = retargeted(found, cover, some)
      if (all === null) return null
      const isPlain = all.every((own, i) => own.every((each) => isOwnDoing(each, some[i]!)))
      return isPlain || areApart(found, cover, some, all) ? all : null
    },
    (one) => retargeted(found, cover, [one])![0]!,
    pause,
  )
}

/** Whether a fetch is now what the pin's own edits make of its characters, so that no other pin's have a part in it. */
function isOwnDoing({ fetch, after }: Retargeted, { edits, copies }: Move): boolean {
  const own = [...edits, ...copies.flatMap((copy) => copy.edits)]
  const texts = ({ builder, urls, hashes }: PinFetch): Text[] => [
    ...(builder === null ? urls : [builder.org, builder.name, builder.version]),
    ...hashes.map(({ value }) => value),
  ]
  const now = texts(after)
  const expected = texts(fetch).map((text) => textAfter(text, own))
  return expected.length === now.length && expected.every((text, i) => text === now[i]!.text)
}

/** Whether each pin comes to the same, and leaves the others alone, when any other is left out: every two of them are apart in one of some evaluations. */
function areApart(found: Found, cover: readonly Root[], moves: readonly Move[], all: readonly (readonly Retargeted[])[]): boolean {
  const shown = (own: readonly Retargeted[]): string => JSON.stringify(own.map(({ after }) => shownAs(after)))
  for (let bit = 1; bit < moves.length; bit *= 2)
    for (const side of [0, bit]) {
      const members = [...moves.keys()].filter((i) => (i & bit) === side)
      const some = retargeted(
        found,
        cover,
        members.map((i) => moves[i]!),
      )
      if (some === null || members.some((i, at) => shown(some[at]!) !== shown(all[i]!))) return false
    }
  return true
}

/** The pins after the edits of all of them. Null where two of them show as the same fetch; throws Refusal where one does not come to what it should. */
function retargeted(found: Found, cover: readonly Root[], moves: readonly Move[]): (readonly Retargeted[])[] | null {
  const edits = moves.flatMap((move) => move.edits)
  const { before, after } = reevaluated(
    found,
    cover,
    moves.map(({ pin }) => pin),
    edits,
  )
  const shift = new Shift(edits)
  const later = new Map<string, PinFetch[]>()
  for (const root of after)
    for (const fetch of root.fetches) {
      const key = identity(root.file, fetch, null)
      const known = later.get(key)
      if (known === undefined) later.set(key, [fetch])
      else known.push(fetch)
    }
  const owners = new Map(moves.flatMap((move) => [...move.pin.fetches, ...move.pin.borrowed].map((fetch) => [sightKey(fetch), move])))
  const taken = new Map<string, Move>()
  const moved = new Map<string, PinFetch>()
  for (const root of before)
    for (const fetch of root.fetches) {
      const key = sightKey(fetch)
      const owner = owners.get(key)
      if (owner === undefined) continue
      const same = identity(root.file, fetch, shift.within(owner.copies))
      if ((taken.get(same) ?? owner) !== owner) return null
      taken.set(same, owner)
      const now = later.get(same)?.shift()
      if (now !== undefined) moved.set(key, now)
    }
  const intended = new Map<string, Intended>()
  const all = moves.map(({ pin, copies, isShown }) => {
    const own = pin.fetches.map((fetch): Retargeted => {
      const now = moved.get(sightKey(fetch))
      if (now === undefined && isShown)
        throw new Refusal(
          'refused',
          'not-editable',
          `A new row beside that of ${pin.name} ${pin.tag} would not be fetched: nothing selects it; change by hand what selects the row`,
        )
      if (now === undefined)
        throw new Refusal(
          'refused',
          'not-editable',
          `With the version changed, ${pin.place.file} no longer has the fetch of ${pin.name} for ${fetch.system}`,
        )
      refuseElsewhere(pin, fetch, now)
      intended.set(sightKey(fetch), { urls: shownAs(now), hashes: now.hashes.map((hash) => hash.value.text), copies, isAdded: isShown })
      return { fetch, urls: now.urls.map((url) => url.text), after: now }
    })
    lend(pin, intended)
    return own
  })
  const problem = prove(before, after, edits, (fetch) => intended.get(sightKey(fetch)) ?? null)
  if (problem !== null)
    throw new Refusal('refused', 'not-proven', `Changing the version of ${moves[0]!.pin.name} would change more than that pin: ${problem}`)
  return all
}

/** A file may take another version for a reason to fetch something else: that is not the update that was asked for. */
function refuseElsewhere(pin: Pin, fetch: PinFetch, now: PinFetch): void {
  const home = (each: PinFetch): string => {
    const repository =
      each.builder === null ? (each.release?.repository ?? null) : { server: '', org: each.builder.org.text, name: each.builder.name.text }
    return repository === null ? new URL(each.urls[0]!.text).host : `${repository.server}/${repository.org}/${repository.name}`
  }
  if (home(fetch) !== home(now))
    throw new Refusal(
      'refused',
      'not-editable',
      `With the version changed, ${pin.place.file} would fetch from ${home(now)} instead of ${home(fetch)} for ${fetch.system}`,
    )
}
