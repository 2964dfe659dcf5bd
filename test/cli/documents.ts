// Documents by hand that the tests of reports and schemas share.
import type { AssetOutcome, ListDocument, Outcome, OutcomeDocument, Problem } from '../../src/core/report.ts'

export const oldHash = '1liz2gkd5m0vzmbrsvbcmx1nl2ryc7s9d1g1bdqf4x0m2bdl6yvk'
export const newHash = '0f9ck3wq8r0v2lckkvb1d0n6mz9i8yrxb6c0z1m4j5r7q2gqk9a3'
const darwinOld = '06k72afvj1k2jzhbbd7bj2jmhkk0v2q5hxsm9kx1qy4p9bq0pz2r'
const darwinNew = '1q7d0xzbc6qs7nv9l1j3yv8m5h0rk4p2dgx7i6w8bfa9cz3n2s1l'

export function asset(over: Partial<AssetOutcome> = {}): AssetOutcome {
  return {
    url: 'https://github.com/cue-lang/cue/releases/download/v0.11.0/cue_v0.11.0_linux_amd64.tar.gz',
    old: oldHash,
    new: newHash,
    size: 8_400_000,
    evidence: ['bytes', 'digest', 'checksums.txt'],
    file: 'flake.nix',
    line: 50,
    column: 24,
    ...over,
  }
}

export function outcome(over: Partial<Outcome> = {}): Outcome {
  return { pin: 'cue', outcome: 'updated', file: 'flake.nix', line: 46, from: 'v0.10.0', to: 'v0.11.0', systems: {}, warnings: [], ...over }
}

/** `cue` on two systems, brought from v0.10.0 to v0.11.0. */
export const updated: Outcome = outcome({
  systems: {
    'x86_64-linux': [asset()],
    'aarch64-darwin': [
      asset({
        url: 'https://github.com/cue-lang/cue/releases/download/v0.11.0/cue_v0.11.0_darwin_arm64.tar.gz',
        old: darwinOld,
        new: darwinNew,
        size: 12_100_000,
        evidence: ['bytes'],
        line: 51,
      }),
    ],
  },
})

export const syntaxProblem: Problem = {
  file: 'nix/bad.nix',
  line: 3,
  column: 7,
  code: 'syntax',
  message: 'a ; is missing',
  excerpt: '  a = 1\n       ^',
}

export const foreign: Problem = {
  file: 'npins/default.nix',
  line: null,
  column: null,
  code: 'other-tool',
  message: 'npins keeps this file',
}

export function outcomes(list: readonly Outcome[], problems: readonly Problem[] = []): OutcomeDocument {
  return { outcomes: list, problems }
}

const listed = (url: string, line: number): ListDocument['pins'][number]['systems'][string] => [
  { url, mode: 'flat', hash: { value: oldHash, spelling: 'nix32', file: 'flake.nix', line } },
]

export const listDocument: ListDocument = {
  pins: [
    {
      pin: 'cue',
      org: 'cue-lang',
      name: 'cue',
      tag: 'v0.10.0',
      file: 'flake.nix',
      line: 46,
      systems: { 'x86_64-linux': listed('https://github.com/a', 50), 'aarch64-darwin': listed('https://github.com/b', 51) },
    },
    {
      pin: 'logo',
      org: null,
      name: null,
      tag: null,
      file: 'nix/logo.nix',
      line: 2,
      systems: Object.fromEntries(
        ['x86_64-linux', 'aarch64-linux', 'x86_64-darwin', 'aarch64-darwin'].map((system) => [
          system,
          listed('https://example.org/logo.svg', 4),
        ]),
      ),
    },
  ],
  unmanaged: [{ file: 'flake.nix', line: 9, fetcher: 'fetchurl', reason: 'the URL is not known: it depends on config.version' }],
  problems: [syntaxProblem],
}
