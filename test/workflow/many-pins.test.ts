// Laws of updating many pins of one file: what is said of each is what is said of it alone, and the file is evaluated a few times and not once for each.
import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { InterruptedError } from '../../src/core/errors.ts'
import type { Outcome } from '../../src/core/report.ts'
import { outdated } from '../../src/workflow/outdated.ts'
import type { Selection, UpdateOptions } from '../../src/workflow/context.ts'
import { update } from '../../src/workflow/update.ts'
import { hashOf, memory } from './memory.ts'

const evaluations = vi.hoisted(() => ({ count: 0 }))
vi.mock('../../src/pin/roots.ts', async (original) => {
  const roots = await original<typeof import('../../src/pin/roots.ts')>()
  const counted: typeof roots.evaluateRoot = (...args) => {
    evaluations.count++
    return roots.evaluateRoot(...args)
  }
  return { ...roots, evaluateRoot: counted }
})
beforeEach(() => {
  evaluations.count = 0
})

const options: UpdateOptions = { dryRun: true, download: true, allowDowngrade: false, comments: true }
const everything: Selection = { globs: null, systems: null, pins: [] }

const kinds = [
  'plain',
  'json row',
  'underscored',
  'to be filled in',
  'lacks an asset',
  'changes another',
  'ends with another version',
  'goes elsewhere with another version',
  'shares a hash',
] as const
type Kind = (typeof kinds)[number]

const url = (i: number, version: string, asset: string): string =>
  `https://github.com/acme/tool-${i}/releases/download/v${version}/${asset}.tar.gz`
const versionOf = (i: number): string => `1.${i}.0`
const newer = (i: number): string => `1.${i}.1`

/** A repository with a pin of each kind given, and what the forge has for them. */
function repository(written: readonly Kind[], tail = 'in'): { texts: Map<string, string>; bytes: Map<string, string> } {
  const bytes = new Map<string, string>()
  const rows: Record<string, unknown> = {}
  const neighbour = (i: number): number => (i + 1) % written.length
  const bindings = written.map((kind, i) => {
    const watched = written.findIndex((each) => each === 'changes another')
    const follows = kind === 'plain' && watched >= 0 && watched !== i
    const assets = kind === 'underscored' ? [`tool_${versionOf(i).replaceAll('.', '_')}`] : follows ? ['early', 'late'] : ['tool']
    for (const asset of assets) bytes.set(url(i, versionOf(i), asset), `${i} old`)
    if (kind === 'lacks an asset') bytes.set(url(i, newer(i), 'another'), 'no')
    else if (kind !== 'to be filled in')
      for (const asset of kind === 'underscored' ? [`tool_${newer(i).replaceAll('.', '_')}`] : assets)
        bytes.set(url(i, newer(i), asset), kind === 'shares a hash' ? 'the same bytes' : `${i} new ${asset}`)
    const version = `version-${i}`
    const hash = kind === 'to be filled in' ? '""' : kind === 'shares a hash' ? 'shared' : `"${hashOf(`${i} old`)}"`
    const asset =
      kind === 'underscored'
        ? `tool_\${builtins.replaceStrings [ "." ] [ "_" ] ${version}}`
        : follows
          ? `\${if version-${watched} == "${versionOf(watched)}" then "early" else "late"}`
          : 'tool'
    const name =
      kind === 'goes elsewhere with another version'
        ? `\${if ${version} == "${versionOf(i)}" then "tool-${i}" else "tool-${neighbour(i)}"}`
        : `tool-${i}`
    if (kind === 'json row') {
      rows[`tool-${i}`] = { version: versionOf(i), sha256: hashOf(`${i} old`) }
      return {
        let: '',
        fetch: `(fetchurl { url = "https://github.com/acme/tool-${i}/releases/download/v\${rows.tool-${i}.version}/tool.tar.gz"; inherit (rows.tool-${i}) sha256; })`,
      }
    }
    const fetch = `fetchurl { url = "https://github.com/acme/${name}/releases/download/v\${${version}}/${asset}.tar.gz"; sha256 = ${hash}; }`
    return {
      let: `  ${version} = "${versionOf(i)}";\n`,
      fetch: kind === 'ends with another version' ? `(if ${version} == "${versionOf(i)}" then ${fetch} else null)` : `(${fetch})`,
    }
  })
  const nix = `{ fetchurl }: let
  rows = builtins.fromJSON (builtins.readFile ./rows.json);
  shared = "${hashOf('shared')}";
${bindings.map((each) => each.let).join('')}${tail} [
${bindings.map(({ fetch }) => `  ${fetch}\n`).join('')}]
`
  return {
    texts: new Map([
      ['default.nix', nix],
      ['rows.json', JSON.stringify(rows, null, 2)],
    ]),
    bytes,
  }
}

/** Some milliseconds for every question, other ones for another seed. */
const delayBy =
  (seed: number) =>
  (asked: string): number =>
    (hashOf(`${seed} ${asked}`).codePointAt(0)! + seed) % 7

