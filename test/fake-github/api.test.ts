import { createHash } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { type Client, createClient, usual } from './client.ts'
import { type Fake, startFakeGitHub } from './fake-github.ts'
import { type FakeRepository, type World, asset, checksums, createQuota, createWorld, enterpriseServer, release } from './world.ts'

let fake: Fake
let client: Client
const api = 'https://api.github.com'

async function start(world: Partial<World>): Promise<void> {
  fake = await startFakeGitHub(createWorld(world))
  client = createClient(fake)
}
afterEach(async () => {
  await client.close()
  await fake.stop()
})

const tool = (): FakeRepository => {
  const linux = asset('tool_linux.tar.gz', 'linux bytes')
  return {
    org: 'acme',
    name: 'tool',
    releases: [
      release({ tag: 'v1.1.0-rc.1', prerelease: true, createdAt: '2025-07-03T00:00:00Z' }),
      release({ tag: 'v1.0.0', immutable: true, createdAt: '2025-07-02T00:00:00Z', assets: [linux, checksums([linux])] }),
      release({ tag: 'cli/v0.9.0', createdAt: '2025-07-01T00:00:00Z' }),
      release({ tag: 'v2.0.0', draft: true, createdAt: '2025-07-04T00:00:00Z' }),
    ],
  }
}
const token = (key: string): Record<string, string> => ({ ...usual, authorization: `Bearer ${key}` })

describe('a release', () => {
  test('is found by its tag, with everything the API says of it', async () => {
    await start({ repositories: [tool()] })
    const { status, json, headers } = await client.get(`${api}/repos/acme/tool/releases/tags/v1.0.0`)
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/json; charset=utf-8')
    expect(json).toMatchObject({ tag_name: 'v1.0.0', draft: false, prerelease: false, immutable: true, created_at: '2025-07-02T00:00:00Z' })
    const digest = createHash('sha256').update('linux bytes').digest('hex')
    expect(json.assets[0]).toMatchObject({
      name: 'tool_linux.tar.gz',
      state: 'uploaded',
      size: 11,
      digest: `sha256:${digest}`,
      content_type: 'application/octet-stream',
      browser_download_url: 'https://github.com/acme/tool/releases/download/v1.0.0/tool_linux.tar.gz',
      url: `${api}/repos/acme/tool/releases/assets/${json.assets[0].id}`,
    })
    expect(json.assets[1].name).toBe('checksums.txt')
    expect(fake.unexpected()).toEqual([])
  })

  test('with a slash in its tag is found only where the slash is encoded', async () => {
    await start({ repositories: [tool()] })
    expect((await client.get(`${api}/repos/acme/tool/releases/tags/cli%2Fv0.9.0`)).json.tag_name).toBe('cli/v0.9.0')
    expect((await client.get(`${api}/repos/acme/tool/releases/tags/cli/v0.9.0`)).status).toBe(404)
    expect(fake.unexpected()).toEqual([`GET ${api}/repos/acme/tool/releases/tags/cli/v0.9.0`])
  })

  test('that is a draft, or not there, or of no repository, is a 404 with a message', async () => {
    await start({ repositories: [tool()] })
    for (const path of [
      'acme/tool/releases/tags/v2.0.0',
      'acme/tool/releases/tags/v9',
      'acme/none/releases/tags/v1',
      'acme/none/releases',
    ]) {
      const { status, json } = await client.get(`${api}/repos/${path}`)
      expect([status, json.message, json.status]).toEqual([404, 'Not Found', '404'])
    }
    expect(fake.unexpected()).toEqual([])
  })

  test('can state a size and digests of any kind', async () => {
    const assets = [
      asset('null', 'x', { digest: null }),
      asset('absent', 'x', { digest: 'absent' }),
      asset('other', 'x', { digest: 'sha256:00' }),
      asset('large', 'x', { size: 999 }),
      asset('broken', 'x', { state: 'starter' }),
    ]
    await start({ repositories: [{ org: 'a', name: 'b', releases: [release({ tag: 'v1', assets })] }] })
    const { json } = await client.get(`${api}/repos/a/b/releases/tags/v1`)
    expect(json.assets[0].digest).toBeNull()
    expect('digest' in json.assets[1]).toBe(false)
    expect(json.assets[2].digest).toBe('sha256:00')
    expect([json.assets[3].size, json.assets[4].state]).toEqual([999, 'starter'])
    expect((await client.get(json.assets[4].url, { headers: { ...usual, accept: 'application/octet-stream' } })).status).toBe(404)
    expect((await client.get(json.assets[4].browser_download_url)).status).toBe(404)
  })
})

