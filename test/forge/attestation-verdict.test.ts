import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { InputError, NetworkError } from '../../src/core/errors.ts'
import { attestations, type AttestationVerdict } from '../../src/forge/attestation.ts'
import type { FetchedBundle } from '../../src/forge/attestation-bundles.ts'
import { loadSigstore } from '../../src/forge/attestation-sigstore.ts'
import { type Bundle, createLab, type Lab, provenance, releasePredicate, statement } from './attestation-lab.ts'

const hex = 'ab'.repeat(32)
const other = 'cd'.repeat(32)
const cue = { server: 'github.com', org: 'cue-lang', name: 'cue' }
const tag = 'v0.9.2'
const release = { repository: 'cue-lang/cue', tag }

let lab: Lab
let other_lab: Lab
let folder = ''
let file = ''
beforeAll(async () => {
  ;[lab, other_lab] = await Promise.all([createLab(), createLab()])
  folder = await mkdtemp(join(tmpdir(), 'pinhash-roots-'))
  file = await roots('both.jsonl', lab.publicRoot, lab.githubRoot)
})
afterAll(async () => rm(folder, { recursive: true, force: true }))

async function roots(name: string, ...all: object[]): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, all.map((root) => `${JSON.stringify(root)}\n`).join(''))
  return path
}

interface Case {
  readonly bundles: readonly (Bundle | FetchedBundle)[]
  readonly trusted?: string
  readonly repository?: typeof cue
  readonly of?: string
}

async function verdict({ bundles, trusted = file, repository = cue, of = hex }: Case): Promise<AttestationVerdict> {
  const source = { bundles: async () => bundles.map((each): FetchedBundle => ('ok' in each ? each : { ok: true, json: each })) }
  const checker = attestations({ source, load: () => loadSigstore(), trust: { file: trusted, cacheFolder: null, timeout: 1000 } })
  return checker.check({ repository, tag, digest: { algorithm: 'sha256', bytes: Buffer.from(of, 'hex') } })
}

const build = async (subjects = [hex], repository = 'cue-lang/cue', issuer?: string): Promise<Bundle> =>
  lab.build({ predicateType: provenance, subjects }, { repository, ...(issuer === undefined ? {} : { issuer }) })
const released = async (predicate: object = release, identity?: string): Promise<Bundle> =>
  lab.github({ predicateType: releasePredicate, predicate, subjects: [other, hex] }, identity)

/** The same bundle with some of it put in place of what was there. */
function altered(bundle: Bundle, change: (copy: Bundle) => void): Bundle {
  const copy = structuredClone(bundle)
  change(copy)
  return copy
}

/** Base64 of bytes of which one, counted from the end, is another. */
function flipped(base64: string, fromEnd = 3): string {
  const bytes = Buffer.from(base64, 'base64')
  bytes.writeUInt8((bytes.readUInt8(bytes.length - fromEnd) ^ 1) & 0xff, bytes.length - fromEnd)
  return bytes.toString('base64')
}

