import { describe, expect, it } from 'vitest'
import { ofError, ofHashes, ofOutcomes, ofProblem, worst } from '../../src/cli/exit-code.ts'
import type { ExitCode } from '../../src/cli/exit-code.ts'
import { AbsentError, InputError, InterruptedError, NetworkError } from '../../src/core/errors.ts'
import type { Outcome, OutcomeName, Problem, ReasonCode } from '../../src/core/report.ts'

function outcome(name: OutcomeName, code?: ReasonCode): Outcome {
  const common = { pin: 'cue', outcome: name, file: 'flake.nix', line: 1, from: 'v1', to: null, systems: {}, warnings: [] }
  return code === undefined ? common : { ...common, reason: { code, message: 'why' } }
}

function problem(code: Problem['code']): Problem {
  return { file: 'a.nix', line: null, column: null, code, message: 'why' }
}

describe('the exit code of outcomes', () => {
  it.each<[OutcomeName, ReasonCode | undefined, ExitCode]>([
    ['unchanged', undefined, 0],
    ['updated', undefined, 0],
    ['verified', undefined, 0],
    ['outdated', undefined, 0],
    ['mismatch', 'hash-differs', 1],
    ['drift', 'evidence-disagrees', 1],
    ['refused', 'downgrade', 1],
    ['refused', 'doubt', 1],
    ['refused', 'bug', 1],
    ['refused', 'changed-file', 2],
    ['refused', 'unwritable-file', 2],
    ['refused', 'syntax', 2],
    ['refused', 'bad-tag', 2],
    ['missing', 'no-release', 3],
    ['missing', 'no-asset', 3],
    ['unknown', 'rate-limited', 4],
    ['unknown', 'unreachable', 4],
  ])('%s because of %s is %i', (name, code, expected) => {
    expect(ofOutcomes({ outcomes: [outcome('updated'), outcome(name, code)], problems: [] }, false)).toBe(expected)
  })

  it('speaks for the first of 1, 3, 4, 2, 130, 0 that applies', () => {
    const order: ExitCode[] = [1, 3, 4, 2, 130, 0]
    order.forEach((code, i) => expect(worst(order.slice(i).toReversed())).toBe(code))
    expect(worst([])).toBe(0)
  })

  it('counts files that could not be read, and not those that are none of ours', () => {
    const codes: Problem['code'][] = ['syntax', 'unreadable-file', 'bad-config', 'binary-file', 'other-tool']
    expect(codes.map((code) => ofProblem(problem(code)))).toEqual([2, 2, 2, 0, 0])
    expect(ofOutcomes({ outcomes: [outcome('verified')], problems: [problem('syntax')] }, false)).toBe(2)
    expect(ofOutcomes({ outcomes: [outcome('mismatch', 'hash-differs')], problems: [problem('syntax')] }, false)).toBe(1)
  })

  it('takes what an interruption left unknown for the interruption', () => {
    const document = { outcomes: [outcome('verified'), outcome('unknown', 'timeout')], problems: [] }
    expect(ofOutcomes(document, true)).toBe(130)
    expect(ofOutcomes({ ...document, outcomes: [...document.outcomes, outcome('mismatch', 'hash-differs')] }, true)).toBe(1)
  })
})

describe('the exit code of hashes', () => {
  it.each<[ReasonCode | undefined, ExitCode]>([
    [undefined, 0],
    ['hash-differs', 1],
    ['bad-hash', 2],
    ['unreadable-file', 2],
    ['not-found', 3],
    ['timeout', 4],
  ])('%s is %i', (code, expected) => {
    const entry = { input: 'a', hash: null, size: null }
    const hashes = [{ ...entry, hash: 'x' }, code === undefined ? entry : { ...entry, reason: { code, message: 'why' } }]
    expect(ofHashes({ hashes })).toBe(expected)
  })
})

it('knows the exit code of everything thrown', () => {
  const thrown = [
    new InputError('usage', ''),
    new AbsentError('no-pin', ''),
    new NetworkError('timeout', ''),
    new InterruptedError(''),
    new TypeError(''),
    'text',
  ]
  expect(thrown.map(ofError)).toEqual([2, 3, 4, 130, 70, 70])
})
