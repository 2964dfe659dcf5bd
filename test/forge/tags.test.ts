import { afterEach, describe, expect, it } from 'vitest'
import { AbsentError } from '../../src/core/errors.ts'
import type { Repository } from '../../src/core/release.ts'
import type { Clock } from '../../src/download/attempts.ts'
import { sender } from '../../src/download/send.ts'
import { networkSettings } from '../../src/download/settings.ts'
import { github } from '../../src/forge/github.ts'
import type { Forge } from '../../src/forge/types.ts'
import { type Fake, startFakeGitHub } from '../fake-github/fake-github.ts'
import { createQuota, createWorld, release, type World } from '../fake-github/world.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

const clock: Clock = { now: () => Date.parse('2026-03-01T12:00:00Z'), random: () => 0, sleep: async () => {} }
const tool: Repository = { server: 'github.com', org: 'acme', name: 'tool' }

async function start(repository: Partial<World['repositories'][number]>, more: Partial<World> = {}): Promise<{ fake: Fake; forge: Forge }> {
  const fake = await startFakeGitHub(
    createWorld({ repositories: [{ org: 'acme', name: 'tool', releases: [], ...repository }], quota: createQuota(60), ...more }),
  )
  const settings = networkSettings(fake.env)
  const own = sender(settings)
  open.push(own.close, fake.stop)
  return { fake, forge: github({ send: own.send, settings, clock }) }
}

async function all(pages: AsyncIterable<readonly string[]>): Promise<readonly string[]> {
  const tags: string[] = []
  for await (const page of pages) tags.push(...page)
  return tags
}

describe('tags', () => {
  it('gives those of releases and those that stand alone, not those of drafts', async () => {
    const { fake, forge } = await start({
      tags: ['v0.2.0'],
      releases: [release({ tag: 'v0.1.0' }), release({ tag: 'v0.3.0', draft: true })],
    })
    expect([...(await all(forge.tags(tool)))].sort()).toEqual(['v0.1.0', 'v0.2.0'])
    expect(fake.unexpected()).toEqual([])
  })

  it('reads every page, once', async () => {
    const tags = Array.from({ length: 250 }, (_, i) => `v1.0.${i}`)
    const { fake, forge } = await start({ tags })
    expect(new Set(await all(forge.tags(tool)))).toEqual(new Set(tags))
    await all(forge.tags(tool))
    expect(fake.requests).toHaveLength(3)
  })

  it('says that there is no such repository', async () => {
    const { forge } = await start({})
    const error: unknown = await all(forge.tags({ ...tool, name: 'none' })).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(AbsentError)
    expect(error).toMatchObject({ code: 'no-repository' })
  })

  it('asks anew after a failure', async () => {
    const { forge } = await start(
      { tags: ['v1'] },
      { faults: [{ host: 'api.github.com', times: 1, fault: { kind: 'status', status: 401 } }] },
    )
    await expect(all(forge.tags(tool))).rejects.toMatchObject({ code: 'unauthorized' })
    expect(await all(forge.tags(tool))).toEqual(['v1'])
  })

  it('refuses an answer that is no list of tags', async () => {
    const { forge } = await start(
      {},
      {
        faults: [
          {
            path: /\/tags/,
            fault: { kind: 'status', status: 200, body: '[{"name": 1}]', headers: { 'content-type': 'application/json' } },
          },
        ],
      },
    )
    await expect(all(forge.tags(tool))).rejects.toMatchObject({ code: 'bad-answer' })
  })
})
