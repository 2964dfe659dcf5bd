import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type MessageWords, commitMessage, messageProblem } from '../../src/pin/commit-message.ts'

const cue: MessageWords = { pin: 'cue', from: 'v0.10.0', to: 'v0.11.0', org: 'cue-lang', name: 'cue', file: 'flake.nix' }

describe('commitMessage', () => {
  it.each<[string | null, Partial<MessageWords>, string]>([
    [null, {}, 'cue: v0.10.0 -> v0.11.0'],
    [null, { to: 'v0.10.0' }, 'cue: new hashes of v0.10.0'],
    [null, { from: null, to: null }, 'cue: new hashes'],
    ['deps({org}/{name}): {from}..{to}\n\n{pin} in {file}', {}, 'deps(cue-lang/cue): v0.10.0..v0.11.0\n\ncue in flake.nix'],
    ['{org}{from}.', { org: null, from: null }, '.'],
    ['{pin}', { pin: 'a\nb\u0000{to}$&' }, 'a b {to}$&'],
    ['no placeholder', {}, 'no placeholder'],
    ['\n  \n{org}\n{pin}', { org: null }, 'cue'],
  ])('of %j and %j is %j', (template, words, message) => {
    expect(commitMessage(template, { ...cue, ...words })).toBe(message)
  })

  it('has the lines of the template, whatever is filled in', () => {
    const lines = (text: string): number => text.split('\n').length
    const piece = fc.constantFrom('{pin}', '{from}', '{to}', '{org}', '{name}', '{file}', 'a', ' ', '\n', ': ')
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1 }), fc.string({ unit: 'binary' }), (pieces, text) => {
        const template = `x${pieces.join('')}`
        expect(messageProblem(template)).toBe(null)
        const message = commitMessage(template, { pin: text, from: text, to: text, org: text, name: text, file: text })
        expect(lines(message)).toBe(lines(template))
      }),
    )
  })
})

it.each([
  ['', 'expected a message, got an empty text'],
  [' \n', 'expected a message, got an empty text'],
  ['a\u0000', 'expected a message, got a control character'],
  ['{version}', 'unknown placeholder {version}; there are {pin}, {from}, {to}, {org}, {name}, {file}'],
  ['{form}', 'unknown placeholder {form}; did you mean {from}?'],
  ['{}', 'unknown placeholder {}; there are {pin}, {from}, {to}, {org}, {name}, {file}'],
  ['{pin', 'a brace stands without its counterpart'],
  ['{{pin}}', 'a brace stands without its counterpart'],
])('%j: %s', (template, problem) => {
  expect(messageProblem(template)).toBe(problem)
})