describe('the list of releases', () => {
  test('is newest first by the commit, and hides drafts from those who do not push', async () => {
    await start({ repositories: [tool()], tokens: { pusher: { pushes: ['acme/tool'] }, reader: {} } })
    const tags = async (headers = usual): Promise<string[]> =>
      (await client.get(`${api}/repos/acme/tool/releases`, { headers })).json.map(({ tag_name }: { tag_name: string }) => tag_name)
    expect(await tags()).toEqual(['v1.1.0-rc.1', 'v1.0.0', 'cli/v0.9.0'])
    expect(await tags(token('reader') as typeof usual)).toEqual(['v1.1.0-rc.1', 'v1.0.0', 'cli/v0.9.0'])
    expect(await tags(token('pusher') as typeof usual)).toEqual(['v2.0.0', 'v1.1.0-rc.1', 'v1.0.0', 'cli/v0.9.0'])
  })

  test('comes in pages that link to each other by the number of the repository', async () => {
    const releases = Array.from({ length: 250 }, (_, index) => release({ tag: `v1.0.${250 - index}` }))
    await start({ repositories: [{ org: 'acme', name: 'many', releases }] })
    const seen: string[] = []
    let next: string | undefined = `${api}/repos/acme/many/releases?per_page=100`
    let pages = 0
    while (next !== undefined) {
      const { json, headers }: { json: { tag_name: string }[]; headers: Readonly<Record<string, string>> } = await client.get(next)
      seen.push(...json.map(({ tag_name }) => tag_name))
      next = /<([^>]+)>; rel="next"/.exec(headers['link'] ?? '')?.[1]
      if (++pages === 1) expect(next).toMatch(/^https:\/\/api\.github\.com\/repositories\/\d+\/releases\?per_page=100&page=2$/)
    }
    expect(pages).toBe(3)
    expect(seen).toEqual(releases.map(({ tag }) => tag))
    expect((await client.get(`${api}/repos/acme/many/releases`)).json.length).toBe(30)
    expect((await client.get(`${api}/repos/acme/many/releases?per_page=500`)).json.length).toBe(100)
    expect((await client.get(`${api}/repos/acme/many/releases?per_page=100&page=4`)).json).toEqual([])
  })

  test('has a latest one, which a mark overrides', async () => {
    const repository = tool()
    await start({ repositories: [repository] })
    const latest = async (): Promise<string> => (await client.get(`${api}/repos/acme/tool/releases/latest`)).json.tag_name
    expect(await latest()).toBe('v1.0.0')
    Object.assign(repository.releases[2] ?? {}, { makeLatest: true })
    expect(await latest()).toBe('cli/v0.9.0')
    repository.releases = []
    expect((await client.get(`${api}/repos/acme/tool/releases/latest`)).status).toBe(404)
  })
})

