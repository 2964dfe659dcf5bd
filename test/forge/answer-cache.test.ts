import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type AnswerCache, type KeptAnswer, answerCache } from '../../src/forge/answer-cache.ts'
import { sender } from '../../src/download/send.ts'
import { networkSettings } from '../../src/download/settings.ts'
import { github } from '../../src/forge/github.ts'
import type { Forge } from '../../src/forge/types.ts'
import { type Fake, startFakeGitHub } from '../fake-github/fake-github.ts'
import { mostAtOnce } from '../fake-github/log.ts'
import { asset, createQuota, createWorld, release } from '../fake-github/world.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

const url = 'https://api.github.com/repos/a/b/releases'
const answer: KeptAnswer = { etag: 'W/"1"', url, link: '<x>; rel="next"', body: '{"é":"\\n"}\n' }
const newFolder = (): string => join(mkdtempSync(join(tmpdir(), 'pinhash-cache-')), 'deep', 'api')

describe('a cache', () => {
  it('gives what was kept, by address and token', async () => {
    const folder = newFolder()
    const cache = answerCache(folder)
    await cache.write(url, 't0ken', answer)
    expect(await answerCache(folder).read(url, 't0ken')).toEqual(answer)
    expect(await cache.read(url, 'other')).toBeNull()
    expect(await cache.read(`${url}?page=2`, 't0ken')).toBeNull()
    await cache.write(url, 't0ken', { ...answer, link: null, body: '[]' })
    expect(await cache.read(url, 't0ken')).toEqual({ ...answer, link: null, body: '[]' })
  })

  it('is for its owner alone, and no name holds the token', async () => {
    const folder = newFolder()
    await answerCache(folder).write(url, 't0ken', answer)
    const [name = ''] = readdirSync(folder)
    expect([statSync(folder).mode & 0o777, statSync(join(folder, name)).mode & 0o777]).toEqual([0o700, 0o600])
    expect(name + readFileSync(join(folder, name), 'latin1')).not.toContain('t0ken')
  })

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 3)],
    ['of flipped bits', (bytes: Buffer) => Buffer.from(bytes.map((byte, i) => (i === bytes.length - 6 ? byte ^ 1 : byte)))],
    ['empty', () => Buffer.alloc(0)],
    ['something else', () => Buffer.from('hello')],
  ])('removes what is damaged: %s', async (_, damage) => {
    const folder = newFolder()
    const cache = answerCache(folder)
    await cache.write(url, 't0ken', answer)
    const file = join(folder, readdirSync(folder)[0] ?? '')
    writeFileSync(file, damage(readFileSync(file)))
    expect(await cache.read(url, 't0ken')).toBeNull()
    expect(readdirSync(folder)).toEqual([])
  })

  it('stays within its limit; what was used longest ago goes first', async () => {
    const folder = newFolder()
    // Nothing that could be compressed to less than 4,500 bytes.
    const body = randomBytes(4500).toString('base64')
    const cache = answerCache(folder, { total: 16_000, entry: 9000 })
    for (let i = 0; i < 4; i++) {
      await cache.write(`${url}/${i}`, 't0ken', { ...answer, body: JSON.stringify(body + i) })
      for (const name of readdirSync(folder)) {
        const { mtimeMs } = statSync(join(folder, name))
        utimesSync(join(folder, name), mtimeMs / 1000 - 100, mtimeMs / 1000 - 100)
      }
      await cache.read(`${url}/0`, 't0ken')
    }
    const kept = await Promise.all([0, 1, 2, 3].map(async (i) => (await cache.read(`${url}/${i}`, 't0ken')) !== null))
    expect(kept[0]).toBe(true)
    expect(kept.includes(false)).toBe(true)
    expect(readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)).toBeLessThanOrEqual(16_000)
    await cache.write(`${url}/big`, 't0ken', { ...answer, body: Array.from({ length: 40_000 }, () => Math.random()).join('') })
    expect(await cache.read(`${url}/big`, 't0ken')).toBeNull()
  })

  it('takes away what killed runs left, and leaves others alone', async () => {
    const folder = newFolder()
    const cache = answerCache(folder)
    await cache.write(url, 't0ken', answer)
    for (const name of ['0011.tmp', '0022.tmp', 'note.txt']) writeFileSync(join(folder, name), '')
    for (const name of ['0011.tmp', 'note.txt']) utimesSync(join(folder, name), 1, 1)
    await cache.write(`${url}/2`, 't0ken', answer)
    expect(readdirSync(folder).filter((name) => !name.endsWith('.gz'))).toEqual(['0022.tmp', 'note.txt'])
  })

  it('is used by many at once', async () => {
    const folder = newFolder()
    const bodies = Array.from({ length: 20 }, (_, i) => JSON.stringify('x'.repeat(i * 100)))
    await Promise.all(bodies.map((body) => answerCache(folder).write(url, 't0ken', { ...answer, body })))
    expect(bodies).toContain((await answerCache(folder).read(url, 't0ken'))?.body)
    expect(readdirSync(folder)).toHaveLength(1)
  })

  it('that cannot be written is none', async () => {
    const cache = answerCache('/dev/null/cache')
    await cache.write(url, 't0ken', answer)
    expect(await cache.read(url, 't0ken')).toBeNull()
  })
})

