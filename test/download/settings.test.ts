import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/core/errors.ts'
import { headersFor } from '../../src/download/credentials.ts'
import { proxyFor } from '../../src/download/proxy.ts'
import { networkSettings } from '../../src/download/settings.ts'
import { shownUrl } from '../../src/download/shown-url.ts'

function refusal(env: Record<string, string | undefined>): InputError {
  try {
    networkSettings(env)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('networkSettings', () => {
  it('needs no environment', () => {
    const settings = networkSettings({})
    expect(settings.proxies).toEqual({ https: null, http: null, all: null, none: '' })
    expect(settings.github).toEqual({ serverUrl: 'https://github.com', apiUrl: 'https://api.github.com' })
    expect(settings.tokens).toEqual([])
    expect(settings.caFiles).toEqual([])
    expect(settings.retries).toBe(5)
  })

  it('takes lower case before upper case, and empty as unset', () => {
    const { proxies } = networkSettings({
      https_proxy: '',
      HTTPS_PROXY: 'a:1',
      http_proxy: 'http://b:2',
      HTTP_PROXY: 'http://c:3',
      NO_PROXY: 'x',
    })
    expect(proxies).toEqual({ https: 'http://a:1/', http: 'http://b:2/', all: null, none: 'x' })
  })

  it('looks at ALL_PROXY only where it is needed', () => {
    const named = { https_proxy: 'http://a:1', http_proxy: 'http://b:2' }
    expect(networkSettings({ ...named, all_proxy: 'socks5://c:3' }).proxies).toMatchObject({ https: 'http://a:1/', all: null })
    expect(refusal({ https_proxy: 'http://a:1', all_proxy: 'socks5://c:3' }).message).toContain('all_proxy')
  })

  it('takes GITHUB_TOKEN before GH_TOKEN, without the newline of a file', () => {
    expect(networkSettings({ GITHUB_TOKEN: 'one\n', GH_TOKEN: 'two' }).tokens).toEqual([
      { value: 'one', source: 'GITHUB_TOKEN', apiUrl: 'https://api.github.com' },
    ])
    expect(networkSettings({ GITHUB_TOKEN: '', GH_TOKEN: 'two' }).tokens[0]?.source).toBe('GH_TOKEN')
  })

  it.each([
    [{ GITHUB_SERVER_URL: 'https://ghe.example/' }, 'https://ghe.example', 'https://ghe.example/api/v3'],
    [{ GITHUB_API_URL: 'https://ghe.example/api/v3/' }, 'https://ghe.example', 'https://ghe.example/api/v3'],
    [{ GITHUB_SERVER_URL: 'https://acme.ghe.com' }, 'https://acme.ghe.com', 'https://api.acme.ghe.com'],
    [{ GITHUB_API_URL: 'https://api.acme.ghe.com' }, 'https://acme.ghe.com', 'https://api.acme.ghe.com'],
    [{ GITHUB_API_URL: 'http://127.0.0.1:9' }, 'https://github.com', 'http://127.0.0.1:9'],
    [{ GITHUB_SERVER_URL: 'http://a:1', GITHUB_API_URL: 'http://b:2/x' }, 'http://a:1', 'http://b:2/x'],
  ])('completes %j', (env, serverUrl, apiUrl) => {
    expect(networkSettings(env).github).toEqual({ serverUrl, apiUrl })
  })

  it('names each CA file once, and knows what a pure Nix shell writes for none', () => {
    expect(networkSettings({ NODE_EXTRA_CA_CERTS: '/a', SSL_CERT_FILE: '/a', NIX_SSL_CERT_FILE: '/b' }).caFiles).toEqual([
      { path: '/a', source: 'NODE_EXTRA_CA_CERTS' },
      { path: '/b', source: 'NIX_SSL_CERT_FILE' },
    ])
    expect(networkSettings({ NODE_EXTRA_CA_CERTS: '/a' }, { nodeCaFile: '/a' }).caFiles).toEqual([
      { path: '/a', source: 'NODE_EXTRA_CA_CERTS', byNode: true },
    ])
    expect(networkSettings({ SSL_CERT_FILE: '/no-cert-file.crt', NIX_SSL_CERT_FILE: '/no-cert-file.crt' }).caFiles).toEqual([])
  })

  it.each([
    [{ HTTPS_PROXY: 'socks5://user:secret@h:1' }, 'HTTPS_PROXY'],
    [{ http_proxy: 'http://%zz:secret@h:1' }, 'http_proxy'],
    [{ GITHUB_API_URL: 'ftp://secret/' }, 'GITHUB_API_URL'],
    [{ GITHUB_SERVER_URL: 'https://secret:secret@h' }, 'GITHUB_SERVER_URL'],
    [{ GITHUB_TOKEN: 'sec ret' }, 'GITHUB_TOKEN'],
  ])('refuses %j by name, without the value', (env, name) => {
    const error = refusal(env)
    expect(error.code).toBe('bad-config')
    expect(error.message).toContain(name)
    expect(error.message).not.toMatch(/sec ?ret/)
  })
})

describe('proxyFor', () => {
  const proxies = { https: 'http://s/', http: 'http://h/', all: 'http://a/', none: '' }
  it('chooses by scheme, then ALL_PROXY', () => {
    expect(proxyFor(new URL('https://x'), proxies)).toBe('http://s/')
    expect(proxyFor(new URL('http://x'), proxies)).toBe('http://h/')
    expect(proxyFor(new URL('http://x'), { ...proxies, http: null })).toBe('http://a/')
    expect(proxyFor(new URL('https://x'), { ...proxies, https: null, all: null })).toBeNull()
  })

  it.each([
    ['*', 'https://x', true],
    ['example.com', 'https://example.com/a', true],
    ['example.com', 'https://www.EXAMPLE.com/a', true],
    ['.example.com', 'https://www.example.com', true],
    ['*.example.com', 'https://www.example.com', true],
    ['example.com', 'https://badexample.com', false],
    ['example.com', 'https://example.com.evil', false],
    ['example.com:8443', 'https://example.com', false],
    ['example.com:443', 'https://example.com', true],
    ['a b,127.0.0.1', 'http://127.0.0.1:8080', true],
    ['127.0.0.1:8080', 'http://127.0.0.1:8081', false],
    ['10.0.0.0/8', 'http://10.1.2.3', true],
    ['10.0.0.0/8', 'http://11.1.2.3', false],
    ['10.0.0.0/99', 'http://10.1.2.3', false],
    ['::1', 'http://[::1]:80', true],
    ['[::1]:80', 'http://[::1]', true],
    ['fe80::/10', 'http://[fe80::1]', true],
    ['0.1', 'http://127.0.0.1', false],
    ['example.com.', 'https://www.example.com', true],
    ['example.com', 'https://www.example.com.', true],
    ['', 'https://x', false],
    [', ,', 'https://x', false],
  ])('NO_PROXY=%j and %s: direct is %s', (none, url, direct) => {
    expect(proxyFor(new URL(url), { ...proxies, none }) === null).toBe(direct)
  })
})

describe('headersFor', () => {
  const plain = networkSettings({ GH_TOKEN: 't0ken' })
  const enterprise = networkSettings({ GH_TOKEN: 't0ken', GITHUB_SERVER_URL: 'https://ghe.example' })
  const authorization = 'Bearer t0ken'
  const accept = 'application/octet-stream'
  it.each([
    ['https://api.github.com/repos/a/b', plain, { authorization }],
    ['https://api.github.com/repos/a/b/releases/assets/12', plain, { authorization, accept }],
    ['https://github.com/a/b/releases/download/v1/x', plain, {}],
    ['http://api.github.com/repos/a/b', plain, {}],
    ['https://api.github.com:8443/repos/a/b', plain, {}],
    ['https://api.github.com.evil/repos/a/b', plain, {}],
    ['https://release-assets.githubusercontent.com/x', plain, {}],
    ['https://ghe.example/api/v3/repos/a/b', enterprise, { authorization }],
    ['https://ghe.example/api/v3/repos/a/b/releases/assets/1', enterprise, { authorization, accept }],
    ['https://ghe.example/api/v33/x', enterprise, {}],
    ['https://ghe.example/a/b/releases/download/v1/x', enterprise, {}],
    ['https://api.github.com/repos/a/b', enterprise, {}],
    ['https://api.github.com/repos/a/b/releases/assets/12', enterprise, { accept }],
    ['https://else.example/repos/a/b/releases/assets/12', enterprise, {}],
  ])('%s', (url, settings, expected) => {
    expect(headersFor(new URL(url), settings)).toEqual(expected)
  })
})

describe('shownUrl', () => {
  it.each([
    ['https://h/p?sig=secret#x', 'https://h/p'],
    ['https://user:secret@h/p', 'https://h/p'],
    ['https://h/p@1/a#secret', 'https://h/p@1/a'],
    ['no url?secret', 'no url'],
  ])('%s', (url, shown) => {
    expect(shownUrl(url)).toBe(shown)
  })
})
