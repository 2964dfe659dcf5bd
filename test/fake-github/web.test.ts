import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Client, createClient } from './client.ts'
import { type Fake, startFakeGitHub } from './fake-github.ts'
import { asset, createWorld, release } from './world.ts'

let fake: Fake
let client: Client
const base = 'https://github.com/acme/tool'
const bytes = new TextEncoder().encode('0123456789')

beforeEach(async () => {
  fake = await startFakeGitHub(
    createWorld({
      repositories: [
        {
          org: 'acme',
          name: 'tool',
          formerly: ['old/tool'],
          archives: { 'v1.0.0': new TextEncoder().encode('source') },
          releases: [
            release({ tag: 'v1.0.0', assets: [asset('tool.bin', bytes), asset('tool+extra.bin', 'plus')] }),
            release({ tag: 'cli/v2.0.0', createdAt: '2024-01-01T00:00:00Z', assets: [asset('cli.bin', 'cli')] }),
            release({ tag: 'v3.0.0', draft: true, assets: [asset('draft.bin', 'draft')] }),
          ],
        },
      ],
      files: { 'https://downloads.example.com/x.bin': bytes, 'http://plain.example.com/y.bin': bytes },
    }),
  )
  client = createClient(fake)
})
afterEach(async () => {
  await client.close()
  await fake.stop()
})

async function signed(path = 'v1.0.0/tool.bin'): Promise<string> {
  return (await client.get(`${base}/releases/download/${path}`)).headers['location'] ?? ''
}

