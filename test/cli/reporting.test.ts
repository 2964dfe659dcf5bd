// The options about forms of a report, and where reports go.
import { describe, expect, it } from 'vitest'
import { readArguments } from '../../src/cli/arguments.ts'
import { commands } from '../../src/cli/main.ts'
import { targetsOf } from '../../src/cli/report-targets.ts'
import { formatAsked } from '../../src/cli/reporting.ts'

async function settings(...argv: string[]): Promise<object | string> {
  try {
    const read = await readArguments(argv, commands, { version: '1.2.3', columns: 100 })
    return read.kind === 'run' ? { format: read.settings.format, reports: read.settings.reports } : read.text
  } catch (error) {
    return (error as Error).message
  }
}

describe('--format and --report', () => {
  it.each<[string[], object]>([
    [['list'], { format: 'text', reports: [] }],
    [['verify', '--format', 'sarif'], { format: 'sarif', reports: [] }],
    [['verify', '--json', '--format=json'], { format: 'json', reports: [] }],
    [['verify', '--json', '--report', 'markdown'], { format: 'json', reports: [{ format: 'markdown', file: null }] }],
    [
      ['update', '--report', 'sarif=a=b.sarif', '--report=text=out.txt'],
      {
        format: 'text',
        reports: [
          { format: 'sarif', file: 'a=b.sarif' },
          { format: 'text', file: 'out.txt' },
        ],
      },
    ],
    // What these two call a format is a spelling.
    [['hash', '--format', 'sri', 'a'], { format: 'text', reports: [] }],
    [['hash', '--format', 'sri', '--json', 'a'], { format: 'json', reports: [] }],
  ])('%j', async (argv, read) => {
    expect(await settings(...argv)).toEqual(read)
  })

  it.each<[string[], string]>([
    [['list', '--json', '--format', 'text'], '--json and --format text exclude each other'],
    [['list', '--json', '--format', 'github'], '--json and --format github exclude each other'],
    [['list', '--format', 'xml'], '--format takes one of text, json, markdown, github, sarif, gitlab, not "xml"'],
    [
      ['list', '--report', 'xml=a'],
      '--report takes FORMAT=FILE, FORMAT being one of text, json, markdown, github, sarif, gitlab, not "xml=a"',
    ],
    [['list', '--report', 'sarif'], '--report sarif needs a file: --report sarif=FILE'],
    [['list', '--report', 'sarif='], '--report sarif= names no file; --format sarif is for standard output'],
    [['list', '--report', 'json=-'], '--report json=- names no file; --format json is for standard output'],
    [['list', '--report', 'json=a', '--report', 'sarif=a'], 'two reports cannot be written to a'],
    [['list', '--report', 'json=./out//a', '--report', 'sarif=out/b/../a'], 'two reports cannot be written to out/a'],
    [['list', '--report', 'markdown', '--report', 'markdown'], 'two reports cannot be written to the summary of the job'],
    [['hash', '--report', 'json=a', 'b'], '--report is not an option of pinhash hash; pinhash hash --help lists them'],
  ])('%j is refused', async (argv, message) => {
    expect(await settings(...argv)).toBe(message)
  })

  it.each<[string[], string]>([
    [['list'], 'text'],
    [['list', '--json', '--format', 'github'], 'json'],
    [['list', '--format', 'github', '--nope'], 'github'],
    [['list', '--format=github', '--format=sarif'], 'sarif'],
    [['list', '--format'], 'text'],
    [['list', '--format', 'xml'], 'text'],
    [['hash', '--', '--format', 'github'], 'text'],
  ])('an error is told in the form of %j', (argv, format) => {
    expect(formatAsked(argv)).toBe(format)
  })
})

describe('the summary of a job', () => {
  const there = { GITHUB_STEP_SUMMARY: '/summary' }
  const summary = { format: 'markdown', file: '/summary', append: true }

  it('is appended to by --report markdown, and by --format markdown where there is one, but once', () => {
    expect(targetsOf({ format: 'text', reports: [{ format: 'markdown', file: null }] }, there)).toEqual([summary])
    expect(targetsOf({ format: 'markdown', reports: [] }, there)).toEqual([summary])
    expect(targetsOf({ format: 'markdown', reports: [] }, { GITHUB_STEP_SUMMARY: '' })).toEqual([])
    expect(targetsOf({ format: 'markdown', reports: [{ format: 'markdown', file: null }] }, there)).toEqual([summary])
    expect(targetsOf({ format: 'markdown', reports: [{ format: 'markdown', file: 'a.md' }] }, there)).toEqual([
      { format: 'markdown', file: 'a.md', append: false },
      summary,
    ])
  })

  it('has to be there where it is asked for', () => {
    expect(() => targetsOf({ format: 'text', reports: [{ format: 'markdown', file: null }] }, {})).toThrow(
      '--report markdown without a file appends to the one that GITHUB_STEP_SUMMARY names, and that is not set; give --report markdown=FILE',
    )
  })
})
