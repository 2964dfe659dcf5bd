import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePins, parseRequests } from '../../src/cli/requests.ts'
import { InputError } from '../../src/core/errors.ts'

function asked(...given: string[]): string[] {
  return parseRequests(given).map(({ pin, tag }) => (tag === null ? pin : `${pin} at ${tag}`))
}

function codeOf(given: readonly string[]): string {
  try {
    return parseRequests(given).map(String).join()
  } catch (error) {
    return error instanceof InputError ? error.code : `not an InputError: ${String(error)}`
  }
}

describe('the arguments of update', () => {
  it.each([
    [[], []],
    [['cue'], ['cue']],
    [['cue@v0.11.0'], ['cue at v0.11.0']],
    [
      ['cue-lang/cue@v0.11.0', 'gh'],
      ['cue-lang/cue at v0.11.0', 'gh'],
    ],
    [['cue', 'v0.11.0'], ['cue at v0.11.0']],
    [['cue', '0.11.0'], ['cue at 0.11.0']],
    [['jq', 'jq-1.7'], ['jq at jq-1.7']],
    [['gopls', 'gopls/v0.16.1'], ['gopls at gopls/v0.16.1']],
    [['go', 'go1.22'], ['go at go1.22']],
    [['llama', 'b3490'], ['llama at b3490']],
    [['nixfmt', 'v1rc2'], ['nixfmt at v1rc2']],
    [['rust-analyzer', '2024-05-06'], ['rust-analyzer at 2024-05-06']],
    [['neovim', 'nightly'], ['neovim at nightly']],
    [['tool', '4a1ba5a95bf39c3e1ba07e6b6a35ab2b7ec5bcd4'], ['tool at 4a1ba5a95bf39c3e1ba07e6b6a35ab2b7ec5bcd4']],
    [['biome', '@biomejs/biome@2.2.4'], ['biome at @biomejs/biome@2.2.4']],
    [['turbo', 'turbo@1.2.3'], ['turbo at turbo@1.2.3']],
    [['vercel/turbo', 'turbo@1.2.3'], ['vercel/turbo at turbo@1.2.3']],
    [['biome@@biomejs/biome@2.2.4'], ['biome at @biomejs/biome@2.2.4']],
    [['cli@pkg@1.2.3'], ['cli at pkg@1.2.3']],
    [
      ['cue', 'gh'],
      ['cue', 'gh'],
    ],
    [
      ['cue', 'k9s'],
      ['cue', 'k9s'],
    ],
    [
      ['cue', '1password-cli'],
      ['cue', '1password-cli'],
    ],
    [
      ['cue', 'derailed/k9s'],
      ['cue', 'derailed/k9s'],
    ],
    [
      ['cue', 'gh@v2.0.0'],
      ['cue', 'gh at v2.0.0'],
    ],
    [
      ['cue@v1.0.0', 'v2'],
      ['cue at v1.0.0', 'v2'],
    ],
    [
      ['nix/a-1.2.nix', 'nix/b-1.2.nix'],
      ['nix/a-1.2.nix', 'nix/b-1.2.nix'],
    ],
    [['nix/tools@2.nix'], ['nix/tools@2.nix']],
    [
      ['cue', 'gh', 'v1.2.3'],
      ['cue', 'gh', 'v1.2.3'],
    ],
  ])('reads %j as %j', (given, expected) => {
    expect(asked(...given)).toEqual(expected)
  })

  it.each([
    [['cue', '--help']],
    [['cue', '-1.0']],
    [['cue@']],
    [['cue@ ']],
    [['cue', '']],
    [['cue', ' v1.0']],
    [['cue', 'v1 .0']],
    [['cue@v1\n']],
    [['cue@v1\u0000']],
    [['cue@\u001b[31m']],
    [['cue@v1..2']],
    [['cue', '../v1']],
    [['cue', 'v1/']],
    [['cue@/v1']],
    [['cue@v1~1']],
    [['cue@v1?x']],
    [['cue@HEAD@{1}']],
    [['a', 'b', 'c@']],
  ])('refuses the tag in %j', (given) => {
    expect(codeOf(given)).toBe('bad-tag')
  })

  it.each([[['']], [[' ']], [['--help']], [['a', 'b', '-x']], [['a\u0007']]])('refuses the pin in %j', (given) => {
    expect(codeOf(given)).toBe('usage')
  })

  it('says which argument was refused and why', () => {
    expect(() => parseRequests(['cue', '--help'])).toThrow('"--help" was given as the tag of cue, but a tag does not begin with -')
  })

  it('gives every request a pin and a tag that can be one, or throws InputError, for any arguments', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }), (given) => {
        let requests
        try {
          requests = parseRequests(given)
        } catch (error) {
          return error instanceof InputError
        }
        return requests.every(({ pin, tag }) => pin.trim() !== '' && (tag === null || /^[^\s-]\S*$/u.test(tag)))
      }),
    )
  })

  it('reads PIN@TAG as that pin and that tag, whatever both are', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,9}$/)
    const tag = fc.stringMatching(/^[a-z0-9@][a-z0-9@_-]{0,9}$/)
    fc.assert(
      fc.property(name, tag, (pin, wanted) => {
        expect(parseRequests([`${pin}@${wanted}`])).toEqual([{ pin, tag: wanted }])
      }),
    )
  })
})

describe('the arguments of verify and list', () => {
  it('takes them whole', () => {
    expect(parsePins(['cue@v1', 'v0.11.0'])).toEqual([
      { pin: 'cue@v1', tag: null },
      { pin: 'v0.11.0', tag: null },
    ])
  })
  it('refuses an empty one', () => {
    expect(() => parsePins(['cue', ''])).toThrow(InputError)
  })
})