describe('what holds', () => {
  it('is the build of the repository', async () => {
    expect(await verdict({ bundles: [await build()] })).toEqual({ kind: 'valid', by: ['provenance'] })
  })

  it('is the release of the repository, by GitHub', async () => {
    expect(await verdict({ bundles: [await released()] })).toEqual({ kind: 'valid', by: ['release'] })
  })

  it('is both, in any order, beside statements that say other things', async () => {
    const parts = await lab.build({ predicateType: 'https://spdx.dev/Document/v2.3', subjects: [hex] }, { repository: 'cue-lang/cue' })
    expect(await verdict({ bundles: [await released(), parts, await build()] })).toEqual({ kind: 'valid', by: ['provenance', 'release'] })
  })

  it('is one of a statement about several files', async () => {
    expect(await verdict({ bundles: [await build([other, hex])] })).toMatchObject({ kind: 'valid' })
  })

  it('outweighs another that could not be fetched, or whose authority no root knows', async () => {
    const unknown = await other_lab.github({ predicateType: releasePredicate, predicate: release, subjects: [hex] })
    const publicOnly = await roots('public.json', lab.publicRoot)
    expect(await verdict({ bundles: [{ ok: false, message: 'no' }, await build()] })).toMatchObject({ kind: 'valid' })
    expect(await verdict({ bundles: [unknown, await build()], trusted: publicOnly })).toMatchObject({ kind: 'valid' })
  })

  it("outweighs one of another signer's", async () => {
    expect(await verdict({ bundles: [await build([hex], 'mallory/cue'), await build()] })).toMatchObject({ kind: 'valid' })
  })

  it('is verified with a root that stands alone, over many lines', async () => {
    const path = join(folder, 'laid-out.json')
    await writeFile(path, JSON.stringify(lab.publicRoot, null, 2))
    expect(await verdict({ bundles: [await build()], trusted: path })).toMatchObject({ kind: 'valid' })
  })
})

describe('what is absent', () => {
  it('is everything', async () => {
    expect(await verdict({ bundles: [] })).toEqual({ kind: 'absent' })
  })

  it('is what says nothing of where the bytes come from, however it is signed', async () => {
    const parts = await lab.build({ predicateType: 'https://spdx.dev/Document/v2.3', subjects: [hex] }, { repository: 'mallory/cue' })
    expect(await verdict({ bundles: [parts] })).toEqual({ kind: 'absent' })
  })

  it('is the same file in another release', async () => {
    expect(await verdict({ bundles: [await released({ repository: 'cue-lang/cue', tag: 'v0.9.1' })] })).toEqual({ kind: 'absent' })
  })
})

describe('what could not be checked', () => {
  it('is what could not be fetched', async () => {
    expect(await verdict({ bundles: [{ ok: false, message: 'the store is closed' }] })).toEqual({
      kind: 'unchecked',
      message: 'the store is closed',
    })
  })

  it('is what an unknown authority has signed', async () => {
    const trusted = await roots('public.jsonl', lab.publicRoot)
    const found = await verdict({ bundles: [await released()], trusted })
    expect(found).toMatchObject({
      kind: 'unchecked',
      message: expect.stringMatching(/GitHub.*no trusted root|no trusted root.*GitHub/) as string,
    })
  })

  it('is what was stamped or logged with keys that the root does not name', async () => {
    const stale = structuredClone(lab.githubRoot) as { timestampAuthorities: object[] }
    stale.timestampAuthorities = []
    expect(await verdict({ bundles: [await released()], trusted: await roots('stale.jsonl', stale) })).toMatchObject({
      kind: 'unchecked',
      message: expect.stringContaining('too old') as string,
    })
    const unlogged = { ...lab.publicRoot, tlogs: (other_lab.publicRoot as { tlogs: object[] }).tlogs }
    expect(await verdict({ bundles: [await build()], trusted: await roots('other-log.jsonl', unlogged) })).toMatchObject({
      kind: 'unchecked',
    })
  })

  it('is a repository of another server', async () => {
    expect(await verdict({ bundles: [await build()], repository: { ...cue, server: 'git.example.org' } })).toMatchObject({
      kind: 'unchecked',
    })
  })

  it('is everything when the forge or the keys cannot be reached', async () => {
    const load = (): ReturnType<typeof loadSigstore> => loadSigstore()
    const attested = { repository: cue, tag, digest: { algorithm: 'sha256' as const, bytes: Buffer.from(hex, 'hex') } }
    const silent = attestations({
      source: { bundles: async () => Promise.reject(new NetworkError('rate-limited', 'come back later')) },
      load,
      trust: { file, cacheFolder: null, timeout: 1000 },
    })
    expect(await silent.check(attested)).toEqual({ kind: 'unchecked', message: 'come back later' })
    const bundle = await build()
    const keyless = attestations({
      source: { bundles: async () => [{ ok: true, json: bundle }] },
      load: () => ({ ...loadSigstore(), fetchRoot: async () => Promise.reject(new Error('getaddrinfo ENOTFOUND')) }),
      trust: { file: null, cacheFolder: null, timeout: 1000 },
    })
    await keyless.ready()
    expect(await keyless.check(attested)).toMatchObject({
      kind: 'unchecked',
      message: expect.stringMatching(/could not be brought up to date.*--trusted-root/) as string,
    })
  })
})

