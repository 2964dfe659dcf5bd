import { afterEach, describe, expect, it } from 'vitest'
import { AbsentError, NetworkError, type PinhashError } from '../../src/core/errors.ts'
import type { Release, Repository } from '../../src/core/release.ts'
import type { Clock } from '../../src/download/attempts.ts'
import { sender } from '../../src/download/send.ts'
import { networkSettings } from '../../src/download/settings.ts'
import { apiUrlFor, github } from '../../src/forge/github.ts'
import type { Forge } from '../../src/forge/types.ts'
import { type Fake, startFakeGitHub } from '../fake-github/fake-github.ts'
import { asset, createQuota, createWorld, enterpriseServer, release, type World } from '../fake-github/world.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

const clock: Clock = { now: () => Date.parse('2026-03-01T12:00:00Z'), random: () => 0, sleep: async () => {} }
const cue: Repository = { server: 'github.com', org: 'cue-lang', name: 'cue' }

async function start(world: Partial<World>, env: Record<string, string> = {}): Promise<{ fake: Fake; forge: Forge }> {
  const fake = await startFakeGitHub(createWorld(world))
  const settings = networkSettings({ ...fake.env, ...env })
  const own = sender(settings)
  open.push(own.close, fake.stop)
  return { fake, forge: github({ send: own.send, settings, clock }) }
}

