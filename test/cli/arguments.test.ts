import { describe, expect, it } from 'vitest'
import { hasFlag, readArguments } from '../../src/cli/arguments.ts'
import type { Invocation } from '../../src/cli/arguments.ts'
import type { Command } from '../../src/cli/command.ts'
import { commands } from '../../src/cli/main.ts'
import type { Given } from '../../src/cli/settings.ts'
import { InputError } from '../../src/core/errors.ts'

const about = { version: '1.2.3', columns: 100 }

function read(...argv: string[]): Promise<Invocation> {
  return readArguments(argv, commands, about)
}

/** What a command of these options would be given. */
async function given(...argv: string[]): Promise<{ given: Given; invocation: Invocation }> {
  let seen: Given | undefined
  const probe: Command = {
    name: 'probe',
    usage: 'probe',
    summary: 'nothing',
    options: [
      { name: 'file', kind: 'list', describe: '' },
      { name: 'dry-run', kind: 'flag', describe: '' },
      { name: 'since', kind: 'optional', describe: '' },
    ],
    examples: [],
    prepare: (value) => {
      seen = value
      return () => Promise.reject(new Error('not to be run'))
    },
  }
  const invocation = await readArguments(argv, [probe], about)
  if (seen === undefined) throw new Error('the command was not prepared')
  return { given: seen, invocation }
}

async function refusal(...argv: string[]): Promise<string> {
  const error: unknown = await read(...argv).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof InputError)) throw new Error(`${JSON.stringify(argv)} was not refused`, { cause: error })
  return error.message
}

describe('what is understood', () => {
  it('has defaults for every setting', async () => {
    expect(await read('list')).toMatchObject({
      settings: {
        directory: null,
        globs: null,
        systems: null,
        format: 'text',
        reports: [],
        jobs: 8,
        quiet: false,
        verbose: false,
        progress: true,
        color: 'auto',
      },
    })
  })

  it('reads every global option, before and after the command', async () => {
    const argv = [
      '-C',
      'dir',
      'list',
      '--file',
      'a/*.nix',
      '--file=b.nix',
      '--system',
      'x86_64-linux',
      '--json',
      '--jobs',
      '3',
      '--no-progress',
      '--color=always',
      '--verbose',
    ]
    expect(await read(...argv)).toMatchObject({
      settings: {
        directory: 'dir',
        globs: ['a/*.nix', 'b.nix'],
        systems: ['x86_64-linux'],
        format: 'json',
        reports: [],
        jobs: 3,
        verbose: true,
        progress: false,
        color: 'always',
      },
    })
  })

  it('lets a list option take one value and no positionals', async () => {
    const { given: values } = await given('probe', '--file', 'a', 'cue', '--file', 'b', 'gh')
    expect(values.list('file')).toEqual(['a', 'b'])
    expect(values.positionals).toEqual(['cue', 'gh'])
  })

  it.each<[readonly string[], boolean, string | null, readonly string[]]>([
    [[], false, null, []],
    [['--since'], true, null, []],
    [['--since', '--dry-run', 'cue'], true, null, ['cue']],
    [['--since', '--', 'cue'], true, null, ['cue']],
    [['cue', '--since'], true, null, ['cue']],
    [['--since', 'main', 'cue'], true, 'main', ['cue']],
    [['--since=main', 'cue'], true, 'main', ['cue']],
    [['--since', '--since=main'], true, 'main', []],
    [['--since=main', '--since'], true, null, []],
  ])('takes a value that may be left out where there is one: %j', async (argv, flag, value, positionals) => {
    const { given: values } = await given('probe', ...argv)
    expect([values.flag('since'), values.value('since'), values.positionals]).toEqual([flag, value, positionals])
  })

  it.each([['--since='], ['--since', ''], ['--since', '', 'cue']])(
    'does not take an empty text for a value that was left out: %j',
    async (...argv) => {
      await expect(given('probe', ...argv)).rejects.toThrow('--since was given an empty value')
    },
  )

  it('keeps positionals as they were written', async () => {
    const { given: values } = await given('probe', '1.10', '0x10', '-', '', '1e3', '--', '--help', '-x', '--')
    expect(values.positionals).toEqual(['1.10', '0x10', '-', '', '1e3', '--help', '-x', '--'])
  })

  it('counts the last of an option that can be given once, and flags that are given twice', async () => {
    const { given: values, invocation } = await given('probe', '--jobs', '2', '--jobs', '5', '--dry-run', '--dry-run')
    expect(invocation).toMatchObject({ settings: { jobs: 5 } })
    expect(values.flag('dry-run')).toBe(true)
  })
})

