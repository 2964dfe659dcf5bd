// A pin and the comments beside it → what a person allows for its versions.
import type { Problem } from '../core/report.ts'
import { excerpt } from '../core/position.ts'
import type { Place } from '../core/span.ts'
import { commentsBeside, policyComments } from '../pin/beside.ts'
import type { Discovery } from '../pin/discover.ts'
import type { Pin } from '../pin/pin.ts'
import { type Policy, merge, noPolicy } from '../pin/policy.ts'
import type { Checkout } from './checkout.ts'

/** What is said of a pin; `problem` is a sentence with its place where something said cannot be understood. */
export interface Spoken {
  readonly policy: Policy
  readonly problem: string | null
}

/** Reads the comments beside the pin's version, its hashes and its fetches, in every Nix file they stand in. */
export function policyOf(checkout: Checkout, pin: Pin): Spoken {
  let policy: Partial<Policy> = {}
  for (const [file, places] of placesOf(pin)) {
    const document = file.endsWith('.nix') ? checkout.document(file) : null
    if (document === null) continue
    for (const comment of commentsBeside(document, places)) {
      const both = comment.said.ok ? merge(policy, comment.said.policy) : comment.said
      if (!both.ok) {
        const { line } = checkout.position({ file, start: comment.start, end: comment.end })
        return { policy: { ...noPolicy, ...policy }, problem: `${file}:${line}: ${both.message}` }
      }
      policy = both.policy
    }
  }
  return { policy: { ...noPolicy, ...policy }, problem: null }
}

function placesOf(pin: Pin): Map<string, Place[]> {
  const places = new Map<string, Place>()
  const add = (place: Place): unknown => places.set(`${place.file}:${place.start}:${place.end}`, place)
  add(pin.place)
  for (const fetch of pin.fetches) {
    add(fetch.place)
    for (const { value } of fetch.hashes) for (const run of value.runs) add({ file: run.origin.file, start: run.from, end: run.to })
  }
  const byFile = new Map<string, Place[]>()
  for (const place of places.values()) byFile.set(place.file, [...(byFile.get(place.file) ?? []), place])
  return byFile
}

/** The comments of a file that speak to pinhash and cannot be understood. */
export function policyProblems(checkout: Checkout, file: string): Problem[] {
  const text = checkout.text(file) ?? ''
  const document = checkout.document(file)
  if (document === null) return []
  return policyComments(document).flatMap(({ said, start, end }): Problem[] =>
    said.ok
      ? []
      : [{ file, ...checkout.position({ file, start, end }), code: 'bad-config', message: said.message, excerpt: excerpt(text, start) }],
  )
}

/**
 * The comments of a file that speak to pinhash and stand beside nothing that is fetched: a person believes in vain that they hold. One that only says `ignore` asks
 * for what is so already.
 */
export function strayComments(checkout: Checkout, file: string, { pins, unmanaged }: Discovery): Problem[] {
  const text = checkout.text(file) ?? ''
  const document = checkout.document(file)
  const comments =
    document === null
      ? []
      : policyComments(document).filter(({ said }) => said.ok && Object.keys(said.policy).some((key) => key !== 'ignore'))
  if (document === null || comments.length === 0) return []
  const places = [
    ...pins.flatMap((pin) => placesOf(pin).get(file) ?? []),
    ...unmanaged.flatMap(({ place }) => (place.file === file ? [place] : [])),
  ]
  const beside = new Set(commentsBeside(document, places).map(({ start }) => start))
  const message =
    'no pin stands beside this comment: put it on the line of the version, or directly above the version or the binding that holds the pin'
  return comments.flatMap(({ start, end }): Problem[] =>
    beside.has(start)
      ? []
      : [{ file, ...checkout.position({ file, start, end }), code: 'bad-config', message, excerpt: excerpt(text, start) }],
  )
}
