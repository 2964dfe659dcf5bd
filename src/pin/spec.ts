// The text of pinhash.json becomes the pins it asks for, or the list of what is wrong in it and where.
import { ageProblem, parseDuration } from '../core/duration.ts'
import { jsonPath, parseJson } from '../core/json.ts'
import type { JsonMember, JsonNode, JsonObject, JsonString } from '../core/json.ts'
import { readMirror } from '../core/mirror.ts'
import { usualSystems } from '../core/system.ts'
import type { System } from '../core/system.ts'
import { archNames, fillTemplate, isSystem, osNames, templateProblem } from './asset-template.ts'
import type { AssetWords } from './asset-template.ts'
import { messageProblem } from './commit-message.ts'
import { mirrorsKey } from './mirrors.ts'
import { nearest } from './nearest.ts'
import { modeOf } from './attestation-mode.ts'
import { type Policy, attestationProblem, followProblem, noPolicy } from './policy.ts'
import { tagProblem } from './tag.ts'

/** One pin of pinhash.json. */
export interface SpecPin extends AssetWords {
  readonly pin: string
  /** The literal of `version`, quotes included: what a bump replaces the inside of. */
  readonly versionNode: JsonString
  /** Each system with the template of its asset, in order of appearance. */
  readonly systems: readonly { readonly system: System; readonly asset: string }[]
  /** The generated file, relative to the root, forward slashes, without a leading `./`. */
  readonly file: string
  readonly policy: Policy
}

export interface Spec {
  /** The template of commits' messages; null where none is given. */
  readonly message: string | null
  readonly pins: readonly SpecPin[]
}

/** A mistake in pinhash.json. `path` is such as `pins.cue.systems[1]`, empty for the document itself; `message` is a sentence that starts with the path. */
export interface SpecProblem {
  readonly offset: number
  readonly path: string
  readonly message: string
}

export type SpecResult = { readonly ok: true; readonly spec: Spec } | { readonly ok: false; readonly problems: readonly SpecProblem[] }

/** Reads and checks pinhash.json; tells every problem, in order of the text. Never throws. */
export function parseSpec(text: string): SpecResult {
  const json = parseJson(text)
  if (!json.ok) return { ok: false, problems: [{ offset: json.offset, path: '', message: json.message }] }
  const check = new Check()
  const withoutPins = json.root.kind === 'object' && json.root.members.some(({ key }) => key === mirrorsKey || key === 'message')
  const root = check.object(json.root, [], ['$schema', 'pins', mirrorsKey, 'message'], withoutPins ? [] : ['pins'])
  check.string(root.get('$schema'), ['$schema'])
  const message = check.string(root.get('message'), ['message'], messageProblem)?.value ?? null
  checkMirrors(check, root.get(mirrorsKey))
  const pins = check.map(root.get('pins'), ['pins']).flatMap((member) => readPin(check, member) ?? [])
  const problems = check.problems.toSorted((a, b) => a.offset - b.offset)
  return problems.length === 0 ? { ok: true, spec: { message, pins } } : { ok: false, problems }
}

/** The name of each system's asset in the release of a tag. */
export function assetNames(pin: SpecPin, tag: string): readonly { readonly system: System; readonly name: string }[] {
  return pin.systems.map(({ system, asset }) => ({ system, name: fillTemplate(asset, pin, tag, system) }))
}

function checkMirrors(check: Check, node: JsonNode | undefined): void {
  for (const { key, keyNode, value } of check.map(node, [mirrorsKey])) {
    const path = [mirrorsKey, key.includes('@') ? '…' : key]
    const to = check.string(value, path)
    const read = readMirror(key, to?.value ?? 'https://mirror.example/')
    if ('problem' in read) check.say(to === null ? keyNode.start : value.start, path, read.problem)
  }
}

const keys = [
  'org',
  'name',
  'version',
  'asset',
  'systems',
  'os',
  'arch',
  'file',
  'hold',
  'follow',
  'prerelease',
  'minAge',
  'ignore',
  'attestation',
]

