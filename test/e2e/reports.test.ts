// What machines and pull requests are told of a run, from the program itself.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builder, cueRepository, flake, flakeAt, hashesOf, publishedRelease, releaseOf } from './cue.ts'
import { type Lab, openLab } from './lab.ts'

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
