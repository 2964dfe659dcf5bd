// Words for pins → the pins meant, or why they mean none.
import { describe, expect, it } from 'vitest'
import { PinhashError } from '../../src/core/errors.ts'
import type { PinRequest, Selection } from '../../src/workflow/context.ts'
import { type Selectable, select } from '../../src/workflow/select.ts'

const pin = (name: string, file: string, line: number, more: Partial<Selectable> = {}): Selectable => ({
  name,
  aliases: [`acme/${name}`],
  file,
  line,
  systems: ['x86_64-linux'],
  ...more,
})
const pins = [
  pin('cue', 'flake.nix', 3, { aliases: ['cue-lang/cue'], systems: ['x86_64-linux', 'aarch64-darwin'] }),
  pin('jq', 'flake.nix', 9),
  pin('tool', 'a.nix', 2),
  pin('tool', 'b.nix', 2),
  pin('old', 'c.nix', 1),
  pin('old', 'c.nix', 8),
]
const selection = (requests: readonly (string | readonly [string, string])[], more: Partial<Selection> = {}): Selection => ({
  globs: null,
  systems: null,
  pins: requests.map((each): PinRequest => (typeof each === 'string' ? { pin: each, tag: null } : { pin: each[0], tag: each[1] })),
  ...more,
})
const names = (...given: Parameters<typeof selection>): unknown[] =>
  select(pins, selection(...given), '/repository').map(({ pin: { name, line }, tag, named }) => [`${name}:${line}`, tag, named])
const refusal = (...given: Parameters<typeof selection>): string => {
  try {
    return JSON.stringify(names(...given))
  } catch (error) {
    if (!(error instanceof PinhashError)) throw error
    return `${error.code}: ${error.message}`
  }
}

describe('a selection', () => {
  it.each<[string, Parameters<typeof selection>, unknown[]]>([
    ['a name', [['cue']], [['cue:3', null, true]]],
    ['org/name', [['cue-lang/cue']], [['cue:3', null, true]]],
    [
      'a file',
      [['./flake.nix']],
      [
        ['cue:3', null, false],
        ['jq:9', null, false],
      ],
    ],
    [
      'names, in the order of the files',
      [['jq', ['cue', 'v1.0.0']]],
      [
        ['cue:3', 'v1.0.0', true],
        ['jq:9', null, true],
      ],
    ],
    ['a name twice', [['jq', 'jq']], [['jq:9', null, true]]],
    [
      'a file and one of its pins at a tag',
      [['flake.nix', ['jq', 'jq-1.7']]],
      [
        ['cue:3', null, false],
        ['jq:9', 'jq-1.7', true],
      ],
    ],
    [
      'two versions of one package',
      [['old']],
      [
        ['old:1', null, true],
        ['old:8', null, true],
      ],
    ],
    ['a system', [[], { systems: ['aarch64-darwin'] }], [['cue:3', null, false]]],
  ])('of %s', (_, given, expected) => {
    expect(names(...given)).toEqual(expected)
  })

  it('of nothing is every pin', () => {
    expect(select(pins, selection([]), '/repository').map(({ pin: each }) => each)).toEqual(pins)
  })

  it.each<[string, Parameters<typeof selection>, string]>([
    ['an unknown name', [['ceu']], 'unknown-pin: No pin is called ceu; did you mean cue?'],
    ['a name unlike any', [['terraform']], 'unknown-pin: No pin is called terraform; the pins are cue, jq, tool, old'],
    [
      'a name of two files',
      [['tool']],
      'ambiguous-pin: tool means several pins: tool at a.nix:2, tool at b.nix:2; say which, for example with --file a.nix',
    ],
    [
      'two versions of one pin',
      [
        [
          ['jq', 'jq-1.6'],
          ['acme/jq', 'jq-1.7'],
        ],
      ],
      'usage: jq is asked for at two versions, jq-1.6 and jq-1.7; give one',
    ],
    [
      'a system that no pin has',
      [[], { systems: ['riscv64-linux'] }],
      'no-pin: None of the 6 pins in /repository has a hash for riscv64-linux; they have hashes for aarch64-darwin, x86_64-linux',
    ],
    [
      'a tag for a file of several pins',
      [[['flake.nix', 'v1.0.0']]],
      'ambiguous-pin: flake.nix holds the pins cue, jq, and v1.0.0 cannot be meant for all of them; give it to one, such as cue@v1.0.0',
    ],
    [
      'a tag without a pin',
      [['v0.11.0']],
      'unknown-pin: No pin is called v0.11.0; the pins are cue, jq, tool, old; a tag is given as PIN@TAG, such as cue@v0.11.0',
    ],
  ])('refuses %s', (_, given, expected) => {
    expect(refusal(...given)).toBe(expected)
  })

  it('refuses to choose where there is nothing', () => {
    expect(() => select([], selection([]), '/repository')).toThrow(/^No pin was found in \/repository; 'pinhash list' shows/)
  })
})
