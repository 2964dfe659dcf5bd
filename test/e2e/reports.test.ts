// What machines and pull requests are told of a run, from the program itself.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builder, cueRepository, flake, flakeAt, hashesOf, publishedRelease, releaseOf } from './cue.ts'
import { type Lab, openLab } from './lab.ts'
import { fileOf, worldOf } from './tools.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(async () => lab.close())

const next = releaseOf('v0.11.0')
const files = { 'flake.nix': flake, 'nix/github.nix': builder }
const origin = { server: 'github.com', org: 'cue-lang', name: 'cue' }

describe('a document says where a pin is from, and what the forge says of its release', () => {
  const published = {
    tag: 'v0.11.0',
    publishedAt: '2025-07-01T10:01:00Z',
    age: expect.any(Number) as number,
    prerelease: false,
    immutable: false,
  }

  it.each([
    ['update', ['update', 'cue', 'v0.11.0', '--dry-run'], 'updated'],
    ['outdated', ['outdated'], 'outdated'],
  ])('%s', async (_, argv, outcome) => {
    const folder = await lab.stage({ repositories: [cueRepository(next, publishedRelease('digest'))] }, files)
    const { document } = await lab.report(folder, argv)
    expect(document.outcomes[0]).toMatchObject({ outcome, repository: origin, release: published })
  })

  it('verify, also where nothing holds', async () => {
    const now = { 'flake.nix': flakeAt('v0.11.0', hashesOf(next)), 'nix/github.nix': builder }
    const folder = await lab.stage({ repositories: [cueRepository(next)] }, now)
    expect((await lab.report(folder, ['verify'])).document.outcomes[0]).toMatchObject({ outcome: 'verified', release: published })
    const gone = await lab.stage({ repositories: [] }, now)
    const [lost] = (await lab.report(gone, ['verify'])).document.outcomes
    expect(lost).toMatchObject({ outcome: 'missing', repository: origin })
    expect(lost).not.toHaveProperty('release')
  })

  it('and when a file was replaced', async () => {
    const assets = next.assets.map((asset) => ({ ...asset, updatedAt: '2025-08-01T00:00:00Z' }))
    const stale = flakeAt('v0.11.0', hashesOf(releaseOf('v0.11.0', {}, 50_000)))
    const folder = await lab.stage(
      { repositories: [cueRepository({ ...next, assets })] },
      { 'flake.nix': stale, 'nix/github.nix': builder },
    )
    const [drifted] = (await lab.report(folder, ['verify'])).document.outcomes
    expect(drifted).toMatchObject({ outcome: 'drift', reason: { code: 'replaced-upstream' } })
    expect(drifted?.reason?.replaced).toEqual({ at: '2025-08-01T00:00:00Z', publishedAt: '2025-07-01T10:01:00Z', digestAgrees: true })
  })
})