describe('the forge with a cache', () => {
  async function start(env: Record<string, string>): Promise<{ fake: Fake; forge: () => Forge; cache: AnswerCache }> {
    const repositories = [
      {
        org: 'cue-lang',
        name: 'cue',
        releases: Array.from({ length: 130 }, (_, i) => release({ tag: `v${i}`, assets: [asset('cue.zip', 'x')] })),
      },
    ]
    const fake = await startFakeGitHub(createWorld({ repositories, tokens: { one: { quota: createQuota(5000) }, two: {} } }))
    const cache = answerCache(newFolder())
    const settings = networkSettings({ ...fake.env, ...env })
    const own = sender(settings)
    open.push(own.close, fake.stop)
    // Each is a run of its own.
    return { fake, cache, forge: () => github({ send: own.send, settings, cache }) }
  }
  const cue = { server: 'github.com', org: 'cue-lang', name: 'cue' }

  async function count(forge: Forge): Promise<number> {
    let releases = 0
    for await (const page of forge.releases(cue)) releases += page.length
    return releases
  }

  it('asks again, but pays nothing for what did not change, all pages of it', async () => {
    const { fake, forge } = await start({ GITHUB_TOKEN: 'one' })
    expect([await count(forge()), await count(forge()), await count(forge())]).toEqual([130, 130, 130])
    expect(fake.requests.map(({ status }) => status)).toEqual([200, 200, 304, 304, 304, 304])
    expect(fake.world.tokens['one']?.quota?.remaining).toBe(4998)
  })

  it('sees what changed', async () => {
    const { fake, forge } = await start({ GITHUB_TOKEN: 'one' })
    await forge().release(cue, 'v1')
    const known = fake.world.repositories[0]?.releases.find(({ tag }) => tag === 'v1')
    known?.assets.push(asset('new.zip', 'y'))
    expect((await forge().release(cue, 'v1')).assets.map(({ name }) => name)).toEqual(['cue.zip', 'new.zip'])
    expect(fake.requests.map(({ status }) => status)).toEqual([200, 200])
  })

  it('keeps nothing without a token', async () => {
    const { fake, forge } = await start({})
    await forge().release(cue, 'v1')
    await forge().release(cue, 'v1')
    expect(fake.requests.map(({ status, headers }) => [status, headers['if-none-match']])).toEqual([
      [200, undefined],
      [200, undefined],
    ])
  })
})

describe('a batch of pins', () => {
  const names = Array.from({ length: 40 }, (_, i) => `tool${i}`)
  async function start(env: Record<string, string>, remaining: number): Promise<{ fake: Fake; forge: Forge }> {
    const repositories = names.map((name) => ({ org: 'a', name, releases: [release({ tag: 'v1' })] }))
    const fake = await startFakeGitHub(
      createWorld({
        repositories,
        tokens: { one: {} },
        quota: createQuota(60, { remaining }),
        network: { latency: 5, bytesPerSecond: null },
      }),
    )
    const settings = networkSettings({ ...fake.env, ...env })
    const own = sender(settings)
    open.push(own.close, fake.stop)
    return { fake, forge: github({ send: own.send, settings }) }
  }

  it('never asks for more than is left', async () => {
    const { fake, forge } = await start({}, 12)
    const results = await Promise.allSettled(names.map((name) => forge.release({ server: 'github.com', org: 'a', name }, 'v1')))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(12)
    expect(fake.requests.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 200))
    for (const result of results)
      if (result.status === 'rejected') expect((result.reason as Error).message).toMatch(/was not sent: the rate limit is used up until/)
  })

  it('asks a few at a time', async () => {
    const { fake, forge } = await start({ GITHUB_TOKEN: 'one' }, 60)
    await Promise.all(names.map((name) => forge.release({ server: 'github.com', org: 'a', name }, 'v1')))
    expect(fake.requests).toHaveLength(40)
    expect(mostAtOnce(fake.requests)).toBeLessThanOrEqual(8)
  })

  it('of one repository asks once', async () => {
    const { fake, forge } = await start({}, 60)
    const tool = { server: 'github.com', org: 'a', name: 'tool1' }
    const list = (async () => {
      for await (const _ of forge.releases(tool)) break
    })()
    await Promise.all([list, forge.release(tool, 'v1'), forge.release(tool, 'v1')])
    expect(fake.requests).toHaveLength(1)
  })
})
