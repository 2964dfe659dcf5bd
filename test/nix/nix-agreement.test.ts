// What Nix accepts and how it reads it, and what we make of the same text: recorded for the fixtures, live where Nix is at hand.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from '../../src/nix/parse.ts'
import { Duplicate, inOrder, normalForm } from './normal-form.ts'

/** What Nix says to a text: refused, or the tree in its normal form; null where only names were refused, which is no matter of syntax. */
interface Verdict {
  readonly accepted: boolean
  readonly tree: string | null
}

const FIXTURES = join(import.meta.dirname, '../../fixtures/nix')
const texts = JSON.parse(await readFile(join(FIXTURES, 'texts.json'), 'utf8')) as Record<string, string>
const RECORDED = join(FIXTURES, 'verdicts.json')
// Where the recorded trees resolve their paths.
const BASE = '/base'
const DIRECTORY = `${BASE}/directory`
const HOME = `${BASE}/home`
const seed = Number(process.env['PINHASH_SEED'] ?? 20_07)
const samples = Number(process.env['PINHASH_SAMPLES'] ?? 300)

/** In a `with`, no name can be called undefined before evaluation. */
function wrap(text: string): string {
  return `with {}; ${text}`
}

function ours(text: string): Verdict {
  const document = parse(wrap(text))
  if (document.problems.length > 0) return { accepted: false, tree: null }
  try {
    return { accepted: true, tree: normalForm(document.root, { text: wrap(text), directory: DIRECTORY, home: HOME }) }
  } catch (error) {
    if (error instanceof Duplicate) return { accepted: true, tree: null }
    throw error
  }
}

describe('as recorded', async () => {
  const verdicts = JSON.parse(await readFile(RECORDED, 'utf8').catch(() => '{}')) as Record<string, Verdict>
  test('every fixture has a verdict', () => {
    expect(Object.keys(verdicts)).toEqual(Object.keys(texts))
  })
  test.each(Object.entries(verdicts))('%s', (name, verdict) => {
    const text = texts[name] as string
    expect(ours(text)).toEqual(verdict)
  })
})

const hasNix = await run(['--version']).then(
  (result) => result.code === 0,
  () => false,
)
test.runIf(process.env['PINHASH_REQUIRE_NIX'] === '1')('Nix is at hand', () => {
  expect(hasNix).toBe(true)
})

describe.runIf(hasNix)('as Nix says now', () => {
  let base = ''
  beforeAll(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), 'pinhash-nix-')))
    await mkdir(join(base, 'directory'))
  })
  afterAll(async () => {
    await rm(base, { recursive: true })
  })

  test('the fixtures', async () => {
    const verdicts: Record<string, Verdict> = {}
    await each(Object.entries(texts), async ([name, text], index) => {
      verdicts[name] = await nixVerdict(base, `fixture-${index}`, text)
    })
    const ordered = Object.fromEntries(Object.keys(texts).map((name) => [name, verdicts[name] as Verdict]))
    if (process.env['PINHASH_RECORD_NIX'] === '1') await writeFile(RECORDED, `${JSON.stringify(ordered, null, 2)}\n`)
    expect(Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, ours(text)]))).toEqual(ordered)
  })

  test(`${samples} fixtures with mistakes made at random (seed ${seed})`, async () => {
    const different: unknown[] = []
    await each(fc.sample(mutated, { seed, numRuns: samples }), async (text, index) => {
      const theirs = await nixVerdict(base, `mutated-${index}`, text)
      if (theirs.accepted && theirs.tree === null) return
      const mine = ours(text)
      if (mine.accepted !== theirs.accepted || mine.tree !== theirs.tree) different.push({ text, mine, theirs })
    })
    expect(different).toEqual([])
  }, 120_000)
})

// Pipes are newer than the Nix that judges here.
const SNIPPETS = [
  ...'(){}[];:,.=@?!-+*/<>&|$"\'#~ \n\r\t09aZ_é',
  "''",
  '${',
  '}',
  '...',
  '==',
  '//',
  '++',
  '->',
  '||',
  '&&',
  'let ',
  ' in ',
  'with a; ',
  'rec ',
  'inherit ',
  ' or ',
  'if ',
  ' then ',
  ' else ',
  'a.b',
  './a',
  '<a>',
  'a:b',
  '"a"',
  "''\\n",
  "'''",
  "''$",
  '\\',
  '$$',
  'a = 1; ',
  '/*',
  '*/',
  '1.5',
  'x: ',
  '{ a }: ',
  '\n  ',
  '\n    ',
]

const mutated = fc
  .tuple(
    fc.constantFrom(...Object.values(texts).filter((text) => text.length > 4)),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom('insert', 'delete', 'replace', 'repeat'), fc.constantFrom(...SNIPPETS), fc.nat(6)), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([text, mistakes]) =>
    mistakes.reduce((result, [place, kind, snippet, size]) => {
      const characters = [...result]
      const at = place % (characters.length + 1)
      if (kind === 'insert') characters.splice(at, 0, snippet)
      else if (kind === 'delete') characters.splice(at, size + 1)
      else if (kind === 'replace') characters.splice(at, 1, snippet)
      else characters.splice(at, 0, ...characters.slice(at, at + size + 1))
      return characters.join('')
    }, text),
  )
  .filter((text) => !text.includes('|>') && !text.includes('<|'))

async function nixVerdict(base: string, name: string, text: string): Promise<Verdict> {
  const file = join(base, 'directory', `${name}.nix`)
  await writeFile(file, wrap(text))
  const { code, stdout, stderr } = await run(['--parse', file])
  if (code === 0) return { accepted: true, tree: inOrder(stdout.trimEnd()).replaceAll(base, BASE) }
  const isAboutNames = /undefined variable|already defined|duplicate formal/.test(stderr)
  return { accepted: isAboutNames, tree: null }
}

function run(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], HOME, NIX_STATE_DIR: join(tmpdir(), 'pinhash-nix-state') }
    execFile('nix-instantiate', args, { env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error)
      else resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

async function each<Item>(items: readonly Item[], work: (item: Item, index: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++
      await work(items[index] as Item, index)
    }
  }
  await Promise.all([worker(), worker(), worker()])
}
