import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { updatedText } from '../../src/cli/report/updated.ts'
import { diffText } from '../../src/cli/report/diff.ts'
import { hashesText } from '../../src/cli/report/hashes.ts'
import { bytes, count, duration, printable, shortHash, table, width, wrap } from '../../src/cli/report/layout.ts'
import { listText } from '../../src/cli/report/list.ts'
import { outcomeLines, summaryLine } from '../../src/cli/report/outcomes.ts'
import { problemLines } from '../../src/cli/report/problems.ts'
import { coloured, plain, wantsColor } from '../../src/cli/report/view.ts'
import type { View } from '../../src/cli/report/view.ts'
import { asset, foreign, listDocument, newHash, oldHash, outcome, outcomes, syntaxProblem, updated } from './documents.ts'

const pipe: View = { out: plain, err: plain, columns: null, quiet: false, verbose: false, milliseconds: 2_100 }
const escape = /\u001b\[\d+m/g

describe('a pin that was updated', () => {
  it('is a line for the pin and a row for each system', () => {
    expect(outcomeLines(outcomes([updated]), pipe)).toEqual([
      'cue  v0.10.0 → v0.11.0   flake.nix:46',
      '  x86_64-linux     1liz2gkd… → 0f9ck3wq…    8.4 MB   bytes, digest, checksums.txt',
      '  aarch64-darwin   06k72afv… → 1q7d0xzb…   12.1 MB   bytes',
    ])
  })

  it('is summed up in one line', () => {
    expect(summaryLine(outcomes([updated]), pipe)).toBe('1 pin updated, 2 hashes, 20.5 MB in 2.1 s')
    expect(summaryLine(outcomes([updated]), pipe, true)).toBe('1 pin would be updated, 2 hashes, 20.5 MB in 2.1 s')
  })

  it('joins systems that share an asset', () => {
    const four = ['x86_64-linux', 'aarch64-linux', 'x86_64-darwin', 'aarch64-darwin']
    const shared = (systems: readonly string[]) => outcome({ systems: Object.fromEntries(systems.map((system) => [system, [asset()]])) })
    expect(outcomeLines(outcomes([shared(four)]), pipe)[1]).toBe(
      '  all systems   1liz2gkd… → 0f9ck3wq…   8.4 MB   bytes, digest, checksums.txt',
    )
    expect(outcomeLines(outcomes([shared(four.slice(0, 2))]), pipe)[1]).toMatch(/^ {2}x86_64-linux, aarch64-linux {3}1liz/)
    expect(summaryLine(outcomes([shared(four)]), pipe)).toBe('1 pin updated, 1 hash, 8.4 MB in 2.1 s')
    const partly = {
      ...shared(four.slice(0, 3)),
      systems: { ...shared(four.slice(0, 3)).systems, 'aarch64-darwin': [asset({ new: oldHash })] },
    }
    expect(outcomeLines(outcomes([partly]), pipe).slice(1)).toEqual([
      '  x86_64-linux, aarch64-linux, x86_64-darwin   1liz2gkd… → 0f9ck3wq…   8.4 MB   bytes, digest, checksums.txt',
      '  aarch64-darwin                               1liz2gkd…               8.4 MB   bytes, digest, checksums.txt',
    ])
  })

  it('names the files where a system has several', () => {
    const both = outcome({
      systems: { 'x86_64-linux': [asset({ url: 'https://a/x/one.gz' }), asset({ url: 'https://a/x/two.gz', new: oldHash })] },
    })
    expect(
      outcomeLines(outcomes([both]), pipe)
        .slice(1)
        .map((line) => line.slice(0, 35)),
    ).toEqual(['  x86_64-linux   one.gz   1liz2gkd…', '  x86_64-linux   two.gz   1liz2gkd…'])
  })

  it('shows everything with --verbose', () => {
    const text = outcomeLines(outcomes([updated]), { ...pipe, verbose: true }).join('\n')
    expect(text).toContain(`    file has  ${oldHash}   flake.nix:50:24\n    found     ${newHash}`)
    expect(text).toContain('cue_v0.11.0_linux_amd64.tar.gz\n')
  })

  it('is silent with --quiet unless it carries a warning', () => {
    const quiet = { ...pipe, quiet: true }
    expect(outcomeLines(outcomes([updated]), quiet)).toEqual([])
    const warned = { ...updated, warnings: [{ code: 'same-hash' as const, message: 'the hash stayed the same' }] }
    expect(outcomeLines(outcomes([warned]), quiet)).toContain('  warning: the hash stayed the same')
  })
})

describe('a pin that is not fine', () => {
  it('says why it was refused', () => {
    const refused = outcome({
      outcome: 'refused',
      to: null,
      reason: { code: 'downgrade', message: 'v0.9.0 is older than v0.10.0; --allow-downgrade accepts that' },
    })
    expect(outcomeLines(outcomes([refused, updated]), { ...pipe, quiet: true })).toEqual([
      'cue  v0.10.0  refused   flake.nix:46',
      '  v0.9.0 is older than v0.10.0; --allow-downgrade accepts that',
    ])
    expect(summaryLine(outcomes([refused, updated]), pipe)).toBe('1 pin updated, 1 refused, 2 hashes, 20.5 MB in 2.1 s')
  })

  it('shows both hashes whole where they differ', () => {
    const mismatch = outcome({
      outcome: 'mismatch',
      from: 'v0.10.0',
      to: 'v0.10.0',
      systems: { 'x86_64-linux': [asset({ evidence: ['bytes'] })] },
      reason: { code: 'hash-differs', message: 'the bytes have another hash' },
    })
    expect(outcomeLines(outcomes([mismatch]), pipe)).toEqual([
      'cue  v0.10.0  mismatch   flake.nix:46',
      '  x86_64-linux   8.4 MB   bytes',
      `    file has  ${oldHash}   flake.nix:50:24`,
      `    found     ${newHash}`,
      '  the bytes have another hash',
    ])
  })

  it('shows a hash that is still to be filled in as the file has it', () => {
    const systems = { 'x86_64-linux': [asset({ old: '', new: null, size: null, evidence: [] })] }
    const empty = outcome({ outcome: 'mismatch', systems, reason: { code: 'placeholder-hash', message: 'it is still to be filled in' } })
    expect(outcomeLines(outcomes([empty]), pipe)[2]).toBe('    ""   flake.nix:50:24')
    const filled = outcome({ systems: { 'x86_64-linux': [asset({ old: '' })] } })
    expect(outcomeLines(outcomes([filled]), pipe)[1]).toMatch(/^ {2}x86_64-linux {3}"" → \w{8}… /)
  })

  it('aligns the places of all pins and breaks sentences at the width of the terminal', () => {
    const reason = { code: 'rate-limited' as const, message: 'GitHub answers again at 12:00; a token in GITHUB_TOKEN raises the limit' }
    const lines = outcomeLines(outcomes([updated, outcome({ pin: 'gh', outcome: 'unknown', to: null, reason })]), { ...pipe, columns: 40 })
    expect(lines).toContain('cue  v0.10.0 → v0.11.0      flake.nix:46')
    expect(lines.slice(-3)).toEqual([
      'gh  v0.10.0  could not find out   flake.nix:46',
      '  GitHub answers again at 12:00; a token',
      '  in GITHUB_TOKEN raises the limit',
    ])
  })
})

describe('a run of update', () => {
  const document = { ...outcomes([updated], [syntaxProblem]), diff: '--- a/flake.nix\n+++ b/flake.nix\n@@ -1 +1 @@\n-a\n+b\n' }
  it('puts the report on standard output and problems on standard error', () => {
    const { stdout, stderr, verbatim } = updatedText(document, pipe, false)
    expect(stdout).toEqual([...outcomeLines(document, pipe), '1 pin updated, 2 hashes, 20.5 MB in 2.1 s'])
    expect([stderr[0], verbatim]).toEqual(['nix/bad.nix:3:7: a ; is missing', undefined])
  })
  it('keeps standard output for the diff in a dry run', () => {
    const { stdout, stderr, verbatim } = updatedText(document, { ...pipe, out: plain, err: coloured }, true)
    expect({ stdout, verbatim }).toEqual({ stdout: [], verbatim: document.diff })
    expect(stderr.map((line) => line.replace(escape, '')).slice(-1)).toEqual(['1 pin would be updated, 2 hashes, 20.5 MB in 2.1 s'])
    expect(stderr[3]).toMatch(escape)
  })
})

describe('the summary', () => {
  it.each([
    [outcomes([]), 'no pins found in 2.1 s'],
    [outcomes([], [syntaxProblem]), 'no pins found, 1 problem in 2.1 s'],
    [outcomes([outcome({ outcome: 'unchanged' }), outcome({ outcome: 'unchanged' })]), '2 pins unchanged in 2.1 s'],
    [
      outcomes([
        outcome({ outcome: 'verified', systems: { 'x86_64-linux': [asset({ new: oldHash })] } }),
        outcome({ outcome: 'mismatch' }),
      ]),
      '1 pin verified, 1 with another hash, 1 hash, 8.4 MB in 2.1 s',
    ],
  ])('%#', (document, expected) => {
    expect(summaryLine(document, pipe)).toBe(expected)
  })
})

describe('the list', () => {
  it('is a row for each pin, then what is not managed, with problems on standard error', () => {
    expect(listText(listDocument, pipe)).toEqual({
      stdout: [
        'cue    v0.10.0   cue-lang/cue   x86_64-linux, aarch64-darwin   nix32   flake.nix:46',
        'logo   -         -              all systems                    nix32   nix/logo.nix:2',
        '',
        '1 fetch seen, not managed:',
        '  flake.nix:9   fetchurl   the URL is not known: it depends on config.version',
      ],
      stderr: ['nix/bad.nix:3:7: a ; is missing', '    a = 1', '         ^'],
    })
  })

  it('adds addresses and hashes with --verbose', () => {
    expect(listText(listDocument, { ...pipe, verbose: true }).stdout.slice(0, 4)).toEqual([
      'cue    v0.10.0   cue-lang/cue   x86_64-linux, aarch64-darwin   nix32   flake.nix:46',
      '  x86_64-linux',
      '    https://github.com/a',
      `    ${oldHash}   flake.nix:50`,
    ])
  })

  it('keeps to what is not fine with --quiet, and says when there is nothing', () => {
    expect(listText(listDocument, { ...pipe, quiet: true }).stdout[0]).toBe('1 fetch seen, not managed:')
    expect(listText({ pins: [], unmanaged: [], problems: [] }, pipe)).toEqual({ stdout: [], stderr: ['no pins found'] })
  })
})

it('prints problems as compilers do', () => {
  expect(problemLines([syntaxProblem, foreign], pipe)).toEqual([
    'nix/bad.nix:3:7: a ; is missing',
    '    a = 1',
    '         ^',
    'npins/default.nix: npins keeps this file',
  ])
  expect(problemLines([foreign], { ...pipe, quiet: true })).toEqual([])
})

describe('hashes', () => {
  const reason = { code: 'hash-differs' as const, message: 'b does not have it' }
  const one = { input: 'a', hash: oldHash, size: 3 }
  it('are bare for one input, labelled for several, and left out where something is wrong', () => {
    expect(hashesText({ hashes: [one] }, pipe, false)).toEqual({ stdout: [oldHash], stderr: [] })
    expect(hashesText({ hashes: [one, { ...one, input: 'b', reason }] }, pipe, false)).toEqual({
      stdout: [`${oldHash}  a`],
      stderr: ['pinhash: b does not have it'],
    })
    expect(hashesText({ hashes: [one, one] }, pipe, true).stdout).toEqual([oldHash, oldHash])
  })
})

describe('colours', () => {
  it('change nothing but colours', () => {
    const document = outcomes([updated, outcome({ outcome: 'refused', reason: { code: 'doubt', message: 'two fit' } })])
    const painted = outcomeLines(document, { ...pipe, out: coloured })
    expect(painted.join('\n')).toMatch(escape)
    expect(painted.map((line) => line.replace(escape, ''))).toEqual(outcomeLines(document, pipe))
  })

  it('leave a diff for a pipe as it is', () => {
    const diff = '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-\told\u001b\n+\tnew\n same\n'
    expect(diffText(diff, plain)).toBe(diff)
    expect(diffText(diff, coloured).replace(escape, '')).toBe(diff.replace('\u001b', '�'))
  })

  it.each([
    ['auto', true, {}, true],
    ['auto', false, {}, false],
    ['auto', true, { NO_COLOR: '1' }, false],
    ['auto', true, { NO_COLOR: '' }, true],
    ['auto', true, { TERM: 'dumb' }, false],
    ['always', false, { NO_COLOR: '1' }, true],
    ['never', true, {}, false],
  ] as const)('--color %s, terminal %s, %j: %s', (color, terminal, environment, expected) => {
    expect(wantsColor(color, terminal, environment)).toBe(expected)
  })
})

describe('what files and servers say', () => {
  it('cannot steer the terminal', () => {
    const evil = 'a\u001b]0;title\u0007\n\u202eb\u009b'
    const text = outcomeLines(
      outcomes([
        outcome({
          pin: evil,
          file: evil,
          from: evil,
          outcome: 'refused',
          systems: { [evil]: [asset({ url: evil, old: evil, new: evil, evidence: [evil] })] },
          reason: { code: 'doubt', message: evil },
        }),
      ]),
      { ...pipe, verbose: true },
    )
    const list = listText(
      {
        pins: [],
        unmanaged: [{ file: evil, line: 1, fetcher: evil, reason: evil }],
        problems: [{ ...syntaxProblem, file: evil, message: evil }],
      },
      pipe,
    )
    for (const line of [...text, ...list.stdout, ...list.stderr]) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
    expect(printable(evil)).toBe('a�]0;title� �b�')
  })
})

describe('layout', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [8_449_999, '8.4 MB'],
    [999_949, '999.9 kB'],
    [999_999, '1.0 MB'],
    [1_500_000_000, '1.5 GB'],
  ])('%i bytes are %s', (number, text) => {
    expect(bytes(number)).toBe(text)
  })

  it.each([
    [40.4, '40 ms'],
    [2_100, '2.1 s'],
    [59_949, '59.9 s'],
    [59_951, '1 min 0 s'],
    [184_000, '3 min 4 s'],
  ])('%d ms are %s', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text)
  })

  it('counts and shortens', () => {
    expect([count(1, 'pin'), count(2, 'pin'), count(0, 'hash'), count(2, 'fetch')]).toEqual(['1 pin', '2 pins', '0 hashes', '2 fetches'])
    expect([shortHash('sha256-47DEQpj8HBSa'), shortHash('sha256:1liz2gkd5m'), shortHash('1liz2gkd'), shortHash('')]).toEqual([
      '47DEQpj8…',
      '1liz2gkd…',
      '1liz2gkd',
      '""',
    ])
  })

  it('puts the columns of any table below each other, and no space at a line end', () => {
    const cell = fc.stringMatching(/^[a-z→…]{0,12}$/).map((text) => ({ text }))
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 }), (rows) => {
        const lines = table(rows.map((row) => [...row, { text: '|' }]))
        expect(new Set(lines.map((line) => [...line].indexOf('|'))).size).toBe(1)
        for (const line of table(rows)) expect(line).not.toMatch(/ $/)
      }),
    )
  })

  it('wraps any text without losing a word, within the width where words allow', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(words, fc.integer({ min: 5, max: 60 }), (list, columns) => {
        const lines = wrap(list.join(' '), columns, '  ')
        expect(lines.flatMap((line) => line.trim().split(' '))).toEqual(list)
        for (const line of lines) expect(width(line) <= columns || !line.trim().includes(' ')).toBe(true)
      }),
    )
  })
})
