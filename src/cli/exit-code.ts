// Outcomes, problems, hashes or an error → the exit code that speaks for the worst of them.
import { PinhashError } from '../core/errors.ts'
import type { HashDocument, Outcome, Problem, ReasonCode } from '../core/report.ts'

/** 1 findings · 3 something named does not exist · 4 could not find out · 2 bad usage, configuration or file · 130 interrupted · 0 otherwise. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130

/** The codes in the order in which they apply, and what each means. */
export const meanings: readonly (readonly [code: ExitCode, meaning: string])[] = [
  [1, 'findings (a hash differs, a pin refused)'],
  [3, 'something named does not exist'],
  [4, 'could not find out (network, rate limit)'],
  [2, 'bad usage, configuration or file'],
  [130, 'interrupted (143 by SIGTERM)'],
  [0, 'otherwise'],
]

/** For a fault of the program itself; sysexits' EX_SOFTWARE. */
export const bugExitCode = 70

const precedence: readonly ExitCode[] = meanings.map(([code]) => code)

/** What a reason means where the outcome alone does not say it. */
export const ofReason: Readonly<Record<ReasonCode, 1 | 2 | 3 | 4>> = {
  usage: 2,
  'bad-tag': 2,
  'bad-hash': 2,
  'bad-config': 2,
  'bad-archive': 2,
  'ambiguous-pin': 2,
  'unreadable-file': 2,
  'unwritable-file': 2,
  'changed-file': 2,
  syntax: 2,
  'no-base': 2,
  'unusable-repository': 2,
  'dirty-file': 2,
  'no-pin': 3,
  'unknown-pin': 3,
  'no-release': 3,
  'no-asset': 3,
  'no-repository': 3,
  'no-revision': 3,
  'not-found': 3,
  unreachable: 4,
  'rate-limited': 4,
  unauthorized: 4,
  forbidden: 4,
  'server-error': 4,
  'bad-answer': 4,
  timeout: 4,
  'too-many-redirects': 4,
  'insecure-redirect': 4,
  'hash-differs': 1,
  'placeholder-hash': 1,
  'evidence-disagrees': 1,
  'no-evidence': 1,
  'no-attestation': 1,
  'bad-attestation': 1,
  'unchecked-attestation': 4,
  'broken-asset': 1,
  downgrade: 1,
  doubt: 1,
  'not-editable': 1,
  'not-proven': 1,
  held: 1,
  ignored: 1,
  'replaced-upstream': 1,
  'corrupt-download': 1,
  'commit-failed': 1,
  'command-failed': 1,
  interrupted: 4,
  bug: 1,
}

/** The first of the precedence order that anything means. */
export function worst(codes: readonly ExitCode[]): ExitCode {
  return precedence.find((code) => codes.includes(code)) ?? 0
}

export function ofOutcome({ outcome, reason }: Pick<Outcome, 'outcome' | 'reason'>): ExitCode {
  switch (outcome) {
    case 'unchanged':
    case 'updated':
    case 'verified':
    case 'outdated':
      return 0
    case 'mismatch':
    case 'drift':
      return 1
    case 'refused':
      return reason !== undefined && ofReason[reason.code] === 2 ? 2 : 1
    case 'missing':
      return 3
    case 'unknown':
      return 4
  }
}

export function ofProblem({ code }: Pick<Problem, 'code'>): ExitCode {
  return code === 'binary-file' || code === 'other-tool' || code === 'unfinished' ? 0 : 2
}

/** `interrupted`: what could not be found out is then the interruption's doing. */
export function ofOutcomes(document: { outcomes: readonly Outcome[]; problems: readonly Problem[] }, interrupted: boolean): ExitCode {
  const outcomes = document.outcomes.filter(({ outcome }) => !(interrupted && outcome === 'unknown')).map(ofOutcome)
  return worst([...outcomes, ...document.problems.map(ofProblem), ...(interrupted ? [130 as const] : [])])
}

export function ofHashes({ hashes }: HashDocument): ExitCode {
  return worst(hashes.map(({ reason }) => (reason === undefined ? 0 : ofReason[reason.code])))
}

/** Of something thrown; `bugExitCode` where it is no answer but a fault. */
export function ofError(error: unknown): number {
  return error instanceof PinhashError ? error.exitCode : bugExitCode
}