function readPin(check: Check, member: JsonMember): SpecPin | null {
  const path = ['pins', member.key]
  // A PIN argument is `name@tag` or `org/name`; a name with those characters could never be asked for.
  if (!/^[^\s@/\p{C}]+$/u.test(member.key) || member.key.startsWith('-')) {
    check.say(member.keyNode.start, path, 'expected a name of a pin without white space, "@" and "/", and no "-" at its start')
  }
  const fields = check.object(member.value, path, keys, ['org', 'name', 'version', 'systems', 'file'])
  const text = (key: string, expected?: (value: string) => string | null): JsonString | null =>
    check.string(fields.get(key), [...path, key], expected)
  const org = text('org', (value) =>
    /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(value) ? null : expectedBut('the owner of a GitHub repository, such as "cue-lang"', value),
  )
  const name = text('name', (value) =>
    /^[A-Za-z0-9._-]+$/.test(value) && !/^\.\.?$/.test(value) ? null : expectedBut('the name of a GitHub repository, such as "cue"', value),
  )
  const versionNode = text('version', (value) => {
    const problem = tagProblem(value)
    return problem === null ? null : `expected a tag, but ${problem}`
  })
  const asset = text('asset', templateProblem)
  const systems = readSystems(check, fields.get('systems'), path, asset?.value ?? null)
  if (fields.get('systems')?.kind === 'array' && !fields.has('asset')) {
    check.say(member.value.start, path, 'expected the key "asset", or "systems" as a map from each system to its asset')
  }
  const os = readWords(check, fields.get('os'), [...path, 'os'], osNames, 'an operating system as Nix names it')
  const arch = readWords(check, fields.get('arch'), [...path, 'arch'], archNames, 'a processor as Nix names it')
  const file = text('file', fileProblem)
  const policy = readPolicy(check, fields, path)
  if (org === null || name === null || versionNode === null || file === null) return null
  const plainFile = file.value.replace(/^(?:\.\/)+/, '')
  return {
    pin: member.key,
    org: org.value,
    name: name.value,
    version: versionNode.value,
    versionNode,
    os,
    arch,
    systems,
    file: plainFile,
    policy,
  }
}

function readPolicy(check: Check, fields: ReadonlyMap<string, JsonNode>, path: readonly string[]): Policy {
  const flag = (key: string): boolean => check.flag(fields.get(key), [...path, key])
  const follow = check.string(fields.get('follow'), [...path, 'follow'], followProblem)
  const minAge = check.string(fields.get('minAge'), [...path, 'minAge'], ageProblem)
  const attestation = check.string(fields.get('attestation'), [...path, 'attestation'], attestationProblem)
  return {
    ...noPolicy,
    hold: flag('hold'),
    follow: follow?.value ?? null,
    prerelease: flag('prerelease'),
    minAge: minAge === null ? null : parseDuration(minAge.value),
    ignore: flag('ignore'),
    attestation: attestation === null ? null : modeOf(attestation.value),
  }
}

function readSystems(check: Check, node: JsonNode | undefined, pin: readonly string[], asset: string | null): SpecPin['systems'] {
  const path = [...pin, 'systems']
  if (node === undefined) return []
  if (node.kind === 'object') {
    const found = check.map(node, path).flatMap((member) => {
      checkSystem(check, member.keyNode, [...path, member.key])
      const template = check.string(member.value, [...path, member.key], templateProblem)
      return template === null ? [] : [{ system: member.key, asset: template.value }]
    })
    if (node.members.length === 0) check.say(node.start, path, 'expected at least one system')
    return found
  }
  if (node.kind !== 'array') {
    check.say(node.start, path, `expected a list of systems or a map from systems to assets, got ${shown(node)}`)
    return []
  }
  if (node.items.length === 0) check.say(node.start, path, 'expected at least one system')
  const seen = new Set<string>()
  return node.items.flatMap((item, i) => {
    if (!checkSystem(check, item, [...path, i])) return []
    if (seen.has(item.value)) check.say(item.start, [...path, i], `${JSON.stringify(item.value)} is listed twice`)
    seen.add(item.value)
    return asset === null ? [] : [{ system: item.value, asset }]
  })
}

function checkSystem(check: Check, node: JsonNode, path: readonly (string | number)[]): node is JsonString {
  if (node.kind === 'string' && isSystem(node.value)) return true
  const known = Object.keys(osNames).flatMap((os) => Object.keys(archNames).map((arch) => `${arch}-${os}`))
  const near = node.kind === 'string' ? (nearest(node.value, usualSystems, 1)[0] ?? nearest(node.value, known, 1)[0]) : undefined
  check.say(
    node.start,
    path,
    `expected a system such as "x86_64-linux", got ${shown(node)}${near === undefined ? '' : `; did you mean "${near}"?`}`,
  )
  return false
}

