import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import { basicAuthorization } from '../../src/download/credentials.ts'
import { loginFor, parseNetrc, readNetrc } from '../../src/download/netrc.ts'
import { networkSettings } from '../../src/download/settings.ts'

describe('parseNetrc', () => {
  it.each([
    ['machine a.example login me password s3cret', 'a.example', 'me:s3cret'],
    ['machine a.example\n\tlogin me\n\tpassword s3cret\n', 'A.Example', 'me:s3cret'],
    ['machine a.example login me password s3cret', 'b.a.example', null],
    ['machine a.example password "two words \\" and \\\\"', 'a.example', ':two words " and \\'],
    ['machine a.example login me password pass#word # a comment', 'a.example', 'me:pass#word'],
    ['# machine a.example login x password y\nmachine a.example login me password z', 'a.example', 'me:z'],
    ['machine a.example account 7 login me password z', 'a.example', 'me:z'],
    ['machine a.example login me password 1 machine a.example login you password 2', 'a.example', 'me:1'],
    ['default login any password 1', 'a.example', 'any:1'],
    ['default login any password 1\nmachine a.example login me password 2', 'a.example', 'any:1'],
    ['machine a.example login me password 2\ndefault login any password 1', 'b.example', 'any:1'],
    ['macdef init\nmachine a.example login no password no\n\nmachine a.example login me password 2', 'a.example', 'me:2'],
    ['machine a.example macdef up\nput password x\n\nlogin me password 2', 'a.example', 'me:2'],
    ['machine a.example', 'a.example', null],
    ['login me password 2', 'a.example', null],
    ['machine a.example\r\nlogin me\r\npassword 2\r\n', 'a.example', 'me:2'],
    ['', 'a.example', null],
  ])('%j for %s', (text, host, expected) => {
    const login = loginFor(host, parseNetrc(text))
    expect(login === null ? null : `${login.user}:${login.password}`).toBe(expected)
  })

  it('never throws', () => {
    const word = fc.constantFrom('machine', 'default', 'login', 'password', 'macdef', 'account', '"', '\\', '#', ' ', '\n', 'x')
    fc.assert(
      fc.property(
        fc.array(word).map((words) => words.join(' ')),
        (text) => Array.isArray(parseNetrc(text)),
      ),
    )
  })

  it('gives back any quoted password', () => {
    const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (password) => {
        fc.pre(!password.includes('\r'))
        expect(loginFor('a', parseNetrc(`machine a password ${quoted(password)}`))?.password).toBe(password)
      }),
    )
  })
})

describe('the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pinhash-netrc-'))
  it('is looked for, and may be absent; a named one may not', async () => {
    writeFileSync(join(folder, '.netrc'), 'machine a login b password c')
    expect(await readNetrc(networkSettings({ HOME: folder }).netrc)).toHaveLength(1)
    expect(await readNetrc(networkSettings({ HOME: join(folder, 'nowhere') }).netrc)).toEqual([])
    expect(await readNetrc(networkSettings({}).netrc)).toEqual([])
    await expect(readNetrc(networkSettings({ HOME: folder, NETRC: '/nowhere/netrc' }).netrc)).rejects.toThrow(InputError)
  })
})

describe('basicAuthorization', () => {
  const entries = parseNetrc('default login me password s3cret')
  it.each([
    ['https://files.example/a', {}, true],
    ['http://127.0.0.1:8080/a', {}, true],
    ['http://localhost/a', {}, true],
    ['http://files.example/a', {}, false],
    ['https://api.github.com/repos/a/b', {}, false],
    ['https://github.com/a/b', {}, true],
    ['https://ghe.example/api/v3/repos', { GITHUB_SERVER_URL: 'https://ghe.example' }, false],
    ['https://ghe.example/a/b', { GITHUB_SERVER_URL: 'https://ghe.example' }, true],
  ])('for %s with %j: %s', (url, env: Record<string, string>, sent) => {
    const headers = basicAuthorization(new URL(url), entries, networkSettings(env))
    expect(headers).toEqual(sent ? { authorization: `Basic ${Buffer.from('me:s3cret').toString('base64')}` } : {})
  })
})
