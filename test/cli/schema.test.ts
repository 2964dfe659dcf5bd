import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { ofReason } from '../../src/cli/exit-code.ts'
import { errorDocument } from '../../src/cli/report/json.ts'
import { InterruptedError, NetworkError } from '../../src/core/errors.ts'
import { convertHashes } from '../../src/workflow/convert.ts'
import { asset, foreign, listDocument, outcome, outcomes, syntaxProblem, updated } from './documents.ts'

function schema(name: string): object {
  return JSON.parse(readFileSync(new URL(`../../schema/${name}`, import.meta.url), 'utf8')) as object
}

const reportSchema = schema('report.schema.json') as { definitions: { reasonCode: { enum: string[] } } }
const ajv = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true })
const report = ajv.compile(reportSchema)
const config = ajv.compile(schema('pinhash.schema.json'))

describe('the schema of reports', () => {
  const refused = outcome({
    outcome: 'refused',
    reason: { code: 'doubt', message: 'two assets fit' },
    warnings: [{ code: 'same-hash', message: 'same' }],
  })
  it.each<[string, object]>([
    ['a list', listDocument],
    [
      'outcomes',
      outcomes([updated, refused, outcome({ systems: { a: [asset({ new: null, size: null, evidence: [] })] } })], [syntaxProblem, foreign]),
    ],
    ['a dry run', { ...outcomes([updated]), diff: '--- a\n' }],
    ['nothing', outcomes([])],
    ['hashes', convertHashes(['zz', '0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73'], 'sri', null)],
    ['a script for a shell', { completion: 'complete -c pinhash -f\n' }],
    ['an error', errorDocument(new NetworkError('rate-limited', 'later'))],
    ['an interruption', errorDocument(new InterruptedError('stopped'))],
    ['a bug', errorDocument(new TypeError('x is not a function'))],
    ['a field of a later version', { ...outcomes([]), later: true }],
  ])('accepts %s', (_, document) => {
    expect(report(JSON.parse(JSON.stringify(document))), JSON.stringify(report.errors)).toBe(true)
  })

  it.each<[string, object]>([
    ['an empty object', {}],
    ['an outcome without its file', { outcomes: [{ ...updated, file: undefined }], problems: [] }],
    ['an outcome of another name', { outcomes: [{ ...updated, outcome: 'fine' }], problems: [] }],
    ['a refusal without a reason', outcomes([outcome({ outcome: 'refused' })])],
    ['a reason of another code', outcomes([outcome({ outcome: 'refused', reason: { code: 'whim' as 'doubt', message: '' } })])],
    ['line 0', outcomes([outcome({ line: 0 })])],
    ['no hash and no reason', { hashes: [{ input: 'a', hash: null, size: null }] }],
    ['an error without a message', { error: { code: 'usage' } }],
  ])('refuses %s', (_, document) => {
    expect(report(JSON.parse(JSON.stringify(document)))).toBe(false)
  })
})

it('names exactly the reasons there are', () => {
  expect([...reportSchema.definitions.reasonCode.enum].sort()).toEqual(Object.keys(ofReason).sort())
})

describe('the schema of pinhash.json', () => {
  const cue = {
    org: 'cue-lang',
    name: 'cue',
    version: 'v0.10.0',
    asset: '{name}_{version}_{os}_{arch}.tar.gz',
    systems: ['x86_64-linux'],
    file: 'nix/pins.nix',
  }
  it.each<[string, object]>([
    ['pins with an asset pattern', { $schema: './x.json', pins: { cue } }],
    ['pins with an asset for each system', { pins: { cue: { ...cue, asset: undefined, systems: { 'x86_64-linux': 'cue.tar.gz' } } } }],
    ['no pins', { pins: {} }],
    ['a message', { message: 'deps: {pin} {from}..{to}\n\n{org}/{name}, {file}' }],
  ])('accepts %s', (_, document) => {
    expect(config(JSON.parse(JSON.stringify(document))), JSON.stringify(config.errors)).toBe(true)
  })

  it.each<[string, object]>([
    ['no pins at all', {}],
    ['a message with a placeholder there is not', { message: '{version}' }],
    ['a misspelt field', { pins: { cue: { ...cue, verison: 'v1' } } }],
    ['a pin without a version', { pins: { cue: { ...cue, version: undefined } } }],
    ['a pin without systems', { pins: { cue: { ...cue, systems: [] } } }],
    ['a system twice', { pins: { cue: { ...cue, systems: ['x86_64-linux', 'x86_64-linux'] } } }],
    ['an asset that is no text', { pins: { cue: { ...cue, systems: { 'x86_64-linux': 1 } } } }],
  ])('refuses %s', (_, document) => {
    expect(config(JSON.parse(JSON.stringify(document)))).toBe(false)
  })
})
