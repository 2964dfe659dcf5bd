import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { readArguments } from '../../src/cli/arguments.ts'
import { modelOf } from '../../src/cli/completion/model.ts'
import { pattern, quoted, quotedForFish } from '../../src/cli/completion/quote.ts'
import { script } from '../../src/cli/completion/script.ts'
import { commands } from '../../src/cli/main.ts'
import { dashed, everywhere } from '../../src/cli/options.ts'
import { spoken } from '../../src/cli/placeholder.ts'
import { temporaryFolder } from '../files/temporary.ts'

const bin = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))
const about = { version: '1.2.3', columns: 100 }
const shells = ['bash', 'zsh', 'fish'] as const
/** Milliseconds for a shell and all that it runs, on a machine that has other things to do. */
const patience = 100_000

const pin = (file: string): string =>
  `{ fetchurl }: fetchurl { url = "https://example.org/${file}"; hash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; }\n`

/** Pins whose names a shell has to be careful with, in a folder whose name is odd, too. */
const odd = [`tool $(touch pwned)'s`, 'x@y:z=1', String.raw`a&b \c`, 'x@q"`id`']
const files = {
  'plain/cue.nix': pin('cue'),
  'plain/jq.nix': pin('jq'),
  ...Object.fromEntries(odd.map((name, i) => [`odd $one/${i}.nix`, pin(name.replaceAll(/["\\]/g, String.raw`\$&`))])),
  'broken/a.nix': '{ = \n',
}

function has(program: string): boolean {
  return spawnSync(program, ['-c', 'true']).status === 0
}

/** Runs a shell where `pinhash` is the built program, with the files above below the current folder. */
function inShell(shell: string, argv: readonly string[]): string {
  const folder = temporaryFolder({ ...files, 'bin/pinhash': `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n` })
  chmodSync(join(folder, 'bin/pinhash'), 0o755)
  const env = {
    ...process.env,
    PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
    HOME: folder,
    XDG_CONFIG_HOME: folder,
  }
  const { status, stdout, stderr } = spawnSync(shell, argv, { cwd: folder, env, encoding: 'utf8', timeout: patience })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(existsSync(join(folder, 'pwned'))).toBe(false)
  return stdout
}

beforeAll(() => {
  if (!existsSync(bin)) throw new Error('dist/bin.js is missing: npm run build makes it')
})

describe('what is offered', () => {
  it('is read from descriptions and usage lines', () => {
    expect(spoken({ name: 'C', kind: 'value', describe: 'DIR: work in' })).toEqual({ word: 'DIR', text: 'work in' })
    expect(spoken({ name: 'a', kind: 'value', describe: 'AGE, such as 7d: pass' })).toEqual({ word: 'AGE', text: 'AGE, such as 7d: pass' })
    expect(spoken({ name: 'm', kind: 'list', describe: 'FROM=TO: fetch' })).toEqual({ word: 'FROM=TO', text: 'fetch' })
    expect(spoken({ name: 'c', kind: 'value', choices: ['a', 'b'], describe: 'a or b' })).toEqual({ word: 'a|b', text: 'a or b' })
    expect(spoken({ name: 's', kind: 'value', describe: 'I/N: the I-th' })).toEqual({ word: 'I/N', text: 'the I-th' })
    expect(spoken({ name: 'f', kind: 'flag', describe: 'JSON: x' })).toEqual({ word: null, text: 'JSON: x' })
    const positionals = modelOf(commands).commands.map((command) => [command.name, command.positionals.kind])
    expect(Object.fromEntries(positionals)).toMatchObject({
      list: 'pins',
      update: 'pins',
      verify: 'pins',
      outdated: 'pins',
      hash: 'files',
      convert: 'nothing',
      completion: 'words',
    })
  })

  it.each(shells)('by %s is every command and every option there is', (shell) => {
    const text = script(shell, commands)
    for (const { name } of commands) expect(text).toContain(`'${name}'`)
    const names = [...everywhere, ...commands.flatMap(({ options }) => options)].map(({ name }) => name)
    for (const name of names) expect(text).toMatch(shell === 'fish' ? new RegExp(` -[ls] ${name} `) : new RegExp(`'${dashed(name)}[':]`))
  })

  it('is quoted', () => {
    expect(quoted(`it's $(x) \\`)).toBe(`'it'\\''s $(x) \\'`)
    expect(quotedForFish(`it's $(x) \\`)).toBe(`'it\\'s $(x) \\\\'`)
    expect([pattern('* -C'), pattern('hash --to')]).toEqual([`*' -C'`, `'hash --to'`])
  })

  it.each([
    [[], 'pinhash completion takes one of bash, zsh, fish'],
    [['tcsh'], 'pinhash completion takes one of bash, zsh, fish, not "tcsh"'],
    [['bash', 'zsh'], 'pinhash completion takes one shell: bash, zsh, fish'],
  ])('is refused to %j', async (given, message) => {
    await expect(readArguments(['completion', ...given], commands, about)).rejects.toThrow(message)
  })
})

describe('in bash', () => {
  /** What is offered on each line; the cursor stands at its end. */
  const offers = (...lines: readonly string[]): readonly (readonly string[])[] => {
    const drive = `eval "$(pinhash completion bash)"
      COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:@'
      for COMP_LINE; do COMP_POINT=\${#COMP_LINE}; _pinhash; printf '%s\\n' "\${COMPREPLY[@]}" ---; done`
    const blocks = inShell('bash', ['--norc', '-c', drive, 'bash', ...lines]).split('---\n')
    return blocks.slice(0, -1).map((block) => block.split('\n').filter((line) => line !== ''))
  }

  it(
    'commands, options, choices and names are offered',
    () => {
      const lines = {
        'pinhash ou': ['outdated'],
        'pinhash update --dry': ['--dry-run'],
        'pinhash list --dry': [],
        'pinhash --color ': ['auto', 'always', 'never'],
        'pinhash --color=al': ['always'],
        'pinhash convert --to s': ['sri'],
        'pinhash --jobs update ver': ['verify'],
        'pinhash completion z': ['zsh'],
        'pinhash verify --system aarch64-l': ['aarch64-linux'],
        'pinhash list -C plain ': ['cue', 'jq'],
        'pinhash -C ~/plain outdated c': ['cue'],
        'pinhash update --jobs 3 -C plain -- j': ['jq'],
        'pinhash list -C plain --jobs ': [],
        'pinhash verify -C plain --changed ': [],
        'pinhash verify -C plain --changed HEAD c': ['cue'],
        'pinhash verify --changed -C plain c': ['cue'],
        'pinhash verify --changed --no-d': ['--no-download'],
        'pinhash list -C broken ': [],
        'pinhash list -C nowhere ': [],
      }
      expect(offers(...Object.keys(lines))).toEqual(Object.values(lines))
    },
    patience,
  )

  it(
    'odd names are quoted, and only what follows a break of the line is replaced',
    () => {
      const at = String.raw`pinhash list -C odd\ \$one `
      expect(offers(`${at}t`, `${at}x@y`, `${at}x@y:`, `${at}x\\@`, `pinhash list -C 'odd $one' "a`, `${at}"x@q`, `${at}'to`)).toEqual([
        [String.raw`tool\ \$\(touch\ pwned\)\'s`],
        ['@y:z=1'],
        ['z=1'],
        ['x@y:z=1', 'x@q\\"\\`id\\`'],
        [String.raw`a&b \\c`],
        ['x@q\\"\\`id\\`'],
        [String.raw`tool $(touch pwned)'\''s`],
      ])
    },
    patience,
  )
})

describe.skipIf(!has('zsh'))('in zsh', () => {
  it(
    'a line is completed on a terminal of its own',
    () => {
      const lines = {
        'pinhash outd': 'pinhash outdated ',
        'pinhash update --dr': 'pinhash update --dry-run ',
        'pinhash list --color=al': 'pinhash list --color=always ',
        'pinhash -C plain list c': 'pinhash -C plain list cue ',
        'pinhash list -C ~/plain j': 'pinhash list -C ~/plain jq ',
        'pinhash list --file bi': 'pinhash list --file bin/',
        'pinhash completion z': 'pinhash completion zsh ',
        'pinhash verify --changed -C plain c': 'pinhash verify --changed -C plain cue ',
        'pinhash verify -C odd\\ \\$one t': String.raw`pinhash verify -C odd\ \$one tool\ \$\(touch\ pwned\)\'s `,
        "pinhash list -C 'odd $one' x@y": `pinhash list -C 'odd $one' x@y:z=1 `,
      }
      // Each step waits for the editor to say that it is there; `patience` alone ends the waiting. Whatever happens, nothing is left:
      // a terminal that is gone lets an interactive zsh spin, so its time is bounded.
      const drive = `zmodload zsh/zpty
      ulimit -t 30
      trap 'zpty -d z; exit 1' TERM
      pinhash completion zsh > _pinhash
      zpty z zsh -f -i
      await() { until [[ -s shown ]] { sleep 0.1; zpty -rt z out }; print -r -- "$(<shown)"; rm -f shown }
      zpty -w z 'autoload -U compinit; compinit -u -D; source ./_pinhash; show() { print -r -- "$BUFFER|" >| new; mv new shown; zle kill-buffer }; zle -N show; bindkey "^X" show; bindkey "^I" complete-word; zle-line-init() { zle -D zle-line-init; print ready >| new; mv new shown }; zle -N zle-line-init'
      await >/dev/null
      for line { zpty -w -n z "$line"$'\\t\\x18'; await }
      zpty -d z`
      const shown = inShell('zsh', ['-f', '-c', drive, 'zsh', ...Object.keys(lines)])
      expect(shown.split('|\n').slice(0, -1)).toEqual(Object.values(lines))
    },
    patience,
  )
})

describe.skipIf(!has('fish'))('in fish', () => {
  it(
    'commands, options, choices and names are offered',
    () => {
      const lines = {
        'pinhash ou': ['outdated'],
        'pinhash update --dry': ['--dry-run'],
        'pinhash list --dry': [],
        'pinhash --color al': ['always'],
        'pinhash --color=al': ['--color=always'],
        'pinhash completion z': ['zsh'],
        'pinhash --jobs update ver': ['verify'],
        'pinhash list -C plain ': ['cue', 'jq'],
        'pinhash -C ~/plain outdated c': ['cue'],
        "pinhash list -C 'odd $one' x@y": ['x@y:z=1'],
        'pinhash list --file bin/p': ['bin/pinhash'],
        'pinhash -C pla': ['plain/'],
        'pinhash verify --changed --no-d': ['--no-download'],
        'pinhash verify --changed -C plain c': ['cue'],
        'pinhash list -C broken ': [],
      }
      const drive = `pinhash completion fish | source; for line in $argv; complete -C $line; echo ---; end`
      const blocks = inShell('fish', ['--no-config', '-c', drive, ...Object.keys(lines)]).split('---\n')
      const offered = blocks.slice(0, -1).map((block) => block.split('\n').flatMap((line) => line.split('\t')[0] || []))
      expect(offered).toEqual(Object.values(lines))
    },
    patience,
  )
})
