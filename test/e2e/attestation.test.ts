// The program, asked about attestations: what it takes, what it refuses, and what it leaves open.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hexDigest } from '../fake-github/bytes.ts'
import { type FakeAttestation, type FakeRepository, type World, asset, createQuota, release } from '../fake-github/world.ts'
import { type Bundle, createLab, type Lab as Authorities, provenance, releasePredicate } from '../forge/attestation-lab.ts'
import { type Lab, type RunOptions, openLab } from './lab.ts'

let lab: Lab
let authorities: Authorities
beforeAll(async () => {
  ;[lab, authorities] = await Promise.all([openLab(), createLab()])
})
afterAll(async () => lab.close())

const names = ['tool-linux', 'tool-macos']
const systems = ['x86_64-linux', 'aarch64-darwin']
const bytesOf = (tag: string, name: string): string => `${name} of ${tag}`
const hexOf = (tag: string, name: string): string => hexDigest(new TextEncoder().encode(bytesOf(tag, name)))

function flake(tag: string, comment = ''): string {
  return `{ pkgs, ... }:
let
  ${comment}
  version = "${tag}";
  fetch = { system, name, sha256 }: pkgs.fetchurl { inherit sha256; url = "https://github.com/acme/tool/releases/download/\${version}/\${name}"; };
in
{
  linux = fetch { system = "x86_64-linux"; name = "tool-linux"; sha256 = "${hexOf(tag, 'tool-linux')}"; };
}
`
}

const spec = (more: object = {}): string =>
  JSON.stringify({
    pins: {
      tool: {
        org: 'acme',
        name: 'tool',
        version: 'v1',
        systems: Object.fromEntries(systems.map((system, i) => [system, names[i]])),
        file: 'pins.nix',
        ...more,
      },
    },
  })

/** One of each kind for every asset of a tag. */
async function signed(tag: string, repository = 'acme/tool'): Promise<FakeAttestation[]> {
  const subjects = names.map((name) => hexOf(tag, name))
  const bundles: Bundle[] = [
    await authorities.build({ predicateType: provenance, subjects }, { repository }),
    await authorities.github({ predicateType: releasePredicate, predicate: { repository, tag }, subjects }),
  ]
  return subjects.flatMap((digest) => bundles.map((bundle) => ({ digest, bundle })))
}

function world(attestations: FakeAttestation[], more: Partial<World> = {}): Partial<World> {
  const repository: FakeRepository = {
    org: 'acme',
    name: 'tool',
    releases: ['v1', 'v2'].map((tag) =>
      release({
        tag,
        createdAt: tag === 'v1' ? '2025-01-01T00:00:00Z' : '2025-02-01T00:00:00Z',
        assets: names.map((name) => asset(name, bytesOf(tag, name))),
      }),
    ),
    attestations,
  }
  return { repositories: [repository], quota: createQuota(5000), ...more }
}

async function stage(attestations: FakeAttestation[], files: Record<string, string>, more: Partial<World> = {}): Promise<string> {
  const roots = [authorities.publicRoot, authorities.githubRoot].map((root) => `${JSON.stringify(root)}\n`).join('')
  return lab.stage(world(attestations, more), { 'roots.jsonl': roots, ...files })
}

const asked = (): number => lab.fake.requests.filter(({ path }) => path.includes('/attestations/')).length
const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8')
const options = (mode: string): string[] => ['--attestation', mode, '--trusted-root', 'roots.jsonl']

async function one(
  folder: string,
  argv: readonly string[],
  run?: RunOptions,
): Promise<{ code: number | null; outcome: Awaited<ReturnType<Lab['report']>>['document']['outcomes'][number] }> {
  const { code, document } = await lab.report(folder, argv, run)
  expect(document.outcomes).toHaveLength(1)
  return { code, outcome: document.outcomes[0]! }
}

const evidenceOf = (outcome: {
  readonly systems: Readonly<Record<string, readonly { readonly evidence: readonly string[] }[]>>
}): readonly (readonly string[])[] => Object.values(outcome.systems).flatMap((assets) => assets.map(({ evidence }) => evidence))

describe('what is not asked for', () => {
  it('is not looked up', async () => {
    const folder = await stage(await signed('v2', 'mallory/tool'), { 'pinhash.json': spec(), 'flake.nix': flake('v1') })
    const { code, document } = await lab.report(folder, ['update'])
    expect([code, document.outcomes.map(({ outcome }) => outcome)]).toEqual([0, ['updated', 'updated']])
    expect(asked()).toBe(0)
    expect(JSON.stringify(document)).not.toContain('attestation')
  })

  it('is not looked up for a pin that says so', async () => {
    const folder = await stage([], { 'flake.nix': flake('v1', '# pinhash: attestation off') })
    const { code, outcome } = await one(folder, ['update', ...options('require')])
    expect([code, outcome.outcome, asked()]).toEqual([0, 'updated', 0])
  })
})

