// What is served against what the files hold, in every way that the two can differ.
import { describe, expect, it } from 'vitest'
import { NetworkError } from '../../src/core/errors.ts'
import type { Outcome } from '../../src/core/report.ts'
import type { Context, Selection } from '../../src/workflow/context.ts'
import { verify } from '../../src/workflow/verify.ts'
import { type Served, hashOf, memory } from './memory.ts'

const everything: Selection = { globs: null, systems: null, pins: [] }
const url = (system: string): string => `https://github.com/acme/tool/releases/download/v1.0.0/tool-${system}.tar.gz`
const bytes = new Map(['x86_64-linux', 'aarch64-darwin'].map((system) => [url(system), `the tool for ${system}`]))
const fine = { 'x86_64-linux': hashOf('the tool for x86_64-linux'), 'aarch64-darwin': hashOf('the tool for aarch64-darwin') }
const file = (hashes: Readonly<Record<string, string>>): string =>
  `{ fetchurl, system }: fetchurl {\n  url = "https://github.com/acme/tool/releases/download/v1.0.0/tool-\${system}.tar.gz";\n  sha256 = {\n${Object.entries(
    hashes,
  )
    .map(([system, hash]) => `    ${system} = "${hash}";\n`)
    .join('')}  }.\${system};\n}\n`

async function outcome(
  hashes: Readonly<Record<string, string>>,
  served: Served = { bytes },
  over: Partial<Context> = {},
  download = true,
  selection = everything,
): Promise<Outcome> {
  const texts = new Map([['tool.nix', file(hashes)]])
  const { outcomes } = await verify(memory(texts, served, over), selection, { download })
  expect(outcomes).toHaveLength(1)
  expect(texts.get('tool.nix')).toBe(file(hashes))
  return outcomes[0]!
}

describe('verify', () => {
  it('finds bytes and digest as the file says', async () => {
    const { outcome: word, systems, warnings, reason } = await outcome(fine)
    expect({ word, warnings, reason }).toEqual({ word: 'verified', warnings: [], reason: undefined })
    expect(
      Object.values(systems)
        .flat()
        .map(({ old, new: found, evidence, line }) => [old === found, evidence, line]),
    ).toEqual([
      [true, ['bytes', 'digest'], 5],
      [true, ['bytes', 'digest'], 4],
    ])
  })

  it.each(['hex', 'sri', 'base64'] as const)('compares digests, however they are spelled: %s', async (name) => {
    const spelled = Object.fromEntries(
      Object.keys(fine).map((system) => [system, hashOf(`the tool for ${system}`, { name, prefixed: false })]),
    )
    expect((await outcome(spelled)).outcome).toBe('verified')
    const other = hashOf('other', { name, prefixed: false })
    const wrong = await outcome({ ...spelled, 'x86_64-linux': other })
    expect(wrong.outcome).toBe('mismatch')
    expect(wrong.reason?.message).toContain(`tool.nix:4 holds ${other} for x86_64-linux`)
    expect(wrong.reason?.message).toContain(spelled['x86_64-linux'])
    expect(wrong.systems['x86_64-linux']?.[0]).toMatchObject({ old: other, new: spelled['x86_64-linux'] })
    expect(wrong.systems['aarch64-darwin']?.[0]).toMatchObject({ old: spelled['aarch64-darwin'], new: spelled['aarch64-darwin'] })
  })

  it('names every system that differs, not only the first', async () => {
    const { reason } = await outcome({ 'x86_64-linux': hashOf('a'), 'aarch64-darwin': hashOf('b') })
    expect(reason?.message).toContain('x86_64-linux')
    expect(reason?.message).toContain('aarch64-darwin')
  })

  it('reports placeholders as findings and malformed hashes as errors of the file', async () => {
    expect(await outcome({ ...fine, 'x86_64-linux': '' })).toMatchObject({ outcome: 'mismatch', reason: { code: 'placeholder-hash' } })
    expect(await outcome({ ...fine, 'x86_64-linux': 'oops' })).toMatchObject({ outcome: 'refused', reason: { code: 'bad-hash' } })
    expect((await outcome({ ...fine, 'x86_64-linux': 'oops' })).reason?.message).toMatch(/x86_64-linux at tool\.nix:4 is malformed/)
  })

  it.each([
    { 'x86_64-linux': '', 'aarch64-darwin': hashOf('other') },
    { 'x86_64-linux': hashOf('other'), 'aarch64-darwin': '' },
  ])('calls a pin by the hash that differs where another is still to be filled in: %j', async (hashes) => {
    const { reason, outcome: word } = await outcome(hashes)
    expect([word, reason?.code]).toEqual(['mismatch', 'hash-differs'])
    expect(reason?.message).toMatch(/is still to be filled in[^]*, but https/)
  })

  it('says what is gone, and still checks the rest', async () => {
    const left = new Map([[url('x86_64-linux'), 'the tool for x86_64-linux']])
    const { outcome: word, reason, systems } = await outcome(fine, { bytes: left })
    expect(word).toBe('missing')
    expect(reason?.message).toContain(url('aarch64-darwin'))
    expect(systems['x86_64-linux']?.[0]?.new).toBe(fine['x86_64-linux'])
    expect(systems['aarch64-darwin']?.[0]?.new).toBeNull()
  })

  it('compares the bytes alone where the forge cannot be asked, and says so', async () => {
    const forge: Context['forge'] = {
      ...memory(new Map(), { bytes }).forge,
      release: () => Promise.reject(new NetworkError('rate-limited', 'the rate limit is used up')),
    }
    const { outcome: word, warnings, systems } = await outcome(fine, { bytes }, { forge })
    expect(word).toBe('verified')
    expect(warnings.map(({ code }) => code)).toEqual(['evidence-unavailable'])
    expect(systems['x86_64-linux']?.[0]?.evidence).toEqual(['bytes'])
  })

  it('takes the digest for the bytes where it is told to, and downloads nothing', async () => {
    const context = memory(new Map([['tool.nix', file(fine)]]), { bytes })
    const { outcomes } = await verify(context, everything, { download: false })
    expect(outcomes[0]).toMatchObject({ outcome: 'verified' })
    expect(context.asked.filter((what) => what.startsWith('https:'))).toEqual([])
    const silent = new Map([...bytes.keys()].map((each) => [each, null]))
    expect(await outcome(fine, { bytes, digests: silent }, {}, false)).toMatchObject({
      outcome: 'refused',
      reason: { code: 'no-evidence' },
    })
  })

  it('looks at the systems asked for alone', async () => {
    const wrong = { ...fine, 'x86_64-linux': hashOf('other') }
    const { outcome: word, systems } = await outcome(wrong, { bytes }, {}, true, { ...everything, systems: ['aarch64-darwin'] })
    expect({ word, systems: Object.keys(systems) }).toEqual({ word: 'verified', systems: ['aarch64-darwin'] })
  })

  it('has nothing to do, and nothing against it, where there are no pins', async () => {
    expect(await verify(memory(new Map([['default.nix', '{ }']]), { bytes }), everything, { download: true })).toEqual({
      outcomes: [],
      problems: [],
    })
  })
})
