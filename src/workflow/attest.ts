// What is asked about attestations, of the command or of one pin, and the bytes → evidence, or why the pin is refused.
import type { Digest } from '../core/digest.ts'
import { InputError } from '../core/errors.ts'
import type { Repository } from '../core/release.ts'
import type { EvidenceName, Warning } from '../core/report.ts'
import type { AttestationMode } from '../pin/attestation-mode.ts'
import type { Context } from './context.ts'
import type { Entry } from './entries.ts'
import type { Attestations } from './ports.ts'
import { Refusal } from './refusal.ts'

/** The word for it in reports. */
const name: EvidenceName = 'attestation'

/** How one pin's assets are looked up. */
export interface Attesting {
  readonly mode: Exclude<AttestationMode, 'off'>
  readonly attestations: Attestations
  /** As the pin names it: who else signed does not count. Null where the pin is on no forge. */
  readonly repository: Repository | null
  /** Of the release that the assets shall belong to. */
  readonly tag: string | null
}

/** What came of it for one asset. */
export interface AttestedAs {
  readonly held: readonly EvidenceName[]
  readonly absent: readonly EvidenceName[]
  readonly unchecked: readonly EvidenceName[]
  readonly warnings: readonly Warning[]
  /** Why these bytes are not to be taken, whatever else speaks for them. */
  readonly refusal: Refusal | null
}

const nothing: AttestedAs = { held: [], absent: [], unchecked: [], warnings: [], refusal: null }

/** What a pin says goes before what the command says. Null where nobody asks. Throws InputError where this program was put together without a verifier. */
export function attestingOf(
  entry: Entry,
  tag: string | null,
  { attestations }: Context,
  asked: AttestationMode | undefined,
): Attesting | null {
  const mode = entry.spoken.policy.attestation ?? asked ?? 'off'
  if (mode === 'off') return null
  if (attestations === undefined)
    throw new InputError('usage', 'Attestations are asked for, but this program was put together without what verifies them')
  return { mode, attestations, repository: repositoryOf(entry), tag }
}

function repositoryOf(entry: Entry): Repository | null {
  return entry.kind === 'spec' ? { server: 'github.com', org: entry.spec.org, name: entry.spec.name } : entry.pin.repository
}

/** Says at once what is missing where the command itself asks for attestations. Throws InputError. */
export async function readyToAttest({ attestations }: Context, asked: AttestationMode | undefined): Promise<void> {
  if (asked !== undefined && asked !== 'off') await attestations?.ready()
}

/** Lets what the forge says begin before the bytes are all there; what comes of it is asked for again with `attest`. */
export function beginToAttest(by: Attesting | null | undefined, digest: Digest | null): void {
  if (by?.repository && by.tag !== null && digest?.algorithm === 'sha256')
    by.attestations.check({ repository: by.repository, tag: by.tag, digest }).catch(() => undefined)
}

/** Looks attestations of the bytes up and weighs them. Throws what Attestations throws. */
export async function attest(by: Attesting | null | undefined, url: string, sha256: Digest | null): Promise<AttestedAs> {
  if (by === null || by === undefined) return nothing
  const { mode, attestations, repository, tag } = by
  if (repository === null || tag === null) return absent(mode, url, 'it belongs to no release on GitHub')
  if (sha256 === null) return unchecked(mode, url, 'nobody says the sha256 of its bytes; leave out --no-download')
  const verdict = await attestations.check({ repository, tag, digest: sha256 })
  switch (verdict.kind) {
    case 'valid':
      return { ...nothing, held: [name] }
    case 'absent':
      return absent(mode, url, `${repository.org}/${repository.name} has none for these bytes that says where they come from`)
    case 'unchecked':
      return unchecked(mode, url, verdict.message)
    case 'invalid':
      return {
        ...nothing,
        refusal: new Refusal(
          'refused',
          'bad-attestation',
          `The attestation of ${url} does not hold, so this pin is left alone: ${verdict.message}`,
        ),
      }
  }
}

function absent(mode: Attesting['mode'], url: string, why: string): AttestedAs {
  const refusal =
    mode === 'prefer' ? null : new Refusal('refused', 'no-attestation', `An attestation is required, and ${url} has none: ${why}`)
  return { ...nothing, absent: [name], refusal }
}

/** Never the same as absent: asking again, or better equipped, may give another answer. */
function unchecked(mode: Attesting['mode'], url: string, why: string): AttestedAs {
  if (mode === 'require')
    return {
      ...nothing,
      unchecked: [name],
      refusal: new Refusal(
        'unknown',
        'unchecked-attestation',
        `An attestation is required, and whether ${url} has one that holds could not be checked: ${why}`,
      ),
    }
  return {
    ...nothing,
    unchecked: [name],
    warnings: [{ code: 'evidence-unavailable', message: `attestations of ${url} could not be checked: ${why}` }],
  }
}
