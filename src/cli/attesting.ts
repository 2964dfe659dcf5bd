// The options about attestations → their values.
import { type AttestationMode, attestationModes, modeOf } from '../pin/attestation-mode.ts'
import type { Option } from './options.ts'
import type { Given } from './settings.ts'

/** Accepted by `update` and `verify`. */
export const attesting: readonly Option[] = [
  {
    name: 'attestation',
    kind: 'value',
    choices: attestationModes,
    describe:
      "require: refuse what has no valid attestation of its build or release by GitHub; prefer: refuse what has an invalid one; off (the default). A pin's own word goes before",
  },
  {
    name: 'trusted-root',
    kind: 'value',
    describe: "FILE: verify attestations with these keys, such as 'gh attestation trusted-root' prints, instead of fetching them",
  },
]

/** What the command asks for; nothing where the option was not given. */
export function readAttesting(given: Given): { readonly attestation?: AttestationMode } {
  const mode = modeOf(given.value('attestation') ?? '')
  return mode === null ? {} : { attestation: mode }
}
