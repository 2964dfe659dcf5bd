// A document → a code quality report, as GitLab reads it (docs.gitlab.com/ci/testing/code_quality, "Code Quality report format").
import { fingerprints } from './fingerprint.ts'
import type { Finding } from './findings.ts'
import { findingsOf } from './findings.ts'
import { jsonText } from './json.ts'
import { printable } from './layout.ts'
import type { Subject } from './subject.ts'

/** A list, empty where there is nothing to say. schema/gitlab.schema.json describes it. */
export function gitlabText({ document, prefix }: Subject): string {
  const findings = findingsOf(document)
  const names = fingerprints(findings, prefix)
  return jsonText(
    findings.map((finding, i) => ({
      description: printable(finding.message),
      check_name: `pinhash/${finding.code}`,
      fingerprint: names[i],
      severity: severity(finding),
      location: { path: prefix + finding.file, lines: { begin: finding.line ?? 1 } },
    })),
  )
}

/** A hash that does not hold outranks everything; what could not be found out is no more than a warning. */
function severity({ level, outcome }: Finding): 'critical' | 'major' | 'minor' | 'info' {
  if (level === 'note') return 'info'
  if (level === 'warning') return 'minor'
  return outcome === 'mismatch' || outcome === 'drift' ? 'critical' : 'major'
}
