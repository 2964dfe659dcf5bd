// When a release was published and its files last changed → how long it has been left alone.
import { durationText } from '../core/duration.ts'

/** What is known of a release's times: ISO 8601, null where nobody said. */
export interface Dated {
  readonly publishedAt?: string | null
  readonly assets?: readonly { readonly updatedAt: string | null }[]
}

const day = 86_400_000

/** Milliseconds since the epoch; null where the text is no time. */
export function timeOf(text: string | null | undefined): number | null {
  const time = text === null || text === undefined ? NaN : Date.parse(text)
  return Number.isNaN(time) ? null : time
}

/** Whole days since the release was published, not below 0; null where that is not known. */
export function daysSince(release: Dated, now: number): number | null {
  const published = timeOf(release.publishedAt)
  return published === null ? null : Math.max(0, Math.floor((now - published) / day))
}

/** Why a release does not have the least age, as a clause about it, or null. A release whose time is not known does not. */
export function ageProblemOf(release: Dated, least: number, now: number): string | null {
  if (least <= 0) return null
  const published = timeOf(release.publishedAt)
  if (published === null) return `does not say when it was published, so it cannot be known to be ${durationText(least)} old`
  if (now - published < least) return `was published less than ${durationText(least)} ago`
  const changed = Math.max(...(release.assets ?? []).map(({ updatedAt }) => timeOf(updatedAt) ?? published), published)
  return now - changed < least ? `has files that were put there less than ${durationText(least)} ago` : null
}
