import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digestSize, sameDigest } from '../../src/core/digest.ts'
import type { Algorithm, Digest } from '../../src/core/digest.ts'
import { nix32Digits } from '../../src/hash/nix32.ts'
import { isPlaceholder, parseDigest, printDigest } from '../../src/hash/spelling.ts'
import type { Spelling } from '../../src/hash/spelling.ts'

type Vector = { algorithm: Algorithm; hex: string; nix32: string; base64: string; sri: string }
const vectors = JSON.parse(readFileSync(new URL('../../fixtures/hash/vectors.json', import.meta.url), 'utf8')) as Vector[]
const names = ['hex', 'nix32', 'base64', 'sri'] as const

const algorithm = fc.constantFrom<Algorithm>('md5', 'sha1', 'sha256', 'sha512')
const digest: fc.Arbitrary<Digest> = algorithm.chain((name) =>
  fc.uint8Array({ minLength: digestSize[name], maxLength: digestSize[name] }).map((bytes) => ({ algorithm: name, bytes })),
)
const spelling: fc.Arbitrary<Spelling> = fc.oneof(
  fc.record({ name: fc.constantFrom('nix32' as const, 'hex' as const, 'base64' as const), prefixed: fc.boolean() }),
  fc.constantFrom<Spelling>({ name: 'hex', prefixed: true, upper: true }, { name: 'hex', prefixed: false, upper: true }),
  fc.constantFrom<Spelling>({ name: 'sri', prefixed: false }, { name: 'sri', prefixed: false, padded: false }),
)

function digestOf(text: string, hint: { algorithm?: Algorithm } = {}): Digest {
  const parsed = parseDigest(text, hint)
  if (!parsed.ok) throw new Error(parsed.message)
  return parsed.digest
}

function messageOf(text: string, hint: { algorithm?: Algorithm } = {}): string {
  const parsed = parseDigest(text, hint)
  return parsed.ok ? `read as ${parsed.digest.algorithm} ${parsed.spelling.name}` : parsed.message
}

describe('what nix-hash prints', () => {
  test.each(vectors)('$algorithm $hex', (vector) => {
    const value = digestOf(vector.hex, { algorithm: vector.algorithm })
    for (const name of names) {
      expect(printDigest(value, name)).toBe(vector[name])
      expect(parseDigest(vector[name], { algorithm: vector.algorithm })).toEqual({
        ok: true,
        digest: value,
        spelling: { name, prefixed: false },
      })
      if (name !== 'sri') expect(sameDigest(digestOf(`${vector.algorithm}:${vector[name]}`), value)).toBe(true)
    }
  })

  test('the recorded values are many and of every algorithm', () => {
    expect(new Set(vectors.map((vector) => vector.algorithm)).size).toBe(4)
    expect(vectors.length).toBeGreaterThan(40)
  })
})

