import { describe, expect, it } from 'vitest'
import { type Covered, coverageChanges, insteadOf, usesForeign } from '../../src/pin/coverage.ts'

const rosetta: Covered = { system: 'aarch64-darwin', before: 'cue_v1_darwin_amd64.tar.gz', after: 'cue_v2_darwin_amd64.tar.gz' }
const both = ['cue_v2_darwin_amd64.tar.gz', 'cue_v2_darwin_arm64.tar.gz']

describe('coverageChanges', () => {
  it.each<[string, Covered, readonly string[] | null, readonly string[], string | null]>([
    [
      'says that a native asset came',
      rosetta,
      ['cue_v1_darwin_amd64.tar.gz'],
      both,
      'aarch64-darwin uses cue_v2_darwin_amd64.tar.gz, and v2 has its own: cue_v2_darwin_arm64.tar.gz',
    ],
    [
      'says it where the old release is not known',
      rosetta,
      null,
      both,
      'aarch64-darwin uses cue_v2_darwin_amd64.tar.gz, and v2 has its own: cue_v2_darwin_arm64.tar.gz',
    ],
    ['is silent where there was one before', rosetta, ['cue_v1_darwin_arm64.tar.gz'], both, null],
    ['is silent where there is none', rosetta, null, ['cue_v2_darwin_amd64.tar.gz'], null],
    ["is silent where the asset is the system's own", { ...rosetta, system: 'x86_64-darwin' }, null, both, null],
    [
      'is silent about a universal asset',
      { system: 'aarch64-darwin', before: null, after: 'cue_v2_darwin_all.tar.gz' },
      null,
      ['cue_v2_darwin_all.tar.gz', 'cue_v2_darwin_arm64.tar.gz'],
      null,
    ],
    [
      'is silent about an asset that names no system',
      { system: 'x86_64-linux', before: 'cue.jar', after: 'cue.jar' },
      null,
      ['cue.jar', 'cue_v2_linux_amd64.zip'],
      null,
    ],
    [
      'says that the name changed',
      { system: 'x86_64-linux', before: 'cue_v1_linux_amd64.tar.gz', after: 'cue-v2-linux-amd64.tar.gz' },
      null,
      [],
      'the asset for x86_64-linux was cue_v1_linux_amd64.tar.gz and is now cue-v2-linux-amd64.tar.gz',
    ],
    [
      'says how it is packed now',
      { system: 'x86_64-linux', before: 'cue_v1_linux_amd64.tar.gz', after: 'cue_v2_linux_amd64.zip' },
      null,
      [],
      'the asset for x86_64-linux was cue_v1_linux_amd64.tar.gz and is now cue_v2_linux_amd64.zip, packed as zip instead of tar.gz',
    ],
  ])('%s', (_, covered, names, after, note) => {
    expect(coverageChanges([covered, covered], { tag: 'v1', names }, { tag: 'v2', names: after }, 'cue')).toStrictEqual(
      note === null ? [] : [note],
    )
  })

  it('knows which pins it is worth asking for', () => {
    expect(usesForeign([rosetta], 'cue')).toBe(true)
    expect(usesForeign([{ ...rosetta, system: 'x86_64-darwin' }], 'cue')).toBe(false)
  })
})

it.each([
  [
    'cue_v2_linux_amd64.tar.gz',
    'x86_64-linux',
    ['cue_v2_linux_amd64.tar.xz'],
    'for x86_64-linux it has cue_v2_linux_amd64.tar.xz, packed as tar.xz instead of tar.gz',
  ],
  ['cue_v2_linux_amd64.tar.gz', 'x86_64-linux', ['cue-linux-x64.tar.gz'], 'for x86_64-linux it has cue-linux-x64.tar.gz'],
  [
    'cue_v2_linux_amd64.tar.gz',
    'x86_64-linux',
    ['cue-linux-amd64'],
    'for x86_64-linux it has cue-linux-amd64, not packed instead of tar.gz',
  ],
  ['cue_v2_linux_amd64.tar.gz', 'x86_64-linux', ['cue_v2_linux_arm64.tar.gz'], null],
  ['cue_v2_linux_amd64.tar.gz', 'x86_64-linux', ['cue-linux-x64-musl.tar.gz', 'cue-linux-x64-gnu.tar.gz'], null],
])('in place of %s for %s a release of %j has %s', (wanted, system, names, said) => {
  expect(insteadOf(wanted, system, names, 'cue')).toBe(said)
})