describe('what holds', () => {
  it.each(['require', 'prefer'])('is evidence for every asset under %s, and is written', async (mode) => {
    const folder = await stage(await signed('v2'), { 'pinhash.json': spec(), 'flake.nix': flake('v1') })
    const { code, document } = await lab.report(folder, ['update', ...options(mode)])
    expect([code, document.outcomes.map(({ outcome }) => outcome)]).toEqual([0, ['updated', 'updated']])
    for (const outcome of document.outcomes)
      for (const evidence of evidenceOf(outcome)) expect(evidence).toEqual(['bytes', 'digest', 'attestation'])
    expect(read(folder, 'flake.nix')).toContain('version = "v2"')
    expect(lab.fake.unexpected()).toEqual([])
    // One list and two bundles for each of two digests, however many pins have them.
    expect(asked()).toBe(6)
  })

  it('holds for what is there already', async () => {
    const folder = await stage(await signed('v1'), { 'flake.nix': flake('v1') })
    const { code, outcome } = await one(folder, ['verify', ...options('require')])
    expect([code, outcome.outcome]).toEqual([0, 'verified'])
    expect(new Set(evidenceOf(outcome).map(String))).toEqual(new Set(['bytes,digest,attestation']))
  })

  it('is looked up by the digest of the forge where nothing is downloaded', async () => {
    const folder = await stage(await signed('v2'), { 'flake.nix': flake('v1') })
    const { code, outcome } = await one(folder, ['update', '--no-download', ...options('require')])
    expect([code, outcome.outcome]).toEqual([0, 'updated'])
    expect(new Set(evidenceOf(outcome).map(String))).toEqual(new Set(['digest,attestation']))
  })
})

describe('what is absent', () => {
  it('is said under prefer, and hinders nothing', async () => {
    const folder = await stage([], { 'flake.nix': flake('v1') })
    const { code, outcome } = await one(folder, ['update', ...options('prefer')])
    expect([code, outcome.outcome, outcome.warnings]).toEqual([0, 'updated', []])
    const [seen] = Object.values(outcome.systems).flat()
    expect(seen?.absent).toContain('attestation')
    expect(seen?.unchecked).toEqual([])
  })

  it.each<[string, Record<string, string>, string[]]>([
    ['the command requires', { 'flake.nix': flake('v1') }, options('require')],
    [
      'a comment beside the pin requires',
      { 'flake.nix': flake('v1', '# pinhash: attestation require') },
      ['--trusted-root', 'roots.jsonl'],
    ],
    ['a pin of pinhash.json requires', { 'pinhash.json': spec({ attestation: 'require' }) }, ['--trusted-root', 'roots.jsonl']],
    ['a pin requires and the command only prefers', { 'pinhash.json': spec({ attestation: 'require' }) }, options('prefer')],
  ])('is refused where %s it', async (_, files, argv) => {
    const folder = await stage([], files)
    const { code, outcome } = await one(folder, ['update', ...argv])
    expect([code, outcome.outcome, outcome.reason?.code, outcome.to]).toEqual([1, 'refused', 'no-attestation', null])
    for (const [file, text] of Object.entries(files)) expect(read(folder, file)).toBe(text)
  })

  it('is refused by verify as well, but a hash that does not hold is the worse', async () => {
    const good = await stage([], { 'flake.nix': flake('v1') })
    expect((await one(good, ['verify', ...options('require')])).outcome).toMatchObject({
      outcome: 'refused',
      reason: { code: 'no-attestation' },
    })
    const bad = await stage([], { 'flake.nix': flake('v1').replace(hexOf('v1', 'tool-linux'), hexOf('v2', 'tool-linux')) })
    expect((await one(bad, ['verify', ...options('require')])).outcome.outcome).not.toBe('refused')
  })

  it('is refused for a pin that is on no forge', async () => {
    const text = `{ pkgs, ... }: { x86_64-linux = pkgs.fetchurl { url = "https://files.example/x"; sha256 = "${hexDigest(new TextEncoder().encode('x'))}"; }; }`
    const folder = await stage([], { 'x.nix': text }, { files: { 'https://files.example/x': new TextEncoder().encode('x') } })
    const { outcome } = await one(folder, ['verify', ...options('require')])
    expect([outcome.outcome, outcome.reason?.code]).toEqual(['refused', 'no-attestation'])
    expect((await one(folder, ['verify', ...options('prefer')])).outcome.outcome).toBe('verified')
  })
})

