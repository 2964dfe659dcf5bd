// A folder of Nix files → for every pin, whether a release one version up would be written as intended. Writes nothing in the folder.
// Usage: node build/scripts/measure-rewrite.js DIR… [--oracle COMMAND] [--verbose]
// COMMAND is called with files and prints a JSON line for each, { file, systems: { SYSTEM: { ok, fetches: [ { url | urls, hash | sha256 | … } ] } } }: what real Nix sees.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Outcome } from '../src/core/report.ts'
import { repositoryFiles } from '../src/files/repository.ts'
import { coverOf } from '../src/pin/cover.ts'
import { bareVersion } from '../src/pin/tag.ts'
import { type Found, load } from '../src/workflow/checkout.ts'
import { type Entry, entriesOf } from '../src/workflow/entries.ts'
import { updateFound } from '../src/workflow/update.ts'
import { builderReleases, nextTag, pretendContext, pretendForge, pretendTools, withoutWriting } from './pretend.ts'

type NixEntry = Extract<Entry, { kind: 'nix' }>

interface Judged {
  readonly entry: NixEntry
  readonly outcome: Outcome
  readonly verdict: 'as intended' | 'refused' | 'wrong'
  readonly why: string
}

/** What one file fetches, by system, each as `URL HASH`; null where that could not be seen. */
type Sight = ReadonlyMap<string, readonly string[] | null>

const { values, positionals } = parseArgs({ allowPositionals: true, options: { oracle: { type: 'string' }, verbose: { type: 'boolean' } } })
if (positionals.length === 0) {
  console.error('usage: measure-rewrite DIR… [--oracle COMMAND] [--verbose]')
  process.exit(2)
}

let failed = false
for (const directory of positionals) failed = (await measured(directory)) || failed
process.exitCode = failed ? 1 : 0

async function measured(directory: string): Promise<boolean> {
  const started = performance.now()
  const { files, written } = withoutWriting(repositoryFiles(directory))
  const found = load(files, { globs: null })
  const loaded = performance.now()
  const entries = entriesOf(found).filter((entry) => entry.kind === 'nix')
  const selected = entries.flatMap((entry) => {
    const tag = entry.tag === null ? null : nextTag(entry.tag)
    return tag === null ? [] : [{ pin: entry, tag, named: true }]
  })
  const context = pretendContext(files, pretendForge(builderReleases(found.discovery.pins)))
  const options = { dryRun: false, download: true, allowDowngrade: false, comments: true }
  const { outcomes } = await updateFound(pretendTools(context, found), selected, { globs: null, systems: null, pins: [] }, options)
  const updated = performance.now()
  const judged = outcomes.map((outcome, i): Judged => judge(selected[i]!.pin, outcome))
  const checked = values.oracle === undefined ? { judged, seen: 0 } : compare(directory, found, judged, written, values.oracle.split(' '))
  return report(directory, entries.length, checked, [loaded - started, updated - loaded])
}

function judge(entry: NixEntry, outcome: Outcome): Judged {
  if (outcome.outcome !== 'updated') {
    const isBug = outcome.reason === undefined || outcome.reason.code === 'bug'
    return { entry, outcome, verdict: isBug ? 'wrong' : 'refused', why: outcome.reason === undefined ? outcome.outcome : `${outcome.reason.code}: ${outcome.reason.message}` }
  }
  const assets = Object.values(outcome.systems).flat()
  const still = assets.find(({ url }) => entry.pin.fetches.some((fetch) => fetch.urls[0]?.text === url))
  const { version } = bareVersion(outcome.to ?? '')
  const named = assets.every(({ url }) => url.includes(version) || url.includes(encodeURIComponent(version)))
  if (still !== undefined && !named) return { entry, outcome, verdict: 'wrong', why: `${still.url} stays as it was` }
  return { entry, outcome, verdict: 'as intended', why: named ? '' : `${version} is not in every URL as it is` }
}

