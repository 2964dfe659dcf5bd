// What stands in a repository, as people and machines are told.
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ListDocument } from '../../src/core/report.ts'
import { builder, flake, pinned, systems } from './cue.ts'
import { type Lab, openLab } from './lab.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(async () => lab.close())

const files = {
  'flake.nix': flake,
  'nix/github.nix': builder,
  'odd.nix': `{ fetchurl, config }:
{
  a = fetchurl { url = "https://example.org/\${config.version}.tar.gz"; hash = ""; };
  b = fetchurl { url = "https://example.org/logo.svg"; hash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; };
}
`,
  'npins/default.nix': '{ fetchurl }: fetchurl { }\n',
  'secret.nix': new Uint8Array([0, 71, 73, 84, 67, 82, 89, 80, 84, 0]),
  'broken.nix': '{ fetchurl }:\n{\n\ta = ;\n}\n',
}

describe('list', () => {
  it('names the pins, what is not managed and why, and the files that could not be read', async () => {
    const folder = await lab.stage({}, files)
    const { code, stdout, stderr } = await lab.spawn(folder, ['list'])
    expect(code).toBe(2)
    const [cue, logo, ...rest] = stdout.split('\n')
    expect(cue).toMatch(/^cue +v0\.10\.0 +cue-lang\/cue +aarch64-darwin, x86_64-darwin, x86_64-linux +nix32 +flake\.nix:27$/)
    expect(logo).toMatch(/^logo\.svg +- +- +all systems +sri +odd\.nix:4$/)
    expect(rest[1]).toBe('1 fetch seen, not managed:')
    expect(rest[2]).toMatch(/^ {2}odd\.nix:3 +fetchurl +.*config/)
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^broken\.nix:3:6: expected an expression/),
      '  \ta = ;',
      `  \t${' '.repeat(4)}^`,
      'npins/default.nix is written by npins, which is the tool to update it',
      expect.stringMatching(/^secret\.nix is not text/),
      '',
    ])
    // Without the broken file there is nothing to complain of; without the network nothing is missed.
    expect((await lab.run(folder, ['list', '--file', 'flake.nix', '--file', 'nix'])).code).toBe(0)
    expect(lab.fake.tunnels).toEqual([])
  })

  it('gives machines the same, of the systems asked for', async () => {
    const folder = await lab.stage({}, files)
    const { code, document } = await lab.report(folder, ['list', 'cue'])
    const { pins, unmanaged, problems } = document as unknown as ListDocument
    expect(code).toBe(2)
    expect(pins.map(({ pin, tag, file, line }) => ({ pin, tag, file, line }))).toEqual([
      { pin: 'cue', tag: 'v0.10.0', file: 'flake.nix', line: 27 },
    ])
    expect(systems.map(([system]) => pins[0]!.systems[system]!.map(({ hash }) => hash))).toEqual(
      pinned.map((value, i) => [{ value, spelling: 'nix32', file: 'flake.nix', line: 30 + i }]),
    )
    expect(pins[0]!.systems['x86_64-linux']![0]).toMatchObject({
      url: 'https://github.com/cue-lang/cue/releases/download/v0.10.0/cue_v0.10.0_linux_amd64.tar.gz',
      mode: 'flat',
    })
    expect(unmanaged.map(({ file, line, fetcher }) => ({ file, line, fetcher }))).toEqual([
      { file: 'odd.nix', line: 3, fetcher: 'fetchurl' },
    ])
    expect(problems.map(({ file, code: problem, line, column }) => [file, problem, line, column])).toEqual([
      ['broken.nix', 'syntax', 3, 6],
      ['npins/default.nix', 'other-tool', null, null],
      ['secret.nix', 'binary-file', null, null],
    ])
    const one = (await lab.report(folder, ['list', '--system', 'aarch64-darwin'])).document as unknown as ListDocument
    expect(one.pins.map((pin) => Object.keys(pin.systems))).toEqual([['aarch64-darwin'], ['aarch64-darwin']])
  })

  it('names the data of other tools that a file of yours reads', async () => {
    const folder = await lab.stage(
      {},
      {
        'nix/sources.json': JSON.stringify({ tool: { url: 'https://example.org/1.0.0/tool', sha256: '0'.repeat(52), url_template: '' } }),
        'tool.nix': '{ lib, fetchurl }: fetchurl { inherit ((lib.importJSON ./nix/sources.json).tool) url sha256; }\n',
      },
    )
    const { document } = await lab.report(folder, ['list'])
    expect(document.problems.map(({ file, code, message }) => [file, code, message])).toEqual([
      ['nix/sources.json', 'other-tool', 'nix/sources.json is written by niv, which is the tool to update it'],
    ])
  })

  it('finds nothing without complaint, and says what is asked for and not there', async () => {
    const folder = await lab.stage({}, { 'default.nix': '{ }\n' })
    expect(await lab.run(folder, ['list'])).toEqual({ code: 0, stdout: '', stderr: 'no pins found\n' })
    const full = await lab.stage({}, { 'flake.nix': flake })
    expect(await lab.run(full, ['list', 'cueue'])).toEqual({
      code: 3,
      stdout: '',
      stderr: 'pinhash: No pin is called cueue; did you mean cue?\n',
    })
  })

  it.skipIf(process.getuid?.() === 0)('says which file may not be read', async () => {
    const folder = await lab.stage({}, { 'flake.nix': flake })
    await chmod(join(folder, 'flake.nix'), 0o000)
    const { code, stderr } = await lab.run(folder, ['list'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/Could not read flake\.nix: /)
  })
})
