// The environment, as a plain record, to the settings of the network.
import path from 'node:path'
import { InputError } from '../core/errors.ts'
import type { Mirror } from '../core/mirror.ts'
import type { NetrcFile } from './netrc.ts'

/** A token, the one API it is for, and where it came from. Only `source` may stand in a message. */
export interface Token {
  readonly value: string
  /** The name of the environment variable. */
  readonly source: string
  /** Base of the API it is for, without a slash at the end. */
  readonly apiUrl: string
}

/** Proxies as the environment names them; null where it does not. */
export interface ProxySettings {
  readonly https: string | null
  readonly http: string | null
  readonly all: string | null
  /** NO_PROXY, as written. */
  readonly none: string
}

/** Milliseconds. */
export interface Timeouts {
  readonly connect: number
  /** From the connection to the answer's headers. */
  readonly headers: number
  /** Between two pieces of a body: a stalled connection counts as broken. */
  readonly idle: number
}

/** A PEM file of CA certificates. */
export interface CaFile {
  readonly path: string
  /** The variable that names it. */
  readonly source: string
  /** Node was started with it, and trusts it by itself. */
  readonly byNode?: true
}

/** Everything the rooms that use the network need to know of their surroundings. */
export interface NetworkSettings {
  readonly proxies: ProxySettings
  /** PEM files whose certificates are trusted *besides* the bundled roots: the union, so that a private CA never unlearns the public ones. */
  readonly caFiles: readonly CaFile[]
  readonly tokens: readonly Token[]
  /** The GitHub that is configured: the web server's origin and the base of its API, without slashes at the end. */
  readonly github: { readonly serverUrl: string; readonly apiUrl: string }
  readonly timeouts: Timeouts
  /** 0 to 5. */
  readonly retries: number
  /** Milliseconds: a server that asks for more patience than this gets an error that says when to come back. */
  readonly maxWait: number
  /** Where addresses are fetched from instead. */
  readonly mirrors: readonly Mirror[]
  /** Logins for hosts other than the API's; null where there is no place to look. */
  readonly netrc: NetrcFile | null
  /** Folder for the API's answers between runs, absolute; null for none. */
  readonly cacheFolder: string | null
  readonly userAgent: string
}

/** What is chosen beside the environment; what is not given has its default. */
export interface NetworkOptions {
  readonly timeouts?: Partial<Timeouts>
  readonly retries?: number
  readonly maxWait?: number
  readonly mirrors?: readonly Mirror[]
  /** false: the API's answers are neither kept between runs nor read. */
  readonly cache?: boolean
  /** The program's version, for the `User-Agent`. */
  readonly version?: string
  /** The file of CA certificates that Node was started with, if any. */
  readonly nodeCaFile?: string
}

/** Seconds, as the options' help tells them. */
export const networkDefaults = { connect: 10, headers: 30, idle: 30, retries: 5, maxWait: 60 } as const

const caVariables = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'NIX_SSL_CERT_FILE']

/** What nixpkgs' stdenv puts into both variables of a pure shell to say "none". */
const noCaFile = '/no-cert-file.crt'

/**
 * Reads the settings from an environment. A variable that is empty counts as unset; lower case goes before upper case, as in curl;
 * `GITHUB_TOKEN` goes before `GH_TOKEN`. Throws InputError `bad-config` for an address that is none or a token that cannot be sent.
 */
