// What can go wrong with the files themselves, and with others who write them: nothing is lost, and what is refused is as it was.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, lstatSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createWorld } from '../fake-github/world.ts'
import { type Workshop, contents, openWorkshop, program } from './program.ts'
import { linux, pinnedAt, store, usualWorld } from './scene.ts'

let workshop: Workshop
const mounted: string[] = []

beforeAll(async () => {
  workshop = await openWorkshop()
})
afterEach(() => {
  for (const folder of mounted.splice(0)) spawnSync('umount', ['-l', folder])
  workshop.fake.world.faults.length = 0
})
afterAll(() => workshop.close())

const [old, next] = [pinnedAt('v1.0.0'), pinnedAt('v1.1.0')]
const update = ['update', 'cue', '--retries', '0']

/** A small file system of its own; null where mounting is not permitted. */
function mount(folder: string, options: string): boolean {
  mkdirSync(folder, { recursive: true })
  const done = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0
  if (done) mounted.push(folder)
  return done
}

describe('the file', () => {
  test('with CRLF keeps it', async () => {
    const folder = await workshop.folder({ 'cue.nix': pinnedAt('v1.0.0', '\r\n') })
    expect((await workshop.run(folder, update)).code).toBe(0)
    expect(await contents(folder)).toEqual({ 'cue.nix': pinnedAt('v1.1.0', '\r\n') })
  })

  test('with a byte order mark keeps it', async () => {
    const folder = await workshop.folder({ 'cue.nix': `\u{feff}${old}` })
    const { code } = await workshop.run(folder, update)
    // Nix itself refuses such a file; whatever is made of it, the mark stays.
    expect((await contents(folder))['cue.nix']).toBe(`\u{feff}${code === 0 ? next : old}`)
  })

  test.each(['600', '644', '664', '755'])('of mode %s keeps it', async (octal) => {
    const mode = Number.parseInt(octal, 8)
    const folder = await workshop.folder({ 'cue.nix': old })
    chmodSync(join(folder, 'cue.nix'), mode)
    expect((await workshop.run(folder, update)).code).toBe(0)
    expect([statSync(join(folder, 'cue.nix')).mode & 0o7777, await contents(folder)]).toEqual([mode, { 'cue.nix': next }])
  })

  test('that is a link stays one, and what it leads to is written', async () => {
    const folder = await workshop.folder({})
    mkdirSync(join(folder, 'data'))
    writeFileSync(join(folder, 'data', 'real.nix'), old)
    symlinkSync('data/real.nix', join(folder, 'cue.nix'))
    expect((await workshop.run(folder, update)).code).toBe(0)
    expect([lstatSync(join(folder, 'cue.nix')).isSymbolicLink(), readFileSync(join(folder, 'data', 'real.nix'), 'utf8')]).toEqual([
      true,
      next,
    ])
    expect([readdirSync(folder).toSorted(), readdirSync(join(folder, 'data'))]).toEqual([['cue.nix', 'data'], ['real.nix']])
  })

  test('that is read-only is refused', async () => {
    const folder = await workshop.folder({ 'cue.nix': old })
    chmodSync(join(folder, 'cue.nix'), 0o444)
    const { code, shown } = await workshop.run(folder, update)
    expect([code, await contents(folder)]).toEqual([2, { 'cue.nix': old }])
    expect(shown).toMatch(/Could not write cue\.nix: it is read-only; nothing was written/)
  })

  test('that somebody edits during the download is theirs', async () => {
    workshop.fake.world.faults.push({ host: store, asset: linux, fault: { kind: 'slow', bytesPerSecond: 150_000 } })
    const folder = await workshop.folder({ 'cue.nix': old })
    const ran = workshop.run(folder, update)
    while (workshop.fake.requests.findLast(({ host }) => host === store)?.endedAt !== null) await wait(10)
    writeFileSync(join(folder, 'cue.nix'), `# mine\n${old}`)
    const { code, shown } = await ran
    expect([code, await contents(folder)]).toEqual([2, { 'cue.nix': `# mine\n${old}` }])
    expect(shown).toMatch(/it has changed since it was read; nothing was written, run again/)
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('is not written after %s', async (signal, expected) => {
    workshop.fake.world.faults.push({ host: store, asset: linux, fault: { kind: 'stall', after: 1000 } })
    const folder = await workshop.folder({ 'cue.nix': old })
    const before = workshop.fake.requests.length
    const { code } = await workshop.run(folder, update, (child) => {
      const timer = setInterval(() => {
        if (!workshop.fake.requests.slice(before).some(({ host }) => host === store)) return
        clearInterval(timer)
        child.kill(signal)
      }, 10)
    })
    expect([code, await contents(folder)]).toEqual([expected, { 'cue.nix': old }])
  })
})

describe('a full disk', () => {
  test('is told, and nothing is written', async (context) => {
    const folder = join(await workshop.folder({}), 'small')
    if (!mount(folder, 'size=32k')) return context.skip('mounting is not permitted here')
    await workshop.folder({ 'cue.nix': old }, folder)
    // To the last byte that there is room for.
    for (let piece = 16_384; piece >= 1; piece >>= 1)
      try {
        for (;;) writeFileSync(join(folder, 'filler'), Buffer.alloc(piece), { flag: 'a' })
      } catch {
        // Full for a piece of this size.
      }
    const filler = statSync(join(folder, 'filler')).size
    const { code, shown } = await workshop.run(folder, update, undefined, { XDG_CACHE_HOME: folder, GITHUB_TOKEN: '' })
    expect(code).toBe(2)
    expect(shown).toMatch(/Could not write cue\.nix: no space is left on the device; nothing was written/)
    expect([readFileSync(join(folder, 'cue.nix'), 'utf8'), readdirSync(folder).toSorted(), statSync(join(folder, 'filler')).size]).toEqual([
      old,
      ['cue.nix', 'filler'],
      filler,
    ])
  })

  test('below the cache changes nothing but the speed', async (context) => {
    const cache = join(await workshop.folder({}), 'cache')
    if (!mount(cache, 'size=4k,nr_inodes=2')) return context.skip('mounting is not permitted here')
    Object.assign(workshop.fake.world, createWorld({ ...usualWorld(), proxyCredentials: null, tokens: { t0ken: {} } }))
    const folder = await workshop.folder({ 'cue.nix': old })
    const { code } = await workshop.run(folder, update, undefined, { XDG_CACHE_HOME: cache, GITHUB_TOKEN: 't0ken' })
    expect([code, await contents(folder)]).toEqual([0, { 'cue.nix': next }])
  })
})

describe('a folder that cannot be written', () => {
  test('is told, and nothing is written', async (context) => {
    const folder = join(await workshop.folder({}), 'fixed')
    if (process.getuid?.() === 0) {
      if (!mount(folder, 'size=1m')) return context.skip('mounting is not permitted here, and root may write everywhere')
      await workshop.folder({ 'cue.nix': old }, folder)
      spawnSync('mount', ['-o', 'remount,ro', folder])
    } else {
      await workshop.folder({ 'cue.nix': old }, folder)
      chmodSync(folder, 0o555)
    }
    const { code, shown } = await workshop.run(folder, update)
    chmodUnlessFixed(folder)
    expect([code, await contents(folder)]).toEqual([2, { 'cue.nix': old }])
    expect(shown).toMatch(/Could not write cue\.nix: (?:the file system is read-only|permission denied); nothing was written/)
  })
})

function chmodUnlessFixed(folder: string): void {
  if (process.getuid?.() !== 0) chmodSync(folder, 0o755)
}

describe('two runs at once', () => {
  const two = `{ fetchurl }:\n{\n  one = (${old.trim()}) { inherit fetchurl; };\n  two = (${old.trim().replaceAll('cue-lang/cue', 'cue-lang/two')}) { inherit fetchurl; };\n}\n`

  test('both results are in the file, or one run is refused', { timeout: 60_000 }, async () => {
    const world = usualWorld()
    const [repository] = world.repositories
    Object.assign(
      workshop.fake.world,
      createWorld({ ...world, quota: null, proxyCredentials: null, repositories: [repository!, { ...repository!, name: 'two' }] }),
    )
    const seen = { both: 0, one: 0 }
    for (let round = 0; round < 10; round++) {
      const folder = await workshop.folder({ 'both.nix': two })
      const ends = await Promise.all(['cue', 'two'].map((pin) => workshop.run(folder, ['update', pin, 'v1.1.0', '--no-cache', '--json'])))
      const [text = ''] = Object.values(await contents(folder)).map(String)
      expect(Object.keys(await contents(folder))).toEqual(['both.nix'])
      const halves = [text.slice(0, text.indexOf('two =')), text.slice(text.indexOf('two ='))]
      for (const [i, { code, shown }] of ends.entries()) {
        expect(halves[i]?.includes('v1.1.0'), shown).toBe(code === 0)
        if (code !== 0) expect(shown).toContain('"changed-file"')
      }
      const won = ends.filter(({ code }) => code === 0).length
      expect(won).toBeGreaterThan(0)
      seen[won === 2 ? 'both' : 'one']++
    }
    console.log(`10 rounds of two updates of one file: ${seen.both} times both, ${seen.one} times one was refused`)
  })

  test('many writers lose nothing', { timeout: 60_000 }, async () => {
    const folder = await workshop.folder({ 'count.nix': '0' })
    const [writers, times] = [4, 40]
    const built = pathToFileURL(join(dirname(program), 'index.js')).href
    const script = `
      import { repositoryFiles } from ${JSON.stringify(built)}
      const isAlive = (id) => { try { return process.kill(id, 0) } catch (error) { return error.code === 'EPERM' } }
      const files = repositoryFiles(${JSON.stringify(folder)}, { id: process.pid, isAlive })
      for (let done = 0; done < ${times}; ) {
        const before = files.read('count.nix').text
        try {
          await files.write([{ path: 'count.nix', before, after: String(Number(before) + 1) }])
          done++
        } catch (error) {
          if (error.code !== 'changed-file') throw error
        }
      }`
    const codes = await Promise.all(
      Array.from(
        { length: writers },
        () =>
          new Promise<number | null>((resolve, reject) => {
            const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'inherit', 'inherit'] })
            child.on('error', reject)
            child.on('close', resolve)
          }),
      ),
    )
    expect(codes).toEqual(Array.from({ length: writers }, () => 0))
    expect(await contents(folder)).toEqual({ 'count.nix': String(writers * times) })
  })
})
