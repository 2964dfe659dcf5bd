// The house's own rules, held against every source file, after they were seen to refuse what breaks them.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { right, wrong } from './house/cases.ts'
import { mask } from './house/mask.ts'
import { fileRooms, pureRooms, rooms, violations, type Room } from './house/rooms.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Files below a folder that end in `.ts`, relative to the repository, sorted. */
function sources(folder: string): readonly string[] {
  if (!existsSync(join(root, folder))) return []
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
    (name) => `${folder}/${name.split(sep).join('/')}`,
  )
  return names.filter((name) => name.endsWith('.ts') && statSync(join(root, name)).isFile()).toSorted()
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

const asFile = (code: string): string => `// A file of a test.\n${code}\n`

describe('the rules refuse', () => {
  test.each(wrong)('$situation', ({ file, code, rule }) => {
    expect(violations(file, asFile(code)).map((violation) => violation.rule)).toContain(rule)
  })

  test('a file that does not begin with its purpose', () => {
    expect(violations('src/core/a.ts', 'export const a = 1\n').map(({ rule, line }) => [rule, line])).toEqual([['first-line', 1]])
    expect(violations('src/bin.ts', '#!/usr/bin/env node\nexport const a = 1\n').map(({ rule }) => rule)).toEqual(['first-line'])
    expect(violations('src/bin.ts', '#!/usr/bin/env node\n// argv to exit code.\n')).toEqual([])
  })

  test('and say where', () => {
    const text = asFile("export const a = 1\nimport { b } from '../cli/b.ts'\nconsole.log(b)")
    expect(violations('src/forge/a.ts', text).map(({ rule, line }) => [rule, line])).toEqual([
      ['import-up', 3],
      ['console', 4],
    ])
  })

  test.each(rooms.flatMap((room) => rooms.map((other) => ({ room, other }))))('or allow $room → $other by the list', ({ room, other }) => {
    const path = (name: Room): string => (fileRooms.has(name) ? `${name}.ts` : `${name}/a.ts`)
    const from = path(room)
    const specifier = `${from.includes('/') ? '../' : './'}${path(other)}`
    const refused = violations(`src/${from}`, asFile(`import { a } from '${specifier}'`)).length > 0
    const down = rooms.indexOf(other) >= rooms.indexOf(room)
    expect(refused).toBe(!(down && (!pureRooms.has(room) || pureRooms.has(other))))
  })
})

describe('the rules allow', () => {
  test.each(right)('$situation', ({ file, code }) => {
    expect(violations(file, asFile(code))).toEqual([])
  })
})

describe('masking', () => {
  test('keeps length and lines of any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('`', '$', '{', '}', "'", '"', '/', '*', '\\', '\n', 'a', ' ', '[', ']'), maxLength: 60 }),
        (text) => {
          const lines = (part: string): string => part.replaceAll(/[^\n]/g, '.')
          const { code, bare } = mask(text)
          expect([lines(code), lines(bare)]).toEqual([lines(text), lines(text)])
        },
      ),
    )
  })
})

describe('the lint rules refuse the same', () => {
  const cases = [...wrong, ...right].map((row, index) => ({ lint: null, ...row, folder: String(index) }))
  let top = ''
  let findings: readonly { readonly filename: string; readonly code: string }[] = []

  beforeAll(() => {
    top = mkdtempSync(join(tmpdir(), 'pinhash-house-'))
    const { options: _, ...config } = JSON.parse(read('.oxlintrc.json')) as { options: unknown }
    for (const { folder, file, code } of cases) {
      mkdirSync(dirname(join(top, folder, file)), { recursive: true })
      writeFileSync(join(top, folder, file), asFile(code))
      writeFileSync(join(top, folder, '.oxlintrc.json'), JSON.stringify(config))
    }
    const oxlint = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint')
    const run = spawnSync(process.execPath, [oxlint, '--format', 'json', '.'], { cwd: top, encoding: 'utf8' })
    findings = (JSON.parse(run.stdout) as { diagnostics: typeof findings }).diagnostics
  })
  afterAll(() => rmSync(top, { recursive: true, force: true }))

  const codesOf = (folder: string, file: string): readonly string[] =>
    findings.filter(({ filename }) => filename.split(sep).join('/') === `${folder}/${file}`).map(({ code }) => code)

  test.each(cases.filter(({ lint }) => lint !== null))('$situation', ({ folder, file, lint }) => {
    expect(codesOf(folder, file)).toContain(`eslint(${lint})`)
  })

  test.each(cases.filter((row) => right.some(({ situation }) => situation === row.situation)))('but not $situation', ({ folder, file }) => {
    expect(codesOf(folder, file).filter((code) => /no-restricted|no-console/.test(code))).toEqual([])
  })
})

describe('the house', () => {
  const files = sources('src')

  test('is not empty', () => {
    expect(files.length).toBeGreaterThan(50)
  })

  test.each(files)('%s keeps the rules', (file) => {
    expect(violations(file, read(file))).toEqual([])
  })

  test('leaves nothing for later', () => {
    const later = /\b(?:T[O]DO|F[I]XME)\b/
    const left = [...files, ...sources('test'), ...sources('scripts')].filter((file) => later.test(read(file)))
    expect(left).toEqual([])
  })
})
