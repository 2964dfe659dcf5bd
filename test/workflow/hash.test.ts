import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { InputError, InterruptedError, NetworkError } from '../../src/core/errors.ts'
import type { Algorithm } from '../../src/core/digest.ts'
import { convertHashes } from '../../src/workflow/convert.ts'
import { hashInputs, usualFormat } from '../../src/workflow/hash.ts'
import type { HashContext, HashOptions } from '../../src/workflow/hash.ts'
import type { Wanted } from '../../src/workflow/ports.ts'

const options: HashOptions = { algorithm: 'sha256', format: 'hex', expected: null, unpack: false }

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Every URL and file holds its own name; what has `broken` in it fails. `most` is how many ran at once. */
function context(jobs = 8, signal = new AbortController().signal): HashContext & { readonly asked: string[]; most: number } {
  let running = 0
  const asked: string[] = []
  const fake = {
    asked,
    most: 0,
    jobs,
    signal,
    progress: { begin: () => undefined, advance: () => undefined, end: () => undefined },
    downloads: {
      text: () => Promise.reject(new Error('nobody asks for text')),
      async digest(url: string, { algorithms }: { algorithms: readonly Algorithm[] }) {
        asked.push(url)
        fake.most = Math.max(fake.most, ++running)
        await new Promise((resolve) => setTimeout(resolve, url.length % 7))
        running--
        if (url.includes('broken')) throw new NetworkError('timeout', `${url} stalled`)
        return {
          size: url.length,
          digests: new Map(
            algorithms.map((algorithm) => [algorithm, { algorithm, bytes: new Uint8Array(createHash(algorithm).update(url).digest()) }]),
          ),
        }
      },
    },
    async *open(file: string) {
      asked.push(file)
      if (file.includes('broken')) throw new InputError('unreadable-file', `${file} is broken`)
      for (const letter of file) yield Buffer.from(letter)
    },
  }
  return fake
}

describe('hashing', () => {
  it('gives URLs, files and standard input in the order given', async () => {
    const inputs = ['https://example.org/long-one', 'b', 'http://a', '-']
    const { hashes } = await hashInputs(context(), inputs, options)
    expect(hashes).toEqual(inputs.map((input) => ({ input, hash: sha256(input), size: input.length })))
  })

  it('fetches each distinct input once, as many at a time as allowed', async () => {
    const fake = context(3)
    const urls = Array.from({ length: 20 }, (_, i) => `https://example.org/${i % 10}`)
    const { hashes } = await hashInputs(fake, urls, options)
    expect(hashes.map(({ input }) => input)).toEqual(urls)
    expect([...fake.asked].sort()).toEqual([...new Set(urls)].sort())
    expect(fake.most).toBe(3)
  })

  it('gives a reason for what fails and goes on', async () => {
    const { hashes } = await hashInputs(context(), ['https://broken', 'broken', 'ftp://a', 'https://', 'fine'], options)
    expect(hashes.map(({ hash, reason }) => reason?.code ?? hash)).toEqual(['timeout', 'unreadable-file', 'usage', 'usage', sha256('fine')])
  })

  it('says both hashes where another one was expected', async () => {
    const expected = { algorithm: 'sha256' as const, bytes: new Uint8Array(createHash('sha256').update('a').digest()) }
    const { hashes } = await hashInputs(context(), ['a', 'b'], { ...options, expected })
    expect(hashes[0]).toEqual({ input: 'a', hash: sha256('a'), size: 1 })
    expect(hashes[1]?.reason).toEqual({ code: 'hash-differs', message: `b does not have the hash ${sha256('a')}; it has ${sha256('b')}` })
  })

  it('lets interruptions and bugs through', async () => {
    await expect(hashInputs(context(8, AbortSignal.abort()), ['a'], options)).rejects.toBeInstanceOf(InterruptedError)
    const fake = context()
    await expect(hashInputs({ ...fake, open: () => undefined as never }, ['a'], options)).rejects.toBeInstanceOf(TypeError)
  })

  it('prints md5 in hex as nix-prefetch-url does, the others in nix32', () => {
    expect((['md5', 'sha1', 'sha256', 'sha512'] as const).map(usualFormat)).toEqual(['hex', 'nix32', 'nix32', 'nix32'])
  })
})

describe('unpacking', () => {
  const archive = (name: string): Buffer => readFileSync(new URL(`../../fixtures/archive/${name}`, import.meta.url))
  // As recorded from Nix.
  const expected = '02in4kxqyid4jkbg15r8fw9cd4n1gas257rwpy7rj8svy2rwl4vi'
  const unpack: HashOptions = { ...options, format: 'nix32', unpack: true }

  /** Every URL and file is the fixture that its name ends with. */
  function archives(signal = new AbortController().signal): HashContext & { written: number } {
    const fake = {
      ...context(8, signal),
      written: 0,
      downloads: {
        text: () => Promise.reject(new Error('nobody asks for text')),
        async digest(url: string, { sink }: Wanted) {
          const bytes = archive(url.slice(url.lastIndexOf('/') + 1))
          // What came first was void.
          await sink?.write(bytes.subarray(0, 100))
          await sink?.restart()
          for (let at = 0; at < bytes.length; at += 600) {
            await sink?.write(bytes.subarray(at, at + 600))
            fake.written += 1
          }
          return { size: bytes.length, digests: new Map() }
        },
      },
      async *open(file: string) {
        yield file === '-' ? archive('info-zip.zip') : archive(file)
      },
    }
    return fake
  }

  it('gives URLs, files and standard input, with the size of what was read', async () => {
    const { hashes } = await hashInputs(archives(), ['https://example.org/gnu.tar.gz', 'gnu.tar.bz2', '-'], unpack)
    expect(hashes.map(({ hash, size }) => ({ hash, size }))).toEqual(
      ['gnu.tar.gz', 'gnu.tar.bz2', 'info-zip.zip'].map((name) => ({ hash: expected, size: archive(name).length })),
    )
  })

  it('stops a download where it is no archive, with the reason', async () => {
    const fake = archives()
    const { hashes } = await hashInputs(fake, ['https://example.org/expected.json'], unpack)
    expect(hashes[0]).toMatchObject({
      hash: null,
      reason: { code: 'bad-archive', message: expect.stringContaining('expected.json: it is neither a zip nor a tar') },
    })
    expect(fake.written).toBeLessThan(4)
  })

  it('takes an interruption for one, and no bad archive', async () => {
    const stop = new AbortController()
    const fake = archives(stop.signal)
    const cut = {
      ...fake,
      async *open(file: string) {
        yield archive(file).subarray(0, 700)
        stop.abort()
        throw new Error('aborted')
      },
    }
    await expect(hashInputs(cut, ['gnu.tar.gz'], unpack)).rejects.toBeInstanceOf(InterruptedError)
  })
})

describe('converting', () => {
  // Of the empty text.
  const sri = 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
  const nix32 = '0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73'
  it('gives each hash in the spelling asked for, or a reason', () => {
    const { hashes } = convertHashes([nix32, 'zz', sri, `sha256:${nix32}`], 'sri', null)
    expect(hashes.map(({ hash, reason }) => reason?.code ?? hash)).toEqual([sri, 'bad-hash', sri, sri])
    expect(convertHashes([sri], 'nix32', null).hashes[0]?.hash).toBe(nix32)
  })
  it('decides by the algorithm what the length leaves open', () => {
    const open = '0'.repeat(32)
    expect(
      [null, 'md5' as const, 'sha1' as const].map((algorithm) => convertHashes([open], 'hex', algorithm).hashes[0]?.hash?.length),
    ).toEqual([undefined, 32, 40])
  })
})
