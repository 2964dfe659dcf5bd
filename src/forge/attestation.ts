// Bytes, by their digest, and the release they are said to be of, to what signed attestations say of it.
import { NetworkError } from '../core/errors.ts'
import type { Digest } from '../core/digest.ts'
import type { Repository } from '../core/release.ts'
import type { BundleSource, FetchedBundle } from './attestation-bundles.ts'
import type { ParsedRoot, Sigstore } from './attestation-sigstore.ts'
import { decodeStatement, kindOf, type Statement, type StatementKind } from './attestation-statement.ts'
import { trustedRoots, type TrustOptions } from './attestation-trust.ts'
import { openBundle, type Signer } from './attestation-verifier.ts'
import { ShapeError } from './decode-release.ts'

/** The bytes that are asked about, and what they shall be. */
export interface Attested {
  readonly repository: Repository
  /** Of the release that the bytes belong to. */
  readonly tag: string
  /** Of the bytes, a sha256: by this alone the forge finds attestations. */
  readonly digest: Digest
}

/** What attestations say. The kinds are never mixed: what could not be checked is neither absent nor invalid. */
export type AttestationVerdict =
  /** At least one holds, and none is broken. */
  | { readonly kind: 'valid'; readonly by: readonly StatementKind[] }
  /** The forge has none that say where the bytes come from. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unchecked'; readonly message: string }
  /** One is there and does not hold. */
  | { readonly kind: 'invalid'; readonly message: string }

/** Looks attestations up and verifies them. */
export interface Attestations {
  /** Loads what verifying needs. Throws InputError where it is not installed or a given trusted root is of no use. */
  ready(): Promise<void>
  /** Throws what `ready` throws, AbsentError, and InterruptedError; what the network hinders is a verdict. */
  check(attested: Attested): Promise<AttestationVerdict>
}

/** What attestations are checked with. */
export interface AttestationOptions {
  readonly source: BundleSource
  /** Throws InputError where the package is not installed. */
  readonly load: () => Sigstore
  readonly trust: TrustOptions
}

/** Every digest of a release is looked up once, and the keys are fetched once. */
export function attestations({ source, load, trust }: AttestationOptions): Attestations {
  let sigstore: Sigstore | null = null
  let trusted: Promise<readonly ParsedRoot[]> | null = null
  const loaded = (): Sigstore => (sigstore ??= load())
  const roots = async (): Promise<readonly ParsedRoot[]> => (trusted ??= trustedRoots(loaded(), trust))
  const known = new Map<string, Promise<AttestationVerdict>>()

  const judged = async (attested: Attested): Promise<AttestationVerdict> => {
    const { repository, digest } = attested
    // Only github.com signs with identities that are known here.
    if (repository.server !== 'github.com')
      return { kind: 'unchecked', message: `attestations of ${repository.server} are not understood, only those of github.com` }
    const used = loaded()
    try {
      const bundles = await source.bundles(repository, hexOf(digest))
      return bundles.length === 0 ? { kind: 'absent' } : together(judgeAll(used, bundles, attested, await roots()))
    } catch (error) {
      if (error instanceof NetworkError) return { kind: 'unchecked', message: error.message }
      throw error
    }
  }

  return {
    ready: async () => {
      loaded()
      // Over the network only once there is something to verify.
      if (trust.file !== null) await roots()
    },
    check: async (attested) => {
      const { repository, tag, digest } = attested
      const key = JSON.stringify([repository.server, repository.org, repository.name, tag, digest.algorithm, hexOf(digest)])
      const verdict = known.get(key) ?? judged(attested)
      known.set(key, verdict)
      return verdict
    },
  }
}

/** What one bundle comes to. */
type Judgement =
  | { readonly kind: 'holds'; readonly by: StatementKind }
  /** Says nothing of where these bytes come from: another predicate, another release. */
  | { readonly kind: 'beside' }
  /** Well signed, by somebody else. */
  | { readonly kind: 'foreign'; readonly message: string }
  | { readonly kind: 'broken'; readonly message: string }
  | { readonly kind: 'unchecked'; readonly message: string }

