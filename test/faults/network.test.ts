// Every way in which the network, GitHub or something between goes wrong, and the promise that is kept all the same.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rows } from './rows.ts'
import { type Ran, type Row, openStage, pinnedAt, secrets } from './scene.ts'

/** Most rows wait for something, so many are on stage at the same time. */
const stages = 14

const ran = new Map<string, Record<'--json' | '--verbose', Ran>>()
let seconds = 0

beforeAll(async () => {
  const start = performance.now()
  const waiting = [...rows]
  await Promise.all(
    Array.from({ length: stages }, async () => {
      const stage = await openStage()
      for (let row = waiting.shift(); row !== undefined; row = waiting.shift())
        ran.set(row.name, { '--json': await stage.run(row, '--json'), '--verbose': await stage.run(row, '--verbose') })
      await stage.close()
    }),
  )
  seconds = (performance.now() - start) / 1000
}, 180_000)

afterAll(() => {
  const slowest = [...ran].map(([name, runs]) => ({ name, ms: Math.max(...Object.values(runs).map(({ milliseconds }) => milliseconds)) }))
  slowest.sort((a, b) => b.ms - a.ms)
  console.log(
    `${rows.length} rows, twice each, in ${seconds.toFixed(1)} s; slowest: ${slowest
      .slice(0, 5)
      .map(({ name, ms }) => `${name} ${Math.round(ms)} ms`)
      .join(', ')}`,
  )
})

interface Loose {
  readonly outcomes?: readonly { readonly reason?: { readonly code: string } }[]
  readonly hashes?: readonly { readonly reason?: { readonly code: string } }[]
  readonly error?: { readonly code: string }
}

function reasonOf(stdout: string): string | undefined {
  const document = JSON.parse(stdout) as Loose
  return document.error?.code ?? document.outcomes?.[0]?.reason?.code ?? document.hashes?.[0]?.reason?.code
}

const both = (row: Row): Ran[] => Object.values(ran.get(row.name) ?? {})

describe('whatever goes wrong', () => {
  test('there are rows for it, each with a name of its own', () => {
    expect(rows.length).toBeGreaterThanOrEqual(60)
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length)
  })

  test.each(rows)('$name', (row) => {
    const runs = ran.get(row.name)
    expect(runs).toBeDefined()
    if (runs === undefined) return
    const { '--json': json, '--verbose': text } = runs
    const shown = text.stdout + text.stderr
    expect({ code: text.code, reason: reasonOf(json.stdout) }, shown).toEqual({ code: row.code, reason: row.reason })
    expect(json.code, json.stdout).toBe(row.code)
    if (row.says !== undefined) {
      expect(shown).toMatch(row.says)
    }
    for (const each of both(row)) row.also?.(each)
  })

  test.each(rows)('the file is whole and nothing lies beside it: $name', (row) => {
    for (const { file, left } of both(row)) {
      expect(file).toBe(pinnedAt(row.file === 'new' ? 'v1.1.0' : 'v1.0.0'))
      expect(left).toEqual([...new Set(['cue.nix', ...Object.keys(row.files ?? {})])].toSorted())
    }
  })

  test.each(rows)('no secret and no signature is shown, and none goes where it does not belong: $name', (row) => {
    const encoded = [`me:${secrets.netrc}`, `who:${secrets.proxy}`].map((text) => Buffer.from(text).toString('base64'))
    for (const { stdout, stderr, requests, unexpected } of both(row)) {
      const shown = `${stdout}\n${stderr}`
      for (const secret of [...Object.values(secrets), ...encoded, 'wr0ng']) expect(shown).not.toContain(secret)
      expect(shown).not.toMatch(/[?&](?:sig|se|sv|sp|token)=/)
      for (const { host, scheme, headers } of requests) {
        const allowed: Record<string, string> = {
          'https api.github.com': `Bearer ${secrets.token}`,
          'https github.com': `Basic ${encoded[0]}`,
          'https files.example': `Basic ${encoded[0]}`,
        }
        const sent = headers['authorization']
        if (sent !== undefined && !/^Bearer b4d-/.test(sent))
          expect(`${scheme} ${host}: ${sent}`).toBe(`${scheme} ${host}: ${allowed[`${scheme} ${host}`]}`)
        expect(headers['user-agent']).toBe('pinhash/0.0.0')
        expect(JSON.stringify(headers)).not.toContain(secrets.proxy)
      }
      expect(unexpected).toEqual([])
    }
  })
})
