// Assets by system → rows that name all systems an asset is for.
import { usualSystems } from '../../core/system.ts'
import type { System } from '../../core/system.ts'

export interface SystemsRow<Asset> {
  readonly systems: string
  /** Each of them. */
  readonly names: readonly System[]
  readonly asset: Asset
}

/** Joins the systems whose assets have the same key, in order of first appearance; `all systems` where that is every one and the four usual ones are among them. */
export function joinSystems<Asset>(
  systems: Readonly<Record<System, readonly Asset[]>>,
  key: (asset: Asset) => string,
): readonly SystemsRow<Asset>[] {
  const rows = new Map<string, { systems: System[]; asset: Asset }>()
  for (const [system, assets] of Object.entries(systems)) {
    for (const asset of assets) {
      const row = rows.get(key(asset))
      if (row === undefined) rows.set(key(asset), { systems: [system], asset })
      else if (!row.systems.includes(system)) row.systems.push(system)
    }
  }
  const every = Object.keys(systems)
  return [...rows.values()].map((row) => ({ systems: systemsText(row.systems, every), names: row.systems, asset: row.asset }))
}

/** `all systems`, or their names; `every` are those of the pin. */
export function systemsText(systems: readonly System[], every: readonly System[]): string {
  const all = every.every((system) => systems.includes(system)) && usualSystems.every((system) => systems.includes(system))
  return all ? 'all systems' : systems.join(', ')
}
