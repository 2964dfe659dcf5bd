// Words about attestations → how much is asked of them.

/** `require`: without one that holds the pin is refused; `prefer`: one that is there has to hold; `off`: nobody looks. */
export type AttestationMode = 'require' | 'prefer' | 'off'

/** In the order of strictness. */
export const attestationModes: readonly AttestationMode[] = ['require', 'prefer', 'off']

/** The mode a text names, or null. */
export function modeOf(text: string): AttestationMode | null {
  return attestationModes.find((mode) => mode === text) ?? null
}