describe('a download by browser address', () => {
  test('is redirected to a signed address that has the bytes', async () => {
    const moved = await client.get(`${base}/releases/download/v1.0.0/tool.bin`)
    expect(moved.status).toBe(302)
    const url = new URL(moved.headers['location'] ?? '')
    expect(url.host).toBe('release-assets.githubusercontent.com')
    expect([url.searchParams.get('sp'), url.searchParams.get('sig')?.length]).toEqual(['r', 44])
    const answer = await client.get(url.href, { headers: {} })
    expect(answer).toMatchObject({ status: 200, text: '0123456789' })
    expect(answer.headers).toMatchObject({ 'content-length': '10', 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes' })
    expect(fake.unexpected()).toEqual([])
  })

  test.each([
    ['cli/v2.0.0/cli.bin', 'cli'],
    ['cli%2Fv2.0.0/cli.bin', 'cli'],
    ['v1.0.0/tool%2Bextra.bin', 'plus'],
    ['v1.0.0/tool+extra.bin', 'plus'],
  ])('knows %s', async (path, text) => {
    expect((await client.follow(`${base}/releases/download/${path}`)).text).toBe(text)
  })

  test('of the latest release goes to that release', async () => {
    expect((await client.get(`${base}/releases/latest/download/tool.bin`)).headers['location']).toBe(
      `${base}/releases/download/v1.0.0/tool.bin`,
    )
  })

  test('of a repository under an earlier name goes to the present one', async () => {
    expect((await client.get('https://github.com/old/tool/releases/download/v1.0.0/tool.bin')).headers['location']).toBe(
      `${base}/releases/download/v1.0.0/tool.bin`,
    )
  })

  test.each(['v1.0.0/none.bin', 'v9/tool.bin', 'v3.0.0/draft.bin'])('that is not there (%s) is a page with status 404', async (path) => {
    const answer = await client.get(`${base}/releases/download/${path}`)
    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
    expect(answer.text).toMatch(/^<!DOCTYPE html>/)
    expect(fake.unexpected()).toEqual([])
  })

  test('can be asked for without the body', async () => {
    const answer = await client.get(await signed(), { method: 'HEAD', headers: {} })
    expect([answer.status, answer.headers['content-length'], answer.body.length]).toEqual([200, '10', 0])
  })

  test('over http is sent to https', async () => {
    const answer = await client.get('http://github.com/acme/tool/releases/download/v1.0.0/tool.bin')
    expect([answer.status, answer.headers['location']]).toEqual([301, `${base}/releases/download/v1.0.0/tool.bin`])
  })
})

describe('the store', () => {
  test('refuses any Authorization', async () => {
    const answer = await client.get(await signed(), { headers: { authorization: 'Bearer x' } })
    expect([answer.status, answer.headers['x-ms-error-code']]).toEqual([400, 'InvalidAuthenticationInfo'])
  })

  test('refuses an address without its signature, or after its time', async () => {
    const url = new URL(await signed())
    url.searchParams.set('sig', 'forged')
    expect((await client.get(url.href, { headers: {} })).status).toBe(403)
    fake.world.signatureSeconds = -1
    expect((await client.get(await signed(), { headers: {} })).status).toBe(403)
  })

  test.each([
    ['bytes=4-', 206, '456789', 'bytes 4-9/10'],
    ['bytes=4-5', 206, '45', 'bytes 4-5/10'],
    ['bytes=4-99', 206, '456789', 'bytes 4-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=10-', 416, null, 'bytes */10'],
    ['bytes=1-2,4-5', 200, '0123456789', undefined],
    ['lines=1-2', 200, '0123456789', undefined],
  ])('answers %s with %i', async (range, status, text, contentRange) => {
    const answer = await client.get(await signed(), { headers: { range } })
    expect([answer.status, answer.headers['content-range']]).toEqual([status, contentRange])
    if (text !== null) expect([answer.text, answer.headers['content-length']]).toEqual([text, String(text.length)])
  })

  test('gives the rest only to who holds the tag of the same bytes', async () => {
    const url = await signed()
    const { etag = '' } = (await client.get(url, { headers: {} })).headers
    expect((await client.get(url, { headers: { range: 'bytes=4-', 'if-range': etag } })).status).toBe(206)
    const replaced = fake.world.repositories[0]?.releases[0]?.assets[0]
    if (replaced !== undefined) replaced.bytes = new TextEncoder().encode('9876543210')
    const answer = await client.get(url, { headers: { range: 'bytes=4-', 'if-range': etag } })
    expect([answer.status, answer.text]).toEqual([200, '9876543210'])
    expect(answer.headers['etag']).not.toBe(etag)
  })
})

describe('other addresses', () => {
  test('source archives come from codeload, where the world has them', async () => {
    const moved = await client.get(`${base}/archive/refs/tags/v1.0.0.tar.gz`)
    expect(moved.headers['location']).toBe('https://codeload.github.com/acme/tool/tar.gz/refs/tags/v1.0.0')
    expect((await client.follow(`${base}/archive/refs/tags/v1.0.0.tar.gz`)).text).toBe('source')
    expect((await client.follow(`${base}/archive/v1.0.0.tar.gz`)).text).toBe('source')
    expect((await client.follow(`${base}/archive/refs/tags/v9.tar.gz`)).status).toBe(404)
    expect(fake.unexpected()).toEqual([])
  })

  test('files of the world are served at their address, with ranges, over https and http', async () => {
    expect((await client.get('https://downloads.example.com/x.bin')).text).toBe('0123456789')
    expect((await client.get('https://downloads.example.com/x.bin', { headers: { range: 'bytes=8-' } })).text).toBe('89')
    expect((await client.get('http://plain.example.com/y.bin')).text).toBe('0123456789')
    expect((await client.get('https://downloads.example.com/none.bin')).status).toBe(404)
    expect(fake.unexpected()).toEqual(['GET https://downloads.example.com/none.bin'])
  })

  test('pages for people are not there, and the log says that they were asked for', async () => {
    expect((await client.get(`${base}/releases`)).status).toBe(404)
    expect((await client.get('https://release-assets.githubusercontent.com/guess')).status).toBe(404)
    expect(fake.unexpected()).toEqual([`GET ${base}/releases`, 'GET https://release-assets.githubusercontent.com/guess'])
  })
})