describe('what is invalid', () => {
  const refused: readonly (readonly [name: string, make: () => Promise<Case>, says: RegExp])[] = [
    [
      'a build of another repository',
      async () => ({ bundles: [await build([hex], 'mallory/cue')] }),
      /built from https:\/\/github\.com\/mallory\/cue, not from/,
    ],
    [
      'a build of a repository whose name begins the same',
      async () => ({ bundles: [await build([hex], 'cue-lang/cue-fork')] }),
      /cue-lang\/cue-fork/,
    ],
    ['a build of a repository in other letters', async () => ({ bundles: [await build([hex], 'Cue-Lang/cue')] }), /Cue-Lang/],
    [
      'a build that another issuer vouches for',
      async () => ({ bundles: [await build([hex], 'cue-lang/cue', 'https://evil.example')] }),
      /evil\.example/,
    ],
    [
      'an issuer that begins as it should',
      async () => ({ bundles: [await build([hex], 'cue-lang/cue', 'https://token.actions.githubusercontent.com/evil')] }),
      /evil/,
    ],
    [
      'a build without a repository',
      async () => ({ bundles: [await lab.stranger({ predicateType: provenance, subjects: [hex] }, 'https://github.com/cue-lang/cue')] }),
      /an unnamed repository/,
    ],
    ['a build of other bytes', async () => ({ bundles: [await build([other])] }), /other bytes/],
    [
      'a release of another repository',
      async () => ({ bundles: [await released({ repository: 'mallory/cue', tag })] }),
      /names mallory\/cue/,
    ],
    ['a release without a repository', async () => ({ bundles: [await released({})] }), /no repository/],
    [
      'a release that GitHub signed under another name',
      async () => ({ bundles: [await released(release, 'https://dotcom.releases.github.com.evil.example')] }),
      /evil\.example/,
    ],
    [
      "a release signed in GitHub's name by an authority that is not GitHub's",
      async () => ({
        bundles: [
          await lab.stranger(
            { predicateType: releasePredicate, predicate: release, subjects: [hex] },
            'https://dotcom.releases.github.com',
          ),
        ],
      }),
      /not by GitHub itself/,
    ],
    [
      "a workflow's statement about a release",
      async () => ({
        bundles: [
          await lab.build({ predicateType: releasePredicate, predicate: release, subjects: [hex] }, { repository: 'cue-lang/cue' }),
        ],
      }),
      /not by GitHub itself/,
    ],
    [
      'a payload that was changed',
      async () => ({
        bundles: [
          altered(await build([other]), (copy) => {
            copy.dsseEnvelope.payload = Buffer.from(JSON.stringify(statement({ predicateType: provenance, subjects: [hex] }))).toString(
              'base64',
            )
          }),
        ],
      }),
      /not valid/,
    ],
    [
      'a signature that was changed',
      async () => ({
        bundles: [
          altered(await build(), (copy) => void (copy.dsseEnvelope.signatures[0]!.sig = flipped(copy.dsseEnvelope.signatures[0]!.sig))),
        ],
      }),
      /not valid/,
    ],
    [
      'a certificate that was changed',
      async () => ({
        bundles: [
          altered(
            await build(),
            ({ verificationMaterial: { certificate } }) => void (certificate.rawBytes = flipped(certificate.rawBytes)),
          ),
        ],
      }),
      /not valid/,
    ],
    [
      'a build that is in no log',
      async () => ({ bundles: [altered(await build(), (copy) => void (copy.verificationMaterial.tlogEntries = []))] }),
      /not valid/,
    ],
    [
      'a time that the log did not sign',
      async () => ({
        bundles: [altered(await build(), (copy) => void (copy.verificationMaterial.tlogEntries[0]!.integratedTime = '1700000000'))],
      }),
      /not valid/,
    ],
    [
      'a release without a time',
      async () => ({
        bundles: [altered(await released(), (copy) => void (copy.verificationMaterial.timestampVerificationData.rfc3161Timestamps = []))],
      }),
      /not valid/,
    ],
    [
      'a time stamp over another signature',
      async () => {
        const from = await released()
        return {
          bundles: [
            altered(
              await released(),
              (copy) => void (copy.verificationMaterial.timestampVerificationData = from.verificationMaterial.timestampVerificationData),
            ),
          ],
        }
      },
      /not valid/,
    ],
    [
      'a bundle of another authority of the same name',
      async () => ({
        bundles: [await other_lab.build({ predicateType: provenance, subjects: [hex] }, { repository: 'cue-lang/cue' })],
        trusted: await roots('mixed.jsonl', { ...lab.publicRoot, tlogs: (other_lab.publicRoot as { tlogs: object[] }).tlogs }),
      }),
      /not valid/,
    ],
    ['no bundle at all', async () => ({ bundles: [{ ok: true, json: { hello: 1 } }] }), /no bundle/],
    [
      'a payload that is no statement',
      async () => ({
        bundles: [
          await lab.build({ predicateType: provenance, subjects: [hex], payloadType: 'text/plain' }, { repository: 'cue-lang/cue' }),
        ],
      }),
      /in-toto/,
    ],
  ]
  it.each(refused)('is %s', async (_, make, says) => {
    const found = await verdict(await make())
    expect(found).toMatchObject({ kind: 'invalid', message: expect.stringMatching(says) as string })
  })

  it('is a broken one beside one that holds', async () => {
    const broken = altered(
      await build(),
      (copy) => void (copy.dsseEnvelope.signatures[0]!.sig = flipped(copy.dsseEnvelope.signatures[0]!.sig)),
    )
    expect(await verdict({ bundles: [await build(), broken] })).toMatchObject({ kind: 'invalid' })
  })
})

