// Calls of Nix fetchers → fetches: what is fetched, from where, with which hash, and what stands in the way of managing it.
import type { Algorithm } from '../../core/digest.ts'
import type { Place } from '../../core/span.ts'
import type { System } from '../../core/system.ts'
import type { Machine } from './machine.ts'
import { rootMark } from './repository-path.ts'
import { join } from './text.ts'
import {
  type Attributes,
  type Function,
  Halt,
  type Text,
  type Thunk,
  type Unknown,
  type Value,
  asUnknown,
  attributes,
  kindName,
  lazy,
  native,
  ready,
  text,
  unknown,
} from './value.ts'

/** One hash attribute of a fetch. */
export interface FetchHash {
  readonly attribute: string
  readonly value: Text
  /** What the attribute's name (or `outputHashAlgo`) says; null where the value's spelling says it. */
  readonly algorithm: Algorithm | null
}

/** A fetch under one system: what Nix would download and the hash it would insist on. */
export interface Fetch {
  readonly system: System
  readonly fetcher: string
  /** The call. */
  readonly place: Place
  /** In the order of trying; at least one. */
  readonly urls: readonly Text[]
  /** At least one; all of them must hold. */
  readonly hashes: readonly FetchHash[]
  readonly mode: 'flat' | 'unpacked'
  /** For `unpacked`: the hash is of the NAR of the archive's content, of the file itself, or of the file made executable; null for `flat`. */
  readonly tree: 'archive' | 'file' | 'executable' | null
  /** For `unpacked`: whether a single top folder is stripped. */
  readonly stripRoot: boolean
  /** What the package that uses it calls itself. */
  readonly pname: Text | null
  readonly version: Text | null
}

/** A fetch that pinhash does not manage. */
export interface Unmanaged {
  readonly system: System
  readonly fetcher: string
  readonly place: Place
  readonly reason: string
  /** Whether Nix itself would stop here under this system: then the fetch is none of this system's. */
  readonly failed: boolean
  /** Whether it is only that something is not known here: a caller elsewhere may know it. */
  readonly open: boolean
  /** What it says of where it fetches from, as far as that is known; empty where it has no hash that could go stale. */
  readonly source: readonly Text[]
}

/** A call as it was made; looked at once everything is evaluated. */
interface Call {
  readonly fetcher: string
  readonly system: System
  readonly place: Place
  readonly argument: Thunk
  package: { readonly pname: Text | null; readonly version: Text | null } | null
}

type Reading = (call: Call, argument: Attributes) => Omit<Fetch, 'system' | 'fetcher' | 'place' | 'pname' | 'version'> | Obstacle

/** Why a fetch is not managed. */
class Obstacle {
  readonly reason: string
  readonly failed: boolean
  readonly open: boolean
  constructor(reason: string, failed = false, open = false) {
    this.reason = reason
    this.failed = failed
    this.open = open
  }
}

/** Attributes that change nothing about what is downloaded and hashed, or whose effect is read below; by fetcher, since what one takes another refuses. */
const common = [
  'name',
  'pname',
  'version',
  'url',
  'urls',
  'hash',
  'sha256',
  'sha512',
  'sha1',
  'md5',
  'outputHash',
  'outputHashAlgo',
  'outputHashMode',
  'meta',
  'passthru',
  'preferLocalBuild',
  'allowSubstitutes',
  'showURLs',
  'nativeBuildInputs',
  'netrcImpureEnvVars',
  'impureEnvVars',
  'downloadToTemp',
  'recursiveHash',
  'executable',
  'system',
] as const
const harmless: Readonly<Record<'file' | 'archive' | 'github', ReadonlySet<string>>> = {
  file: new Set<string>(common),
  archive: new Set<string>([...common, 'stripRoot', 'extension', 'withUnzip']),
  github: new Set<string>([
    'owner',
    'repo',
    'rev',
    'tag',
    'githubBase',
    'varPrefix',
    'hash',
    'sha256',
    'name',
    'pname',
    'version',
    'meta',
    'passthru',
    'extension',
    'stripRoot',
  ]),
}

const hashAttributes: readonly (readonly [string, Algorithm | null])[] = [
  ['hash', null],
  ['sha256', 'sha256'],
  ['sha512', 'sha512'],
  ['sha1', 'sha1'],
  ['md5', 'md5'],
]

