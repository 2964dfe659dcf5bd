// Where a folder stands in its repository, and reports that can or cannot be written.
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repositoryPrefix } from '../../src/files/prefix.ts'
import { writeReport } from '../../src/files/report-file.ts'

let top = ''
beforeAll(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'pinhash-prefix-')))
  await mkdir(join(top, 'work', 'checkout', '.git'), { recursive: true })
  await mkdir(join(top, 'work', 'checkout', 'infra', 'nix files'), { recursive: true })
  await symlink(join(top, 'work', 'checkout', 'infra'), join(top, 'link'))
})
afterAll(async () => rm(top, { recursive: true, force: true }))

describe('the prefix of a folder', () => {
  it.each([
    ['is empty at the top of a work tree', 'work/checkout', undefined, ''],
    ['leads to a folder of it', 'work/checkout/infra/nix files', undefined, 'infra/nix files/'],
    ['leads there through a link as well', 'link', undefined, 'infra/'],
    ['begins at the workspace where that holds the folder', 'work/checkout/infra', 'work', 'checkout/infra/'],
    ['and at the work tree where it does not', 'work/checkout/infra', 'work/checkout/infra/nix files', 'infra/'],
    ['or is not there', 'work/checkout/infra', 'nowhere', 'infra/'],
    ['or is empty', 'work/checkout/infra', '', 'infra/'],
    ['is empty outside of a work tree', 'work', undefined, ''],
    ['is empty where there is no folder', 'nowhere', 'work', ''],
  ])('%s', (_, folder, workspace, prefix) => {
    expect(repositoryPrefix(join(top, folder), workspace === undefined || workspace === '' ? workspace : join(top, workspace))).toBe(prefix)
  })
})

describe('a report', () => {
  it('replaces a file, or goes after what it holds', async () => {
    await writeFile(join(top, 'a'), 'what was there, and longer')
    await writeReport(top, 'a', 'one\n', 'w')
    await writeReport('/', join(top, 'a'), 'two\n', 'a')
    expect(await readFile(join(top, 'a'), 'utf8')).toBe('one\ntwo\n')
  })

  it.each([
    ['no/such/file', 'Could not write the report to no/such/file: its folder does not exist'],
    ['work', 'Could not write the report to work: it is a folder'],
    ['a/b', 'Could not write the report to a/b: a part of its path is not a folder'],
  ])('cannot be written to %s', async (file, message) => {
    await expect(writeReport(top, file, '', 'w')).rejects.toMatchObject({ name: 'InputError', code: 'unwritable-file', message })
  })
})
