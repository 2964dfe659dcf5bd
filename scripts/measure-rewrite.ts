// Folders of Nix files → for every pin, whether a release one version up, or another commit, would be written as intended. Writes nothing in the folders.
// Usage: node build/scripts/measure-rewrite.js DIR… [--nix] [--lib DIR]    --nix lets nix-instantiate read the edited files; --lib names a checkout of nixpkgs or of its lib.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { repositoryFiles } from '../src/files/repository.ts'
import { load } from '../src/workflow/found.ts'
import { entriesOf } from '../src/workflow/entries.ts'
import type { Pin } from '../src/pin/pin.ts'
import { updateFound } from '../src/workflow/update.ts'
import { RealNix } from '../test/real-nix/ask.ts'
import { builderReleases, nextOf, pretendContext, pretendForge, pretendTools, withoutWriting } from './pretend.ts'
import { type Judged, judge, judgeByNix } from './rewrite-judge.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { nix: { type: 'boolean' }, lib: { type: 'string' } } })
if (positionals.length === 0)
  throw new Error('say which folders to measure: node build/scripts/measure-rewrite.js DIR… [--nix] [--lib DIR]')

const nix = values.nix === true ? new RealNix(values.lib ?? null) : null
try {
  let wrong = 0
  for (const directory of positionals) wrong += await measure(directory)
  process.exitCode = wrong === 0 ? 0 : 1
} finally {
  nix?.close()
}

/** Prints what came of one folder; how many pins came out wrong. */
async function measure(directory: string): Promise<number> {
  const start = performance.now()
  const { files, written } = withoutWriting(repositoryFiles(directory))
  const found = load(files, { globs: null })
  const read = performance.now()
  const entries = entriesOf(found).filter((entry) => entry.kind === 'nix')
  const nexts = entries.map((pin) => ({ pin, next: nextOf(pin.pin) }))
  const selected = nexts.flatMap(({ pin, next }) => ('tag' in next ? [{ pin, tag: next.tag, named: true }] : []))
  const untried = nexts.flatMap(({ pin, next }) => ('none' in next ? [{ pin: pin.pin, why: next.none }] : []))
  const context = pretendContext(files, pretendForge(builderReleases(found.discovery.pins)))
  const options = { dryRun: false, download: true, allowDowngrade: false, comments: true }
  const { outcomes } = await updateFound(pretendTools(context, found), selected, { globs: null, systems: null, pins: [] }, options)
  const updated = performance.now()
  const own = outcomes.map((outcome, i): Judged => judge(selected[i]!.pin.pin, outcome))
  const { judged, seen } = nix === null ? { judged: own, seen: 0 } : await judgeByNix(directory, found, own, written, nix)
  const count = (verdict: Judged['verdict']): number => judged.filter((each) => each.verdict === verdict).length
  const seconds = (from: number, to: number): string => `${((to - from) / 1000).toFixed(1)} s`
  const parts = [
    `${count('as intended')} as intended${nix === null ? '' : ` (${seen} seen by Nix)`}`,
    `${count('refused')} refused`,
    `${count('wrong')} wrong`,
  ]
  console.log(
    `${path.basename(directory)}: ${entries.length} pins, ${judged.length} tried: ${parts.join(', ')}; read in ${seconds(start, read)}, updated in ${seconds(read, updated)}`,
  )
  const told = (verdict: string, pin: Pin, why: string): void =>
    console.log(`  ${verdict}: ${pin.name} ${pin.tag} (${pin.place.file}:${found.checkout.position(pin.place).line}): ${why}`)
  for (const { pin, verdict, why } of judged) if (verdict !== 'as intended') told(verdict, pin, why)
  for (const { pin, why } of untried) told('not tried', pin, why)
  return count('wrong')
}