function judgeAll(
  sigstore: Sigstore,
  bundles: readonly FetchedBundle[],
  attested: Attested,
  roots: readonly ParsedRoot[],
): readonly Judgement[] {
  return bundles.map((each) => (each.ok ? judge(sigstore, each.json, attested, roots) : { kind: 'unchecked', message: each.message }))
}

/** A broken one outweighs everything; somebody else's counts against the bytes only where nobody right has signed. */
function together(judgements: readonly Judgement[]): AttestationVerdict {
  const messages = (kind: Judgement['kind']): string =>
    [...new Set(judgements.flatMap((each) => (each.kind === kind && 'message' in each ? [each.message] : [])))].join('; ')
  const holding = judgements.flatMap((each) => (each.kind === 'holds' ? [each.by] : []))
  if (judgements.some(({ kind }) => kind === 'broken')) return { kind: 'invalid', message: messages('broken') }
  if (holding.length > 0) return { kind: 'valid', by: [...new Set(holding)].toSorted() }
  if (judgements.some(({ kind }) => kind === 'foreign')) return { kind: 'invalid', message: messages('foreign') }
  if (judgements.some(({ kind }) => kind === 'unchecked')) return { kind: 'unchecked', message: messages('unchecked') }
  return { kind: 'absent' }
}

function judge(sigstore: Sigstore, json: unknown, attested: Attested, roots: readonly ParsedRoot[]): Judgement {
  const opened = openBundle(sigstore, json)
  if (opened === null) return { kind: 'broken', message: 'an attestation is no bundle with a signed statement' }
  let statement: Statement
  try {
    statement = decodeStatement(opened.payloadType, opened.payload)
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error
    return { kind: 'broken', message: `an attestation cannot be read: ${error.message}` }
  }
  const by = kindOf(statement.predicateType)
  if (by === null) return { kind: 'beside' }
  const named = by === 'provenance' ? "the build's attestation" : "the release's attestation"
  const signature = opened.check(roots)
  if (signature.kind === 'bad') return { kind: 'broken', message: `${named} is not valid: ${signature.message}` }
  if (signature.kind === 'strange')
    return {
      kind: 'unchecked',
      message: `${named} could not be verified: ${signature.message}; 'gh attestation trusted-root' prints roots for --trusted-root`,
    }
  const stranger = by === 'provenance' ? notTheBuild(signature.signer, attested) : notTheForge(signature.signer, statement, attested)
  if (stranger !== null)
    return { kind: 'foreign', message: `${named} is not of ${attested.repository.org}/${attested.repository.name}: ${stranger}` }
  if (!statement.subjects.has(hexOf(attested.digest))) return { kind: 'broken', message: `${named} is about other bytes than these` }
  if (by === 'release' && statement.release?.tag !== attested.tag) return { kind: 'beside' }
  return { kind: 'holds', by }
}

const actions = 'https://token.actions.githubusercontent.com'
const releases = 'https://dotcom.releases.github.com'

/** Why a build was not the pin's repository's: every part is compared whole. */
function notTheBuild({ issuer, sourceRepository }: Signer, { repository }: Attested): string | null {
  const wanted = `https://github.com/${repository.org}/${repository.name}`
  if (issuer !== actions) return `its signer was vouched for by ${issuer ?? 'nobody'}, not by ${actions}`
  return sourceRepository === wanted ? null : `it was built from ${sourceRepository ?? 'an unnamed repository'}, not from ${wanted}`
}

/** Why a release's statement was not made by GitHub about the pin's repository. */
function notTheForge({ identity, byGithub }: Signer, { release }: Statement, { repository }: Attested): string | null {
  if (!byGithub || identity !== releases) return `it is signed by ${identity ?? 'nobody'}, not by GitHub itself (${releases})`
  const wanted = `${repository.org}/${repository.name}`
  return release?.repository === wanted ? null : `it names ${release?.repository ?? 'no repository'}`
}

function hexOf({ bytes }: Digest): string {
  return Buffer.from(bytes).toString('hex')
}