describe('laws', () => {
  test('a printed digest reads as the same digest in the same spelling', () => {
    fc.assert(
      fc.property(digest, spelling, (value, form) => {
        const text = printDigest(value, form)
        const parsed = parseDigest(text, { algorithm: value.algorithm })
        expect(parsed.ok && sameDigest(parsed.digest, value)).toBe(true)
        if (!parsed.ok) return
        // Without a letter, upper and lower case are the same text.
        if (form.upper === true && !/[A-F]/.test(text)) expect(parsed.spelling.name).toBe('hex')
        else if (form.padded === false && value.bytes.length % 3 === 0) expect(parsed.spelling.name).toBe('sri')
        else expect(parsed.spelling).toEqual(form)
        expect(printDigest(parsed.digest, parsed.spelling)).toBe(text)
      }),
      { numRuns: 500 },
    )
  })

  test('without a hint the algorithm follows from prefix or length, save where a hash of 32 characters could be two', () => {
    fc.assert(
      fc.property(digest, spelling, (value, form) => {
        const parsed = parseDigest(printDigest(value, form))
        if (parsed.ok) expect(sameDigest(parsed.digest, value)).toBe(true)
        else expect(parsed.message).toMatch(/32 characters can be md5 in hex or sha1 in nix32/)
      }),
      { numRuns: 500 },
    )
  })

  test('reading text of nix32 digits and printing it gives the text', () => {
    const digit = fc.constantFrom(...nix32Digits)
    const text = fc
      .tuple(fc.constantFrom('0', '1', 'a', 'z'), fc.array(digit, { minLength: 51, maxLength: 51 }))
      .map(([first, rest]) => first + rest.join(''))
    fc.assert(
      fc.property(text, (input) => {
        const parsed = parseDigest(input, { algorithm: 'sha256' })
        expect(parsed.ok).toBe(input[0] === '0' || input[0] === '1')
        if (parsed.ok) expect(printDigest(parsed.digest, 'nix32')).toBe(input)
      }),
    )
  })

  test('two texts of one spelling are one digest only if they are one text', () => {
    fc.assert(
      fc.property(digest, fc.nat(), fc.constantFrom('nix32' as const, 'hex' as const), (value, seed, name) => {
        const text = printDigest(value, name)
        const at = seed % text.length
        const digits = name === 'hex' ? '0123456789abcdef' : nix32Digits
        const other = digits[(digits.indexOf(text.charAt(at)) + 1 + (seed % (digits.length - 1))) % digits.length]
        const parsed = parseDigest(text.slice(0, at) + other + text.slice(at + 1), { algorithm: value.algorithm })
        expect(parsed.ok && sameDigest(parsed.digest, value)).toBe(false)
      }),
    )
  })

  test('never throws, and says why in one sentence', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ minLength: 44, maxLength: 52 })),
        fc.option(algorithm, { nil: undefined }),
        (text, hint) => {
          const parsed = parseDigest(text, hint === undefined ? {} : { algorithm: hint })
          if (!parsed.ok) expect(parsed.message).toMatch(/ is not a hash: \S/)
          isPlaceholder(text)
        },
      ),
    )
  })
})

const sha256 = { algorithm: 'sha256' } as const
const nix32 = '1liz2gkd0zj72xbg0fynsrcz1rsdqdpfjsgqzwbzv54wyrv9qi4g'
const hex = '8f449c76f69c94fd17fff869e96ec34de7f059d6d63bf05617477ed0e6133fd2'
const base64 = 'j0ScdvaclP0X//hp6W7DTefwWdbWO/BWF0d+0OYTP9I='

describe('read', () => {
  test.each([
    ['upper-case hex', hex.toUpperCase(), { name: 'hex', prefixed: false, upper: true }],
    ['mixed-case hex', `8F${hex.slice(2)}`, { name: 'hex', prefixed: false }],
    ['prefixed nix32', `sha256:${nix32}`, { name: 'nix32', prefixed: true }],
    ['prefixed base64', `sha256:${base64}`, { name: 'base64', prefixed: true }],
    ['bare base64', base64, { name: 'base64', prefixed: false }],
    ['unpadded SRI', `sha256-${base64.slice(0, -1)}`, { name: 'sri', prefixed: false, padded: false }],
    ['base64 with unused bits set', base64.replace('I=', 'J='), { name: 'base64', prefixed: false }],
  ])('%s', (_, text, form) => {
    const parsed = parseDigest(text, sha256)
    expect(parsed).toMatchObject({ ok: true, spelling: form })
    expect(sameDigest(digestOf(text), digestOf(hex))).toBe(true)
  })

  test.each([
    ['0123456789abcdef0123456789abcdee', 'md5'],
    ['0123456789ABCDEF0123456789ABCDEF', 'md5'],
    ['143xibwh31h9bvxzalr0sjvbbvpa6ffs', 'sha1'],
    ['3y8bwfr609h3lh9ch0izcqq7fl', 'md5'],
  ])('%s is %s', (text, name) => expect(digestOf(text).algorithm).toBe(name))
})

