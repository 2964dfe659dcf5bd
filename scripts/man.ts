// The commands and options of the program, and the table of variables in README.md → man/pinhash.1.
// Usage: npm run man     SOURCE_DATE_EPOCH gives the page its date; without it, it is today's.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { commands } from '../src/cli/main.ts'
import { environmentOf } from './environment-table.ts'
import { manPage } from './man-page.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
const epoch = process.env['SOURCE_DATE_EPOCH']
const date = new Date(epoch !== undefined && /^\d+$/.test(epoch) ? Number(epoch) * 1000 : Date.now()).toISOString().slice(0, 10)

mkdirSync(join(root, 'man'), { recursive: true })
writeFileSync(
  join(root, 'man', 'pinhash.1'),
  manPage(commands, { version, date, environment: environmentOf(readFileSync(join(root, 'README.md'), 'utf8')) }),
)
