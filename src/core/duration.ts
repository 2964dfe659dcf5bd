// `7d` → milliseconds, and back.

const hour = 3_600_000
const units: Readonly<Record<string, number>> = { h: hour, d: 24 * hour, w: 7 * 24 * hour }

/** `12h`, `7d` or `2w` in milliseconds; null for everything else. `0d` is no age at all. */
export function parseDuration(text: string): number | null {
  const [, count, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? []
  const length = unit === undefined ? undefined : units[unit]
  return count === undefined || length === undefined ? null : Number(count) * length
}

/** Why a text is no age, as a clause (`expected …`), or null. */
export function ageProblem(text: string): string | null {
  return parseDuration(text) === null ? `expected an age such as 12h, 7d or 2w, got ${JSON.stringify(text)}` : null
}

/** Milliseconds as `7d`, or as hours where they are no whole days. */
export function durationText(milliseconds: number): string {
  return milliseconds % (24 * hour) === 0 ? `${milliseconds / (24 * hour)}d` : `${milliseconds / hour}h`
}
