// The assets of a pin before and after → warnings of what changes for its systems besides the version.
import type { Release } from '../core/release.ts'
import type { Warning } from '../core/report.ts'
import { type Covered, coverageChanges, usesForeign } from '../pin/coverage.ts'

/** The release that the pin is at is asked for only where it matters. `tool` is the repository's name. */
export async function coverageWarnings(
  covered: readonly Covered[],
  before: { readonly tag: string | null; readonly release: () => Promise<Release | null> },
  after: { readonly tag: string; readonly release: Release },
  tool: string,
): Promise<Warning[]> {
  const old = usesForeign(covered, tool) ? await before.release() : null
  const names = ({ assets }: Release): string[] => assets.map((asset) => asset.name)
  const changes = coverageChanges(
    covered,
    { tag: before.tag, names: old === null ? null : names(old) },
    { tag: after.tag, names: names(after.release) },
    tool,
  )
  return changes.map((message) => ({ code: 'coverage', message }))
}
