import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { specMirrors } from '../../src/pin/mirrors.ts'
import { parseSpec } from '../../src/pin/spec.ts'

const schema = new Ajv().compile(JSON.parse(readFileSync(new URL('../../schema/pinhash.schema.json', import.meta.url), 'utf8')) as object)
const pins = { pins: {} }

describe('mirrors of pinhash.json', () => {
  it.each([
    [
      { mirrors: { 'https://github.com/': 'https://mirror.example/github/' } },
      [{ from: 'https://github.com', to: 'https://mirror.example/github' }],
    ],
    [{ ...pins, mirrors: {} }, []],
    [pins, []],
  ])('%j', (spec, mirrors) => {
    const text = JSON.stringify(spec)
    expect(parseSpec(text)).toMatchObject({ ok: true, spec: { pins: [] } })
    expect([specMirrors(text), schema(spec)]).toEqual([mirrors, true])
  })

  it.each([
    [{ ...pins, mirrors: [] }, /^mirrors: expected an object, got a list$/],
    [{ ...pins, mirrors: { 'https://github.com': 1 } }, /expected a text, got 1$/],
    [{ ...pins, mirrors: { 'github.com': 'https://a.example' } }, /expected an http or https address .* got "github\.com"$/],
    [{ ...pins, mirrors: { 'https://github.com': 'file:///a' } }, /got "file:\/\/\/a"$/],
    [{ ...pins, mirrors: { 'https://github.com': 'https://me:s3cret@a.example' } }, /got an address with a user in it$/],
    [
      { ...pins, mirrors: { 'https://me:s3cret@github.com': 'https://a.example' } },
      /^mirrors\["…"\]: .* got an address with a user in it$/,
    ],
    [{}, /expected the key "pins"/],
  ])('refuses %j, and so does its schema', (spec, message) => {
    const result = parseSpec(JSON.stringify(spec))
    expect(result.ok ? [] : result.problems.map((problem) => problem.message)).toEqual([expect.stringMatching(message)])
    expect([schema(spec), specMirrors(JSON.stringify(spec))]).toEqual([false, []])
  })

  it('are read whatever else is wrong', () => {
    const mirrors = { 'https://github.com': 'https://a.example', bad: 'https://b.example' }
    expect(specMirrors(JSON.stringify({ pins: 7, mirrors }))).toEqual([{ from: 'https://github.com', to: 'https://a.example' }])
    expect([specMirrors('{'), specMirrors('[]'), specMirrors('')]).toEqual([[], [], []])
  })
})
