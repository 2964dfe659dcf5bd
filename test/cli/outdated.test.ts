import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/core/report.ts'
import { outdatedText } from '../../src/cli/report/outdated.ts'
import { plain } from '../../src/cli/report/view.ts'
import type { View } from '../../src/cli/report/view.ts'
import { outcome, outcomes, syntaxProblem } from './documents.ts'

const view: View = { out: plain, err: plain, columns: null, quiet: false, verbose: false, milliseconds: 40 }
const behind = outcome({
  outcome: 'outdated',
  newest: 'v0.11.0',
  newestOfAll: 'v0.12.0-rc.1',
  ages: { current: 61, newest: 1, newestOfAll: 0 },
  warnings: [{ code: 'skipped-release', message: 'passed over a newer release: v0.11.1 has no asset x' }],
})
const current: Outcome = outcome({
  pin: 'jq',
  outcome: 'unchanged',
  from: '1.7',
  to: '1.7',
  newest: '1.7',
  newestOfAll: '1.7',
  ages: { current: null, newest: null, newestOfAll: null },
  constraints: ['hold', 'follow 1'],
})
const failed = outcome({ pin: 'rg', outcome: 'unknown', to: null, reason: { code: 'timeout', message: 'it took too long' } })
const nowhere = outcome({ pin: 'logo', outcome: 'unchanged', from: null, to: null, newest: null, newestOfAll: null })

describe('what outdated prints', () => {
  it('is a table with notes below the rows', () => {
    expect(outdatedText(outcomes([behind, current, failed, nowhere], [syntaxProblem]), view)).toEqual({
      stdout: [
        'pin    current                 newest that fits      newest of all          where',
        'cue    v0.10.0 (61 days ago)   v0.11.0 (1 day ago)   v0.12.0-rc.1 (today)   flake.nix:46',
        '  warning: passed over a newer release: v0.11.1 has no asset x',
        'jq     1.7                     the current one       the current one        flake.nix:46   hold, follow 1',
        'rg     v0.10.0                 ?                     ?                      flake.nix:46',
        '  it took too long',
        'logo   -                       ?                     ?                      flake.nix:46',
        '1 of 4 pins outdated, 1 with no version to compare, 1 unresolved in 40 ms',
      ],
      stderr: ['nix/bad.nix:3:7: a ; is missing', '    a = 1', '         ^'],
    })
  })

  it('is quiet about what is up to date', () => {
    const { stdout } = outdatedText(outcomes([current, failed, nowhere]), { ...view, quiet: true })
    expect(stdout).toHaveLength(3)
    expect(stdout[1]).toMatch(/^rg /)
    expect(outdatedText(outcomes([current]), { ...view, quiet: true }).stdout).toEqual([])
  })

  it('says that there is nothing', () => {
    expect(outdatedText(outcomes([]), view).stdout).toEqual(['no pins found'])
    expect(outdatedText(outcomes([], [syntaxProblem]), view).stdout).toEqual(['no pins found, 1 problem'])
  })

  it('lets no text of a forge steer the terminal', () => {
    const { stdout } = outdatedText(outcomes([{ ...behind, newestOfAll: 'v1\u001b[2J', constraints: ['a\nb'] }]), view)
    expect(stdout.join('\n')).not.toMatch(/\u001b/)
  })
})
