// A pin among all pins → the others that are the same package at another version, for other systems.
import type { Pin } from './pin.ts'

/** Pins of the same name and file whose systems are none of this pin's: between them they are one package, whose systems sit at different versions. */
export function splitFrom(pin: Pin, pins: readonly Pin[]): Pin[] {
  if (pin.tag === null) return []
  const systems = new Set(pin.fetches.map((fetch) => fetch.system))
  return pins.filter(
    (other) =>
      other !== pin &&
      other.name === pin.name &&
      other.place.file === pin.place.file &&
      other.tag !== null &&
      other.tag !== pin.tag &&
      other.fetches.every((fetch) => !systems.has(fetch.system)),
  )
}
