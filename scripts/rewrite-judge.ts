// What an update says it wrote, and what real Nix reads before and after → a verdict on each pin.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import pLimit from 'p-limit'
import type { Outcome } from '../src/core/report.ts'
import { usualSystems } from '../src/core/system.ts'
import { coverOf } from '../src/pin/cover.ts'
import type { Pin } from '../src/pin/pin.ts'
import { bareVersion } from '../src/pin/tag.ts'
import type { Overlay } from '../src/workflow/checkout.ts'
import type { Found } from '../src/workflow/found.ts'
import type { Answer, RealNix } from '../test/real-nix/ask.ts'

export interface Judged {
  readonly pin: Pin
  readonly outcome: Outcome
  readonly verdict: 'as intended' | 'refused' | 'wrong'
  readonly why: string
}

/** The verdict by what the update itself says: every URL must name the new version, or at least be another. */
export function judge(pin: Pin, outcome: Outcome): Judged {
  if (outcome.outcome !== 'updated') {
    const { reason } = outcome
    return {
      pin,
      outcome,
      verdict: reason === undefined || reason.code === 'bug' ? 'wrong' : 'refused',
      why: reason === undefined ? outcome.outcome : `${reason.code}: ${reason.message}`,
    }
  }
  const { version } = bareVersion(outcome.to ?? '')
  const stays = Object.values(outcome.systems)
    .flat()
    .find(({ url }) => !url.includes(version) && pin.fetches.some((fetch) => fetch.urls[0]?.text === url))
  return stays === undefined
    ? { pin, outcome, verdict: 'as intended', why: '' }
    : { pin, outcome, verdict: 'wrong', why: `${stays.url} stays as it was` }
}

type Sight = ReadonlyMap<string, Answer>

/** The same, corrected by real Nix; `seen` counts the pins of which Nix saw a fetch at all. */
export async function judgeByNix(
  directory: string,
  found: Found,
  judged: readonly Judged[],
  written: Overlay,
  nix: RealNix,
): Promise<{ readonly judged: readonly Judged[]; readonly seen: number }> {
  const copy = mkdtempSync(path.join(tmpdir(), 'measure-rewrite-'))
  try {
    cpSync(directory, copy, { recursive: true, filter: (file) => path.basename(file) !== '.git' })
    const updated = judged.filter(({ outcome }) => outcome.outcome === 'updated')
    const files = [...new Set(updated.flatMap(({ pin }) => coverOf(pin, found.roots).map(({ file }) => file)))]
    const limit = pLimit(availableParallelism())
    const look = async (overlay: Overlay): Promise<ReadonlyMap<string, Sight>> => {
      const tree = found.checkout.tree(overlay)
      return new Map(
        await Promise.all(files.map((file) => limit(async () => [file, await nix.ask(copy, tree, file, usualSystems)] as const))),
      )
    }
    const before = await look(new Map())
    for (const [file, text] of written) writeFileSync(path.join(copy, file), text)
    const after = await look(written)
    const changes = new Map(updated.flatMap(changesOf))
    let seen = 0
    const corrected = judged.map((each): Judged => {
      if (each.outcome.outcome !== 'updated') return each
      const own = new Set(changesOf(each).map(([pair]) => pair))
      const cover = coverOf(each.pin, found.roots).map(({ file }) => file)
      if (
        cover.some((file) =>
          [...(before.get(file) ?? [])].some(([system, { fetches }]) =>
            fetches.some(({ url, hash }) => own.has(`${system} ${url} ${hash}`)),
          ),
        )
      )
        seen++
      const problem = cover
        .map((file) =>
          difference(file, before.get(file)!, after.get(file)!, changes, (hash) =>
            [...written.values()].some((text) => text.includes(hash)),
          ),
        )
        .find((difference) => difference !== null)
      return problem === undefined || problem === null ? each : { ...each, verdict: 'wrong', why: problem }
    })
    return { judged: corrected, seen }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** What Nix reads otherwise than it should after the changes, or null. */
function difference(
  file: string,
  before: Sight,
  after: Sight,
  changes: ReadonlyMap<string, string>,
  isWritten: (hash: string) => boolean,
): string | null {
  for (const [system, { whole, fetches }] of before) {
    if (!whole) continue
    const given = after.get(system)
    if (given === undefined || !given.whole) return `Nix does not evaluate ${file} for ${system} any more`
    const expected = new Set(fetches.map(({ url, hash }) => changes.get(`${system} ${url} ${hash}`) ?? `${url} ${hash}`))
    const pairs = new Set(given.fetches.map(({ url, hash }) => `${url} ${hash}`))
    // Where a row is added to a table, the old one stays, and so does its hash in the text.
    const held = new Set(fetches.filter(({ hash }) => isWritten(hash)).map(({ url, hash }) => `${url} ${hash}`))
    const extra = [...pairs].find((pair) => !expected.has(pair) && !held.has(pair))
    const missing = [...expected].find((pair) => !pairs.has(pair))
    if (extra !== undefined || missing !== undefined)
      return `${file} for ${system}: Nix fetches ${extra ?? 'nothing more'} and not ${missing ?? 'less'}`
  }
  return null
}

/** By system, URL and hash before: URL and hash after; also for systems to which another's asset is lent. */
function changesOf({ pin, outcome }: Judged): [string, string][] {
  const changes: [string, string][] = []
  for (const fetch of [...pin.fetches, ...pin.borrowed])
    for (const hash of fetch.hashes) {
      const literal = hash.value.runs[0]
      const assets = pin.borrowed.includes(fetch) ? Object.values(outcome.systems).flat() : (outcome.systems[fetch.system] ?? [])
      const asset = assets.find(({ old, file }) => old === hash.value.text && (literal === undefined || literal.origin.file === file))
      const url = fetch.urls[0]?.text
      if (asset !== undefined && url !== undefined) changes.push([`${fetch.system} ${url} ${asset.old}`, `${asset.url} ${asset.new}`])
    }
  return changes
}
