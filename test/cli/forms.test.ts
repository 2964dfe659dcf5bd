// Every form of a report, over documents of all outcomes and over the worst of strings.
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorText } from '../../src/cli/publish.ts'
import { findingsOf } from '../../src/cli/report/findings.ts'
import type { PinDocument } from '../../src/cli/report/findings.ts'
import { githubText } from '../../src/cli/report/github.ts'
import { gitlabText } from '../../src/cli/report/gitlab.ts'
import { ofReason } from '../../src/cli/exit-code.ts'
import { meanings } from '../../src/cli/report/rules.ts'
import { sarifText } from '../../src/cli/report/sarif.ts'
import type { Subject } from '../../src/cli/report/subject.ts'
import { InputError, NetworkError } from '../../src/core/errors.ts'
import { asset, listDocument, newHash, oldHash, outcome, outcomes, syntaxProblem, updated } from './documents.ts'
import { hostile, outcomeNames, outcomeOf, worstDocument, worstList } from './hostile.ts'

const subject = (document: PinDocument, prefix = ''): Subject => ({ command: 'verify', document, version: '1.2.3', prefix })
const schema = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8')) as object
const ajv = new Ajv({ strict: true, strictRequired: false })
const isSarif = ajv.compile(schema('sarif'))
const isGitlab = ajv.compile(schema('gitlab'))

interface Sarif {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } }
      readonly results: readonly {
        readonly ruleId: string
        readonly ruleIndex: number
        readonly level: string
        readonly locations: readonly [
          { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string }; readonly region: object } },
        ]
        readonly partialFingerprints: { readonly 'pinhash/v1': string }
      }[]
    },
  ]
}

function sarif(document: PinDocument, prefix = ''): Sarif['runs'][0] {
  const log = JSON.parse(sarifText(subject(document, prefix))) as Sarif
  expect(isSarif(log), JSON.stringify(isSarif.errors)).toBe(true)
  return log.runs[0]
}

interface Issue {
  readonly check_name: string
  readonly severity: string
  readonly fingerprint: string
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } }
}

function gitlab(document: PinDocument, prefix = ''): readonly Issue[] {
  const report = JSON.parse(gitlabText(subject(document, prefix))) as Issue[]
  expect(isGitlab(report), JSON.stringify(isGitlab.errors)).toBe(true)
  return report
}

const commandLine = /^::(?:error|warning|notice) (?:file=[^:,\r\n]+(?:,line=\d+(?:,col=\d+)?)?,)?title=[^:,\r\n]+::[^\r\n]*$/

function commands(document: PinDocument, prefix = ''): readonly string[] {
  const text = githubText(subject(document, prefix))
  expect(text === '' || text.endsWith('\n')).toBe(true)
  const lines = text.split('\n').slice(0, -1)
  for (const line of lines) expect(line).toMatch(commandLine)
  return lines
}

const differing = outcome({
  outcome: 'mismatch',
  to: 'v0.10.0',
  from: 'v0.10.0',
  systems: { 'x86_64-linux': [asset()], 'aarch64-linux': [asset()], 'x86_64-darwin': [asset({ new: oldHash, line: 52 })] },
  reason: { code: 'hash-differs', message: 'flake.nix:50 holds another hash: 100 %, really' },
})
const down = outcome({
  pin: 'gh',
  outcome: 'unknown',
  to: null,
  reason: { code: 'rate-limited', message: 'GitHub answers again at 12:00' },
})