describe('help and version', () => {
  it('names every command and the exit codes', async () => {
    const help = await read('--help')
    const text = help.kind === 'text' ? help.text : ''
    for (const { name, summary } of commands) expect(text.replace(/\s+/g, ' ')).toContain(`pinhash ${name} ${summary}`)
    expect(text).toContain('Exit codes')
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  })

  it.each(commands.map(({ name }) => name))('of %s has its usage, its options and examples that are understood', async (name) => {
    const command = commands.find((candidate) => candidate.name === name)
    const help = await read(name, '--help')
    const text = help.kind === 'text' ? help.text : ''
    expect(text).toContain(`Usage: pinhash ${command?.usage ?? '?'}`)
    for (const option of command?.options ?? []) expect(text).toContain(`--${option.name} `)
    expect(command?.examples.length).toBeGreaterThan(0)
    for (const [line] of command?.examples ?? []) {
      const argv = line
        .replace(/ [<>] .*/, '')
        .replaceAll("'", '')
        .split(' ')
      expect(await read(...argv)).toMatchObject({ kind: 'run' })
    }
  })

  it('answers -h, and --version after other options', async () => {
    expect(await read('update', '-h')).toEqual(await read('update', '--help'))
    expect(await read('--json', '--version')).toEqual({ kind: 'text', text: '1.2.3\n' })
  })
})

describe('what is refused, in one sentence', () => {
  it.each([
    [[], 'a command is missing: list, update, verify, outdated, hash, convert, completion; pinhash --help explains them'],
    [['updat'], 'there is no command "updat"; did you mean update?'],
    [['frobnicate'], 'there is no command "frobnicate"; pinhash --help lists the commands'],
    [['list', '--jsno'], 'there is no option --jsno; did you mean --json?'],
    [['list', '--zzzzzz'], 'there is no option --zzzzzz; pinhash list --help lists the options'],
    [['--zzzzzz'], 'there is no option --zzzzzz; pinhash --help lists the options'],
    [['verify', '--expct'], 'there is no option --expct; pinhash verify --help lists the options'],
    [['list', '-x'], 'there is no option -x;'],
    [['list', '--no-json'], 'there is no option --no-json;'],
    [['update', '--dryRun'], 'there is no option --dryRun; did you mean --dry-run?'],
    [['list', '--__proto__=1'], 'there is no option --__proto__;'],
    [['list', '--dry-run'], '--dry-run is not an option of pinhash list; pinhash list --help lists them'],
    [['hash', '--system', 'x', 'y'], '--system is not an option of pinhash hash'],
    [['update', '--dry-run=yes'], '--dry-run takes no value, but "--dry-run=yes" gives it one'],
    [['list', '-C'], '-C needs a value; pinhash list --help says which'],
    [['list', '--file', '--json'], '--file needs a value'],
    [['list', '--file='], '--file was given an empty value'],
    [['list', '--jobs', '0'], '--jobs takes a whole number from 1 to 9999, not "0"'],
    [['list', '--jobs', '-1'], 'there is no option -1'],
    [['list', '--jobs=-1'], 'not "-1"'],
    [['list', '--jobs', '1.5'], 'not "1.5"'],
    [['list', '--jobs', 'many'], 'not "many"'],
    [['list', '--color', 'red'], '--color takes one of auto, always, never, not "red"'],
    [['list', '--quiet', '--verbose'], '--quiet and --verbose exclude each other'],
    [['hash'], 'pinhash hash needs at least one URL, file or - to hash'],
    [['hash', 'a', ''], 'pinhash hash was given an empty argument'],
    [['hash', '--type', 'md4', 'a'], '--type takes one of sha256, sha512, sha1, md5, not "md4"'],
    [['hash', '--expect', 'abc', 'a'], '--expect: "abc" is not a hash'],
    [['hash', '--type', 'sha512', '--expect', 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=', 'a'], '--expect: '],
    [['convert', 'abc'], 'pinhash convert needs --to, one of nix32, hex, base64, sri'],
    [['convert', '--to', 'sri'], 'pinhash convert needs at least one hash'],
    [['update', 'cue', '--', '--help'], '"--help" was given as the tag of cue'],
  ])('%j', async (argv, message) => {
    const said = await refusal(...argv)
    expect(said).toContain(message)
    expect(said).not.toContain('\n')
  })
})

it('sees a flag among the options only', () => {
  expect(hasFlag(['list', '--json'], 'json')).toBe(true)
  expect(hasFlag(['hash', '--', '--json'], 'json')).toBe(false)
})
