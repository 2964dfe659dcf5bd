// A fixture of files and an update of them → one text that says all that came of it: pins, outcomes, warnings, and the diff of what was written.
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { createTwoFilesPatch } from 'diff'
import { pretendContext, pretendForge, pretendRelease, pretendTools } from '../../scripts/pretend.ts'
import { PinhashError } from '../../src/core/errors.ts'
import type { Outcome, OutcomeDocument, SpellingName } from '../../src/core/report.ts'
import { parseRequests } from '../../src/cli/requests.ts'
import { type Found, load } from '../../src/workflow/found.ts'
import type { Context } from '../../src/workflow/context.ts'
import { entriesOf, listedSystems } from '../../src/workflow/entries.ts'
import { selectOrExplain } from '../../src/workflow/chosen.ts'
import { updateFound } from '../../src/workflow/update.ts'
import { memory } from '../workflow/memory.ts'

/** What `case.json` of a fixture says. */
export interface Case {
  readonly about: string
  /** Arguments as of `pinhash update`; none means every pin. */
  readonly update: readonly string[]
  /** Names of assets by repository and tag; a repository that is not named cannot be asked. */
  readonly releases?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  readonly systems?: readonly string[]
  readonly spelling?: SpellingName
  readonly comments?: boolean
  readonly allowDowngrade?: boolean
}

/** The folder of the fixtures. */
export const fixtures: string = path.join(import.meta.dirname, '../../fixtures/rewrite')

/** A fixture's case. */
export const caseOf = (name: string): Case => JSON.parse(readFileSync(path.join(fixtures, name, 'case.json'), 'utf8')) as Case

/** A fixture's files. */
export function textsOf(name: string): Map<string, string> {
  const root = path.join(fixtures, name, 'repo')
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    files
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => [path.relative(root, file).replaceAll(path.sep, '/'), readFileSync(file, 'utf8')]),
  )
}

/** What the case comes to; `texts` are changed as files would be. */
export async function rewritten(given: Case, texts: Map<string, string>): Promise<{ readonly text: string; readonly context: Context }> {
  const before = new Map(texts)
  const releases = Object.entries(given.releases ?? {}).map(([repository, tags]) => {
    const [org = '', name = ''] = repository.split('/')
    return [
      repository,
      Object.entries(tags).map(([tag, assets]) => pretendRelease({ server: 'github.com', org, name }, tag, assets)),
    ] as const
  })
  const context = pretendContext(memory(texts, { bytes: new Map() }).files, pretendForge(new Map(releases)))
  const found = load(context.files, { globs: null })
  const pins = listing(found)
  const selection = { globs: null, systems: given.systems ?? null, pins: parseRequests(given.update) }
  const options = {
    dryRun: false,
    download: true,
    allowDowngrade: given.allowDowngrade ?? false,
    comments: given.comments ?? true,
    spelling: given.spelling ?? null,
  }
  let outcomes: string
  try {
    outcomes = outcomesText(await updateFound(pretendTools(context, found), selectOrExplain(found, selection, context), selection, options))
  } catch (error) {
    if (!(error instanceof PinhashError)) throw error
    outcomes = `${error.code}: ${error.message}\n`
  }
  const diffs = [...texts]
    .filter(([file, text]) => before.get(file) !== text)
    .map(([file, text]) => diffText(file, before.get(file)!, text))
  return { text: [given.about, '', pins, outcomes, ...diffs].join('\n').trimEnd() + '\n', context }
}

function listing(found: Found): string {
  const lines = entriesOf(found).flatMap((entry) => [
    `${[entry.name, ...entry.aliases].join(' = ')} at ${entry.tag ?? 'no version'}, ${entry.file}:${entry.line}`,
    ...bySystems(
      listedSystems(found, entry),
      ({ url, hash }) => `${url}\n    ${hash.spelling} ${hash.value || '(empty)'} at ${hash.file}:${hash.line}`,
    ),
  ])
  const unmanaged = found.discovery.unmanaged.map(
    ({ place, fetcher, reason }) => `not managed: ${fetcher} at ${place.file}:${found.checkout.position(place).line}: ${reason}`,
  )
  const problems = found.problems.map(({ code, message }) => `${code}: ${message}`)
  return [...lines, ...unmanaged, ...problems, ''].join('\n')
}

function outcomesText({ outcomes }: OutcomeDocument): string {
  const said = ({ pin, outcome, from, to, reason, warnings, systems }: Outcome): string[] => [
    `${pin}: ${outcome} ${from} → ${to}${reason === undefined ? '' : `, ${reason.code}: ${reason.message}`}`,
    ...bySystems(systems, ({ url }) => url),
    ...warnings.filter(({ code }) => code !== 'without-list').map(({ code, message }) => `  warning ${code}: ${message}`),
  ]
  return [...outcomes.flatMap(said), ''].join('\n')
}

/** One entry for all systems that have the same. */
function bySystems<T>(systems: Readonly<Record<string, readonly T[]>>, show: (each: T) => string): string[] {
  const shown = new Map<string, string[]>()
  for (const [system, list] of Object.entries(systems))
    for (const each of list) shown.set(show(each), [...(shown.get(show(each)) ?? []), system])
  return [...shown].map(([text, names]) => `  ${[...new Set(names)].join(', ')}\n    ${text}`)
}

function diffText(file: string, before: string, after: string): string {
  return createTwoFilesPatch(file, file, before, after, undefined, undefined, { context: 2 }).replace(/^=+\n/, '')
}