/** Attributes that, when not empty, make the result something else than the bytes or the tree at the URL, or that need more than the URL to get it. */
const changing: Readonly<Record<string, string>> = {
  postFetch: 'changes what was fetched before it is hashed',
  extraPostFetch: 'changes what was fetched before it is hashed',
  curlOpts: 'changes what is asked of the server',
  curlOptsList: 'changes what is asked of the server',
  netrcPhase: 'logs in to the server',
  unpack: 'makes the hash that of an unpacked archive of Nix',
  sparseCheckout: 'makes it a git checkout, not an archive',
  rootDir: 'makes it a part of a git checkout, not an archive',
  fetchSubmodules: 'makes it a git checkout, not an archive',
  leaveDotGit: 'makes it a git checkout, not an archive',
  deepClone: 'makes it a git checkout, not an archive',
  forceFetchGit: 'makes it a git checkout, not an archive',
  fetchLFS: 'makes it a git checkout, not an archive',
  private: 'logs in to the server',
}

function stringAt(set: Attributes, name: string): Text | null | Obstacle {
  const entry = set.entries.get(name)
  const value = entry === undefined ? (set.rest === null ? null : set.rest(name)) : entry.value.force()
  if (value === null || value.kind === 'null') return null
  return value.kind === 'string' ? value : obstacle(asUnknown(value, `${name} is ${kindName(value)}`), name)
}

const obstacle = (value: Unknown, what: string): Obstacle => new Obstacle(`${what}: ${value.reason}`, value.failed, !value.failed)

function flag(set: Attributes, name: string): boolean | Obstacle {
  const value = set.entries.get(name)?.value.force()
  if (value === undefined || value.kind === 'null') return false
  return value.kind === 'bool' ? value.value : obstacle(asUnknown(value, `it is ${kindName(value)}`), name)
}

/** Whether an attribute says nothing: null, false, an empty string or list. */
function isEmpty(value: Value): boolean {
  if (value.kind === 'null') return true
  if (value.kind === 'bool') return !value.value
  return (value.kind === 'string' && value.text.trim() === '') || (value.kind === 'list' && value.items.length === 0)
}

function urlsOf(set: Attributes): Text[] | Obstacle {
  const url = stringAt(set, 'url')
  if (url instanceof Obstacle) return url
  const many = set.entries.get('urls')?.value.force()
  const urls: Text[] = url === null || url.text === '' ? [] : [url]
  if (many !== undefined && many.kind !== 'null') {
    if (many.kind !== 'list') return obstacle(asUnknown(many, `it is ${kindName(many)}`), 'urls')
    for (const item of many.items) {
      const value = item.force()
      if (value.kind !== 'string') return obstacle(asUnknown(value, `one is ${kindName(value)}`), 'urls')
      urls.push(value)
    }
  }
  return urls.length > 0 ? urls : new Obstacle('it names no URL', true)
}

function hashesOf(set: Attributes): FetchHash[] | Obstacle {
  const found: FetchHash[] = []
  for (const [attribute, algorithm] of hashAttributes) {
    const value = stringAt(set, attribute)
    if (value instanceof Obstacle) return value
    if (value !== null) found.push({ attribute, value, algorithm })
  }
  const output = stringAt(set, 'outputHash')
  if (output instanceof Obstacle) return output
  if (output !== null) {
    const algorithm = stringAt(set, 'outputHashAlgo')
    if (algorithm instanceof Obstacle) return algorithm
    const named = algorithm === null || algorithm.text === '' ? null : algorithm.text
    if (named !== null && named !== 'sha256' && named !== 'sha512' && named !== 'sha1' && named !== 'md5')
      return new Obstacle(`the hash algorithm ${named}`)
    found.push({ attribute: 'outputHash', value: output, algorithm: named })
  }
  // Empty is what nixpkgs takes an attribute for that is not given: only where no other is, it waits to be filled in.
  const given = found.filter(({ value }) => value.text !== '')
  return given.length > 0 ? given : found.slice(0, 1)
}

/** What makes the result something else than what the URL and the hash say. */
function otherObstacle(set: Attributes, known: ReadonlySet<string>): Obstacle | null {
  for (const [name, why] of Object.entries(changing)) {
    const value = set.entries.get(name)?.value.force()
    if (value === undefined || isEmpty(value)) continue
    return value.kind === 'unknown' ? obstacle(value, name) : new Obstacle(`${name} ${why}`)
  }
  for (const name of set.entries.keys())
    if (!known.has(name) && !Object.hasOwn(changing, name)) return new Obstacle(`pinhash does not know what ${name} does to the result`)
  return set.rest === null ? null : obstacle(asUnknown(set.rest('postFetch'), 'a set of which only some is known'), 'its other attributes')
}

