import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from '../../src/cli/arguments.ts'
import { commands } from '../../src/cli/main.ts'
import { dashed, everywhere } from '../../src/cli/options.ts'
import { readPlain } from '../../src/cli/plain-arguments.ts'

const about = { version: '1.2.3', columns: 100 }
const options = [
  ...new Map([...everywhere, ...commands.flatMap((command) => command.options)].map((option) => [option.name, option])).values(),
]

/** Milliseconds for some hundred parsers, each of which is built anew, on a machine that has other things to do. */
const patience = 120_000

const value = fc.oneof(
  fc.constantFrom(
    'x',
    '3',
    '1.10',
    '0x10',
    '1e3',
    'true',
    'false',
    'a=b',
    'cue@v1',
    'a b',
    '"q"',
    "'q'",
    '*',
    'ä',
    '',
    '-',
    '__proto__',
    'list',
  ),
  fc.string({ maxLength: 6 }),
)
const positional = fc.oneof(fc.constantFrom(...commands.map(({ name }) => name)), value)
const written = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...options).chain(({ name, kind }) => spelled(name, kind !== 'flag')) },
  { weight: 1, arbitrary: fc.constantFrom(['--help'], ['-h'], ['--version'], ['--'], ['--nothing'], ['--json=yes'], ['-Cdir'], ['-']) },
)

function spelled(name: string, takesValue: boolean): fc.Arbitrary<readonly string[]> {
  if (!takesValue) return fc.constant([dashed(name)])
  return fc.oneof(
    value.map((text) => [dashed(name), text]),
    value.map((text) => [`${dashed(name)}=${text}`]),
    fc.constant([dashed(name)]),
  )
}

const lines = fc
  .tuple(
    fc.array(written, { maxLength: 2 }),
    fc.constantFrom(...commands.map(({ name }) => name)),
    fc.array(
      fc.oneof(
        positional.map((text) => [text]),
        written,
      ),
      { maxLength: 6 },
    ),
  )
  .map(([before, command, after]) => [...before.flat(), command, ...after.flat()])

describe('a command line read without the parser', () => {
  it('is read as the parser reads it', { timeout: patience }, async () => {
    let plain = 0
    await fc.assert(
      fc.asyncProperty(lines, async (argv) => {
        const read = readPlain(argv, commands)
        if (read === null) return
        plain++
        const parsed = await parse(argv, commands, about)
        expect({ ...read, values: Object.fromEntries(read.values) }).toEqual({ ...parsed, values: Object.fromEntries(parsed.values) })
      }),
      { numRuns: 1500 },
    )
    // The comparison has no meaning where everything is left to the parser.
    expect(plain).toBeGreaterThan(200)
  })

  it.each([
    ['convert', 'sha256-AAAA', '--to', 'nix32'],
    ['hash', 'file', '--format=sri'],
    ['list'],
    ['-C', 'dir', 'update', 'cue', 'v0.11.0', '--dry-run', '--json'],
    ['verify', '--file', 'a.nix', '--file', 'b.nix', '--', '--odd'],
  ])('is that of every day: %s %s', (...argv) => {
    expect(readPlain(argv, commands)).toMatchObject({ output: '' })
  })

  it.each(["'q'", '"q"', "'", `"'q'"`, "''", "'q"])('keeps the quotes of %s, as the parser does', async (text) => {
    for (const name of ['changed', 'file']) {
      const argv = ['verify', `--${name}=${text}`]
      expect((await parse(argv, commands, about)).values.get(name)).toBe(text)
      expect(readPlain(argv, commands)?.values.get(name) ?? text).toBe(text)
    }
  })

  it.each([
    [],
    ['--json'],
    ['--', 'list'],
    ['updat'],
    ['list', '--help'],
    ['list', '-h'],
    ['list', '--version'],
    ['list', '--dry-run'],
    ['--dry-run', 'update'],
    ['list', '--json=yes'],
    ['list', '--json', 'false'],
    ['list', '--file'],
    ['list', '--file='],
    ['list', '--file', '--json'],
    ['list', '-C=dir'],
    ['list', '-Cdir'],
  ])('is left to the parser where it is not plain: %j', (...argv) => {
    expect(readPlain(argv, commands)).toBe(null)
  })
})