describe('refused', () => {
  test.each([
    ['too short', nix32.slice(1), 'it has 51 characters; sha256 has 64 in hex, 52 in nix32, 44 in base64'],
    ['of no length', nix32.slice(1), 'no hash has 51 characters; sha256 has 64 in hex', {}],
    ['nothing after the prefix', 'sha256:', '0 characters follow the prefix'],
    ['nothing after SRI', 'sha256-', '0 characters follow sha256- where base64 of 32 bytes has 44'],
    ['a letter that nix32 lacks', `1e${nix32.slice(2)}`, '"e" at character 2 is not a nix32 digit'],
    ['the same behind a prefix', `sha256:1e${nix32.slice(2)}`, '"e" at character 9 is not a nix32 digit'],
    ['upper-case nix32', nix32.toUpperCase(), '"G" at character 52 is not a nix32 digit'],
    ['set padding bits', `z${nix32.slice(1)}`, 'its first character "z" is too large for 32 bytes'],
    ['not hex', `g${hex.slice(1)}`, '"g" at character 1 is not a hex digit'],
    ['not base64', base64.replace('/', '_'), '"_" at character 13 is not a base64 digit'],
    ['not ASCII', `${base64.slice(0, 10)}é${base64.slice(11)}`, '"é" at character 11 is not a base64 digit'],
    ['over-padded SRI', `sha256-${base64}=`, '45 characters follow sha256-'],
    ['too much padding', `${base64.slice(0, 42)}==`, '"=" at character 43 is not a base64 digit'],
    ['digits for padding', `${base64.slice(0, 43)}A`, 'base64 of 32 bytes ends in "="'],
    ['unpadded base64 without sha256-', base64.slice(0, 43), 'it has 43 characters'],
    ['hex as SRI', `sha256-${hex}`, '64 characters follow sha256-'],
    ['SRI behind a prefix', `sha256:sha256-${base64}`, '51 characters follow the prefix'],
    ['another algorithm', `sha1:${nix32}`, 'it is a sha1 hash where sha256 is expected'],
    ['an unknown algorithm', `sha384-${base64}`, '"sha384" is not one of md5, sha1, sha256, sha512'],
    ['an upper-case algorithm', `SHA256:${nix32}`, '"SHA256" is not one of'],
    ['white space around', ` ${hex}`, 'it has 65 characters'],
    ['either of two', '0'.repeat(32), '32 characters can be md5 in hex or sha1 in nix32', {}],
    ['a URL', 'https://example.org/x', '"https" is not one of'],
  ] as [string, string, string, { algorithm?: Algorithm }?][])('%s', (_, text, message, hint = sha256) => {
    expect(messageOf(text, hint)).toContain(message)
    expect(messageOf(text, hint)).toContain(`${JSON.stringify(text)} is not a hash: `)
  })

  test('a long text is not repeated in full', () => expect(messageOf('x'.repeat(10_000)).length).toBeLessThan(300))
})

describe('placeholders', () => {
  test.each([
    '',
    '0',
    '0'.repeat(32),
    '0'.repeat(52),
    '0'.repeat(64),
    '0'.repeat(128),
    'sha256:',
    'sha256-',
    `sha256:${'0'.repeat(52)}`,
    `sha256:${'0'.repeat(64)}`,
    `sha256-${'A'.repeat(43)}=`,
    `sha256-${'A'.repeat(43)}`,
    `sha512-${'A'.repeat(86)}==`,
    `${'A'.repeat(43)}=`,
  ])('%j', (text) => expect(isPlaceholder(text)).toBe(true))

  test.each([nix32, hex, `sha256-${base64}`, `${'0'.repeat(63)}1`, `1${'0'.repeat(51)}`, 'A'.repeat(64), 'todo', ' '])('not %j', (text) =>
    expect(isPlaceholder(text)).toBe(false),
  )
})
