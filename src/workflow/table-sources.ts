// The files of a checkout → what may hold a table by version.
import type { Source } from '../pin/version-rows.ts'
import type { Checkout } from './checkout.ts'

/** The table that a file may be, as it is on disk. */
export function tableSources(checkout: Checkout): (file: string) => Source | null {
  return (file) => {
    if (file.endsWith('.nix')) return checkout.document(file)
    const text = checkout.text(file) ?? ''
    if (file.endsWith('.json')) {
      const root = checkout.json(file)
      return root === null ? null : { kind: 'json', text, root }
    }
    const layout = file.endsWith('.toml') ? checkout.toml(file) : null
    return layout === null ? null : { kind: 'toml', text, layout }
  }
}
