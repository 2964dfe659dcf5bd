// The files of a checkout → what may hold a table by version; each data file is parsed once.
import { Kept } from '../core/kept.ts'
import { type Source, tomlSource } from '../pin/version-rows.ts'
import type { Checkout } from './checkout.ts'

const known = new WeakMap<Checkout, Kept<Source | null>>()

/** Characters of TOML files whose trees are kept. */
const mostParsed = 2 ** 23

/** The table that a file may be, as it is on disk. */
export function tableSources(checkout: Checkout): (file: string) => Source | null {
  const kept = known.get(checkout) ?? new Kept<Source | null>(mostParsed)
  known.set(checkout, kept)
  return (file) => {
    if (file.endsWith('.nix')) return checkout.document(file)
    const text = checkout.text(file) ?? ''
    if (file.endsWith('.json')) {
      const root = checkout.json(file)
      return root === null ? null : { kind: 'json', text, root }
    }
    if (!file.endsWith('.toml')) return null
    const before = kept.get(file)
    if (before !== undefined) return before
    const source = tomlSource(text)
    kept.set(file, source, text.length)
    return source
  }
}
