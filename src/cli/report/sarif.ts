// A document or an error → a SARIF 2.1.0 log, as code scanning takes it.
import { fingerprints } from './fingerprint.ts'
import type { Finding, FindingCode } from './findings.ts'
import { findingsOf } from './findings.ts'
import { errorDocument, jsonText } from './json.ts'
import { meanings } from './rules.ts'
import type { Origin, Subject } from './subject.ts'
import { urlPart } from './url-part.ts'

const home = 'https://www.npmjs.com/package/pinhash'

/** One run with the rules that its results name. schema/sarif.schema.json describes it. */
export function sarifText({ command, document, version, prefix }: Subject): string {
  const findings = findingsOf(document)
  const codes = [...new Set(findings.map(({ code }) => code))].toSorted()
  const names = fingerprints(findings, prefix)
  return log(command, version, codes, {
    invocations: [{ executionSuccessful: true }],
    results: findings.map((finding, i) => result(finding, { prefix, index: codes.indexOf(finding.code), fingerprint: names[i] ?? '' })),
  })
}

/** For a command that could not run at all: a run without results that says why. */
export function sarifError(error: unknown, { command, version }: Origin): string {
  const { code, message } = errorDocument(error).error
  const notification = { level: 'error', message: { text: plainText(message) }, descriptor: { id: code } }
  const invocations = [{ executionSuccessful: false, toolExecutionNotifications: [notification] }]
  return log(command, version, [], { invocations, results: [] })
}

function log(command: string | null, version: string, codes: readonly FindingCode[], run: object): string {
  return jsonText({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'pinhash', semanticVersion: version, informationUri: home, rules: codes.map(rule) } },
        // Code scanning keeps the alerts of each category apart.
        automationDetails: { id: command === null ? 'pinhash/' : `pinhash/${command}/` },
        originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the repository' } } },
        columnKind: 'unicodeCodePoints',
        ...run,
      },
    ],
  })
}

function rule(code: FindingCode): object {
  const text = meanings[code]
  return {
    id: code,
    name: code.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text },
    fullDescription: { text },
    help: { text },
    helpUri: `${home}#read-on`,
    defaultConfiguration: { level: 'warning' },
    properties: { tags: ['supply-chain', 'nix'] },
  }
}

function result(
  { code, level, message, pin, systems, outcome, file, line, column }: Finding,
  { prefix, index, fingerprint }: { readonly prefix: string; readonly index: number; readonly fingerprint: string },
): object {
  const uri = (prefix + file).split('/').map(urlPart).join('/')
  const region = { startLine: line ?? 1, ...(line === null || column === null ? {} : { startColumn: column }) }
  return {
    ruleId: code,
    ruleIndex: index,
    level,
    message: { text: plainText(message) },
    locations: [{ physicalLocation: { artifactLocation: { uri, uriBaseId: '%SRCROOT%' }, region } }],
    partialFingerprints: { 'pinhash/v1': fingerprint },
    properties: { ...(pin === null ? {} : { pin, outcome }), ...(systems.length === 0 ? {} : { systems }) },
  }
}

/** Text in which nothing is a link: `[…](…)` would be one (SARIF 2.1.0, 3.11.6). */
function plainText(text: string): string {
  return text.replaceAll('](', '] (')
}