/** Lets real Nix read the edited files and compares with what it read before. */
function compare(directory: string, found: Found, judged: readonly Judged[], written: ReadonlyMap<string, string>, oracle: readonly string[]): { judged: readonly Judged[]; seen: number } {
  const copy = mkdtempSync(path.join(tmpdir(), 'measure-rewrite-'))
  try {
    cpSync(directory, copy, { recursive: true, filter: (file) => path.basename(file) !== '.git' })
    const updated = judged.filter(({ outcome }) => outcome.outcome === 'updated')
    const roots = [...new Set(updated.flatMap(({ entry }) => coverOf(entry.pin, found.roots).map((root) => root.file)))]
    const before = sightsOf(oracle, copy, roots)
    for (const [file, text] of written) writeFileSync(path.join(copy, file), text)
    const after = sightsOf(oracle, copy, roots)
    const changes = new Map(updated.flatMap(changesOf))
    let seen = 0
    const result = judged.map((each) => {
      if (each.outcome.outcome !== 'updated') return each
      const problems: string[] = []
      let shown = false
      for (const { file } of coverOf(each.entry.pin, found.roots))
        for (const [system, fetches] of before.get(file) ?? []) {
          if (fetches === null) continue
          const own = new Set(changesOf(each).map(([key]) => key))
          if (fetches.some((fetch) => own.has(`${system} ${fetch}`))) shown = true
          const expected = fetches.map((fetch) => changes.get(`${system} ${fetch}`) ?? fetch).sort()
          const given = after.get(file)?.get(system)
          if (given === null || given === undefined) problems.push(`Nix does not evaluate ${file} for ${system} any more`)
          else if (JSON.stringify([...given].sort()) !== JSON.stringify(expected)) {
            const extra = given.filter((fetch) => !expected.includes(fetch))
            const missing = expected.filter((fetch) => !given.includes(fetch))
            if (extra.length + missing.length > 0) problems.push(`${file} ${system}: Nix fetches ${extra.join(', ')} and not ${missing.join(', ')}`)
          }
        }
      if (shown) seen++
      return problems.length === 0 ? each : { ...each, verdict: 'wrong' as const, why: problems[0]! }
    })
    return { judged: result, seen }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** By system, URL and hash before: URL and hash after. */
function changesOf({ entry, outcome }: Judged): [string, string][] {
  const changes: [string, string][] = []
  for (const fetch of entry.pin.fetches) {
    const assets = outcome.systems[fetch.system] ?? []
    for (const hash of fetch.hashes) {
      const run = hash.value.runs[0]
      const asset = assets.find(({ old, file }) => old === hash.value.text && (run === undefined || run.origin.file === file))
      const url = fetch.urls[0]?.text
      if (asset !== undefined && url !== undefined) changes.push([`${fetch.system} ${url} ${asset.old}`, `${asset.url} ${asset.new}`])
    }
  }
  return changes
}

interface OracleLine {
  readonly file: string
  readonly systems: Readonly<Record<string, { readonly ok: boolean; readonly fetches: readonly Readonly<Record<string, unknown>>[] }>>
}

function sightsOf(oracle: readonly string[], directory: string, files: readonly string[]): ReadonlyMap<string, Sight> {
  if (files.length === 0) return new Map()
  const [command = '', ...given] = oracle
  const ran = spawnSync(command, [...given, ...files.map((file) => path.join(directory, file))], { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (ran.status !== 0) throw new Error(`${command} failed: ${ran.stderr}`)
  const sights = new Map<string, Sight>()
  for (const line of ran.stdout.split('\n').filter((each) => each !== '')) {
    const { file, systems } = JSON.parse(line) as OracleLine
    const own = Object.entries(systems).map(([system, { ok, fetches }]) => [system, ok ? fetches.flatMap(pairsOf) : null] as const)
    sights.set(path.relative(directory, file), new Map(own))
  }
  return sights
}

/** `URL HASH` for every hash of a fetch. */
function pairsOf(fetch: Readonly<Record<string, unknown>>): string[] {
  const { url, urls, owner, repo, tag, rev } = fetch
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== 'null' ? value : null)
  const first = text(url) ?? (Array.isArray(urls) ? text(urls[0]) : null)
  const archive = text(tag) === null ? text(rev) : `refs/tags/${text(tag)}`
  const address = first ?? (text(owner) === null ? null : `https://github.com/${text(owner)}/${text(repo)}/archive/${archive}.tar.gz`)
  if (address === null) return []
  return ['hash', 'sha256', 'sha512', 'sha1', 'outputHash'].flatMap((name) => (text(fetch[name]) === null ? [] : [`${address} ${text(fetch[name])}`]))
}

function report(directory: string, pins: number, { judged, seen }: { judged: readonly Judged[]; seen: number }, [loading, updating]: readonly [number, number]): boolean {
  const count = (verdict: Judged['verdict']): number => judged.filter((each) => each.verdict === verdict).length
  const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`
  const byNix = values.oracle === undefined ? '' : `, ${seen} seen by Nix`
  console.log(
    `${path.basename(directory)}: ${pins} pins, ${judged.length} with a version; ${count('as intended')} as intended${byNix}, ${count('refused')} refused, ${count('wrong')} wrong; read in ${seconds(loading)}, updated in ${seconds(updating)}`,
  )
  for (const { entry, verdict, why } of judged)
    if (verdict !== 'as intended' || (values.verbose === true && why !== '')) console.log(`  ${verdict}: ${entry.name} ${entry.tag} (${entry.file}:${entry.line}): ${why}`)
  return count('wrong') > 0
}