export function networkSettings(env: Readonly<Record<string, string | undefined>>, options: NetworkOptions = {}): NetworkSettings {
  const proxy = (name: string): string | null => {
    const found = [name, name.toUpperCase()].find((each) => value(env, each) !== null)
    return found === undefined ? null : proxyUrl(found, value(env, found) ?? '')
  }
  const [https, http] = [proxy('https_proxy'), proxy('http_proxy')]
  const github = githubOf(env)
  const tokenSource = ['GITHUB_TOKEN', 'GH_TOKEN'].find((name) => value(env, name) !== null)
  const seen = new Set<string>([noCaFile])
  const caFiles = caVariables.flatMap((source) => {
    const path = value(env, source)
    if (path === null || seen.has(path)) return []
    seen.add(path)
    return [{ path, source, ...(path === options.nodeCaFile ? { byNode: true as const } : {}) }]
  })
  return {
    proxies: {
      https,
      http,
      // Where both are named it is for other programs, and often of a kind that is not known here.
      all: https === null || http === null ? proxy('all_proxy') : null,
      none: value(env, 'no_proxy') ?? value(env, 'NO_PROXY') ?? '',
    },
    caFiles,
    tokens: tokenSource === undefined ? [] : [{ value: token(env, tokenSource), source: tokenSource, apiUrl: github.apiUrl }],
    github,
    timeouts: {
      connect: networkDefaults.connect * 1000,
      headers: networkDefaults.headers * 1000,
      idle: networkDefaults.idle * 1000,
      ...options.timeouts,
    },
    retries: options.retries ?? networkDefaults.retries,
    maxWait: options.maxWait ?? networkDefaults.maxWait * 1000,
    mirrors: options.mirrors ?? [],
    netrc: netrcOf(env),
    cacheFolder: options.cache === false ? null : cacheFolderOf(env),
    userAgent: options.version === undefined ? 'pinhash' : `pinhash/${options.version}`,
  }
}

/** `NETRC`, else `~/.netrc`. */
function netrcOf(env: Readonly<Record<string, string | undefined>>): NetrcFile | null {
  const named = value(env, 'NETRC')
  if (named !== null) return { path: named, named: true }
  const home = value(env, 'HOME')
  return home === null ? null : { path: path.join(home, '.netrc'), named: false }
}

/** The XDG base directory specification: a relative path counts as none. */
function cacheFolderOf(env: Readonly<Record<string, string | undefined>>): string | null {
  const caches = value(env, 'XDG_CACHE_HOME')
  if (caches !== null && path.isAbsolute(caches)) return path.join(caches, 'pinhash')
  const home = value(env, 'HOME')
  return home !== null && path.isAbsolute(home) ? path.join(home, '.cache', 'pinhash') : null
}

function value(env: Readonly<Record<string, string | undefined>>, name: string): string | null {
  return env[name]?.trim() || null
}

function token(env: Readonly<Record<string, string | undefined>>, source: string): string {
  const text = value(env, source) ?? ''
  if (/^[\x21-\x7e]+$/.test(text)) return text
  throw new InputError('bad-config', `${source} holds a character that no token has; set it to the token alone, or unset it`)
}

function proxyUrl(source: string, text: string): string {
  const url = parse(text.includes('://') ? text : `http://${text}`)
  if (
    url !== null &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.hostname !== '' &&
    decodes(url.username + url.password)
  )
    return url.href
  // The text itself is not repeated: it may hold a password.
  throw new InputError('bad-config', `${source} is not the address of an HTTP proxy; write it as http://HOST:PORT, or unset it`)
}

/** Either URL alone gives the other: `HOST/api/v3` on an enterprise server, `api.HOST` on github.com and ghe.com. */
function githubOf(env: Readonly<Record<string, string | undefined>>): NetworkSettings['github'] {
  const server = webUrl(env, 'GITHUB_SERVER_URL')
  const api = webUrl(env, 'GITHUB_API_URL')
  const serverUrl = server?.origin ?? (api === null ? 'https://github.com' : serverOf(api))
  return { serverUrl, apiUrl: api === null ? apiUrlOf(serverUrl) : bare(api) }
}

/** The base of the API of a GitHub server, by GitHub's conventions. */
export function apiUrlOf(serverUrl: string): string {
  const { protocol, host } = new URL(serverUrl)
  return host === 'github.com' || host.endsWith('.ghe.com') ? `${protocol}//api.${host}` : `${protocol}//${host}/api/v3`
}

function serverOf(api: URL): string {
  if (bare(api).endsWith('/api/v3')) return api.origin
  return api.host.startsWith('api.') ? `${api.protocol}//${api.host.slice('api.'.length)}` : 'https://github.com'
}

function webUrl(env: Readonly<Record<string, string | undefined>>, source: string): URL | null {
  const text = value(env, source)
  if (text === null) return null
  const url = parse(text)
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url
  throw new InputError('bad-config', `${source} is not a web address; write it as https://HOST, or unset it`)
}

function bare(url: URL): string {
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

function decodes(text: string): boolean {
  try {
    return decodeURIComponent(text).length >= 0
  } catch {
    return false
  }
}

function parse(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}