describe('what each outcome is in each form', () => {
  it.each([
    ['unchanged', null, null, null],
    ['updated', null, null, null],
    ['verified', null, null, null],
    ['outdated', 'notice', 'note', 'info'],
    ['mismatch', 'error', 'error', 'critical'],
    ['drift', 'error', 'error', 'critical'],
    ['missing', 'error', 'error', 'major'],
    ['refused', 'error', 'error', 'major'],
    ['unknown', 'warning', 'warning', 'minor'],
  ] as const)('%s', (name, command, level, severity) => {
    const document = outcomes([{ ...outcomeOf(name, 'tool'), warnings: [] }])
    expect(commands(document).map((line) => /^::(\w+)/.exec(line)?.[1])).toEqual(command === null ? [] : [command])
    expect(sarif(document).results.map((result) => result.level)).toEqual(level === null ? [] : [level])
    expect(gitlab(document).map((issue) => issue.severity)).toEqual(severity === null ? [] : [severity])
  })

  it('tells a wrong hash from a server that was down', () => {
    const document = outcomes([down, differing])
    expect(commands(document)).toEqual([
      '::error file=flake.nix,line=50,col=24,title=cue%3A hash-differs::cue: flake.nix:50 holds another hash: 100 %25, really',
      '::warning file=flake.nix,line=46,title=gh%3A rate-limited::gh: GitHub answers again at 12:00',
    ])
    expect(sarif(document).results.map(({ ruleId, level }) => [ruleId, level])).toEqual([
      ['hash-differs', 'error'],
      ['rate-limited', 'warning'],
    ])
    expect(gitlab(document).map(({ check_name: name, severity }) => [name, severity])).toEqual([
      ['pinhash/hash-differs', 'critical'],
      ['pinhash/rate-limited', 'minor'],
    ])
  })

  it('says nothing where all is well', () => {
    expect([commands(outcomes([updated])), sarif(outcomes([updated])).results, gitlab(outcomes([updated]))]).toEqual([[], [], []])
  })

  it('names what is not managed, and files, in a list', () => {
    expect(commands(listDocument)).toEqual([
      '::error file=nix/bad.nix,line=3,col=7,title=syntax::a ; is missing',
      '::notice file=flake.nix,line=9,title=not-managed::fetchurl is not managed: the URL is not known: it depends on config.version',
    ])
  })
})

describe('findings', () => {
  it('stand at the literal of the hash, once for all its systems, and name both hashes where there are several', () => {
    const two = { ...differing, systems: { ...differing.systems, 'x86_64-darwin': [asset({ line: 52, column: 3 })] } }
    expect(findingsOf(outcomes([two])).map(({ line, column, systems, message }) => ({ line, column, systems, message }))).toEqual([
      {
        line: 50,
        column: 24,
        systems: ['x86_64-linux', 'aarch64-linux'],
        message: `cue v0.10.0 for x86_64-linux, aarch64-linux: the file holds ${oldHash}, but ${asset().url} is ${newHash}`,
      },
      { line: 52, column: 3, systems: ['x86_64-darwin'], message: expect.stringContaining('for x86_64-darwin') as string },
    ])
  })

  it('stand at the hash that is still to be filled in', () => {
    const empty = { ...differing, systems: { a: [asset({ new: null })], b: [asset({ new: oldHash, line: 60 })] } }
    expect(findingsOf(outcomes([empty])).map(({ line, column }) => [line, column])).toEqual([[50, 24]])
  })

  it('say of each of several hashes that it is still to be filled in', () => {
    const reason = { code: 'placeholder-hash', message: 'The hashes are still to be filled in' } as const
    const empty = { ...differing, reason, systems: { a: [asset({ old: '', new: null })], b: [asset({ old: '', new: null, line: 60 })] } }
    expect(findingsOf(outcomes([empty])).map(({ message }) => message)).toEqual(
      ['a', 'b'].map((system) => `cue v0.10.0 for ${system}: its hash is still to be filled in; 'pinhash update' does that`),
    )
  })

  it('come worst first, hashes before all else', () => {
    const order = findingsOf(outcomes([down, outcomeOf('refused', 'a'), outcomeOf('outdated', 'b'), differing], [syntaxProblem]))
    expect(order.map(({ code }) => code)).toEqual([
      'hash-differs',
      'doubt',
      'syntax',
      'rate-limited',
      'coverage',
      'coverage',
      'coverage',
      'coverage',
      'outdated',
    ])
  })

  it('have files relative to the repository', () => {
    const [line] = commands(outcomes([differing]), 'deep/nix files/')
    expect(line).toContain('file=deep/nix files/flake.nix,')
    expect(sarif(outcomes([differing]), 'deep/nix files/').results[0]?.locations[0].physicalLocation.artifactLocation.uri).toBe(
      'deep/nix%20files/flake.nix',
    )
    expect(gitlab(outcomes([differing]), 'deep/nix files/')[0]?.location.path).toBe('deep/nix files/flake.nix')
  })
})

describe('fingerprints', () => {
  const names = (document: PinDocument): readonly string[] => gitlab(document).map(({ fingerprint }) => fingerprint)

  it('stay when lines and hashes move, and are those of SARIF', () => {
    const moved = {
      ...differing,
      line: 99,
      systems: {
        'aarch64-linux': [asset({ line: 7, new: oldHash.toUpperCase() })],
        'x86_64-linux': [asset({ line: 7, new: oldHash.toUpperCase() })],
      },
    }
    expect(names(outcomes([moved]))).toEqual(names(outcomes([differing])))
    expect(sarif(outcomes([moved])).results.map((result) => result.partialFingerprints['pinhash/v1'])).toEqual(names(outcomes([moved])))
  })

  it('are unique, and differ by pin, system and code', () => {
    const all = names(worstDocument('x'))
    expect(new Set(all).size).toBe(all.length)
    const of = (over: object): string => names(outcomes([{ ...differing, ...over }]))[0] ?? ''
    const reason = { code: 'placeholder-hash', message: '' }
    expect(new Set([of({}), of({ pin: 'gh' }), of({ reason }), of({ systems: { b: [asset()] } })]).size).toBe(4)
  })

  it('differ by the folder that the files are in', () => {
    const all = ['', 'a/', 'b/'].map((prefix) => gitlab(outcomes([differing]), prefix)[0]?.fingerprint)
    expect(new Set(all).size).toBe(3)
  })
})

