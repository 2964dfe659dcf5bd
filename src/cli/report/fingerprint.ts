// Findings → names that stay the same from run to run, whatever lines or hashes they stand at.
import { createHash } from 'node:crypto'
import type { Finding } from './findings.ts'

/** One for each finding, in their order: 32 hexadecimal digits of file, pin, systems and code, then `:` and how often these came before, from 1. No two are the same. */
export function fingerprints(findings: readonly Finding[], prefix: string): readonly string[] {
  const seen = new Map<string, number>()
  return findings.map(({ file, pin, systems, code }) => {
    const identity = JSON.stringify([prefix + file, pin, [...systems].toSorted(), code])
    const digits = createHash('sha256').update(identity).digest('hex').slice(0, 32)
    const times = (seen.get(digits) ?? 0) + 1
    seen.set(digits, times)
    return `${digits}:${times}`
  })
}
