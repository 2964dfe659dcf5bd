import { describe, expect, it } from 'vitest'
import { readArguments } from '../../src/cli/arguments.ts'
import { hashCommand } from '../../src/cli/commands/hash.ts'
import { commands } from '../../src/cli/main.ts'
import { networking } from '../../src/cli/options.ts'
import { networkDefaults, networkSettings, type NetworkOptions } from '../../src/download/settings.ts'

async function read(...argv: string[]): Promise<NetworkOptions> {
  const invocation = await readArguments(['hash', 'x', ...argv], [hashCommand], { version: '0', columns: 80 })
  if (invocation.kind !== 'run') throw new Error(invocation.text)
  return invocation.settings.network
}

describe('network options', () => {
  it('are those of every command that uses the network', () => {
    const without = commands.filter(({ options }) => !networking.every((option) => options.includes(option))).map(({ name }) => name)
    expect(without.filter((name) => !['list', 'convert', 'init', 'completion'].includes(name))).toEqual([])
  })

  it('are absent where nothing is given', async () => {
    expect(await read()).toEqual({})
  })

  it('are seconds, counts and pairs', async () => {
    const given = ['--connect-timeout', '0.5', '--idle-timeout', '7', '--retries', '0', '--max-wait', '0', '--no-cache']
    const mirrors = ['--mirror', 'https://a.example/=http://b.example/c', '--mirror', 'https://a.example/x=y=https://b.example/d=e']
    expect(await read(...given, ...mirrors)).toEqual({
      timeouts: { connect: 500, idle: 7000 },
      retries: 0,
      maxWait: 0,
      cache: false,
      mirrors: [
        { from: 'https://a.example', to: 'http://b.example/c' },
        { from: 'https://a.example/x=y', to: 'https://b.example/d=e' },
      ],
    })
  })

  it.each([
    ['--connect-timeout', '0'],
    ['--header-timeout', ''],
    ['--idle-timeout', '1m'],
    ['--idle-timeout', '99999999'],
    ['--max-wait', 'Infinity'],
    ['--retries', '6'],
    ['--retries', '1.5'],
    ['--mirror', 'https://a.example'],
    ['--mirror', 'a.example=https://b.example'],
    ['--mirror', 'https://a.example=https://b.example?x'],
  ])('refuse %s %s', async (name, value) => {
    await expect(read(name, value)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(name) as string })
  })

  it('do not repeat a password', async () => {
    const error = await read('--mirror', 'https://a.example=https://me:s3cret@b.example').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'usage' })
    expect(String(error)).not.toContain('s3cret')
  })

  it('have the defaults that help names', () => {
    const named = Object.fromEntries(
      networking.flatMap(({ name, describe: text }) =>
        /\(default (\d+)\)/.exec(text)?.[1] === undefined ? [] : [[name, Number(/\(default (\d+)\)/.exec(text)?.[1])]],
      ),
    )
    const { connect, headers, idle, retries, maxWait } = networkDefaults
    expect(named).toEqual({ 'connect-timeout': connect, 'header-timeout': headers, 'idle-timeout': idle, retries, 'max-wait': maxWait })
    expect(networkSettings({})).toMatchObject({
      timeouts: { connect: connect * 1000, headers: headers * 1000, idle: idle * 1000 },
      retries,
      maxWait: maxWait * 1000,
    })
  })
})
