import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hexDigest } from './bytes.ts'
import { type Fake, startFakeGitHub } from './fake-github.ts'
import { asset, createWorld, release } from './world.ts'

const run = promisify(execFile)
const hasNix = spawnSync('nix-prefetch-url', ['--version']).status === 0
const required = process.env['PINHASH_REQUIRE_NIX'] === '1'
const content = { generate: 1_234_567, seed: 'nix' }
const url = 'https://github.com/acme/tool/releases/download/v1/tool.tar.gz'

let fake: Fake
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fake-github-nix-'))
  const releases = [release({ tag: 'v1', assets: [asset('tool.tar.gz', content)] })]
  fake = await startFakeGitHub(createWorld({ repositories: [{ org: 'acme', name: 'tool', releases }] }))
})
afterAll(async () => {
  await fake.stop()
  await run('chmod', ['-R', 'u+w', folder])
  await rm(folder, { recursive: true, force: true })
})

describe.skipIf(!hasNix && !required)('real Nix', () => {
  test('fetches a release through the proxy and finds the same hash', async () => {
    const env = { ...process.env, ...fake.env, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), NIX_REMOTE: join(folder, 'store') }
    const { stdout } = await run('nix-prefetch-url', ['--type', 'sha256', url], { env })
    const hex = (await run('nix-hash', ['--type', 'sha256', '--to-base16', stdout.trim()], { env })).stdout.trim()
    expect(hex).toBe(hexDigest(content))
    expect(fake.requests.map(({ host, status }) => [host, status])).toEqual([
      ['github.com', 302],
      ['release-assets.githubusercontent.com', 200],
    ])
    expect(fake.unexpected()).toEqual([])
  })

  test('is told of a missing asset as by GitHub', async () => {
    const env = { ...process.env, ...fake.env, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), NIX_REMOTE: join(folder, 'store') }
    await expect(run('nix-prefetch-url', [url.replace('tool.tar.gz', 'none.tar.gz')], { env })).rejects.toThrow('HTTP error 404')
  })
})
