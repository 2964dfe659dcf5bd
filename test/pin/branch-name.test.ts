import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Branched, branchNames } from '../../src/pin/branch-name.ts'
import { prefixProblem } from '../../src/pin/branch-prefix.ts'

const isRef = (branch: string): boolean => spawnSync('git', ['check-ref-format', '--branch', branch]).status === 0
/** git-check-ref-format(1) in one expression, so that thousands of names can be tried. */
const broken = /(?:^|\/)\.|\.lock(?:\/|$)|\.\.|[\u0000-\u0020\u007f~^:?*[\\]|^\/|\/$|\/\/|\.$|@\{|^@$|^-/

const odd = [
  'a b',
  '..',
  '.lock',
  'x.lock',
  'x.LOCK',
  'x.lock.lock',
  '',
  '-',
  '@',
  '@{u}',
  'naïve',
  '日本',
  'a..b',
  'a/b',
  'a:b',
  'x.',
  '.x',
  'a~1',
  '^',
  '\\',
  '\u0007',
  '💥',
]
const name = fc.oneof(
  fc.constantFrom('cue', 'Cue', 'CUE', 'cue-0123abc', 'jq', 'a b', 'a-b', ...odd),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
)
const pin = fc.record({ name, file: fc.constantFrom('a.nix', 'b.nix', 'nix/c.nix') })
const pins = fc.array(pin, { maxLength: 12 })
const namesOf = (list: readonly Branched[]): readonly string[] => branchNames(list, 'pinhash/')
const one = (text: string): string => namesOf([{ name: text, file: 'a.nix' }])[0]!

describe('branchNames', () => {
  it.each(['cue', 'ripgrep', 'BurntSushi', 'gtk+-3.0', 'a_b', 'go_1.22', 'x1'])('leaves %s as it is', (text) => {
    expect(one(text)).toBe(`pinhash/${text}`)
  })

  it.each([...odd, 'cue', 'HEAD', 'a'.repeat(500)])('gives git a name that it takes for %j', (text) => {
    expect(isRef(one(text))).toBe(true)
    expect(one(text)).not.toMatch(broken)
  })

  it('tells pins apart that differ in case or file, or stand twice in one file', () => {
    const list = ['cue a.nix', 'Cue a.nix', 'jq a.nix', 'jq b.nix', 'yq a.nix', 'yq a.nix', 'gh a.nix'].map((each) => {
      const [text = '', file = ''] = each.split(' ')
      return { name: text, file }
    })
    const branches = namesOf(list)
    expect(branches.slice(0, 6).every((branch) => /^pinhash\/[a-z]+-[0-9a-f]{7}$/i.test(branch))).toBe(true)
    expect(branches[6]).toBe('pinhash/gh')
    expect(new Set(branches).size).toBe(list.length)
  })

  it('is valid and injective for every list, even where case does not count', () => {
    fc.assert(
      fc.property(pins, (list) => {
        const branches = namesOf(list)
        for (const branch of branches) expect(branch).not.toMatch(broken)
        expect(new Set(branches.map((branch) => branch.toLowerCase())).size).toBe(list.length)
      }),
      { numRuns: 2000 },
    )
  })

  it('does not depend on other pins that are called otherwise, nor on their order', () => {
    fc.assert(
      fc.property(pin, pins, fc.nat(12), (own, list, at) => {
        const others = list.filter((each) => each.name.toLowerCase() !== own.name.toLowerCase())
        const place = Math.min(at, others.length)
        expect(namesOf(others.toSpliced(place, 0, own))[place]).toBe(namesOf([own])[0])
      }),
      { numRuns: 2000 },
    )
  })
})

describe('prefixProblem', () => {
  it('takes exactly what git takes before a name', () => {
    const part = fc.constantFrom('a', 'bot', '/', '.', '-', '.lock', '..', ' ', '@', '{', '~', '\\', '*', '_', 'é')
    const seen = new Map<string, boolean>()
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const prefix = parts.join('')
        const valid = seen.get(prefix) ?? isRef(`${prefix}cue`)
        seen.set(prefix, valid)
        expect([prefix, prefixProblem(prefix) === null]).toEqual([prefix, valid])
      }),
      { numRuns: 250 },
    )
  })
})
