// A bundle of unknown worth to who signed what in it, or why it is not to be believed.
import { X509Certificate } from 'node:crypto'
import type { ParsedBundle, ParsedRoot, ParsedSigner, Sigstore, Thresholds } from './attestation-sigstore.ts'

/** Who signed, as the certificate of a trusted authority says. */
export interface Signer {
  /** The certificate's one name; null where it has none. */
  readonly identity: string | null
  /** Who vouched for that name to the authority: an OpenID issuer. */
  readonly issuer: string | null
  /** The repository whose workflow ran: `https://github.com/org/name`. */
  readonly sourceRepository: string | null
  /** Whether the authority is GitHub's own, the only one that may speak for GitHub itself. */
  readonly byGithub: boolean
}

/** What is to be thought of a bundle's signature. */
export type Signature =
  | { readonly kind: 'good'; readonly signer: Signer }
  | { readonly kind: 'bad'; readonly message: string }
  /** No trusted root knows who vouches for it. */
  | { readonly kind: 'strange'; readonly message: string }

/** What an envelope holds; not believed before its signature was checked. */
export interface Opened {
  readonly payloadType: string
  readonly payload: Uint8Array
  /** Checks the signature over exactly this payload. Never throws. */
  check(roots: readonly ParsedRoot[]): Signature
}

// https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
const issuerOid = '1.3.6.1.4.1.57264.1.8'
const sourceRepositoryOid = '1.3.6.1.4.1.57264.1.12'
/** As Node writes the name, and as others do. */
const github: ReadonlySet<string> = new Set(['O=GitHub\\, Inc.', 'O=GitHub, Inc.'])

/** Opens a bundle; null where it is none, or signs bytes without a statement. */
export function openBundle(sigstore: Sigstore, json: unknown): Opened | null {
  let bundle: ParsedBundle
  try {
    bundle = sigstore.bundleFromJSON(json)
  } catch {
    return null
  }
  if (bundle.content.$case !== 'dsseEnvelope') return null
  const { payload, payloadType } = bundle.content.dsseEnvelope
  return {
    payload,
    payloadType,
    check: (roots) => {
      const leaf = leafOf(bundle)
      if (leaf === null) return { kind: 'bad', message: 'it was not signed with a certificate' }
      const speaking = roots.filter((root) => subjectsOf(root).has(leaf.issuer))
      if (speaking.length === 0)
        return {
          kind: 'strange',
          message: `it is signed by an authority that no trusted root knows (${leaf.issuer.replaceAll('\n', ', ')})`,
        }
      const byGithub = leaf.issuer.split('\n').some((part) => github.has(part))
      let message: string | null = null
      for (const root of speaking) {
        try {
          const signer = signerOf(sigstore.verify(bundle, root, thresholdsFor(root, byGithub)), byGithub)
          return { kind: 'good', signer }
        } catch (error) {
          // Keys change every year: a root that is older than the signature has nothing to say against it.
          if (knowsWitnesses(sigstore, bundle, root)) message = error instanceof Error ? error.message : String(error)
        }
      }
      if (message !== null) return { kind: 'bad', message: `its signature does not hold: ${message}` }
      return { kind: 'strange', message: 'its time is witnessed by a key that no trusted root knows; the root may be too old' }
    },
  }
}

/** GitHub's own authority keeps no public logs, but stamps the time; every other one is held to the logs that its root names. */
function thresholdsFor(root: ParsedRoot, byGithub: boolean): Thresholds {
  const count = (logs: readonly unknown[]): number => (byGithub || logs.length === 0 ? 0 : 1)
  return { ctlogThreshold: count(root.ctlogs), tlogThreshold: count(root.tlogs), timestampThreshold: 1 }
}

/** Whether the root names every authority that stamped the bundle's time and every log that holds it. */
function knowsWitnesses(sigstore: Sigstore, bundle: ParsedBundle, root: ParsedRoot): boolean {
  const logs = new Set(
    root.tlogs.flatMap(({ logId, checkpointKeyId }) =>
      [logId, checkpointKeyId].flatMap((id) => (id === undefined ? [] : [hexOf(id.keyId)])),
    ),
  )
  const stampers = new Set(certificatesOf(root.timestampAuthorities).map(({ serialNumber }) => BigInt(`0x${serialNumber}`)))
  try {
    return (
      bundle.verificationMaterial.tlogEntries.every(({ logId }) => logId === undefined || logs.has(hexOf(logId.keyId))) &&
      sigstore.stampers(bundle).every((serial) => stampers.has(BigInt(`0x${hexOf(serial)}`)))
    )
  } catch {
    return true
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function leafOf(bundle: ParsedBundle): X509Certificate | null {
  const { content } = bundle.verificationMaterial
  const bytes =
    content.$case === 'certificate'
      ? content.certificate.rawBytes
      : content.$case === 'x509CertificateChain'
        ? content.x509CertificateChain.certificates[0]?.rawBytes
        : undefined
  return bytes === undefined ? null : certificate(bytes)
}

function subjectsOf(root: ParsedRoot): ReadonlySet<string> {
  return new Set(certificatesOf(root.certificateAuthorities).map(({ subject }) => subject))
}

function certificatesOf(authorities: ParsedRoot['certificateAuthorities']): readonly X509Certificate[] {
  return authorities.flatMap(({ certChain }) => certChain?.certificates ?? []).flatMap(({ rawBytes }) => certificate(rawBytes) ?? [])
}

function certificate(bytes: Uint8Array): X509Certificate | null {
  try {
    return new X509Certificate(bytes)
  } catch {
    return null
  }
}

function signerOf({ identity }: ParsedSigner, byGithub: boolean): Signer {
  const extension = (wanted: string): string | null => {
    const [only, second] = (identity?.oids ?? []).filter(({ oid }) => oid?.id.join('.') === wanted)
    return only === undefined || second !== undefined ? null : utf8String(only.value)
  }
  return {
    identity: identity?.subjectAlternativeName ?? null,
    issuer: extension(issuerOid),
    sourceRepository: extension(sourceRepositoryOid),
    byGithub,
  }
}

/** The text of a DER UTF8String that fills the bytes; null for everything else. */
function utf8String(der: Uint8Array): string | null {
  const [tag, first = 0] = der
  const long = first > 0x80 ? first - 0x80 : 0
  const length = long === 0 ? first : der.subarray(2, 2 + long).reduce((sum, byte) => sum * 256 + byte, 0)
  const text = der.subarray(2 + long)
  if (tag !== 0x0c || first === 0x80 || long > 2 || text.length !== length) return null
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text)
  } catch {
    return null
  }
}
