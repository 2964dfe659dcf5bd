// Every shape and every trap as a row: files, the pins in them, an update, and exactly what is written.
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { caseOf, fixtures, rewritten, textsOf } from './rewritten.ts'

const names = readdirSync(fixtures).toSorted()

describe('an update of', () => {
  it.each(names.map((name) => [name, caseOf(name).about]))('%s: %s', async (name) => {
    const { text } = await rewritten(caseOf(name), textsOf(name))
    expect(text).toBe(readFileSync(path.join(fixtures, name, 'expected.txt'), 'utf8'))
  })
})

describe('every fixture', () => {
  it.each(names)('%s is left alone by a second run', async (name) => {
    const texts = textsOf(name)
    const given = caseOf(name)
    await rewritten(given, texts)
    const once = new Map(texts)
    // What was refused is refused again; what was updated is where it shall be.
    await rewritten(given, texts)
    expect(texts).toEqual(once)
  })
})