function readWords(
  check: Check,
  node: JsonNode | undefined,
  path: readonly string[],
  known: Readonly<Record<string, string>>,
  what: string,
): Readonly<Record<string, string>> {
  const words: [string, string][] = []
  for (const member of check.map(node, path)) {
    const where = [...path, member.key]
    if (!Object.hasOwn(known, member.key)) {
      const near = Object.keys(known).find((key) => known[key] === member.key) ?? nearest(member.key, Object.keys(known), 1)[0]
      check.say(
        member.keyNode.start,
        where,
        `expected ${what}, got ${shown(member.keyNode)}${near === undefined ? '' : `; did you mean "${near}"?`}`,
      )
    }
    const value = check.string(member.value, where, (text) =>
      /^[^\s/\\{}]+$/.test(text) ? null : expectedBut('a word of the name of an asset', text),
    )
    if (value !== null) words.push([member.key, value.value])
  }
  return Object.fromEntries(words)
}

function fileProblem(value: string): string | null {
  const segments = value.replace(/^(?:\.\/)+/, '').split('/')
  if (/^(?:[/~]|[A-Za-z]:)/.test(value) || /[\\\p{C}]/u.test(value))
    return expectedBut('a path relative to this file, with "/" between its parts', value)
  if (segments.includes('..')) return expectedBut('a path inside the repository', value)
  if (segments.some((segment) => segment === '' || segment === '.')) return expectedBut('a plain path', value)
  return /[^/]\.nix$/.test(value) ? null : expectedBut('the path of a Nix file, such as "nix/pins.nix"', value)
}

function expectedBut(expected: string, value: string): string {
  return `expected ${expected}, got ${JSON.stringify(value)}`
}

function shown(node: JsonNode): string {
  switch (node.kind) {
    case 'string':
      return JSON.stringify(node.value)
    case 'number':
      return node.text
    case 'literal':
      return String(node.value)
    case 'array':
      return 'a list'
    case 'object':
      return 'an object'
  }
}

/** Takes a document apart and remembers what was not as expected. */
class Check {
  readonly problems: SpecProblem[] = []

  say(offset: number, steps: readonly (string | number)[], message: string): void {
    const path = jsonPath(steps)
    this.problems.push({ offset, path, message: path === '' ? message : `${path}: ${message}` })
  }

  /** The members of an object that has these keys only. */
  object(node: JsonNode, path: readonly string[], allowed: readonly string[], required: readonly string[]): ReadonlyMap<string, JsonNode> {
    const members = this.map(node, path)
    for (const { key, keyNode } of members) {
      if (allowed.includes(key)) continue
      const near = nearest(key, allowed, 1)[0]
      this.say(
        keyNode.start,
        [...path, key],
        `unknown key ${JSON.stringify(key)}; ${near === undefined ? `there are ${allowed.join(', ')}` : `did you mean "${near}"?`}`,
      )
    }
    const found = new Map(members.map((member) => [member.key, member.value]))
    for (const key of required)
      if (node.kind === 'object' && !found.has(key)) this.say(node.start, path, `expected the key "${key}", which is not there`)
    return found
  }

  /** The members of an object, each key once. An absent node has none. */
  map(node: JsonNode | undefined, path: readonly string[]): readonly JsonMember[] {
    if (node === undefined) return []
    if (node.kind !== 'object') {
      this.say(node.start, path, `expected an object, got ${shown(node)}`)
      return []
    }
    this.once(node, path)
    return node.members
  }

  once(node: JsonObject, path: readonly string[]): void {
    const seen = new Set<string>()
    for (const { key, keyNode } of node.members) {
      if (seen.has(key)) this.say(keyNode.start, [...path, key], `the key ${JSON.stringify(key)} is there twice`)
      seen.add(key)
    }
  }

  /** True or false; false where it is absent or is neither, which is said. */
  flag(node: JsonNode | undefined, path: readonly (string | number)[]): boolean {
    if (node === undefined) return false
    if (node.kind === 'literal' && node.value !== null) return node.value
    this.say(node.start, path, `expected true or false, got ${shown(node)}`)
    return false
  }

  /** A string without a problem; null where it is absent or something was said about it. */
  string(
    node: JsonNode | undefined,
    path: readonly (string | number)[],
    problemOf: (value: string) => string | null = () => null,
  ): JsonString | null {
    if (node === undefined) return null
    if (node.kind !== 'string') {
      this.say(node.start, path, `expected a text, got ${shown(node)}`)
      return null
    }
    const problem = problemOf(node.value)
    if (problem === null) return node
    this.say(node.start, path, problem)
    return null
  }
}