describe('an asset by its number', () => {
  const octets = { ...usual, accept: 'application/octet-stream' }

  test('is JSON, or a redirect to signed bytes, or the bytes', async () => {
    await start({ repositories: [tool()] })
    const release = (await client.get(`${api}/repos/acme/tool/releases/tags/v1.0.0`)).json
    const { url } = release.assets[0]
    expect((await client.get(url)).json.name).toBe('tool_linux.tar.gz')
    const moved = await client.get(url, { headers: octets })
    expect(moved.status).toBe(302)
    expect(moved.headers['location']).toMatch(/^https:\/\/release-assets\.githubusercontent\.com\/.*[?&]sig=/)
    expect((await client.follow(url, octets)).text).toBe('linux bytes')
    fake.world.assetAnswer = 'bytes'
    expect(await client.get(url, { headers: octets })).toMatchObject({ status: 200, text: 'linux bytes' })
  })

  test('of a private repository needs a token that sees it; its browser address stays a 404', async () => {
    await start({
      repositories: [{ ...tool(), private: true }],
      tokens: { insider: { sees: ['acme/tool'] }, root: { sees: 'all' }, outsider: { sees: ['acme/other'] } },
    })
    const address = `${api}/repos/acme/tool/releases/tags/v1.0.0`
    expect((await client.get(address)).status).toBe(404)
    expect((await client.get(address, { headers: token('outsider') })).status).toBe(404)
    expect((await client.get(address, { headers: token('root') })).status).toBe(200)
    const { json } = await client.get(address, { headers: token('insider') })
    const [{ url, browser_download_url: browser }] = json.assets
    expect((await client.get(browser, { headers: token('insider') })).status).toBe(404)
    expect((await client.get(url, { headers: octets })).status).toBe(404)
    expect((await client.follow(url, { ...octets, authorization: 'token insider' })).text).toBe('linux bytes')
  })
})

describe('who asks', () => {
  test('must say what program it is, and name a version that exists', async () => {
    await start({ repositories: [tool()] })
    expect((await client.get(`${api}/repos/acme/tool/releases`, { headers: {} })).status).toBe(403)
    const odd = { ...usual, 'x-github-api-version': '1999-01-01' }
    expect((await client.get(`${api}/repos/acme/tool/releases`, { headers: odd })).status).toBe(400)
  })

  test('with a token of nobody, or of another server, is told so', async () => {
    await start({ repositories: [tool()], tokens: { corporate: { server: 'ghe.example.com' } } })
    for (const key of ['stolen', 'corporate']) {
      const { status, json } = await client.get(`${api}/repos/acme/tool/releases`, { headers: token(key) })
      expect([status, json.message]).toEqual([401, 'Bad credentials'])
    }
  })

  test('is redirected when the repository has another name now', async () => {
    await start({ repositories: [{ ...tool(), formerly: ['old/name'] }] })
    const moved = await client.get(`${api}/repos/old/name/releases/tags/v1.0.0`)
    expect(moved.status).toBe(301)
    expect(moved.headers['location']).toMatch(/\/repositories\/\d+\/releases\/tags\/v1\.0\.0$/)
    expect((await client.follow(`${api}/repos/old/name/releases/tags/v1.0.0`, usual)).json.tag_name).toBe('v1.0.0')
  })
})