describe('of many pins of one file', () => {
  it('each comes to what it comes to alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...kinds), { minLength: 2, maxLength: 7 }), fc.nat(1000), async (written, seed) => {
        const { texts, bytes } = repository(written)
        const run = async (selection: Selection): Promise<readonly Outcome[]> =>
          (await update(memory(new Map(texts), { bytes, delay: delayBy(seed) }), selection, options)).outcomes
        const together = await run(everything)
        const alone: Outcome[] = []
        for (const { pin } of together) alone.push(...(await run({ ...everything, pins: [{ pin, tag: null }] })))
        expect(together).toEqual(alone)
        expect(together).toHaveLength(written.length)
      }),
      { numRuns: 40 },
    )
  })

  it('each kind comes to what it is there for', async () => {
    const { texts, bytes } = repository([...kinds, 'shares a hash'])
    const { outcomes } = await update(memory(texts, { bytes }), everything, options)
    expect(outcomes.map(({ pin, outcome, reason }) => `${pin} ${outcome} ${reason?.message ?? ''}`.trim())).toEqual([
      'tool-0 updated',
      'tool-2 updated',
      'tool-3 updated',
      'tool-4 missing v1.4.1 has no asset tool.tar.gz for aarch64-darwin; it has another.tar.gz',
      'tool-5 refused Changing the version of tool-5 would change more than that pin: the edited default.nix would fetch https://github.com/acme/tool-0/releases/download/v1.0.0/late.tar.gz for x86_64-linux, which is not what was asked for',
      'tool-6 refused With the version changed, default.nix no longer has the fetch of tool-6 for aarch64-darwin',
      'tool-7 refused With the version changed, default.nix would fetch from github.com/acme/tool-8 instead of github.com/acme/tool-7 for aarch64-darwin',
      'tool-8 refused The edit of tool-8 was not written because evaluating it again did not give what was intended: the edited default.nix would fetch https://github.com/acme/tool-9/releases/download/v1.9.0/tool.tar.gz for x86_64-linux, which is not what was asked for',
      'tool-9 refused The edit of tool-9 was not written because evaluating it again did not give what was intended: the edited default.nix would fetch https://github.com/acme/tool-8/releases/download/v1.8.0/tool.tar.gz for x86_64-linux, which is not what was asked for',
      'tool-1 updated',
    ])
  })

  /** Evaluations of rounds that are as small as they may be, where one of so many questions takes `cost`. */
  const mostEvaluations = (count: number, cost: (size: number) => number): number => {
    let most = 0
    for (let answered = 0, size = 1; answered < count; answered += size) {
      size = Math.max(1, Math.min(Math.ceil(answered / 2), count - answered))
      most += cost(size)
    }
    return most
  }

  it.each([
    ['literals', 'plain', () => 1],
    ['rows of JSON', 'json row', () => 1],
    ['versions that go through a function', 'underscored', (size: number) => 1 + 2 * Math.ceil(Math.log2(size))],
  ] as const)('of %s, the evaluations grow with the logarithm of their number', async (_, kind, cost) => {
    for (const count of [10, 40, 120]) {
      const { texts, bytes } = repository(Array<Kind>(count).fill(kind))
      evaluations.count = 0
      const { outcomes } = await update(memory(texts, { bytes, delay: delayBy(count) }), everything, options)
      expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['updated']))
      // One to find them and one to prove all that is written; rounds of two or three may cost a little more than twice those of one.
      const most = 2 + mostEvaluations(count, cost) + mostEvaluations(count, () => 1) + 4
      expect(evaluations.count, `${count} pins`).toBeLessThanOrEqual(most)
      if (count > 40) expect(most).toBeLessThan(count)
    }
  })

  it('one that is refused costs no more than another logarithm', async () => {
    const kinds = Array<Kind>(160).fill('plain')
    kinds[70] = 'ends with another version'
    const { texts, bytes } = repository(kinds)
    const { outcomes } = await update(memory(texts, { bytes }), everything, options)
    expect(outcomes.flatMap(({ pin, outcome }) => (outcome === 'updated' ? [] : [pin]))).toEqual(['tool-70'])
    expect(evaluations.count).toBeLessThanOrEqual(40)
  })

  it('outdated looks at all at once, too', async () => {
    const { texts, bytes } = repository(Array<Kind>(160).fill('plain'))
    const { outcomes } = await outdated(memory(texts, { bytes }), everything, { minAge: null, prereleases: false })
    expect(outcomes.filter(({ outcome }) => outcome === 'outdated')).toHaveLength(160)
    expect(evaluations.count).toBeLessThanOrEqual(20)
  })

  it('all are refused alike where the file never ends', async () => {
    const { texts, bytes } = repository(['plain', 'to be filled in', 'plain'], '  count = n: [ (count (n + 1)) ];\nin [ (count 0) ] ++')
    const { outcomes } = await update(memory(texts, { bytes }), everything, options)
    const cut = 'default.nix takes too long to evaluate as a whole, so it cannot be proved that nothing else changes with'
    expect(outcomes.map(({ outcome, reason }) => `${outcome}: ${reason?.message}`)).toEqual(
      [0, 1, 2].map((i) => `refused: ${cut} tool-${i}; change it by hand`),
    )
  })

  it('a file that never ends is not evaluated for each of them', async () => {
    const { texts, bytes } = repository(Array<Kind>(40).fill('plain'), '  count = n: [ (count (n + 1)) ];\nin [ (count 0) ] ++')
    const { outcomes } = await update(memory(texts, { bytes }), everything, options)
    expect(outcomes.filter(({ outcome }) => outcome === 'refused')).toHaveLength(40)
    expect(evaluations.count).toBeLessThanOrEqual(3)
  })

  it('an interruption is heeded between two evaluations', async () => {
    const { texts, bytes } = repository(Array<Kind>(40).fill('ends with another version'))
    const stop = new AbortController()
    const run = update({ ...memory(texts, { bytes }), signal: stop.signal }, everything, options)
    const later = setInterval(() => evaluations.count >= 5 && stop.abort(), 0)
    await expect(run).rejects.toThrow(InterruptedError)
    clearInterval(later)
    expect(evaluations.count).toBeLessThan(10)
  })
})
