// The hooks that pre-commit finds here, and what docs/pre-commit.md says of them.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readArguments } from '../src/cli/arguments.ts'
import { commands } from '../src/cli/main.ts'
import { parse } from '../src/nix/parse.ts'
import { temporaryFolder } from './files/temporary.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = `${root}dist/bin.js`
const read = (file: string): string => readFileSync(`${root}${file}`, 'utf8')

/** A YAML list of flat maps, which is all that stands there: `- key: value`, then `  key: value`. Throws at any other line. */
function flatMaps(yaml: string): readonly Readonly<Record<string, string>>[] {
  const maps: Record<string, string>[] = []
  for (const line of yaml.split('\n').filter((each) => each.trim() !== '' && !each.startsWith('#'))) {
    const [, mark, key = '', value = ''] = /^(- | {2})([a-z_]+): (\S.*)$/.exec(line) ?? []
    if (mark === undefined) throw new Error(`not a line of a flat map: ${line}`)
    if (mark === '- ') maps.push({})
    const map = maps.at(-1)
    if (map === undefined || key in map) throw new Error(`out of place: ${line}`)
    map[key] = value
  }
  return maps
}

const hooks = flatMaps(read('.pre-commit-hooks.yaml'))
const document = read('docs/pre-commit.md')
const blocks = (language: string): readonly string[] =>
  [...document.matchAll(/```(\w+)\n([\s\S]*?)```/g)].flatMap(([, name, text = '']) => (name === language ? [text] : []))

describe('the hooks', () => {
  it('have what pre-commit asks for, in words that YAML takes as they stand', () => {
    expect(hooks.map(({ id }) => id)).toEqual(['pinhash-verify', 'pinhash-verify-no-download'])
    const { bin: programs } = JSON.parse(read('package.json')) as { bin: Record<string, string> }
    for (const { id, name, description, entry = '', ...rest } of hooks) {
      expect(rest).toEqual({ language: 'node', files: String.raw`\.(nix|json|toml)$`, pass_filenames: 'false', require_serial: 'true' })
      expect(Object.keys(programs)).toContain(entry.split(' ')[0])
      for (const text of [id, name, description, entry]) expect(text).toMatch(/^[A-Za-z][\w '.-]*$/)
    }
  })

  it('can be installed: pre-commit takes all that npm pack prints for a file name, builds must keep quiet', () => {
    expect(read('.npmrc')).toMatch(/^foreground-scripts=false$/m)
  })

  it('run when a file of pins changes, and not otherwise', () => {
    const files = new RegExp(hooks[0]?.['files'] ?? '')
    for (const file of ['flake.nix', 'nix/hashes.json', 'pin.toml', 'pinhash.json']) expect(files.test(file)).toBe(true)
    for (const file of ['nix', 'a.nixt', 'README.md', 'a.jsonc']) expect(files.test(file)).toBe(false)
  })

  it.each(hooks.map(({ entry = '' }) => entry))('%s ends with 0 where nothing changed, without a network', (entry) => {
    const folder = temporaryFolder({
      'tool.nix':
        '{ fetchurl }: fetchurl { url = "https://tool.example/tool-1.0"; hash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; }\n',
    })
    const git = (...argv: readonly string[]): void => {
      const { status, stderr } = spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...argv], { cwd: folder })
      expect([status, status === 0 ? '' : stderr.toString()]).toEqual([0, ''])
    }
    git('init', '-q')
    git('add', '.')
    git('commit', '-q', '-m', 'first')
    const [, ...argv] = entry.split(' ')
    const env = { PATH: process.env['PATH'], HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' }
    const clean = spawnSync(process.execPath, [bin, ...argv], { cwd: folder, env, encoding: 'utf8' })
    expect([clean.status, clean.stderr, clean.stdout]).toEqual([0, '', expect.stringMatching(/^(?:none|0) of 1 pin /)])
  })
})

describe('docs/pre-commit.md', () => {
  it('names every hook, and gives their entries to type', async () => {
    for (const { id } of hooks) expect(document).toContain(`| \`${id}\``)
    const entries = [...document.matchAll(/entry(?:: | = ")(?:\$\{pinhash\}\/bin\/)?pinhash ([^"\n]*)/g)].map(([, line = '']) => line)
    expect(entries).toHaveLength(2)
    for (const line of entries) expect((await readArguments(line.split(' '), commands, { version: '1', columns: 80 })).kind).toBe('run')
  })

  it('shows the same hook without a clone', () => {
    const [, local = ''] = blocks('yaml')
    const shown = local.slice(local.indexOf('- id')).replaceAll(/^ {6}/gm, '')
    const { additional_dependencies: dependencies, ...hook } = flatMaps(shown)[0] ?? {}
    const { version } = JSON.parse(read('package.json')) as { version: string }
    expect(dependencies).toBe(`['pinhash@${version}']`)
    expect(hooks[0]).toMatchObject(hook)
    expect(blocks('yaml')[0]).toContain(`rev: v${version}\n`)
  })

  it('shows Nix that can be read', () => {
    const [nix = ''] = blocks('nix')
    expect(parse(nix).problems).toEqual([])
    expect(nix).toContain(String.raw`"\\.(nix|json|toml)$"`)
  })
})