describe('reports of a run', () => {
  const stale = flakeAt('v0.11.0', hashesOf(releaseOf('v0.11.0', {}, 50_000)))
  const world = { repositories: [cueRepository(next)] }

  it('are printed as annotations at the literals, relative to the repository, and as nothing else', async () => {
    const folder = await lab.stage(world, { '.git/HEAD': '', 'infra/flake.nix': stale, 'infra/nix/github.nix': builder })
    const { code, stdout, stderr } = await lab.spawn(folder, ['verify', '-C', 'infra', '--format', 'github'])
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    const lines = stdout.split('\n').slice(0, -1)
    expect(lines).toHaveLength(3)
    const places = lines.map((line) =>
      /^::error file=infra\/flake\.nix,line=(\d+),col=(\d+),title=cue%3A hash-differs::cue v0\.11\.0 for /.exec(line),
    )
    const rows = stale.split('\n')
    const held = places.map((place) => rows[Number(place?.[1]) - 1]?.slice(Number(place?.[2]) - 1).slice(0, 52))
    expect(held.toSorted()).toEqual(hashesOf(releaseOf('v0.11.0', {}, 50_000)).toSorted())
  })

  it('say once what is so for all systems that share a literal', async () => {
    const folder = await lab.stage(worldOf('one'), { 'a.nix': fileOf('one v1.0.0').replace(/sha256 = "./, 'sha256 = "1') })
    const { stdout } = await lab.run(folder, ['verify', '--format', 'github'])
    const named =
      /^::error file=a\.nix,line=5,col=15,title=one%3A hash-differs::one: a\.nix:5 holds 1\w+ for (.+?), but .+ repins it\n$/.exec(stdout)
    expect([named?.[1], stdout.split('repins it').length]).toEqual(['aarch64-darwin, aarch64-linux, x86_64-darwin, x86_64-linux', 2])
  })

  it('go to files as well, whatever standard output gets', async () => {
    const folder = await lab.stage(world, { 'flake.nix': stale, 'nix/github.nix': builder })
    await writeFile(join(folder, 'summary.md'), '# Before\n')
    const reports = [
      '--report',
      'sarif=out.sarif',
      '--report',
      'gitlab=quality.json',
      '--report',
      'json=all.json',
      '--report',
      'text=all.txt',
      '--report',
      'markdown',
    ]
    const { code, stdout } = await lab.run(folder, ['verify', ...reports], { env: { GITHUB_STEP_SUMMARY: join(folder, 'summary.md') } })
    expect(code).toBe(1)
    const read = async (file: string): Promise<string> => readFile(join(folder, file), 'utf8')
    expect(stdout).toMatch(/^cue {2}v0\.11\.0 {2}mismatch/)
    expect(await read('all.txt')).toBe(stdout)
    expect((JSON.parse(await read('all.json')) as { outcomes: { outcome: string }[] }).outcomes[0]?.outcome).toBe('mismatch')
    expect(
      (JSON.parse(await read('out.sarif')) as { runs: { results: { ruleId: string }[] }[] }).runs[0]?.results.map(({ ruleId }) => ruleId),
    ).toEqual(['hash-differs', 'hash-differs', 'hash-differs'])
    expect(JSON.parse(await read('quality.json'))).toHaveLength(3)
    expect(await read('summary.md')).toMatch(/^# Before\n## 1 pin with another hash\n\n[^]*\n\n$/)
  })

  it('cost nothing of what is printed where they cannot be written', async () => {
    const folder = await lab.stage(world, { 'flake.nix': flakeAt('v0.11.0', hashesOf(next)), 'nix/github.nix': builder })
    await mkdir(join(folder, 'taken'))
    const argv = ['verify', '--format', 'markdown', '--report', 'json=gone/a.json', '--report', 'sarif=taken', '--report', 'text=there.txt']
    const { code, stdout, stderr } = await lab.run(folder, argv)
    expect(code).toBe(2)
    expect(stdout).toMatch(/^## 1 pin verified\n/)
    expect(stderr).toBe(
      'pinhash: Could not write the report to gone/a.json: its folder does not exist\npinhash: Could not write the report to taken: it is a folder\n',
    )
    expect(await readFile(join(folder, 'there.txt'), 'utf8')).toMatch(/^cue {2}v0\.11\.0 {2}verified/)
  })

  it('tell that a command could not run at all', async () => {
    const folder = await lab.stage(world, files)
    const { code, stdout, stderr } = await lab.run(folder, ['verify', 'nosuch', '--format', 'github', '--report', 'sarif=out.sarif'])
    expect(code).toBe(3)
    expect(stdout).toMatch(/^::error title=pinhash%3A unknown-pin::[^\n]*nosuch[^\n]*\n$/)
    expect(stderr).toMatch(/^pinhash: /)
    expect(JSON.parse(await readFile(join(folder, 'out.sarif'), 'utf8'))).toMatchObject({
      runs: [{ results: [], invocations: [{ executionSuccessful: false }] }],
    })
    const refused = await lab.run(folder, ['update', '--report', 'markdown'])
    expect({ ...refused, requests: lab.fake.requests }).toMatchObject({ code: 2, stdout: '', requests: [] })
    expect(refused.stderr).toContain('GITHUB_STEP_SUMMARY names, and that is not set')
  })

  it('are refused for what has no pins to report on', async () => {
    const folder = await lab.stage(world, files)
    const { code, stderr } = await lab.run(folder, ['update', '--branch-name', '--format', 'sarif'])
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'pinhash: what was asked for has no sarif form; it is printed as text and as json\n',
    })
  })

  it('show an update as the body of a pull request', async () => {
    const folder = await lab.stage({ repositories: [cueRepository(next, publishedRelease('digest'))] }, files)
    const { code, stdout } = await lab.run(folder, ['update', 'cue', '--format', 'markdown'])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^## 1 pin updated\n\n### `cue` \[`v0\.10\.0`\]\(https:\/\/github\.com\/cue-lang\/cue\/releases\/tag\/v0\.10\.0\) → /,
    )
    expect(stdout).toMatch(
      /\npublished \d+ days ago, on 2025-07-01 · \[what changed\]\(https:\/\/github\.com\/cue-lang\/cue\/compare\/v0\.10\.0\.\.\.v0\.11\.0\) · /,
    )
  })
})