describe('what is invalid', () => {
  it.each(['require', 'prefer'])('is refused under %s, and nothing is written', async (mode) => {
    const folder = await stage(await signed('v2', 'mallory/tool'), { 'flake.nix': flake('v1') })
    const { code, outcome } = await one(folder, ['update', ...options(mode)])
    expect([code, outcome.outcome, outcome.reason?.code]).toEqual([1, 'refused', 'bad-attestation'])
    expect(outcome.reason?.message).toMatch(/mallory\/tool/)
    expect(read(folder, 'flake.nix')).toBe(flake('v1'))
  })

  it('does not stop the other pins', async () => {
    const folder = await stage(await signed('v2', 'mallory/tool'), {
      'pinhash.json': spec({ attestation: 'off' }),
      'flake.nix': flake('v1'),
    })
    const { code, document } = await lab.report(folder, ['update', ...options('prefer')])
    expect([code, document.outcomes.map(({ outcome }) => outcome)]).toEqual([1, ['refused', 'updated']])
  })
})

describe('what could not be checked', () => {
  const silent: Partial<World> = { faults: [{ path: /\/attestations\/sha256/, fault: { kind: 'status', status: 403 } }] }

  it('is a warning under prefer, and neither held nor absent', async () => {
    const folder = await stage(await signed('v2'), { 'flake.nix': flake('v1') }, silent)
    const { code, outcome } = await one(folder, ['update', ...options('prefer')])
    expect([code, outcome.outcome, outcome.warnings.map((warning) => warning.code)]).toEqual([0, 'updated', ['evidence-unavailable']])
    const [seen] = Object.values(outcome.systems).flat()
    expect(seen?.unchecked).toEqual(['attestation'])
    expect([...(seen?.evidence ?? []), ...(seen?.absent ?? [])]).not.toContain('attestation')
  })

  it('could not be found out under require, and nothing is written', async () => {
    const folder = await stage(await signed('v2'), { 'flake.nix': flake('v1') }, silent)
    const { code, outcome } = await one(folder, ['update', ...options('require')])
    expect([code, outcome.outcome, outcome.reason?.code]).toEqual([4, 'unknown', 'unchecked-attestation'])
    expect(read(folder, 'flake.nix')).toBe(flake('v1'))
  })

  it('is everything where the keys cannot be fetched, which goes through the proxy as all else', async () => {
    const folder = await stage(await signed('v2'), { 'flake.nix': flake('v1') })
    const ran = await lab.spawn(folder, ['update', '--json', '--attestation', 'require'])
    const document = JSON.parse(ran.stdout) as { outcomes: { outcome: string; reason: { code: string; message: string } }[] }
    expect([ran.code, document.outcomes[0]?.outcome, document.outcomes[0]?.reason.code]).toEqual([4, 'unknown', 'unchecked-attestation'])
    expect(document.outcomes[0]?.reason.message).toMatch(/tuf-repo-cdn\.sigstore\.dev.*--trusted-root/)
    expect(lab.fake.tunnels.map(({ host }) => host)).toContain('tuf-repo-cdn.sigstore.dev')
    expect(read(folder, 'flake.nix')).toBe(flake('v1'))
  })
})

describe('what was said badly', () => {
  it.each([
    ['a mode nobody knows', ['--attestation', 'always'], 'takes one of require, prefer, off'],
    ['a trusted root that is not there', ['--attestation', 'prefer', '--trusted-root', 'none.json'], 'does not exist'],
  ])('is refused before anything is done: %s', async (_, argv, says) => {
    const folder = await stage([], { 'flake.nix': flake('v1') })
    const ran = await lab.run(folder, ['update', ...argv])
    expect(ran.code).toBe(2)
    expect(ran.stderr).toContain(says)
    expect(lab.fake.requests).toEqual([])
  })

  it('is an error with its line, in a comment', async () => {
    const folder = await stage([], {})
    writeFileSync(join(folder, 'flake.nix'), flake('v1', '# pinhash: attestation please'))
    const { document } = await lab.report(folder, ['update'])
    expect(document.problems[0]).toMatchObject({
      file: 'flake.nix',
      line: 3,
      message: expect.stringContaining('require, prefer, off') as string,
    })
    expect(document.outcomes[0]?.outcome).toBe('refused')
  })
})