describe('what is needed', () => {
  it('is the package, and its absence names the command that installs it', async () => {
    expect(() => loadSigstore('/no/such/folder/module.js')).toThrow(/npm i sigstore@4/)
    const checker = attestations({
      source: { bundles: async () => [] },
      load: () => loadSigstore('/no/such/folder/module.js'),
      trust: { file: null, cacheFolder: null, timeout: 1 },
    })
    await expect(checker.ready()).rejects.toBeInstanceOf(InputError)
  })

  it('is nothing until it is asked for', () => {
    const load = (): never => {
      throw new Error('loaded')
    }
    expect(() =>
      attestations({ source: { bundles: async () => [] }, load, trust: { file: null, cacheFolder: null, timeout: 1 } }),
    ).not.toThrow()
  })

  it.each([
    ['is not there', null, 'unreadable-file', /does not exist/],
    ['is empty', '', 'bad-config', /no certificate authority/],
    ['is no JSON', 'hello', 'bad-config', /no JSON/],
    ['names no authority', '{"tlogs":[]}', 'bad-config', /no certificate authority/],
  ])('refuses a trusted root that %s', async (name, text, code, says) => {
    const path = join(folder, `${name.replaceAll(' ', '-')}.json`)
    if (text !== null) await writeFile(path, text)
    const checker = attestations({
      source: { bundles: async () => [] },
      load: () => loadSigstore(),
      trust: { file: path, cacheFolder: null, timeout: 1 },
    })
    const error = await checker.ready().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(InputError)
    expect(error).toMatchObject({ code, message: expect.stringMatching(says) as string })
  })
})
