// Pins and what verifying them fetches → as many parts of about equal weight as there are machines to share the work.
import { compareText } from '../core/natural-order.ts'

/** One pin as it is shared out. */
export interface Portion {
  /** No other's; the same on every machine. */
  readonly key: string
  /** What is downloaded for it, each under a name that no other download has. */
  readonly downloads: readonly string[]
  /** What has to be asked for it besides; null: nothing. */
  readonly release: string | null
}

/** What goes to one machine whole. */
interface Bundle {
  /** The first of its keys. */
  readonly key: string
  readonly release: string | null
  readonly portions: readonly Portion[]
  readonly weight: number
}

/** Bytes that could be downloaded while a download is asked for: what even the smallest one weighs. */
const asking = 2 ** 20

/**
 * The shard of each portion, from 0 to `number` - 1, in the order given. It depends on what the portions are and not on their order, so machines agree that share
 * nothing but the files. Portions with a download in common stay together, and so do those of one release unless they are more than an equal share. No shard
 * weighs more than an equal share and the heaviest that stays together. `sizes` are the bytes of those downloads that are known; the others count as much as the
 * one in the middle of them.
 */
export function shardsOf(portions: readonly Portion[], number: number, sizes: ReadonlyMap<string, number> = new Map()): number[] {
  const bundle = bundler(sizes)
  const apart = sharingDownloads(
    portions.toSorted((a, b) => compareText(a.key, b.key)),
    bundle,
  )
  const share = apart.reduce((sum, { weight }) => sum + weight, 0) / number
  const bundles = byRelease(apart).flatMap((own) => {
    const joined = bundle(own.flatMap((each) => each.portions))
    return joined.weight <= share ? [joined] : own
  })
  const loads = new Array<number>(number).fill(0)
  const shards = new Map<Portion, number>()
  // The heaviest first, each to the first of those that have least.
  for (const { portions: own, weight } of bundles.toSorted((a, b) => b.weight - a.weight || compareText(a.key, b.key))) {
    const shard = loads.indexOf(Math.min(...loads))
    loads[shard]! += weight
    for (const portion of own) shards.set(portion, shard)
  }
  return portions.map((portion) => shards.get(portion)!)
}

function sharingDownloads(portions: readonly Portion[], bundle: (portions: readonly Portion[]) => Bundle): Bundle[] {
  const groups = new Set<readonly Portion[]>()
  const byDownload = new Map<string, readonly Portion[]>()
  for (const portion of portions) {
    const known = new Set(portion.downloads.flatMap((download) => (byDownload.has(download) ? [byDownload.get(download)!] : [])))
    const group = [...[...known].flat(), portion]
    for (const each of known) groups.delete(each)
    groups.add(group)
    for (const download of group.flatMap((each) => each.downloads)) byDownload.set(download, group)
  }
  return [...groups].map(bundle)
}

function byRelease(bundles: readonly Bundle[]): Bundle[][] {
  const groups = new Map<string, Bundle[]>()
  const alone: Bundle[][] = []
  for (const each of bundles) {
    const group = each.release === null ? undefined : groups.get(each.release)
    if (each.release === null) alone.push([each])
    else if (group === undefined) groups.set(each.release, [each])
    else group.push(each)
  }
  return [...alone, ...groups.values()]
}

function bundler(sizes: ReadonlyMap<string, number>): (portions: readonly Portion[]) => Bundle {
  const usual = [...sizes.values()].toSorted((a, b) => a - b)[sizes.size >> 1] ?? 0
  return (unsorted) => {
    const portions = unsorted.toSorted((a, b) => compareText(a.key, b.key))
    const { key, release } = portions[0]!
    const downloads = new Set(portions.flatMap((each) => each.downloads))
    const weight = [...downloads].reduce((sum, download) => sum + asking + (sizes.get(download) ?? usual), 0)
    return { key, release, portions, weight: Math.max(asking, weight) }
  }
}
