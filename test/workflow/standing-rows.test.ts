// A table whose rows are packages: which of them an update and a comparison are about.
import { describe, expect, it } from 'vitest'
import { pretendContext, pretendForge, pretendRelease } from '../../scripts/pretend.ts'
import { load } from '../../src/workflow/found.ts'
import { entriesOf } from '../../src/workflow/entries.ts'
import { outdated } from '../../src/workflow/outdated.ts'
import { standingRows } from '../../src/workflow/standing-rows.ts'
import { memory } from './memory.ts'

const hash = (digit: number): string => String(digit).repeat(64)
const table = (...rows: readonly string[]): string => `{ ${rows.map((row, i) => `"${row}" = "${hash(i)}";`).join(' ')} }`
const file = (rest: string): string =>
  `{ lib, fetchurl }: let fetch = version: sha256: fetchurl { url = "https://github.com/acme/tool/releases/download/v\${version}/tool.zip"; inherit sha256; }; in { ${rest} }`

/** The tags of the pins that stay when all are asked for. */
function staying(rest: string, tag: string | null): (string | null)[] {
  const found = load(memory(new Map([['default.nix', file(rest)]]), { bytes: new Map() }).files, { globs: null })
  const selected = entriesOf(found).map((pin) => ({ pin, tag, named: true }))
  return [...standingRows(selected, found)].map(({ pin }) => pin.tag)
}

const all = (...rows: readonly string[]): string => `lib.mapAttrs fetch ${table(...rows)}`

describe('of a table whose rows are packages', () => {
  it.each([
    ['all but the newest', `a = ${all('1.2.0', '1.10.0', '1.9.0')};`, null, ['v1.2.0', 'v1.9.0']],
    ['all but the one before the tag', `a = ${all('1.2.0', '1.10.0', '1.9.0')};`, 'v1.9.5', ['v1.2.0', 'v1.10.0']],
    ['all but the one at the tag', `a = ${all('1.2.0', '1.10.0')};`, '1.2.0', ['v1.10.0']],
    ['all but the oldest', `a = ${all('1.2.0', '1.1.0')};`, 'v1.0.0', ['v1.2.0']],
    ['the older one of each table', `a = ${all('1.2.0', '1.1.0')}; b = ${all('1.3.0', '1.4.0')};`, null, ['v1.1.0', 'v1.3.0']],
    ['none where there is one row', `a = ${all('1.2.0')}; b = ${all('1.1.0')};`, null, []],
    ['none where a version of its own selects each', `a = let v = "1.2.0"; in fetch v ${table('1.2.0', '1.1.0')}.\${v};`, null, []],
    ['none without a table', `a = fetch "1.2.0" "${hash(1)}"; b = fetch "1.1.0" "${hash(2)}";`, null, []],
  ])('%s stay', (_, rest, tag, expected) => {
    expect(staying(rest, tag)).toEqual(expected)
  })
})

it('is outdated in its newest row alone', async () => {
  const repository = { server: 'github.com', org: 'acme', name: 'tool' }
  const releases = ['v1.2.0', 'v1.1.0', 'v1.0.0'].map((tag) => pretendRelease(repository, tag, ['tool.zip']))
  const texts = new Map([['default.nix', file(`a = ${all('1.0.0', '1.1.0')};`)]])
  const context = pretendContext(memory(texts, { bytes: new Map() }).files, pretendForge(new Map([['acme/tool', releases]])))
  const options = { prereleases: false, minAge: null }
  const { outcomes } = await outdated(context, { globs: null, systems: null, pins: [{ pin: 'tool', tag: null }] }, options)
  expect(outcomes.map(({ outcome, from, to }) => [outcome, from, to])).toEqual([
    ['unchanged', 'v1.0.0', 'v1.0.0'],
    ['outdated', 'v1.1.0', 'v1.2.0'],
  ])
})
