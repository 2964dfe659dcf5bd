import { execFileSync } from 'node:child_process'
import { chmodSync, symlinkSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { repositoryFiles } from '../../src/files/repository.ts'
import { temporaryFolder } from './temporary.ts'

test.each([
  ['line ends and a byte order mark stay', '\u{feff}{\r\n  a = "é😀";\n}', undefined],
  ['no final newline', '{ }', undefined],
  ['empty', '', undefined],
  ['a replacement character that the file has', '{ a = "\u{fffd}"; }', undefined],
  ['a NUL far down is still text', `${'#'.repeat(8192)}\0`, undefined],
])('%s', (_, text) => {
  expect(repositoryFiles(temporaryFolder({ 'a.nix': text })).read('a.nix')).toEqual({ text })
})

test.each([
  ['a NUL byte', Buffer.from('\0GITCRYPT\0'), 'it has a NUL byte at its beginning'],
  ['broken UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'it is not valid UTF-8'],
  ['broken UTF-8 beside a replacement character', Buffer.from([0xef, 0xbf, 0xbd, 0xff]), 'it is not valid UTF-8'],
  ['UTF-8 cut short', Buffer.from([0x7b, 0xc3]), 'it is not valid UTF-8'],
  ['an encoded surrogate', Buffer.from([0xed, 0xa0, 0x80]), 'it is not valid UTF-8'],
])('binary: %s', (_, bytes, why) => {
  expect(repositoryFiles(temporaryFolder({ 'a.nix': bytes })).read('a.nix')).toEqual({
    problem: 'binary',
    message: `a.nix is not text: ${why}`,
  })
})

test('missing, outside, unreadable are told apart', () => {
  const folder = temporaryFolder({ 'a.nix': '{}', 'sub/b.nix': '{}' })
  const outside = temporaryFolder({ 'x.nix': 'secret' })
  symlinkSync(path.join(outside, 'x.nix'), path.join(folder, 'link.nix'))
  symlinkSync(outside, path.join(folder, 'folder'))
  symlinkSync('nowhere', path.join(folder, 'dangling.nix'))
  symlinkSync('circle.nix', path.join(folder, 'circle.nix'))
  symlinkSync('a.nix', path.join(folder, 'good.nix'))
  execFileSync('mkfifo', [path.join(folder, 'pipe.nix')])
  const files = repositoryFiles(folder)
  const problem = (name: string): string => {
    const found = files.read(name)
    return 'text' in found ? `text ${found.text}` : `${found.problem}: ${found.message}`
  }
  expect(problem('good.nix')).toBe('text {}')
  expect(problem('sub/../a.nix')).toBe('text {}')
  expect(problem('absent.nix')).toBe('missing: absent.nix does not exist')
  expect(problem('a.nix/b.nix')).toMatch(/^missing: /)
  expect(problem('dangling.nix')).toMatch(/^missing: /)
  expect(problem('link.nix')).toBe('outside: link.nix leads out of the repository and is not read')
  expect(problem('folder/x.nix')).toMatch(/^outside: /)
  expect(problem('../x.nix')).toMatch(/^outside: /)
  expect(problem('/etc/passwd')).toMatch(/^outside: /)
  expect(problem('sub')).toBe('unreadable: Could not read sub: it is not a regular file')
  expect(problem('pipe.nix')).toBe('unreadable: Could not read pipe.nix: it is not a regular file')
  expect(problem('circle.nix')).toBe('unreadable: Could not read circle.nix: its symbolic links lead in a circle')
  expect(problem('a\0.nix')).toMatch(/^unreadable: /)
})

test.skipIf(userInfo().uid === 0)('a file without read permission is unreadable', () => {
  const folder = temporaryFolder({ 'a.nix': '{}' })
  chmodSync(path.join(folder, 'a.nix'), 0)
  expect(repositoryFiles(folder).read('a.nix')).toEqual({ problem: 'unreadable', message: 'Could not read a.nix: permission denied' })
})

test('the root may itself be reached through a link', () => {
  const folder = temporaryFolder({ 'a.nix': '{}' })
  const elsewhere = temporaryFolder()
  symlinkSync(folder, path.join(elsewhere, 'root'))
  const files = repositoryFiles(path.join(elsewhere, 'root'))
  expect(files.root).toBe(path.join(elsewhere, 'root'))
  expect(files.list(null)).toEqual(['a.nix'])
  expect(files.read('a.nix')).toEqual({ text: '{}' })
})
