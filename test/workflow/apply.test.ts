// Laws of writing pin by pin: whatever fails, the files are as if only the others had been asked for, and each step changes one pin alone.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/core/report.ts'
import type { FileEdit } from '../../src/pin/literal-edit.ts'
import type { Plan } from '../../src/workflow/plan.ts'
import { stepsByFile, stepsByPin } from '../../src/workflow/steps.ts'
import type { Commands, WorkTree } from '../../src/workflow/ports.ts'
import type { UpdateOptions } from '../../src/workflow/context.ts'
import { update } from '../../src/workflow/update.ts'
import { hashOf, memory } from './memory.ts'

const options: UpdateOptions = { dryRun: false, download: true, allowDowngrade: false, comments: true }
const everything = { globs: null, systems: null, pins: [] }
const url = (name: string, tag: string): string => `https://github.com/acme/${name}/releases/download/${tag}/${name}.gz`
const bytes = new Map(
  ['a', 'b', 'c', 'd', 'e'].flatMap((name) => ['v1.9.0', 'v1.10.0'].map((tag) => [url(name, tag), `${name} ${tag}`] as const)),
)

const pinOf = (name: string, tag: string): string =>
  `${name} = fetchurl { url = "${url(name, tag)}"; sha256 = "${hashOf(`${name} ${tag}`)}"; };`

/** Files by name, with the pins of `done` at the newer version. */
function filesOf(places: Readonly<Record<string, readonly string[]>>, done: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(places).map(([file, names]) => [
      file,
      `{ fetchurl }: {\n${names.map((name) => pinOf(name, done.has(name) ? 'v1.10.0' : 'v1.9.0')).join('\n')}\n}\n`,
    ]),
  )
}

const world = fc.array(fc.constantFrom('x.nix', 'y.nix'), { minLength: 5, maxLength: 5 }).map((files) => {
  const places: Record<string, string[]> = {}
  for (const [i, file] of files.entries()) (places[file] ??= []).push('abcde'[i]!)
  return places
})
const some = fc.subarray(['a', 'b', 'c', 'd', 'e'])

interface Run {
  readonly texts: Record<string, string>
  readonly seen: Record<string, string>[]
  readonly outcomes: Record<string, string>
}

async function run(
  places: Readonly<Record<string, readonly string[]>>,
  bad: readonly string[],
  by: 'command' | 'commit' | 'dirty',
): Promise<Run> {
  const texts = new Map(Object.entries(filesOf(places, new Set())))
  const seen: Record<string, string>[] = []
  const look = (pin: string): boolean => {
    seen.push(Object.fromEntries(texts))
    return !bad.includes(pin)
  }
  const commands: Commands = { run: async (_, { PINHASH_PIN }) => (look(PINHASH_PIN!) ? null : { why: 'failed', tail: [] }) }
  const unfit = (file: string): boolean => places[file]!.some((name) => bad.includes(name))
  const workTree: WorkTree = {
    ready: () => Promise.resolve(),
    dirty: async (paths) => (by === 'dirty' ? paths.filter(unfit).map((path) => ({ path, how: 'is dirty' })) : []),
    commit: async (_, added, message) => {
      if (!look(message) || added.length > 0) throw new Error('refused')
      return 'id'
    },
    unstage: () => Promise.resolve(),
  }
  const more = by === 'command' ? { each: ['check'] } : { commit: { message: '{pin}' } }
  const { outcomes } = await update(memory(texts, { bytes }, { commands, workTree }), everything, { ...options, ...more })
  return { texts: Object.fromEntries(texts), seen, outcomes: Object.fromEntries(outcomes.map(({ pin, outcome }) => [pin, outcome])) }
}

describe.each(['command', 'commit'] as const)('where a %s fails for some pins', (by) => {
  it('the files are as if only the others had been updated', async () => {
    await fc.assert(
      fc.asyncProperty(world, some, async (places, bad) => {
        const { texts, outcomes, seen } = await run(places, bad, by)
        const order = Object.keys(places)
          .toSorted()
          .flatMap((file) => places[file]!)
        expect(texts).toEqual(filesOf(places, new Set(order.filter((name) => !bad.includes(name)))))
        for (const name of order) expect([name, outcomes[name]]).toEqual([name, bad.includes(name) ? 'refused' : 'updated'])
        // At each step: those before that hold, and this one.
        const states = order.map((name, i) => filesOf(places, new Set([...order.slice(0, i).filter((each) => !bad.includes(each)), name])))
        expect(seen).toEqual(states)
      }),
      { numRuns: 60 },
    )
  })
})

it('a file that is not as it was committed is not written', async () => {
  const places = { 'x.nix': ['a', 'b'], 'y.nix': ['c'] }
  const { texts, seen } = await run(places, ['c'], 'dirty')
  expect([texts, seen.length]).toEqual([filesOf(places, new Set(['a', 'b'])), 2])
})

it('pins that one edit serves are one step; others are not, whatever files they share', () => {
  const edit = (file: string, start: number, text: string): FileEdit => ({ file, start, end: start + 1, text })
  const outcome: Outcome = { pin: 'a', outcome: 'updated', file: 'x.nix', line: 1, from: null, to: null, systems: {}, warnings: [] }
  const plan = (...edits: FileEdit[]): Plan => ({ outcome, ...(edits.length === 0 ? {} : { proposal: { edits, intended: new Map() } }) })
  const plans = [
    plan(edit('x.nix', 1, 'a'), edit('x.nix', 9, 'b')),
    plan(edit('x.nix', 3, 'a')),
    plan(),
    plan(edit('y.nix', 1, 'a'), edit('x.nix', 1, 'a')),
    plan(edit('y.nix', 5, 'c')),
  ]
  expect(
    stepsByPin(plans)
      .map((step) => [...step])
      .toSorted(),
  ).toEqual([[0, 3], [1], [4]])
  expect(stepsByFile(plans).map((step) => [...step])).toEqual([[0, 1, 3, 4]])
})

it('what somebody saves between two steps is not written over', async () => {
  const places = { 'x.nix': ['a', 'b', 'c'] }
  const texts = new Map(Object.entries(filesOf(places, new Set())))
  const writing = memory(texts, { bytes })
  // Somebody saves the file between two steps.
  let writes = 0
  const files = {
    ...writing.files,
    write: async (changes: Parameters<typeof writing.files.write>[0]) => {
      if (++writes === 2) texts.set('x.nix', `${texts.get('x.nix')!}# mine\n`)
      await writing.files.write(changes)
    },
  }
  const commands: Commands = { run: () => Promise.resolve(null) }
  const { outcomes } = await update({ ...writing, files, commands }, everything, { ...options, each: ['check'] })
  expect(outcomes.map(({ outcome, reason }) => reason?.code ?? outcome)).toEqual(['updated', 'changed-file', 'changed-file'])
  expect(texts.get('x.nix')).toBe(`${filesOf(places, new Set(['a']))['x.nix']!}# mine\n`)
})
