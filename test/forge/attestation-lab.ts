// Statements become signed bundles, and the roots that trust them: one authority with public logs, and one like GitHub's own.
import { createHash, createSign, generateKeyPairSync, type KeyObject, webcrypto } from 'node:crypto'
import { initializeCA, initializeCTLog, initializeTLog, initializeTSA } from '@sigstore/mock'
import { completeReflect } from '../fake-github/reflect.ts'

completeReflect()
const x509 = await import('@peculiar/x509')

export const provenance = 'https://slsa.dev/provenance/v1'
export const releasePredicate = 'https://in-toto.io/attestation/release/v0.2'
export const actions = 'https://token.actions.githubusercontent.com'

export interface Said {
  readonly predicateType: string
  readonly predicate?: object
  /** sha256 of the subjects, lower-case hexadecimal. */
  readonly subjects: readonly string[]
  readonly payloadType?: string
}

/** What a workflow's certificate says. */
export interface Workflow {
  readonly repository: string
  readonly issuer?: string
}

/* The JSON of a bundle, as far as tests damage it. */
export interface Bundle {
  mediaType: string
  verificationMaterial: {
    certificate: { rawBytes: string }
    tlogEntries: { inclusionPromise: { signedEntryTimestamp: string }; integratedTime: string }[]
    timestampVerificationData: { rfc3161Timestamps: { signedTimestamp: string }[] }
  }
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string; keyid: string }[] }
}

export interface Lab {
  /** Trusts the authority that signs for workflows. */
  readonly publicRoot: object
  /** Trusts GitHub's own. */
  readonly githubRoot: object
  /** Signed for a workflow of a repository, `org/name`, and logged. */
  build(said: Said, workflow: Workflow): Promise<Bundle>
  /** Signed by the authority called GitHub, time-stamped, in no log. */
  github(said: Said, identity?: string): Promise<Bundle>
  /** Signed by the public authority for any name. */
  stranger(said: Said, identity: string): Promise<Bundle>
}

/** What a log answers, by an identifier. */
interface Logged {
  readonly body: string
  readonly integratedTime: number
  readonly logID: string
  readonly logIndex: number
  readonly verification: {
    readonly signedEntryTimestamp: string
    readonly inclusionProof: { readonly rootHash: string; readonly checkpoint: string }
  }
}

const logUrl = 'https://rekor.sigstore.mock'
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const start = { start: '2020-01-01T00:00:00Z' }
const day = 24 * 3600 * 1000
const base64 = (bytes: ArrayBufferView | ArrayBuffer): string =>
  Buffer.from('buffer' in bytes ? bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) : bytes).toString('base64')
const keys = (): { publicKey: KeyObject; privateKey: KeyObject } => generateKeyPairSync('ec', { namedCurve: 'prime256v1' })

/** A statement as it is signed. */
export function statement({ predicateType, predicate = {}, subjects }: Said): object {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects.map((sha256, i) => ({ name: `asset-${i}`, digest: { sha256 } })),
    predicateType,
    predicate,
  }
}

/** The payload and its pre-authentication encoding (DSSE, protocol.md). */
function envelope(said: Said): { payload: Buffer; payloadType: string; encoded: Buffer } {
  const payload = Buffer.from(JSON.stringify(statement(said)))
  const payloadType = said.payloadType ?? 'application/vnd.in-toto+json'
  const encoded = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload])
  return { payload, payloadType, encoded }
}

