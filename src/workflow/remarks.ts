// A pin that is updated, or is not → what else a person should know of it.
import type { Warning } from '../core/report.ts'
import type { Place } from '../core/span.ts'
import type { Run } from '../nix/evaluate/value.ts'
import type { Document } from '../nix/syntax.ts'
import type { SeenFetch } from '../pin/discover.ts'
import type { Pin } from '../pin/pin.ts'
import { commitText, digitRuns, versionLiterals } from '../pin/fetch-version.ts'
import { splitFrom } from '../pin/split-versions.ts'
import { staleHashes } from '../pin/stale-hashes.ts'
import { unusedRows } from '../pin/unused-rows.ts'
import type { Found } from './found.ts'

/** Other hashes of the pin's files that its new version makes stale, and the version beside a commit. */
export function staleWarnings(pin: Pin, { checkout, discovery }: Found): Warning[] {
  const documents = new Map<string, Document>()
  for (const file of new Set([pin.place.file, ...pin.fetches.map((fetch) => fetch.place.file)])) {
    const document = file.endsWith('.nix') ? checkout.document(file) : null
    if (document !== null) documents.set(file, document)
  }
  const rows = unusedRows(
    pin,
    discovery.pins,
    (file) => checkout.document(file),
    (file) => checkout.json(file),
    (file) => checkout.toml(file),
  ).map((row): Warning => ({
    code: 'stale-hash',
    message: `the hash for ${row.system} at ${row.file}:${checkout.position(row).line} is still that of ${pin.tag ?? 'the old version'}: no file that pinhash evaluated uses it for that system`,
  }))
  const places = staleHashes(pin, discovery.pins, documents)
  const others = places.map((place): Warning => ({
    code: 'stale-hash',
    message: `${place.attribute} at ${place.file}:${checkout.position(place).line} is still that of ${pin.tag ?? 'the old version'}: pinhash does not compute it, a build with Nix tells the new one`,
  }))
  const beside = staleFetches(pin, discovery, places).map(({ place, fetcher, reason }): Warning => ({
    code: 'stale-hash',
    message: `the hash of ${fetcher} at ${place.file}:${checkout.position(place).line} is still that of ${pin.tag ?? 'the old version'}: ${reason}; a build with Nix tells the new one`,
  }))
  return [...rows, ...others, ...beside, ...staleVersions(pin, checkout)]
}

/** Fetches that pinhash does not manage and that take their version from where the pin has it, save those of which a hash is named already. */
function staleFetches(pin: Pin, { unmanaged }: Found['discovery'], named: readonly Place[]): readonly SeenFetch[] {
  const literalOf = ({ origin }: Run): string => `${origin.file}:${origin.start}`
  const literals = new Set(pin.fetches.flatMap(versionLiterals).map(literalOf))
  return unmanaged.filter(
    ({ place, source }) =>
      source.some(({ runs }) => runs.some((run) => literals.has(literalOf(run)))) &&
      !named.some(({ file, start }) => file === place.file && place.start <= start && start < place.end),
  )
}

/** Which version a commit is stands in no URL. */
function staleVersions(pin: Pin, checkout: Found['checkout']): Warning[] {
  const commits = new Set(pin.fetches.flatMap((fetch) => commitText(fetch)?.runs ?? []).map((run) => run.origin))
  const warnings = pin.fetches.flatMap(({ version }): Warning[] => {
    const run = version === null || pin.tag !== null || !/\d/.test(version.text) ? undefined : digitRuns(version)[0]
    if (version === null || run === undefined || commits.has(run.origin)) return []
    const place = `${run.origin.file}:${checkout.position({ ...run.origin, start: run.from }).line}`
    return [
      { code: 'stale-version', message: `the version ${version.text} at ${place} was left as it is: a commit does not say which it is` },
    ]
  })
  return [...new Map(warnings.map((warning) => [warning.message, warning])).values()]
}

/** Why an update of everything leaves the pin alone: its systems sit at different versions, which may be meant. */
export function splitWarnings(pin: Pin, { discovery }: Found): Warning[] {
  const others = splitFrom(pin, discovery.pins)
  if (others.length === 0) return []
  const said = [pin, ...others].map(
    ({ tag, fetches }) => `${tag} for ${[...new Set(fetches.map((fetch) => fetch.system))].sort().join(', ')}`,
  )
  return [
    {
      code: 'split-versions',
      message: `its systems sit at different versions (${said.join('; ')}), so it was left as it is; 'pinhash update ${pin.name}' brings all of them to one`,
    },
  ]
}

/** Whether a tag is a day, such as `2024-05-01` or `nightly-20240501`, with no version in it. */
export const isDated = (tag: string): boolean =>
  /(?<!\d)(?:19|20)\d\d([-_]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)/.test(tag) && !/\d\.\d/.test(tag)

/** Why an update of everything leaves a dated pin alone. */
export const datedWarning = (pin: Pin, tag: string): Warning => ({
  code: 'dated-version',
  message: `${tag} names a day and not a version, so it was left as it is; give a tag to move it: pinhash update ${pin.name} TAG`,
})
