import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { AbsentError, NetworkError } from '../../src/core/errors.ts'
import type { Clock } from '../../src/download/attempts.ts'
import { sender } from '../../src/download/send.ts'
import { networkSettings } from '../../src/download/settings.ts'
import { answerCache } from '../../src/forge/answer-cache.ts'
import type { BundleSource } from '../../src/forge/attestation-bundles.ts'
import { github } from '../../src/forge/github.ts'
import { bundleHost } from '../fake-github/attestations.ts'
import { type Fake, startFakeGitHub } from '../fake-github/fake-github.ts'
import { createQuota, createWorld, type FakeAttestation, type World } from '../fake-github/world.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

const clock: Clock = { now: () => Date.parse('2026-08-01T12:00:00Z'), random: () => 0, sleep: async () => {} }
const cue = { server: 'github.com', org: 'cue-lang', name: 'cue' }
const hex = 'ab'.repeat(32)
const token = 'ghp_secret'

async function start(attestations: FakeAttestation[], world: Partial<World> = {}): Promise<{ fake: Fake; source: BundleSource }> {
  const repositories = [{ org: 'cue-lang', name: 'cue', releases: [], attestations }]
  const fake = await startFakeGitHub(createWorld({ repositories, tokens: { [token]: { quota: createQuota(5000) } }, ...world }))
  const folder = dirname(fake.caFile)
  const netrc = join(folder, 'netrc')
  await writeFile(netrc, `machine ${bundleHost} login someone password secret\ndefault login anyone password secret\n`)
  const settings = networkSettings({ ...fake.env, GITHUB_TOKEN: token, NETRC: netrc })
  const own = sender(settings)
  open.push(own.close, fake.stop)
  return { fake, source: github({ send: own.send, settings, clock, cache: answerCache(join(folder, 'cache')) }) }
}

const bundle = { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', filler: 'x'.repeat(500) }
const attestation = (more: Partial<FakeAttestation> = {}): FakeAttestation => ({ digest: hex, bundle, ...more })

describe('bundles', () => {
  it('are none where the forge says 404, at the price of one request', async () => {
    const { fake, source } = await start([attestation({ digest: 'cd'.repeat(32) })])
    expect(await source.bundles(cue, hex)).toEqual([])
    expect(fake.requests.map(({ path, status }) => [path, status])).toEqual([
      [`/repos/cue-lang/cue/attestations/sha256:${hex}?per_page=100`, 404],
    ])
  })

  it.each(['inline', 'block', 'frames', 'json'] as const)('come %s', async (how) => {
    const { fake, source } = await start([attestation({ how })])
    expect(await source.bundles(cue, hex)).toEqual([{ ok: true, json: bundle }])
    expect(fake.unexpected()).toEqual([])
    expect(fake.requests).toHaveLength(how === 'inline' ? 1 : 2)
  })

  it('come without any credential, from an address that carries its own', async () => {
    const { fake, source } = await start([attestation()])
    await source.bundles(cue, hex)
    const [list, store] = fake.requests
    expect(list?.headers['authorization']).toBe(`Bearer ${token}`)
    expect(store?.host).toBe(bundleHost)
    expect(store?.headers).not.toHaveProperty('authorization')
  })

  it('come without any credential even from the API itself', async () => {
    const { fake, source } = await start([attestation({ address: 'https://api.github.com/repos/cue-lang/cue?bundle' })])
    await source.bundles(cue, hex)
    expect(fake.requests[1]?.path).toBe('/repos/cue-lang/cue?bundle')
    expect(fake.requests[1]?.headers).not.toHaveProperty('authorization')
  })

  it('are asked for once, and kept in no file', async () => {
    const { fake, source } = await start([attestation()])
    await Promise.all([source.bundles(cue, hex), source.bundles(cue, hex)])
    expect(fake.requests).toHaveLength(2)
    expect(existsSync(join(dirname(fake.caFile), 'cache'))).toBe(false)
  })

  it('come from all pages', async () => {
    const all = Array.from({ length: 230 }, (_, i) => attestation({ how: 'inline', bundle: { i } }))
    const { fake, source } = await start(all)
    expect(await source.bundles(cue, hex)).toEqual(all.map((each) => ({ ok: true, json: each.bundle })))
    expect(fake.requests).toHaveLength(3)
    expect(fake.unexpected()).toEqual([])
  })

  it('end after ten pages with an error', async () => {
    const { source } = await start(Array.from({ length: 1001 }, () => attestation({ how: 'inline', bundle: {} })))
    await expect(source.bundles(cue, hex)).rejects.toMatchObject({
      code: 'bad-answer',
      message: expect.stringContaining('more than 10 pages') as string,
    })
  })

  it.each<readonly [string, FakeAttestation, RegExp]>([
    ['is on plain http', attestation({ address: `http://${bundleHost}/x` }), /no https address/],
    ['is no address', attestation({ address: 'file:///etc/passwd' }), /no https address/],
    ['is not there', attestation({ address: `https://${bundleHost}/attestations/1/9.json.sn?sig=no` }), /403/],
    ['holds no JSON', attestation({ address: 'https://files.example/x' }), /it is no JSON/],
    ['holds a broken block', attestation({ address: 'https://files.example/y' }), /packed data/],
  ])('are told one by one where an address %s, without its signature', async (_, broken, says) => {
    const files = { 'https://files.example/x': new TextEncoder().encode('{'), 'https://files.example/y': Uint8Array.of(9, 9, 9) }
    const { source } = await start([broken, attestation({ how: 'inline' })], { files })
    const [first, second] = await source.bundles(cue, hex)
    expect(first).toMatchObject({ ok: false, message: expect.stringMatching(says) as string })
    expect(first?.ok === false && first.message).not.toMatch(/sig=|\?/)
    expect(second).toEqual({ ok: true, json: bundle })
  })

  it.each([
    ['an error', 500, 'server-error'],
    ['no right to see them', 403, 'forbidden'],
  ])('are unknown, not none, where the forge answers with %s', async (_, status, code) => {
    const { source } = await start([attestation()], { faults: [{ host: 'api.github.com', fault: { kind: 'status', status } }] })
    const error = await source.bundles(cue, hex).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(NetworkError)
    expect(error).toMatchObject({ code })
  })

  it('are unknown where the list has another form', async () => {
    const { source } = await start([attestation()], { faults: [{ host: 'api.github.com', fault: { kind: 'status', status: 200 } }] })
    await expect(source.bundles(cue, hex)).rejects.toMatchObject({ code: 'bad-answer' })
  })

  it('refuse a name that is no part of a path', async () => {
    const { source } = await start([])
    await expect(source.bundles({ ...cue, name: '..' }, hex)).rejects.toBeInstanceOf(AbsentError)
  })
})
