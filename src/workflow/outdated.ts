// The selected pins → their versions beside the newest that fits and the newest of all. Downloads nothing, writes nothing.
import { InterruptedError } from '../core/errors.ts'
import type { Outcome, OutcomeDocument } from '../core/report.ts'
import { daysSince } from '../pin/age.ts'
import { newestOfAll } from '../pin/newest.ts'
import { isArchives } from '../pin/pin.ts'
import { load } from './found.ts'
import type { Context, OutdatedOptions, Selection } from './context.ts'
import { type Entry, entriesOf } from './entries.ts'
import { preparedNixPin } from './nix-jobs.ts'
import { repositoryAt, withRelease } from './origin.ts'
import { preparedSpecPin } from './plan-spec-pin.ts'
import { endOf, Refusal } from './refusal.ts'
import { splitWarnings } from './remarks.ts'
import { type Offer, firstComplete, offerOf, type Target } from './resolve.ts'
import { isManaged, refuseUnclear, withConstraints } from './restraint.ts'
import type { Selected } from './select.ts'
import { standingRows } from './standing-rows.ts'
import { type Tools, toolsFor } from './tools.ts'
import { selectOrExplain } from './chosen.ts'
import { failed } from './update.ts'

/** Steps 1 to 4. A repository without pins has nothing that is outdated, unless a pin was asked for. */
export async function outdated(context: Context, selection: Selection, options: OutdatedOptions): Promise<OutcomeDocument> {
  const found = load(context.files, selection)
  if (entriesOf(found).length === 0 && selection.pins.length === 0 && selection.systems === null)
    return { outcomes: [], problems: found.problems }
  const selected = selectOrExplain(found, selection, context).filter(isManaged)
  const tools = toolsFor(context, found)
  const standing = standingRows(selected, found)
  for (const { pin } of selected) if (pin.kind === 'nix') tools.proofs.expect(pin.pin)
  const outcomes = await Promise.all(
    selected.map(async (each) => {
      try {
        return withConstraints(each.pin, await compared(each, standing.has(each), tools, options))
      } catch (error) {
        return failed(each.pin, error)
      } finally {
        if (each.pin.kind === 'nix') tools.proofs.leave(each.pin.pin)
      }
    }),
  )
  if (context.signal.aborted) throw new InterruptedError('Interrupted; nothing was written')
  return { outcomes, problems: found.problems }
}

const unknownAges = { current: null, newest: null, newestOfAll: null }

async function compared(selected: Selected<Entry>, stays: boolean, tools: Tools, options: OutdatedOptions): Promise<Outcome> {
  const { pin: entry, named } = selected
  refuseUnclear(selected)
  const base = { pin: entry.name, file: entry.file, line: entry.line, from: entry.tag, to: entry.tag, systems: {}, warnings: [] }
  const repository = repositoryAt(entry)
  if (stays || repository === null || entry.tag === null) {
    if (named && !stays)
      throw new Refusal(
        'refused',
        'doubt',
        entry.tag === null
          ? `${entry.name} is not pinned to a version; there is nothing newer to find`
          : `${entry.name} is on no forge that lists releases; what is newer cannot be known`,
      )
    return { ...base, outcome: 'unchanged', newest: null, newestOfAll: null, ages: unknownAges }
  }
  const { policy } = entry.spoken
  const split = entry.kind === 'nix' && !named ? splitWarnings(entry.pin, tools.found) : []
  const now = tools.context.now()
  const wish = {
    current: entry.tag,
    policy,
    minAge: options.minAge,
    prereleases: options.prereleases,
    archives: entry.kind === 'nix' && isArchives(entry.pin),
    now,
  }
  const offer = await tools.requests(() => offerOf(tools.context.forge, repository, wish))
  const highest = newestOfAll(offer.known)
  const seen = (newest: string | null): Pick<Outcome, 'newest' | 'newestOfAll' | 'ages'> => {
    const age = (tag: string | null): number | null => ageOf(offer, tag, now)
    return { newest, newestOfAll: highest, ages: { current: age(entry.tag), newest: age(newest), newestOfAll: age(highest) } }
  }
  // An update of everything leaves such a pin alone, too.
  if (split.length > 0) return { ...base, outcome: 'unchanged', ...seen(entry.tag), warnings: split }
  if (policy.hold || offer.newer.length === 0) return { ...base, outcome: 'unchanged', ...seen(entry.tag), warnings: offer.warnings }
  try {
    const { target, passed } = await firstComplete(offer.newer, (each) => prepared(entry, each, tools))
    const known: Outcome = { ...base, outcome: 'outdated', to: target.tag, ...seen(target.tag), warnings: [...offer.warnings, ...passed] }
    return withRelease(known, target.release, now)
  } catch (error) {
    // What is known of its versions is said all the same.
    return { ...base, to: null, ...endOf(error), ...seen(null), warnings: offer.warnings }
  }
}

async function prepared(entry: Entry, target: Target, tools: Tools): Promise<unknown> {
  return entry.kind === 'nix' ? preparedNixPin(entry.pin, entry.pin.fetches, target, tools, false) : preparedSpecPin(entry.spec, target)
}

function ageOf({ known }: Offer, tag: string | null, now: number): number | null {
  const release = known.find((each) => each.tag === tag && !each.draft)
  return release === undefined ? null : daysSince(release, now)
}
