// A document → what there is to say of places in files, worst first: what annotations, SARIF and code quality are functions of.
import type { AssetOutcome, ListDocument, Outcome, OutcomeDocument, OutcomeName, Problem, ReasonCode, Warning } from '../../core/report.ts'
import { ofProblem } from '../exit-code.ts'
import { hashText } from './layout.ts'
import { joinSystems } from './systems.ts'

/** A document that is about pins. */
export type PinDocument = ListDocument | OutcomeDocument

export type FindingCode = ReasonCode | Warning['code'] | Problem['code'] | 'outdated' | 'not-managed'

/** `error`: the exit code says so, too. `warning`: something to look at, or that could not be found out. `note`: good to know. */
export type Level = 'error' | 'warning' | 'note'

export interface Finding {
  readonly level: Level
  readonly code: FindingCode
  /** As in the document: it may hold anything. */
  readonly message: string
  readonly pin: string | null
  /** The systems it is about; empty: the pin, or the file, as a whole. */
  readonly systems: readonly string[]
  /** What happened to the pin; null where it is about none. */
  readonly outcome: OutcomeName | null
  readonly file: string
  /** 1-based; null: the whole file. */
  readonly line: number | null
  /** 1-based, in characters. */
  readonly column: number | null
}

/** Errors, then warnings, then notes; hashes that do not hold before all other errors; otherwise in the document's order. */
export function findingsOf(document: PinDocument): readonly Finding[] {
  const found = 'outcomes' in document ? document.outcomes.flatMap(ofOutcome) : document.unmanaged.map(ofUnmanaged)
  return [...found, ...document.problems.map(ofFile)].toSorted((a, b) => rank(a) - rank(b))
}

const levels: readonly Level[] = ['error', 'warning', 'note']

function rank({ level, outcome }: Finding): number {
  return levels.indexOf(level) * 2 + (outcome === 'mismatch' || outcome === 'drift' ? 0 : 1)
}

function ofOutcome(outcome: Outcome): readonly Finding[] {
  const { pin, outcome: name, reason, warnings, from, to, file, line } = outcome
  const whole = { pin, systems: [], outcome: name, file, line, column: null }
  const said: readonly Finding[] = warnings.map(({ code, message }) => ({
    ...whole,
    level: 'warning',
    code,
    message: `${pin}: ${message}`,
  }))
  if (name === 'outdated')
    return [{ ...whole, level: 'note', code: 'outdated', message: `${pin} ${from ?? ''} can be brought to ${to ?? ''}` }, ...said]
  if (reason === undefined) return said
  const level = name === 'unknown' ? 'warning' : 'error'
  const literals = name === 'mismatch' || name === 'drift' ? wrongLiterals(outcome) : []
  if (literals.length === 0) return [{ ...whole, level, code: reason.code, message: `${pin}: ${reason.message}` }, ...said]
  const own = literals.map(({ systems, asset }): Finding => {
    const { old, new: now, url } = asset
    const difference = `the file holds ${hashText(old)}, but ${url} is ${now ?? 'not known'}`
    const state = reason.code === 'placeholder-hash' ? "its hash is still to be filled in; 'pinhash update' does that" : difference
    const message = `${pin} ${from ?? ''} for ${systems.join(', ')}: ${state}`
    return {
      ...whole,
      level,
      code: reason.code,
      message: literals.length === 1 ? `${pin}: ${reason.message}` : message,
      systems,
      file: asset.file,
      line: asset.line,
      column: asset.column,
    }
  })
  return [...own, ...said]
}

/** The literals whose hash is another one, else those of which nothing is known; each with the systems it is for. */
function wrongLiterals({ systems }: Outcome): readonly { readonly systems: readonly string[]; readonly asset: AssetOutcome }[] {
  const all = joinSystems(systems, ({ file, line, column, old, new: now }) => JSON.stringify([file, line, column, old, now]))
  const named = all.map(({ asset, names }) => ({ systems: names, asset }))
  const differing = named.filter(({ asset }) => asset.new !== null && asset.new !== asset.old)
  return differing.length > 0 ? differing : named.filter(({ asset }) => asset.new === null)
}

function ofUnmanaged({ file, line, fetcher, reason }: ListDocument['unmanaged'][number]): Finding {
  const message = `${fetcher} is not managed: ${reason}`
  return { level: 'note', code: 'not-managed', message, pin: null, systems: [], outcome: null, file, line, column: null }
}

function ofFile(problem: Problem): Finding {
  const { file, line, column, code, message } = problem
  // A file of another tool, or one that is no text, is nothing to be corrected.
  const level = ofProblem(problem) !== 0 ? 'error' : code === 'unfinished' ? 'warning' : 'note'
  return { level, code, message, pin: null, systems: [], outcome: null, file, line, column }
}
