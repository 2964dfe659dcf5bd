import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { InterruptedError, NetworkError } from '../../src/core/errors.ts'
import type { Asset, Release } from '../../src/core/release.ts'
import { evidence, type Gathered } from '../../src/forge/evidence.ts'

const hex = (text: string): string => createHash('sha256').update(text).digest('hex')

function assetOf(name: string, more: Partial<Asset> = {}): Asset {
  return { name, url: `web:${name}`, apiUrl: `api:${name}`, state: 'uploaded', size: 1, digest: null, updatedAt: null, ...more }
}

function releaseOf(...assets: Asset[]): Release {
  return { tag: 'v1', draft: false, prerelease: false, immutable: false, publishedAt: null, assets }
}

/** Downloads whose texts are these; an Error is thrown, what is not named is not found. */
function texts(given: Record<string, string | Error>): { asked: string[]; text: (url: string) => Promise<string> } {
  const asked: string[] = []
  return {
    asked,
    text: async (url) => {
      asked.push(url)
      const found = given[url] ?? new NetworkError('not-found', `GET ${url} was answered with status 404`)
      if (found instanceof Error) throw found
      return found
    },
  }
}

function told({ expected, unavailable, contradictory }: Gathered): unknown {
  return {
    expected: expected.map(({ source, digest }) => [source, Buffer.from(digest.bytes).toString('hex')]),
    unavailable: unavailable.map(({ source }) => source),
    contradictory: contradictory.map(({ source }) => source),
  }
}

describe('evidence', () => {
  it('gathers the forge, the sidecar and the list, in this order', async () => {
    const digest = { algorithm: 'sha256', bytes: new Uint8Array(32) } as const
    const release = releaseOf(assetOf('checksums.txt'), assetOf('t.zip', { digest }), assetOf('t.zip.sha256'))
    const port = texts({ 'web:checksums.txt': `${hex('list')}  t.zip`, 'web:t.zip.sha256': hex('sidecar') })
    expect(told(await evidence(port).gather(release, 't.zip'))).toEqual({
      expected: [
        ['digest', '0'.repeat(64)],
        ['t.zip.sha256', hex('sidecar')],
        ['checksums.txt', hex('list')],
      ],
      unavailable: [],
      contradictory: [],
    })
  })

  it('has none for a lone asset, and for an asset that is not there', async () => {
    const port = texts({})
    const release = releaseOf(assetOf('t.zip'))
    const none = { expected: [], unavailable: [], contradictory: [] }
    expect(await evidence(port).gather(release, 't.zip')).toEqual(none)
    expect(await evidence(port).gather(releaseOf(assetOf('checksums.txt')), 't.zip')).toEqual(none)
    expect(port.asked).toEqual([])
  })

  it('reads a list once for all assets', async () => {
    const release = releaseOf(assetOf('a'), assetOf('b'), assetOf('checksums.txt'))
    const port = texts({ 'web:checksums.txt': `${hex('a')}  a\n${hex('b')}  b` })
    const { gather } = evidence(port)
    const found = await Promise.all([gather(release, 'a'), gather(release, 'b'), gather(release, 'a')])
    expect(found.map(({ expected }) => expected.length)).toEqual([1, 1, 1])
    expect(port.asked).toEqual(['web:checksums.txt'])
  })

  it('says that a file was unavailable, which is not absent', async () => {
    const release = releaseOf(assetOf('a'), assetOf('checksums.txt'))
    const port = texts({ 'web:checksums.txt': new NetworkError('timeout', 'GET web:checksums.txt failed: it stalled') })
    const found = await evidence(port).gather(release, 'a')
    expect(told(found)).toEqual({ expected: [], unavailable: ['checksums.txt'], contradictory: [] })
    expect(found.unavailable[0]?.message).toMatch(/^checksums\.txt could not be read: .*stalled$/)
  })

  it('reads a private file through the API', async () => {
    const release = releaseOf(assetOf('a'), assetOf('checksums.txt'))
    const port = texts({ 'api:checksums.txt': `${hex('a')}  a` })
    expect((await evidence(port).gather(release, 'a')).expected).toHaveLength(1)
    expect(port.asked).toEqual(['web:checksums.txt', 'api:checksums.txt'])
  })

  it('counts neither of two lines that differ', async () => {
    const release = releaseOf(assetOf('a'), assetOf('checksums.txt'))
    const port = texts({ 'web:checksums.txt': `${hex('1')}  a\n${hex('2')}  a` })
    expect(told(await evidence(port).gather(release, 'a'))).toEqual({ expected: [], unavailable: [], contradictory: ['checksums.txt'] })
  })

  it.each<[string, string, string, string[]]>([
    ['a sidecar that names something else', 'a.sha256', `${hex('a')}  binary`, ['a.sha256']],
    ['a sidecar of another algorithm', 'a.sha256', 'f'.repeat(128), ['a.sha256']],
    ['a list without any checksum that is known', 'checksums.txt', `a: ${hex('a')}`, ['checksums.txt']],
    ['a list that names other files', 'checksums.txt', `${hex('b')}  b`, []],
    ['a file of a part of the name', 'to.sha256sum', `${hex('b')}  b`, []],
  ])('tells what is not understood from what is absent: %s', async (_, file, text, unavailable) => {
    const release = releaseOf(assetOf('a'), assetOf('tool'), assetOf(file))
    const name = file.startsWith('to') ? 'tool' : 'a'
    const found = await evidence(texts({ [`web:${file}`]: text })).gather(release, name)
    expect(told(found)).toEqual({ expected: [], unavailable, contradictory: [] })
    expect(found.unavailable.every(({ message }) => message.includes(`says nothing of ${name} that is understood`))).toBe(true)
  })

  it('tells a digest in a form that is not known from an absent one', async () => {
    const release = releaseOf(assetOf('a', { oddDigest: true }))
    expect(told(await evidence(texts({})).gather(release, 'a'))).toEqual({ expected: [], unavailable: ['digest'], contradictory: [] })
  })

  it('gathers both sums of a list that has both', async () => {
    const sha512 = createHash('sha512').update('a').digest('hex')
    const release = releaseOf(assetOf('a'), assetOf('checksums.txt'))
    const port = texts({ 'web:checksums.txt': `${hex('a')}  a\n${sha512}  a` })
    expect(told(await evidence(port).gather(release, 'a'))).toMatchObject({
      expected: [
        ['checksums.txt', hex('a')],
        ['checksums.txt', sha512],
      ],
    })
  })

  it('lets everything but the network pass', async () => {
    const release = releaseOf(assetOf('a'), assetOf('checksums.txt'))
    const port = texts({ 'web:checksums.txt': new InterruptedError('stopped') })
    await expect(evidence(port).gather(release, 'a')).rejects.toBeInstanceOf(InterruptedError)
  })
})