async function failure<T extends PinhashError>(kind: abstract new (...given: never[]) => T, promise: Promise<unknown>): Promise<T> {
  const error = await promise.then(
    () => new Error('did not fail'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(kind)
  return error as T
}

async function all(list: AsyncIterable<readonly Release[]>): Promise<readonly Release[]> {
  const found: Release[] = []
  for await (const page of list) found.push(...page)
  return found
}

function repository(tags: readonly string[], more: Partial<World['repositories'][number]> = {}): World['repositories'][number] {
  return { org: 'cue-lang', name: 'cue', releases: tags.map((tag) => release({ tag, assets: [asset('cue.zip', tag)] })), ...more }
}

describe('release', () => {
  it('gives the release of a tag with all that is known of its assets', async () => {
    const { fake, forge } = await start({ repositories: [repository(['v1', 'cli/v1.0'])] })
    const found = await forge.release(cue, 'cli/v1.0')
    expect(found).toMatchObject({ tag: 'cli/v1.0', draft: false, prerelease: false, immutable: false })
    expect(found.assets).toHaveLength(1)
    expect(found.assets[0]).toMatchObject({ name: 'cue.zip', size: 8, state: 'uploaded' })
    expect(found.assets[0]?.url).toMatch(/^https:\/\/github\.com\/cue-lang\/cue\/releases\/download\//)
    expect(found.assets[0]?.digest?.bytes).toHaveLength(32)
    expect(fake.unexpected()).toEqual([])
    expect(fake.requests).toHaveLength(1)
  })

  it('tolerates an asset without a digest, and with one that is not known', async () => {
    const assets = [null, 'absent', 'sha3:00', 'sha256:00', `sha256:${'G'.repeat(64)}`].map((digest, i) => asset(`a${i}`, 'x', { digest }))
    const { forge } = await start({ repositories: [{ ...cue, releases: [release({ tag: 'v1', assets })] }] })
    const found = (await forge.release(cue, 'v1')).assets
    expect(found.map(({ digest }) => digest)).toEqual([null, null, null, null, null])
    expect(found.map(({ oddDigest = false }) => oddDigest)).toEqual([false, false, true, true, true])
  })

  it('asks once for each tag, also when asked at the same time', async () => {
    const { fake, forge } = await start({ repositories: [repository(['v1', 'v2'])] })
    await Promise.all([forge.release(cue, 'v1'), forge.release(cue, 'v1'), forge.release(cue, 'v2')])
    await forge.release(cue, 'v2')
    expect(fake.requests).toHaveLength(2)
  })

  it('does not ask again for what a list held', async () => {
    const { fake, forge } = await start({ repositories: [repository(['v1', 'v2'])] })
    await all(forge.releases(cue))
    expect((await forge.release(cue, 'v1')).tag).toBe('v1')
    await all(forge.releases(cue))
    expect(fake.requests).toHaveLength(1)
  })

  it('tells an absent release from an absent repository, and asks twice only then', async () => {
    const { fake, forge } = await start({ repositories: [repository(['v1'])] })
    const error = await failure(AbsentError, forge.release(cue, 'v9'))
    expect(error.code).toBe('no-release')
    expect(error.message).toContain('"v9" of cue-lang/cue')
    expect(fake.requests.map(({ path }) => path)).toEqual(['/repos/cue-lang/cue/releases/tags/v9', '/repos/cue-lang/cue'])
    expect((await failure(AbsentError, forge.release({ ...cue, name: 'que' }, 'v1'))).code).toBe('no-repository')
    expect((await failure(AbsentError, all(forge.releases({ ...cue, name: 'que' })))).code).toBe('no-repository')
  })

  it.each(['', '.', '..'])('asks nobody for the tag %j', async (tag) => {
    const { fake, forge } = await start({ repositories: [repository(['v1'])] })
    expect((await failure(AbsentError, forge.release(cue, tag))).code).toBe('no-release')
    expect((await failure(AbsentError, forge.release({ ...cue, org: '..' }, 'v1'))).code).toBe('no-repository')
    expect(fake.requests.map(({ path }) => path)).toEqual(['/repos/cue-lang/cue'])
  })

  it('follows a renamed repository', async () => {
    const { forge } = await start({ repositories: [repository(['v1'], { formerly: ['old/name'] })] })
    expect((await forge.release({ ...cue, org: 'old', name: 'name' }, 'v1')).tag).toBe('v1')
  })

  it('tries a failing server again', async () => {
    const { fake, forge } = await start({
      repositories: [repository(['v1'])],
      faults: [
        { host: 'api.github.com', times: 1, fault: { kind: 'status', status: 502 } },
        { host: 'api.github.com', nth: 2, times: 1, fault: { kind: 'reset' } },
      ],
    })
    expect((await forge.release(cue, 'v1')).tag).toBe('v1')
    expect(fake.requests).toHaveLength(3)
  })

  it('asks anew after a failure', async () => {
    const { forge } = await start({
      repositories: [repository(['v1'])],
      faults: [{ host: 'api.github.com', times: 1, fault: { kind: 'status', status: 403 } }],
    })
    expect((await failure(NetworkError, forge.release(cue, 'v1'))).code).toBe('forbidden')
    expect((await forge.release(cue, 'v1')).tag).toBe('v1')
  })

  it.each([
    [{ kind: 'malformed' } as const, /not JSON/],
    [{ kind: 'html200' } as const, /an HTML page/],
    [{ kind: 'status', status: 200, body: '[]' } as const, /unknown form: release is no object/],
    [{ kind: 'status', status: 200, body: '{"tag_name":"v1","assets":[{}]}' } as const, /release\.assets\[0\]\.size/],
    [{ kind: 'status', status: 200, body: '{"tag_name":"v2","assets":[]}' } as const, /another tag/],
  ])('does not believe %j', async (fault, message) => {
    const { forge } = await start({ repositories: [repository(['v1'])], faults: [{ host: 'api.github.com', fault }] })
    const error = await failure(NetworkError, forge.release(cue, 'v1'))
    expect(error.code).toBe('bad-answer')
    expect(error.message).toMatch(message)
  })
})

describe('releases', () => {
  it('follows all pages, once', async () => {
    const tags = Array.from({ length: 230 }, (_, i) => `v${i}`)
    const { fake, forge } = await start({ repositories: [repository(tags)] })
    const found = await all(forge.releases(cue))
    expect(new Set(found.map(({ tag }) => tag))).toEqual(new Set(tags))
    expect(found).toHaveLength(230)
    await all(forge.releases(cue))
    expect(fake.requests).toHaveLength(3)
    expect(fake.unexpected()).toEqual([])
  })

  it('asks for no more pages than are read', async () => {
    const { fake, forge } = await start({ repositories: [repository(Array.from({ length: 230 }, (_, i) => `v${i}`))] })
    for await (const page of forge.releases(cue)) {
      expect(page).toHaveLength(100)
      break
    }
    expect(fake.requests).toHaveLength(1)
  })

  it('shows drafts where the forge does, and never takes one for the release of its tag', async () => {
    const drafted = { ...cue, releases: [release({ tag: 'v2', draft: true }), release({ tag: 'v1' })] }
    const { forge } = await start({ repositories: [drafted], tokens: { t0ken: { pushes: ['cue-lang/cue'] } } }, { GH_TOKEN: 't0ken' })
    expect((await all(forge.releases(cue))).map(({ tag, draft }) => [tag, draft])).toContainEqual(['v2', true])
    expect((await failure(AbsentError, forge.release(cue, 'v2'))).code).toBe('no-release')
  })

  it.each(['https://evil.example/next', 'http://api.github.com/next'])('does not follow a page to %s', async (next) => {
    const { fake, forge } = await start({
      repositories: [repository(['v1'])],
      faults: [{ host: 'api.github.com', fault: { kind: 'status', status: 200, body: '[]', headers: { link: `<${next}>; rel="next"` } } }],
    })
    expect((await failure(NetworkError, all(forge.releases(cue)))).message).toContain('another server')
    expect(fake.requests).toHaveLength(1)
  })

  it('ends where the pages lead back', async () => {
    const link = '<https://api.github.com/repos/cue-lang/cue/releases?per_page=100>; rel="next"'
    const { fake, forge } = await start({
      repositories: [repository(['v1'])],
      faults: [{ host: 'api.github.com', fault: { kind: 'status', status: 200, body: '[]', headers: { link } } }],
    })
    expect(await all(forge.releases(cue))).toEqual([])
    expect(fake.requests).toHaveLength(1)
  })
})

describe('limits and tokens', () => {
  const reset = Date.parse('2026-03-01T12:34:56Z') / 1000
  it.each([403, 429] as const)('says when the limit ends (%i), and that a token helps', async (refusal) => {
    const quota = createQuota(60, { remaining: 0, reset, refusal })
    const { fake, forge } = await start({ repositories: [repository(['v1'])], quota })
    const error = await failure(NetworkError, forge.release(cue, 'v1'))
    expect(error).toMatchObject({ code: 'rate-limited', retryable: true, retryAt: reset * 1000 })
    expect(error.message).toMatch(/until 2026-03-01 12:34:56 UTC; a token in GITHUB_TOKEN/)
    expect(fake.requests).toHaveLength(1)
  })

  it('names the token whose limit it is, never its value', async () => {
    const tokens = { 's3cret-t0ken': { quota: createQuota(5000, { remaining: 0, reset }) } }
    const { forge } = await start({ repositories: [repository(['v1'])], tokens }, { GH_TOKEN: 's3cret-t0ken' })
    const error = await failure(NetworkError, forge.release(cue, 'v1'))
    expect(error.message).toContain('for the token in GH_TOKEN')
    expect(error.message).not.toContain('s3cret')
  })

  it.each([
    [403, { 'retry-after': '90' }, '{}', 'rate-limited', clock.now() + 90_000],
    [403, {}, '{"message":"You have exceeded a secondary rate limit"}', 'rate-limited', clock.now() + 60_000],
    [429, {}, '', 'rate-limited', clock.now() + 60_000],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'soon' }, '', 'rate-limited', clock.now() + 60_000],
    [403, { 'x-ratelimit-remaining': '7' }, '{"message":"Resource protected by SAML\\u001b[2J enforcement"}', 'forbidden', null],
    [401, {}, 'nothing', 'unauthorized', null],
    [500, {}, '', 'server-error', null],
    [418, {}, '', 'bad-answer', null],
  ])('status %i with %j and %j', async (status, headers: Record<string, string>, body, code, retryAt) => {
    const fault = { kind: 'status', status, headers, body } as const
    const { forge } = await start({ repositories: [repository(['v1'])], faults: [{ host: 'api.github.com', fault }] })
    const error = await failure(NetworkError, forge.release(cue, 'v1'))
    expect(error).toMatchObject({ code, retryAt })
    expect(error.message).not.toMatch(/\p{Cc}/u)
  })

  it('tells a bad token from a missing one', async () => {
    const world = { repositories: [repository(['v1'], { private: true })] }
    const bad = await start(world, { GITHUB_TOKEN: 's3cret' })
    const error = await failure(NetworkError, bad.forge.release(cue, 'v1'))
    expect(error.code).toBe('unauthorized')
    expect(error.message).toMatch(/the token in GITHUB_TOKEN is not valid here/)
    expect(error.message).not.toContain('s3cret')
    const none = await start(world)
    expect((await failure(AbsentError, none.forge.release(cue, 'v1'))).message).toContain('or it is private: then set GITHUB_TOKEN')
  })

  it('says so when only half of an absence is certain', async () => {
    const { forge } = await start({ repositories: [], faults: [{ path: /\/cue$/, fault: { kind: 'status', status: 403 } }] })
    const error = await failure(AbsentError, forge.release(cue, 'v1'))
    expect(error.code).toBe('no-release')
    expect(error.message).toMatch(/or no such repository$/)
  })

  it('keeps the token of an enterprise server away from github.com', async () => {
    const world = {
      servers: [...createWorld().servers, enterpriseServer('ghe.example')],
      tokens: { t0ken: { server: 'ghe.example' } },
      repositories: [repository(['v1']), repository(['v2'], { server: 'ghe.example' })],
    }
    const { fake, forge } = await start(world, { GITHUB_TOKEN: 't0ken', GITHUB_SERVER_URL: 'https://ghe.example' })
    expect((await forge.release({ ...cue, server: 'ghe.example' }, 'v2')).tag).toBe('v2')
    expect((await forge.release(cue, 'v1')).tag).toBe('v1')
    expect(fake.requests.map(({ host, headers }) => [host, headers['authorization'] ?? null])).toEqual([
      ['ghe.example', 'Bearer t0ken'],
      ['api.github.com', null],
    ])
    expect(fake.unexpected()).toEqual([])
  })
})

describe('apiUrlFor', () => {
  it.each([
    ['github.com', {}, 'https://api.github.com'],
    ['github.com', { GITHUB_API_URL: 'http://127.0.0.1:9' }, 'http://127.0.0.1:9'],
    ['github.com', { GITHUB_SERVER_URL: 'https://ghe.example' }, 'https://api.github.com'],
    ['ghe.example', { GITHUB_SERVER_URL: 'https://ghe.example', GITHUB_API_URL: 'https://api.ghe.example/v' }, 'https://api.ghe.example/v'],
    ['other.example', {}, 'https://other.example/api/v3'],
    ['acme.ghe.com', {}, 'https://api.acme.ghe.com'],
  ])('%s with %j', (server, env: Record<string, string>, expected) => {
    expect(apiUrlFor({ ...cue, server }, networkSettings(env))).toBe(expected)
  })
})
