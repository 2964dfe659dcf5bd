// The signed text of an attestation to what it states, about which bytes. Pure.
import { ShapeError } from './decode-release.ts'

/** An in-toto statement, as far as it is understood here. */
export interface Statement {
  readonly predicateType: string
  /** sha256 of each subject that has one, lower-case hexadecimal. */
  readonly subjects: ReadonlySet<string>
  /** What a statement about a release says of it; null where it does not say. */
  readonly release: { readonly repository: string; readonly tag: string } | null
}

/** What kinds of statements count: who built the bytes from what, and which release they belong to. */
export type StatementKind = 'provenance' | 'release'

/** The kind of a predicate type; null for all others (lists of parts, test results, …), which say nothing of where bytes come from. */
export function kindOf(predicateType: string): StatementKind | null {
  if (predicateType === 'https://slsa.dev/provenance/v1') return 'provenance'
  return /^https:\/\/in-toto\.io\/attestation\/release\/v0\.\d+$/.test(predicateType) ? 'release' : null
}

const payloadType = 'application/vnd.in-toto+json'

/** Reads the payload of an envelope. Throws ShapeError. */
export function decodeStatement(type: string, payload: Uint8Array): Statement {
  if (type !== payloadType) throw new ShapeError(`it holds ${JSON.stringify(type)} in place of an in-toto statement`)
  const fields = record(parse(payload), 'the statement')
  const statementType = fields['_type']
  if (statementType !== 'https://in-toto.io/Statement/v1' && statementType !== 'https://in-toto.io/Statement/v0.1')
    throw new ShapeError(`it is a statement of an unknown type, ${JSON.stringify(statementType)}`)
  const { predicateType, subject } = fields
  if (typeof predicateType !== 'string') throw new ShapeError('the statement has no predicateType')
  if (!Array.isArray(subject)) throw new ShapeError('the statement has no list of subjects')
  const subjects = subject.flatMap((each: unknown) => {
    const sha256 = optional(optional(each)?.['digest'])?.['sha256']
    return typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) ? [sha256] : []
  })
  const predicate = optional(fields['predicate'])
  const [repository, tag] = [predicate?.['repository'], predicate?.['tag']]
  const release = typeof repository === 'string' && typeof tag === 'string' ? { repository, tag } : null
  return { predicateType, subjects: new Set(subjects), release }
}

function parse(payload: Uint8Array): unknown {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
    return json
  } catch {
    throw new ShapeError('the statement is no JSON')
  }
}

function record(json: unknown, where: string): Readonly<Record<string, unknown>> {
  const fields = optional(json)
  if (fields === null) throw new ShapeError(`${where} is no object`)
  return fields
}

function optional(json: unknown): Readonly<Record<string, unknown>> | null {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Readonly<Record<string, unknown>>) : null
}
