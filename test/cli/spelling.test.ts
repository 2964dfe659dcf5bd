// `update --spelling`: what it accepts, and what it makes of a repository without asking the network.
import { describe, expect, it } from 'vitest'
import { readArguments } from '../../src/cli/arguments.ts'
import { commands } from '../../src/cli/main.ts'
import { spellings } from '../../src/cli/commands/choices.ts'
import { updateCommand } from '../../src/cli/commands/update.ts'
import { update } from '../../src/workflow/update.ts'
import { memory } from '../workflow/memory.ts'

const about = { version: '1.2.3', columns: 100 }
const options = { dryRun: false, download: true, allowDowngrade: false, comments: true }
const nix32 = '1fs8xspqaxw0p5r4wz0lz3pqd9sdvhirmcriqbxcmg8vr89835ya'
const sri = 'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs='
const file = (hash: string): string => `{ fetchurl }: fetchurl { url = "https://example.org/tool-1.0.0.zip"; sha256 = "${hash}"; }`

describe('--spelling', () => {
  it.each(spellings)('accepts %s', async (name) => {
    expect((await readArguments(['update', '--spelling', name], commands, about)).kind).toBe('run')
  })

  it('refuses what is no spelling', async () => {
    await expect(readArguments(['update', '--spelling', 'base32'], commands, about)).rejects.toThrow(
      '--spelling takes one of nix32, hex, base64, sri',
    )
  })

  it('is explained', () => {
    expect(updateCommand.options.find(({ name }) => name === 'spelling')?.describe).toContain('keeps the spelling')
  })

  it('respells without asking for anything', async () => {
    const texts = new Map([['a.nix', file(nix32)]])
    const context = memory(texts, { bytes: new Map() })
    const { outcomes } = await update(context, { globs: null, systems: null, pins: [] }, { ...options, spelling: 'sri' })
    expect(outcomes.map(({ outcome, from, to }) => [outcome, from, to])).toEqual([['updated', '1.0.0', '1.0.0']])
    expect(texts.get('a.nix')).toBe(file(sri))
    expect(context.asked).toEqual([])
  })

  it('has nothing to do the second time', async () => {
    const { outcomes } = await update(
      memory(new Map([['a.nix', file(sri)]]), { bytes: new Map() }),
      { globs: null, systems: null, pins: [] },
      { ...options, spelling: 'sri' },
    )
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['unchanged'])
  })
})
