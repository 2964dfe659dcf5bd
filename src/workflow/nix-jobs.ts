// A pin of Nix files and a version → what is fetched then, and the edits that ask for it.
import { parseReleaseUrl } from '../core/release-url.ts'
import { algorithmsOf } from '../pin/hash-edits.ts'
import type { Pin, PinFetch } from '../pin/pin.ts'
import { type ChosenBy, assetAt, chosenAsset } from './assets.ts'
import { type Planned, commentsOf, editsFor, treeRule } from './nix-pin.ts'
import { heldRelease } from './origin.ts'
import { Refusal } from './refusal.ts'
import type { Stay } from './resolve.ts'
import type { Retargeted } from './retarget.ts'
import type { Tools } from './tools.ts'
import type { Subject } from './weigh.ts'

/** One fetch with everything known of it at the new version. */
export interface Job extends Subject {
  readonly fetch: PinFetch
  readonly after: PinFetch
  readonly by: ChosenBy | null
}

/** A pin brought to another version in memory. */
export interface Prepared {
  readonly planned: Planned
  readonly jobs: readonly Job[]
}

/** Step 4 for one version: what would be edited and fetched. Throws Refusal where the release lacks an asset, or the file cannot be brought there. */
export async function preparedNixPin(
  pin: Pin,
  fetches: readonly PinFetch[],
  target: Stay,
  tools: Tools,
  comments: boolean,
): Promise<Prepared> {
  const planned = editsFor(tools.found, pin, target.tag, comments)
  const retargeted = await tools.proofs.retarget(pin, planned)
  const wanted = retargeted.filter(({ fetch }) => fetches.includes(fetch))
  return { planned, jobs: await jobsOf(pin, wanted, target, tools) }
}

async function jobsOf(pin: Pin, retargeted: readonly Retargeted[], { tag, release, warnings }: Stay, tools: Tools): Promise<Job[]> {
  const unasked = warnings.some((warning) => warning.code === 'without-list')
  const current = retargeted.some(({ fetch }) => fetch.builder !== null) ? await heldRelease(pin.repository, pin.tag, tools) : null
  return retargeted.map(({ fetch, urls, after }): Job => {
    const { system } = fetch
    const algorithms = algorithmsOf(fetch.hashes)
    if (fetch.builder !== null) {
      if (release === null || pin.repository === null || pin.tag === null)
        throw new Refusal('refused', 'doubt', `Which assets ${pin.name} uses cannot be known without its releases`)
      const { asset, by } = chosenAsset(fetch, pin.repository, current, pin.tag, release, commentsOf(tools.found, pin))
      return { fetch, after, by, url: asset.url, asset, release, algorithms, tree: null, label: `${pin.name} ${system}` }
    }
    const url = urls[0]!
    const parsed = parseReleaseUrl(url)
    if (parsed !== null && parsed.tag !== null && tag !== null && fetch.release?.tag === pin.tag && parsed.tag !== tag)
      throw new Refusal(
        'refused',
        'not-editable',
        `With ${tag} written into ${pin.place.file} the URL for ${system} would be ${url}; its tag is put together in a way that does not fit`,
      )
    // The version of two repositories: of the other one there is no list.
    const isOwn = parsed === null || (parsed.repository.org === pin.repository?.org && parsed.repository.name === pin.repository.name)
    const asset = release === null || !isOwn ? null : assetAt(url, release, system)
    return {
      fetch,
      after,
      by: null,
      url,
      asset,
      release: asset === null ? null : release,
      algorithms,
      tree: treeRule(fetch),
      label: `${pin.name} ${system}`,
      unasked,
    }
  })
}
