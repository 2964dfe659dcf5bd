import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NetworkError } from '../../src/core/errors.ts'
import { loadSigstore } from '../../src/forge/attestation-sigstore.ts'
import { trustedRoots } from '../../src/forge/attestation-trust.ts'
import { createLab } from './attestation-lab.ts'

/** JSON as TUF signs it: keys in order, nothing between. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`
}

const future = '2099-01-01T00:00:00Z'
const keyId = 'ab'.repeat(32)

function signedBy(key: KeyObject, fields: object): string {
  const signed = { spec_version: '1.0.0', version: 1, expires: future, ...fields }
  return JSON.stringify({ signed, signatures: [{ keyid: keyId, sig: sign(null, Buffer.from(canonical(signed)), key).toString('hex') }] })
}

/** The files of a TUF repository with one target. */
function repositoryOf(target: string, { expires = future, forge = false } = {}): { root: string; files: Record<string, string> } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const other = generateKeyPairSync('ed25519').privateKey
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex')
  const role = { keyids: [keyId], threshold: 1 }
  const key = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: raw } }
  const root = signedBy(privateKey, {
    _type: 'root',
    consistent_snapshot: false,
    keys: { [keyId]: key },
    roles: { root: role, timestamp: role, snapshot: role, targets: role },
  })
  const hashes = { sha256: createHash('sha256').update(target).digest('hex') }
  return {
    root,
    files: {
      '/timestamp.json': signedBy(privateKey, { _type: 'timestamp', expires, meta: { 'snapshot.json': { version: 1 } } }),
      '/snapshot.json': signedBy(privateKey, { _type: 'snapshot', meta: { 'targets.json': { version: 1 } } }),
      '/targets.json': signedBy(forge ? other : privateKey, {
        _type: 'targets',
        targets: { 'trusted_root.json': { length: Buffer.byteLength(target), hashes } },
      }),
      '/targets/trusted_root.json': target,
    },
  }
}

let folder = ''
let server: Server
let files: Record<string, string> = {}
let asked: string[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pinhash-trust-'))
  asked = []
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const text = files[request.url ?? '']
    response.writeHead(text === undefined ? 404 : 200).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

async function fetched(repository: ReturnType<typeof repositoryOf>, cacheFolder: string | null): ReturnType<typeof trustedRoots> {
  ;({ files } = repository)
  const rootPath = join(folder, 'root.json')
  await writeFile(rootPath, repository.root)
  const mirrorURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return trustedRoots(loadSigstore(), { file: null, cacheFolder, timeout: 2000, tuf: { mirrorURL, rootPath } })
}

describe('trustedRoots', () => {
  it('brings the root up to date by TUF, and keeps what it verified in its cache', async () => {
    const target = JSON.stringify((await createLab()).publicRoot)
    const cache = join(folder, 'cache')
    const [root] = await fetched(repositoryOf(target), cache)
    expect(root?.certificateAuthorities).toHaveLength(1)
    expect(asked).toContain('/targets/trusted_root.json')
    expect(existsSync(join(cache, 'tuf'))).toBe(true)
  })

  it('keeps nothing without a cache', async () => {
    const target = JSON.stringify((await createLab()).publicRoot)
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('pinhash-tuf-'))
    await fetched(repositoryOf(target), null)
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('pinhash-tuf-'))).toEqual(before)
  })

  it.each<readonly [string, (target: string) => ReturnType<typeof repositoryOf>]>([
    ['has expired', (target) => repositoryOf(target, { expires: '2020-01-01T00:00:00Z' })],
    ['is signed by somebody else', (target) => repositoryOf(target, { forge: true })],
    [
      'has another file than it lists',
      (target) => {
        const repository = repositoryOf(target)
        return {
          ...repository,
          files: { ...repository.files, '/targets/trusted_root.json': target.replace('sigstore.mock', 'sigstore.evil') },
        }
      },
    ],
    ['is not there', (target) => ({ ...repositoryOf(target), files: {} })],
  ])('believes nothing of a repository that %s', async (_, make) => {
    const target = JSON.stringify((await createLab()).publicRoot)
    await mkdir(join(folder, 'cache'))
    const error = await fetched(make(target), join(folder, 'cache')).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(NetworkError)
    expect((error as Error).message).toMatch(/could not be brought up to date from http:\/\/127\.0\.0\.1.*--trusted-root FILE/)
  })

  it("reads Sigstore's own root, as its package ships it", async () => {
    const { createRequire } = await import('node:module')
    const own = createRequire(createRequire(import.meta.url).resolve('sigstore'))
    const seeds = own('@sigstore/tuf/seeds.json') as Record<string, { targets: Record<string, string> }>
    const seed = seeds['https://tuf-repo-cdn.sigstore.dev']?.targets['trusted_root.json'] ?? ''
    const path = join(folder, 'seed.json')
    await writeFile(path, Buffer.from(seed, 'base64'))
    const [root, more] = await trustedRoots(loadSigstore(), { file: path, cacheFolder: null, timeout: 1 })
    expect(more).toBeUndefined()
    expect(root?.tlogs.length).toBeGreaterThan(0)
    expect(root?.ctlogs.length).toBeGreaterThan(0)
  })
})
