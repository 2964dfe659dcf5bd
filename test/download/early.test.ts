// Connections made ahead: to where they were asked for, no more than may be, and never in the way of a request.
import { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { buildConnector } from 'undici'
import { EarlyConnections } from '../../src/download/early.ts'

type Options = buildConnector.Options

/** A connector that notes what it was asked for, and answers when it is told to. */
function recorder(): { connect: buildConnector.connector; asked: string[]; answer: (result: Socket | Error) => void } {
  const callbacks: buildConnector.Callback[] = []
  const asked: string[] = []
  return {
    asked,
    connect: (options, callback) => {
      asked.push(`${options.protocol}//${options.host ?? ''}`)
      callbacks.push(callback)
    },
    answer: (result) => {
      const callback = callbacks.shift()!
      if (result instanceof Error) callback(result, null)
      else callback(null, result)
    },
  }
}

const optionsOf = (host: string): Options => ({ protocol: 'https:', host, hostname: host, port: '' })

/** What a request for a connection to this host gets. */
function request(connector: buildConnector.connector, host: string): Promise<unknown> {
  return new Promise((resolve) => connector(optionsOf(host), (error, socket) => resolve(error ?? socket)))
}

async function begun(): Promise<{ early: EarlyConnections; connector: buildConnector.connector } & ReturnType<typeof recorder>> {
  const real = recorder()
  const early = new EarlyConnections()
  const connector = early.around(real.connect)
  const first = request(connector, 'api.test')
  await turn()
  real.answer(new Socket())
  await first
  return { ...real, early, connector }
}

describe('connections made ahead', () => {
  it('wait for the first that a request needs', async () => {
    const { connect, asked, answer } = recorder()
    const early = new EarlyConnections()
    const connector = early.around(connect)
    early.open(new URL('https://files.test/a'))
    early.open(new URL('https://files.test/b'))
    const first = request(connector, 'api.test')
    await turn()
    expect(asked).toEqual(['https://api.test'])
    answer(new Socket())
    await first
    expect(asked).toEqual(['https://api.test', 'https://files.test', 'https://files.test'])
  })

  it('are not made where the first one fails', async () => {
    const { connect, asked, answer } = recorder()
    const early = new EarlyConnections()
    const connector = early.around(connect)
    early.open(new URL('https://files.test/a'))
    const refused = new Error('the proxy wants a password')
    const first = request(connector, 'api.test')
    await turn()
    answer(refused)
    expect(await first).toBe(refused)
    await turn()
    expect(asked).toEqual(['https://api.test'])
  })

  it('are handed to requests to their host, each to one', async () => {
    const { early, connector, asked, answer } = await begun()
    early.open(new URL('https://files.test/a'))
    const socket = new Socket()
    answer(socket)
    const other = request(connector, 'other.test')
    expect(await request(connector, 'files.test')).toBe(socket)
    expect(socket.listenerCount('error')).toBe(0)
    const second = request(connector, 'files.test')
    await turn()
    expect(asked).toEqual(['https://api.test', 'https://files.test', 'https://other.test', 'https://files.test'])
    const [for1, for2] = [new Socket(), new Socket()]
    answer(for1)
    answer(for2)
    expect([await other, await second]).toEqual([for1, for2])
  })

  it('are waited for where they are on their way', async () => {
    const { early, connector, asked, answer } = await begun()
    early.open(new URL('https://files.test/a'))
    const wanted = request(connector, 'files.test')
    await turn()
    const socket = new Socket()
    answer(socket)
    expect(await wanted).toBe(socket)
    expect(asked.length).toBe(2)
  })

  it.each([
    ['failed', (answer: (result: Socket | Error) => void) => answer(new Error('refused'))],
    ['was closed meanwhile', (answer: (result: Socket | Error) => void) => answer(new Socket().destroy())],
  ])('one that %s is made again by who needs it, and says why if it fails again', async (_, end) => {
    const { early, connector, answer } = await begun()
    early.open(new URL('https://files.test/a'))
    end(answer)
    const wanted = request(connector, 'files.test')
    await turn()
    const why = new Error('unreachable')
    answer(why)
    expect(await wanted).toBe(why)
  })

  it('that break while they wait are no error of anybody', async () => {
    const { early, answer } = await begun()
    early.open(new URL('https://files.test/a'))
    const socket = new Socket()
    answer(socket)
    await turn()
    expect(() => socket.emit('error', new Error('reset'))).not.toThrow()
  })

  it('are at most eight, and dropped at the end', async () => {
    const { early, asked, answer } = await begun()
    for (let i = 0; i < 20; i++) early.open(new URL(`https://files${i}.test/`))
    expect(asked.length).toBe(9)
    const sockets = Array.from({ length: 8 }, () => new Socket())
    for (const socket of sockets.slice(0, 7)) answer(socket)
    early.close()
    answer(sockets[7]!)
    await turn()
    expect(sockets.map((socket) => socket.destroyed)).toEqual(sockets.map(() => true))
  })
})
