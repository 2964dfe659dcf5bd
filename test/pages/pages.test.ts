// Every command and every output that a page shows, held against the built program.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { partsOf } from './page.ts'
import { type Theatre, openTheatre, steady } from './theatre.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
/** Pages that show what the program prints. */
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].filter((file) => /^```console$/m.test(read(file)))
/** `PINHASH_WRITE_PAGES=1`: what is printed is written into the pages instead of being compared with them. */
const writing = process.env['PINHASH_WRITE_PAGES'] === '1'

let theatre: Theatre
beforeAll(async () => {
  theatre = await openTheatre()
})
afterAll(() => theatre.close())

describe('a page', () => {
  test.each(['README.md', ...pages])('%s is the sum of its parts', (file) => {
    expect(
      partsOf(read(file))
        .map(({ written }) => written)
        .join(''),
    ).toBe(read(file))
  })

  test('is filled with what is printed, not with what it says', async () => {
    const page = '<!-- folder: empty -->\n```console\n$ pinhash list\nfour pins\n$ echo a; echo b >&2\n```\n'
    const { text, commands } = await theatre.play(page)
    expect(text).toBe(page.replace('four pins', 'no pins found').replace('>&2\n', '>&2\na\nb\n'))
    expect(commands).toBe(2)
  })
})

test.each(pages)('%s shows what is printed', { timeout: 120_000 }, async (file) => {
  const { text, commands, unexpected } = await theatre.play(read(file))
  if (writing) writeFileSync(join(root, file), text)
  else expect(steady(text)).toBe(steady(read(file)))
  expect(commands).toBeGreaterThan(0)
  expect(unexpected).toEqual([])
})
