import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { environmentOf } from '../../scripts/environment-table.ts'
import { manPage } from '../../scripts/man-page.ts'
import { bold, escaped, lines, tagged } from '../../scripts/roff.ts'
import type { Command } from '../../src/cli/command.ts'
import { commands } from '../../src/cli/main.ts'
import { dashed, everywhere } from '../../src/cli/options.ts'

const environment = environmentOf(readFileSync(new URL('../../README.md', import.meta.url), 'utf8'))
const about = { version: '1.2.3', date: '2026-05-01', environment }

const odd: Command = {
  name: 'odd',
  usage: 'odd PIN',
  summary: `.so /etc/passwd is "it's" \\fB a ~^\` - …`,
  options: [{ name: 'dot', kind: 'value', describe: `FILE: .TH 'x' \\n` }],
  examples: [[`.odd 'x'`, '.']],
  notes: `${'word '.repeat(14)}.SH '.SH ${'x'.repeat(60)} .SH`,
  prepare: () => () => Promise.reject(new Error('not run')),
}

describe('roff', () => {
  it.each([
    ['--no-download', String.raw`\-\-no\-download`],
    [String.raw`a\b`, String.raw`a\eb`],
    [`"it's" \`^~`, String.raw`\(dqit\(aqs\(dq \(ga\(ha\(ti`],
    ['… é 😀', String.raw`\[u2026] \[u00E9] \[u1F600]`],
    ['a\n.so\tb\u0007', 'a .so b'],
  ])('writes %j so that it prints as it is', (text, roff) => {
    expect(escaped(text)).toBe(roff)
  })

  it('takes no line for a request, wherever lines break', () => {
    expect(lines(escaped('.so x'))).toEqual([String.raw`\&.so x`])
    expect(tagged(bold('.x'), escaped(`'y`))).toEqual(['.TP', String.raw`\fB.x\fR`, String.raw`\(aqy`])
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('.', "'", ' ', 'a', '\\', '\n', '-', '"'), maxLength: 400 }), (text) => {
        const filled = lines(escaped(text))
        for (const line of filled) expect(line).not.toMatch(/^[.']|\n/)
        const printed = filled.join(' ').replaceAll(String.raw`\&`, '')
        expect(printed).toBe(escaped(text).trim())
      }),
    )
  })
})

describe('the manual page', () => {
  const page = manPage(commands, about)

  it('has every command, option, example and variable there is', () => {
    for (const { summary, examples, options } of commands) {
      const text = page.replaceAll('\n', ' ')
      expect(text.toLowerCase()).toContain(escaped(summary).toLowerCase())
      for (const [line] of examples) expect(page).toContain(bold(`pinhash ${line}`))
      for (const { name } of [...options, ...everywhere]) expect(page).toContain(bold(dashed(name)))
    }
    expect(environment.length).toBeGreaterThan(5)
    expect(environment.map(([variables]) => variables)).toContain('NO_COLOR')
    for (const [variables] of environment) expect(page).toContain(bold(variables))
    expect([...page.matchAll(/^\.SH (.*)/gm)].map((match) => match[1])).toEqual([
      'NAME',
      'SYNOPSIS',
      'DESCRIPTION',
      'COMMANDS',
      'OPTIONS',
      'EXIT STATUS',
      'ENVIRONMENT',
      'FILES',
      'EXAMPLES',
      'SEE ALSO',
    ])
  })

  it('shows what may be left out in brackets', () => {
    const option = { name: 'since', kind: 'optional', describe: 'BASE: x' } as const
    expect(manPage([{ ...odd, options: [option] }], about)).toContain(String.raw`\fB\-\-since\fR [\fIBASE\fR]`)
  })

  it('holds no line of text that is a request', () => {
    const requests = manPage([...commands, odd], about).match(/^[.'].*$/gm) ?? []
    expect(requests.filter((line) => !/^\.(?:TH|SH|SS|TP|IP|br|BR)(?: |$)/.test(line))).toEqual([])
    expect(requests.filter((line) => line.startsWith('.SH'))).toHaveLength(10)
  })

  describe.each([
    ['mandoc', ['-T', 'lint', '-W', 'warning']],
    ['groff', ['-man', '-Tutf8', '-ww', '-W', 'break', '-z']],
  ])('read by %s', (program, flags) => {
    const missing = spawnSync(program, { input: '' }).error !== undefined
    it.skipIf(missing)('gives no warning', () => {
      for (const input of [page, manPage([...commands, odd], about)]) {
        const { status, stdout, stderr } = spawnSync(program, flags, { input, encoding: 'utf8' })
        expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
      }
    })
  })

  it.skipIf(spawnSync('mandoc', { input: '' }).error !== undefined)('prints texts as they are', () => {
    const { stdout } = spawnSync('mandoc', ['-T', 'utf8', '-O', 'width=500'], { input: manPage([odd], about), encoding: 'utf8' })
    const text = stdout.replaceAll(/.\u0008/g, '').replaceAll(/\s+/g, ' ')
    for (const each of [`${odd.summary}.`, `.TH 'x' \\n.`, `pinhash .odd 'x'`, `${odd.notes ?? ''}.`.slice(1)]) expect(text).toContain(each)
  })
})