describe('limits', () => {
  const address = `${api}/repos/acme/tool/releases`

  test('count every answer of the API, and refuse when nothing remains', async () => {
    await start({ repositories: [tool()], quota: createQuota(2, { reset: 1_900_000_000 }) })
    const first = await client.get(address)
    expect(first.headers).toMatchObject({ 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '1900000000' })
    expect((await client.get(`${api}/repos/acme/none/releases`)).headers['x-ratelimit-remaining']).toBe('0')
    const refused = await client.get(address)
    expect([refused.status, refused.headers['x-ratelimit-remaining']]).toEqual([403, '0'])
    expect(refused.json.message).toMatch(/^API rate limit exceeded/)
    fake.world.quota = createQuota(2, { remaining: 0, refusal: 429 })
    expect((await client.get(address)).status).toBe(429)
    expect((await client.get(`${api}/rate_limit`)).json.resources.core).toMatchObject({ limit: 2, remaining: 0 })
  })

  test('are each token’s own, and downloads by browser address are free', async () => {
    await start({ repositories: [tool()], quota: createQuota(0), tokens: { mine: { quota: createQuota(5000) }, free: {} } })
    expect((await client.get(address)).status).toBe(403)
    expect((await client.get(address, { headers: token('mine') })).headers['x-ratelimit-remaining']).toBe('4999')
    expect((await client.get(address, { headers: token('free') })).headers['x-ratelimit-limit']).toBeUndefined()
    expect((await client.follow('https://github.com/acme/tool/releases/download/v1.0.0/tool_linux.tar.gz')).text).toBe('linux bytes')
  })

  test('spare an unchanged answer only those with a token, whose tag is their own', async () => {
    await start({ repositories: [tool()], tokens: { mine: { quota: createQuota(10) } } })
    const anonymous = await client.get(address)
    const mine = await client.get(address, { headers: token('mine') })
    expect(anonymous.headers['etag']).toMatch(/^W\/"/)
    expect(mine.headers['etag']).not.toBe(anonymous.headers['etag'])
    const again = await client.get(address, { headers: { ...token('mine'), 'if-none-match': mine.headers['etag'] ?? '' } })
    expect([again.status, again.body.length, again.headers['x-ratelimit-remaining']]).toEqual([304, 0, '9'])
    const paid = await client.get(address, { headers: { ...usual, 'if-none-match': anonymous.headers['etag'] ?? '' } })
    expect([paid.status, paid.headers['x-ratelimit-remaining']]).toEqual([304, '58'])
    fake.world.repositories[0]?.releases.push(release({ tag: 'v9' }))
    expect((await client.get(address, { headers: { ...usual, 'if-none-match': anonymous.headers['etag'] ?? '' } })).status).toBe(200)
  })
})

describe('an enterprise server', () => {
  test('has its API under a path of its own host, no limits, and a store beside it', async () => {
    await start({
      servers: [enterpriseServer('ghe.example.com')],
      repositories: [{ ...tool(), server: 'ghe.example.com' }],
      tokens: { corporate: { server: 'ghe.example.com' } },
    })
    const { json, headers } = await client.get('https://ghe.example.com/api/v3/repos/acme/tool/releases/tags/v1.0.0', {
      headers: token('corporate'),
    })
    expect(headers['x-ratelimit-limit']).toBeUndefined()
    expect(json.assets[0].url).toMatch(/^https:\/\/ghe\.example\.com\/api\/v3\/repos\/acme\/tool\/releases\/assets\/\d+$/)
    const browser = 'https://ghe.example.com/acme/tool/releases/download/v1.0.0/tool_linux.tar.gz'
    expect(json.assets[0].browser_download_url).toBe(browser)
    expect((await client.get(browser)).headers['location']).toMatch(/^https:\/\/media\.ghe\.example\.com\//)
    expect((await client.follow(browser)).text).toBe('linux bytes')
    await expect(client.get('https://api.github.com/repos/acme/tool')).rejects.toThrow()
    expect(fake.unexpected()).toEqual(['CONNECT api.github.com:443'])
  })
})

describe('what GitHub does not have', () => {
  test('is a 404 that the log remembers; attestations of nothing are an expected one', async () => {
    await start({ repositories: [tool()] })
    expect((await client.get(`${api}/repos/acme/tool/attestations/sha256:00`)).status).toBe(404)
    expect(fake.unexpected()).toEqual([])
    expect((await client.get(`${api}/repos/acme/tool/releases`, { method: 'POST' })).status).toBe(404)
    expect((await client.get(`${api}/repos/acme/tool/pulls`)).status).toBe(404)
    expect((await client.get(`${api}/repos/acme/%ZZ/releases`)).status).toBe(404)
    expect(fake.unexpected()).toEqual([
      `POST ${api}/repos/acme/tool/releases`,
      `GET ${api}/repos/acme/tool/pulls`,
      `GET ${api}/repos/acme/%ZZ/releases`,
    ])
  })
})
