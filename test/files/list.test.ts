import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { repositoryFiles } from '../../src/files/repository.ts'
import { temporaryFolder } from './temporary.ts'

const tree = {
  'flake.nix': '{}',
  'pinhash.json': '{}',
  'README.md': '',
  'nix/b.nix': '{}',
  'nix/a.nix': '{}',
  'nix/pinhash.json': '{}',
  'nix/hashes.json': '{}',
  'nix.nix': '{}',
  'Z.nix': '{}',
  'é.nix': '{}',
  'with space.nix': '{}',
  'node_modules/x/flake.nix': '{}',
}

const everything = ['Z.nix', 'flake.nix', 'nix.nix', 'nix/a.nix', 'nix/b.nix', 'pinhash.json', 'with space.nix', 'é.nix']

function git(folder: string, ...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: folder, stdio: 'ignore' })
}

describe.each(['a plain folder', 'a git work tree'])('%s', (kind) => {
  function folderWith(files: Record<string, string>): string {
    const folder = temporaryFolder(files)
    if (kind === 'a git work tree') {
      git(folder, 'init', '-q')
      git(folder, 'add', 'flake.nix')
    }
    return folder
  }

  test('the usual files, by code unit', () => {
    const folder = folderWith({ ...tree, '.gitignore': 'node_modules\n' })
    expect(repositoryFiles(folder).list(null)).toEqual(everything)
  })

  test.each([
    [['*.nix'], ['Z.nix', 'flake.nix', 'nix.nix', 'with space.nix', 'é.nix']],
    [['nix/**'], ['nix/a.nix', 'nix/b.nix']],
    [['nix'], ['nix/a.nix', 'nix/b.nix']],
    [['./nix/'], ['nix/a.nix', 'nix/b.nix']],
    [['.'], everything],
    [
      ['nix/a.nix', 'nix/*'],
      ['nix/a.nix', 'nix/b.nix'],
    ],
    [['./flake.nix', 'nix/../flake.nix'], ['flake.nix']],
    [['nix/hashes.json'], ['nix/hashes.json']],
    [['absent.nix'], ['absent.nix']],
    [['../outside.nix'], ['../outside.nix']],
    [['absent/*.nix'], []],
    [[], []],
  ])('%j', (globs, expected) =>
    expect(repositoryFiles(folderWith({ ...tree, '.gitignore': 'node_modules\n' })).list(globs)).toEqual(expected),
  )

  test('an absolute path below the root', () => {
    const folder = folderWith(tree)
    expect(repositoryFiles(folder).list([path.join(folder, 'nix/a.nix')])).toEqual(['nix/a.nix'])
  })

  test('links: inside kept, outside and folders dropped, a second name of a listed file dropped', () => {
    const folder = folderWith({ 'flake.nix': '{}', 'data/pins.txt': '{}', 'lib/default.nix': '{}' })
    const outside = temporaryFolder({ 'x.nix': '{}' })
    symlinkSync(path.join(outside, 'x.nix'), path.join(folder, 'outside.nix'))
    symlinkSync(outside, path.join(folder, 'result'))
    symlinkSync('lib', path.join(folder, 'copy'))
    symlinkSync('flake.nix', path.join(folder, 'again.nix'))
    symlinkSync('data/pins.txt', path.join(folder, 'pins.nix'))
    symlinkSync('data/pins.txt', path.join(folder, 'pins2.nix'))
    symlinkSync('nowhere', path.join(folder, 'dangling.nix'))
    mkdirSync(path.join(folder, 'folder.nix'))
    const files = repositoryFiles(folder)
    expect(files.list(null)).toEqual(['flake.nix', 'lib/default.nix', 'pins.nix'])
    expect(files.list(['again.nix'])).toEqual(['again.nix'])
  })
})

test('git: what it ignores and what is deleted is left out, what is new is not; a subfolder is a root of its own', () => {
  const folder = temporaryFolder({ 'a.nix': '', 'gone.nix': '', '.gitignore': 'secret*\nbuild/\n', 'sub/b.nix': '', 'sub/deep/c.nix': '' })
  git(folder, 'init', '-q')
  git(folder, 'add', '.')
  git(folder, 'commit', '-q', '-m', 'x')
  rmSync(path.join(folder, 'gone.nix'))
  for (const name of ['new.nix', 'secret.nix', 'build/x.nix']) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    symlinkSync(path.join(folder, 'a.nix'), path.join(folder, `${name}.link`))
    execFileSync('cp', ['a.nix', name], { cwd: folder })
  }
  expect(repositoryFiles(folder).list(null)).toEqual(['a.nix', 'new.nix', 'sub/b.nix', 'sub/deep/c.nix'])
  expect(repositoryFiles(path.join(folder, 'sub')).list(null)).toEqual(['b.nix', 'deep/c.nix'])
  expect(repositoryFiles(folder).list(['secret.nix'])).toEqual(['secret.nix'])
})

test('a root that is no folder is refused', () => {
  const folder = temporaryFolder({ file: '' })
  expect(() => repositoryFiles(path.join(folder, 'absent'))).toThrow(/Could not look into .*absent: it does not exist/)
  expect(() => repositoryFiles(path.join(folder, 'file'))).toThrow(/it is not a folder/)
})
