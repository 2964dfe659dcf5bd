// `update --branch-name`: a name for each pin, and nothing else happens.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { builder, cueRepository, flake, flakeAt, pinned, releaseOf } from './cue.ts'
import { type Lab, contents, openLab } from './lab.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(async () => lab.close())

const other =
  '{ fetchurl }: fetchurl { url = "https://example.org/tool-1.0.0.zip"; sha256 = "1fs8xspqaxw0p5r4wz0lz3pqd9sdvhirmcriqbxcmg8vr89835ya"; }'

it('prints the branch of one pin alone, asks nobody and writes nothing', async () => {
  const folder = await lab.stage({ repositories: [cueRepository(releaseOf('v0.11.0'))] }, { 'flake.nix': flake, 'nix/github.nix': builder })
  const before = contents(folder)
  expect(await lab.spawn(folder, ['update', 'cue@v0.11.0', '--branch-name'])).toEqual({ code: 0, stdout: 'pinhash/cue\n', stderr: '' })
  expect((await lab.run(folder, ['update', '--branch-name', '--branch-prefix', 'bot-'])).stdout).toBe('bot-cue\n')
  expect([contents(folder), lab.fake.requests.length]).toEqual([before, 0])
  // Of another version the branch is the same.
  const later = await lab.stage({}, { 'flake.nix': flakeAt('v0.12.0', pinned), 'nix/github.nix': builder })
  expect((await lab.run(later, ['update', 'cue', '--branch-name'])).stdout).toBe('pinhash/cue\n')
})

it('prints pins and branches of several, and the same whichever are selected', async () => {
  const files = { 'flake.nix': flake, 'nix/github.nix': builder, 'tool.nix': other, 'old/tool.nix': other }
  const folder = await lab.stage({}, files)
  const { stdout } = await lab.run(folder, ['update', '--branch-name'])
  expect(stdout).toMatch(/^cue\tpinhash\/cue\ntool\tpinhash\/tool-[0-9a-f]{7}\ntool\tpinhash\/tool-[0-9a-f]{7}\n$/)
  const lines = stdout.split('\n')
  for (const [i, file] of [
    [1, 'old/tool.nix'],
    [2, 'tool.nix'],
  ] as const)
    for (const argv of [['--file', file], [file]])
      expect((await lab.run(folder, ['update', '--branch-name', ...argv])).stdout).toBe(`${lines[i]!.split('\t')[1]!}\n`)
  const { document } = await lab.report(folder, ['update', 'cue', '--branch-name'])
  expect(document).toEqual({
    branches: [{ pin: 'cue', file: 'flake.nix', line: expect.any(Number) as number, branch: 'pinhash/cue' }],
    problems: [],
  })
})

it.each([
  [['--branch-name', '--branch-prefix', 'a b/'], 2, 'holds " "'],
  [['--branch-prefix', 'x/'], 2, 'goes with --branch-name'],
  [['nobody', '--branch-name'], 3, 'No pin is called nobody'],
])('refuses %j', async (argv, code, words) => {
  const folder = await lab.stage({}, { 'flake.nix': flake, 'nix/github.nix': builder })
  const ran = await lab.run(folder, ['update', ...argv])
  expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(words)])
})
