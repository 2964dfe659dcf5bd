// Expressions evaluated here ↔ what real Nix and nixpkgs' lib make of them, recorded by scripts/record-vectors.ts and asked again where Nix is.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { platform } from '../../../src/nix/evaluate/platform.ts'
import type { Value } from '../../../src/nix/evaluate/value.ts'
import { valueOf } from './given.ts'

interface Vector {
  readonly expression: string
  readonly lib?: true
  readonly value?: unknown
  readonly fails?: true
}

const here = (name: string): string => readFileSync(new URL(`../../../fixtures/evaluate/${name}`, import.meta.url), 'utf8')
const vectors = JSON.parse(here('expressions.json')) as Vector[]
const withLib = (expression: string): string => `let lib = import <nixpkgs/lib>; in ${expression}`

describe('an expression becomes what Nix makes of it', () => {
  for (const { expression, lib, value, fails } of vectors)
    it(expression, () => {
      const whole = lib === true ? withLib(expression) : expression
      if (fails === true) {
        const result = valueOf(`builtins.deepSeq (${whole}) 1`)
        expect(result.kind).toBe('unknown')
        // Of lib it may also be that another version has what this one has not.
        if (lib !== true) expect(result).toMatchObject({ failed: true })
      } else {
        const result = valueOf(`builtins.toJSON (${whole})`)
        expect(result.kind === 'string' ? JSON.parse(result.text) : result).toEqual(value)
      }
    })
})

function hasNix(): boolean {
  try {
    execFileSync('nix-instantiate', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('what was recorded is what Nix says', () => {
  const required = process.env['PINHASH_REQUIRE_NIX'] === '1'
  const nix = hasNix()
  const { NIXPKGS_LIB: lib } = process.env
  const ask = (asked: readonly Vector[], prefix: string, options: readonly string[]): unknown => {
    const attributes = asked.map(({ expression }, i) => `v${i} = (${expression});`).join('\n')
    const answer = execFileSync('nix-instantiate', ['--eval', '--strict', '--json', ...options, '-E', `${prefix} { ${attributes} }`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return JSON.parse(answer)
  }
  const agree = (asked: readonly Vector[], prefix: string, options: readonly string[]): void =>
    expect(ask(asked, prefix, options)).toEqual(Object.fromEntries(asked.map(({ value }, i) => [`v${i}`, value])))

  it.runIf(nix || required)('about builtins', () => {
    agree(
      vectors.filter((vector) => vector.lib !== true && vector.fails !== true),
      '',
      [],
    )
  })
  it.runIf(nix || required)('about what fails', () => {
    for (const vector of vectors.filter(({ lib: needsLib, fails }) => needsLib !== true && fails === true))
      expect(() => ask([vector], '', []), vector.expression).toThrow()
  })
  it.runIf((nix || required) && lib !== undefined)('about lib', () => {
    agree(
      vectors.filter((vector) => vector.lib === true && vector.fails !== true),
      'let lib = import <nixpkgs/lib>; in',
      ['-I', `nixpkgs/lib=${lib}`],
    )
  })
})

interface Described {
  readonly yes: readonly string[]
  readonly plain: unknown
  readonly extensions: unknown
  readonly node: unknown
  readonly go: unknown
  readonly uname: unknown
  readonly rust: unknown
  readonly cpu: unknown
  readonly significantByte: string
  readonly format: string
  readonly families: readonly string[]
  readonly names: Readonly<Record<string, string>>
}

function data(value: Value | undefined): unknown {
  switch (value?.kind) {
    case 'string':
      return value.text
    case 'bool':
    case 'int':
      return value.value
    case 'null':
      return null
    case 'attributes':
      return Object.fromEntries([...value.entries].map(([name, entry]) => [name, data(entry.value.force())]))
    default:
      return undefined
  }
}

const isPlain = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number' || value === null
const plainOf = (set: unknown): unknown => Object.fromEntries(Object.entries(set as object).filter(([, value]) => isPlain(value)))

describe('a system is described as nixpkgs describes it', () => {
  const recorded = JSON.parse(here('platforms.json')) as Record<string, Described>
  it.each(Object.entries(recorded))('%s', (system, wanted) => {
    const whole = data(platform(system)) as Record<string, Record<string, Record<string, unknown>>>
    const { parsed } = whole as { parsed: Record<string, Record<string, unknown>> }
    const described = {
      yes: Object.keys(whole)
        .filter((name) => (whole[name] as unknown) === true)
        .sort(),
      plain: plainOf(whole),
      extensions: whole['extensions'],
      node: whole['node'],
      go: whole['go'],
      uname: plainOf(whole['uname']),
      rust: plainOf(whole['rust']),
      cpu: { _type: 'cpu-type', ...(plainOf(parsed['cpu']) as object) },
      significantByte: (parsed['cpu']!['significantByte'] as { name: string }).name,
      format: (parsed['kernel']!['execFormat'] as { name: string }).name,
      families: Object.keys(parsed['kernel']!['families'] as object),
      names: Object.fromEntries(['cpu', 'kernel', 'vendor', 'abi'].map((part) => [part, parsed[part]!['name']])),
    }
    expect(described).toEqual({ ...wanted, yes: [...wanted.yes].sort() })
  })
})