export async function createLab(): Promise<Lab> {
  const [caKeys, ctKeys, logKeys, tsaKeys] = [keys(), keys(), keys(), keys()]
  const ctLog = await initializeCTLog(ctKeys)
  const ca = await initializeCA(caKeys, ctLog)
  const log = await initializeTLog(logUrl, logKeys)
  // Whole seconds: sigstore reads no time whose fraction ends with a zero that was left out. And later than the authority's own certificates, which are not made yet.
  const tsa = await initializeTSA(tsaKeys, new Date((Math.floor(Date.now() / 1000) + 60) * 1000))
  const own = await githubAuthority()

  const stamp = async (signature: Buffer): Promise<string> => {
    const artifactHash = createHash('sha256').update(signature).digest()
    return base64(
      await tsa.timestamp({ artifactHash, hashAlgorithmOID: '2.16.840.1.101.3.4.2.1', nonce: 7, policyOID: '1.3.6.1.4.1.57264.2' }),
    )
  }

  async function sign(said: Said, certify: (publicKey: Buffer) => Promise<Buffer>, logged: boolean): Promise<Bundle> {
    const pair = keys()
    const { payload, payloadType, encoded } = envelope(said)
    const signature = createSign('sha256').update(encoded).sign(pair.privateKey)
    const certificate = await certify(pair.publicKey.export({ type: 'spki', format: 'der' }))
    return {
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: {
        certificate: { rawBytes: base64(certificate) },
        tlogEntries: logged ? [await entry(payload, signature, certificate)] : [],
        timestampVerificationData: { rfc3161Timestamps: logged ? [] : [{ signedTimestamp: await stamp(signature) }] },
      },
      dsseEnvelope: { payload: base64(payload), payloadType, signatures: [{ sig: base64(signature), keyid: '' }] },
    }
  }

  async function entry(
    payload: Buffer,
    signature: Buffer,
    certificate: Buffer,
  ): Promise<Bundle['verificationMaterial']['tlogEntries'][number]> {
    const pem = `-----BEGIN CERTIFICATE-----\n${base64(certificate).replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`
    const spec = {
      payloadHash: { algorithm: 'sha256', value: createHash('sha256').update(payload).digest('hex') },
      signatures: [{ signature: base64(signature), verifier: Buffer.from(pem).toString('base64') }],
    }
    const [kept] = Object.values((await log.log({ apiVersion: '0.0.1', kind: 'dsse', spec })) as Record<string, Logged>)
    if (kept === undefined) throw new Error('the log kept nothing')
    const { inclusionProof: proof, signedEntryTimestamp } = kept.verification
    const logEntry = {
      logIndex: String(kept.logIndex),
      logId: { keyId: Buffer.from(kept.logID, 'hex').toString('base64') },
      kindVersion: { kind: 'dsse', version: '0.0.1' },
      integratedTime: String(kept.integratedTime),
      inclusionPromise: { signedEntryTimestamp },
      inclusionProof: {
        logIndex: '0',
        rootHash: Buffer.from(proof.rootHash, 'hex').toString('base64'),
        treeSize: '1',
        hashes: [],
        checkpoint: { envelope: proof.checkpoint },
      },
      canonicalizedBody: kept.body,
    }
    return logEntry
  }

  const issued = async (publicKey: Buffer, subjectAltName: string, extensions: { oid: string; value: string }[]): Promise<Buffer> =>
    Buffer.from(base64(await ca.issueCertificate({ publicKey: new Uint8Array(publicKey), subjectAltName, extensions })), 'base64')

  return {
    publicRoot: {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      certificateAuthorities: [authority('sigstore.mock', [base64(ca.rootCertificate)])],
      ctlogs: [logInstance(ctLog.publicKey)],
      tlogs: [logInstance(log.publicKey)],
      timestampAuthorities: [],
    },
    githubRoot: {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      certificateAuthorities: [authority('GitHub, Inc.', own.chain)],
      ctlogs: [],
      tlogs: [],
      timestampAuthorities: [authority('GitHub, Inc.', [base64(tsa.intCertificate), base64(tsa.rootCertificate)])],
    },
    build: async (said, { repository, issuer = actions }) =>
      sign(
        said,
        async (key) =>
          issued(key, `https://github.com/${repository}/.github/workflows/release.yml@refs/tags/v1`, [
            { oid: '1.3.6.1.4.1.57264.1.8', value: issuer },
            { oid: '1.3.6.1.4.1.57264.1.12', value: `https://github.com/${repository}` },
          ]),
        true,
      ),
    github: async (said, identity = 'https://dotcom.releases.github.com') => sign(said, async (key) => own.issue(key, identity), false),
    stranger: async (said, identity) =>
      sign(said, async (key) => issued(key, identity, [{ oid: '1.3.6.1.4.1.57264.1.8', value: actions }]), true),
  }
}

function authority(organization: string, certificates: readonly string[]): object {
  return {
    subject: { organization, commonName: 'x' },
    uri: 'https://fulcio.invalid',
    certChain: { certificates: certificates.map((rawBytes) => ({ rawBytes })) },
    validFor: start,
  }
}

function logInstance(publicKey: Buffer): object {
  return {
    baseUrl: logUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: base64(publicKey), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor: start },
    logId: { keyId: createHash('sha256').update(publicKey).digest('base64') },
  }
}

/** A root, an intermediate that signs, and another below it, as GitHub's chain has. */
async function githubAuthority(): Promise<{
  readonly chain: readonly string[]
  issue(publicKey: Buffer, identity: string): Promise<Buffer>
}> {
  const make = async (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const [rootKeys, signingKeys] = [await make(), await make()]
  const name = (common: string): { [type: string]: string[] }[] => [{ O: ['GitHub, Inc.'] }, { CN: [common] }]
  const time = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + 30 * day), signingAlgorithm: algorithm }
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...time,
    name: name('Internal Services Root'),
    serialNumber: '01',
    keys: rootKeys,
    extensions: [new x509.BasicConstraintsExtension(true, 2, true), await x509.SubjectKeyIdentifierExtension.create(rootKeys.publicKey)],
  })
  const intermediate = await x509.X509CertificateGenerator.create({
    ...time,
    subject: name('Fulcio Intermediate l1'),
    issuer: name('Internal Services Root'),
    serialNumber: '02',
    publicKey: signingKeys.publicKey,
    signingKey: rootKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      await x509.SubjectKeyIdentifierExtension.create(signingKeys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(rootKeys.publicKey),
    ],
  })
  return {
    chain: [base64(intermediate.rawData), base64(root.rawData)],
    issue: async (publicKey, identity) => {
      const key = await webcrypto.subtle.importKey('spki', publicKey, algorithm, true, ['verify'])
      const leaf = await x509.X509CertificateGenerator.create({
        ...time,
        subject: name('Attester'),
        issuer: name('Fulcio Intermediate l1'),
        serialNumber: '03',
        publicKey: key,
        signingKey: signingKeys.privateKey,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.codeSigning]),
          new x509.SubjectAlternativeNameExtension([{ type: 'url', value: identity }]),
          await x509.AuthorityKeyIdentifierExtension.create(signingKeys.publicKey),
          await x509.SubjectKeyIdentifierExtension.create(key),
        ],
      })
      return Buffer.from(leaf.rawData)
    },
  }
}
