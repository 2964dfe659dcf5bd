// Which CA files need a context of pinhash's own, and which Node trusts already.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CaFile } from '../../src/download/settings.ts'
import { trust } from '../../src/download/trust.ts'
import { createAuthority } from '../fake-github/certificates.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'pinhash-trust-'))
const file = (name: string): string => path.join(folder, name)
const node = (name: string): CaFile => ({ path: file(name), source: 'NODE_EXTRA_CA_CERTS', byNode: true })
const other = (name: string): CaFile => ({ path: file(name), source: 'SSL_CERT_FILE' })

beforeAll(async () => {
  const [own, another] = await Promise.all([createAuthority('own'), createAuthority('another')])
  writeFileSync(file('own'), own.certificate)
  writeFileSync(file('another'), another.certificate)
  // As another program writes them: other line ends, and something before each.
  writeFileSync(file('bundled'), rootCertificates.map((each) => `# a root\n${each.replaceAll('\n', '\r\n')}\n`).join('\n'))
  writeFileSync(file('bundled and own'), [...rootCertificates, own.certificate].join('\n'))
  writeFileSync(file('empty'), 'no certificate\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

it.each([
  ['no file', []],
  ['what Node was started with', [node('own')]],
  ['a bundle that Node has built in', [other('bundled')]],
  ['both of these, in one file and in two', [node('own'), other('bundled and own'), { ...other('own'), source: 'NIX_SSL_CERT_FILE' }]],
])('Node trusts by itself: %s', async (_, files) => {
  expect(await trust(files)).toBeNull()
})

it.each([
  ['a root of its own', [other('own')]],
  ['a file of that variable which Node was not started with', [{ path: file('own'), source: 'NODE_EXTRA_CA_CERTS' }]],
  ['a bundle with a root of its own', [other('bundled and own')]],
  ['another one than Node was started with', [node('own'), other('another')]],
])('a context is needed for %s', async (_, files) => {
  expect(await trust(files)).toMatchObject({ context: expect.anything() as unknown })
})

it('a file without a certificate is refused, whoever reads it', async () => {
  for (const files of [[node('empty')], [other('empty')], [node('own'), other('absent')]])
    await expect(trust(files)).rejects.toMatchObject({ code: 'bad-config' })
})
