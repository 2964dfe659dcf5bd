// The package sigstore, which a person installs who wants attestations verified, to the few of its parts that are used here.
import { createRequire } from 'node:module'
import { InputError } from '../core/errors.ts'

/** How the package is installed. Its next major version does not run on every Node that pinhash runs on. */
export const installCommand = 'npm i sigstore@4'

/** A bundle that has the right shape. */
export interface ParsedBundle {
  readonly content:
    | { readonly $case: 'dsseEnvelope'; readonly dsseEnvelope: { readonly payload: Uint8Array; readonly payloadType: string } }
    | { readonly $case: 'messageSignature' }
  readonly verificationMaterial: {
    readonly content:
      | { readonly $case: 'certificate'; readonly certificate: { readonly rawBytes: Uint8Array } }
      | {
          readonly $case: 'x509CertificateChain'
          readonly x509CertificateChain: { readonly certificates: readonly { readonly rawBytes: Uint8Array }[] }
        }
      | { readonly $case: 'publicKey' }
    readonly tlogEntries: readonly { readonly logId?: LogId | undefined }[]
  }
}

/** The hash of a log's public key. */
interface LogId {
  readonly keyId: Uint8Array
}

interface Authority {
  readonly certChain?: { readonly certificates: readonly { readonly rawBytes: Uint8Array }[] } | undefined
}

/** A set of authorities, as a trusted root lists them. */
export interface ParsedRoot {
  readonly certificateAuthorities: readonly Authority[]
  readonly timestampAuthorities: readonly Authority[]
  readonly tlogs: readonly { readonly logId?: LogId | undefined; readonly checkpointKeyId?: LogId | undefined }[]
  readonly ctlogs: readonly unknown[]
}

/** Who signed, as the verified certificate says. */
export interface ParsedSigner {
  readonly identity?:
    | {
        readonly subjectAlternativeName?: string | undefined
        readonly oids?: readonly { readonly oid?: { readonly id: readonly number[] } | undefined; readonly value: Uint8Array }[] | undefined
      }
    | undefined
}

/** How many witnesses are asked for at least. */
export interface Thresholds {
  readonly ctlogThreshold: number
  readonly tlogThreshold: number
  readonly timestampThreshold: number
}

/** What is used of the package. */
export interface Sigstore {
  /** Throws where the JSON is no bundle. */
  bundleFromJSON(json: unknown): ParsedBundle
  /** Throws where the JSON is no trusted root. */
  rootFromJSON(json: unknown): ParsedRoot
  /** The serial numbers of the certificates that stamped the time of a bundle, big-endian. Throws where a stamp is none. */
  stampers(bundle: ParsedBundle): readonly Uint8Array[]
  /** Signature, certificate chain, time and logs. Throws where one of them does not hold. */
  verify(bundle: ParsedBundle, root: ParsedRoot, thresholds: Thresholds): ParsedSigner
  /** Sigstore's own public root by TUF. Throws where it cannot be brought up to date. */
  fetchRoot(options: {
    readonly cachePath: string
    readonly timeout: number
    readonly mirrorURL?: string
    readonly rootPath?: string
  }): Promise<ParsedRoot>
}

/* The names and shapes of sigstore 4. */
interface VerifyPart {
  readonly toTrustMaterial: (root: ParsedRoot) => unknown
  readonly toSignedEntity: (bundle: ParsedBundle) => {
    readonly timestamps: readonly { readonly timestamp?: { readonly signerSerialNumber: Uint8Array } }[]
  }
  readonly Verifier: new (material: unknown, thresholds: Thresholds) => { verify(entity: unknown): ParsedSigner }
}

interface TufPart {
  readonly getTrustedRoot: (options: object) => Promise<ParsedRoot>
}

/**
 * Loads the package as it is installed beside the module `from`, this one unless given; never out of the folder that is worked in, whose code is
 * not pinhash's to run. Throws InputError `bad-config` that says how to install it.
 */
export function loadSigstore(from: string = import.meta.url): Sigstore {
  const here = createRequire(from)
  const { version, own } = find(here)
  if (!/^4\./.test(version))
    throw new InputError(
      'bad-config',
      `Attestations are verified with version 4 of the package sigstore, and ${version} is installed; run ${installCommand}`,
    )
  const bundle = own('@sigstore/bundle') as Pick<Sigstore, 'bundleFromJSON'>
  const specs = own('@sigstore/protobuf-specs') as { readonly TrustedRoot: { readonly fromJSON: (json: unknown) => ParsedRoot } }
  const { toTrustMaterial, toSignedEntity, Verifier } = own('@sigstore/verify') as VerifyPart
  return {
    bundleFromJSON: bundle.bundleFromJSON,
    rootFromJSON: (json) => specs.TrustedRoot.fromJSON(json),
    stampers: (parsed) =>
      toSignedEntity(parsed).timestamps.flatMap(({ timestamp }) => (timestamp === undefined ? [] : [timestamp.signerSerialNumber])),
    verify: (parsed, root, thresholds) => new Verifier(toTrustMaterial(root), thresholds).verify(toSignedEntity(parsed)),
    fetchRoot: async (options) => (own('@sigstore/tuf') as TufPart).getTrustedRoot({ ...options, retry: { retries: 2 } }),
  }
}

/** Its parts are found the way the package itself finds them, wherever the package manager put them. */
function find(here: NodeJS.Require): { readonly version: string; readonly own: (name: string) => unknown } {
  try {
    const own: (name: string) => unknown = createRequire(here.resolve('sigstore'))
    const { version } = here('sigstore/package.json') as { readonly version: string }
    return { version, own }
  } catch (cause) {
    throw new InputError(
      'bad-config',
      `Attestations are verified with the package sigstore, which is not installed; run ${installCommand} where pinhash is installed`,
      { cause },
    )
  }
}