function unreachable(urls: readonly Text[]): Obstacle | null {
  for (const url of urls) {
    if (url.text.includes(rootMark)) return new Obstacle('the URL is a path on this machine')
    if (!/^https?:\/\//.test(url.text)) return new Obstacle(`the URL ${url.text} is neither http nor https`)
  }
  return null
}

/** What the hash is of, where the fetcher itself does not unpack. */
function fileTree(set: Attributes): Fetch['tree'] | Obstacle {
  const executable = flag(set, 'executable')
  const recursive = flag(set, 'recursiveHash')
  const mode = stringAt(set, 'outputHashMode')
  for (const part of [executable, recursive, mode]) if (part instanceof Obstacle) return part
  if (executable === true) return 'executable'
  if (recursive === true || (mode !== null && (mode as Text).text === 'recursive')) return 'file'
  if (mode === null || (mode as Text).text === 'flat') return null
  return new Obstacle(`outputHashMode is ${(mode as Text).text}`)
}

function read(set: Attributes, unpacks: boolean): ReturnType<Reading> {
  const urls = urlsOf(set)
  if (urls instanceof Obstacle) return urls
  const hashes = hashesOf(set)
  if (hashes instanceof Obstacle) return hashes
  const other = otherObstacle(set, unpacks ? harmless.archive : harmless.file)
  if (other !== null) return other
  if (hashes.length === 0) return new Obstacle('it has no hash')
  const away = unreachable(urls)
  if (away !== null) return away
  if (!unpacks) {
    const tree = fileTree(set)
    return tree instanceof Obstacle ? tree : { urls, hashes, mode: tree === null ? 'flat' : 'unpacked', tree, stripRoot: true }
  }
  const executable = flag(set, 'executable')
  if (executable !== false) return executable instanceof Obstacle ? executable : new Obstacle('executable changes an unpacked archive')
  const strip = stripRootOf(set)
  return strip instanceof Obstacle ? strip : { urls, hashes, mode: 'unpacked', tree: 'archive', stripRoot: strip }
}

function stripRootOf(set: Attributes): boolean | Obstacle {
  const strip = set.entries.get('stripRoot')?.value.force()
  if (strip === undefined) return true
  return strip.kind === 'bool' ? strip.value : obstacle(asUnknown(strip, `it is ${kindName(strip)}`), 'stripRoot')
}

/** `fetchFromGitHub` is `fetchzip` of the archive GitHub makes of a tag or commit. */
function readGitHub(set: Attributes): ReturnType<Reading> {
  const other = otherObstacle(set, harmless.github)
  if (other !== null) return other
  const [owner, repo, revision, tag, base] = ['owner', 'repo', 'rev', 'tag', 'githubBase'].map((name) => stringAt(set, name))
  for (const part of [owner, repo, revision, tag, base]) if (part instanceof Obstacle) return part
  const named = [owner, repo, revision, tag, base] as (Text | null)[]
  const at = named[3] ?? named[2]
  if (named[0] === null || named[1] === null || at === null || at === undefined) return new Obstacle('owner, repo or rev is missing', true)
  const hashes = hashesOf(set)
  if (hashes instanceof Obstacle) return hashes
  if (hashes.length === 0) return new Obstacle('it has no hash')
  const strip = stripRootOf(set)
  if (strip instanceof Obstacle) return strip
  const prefix = named[3] === null ? '/archive/' : '/archive/refs/tags/'
  const url = join([
    text('https://'),
    named[4] ?? text('github.com'),
    text('/'),
    named[0]!,
    text('/'),
    named[1]!,
    text(prefix),
    at,
    text('.tar.gz'),
  ])
  return { urls: [url], hashes, mode: 'unpacked', tree: 'archive', stripRoot: strip }
}

const notManaged =
  (why: string): Reading =>
  () =>
    new Obstacle(why)

/** Every fetcher by its name in nixpkgs. */
const readings: Readonly<Record<string, Reading>> = {
  fetchurl: (_, set) => read(set, false),
  fetchzip: (_, set) => read(set, true),
  'builtins.fetchurl': (_, set) => read(set, false),
  'builtins.fetchTarball': (_, set) => read(set, true),
  fetchFromGitHub: (_, set) => readGitHub(set),
  ...Object.fromEntries(
    [
      'fetchgit',
      'fetchFromGitLab',
      'fetchFromGitea',
      'fetchFromForgejo',
      'fetchFromCodeberg',
      'fetchFromSourcehut',
      'fetchFromBitbucket',
      'fetchFromTangled',
      'fetchFromRadicle',
      'fetchFromRepoOrCz',
      'fetchFromSavannah',
      'fetchFromGitiles',
      'fetchhg',
      'fetchsvn',
      'fetchbzr',
      'fetchcvs',
      'fetchdarcs',
      'fetchfossil',
      'fetchpijul',
      'builtins.fetchGit',
      'builtins.fetchTree',
    ].map((name) => [name, notManaged('pinhash does not check sources out of version control')]),
  ),
  ...Object.fromEntries(
    [
      'fetchpatch',
      'fetchpatch2',
      'fetchPypi',
      'fetchCrate',
      'requireFile',
      'fetchNpmDeps',
      'fetchYarnDeps',
      'fetchPnpmDeps',
      'fetchCargoVendor',
      'fetchMavenArtifact',
    ].map((name) => [name, notManaged('its hash is not that of one downloaded file')]),
  ),
}

/** The fetchers nixpkgs offers by name. */
export const fetcherNames: readonly string[] = Object.keys(readings).filter((name) => !name.includes('.'))

/** Records fetcher calls. */
export class Recorder {
  readonly #machine: Machine
  readonly #calls: Call[] = []
  readonly #results = new WeakMap<Attributes, Call>()

  constructor(machine: Machine) {
    this.#machine = machine
  }

  /** The fetcher as a function that says what it was asked for. */
  fetcher(name: string, system: System): Function {
    return native(name, (argument, place) => {
      const given = argument.force()
      const filled =
        given.kind === 'function' ? fixpoint(this.#machine, given) : given.kind === 'string' ? ready(attributes({ url: given })) : argument
      const call: Call = { fetcher: name, system, place: place ?? { file: '', start: 0, end: 0 }, argument: filled, package: null }
      this.#calls.push(call)
      const field = (key: string): Thunk =>
        lazy(() => this.#machine.attribute(filled.force(), key, place) ?? unknown(`${key} of a fetch is not known`))
      const result = attributes(
        {
          type: text('derivation'),
          url: field('url'),
          urls: field('urls'),
          name: field('name'),
          repo: field('repo'),
          outPath: unknown('what a fetch puts into the store is not known', place),
        },
        (key) => unknown(`${key} of a fetch is not known`),
      )
      this.#results.set(result, call)
      this.#machine.exploration.add(filled)
      return result
    })
  }

  /** Remembers which package uses a fetch as its source. */
  usedBy(source: Value, pname: Text | null, version: Text | null): void {
    if (source.kind === 'list') for (const item of source.items) this.usedBy(item.force(), pname, version)
    if (source.kind !== 'attributes') return
    const call = this.#results.get(source)
    if (call !== undefined) call.package ??= { pname, version }
  }

  /** All calls, read. Forces what was not forced yet. */
  results(): { fetches: Fetch[]; unmanaged: Unmanaged[] } {
    const fetches: Fetch[] = []
    const unmanaged: Unmanaged[] = []
    for (const call of this.#calls) {
      const { fetcher, system, place } = call
      const result = reading(call)
      if (result instanceof Obstacle)
        unmanaged.push({ fetcher, system, place, reason: result.reason, failed: result.failed, open: result.open, source: sourceOf(call) })
      else fetches.push({ fetcher, system, place, ...result, pname: call.package?.pname ?? null, version: call.package?.version ?? null })
    }
    return { fetches, unmanaged }
  }
}

function reading(call: Call): ReturnType<Reading> {
  const argument = call.argument.force()
  if (argument.kind !== 'attributes') return obstacle(asUnknown(argument, `it is ${kindName(argument)}`), 'the argument')
  try {
    return readings[call.fetcher]!(call, argument)
  } catch (error) {
    if (error instanceof Halt) return new Obstacle(error.value.reason, error.value.failed)
    throw error
  }
}

const hashNames = [...hashAttributes.map(([name]) => name), 'outputHash']

function sourceOf({ argument }: Call): readonly Text[] {
  try {
    const set = argument.force()
    if (set.kind !== 'attributes' || !hashNames.some((name) => set.entries.has(name))) return []
    const urls = urlsOf(set)
    const named = ['rev', 'tag', 'version'].map((name) => stringAt(set, name))
    return [...(urls instanceof Obstacle ? [] : urls), ...named].filter(
      (each): each is Text => each !== null && !(each instanceof Obstacle),
    )
  } catch (error) {
    if (error instanceof Halt) return []
    throw error
  }
}

/** The value of `self: { … }` applied to its own result. */
export function fixpoint(machine: Machine, value: Function): Thunk {
  const result: Thunk = lazy(() =>
    machine.apply(
      value,
      lazy(() => result.force()),
      null,
    ),
  )
  return result
}
