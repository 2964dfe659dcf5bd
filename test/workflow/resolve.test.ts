import { describe, expect, it } from 'vitest'
import { AbsentError, NetworkError } from '../../src/core/errors.ts'
import type { Release, Repository } from '../../src/core/release.ts'
import { noPolicy } from '../../src/pin/policy.ts'
import type { Forge } from '../../src/workflow/ports.ts'
import { Refusal } from '../../src/workflow/refusal.ts'
import { type Target, explicitTarget, firstComplete, offerOf } from '../../src/workflow/resolve.ts'

const tool: Repository = { server: 'github.com', org: 'acme', name: 'tool' }
const now = Date.parse('2026-06-10T00:00:00Z')
const release = (tag: string, more: Partial<Release> = {}): Release => ({
  tag,
  draft: false,
  prerelease: false,
  immutable: false,
  publishedAt: '2026-01-01T00:00:00Z',
  assets: [],
  ...more,
})

function forge(releases: readonly Release[], tags: readonly string[] = []): Forge & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    release: (_, tag) => {
      asked.push(tag)
      const found = releases.find((each) => each.tag === tag && !each.draft)
      return found === undefined ? Promise.reject(new AbsentError('no-release', `no ${tag}`)) : Promise.resolve(found)
    },
    async *releases() {
      asked.push('releases')
      // Two pages: what is on the second counts as well.
      yield releases.slice(0, 1)
      yield releases.slice(1)
    },
    async *tags() {
      asked.push('tags')
      yield tags.slice(0, 1)
      yield tags.slice(1)
    },
  }
}

const wish = { current: 'v1.0.0', policy: noPolicy, minAge: null, prereleases: false, archives: false, now }

describe('offerOf', () => {
  it('gives what fits, newest first, with its releases, from every page', async () => {
    const offer = await offerOf(
      forge([release('v1.1.0'), release('v3.0.0', { draft: true }), release('v1.2.0'), release('v1.0.0')]),
      tool,
      wish,
    )
    expect(offer.newer.map(({ tag, release: found }) => [tag, found?.tag])).toEqual([
      ['v1.2.0', 'v1.2.0'],
      ['v1.1.0', 'v1.1.0'],
    ])
  })

  it('asks for tags only for archives, and only where the pin is at no release', async () => {
    const some = forge([release('v1.0.0')], ['v1.0.0', 'v1.9.0'])
    expect((await offerOf(some, tool, { ...wish, archives: true })).newer).toEqual([])
    expect((await offerOf(some, tool, { ...wish, current: 'v0.9.0' })).newer.map(({ tag }) => tag)).toEqual(['v1.0.0'])
    expect(some.asked).not.toContain('tags')
    const offer = await offerOf(forge([release('v1.0.0')], ['v0.9.0', 'v1.0.0', 'v1.9.0', 'v2.0.0-rc.1']), tool, {
      ...wish,
      current: 'v0.9.0',
      archives: true,
    })
    expect(offer.newer.map(({ tag, release: found }) => [tag, found?.tag ?? null])).toEqual([
      ['v1.9.0', null],
      ['v1.0.0', 'v1.0.0'],
    ])
  })

  it('goes by the age of the pin before that of the run', async () => {
    const releases = [release('v1.2.0', { publishedAt: '2026-06-09T00:00:00Z' }), release('v1.1.0'), release('v1.0.0')]
    const week = 7 * 86_400_000
    const newest = async (own: number | null, all: number | null): Promise<string | undefined> =>
      (await offerOf(forge(releases), tool, { ...wish, policy: { ...noPolicy, minAge: own }, minAge: all })).newer[0]?.tag
    expect([
      await newest(null, null),
      await newest(null, week),
      await newest(0, week),
      await newest(week, null),
      await newest(week, 0),
    ]).toEqual(['v1.2.0', 'v1.1.0', 'v1.2.0', 'v1.1.0', 'v1.1.0'])
  })
})

describe('firstComplete', () => {
  const targets = Array.from({ length: 30 }, (_, i): Target => ({ tag: `v${30 - i}`, release: null, warnings: [] }))
  const lacking = (tag: string): Refusal => new Refusal('missing', 'no-asset', `${tag} has no asset`)

  it('takes the first that can be made, and tells of those before', async () => {
    const { target, made, passed } = await firstComplete(targets, async ({ tag }) => {
      if (tag === 'v30') throw lacking(tag)
      if (tag === 'v29') throw new Refusal('refused', 'broken-asset', 'v29 is half uploaded')
      return tag.length
    })
    expect([target.tag, made]).toEqual(['v28', 3])
    expect(passed).toEqual([
      { code: 'skipped-release', message: 'passed over a newer release: v30 has no asset' },
      { code: 'skipped-release', message: 'passed over a newer release: v29 is half uploaded' },
    ])
  })

  it('gives up after ten, with what the newest lacks', async () => {
    const tried: string[] = []
    const error: unknown = await firstComplete(targets, async ({ tag }) => {
      tried.push(tag)
      throw lacking(tag)
    }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ outcome: 'missing', message: 'v30 has no asset' })
    expect(tried).toHaveLength(10)
  })

  it.each([
    new Refusal('refused', 'doubt', 'two fit'),
    new NetworkError('timeout', 'stalled'),
    new Refusal('refused', 'not-editable', 'no'),
  ])('does not go on after %s', async (failure) => {
    const tried: string[] = []
    const make = async ({ tag }: Target): Promise<never> => {
      tried.push(tag)
      throw failure
    }
    await expect(firstComplete(targets, make)).rejects.toBe(failure)
    expect(tried).toEqual(['v30'])
  })
})

describe('explicitTarget', () => {
  const plain = { withoutList: false, archives: false }
  it('finds the release in either form of its tag', async () => {
    expect((await explicitTarget(forge([release('v1.1.0')]), tool, 'v1.0.0', '1.1.0', plain)).tag).toBe('v1.1.0')
  })

  it('takes a tag without a release for archives, and for nothing else', async () => {
    const some = forge([release('v1.0.0')], ['v1.0.0', 'v1.1.0'])
    expect(await explicitTarget(some, tool, 'v1.0.0', '1.1.0', { ...plain, archives: true })).toEqual({
      tag: 'v1.1.0',
      release: null,
      warnings: [],
    })
    await expect(explicitTarget(some, tool, 'v1.0.0', '1.1.0', plain)).rejects.toMatchObject({ code: 'no-release' })
    await expect(explicitTarget(some, tool, 'v1.0.0', '1.2.0', { ...plain, archives: true })).rejects.toMatchObject({
      code: 'no-release',
      message: expect.stringContaining('v1.0.0') as string,
    })
  })
})