describe('whatever a repository or a server says', () => {
  it.each(hostile)('%j starts no command, and leaves SARIF and code quality what they are', (text) => {
    for (const document of [worstDocument(text), worstList(text)]) {
      const findings = findingsOf(document)
      expect(commands(document)).toHaveLength(findings.length)
      const { results, tool } = sarif(document)
      expect(results).toHaveLength(findings.length)
      for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId)
      expect(gitlab(document)).toHaveLength(findings.length)
    }
  })

  it('holds for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        const document = worstDocument(text)
        const number = findingsOf(document).length
        expect(commands(document)).toHaveLength(number)
        expect(sarif(document).results).toHaveLength(number)
        expect(gitlab(document)).toHaveLength(number)
      }),
      { numRuns: 15 },
    )
  })

  it('a pin cannot set an output', () => {
    const document = outcomes([
      outcome({
        pin: 'x\n::set-output name=a::b',
        outcome: 'missing',
        reason: { code: 'no-asset', message: 'a\n::stop-commands::b\r::c' },
      }),
    ])
    expect(githubText(subject(document))).toBe(
      '::error file=flake.nix,line=46,title=x %3A%3Aset-output name=a%3A%3Ab%3A no-asset::x%0A::set-output name=a::b: a%0A::stop-commands::b%0A::c\n',
    )
  })
})

describe('a command that could not run', () => {
  const about = { command: 'verify', version: '1.2.3' }
  it('says so in each form that can', () => {
    const error = new InputError('usage', 'no\n::such option')
    expect(errorText('github', error, about)).toBe('::error title=pinhash%3A usage::no%0A::such option\n')
    expect(errorText('markdown', error, about)).toBe('## pinhash verify could not run\n\n- `usage`: no ::such option\n')
    expect(errorText('gitlab', error, about)).toBeNull()
    const log = JSON.parse(errorText('sarif', new NetworkError('timeout', 'https://a:b@example.org'), about) ?? '') as Sarif
    expect(isSarif(log), JSON.stringify(isSarif.errors)).toBe(true)
    expect(log.runs[0]).toMatchObject({
      results: [],
      invocations: [
        {
          executionSuccessful: false,
          toolExecutionNotifications: [{ message: { text: 'https://example.org' }, descriptor: { id: 'timeout' } }],
        },
      ],
    })
  })
})

describe('docs/codes.md', () => {
  const page = readFileSync(new URL('../../docs/codes.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (.*?) +\| (.*?) +\|$/gm)].map(([, name = '', means, remedy]) => ({
    name,
    means,
    remedy,
  }))

  it('says of each code what it means and what to do, once, and of no other', () => {
    expect(Object.fromEntries(rows.map(({ name, means }) => [name, means]))).toEqual(meanings)
    expect(rows).toHaveLength(Object.keys(meanings).length)
    expect(rows.filter(({ remedy }) => remedy === undefined || !/^[A-Z`].*\.$/.test(remedy))).toEqual([])
  })

  it('has a section for each exit code, with the codes that lead to it', () => {
    const exits = page.split(/^## /m).flatMap((section) => {
      const [, whole = ''] = /^Exit code (\d)/m.exec(section) ?? []
      const apart = new Map([...section.matchAll(/`([a-z-]+)`: (\d)/g)].map(([, name = '', code = '']) => [name, code]))
      return [...section.matchAll(/^\| `([a-z-]+)`/gm)].map(([, name = '']) => [name, apart.get(name) ?? whole] as const)
    })
    const said = Object.fromEntries(exits.filter(([name, code]) => name in ofReason && name !== 'interrupted' && code !== ''))
    const { interrupted: _, ...known } = ofReason
    expect(said).toEqual(Object.fromEntries(Object.entries(known).map(([name, code]) => [name, String(code)])))
  })
})

it('knows all outcomes', () => {
  expect(outcomeNames).toHaveLength(9)
})
