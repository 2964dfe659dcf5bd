import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { demoWorld } from '../../scripts/demo-world.ts'
import { parseDigest } from '../../src/hash/spelling.ts'
import { hexDigest } from './bytes.ts'

const folder = new URL('../../fixtures/demo/', import.meta.url)

/** Every quoted text of the demo repository that is a digest, in hex. */
function digestsIn(text: string): string[] {
  return [...text.matchAll(/"([^"\n]+)"/g)].flatMap(([, literal = '']) => {
    if (!/^(?:sha256-|[0-9a-z]{52}$)/.test(literal)) return []
    const parsed = parseDigest(literal, { algorithm: 'sha256' })
    return 'digest' in parsed ? [Buffer.from(parsed.digest.bytes).toString('hex')] : []
  })
}

describe('the demo repository', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(nix|json)$/.test(name))
  const text = files.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n')
  const world = demoWorld()

  test('pins assets that the demo world has, three for each product', () => {
    const pinned = digestsIn(text)
    expect(pinned.length).toBe(9)
    expect(new Set(pinned).size).toBe(9)
    for (const { name, releases } of world.repositories) {
      const current = releases.at(-1)?.assets.map(({ bytes }) => hexDigest(bytes)) ?? []
      expect([name, pinned.filter((digest) => current.includes(digest)).length]).toEqual([name, 3])
    }
  })

  test('can move to releases whose bytes are all others', () => {
    const all = world.repositories.flatMap(({ releases }) => releases.flatMap(({ assets }) => assets.map(({ bytes }) => hexDigest(bytes))))
    expect(new Set(all).size).toBe(all.length)
    expect(world.repositories[0]?.releases.map(({ tag }) => tag)).toEqual(['v0.12.0-alpha.1', 'v0.11.0', 'v0.10.0'])
  })
})
