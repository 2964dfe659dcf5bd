// What the papers promise, held against what is there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv, type AnySchema } from 'ajv'
import { describe, expect, test } from 'vitest'
import { commands } from '../src/cli/main.ts'
import { everywhere } from '../src/cli/options.ts'
import { rooms } from './house/rooms.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

function filesIn(folder: string): number {
  return existsSync(join(root, folder)) ? readdirSync(join(root, folder)).length : 0
}

/** The anchors of a paper's headings. */
function headingsOf(file: string): readonly string[] {
  return [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

/** What a paper gives to type: code in Markdown, lines that are no comments elsewhere. */
function commandsOf(file: string): string {
  const text = read(file)
  if (!file.endsWith('.md')) return text.replaceAll(/^\s*#.*$/gm, '')
  return (text.match(/```[\s\S]*?```|`[^`\n]+`/g) ?? []).join('\n')
}

describe('the papers', () => {
  const manifest = JSON.parse(read('package.json')) as {
    version: string
    scripts: Record<string, string>
    files: string[]
    bin: Record<string, string>
  }
  const builtin = new Set(['ci', 'i', 'install', 'pack', 'publish', 'version'])

  test.each(['README.md', 'CONTRIBUTING.md', '.ci/run', '.github/workflows/ci.yml'])('%s names commands that exist', (file) => {
    const named = [...commandsOf(file).matchAll(/\bnpm (?:run (?:--silent |-s )?)?([a-z][a-z:]*)/g)].map((match) => match[1] ?? '')
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((name) => !(name in manifest.scripts) && !builtin.has(name))).toEqual([])
  })

  const pages = readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []))

  test.each(['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...pages])('%s links to what is there', (file) => {
    const links = [...read(file).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].map(([, path = '', heading]) => ({
      path: path === '' ? file : join(dirname(file), path),
      heading,
    }))
    const missing = links.filter(
      ({ path, heading }) => !existsSync(join(root, path)) || (heading !== undefined && !headingsOf(path).includes(heading)),
    )
    expect(missing).toEqual([])
  })

  test.each(pages)('%s gives pinhash no option that it does not know', (file) => {
    const known = new Set([...everywhere, ...commands.flatMap(({ options }) => options)].map(({ name }) => `--${name}`))
    const given = [...commandsOf(file).matchAll(/\bpinhash ([^`\n|;]*)/g)].flatMap(
      ([, words = '']) => words.split(' -- ')[0]?.match(/--[a-z][a-z-]+/g) ?? [],
    )
    expect(given.filter((name) => !known.has(name) && name !== '--help' && name !== '--change')).toEqual([])
  })

  test('docs/README.md lists every page', () => {
    const listed = [...read('docs/README.md').matchAll(/\]\(([^)]+\.md)\)/g)].map((match) => `docs/${match[1] ?? ''}`)
    expect(listed.toSorted()).toEqual(pages.filter((page) => page !== 'docs/README.md').toSorted())
  })

  test('the commands of README.md are those of the program, in both directions', () => {
    const named = [...read('README.md').matchAll(/^\| `pinhash ([a-z]+)/gm)].map((match) => match[1])
    expect(named).toEqual(commands.map(({ name }) => name))
  })

  test('README.md names no option that the program does not know', () => {
    const known = new Set([...everywhere, ...commands.flatMap(({ options }) => options)].map(({ name }) => `--${name}`))
    const notOurs = new Set(['--global', '--help'])
    const named = commandsOf('README.md').match(/--[a-z][a-z-]+/g) ?? []
    expect(named.filter((name) => !known.has(name) && !notOurs.has(name))).toEqual([])
  })

  test('docs/versions.md shows a pinhash.json that its schema accepts', () => {
    const [, example = ''] = /```json\n([\s\S]*?)```/.exec(read('docs/versions.md')) ?? []
    const validate = new Ajv().compile(JSON.parse(read('schema/pinhash.schema.json')) as AnySchema)
    expect([validate(JSON.parse(example)), validate.errors]).toEqual([true, null])
  })

  test('the page that a SARIF log leads to has the section it names', () => {
    const [, section] = /helpUri: `\$\{home\}#([^`]+)`/.exec(read('src/cli/report/sarif.ts')) ?? []
    expect(headingsOf('README.md')).toContain(section)
  })

  test('examples and pages name the version that package.json has', () => {
    const examples = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' }).flatMap((name) =>
      name.endsWith('.yml') ? [join('examples', name)] : [],
    )
    const named = [...pages, ...examples].flatMap((file) =>
      [...read(file).matchAll(/\bpinhash@(\d[\d.]*)|\brev: v(\d[\d.]*)|^\| pinhash +\| (\d\S*)/gm)].map((match) => [
        file,
        match[1] ?? match[2] ?? match[3],
      ]),
    )
    expect(new Set(named.map(([file]) => file)).size).toBeGreaterThan(4)
    expect(named.filter(([, version]) => version !== manifest.version)).toEqual([])
  })

  test('package.json runs only scripts that are there', () => {
    const built = Object.values(manifest.scripts).flatMap((script) =>
      [...script.matchAll(/build\/scripts\/([a-z-]+)\.js/g)].map((match) => match[1]),
    )
    expect(built.length).toBeGreaterThan(0)
    expect(built.filter((name) => !existsSync(join(root, 'scripts', `${name}.ts`)))).toEqual([])
  })

  test('the room list of CONTRIBUTING.md is the one that is checked, without rooms that have no file', () => {
    const named = [...read('CONTRIBUTING.md').matchAll(/^\| `(?:src\/)?([a-z]+)(?:\.ts|\/)` /gm)].map((match) => match[1])
    expect(named).toEqual(rooms.filter((room) => existsSync(join(root, 'src', `${room}.ts`)) || filesIn(`src/${room}`) > 0))
  })

  test('the lock file holds the binaries of every platform, or `npm ci` fails on all of them', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>
    }
    const locked = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)))
    const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
    expect(wanted.length).toBeGreaterThan(20)
    expect(wanted.filter((name) => !locked.has(name))).toEqual([])
  })
})
