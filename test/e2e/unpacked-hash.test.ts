// pinhash hash --unpack: addresses, files and standard input; nothing is left behind, and memory does not grow with what is unpacked.
import { mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeTar } from '../archive/make-tar.ts'
import { type Lab, openLab } from './lab.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(async () => lab.close())

const fixture = (name: string): Buffer => readFileSync(new URL(`../../fixtures/archive/${name}`, import.meta.url))
const recorded = JSON.parse(fixture('expected.json').toString()) as { file: string; prefetch: string }[]
const url = (name: string): string => `https://example.org/${name}`

/** A file of a size given, all zeros, in a tar.gz that is small. */
function zeros(size: number): Buffer {
  const part = 50 * 2 ** 20
  const whole = makeTar([{ name: 'top/zeros', size }])
  const packed = gzipSync(Buffer.alloc(part), { level: 1 })
  return Buffer.concat([
    gzipSync(whole.subarray(0, 512)),
    ...Array.from({ length: size / part }, () => packed),
    gzipSync(whole.subarray(512)),
  ])
}

describe('hash --unpack', () => {
  it('prints for addresses, files and standard input what nix-prefetch-url --unpack does', async () => {
    const names = recorded.map(({ file }) => file).filter((name) => name !== 'gnu.tar.zst')
    const folder = await lab.stage(
      { files: Object.fromEntries(names.map((name) => [url(name), fixture(name)])) },
      { 'gnu.tar.zst': fixture('gnu.tar.zst') },
    )
    const said = Object.fromEntries(recorded.map(({ file, prefetch }) => [file, prefetch]))
    const { code, stdout } = await lab.run(folder, ['hash', '--unpack', ...names.map(url), 'gnu.tar.zst', '-'], {
      input: fixture('info-zip.zip'),
    })
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n')).toEqual([
      ...names.map((name) => `${said[name]}  ${url(name)}`),
      `${said['gnu.tar.zst']}  gnu.tar.zst`,
      `${said['info-zip.zip']}  -`,
    ])
  })

  it('says for each input why not, goes on, and ends with 2', async () => {
    const folder = await lab.stage(
      { files: { [url('page.zip')]: Buffer.alloc(5000, 'x') } },
      { 'cut.tar.xz': fixture('gnu.tar.xz').subarray(0, 900), 'plain.tar': fixture('plain.tar') },
    )
    const { code, stdout, stderr } = await lab.run(folder, ['hash', '--unpack', url('page.zip'), 'cut.tar.xz', 'plain.tar', '-'], {
      input: 'not an archive',
    })
    expect(code).toBe(2)
    expect(stdout).toContain(recorded.find(({ file }) => file === 'plain.tar')!.prefetch)
    for (const sentence of [
      'Could not unpack page.zip: it is neither',
      'Could not unpack cut.tar.xz: its xz data cannot be read: it is damaged or cut short',
      'Could not unpack standard input: it is neither',
    ])
      expect(stderr).toContain(sentence)
  })

  it('compares with --expect', async () => {
    const folder = await lab.stage({}, { a: fixture('gnu.tar.gz') })
    const { prefetch } = recorded.find(({ file }) => file === 'gnu.tar.gz')!
    expect((await lab.run(folder, ['hash', '--unpack', '--expect', prefetch, 'a'])).code).toBe(0)
    expect((await lab.run(folder, ['hash', '--expect', prefetch, 'a'])).code).toBe(1)
  })

  it('stops a download at once that is no archive', async () => {
    const folder = await lab.stage(
      { files: { [url('huge.tar')]: { generate: 200_000_000, seed: 'x' } }, network: { latency: 0, bytesPerSecond: 2_000_000 } },
      {},
    )
    const started = performance.now()
    const { code, stderr } = await lab.run(folder, ['hash', '--unpack', url('huge.tar')])
    expect(code).toBe(2)
    expect(stderr).toContain('Could not unpack huge.tar: it is neither a zip nor a tar')
    expect(performance.now() - started).toBeLessThan(20_000)
    expect(lab.fake.requests.map(({ sent }) => sent < 20_000_000)).toEqual([true])
  })

  it('begins again where the server does not go on', async () => {
    const folder = await lab.stage(
      {
        files: { [url('a.tar.gz')]: fixture('gnu.tar.gz') },
        faults: [{ path: '/a.tar.gz', times: 1, fault: { kind: 'truncate', after: 300 } }],
      },
      {},
    )
    const { code, stdout } = await lab.run(folder, ['hash', '--unpack', url('a.tar.gz')])
    expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: recorded.find(({ file }) => file === 'gnu.tar.gz')!.prefetch })
    expect(lab.fake.requests.length).toBe(2)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves nothing behind when it is interrupted by %s', async (signal) => {
    const bytes = Buffer.concat([makeTar([{ name: 'top/a', size: 400_000_000 }]).subarray(0, 512), Buffer.alloc(40_000_000, 'x')])
    const folder = await lab.stage({ files: { [url('slow.tar')]: bytes }, network: { latency: 0, bytesPerSecond: 3_000_000 } }, {})
    const temporary = join(folder, 'temporary')
    mkdirSync(temporary)
    const { code, stdout } = await lab.spawn(folder, ['hash', '--unpack', url('slow.tar')], {
      env: { TMPDIR: temporary },
      during: (child) => {
        const watch = setInterval(() => {
          if (!lab.fake.requests.some(({ sent }) => sent > 2_000_000)) return
          clearInterval(watch)
          child.kill(signal)
        }, 20)
      },
    })
    expect({ code, stdout }).toEqual({ code: signal === 'SIGINT' ? 130 : 143, stdout: '' })
    expect(readdirSync(temporary)).toEqual([])
  })

  it('needs no more memory for a large archive, and gives the disk back', async () => {
    const size = 300 * 2 ** 20
    const folder = await lab.stage({ files: { [url('large.tar.gz')]: zeros(size) } }, {})
    const temporary = join(folder, 'temporary')
    mkdirSync(temporary)
    let peak = 0
    const { code, stdout } = await lab.spawn(folder, ['hash', '--unpack', url('large.tar.gz')], {
      env: { TMPDIR: temporary },
      during: ({ pid }) => {
        const watch = setInterval(() => {
          try {
            const status = readFileSync(`/proc/${pid}/status`, 'utf8')
            peak = Math.max(peak, Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? 0))
          } catch {
            clearInterval(watch)
          }
        }, 20)
      },
    })
    expect(code).toBe(0)
    // What nix-hash says of a folder with such a file.
    expect(stdout.trim()).toBe('02ajxny22z9rjpgmflbcxbc7kyvivkkw18lyyraa66c6ydx195pb')
    expect(peak / 1024).toBeLessThan(200)
    expect(readdirSync(temporary)).toEqual([])
  })
})
