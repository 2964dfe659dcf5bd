// The world a file of a Nix repository lives in: builtins, lib, a stand-in for nixpkgs whose fetchers record, flake inputs, and what names usually mean.
import type { Place } from '../../core/span.ts'
import type { System } from '../../core/system.ts'
import { flakeParts, flakeUtils } from './flakes.ts'
import { Recorder, fetcherNames, fixpoint } from './fetchers.ts'
import { builtinScope, libSet } from './library.ts'
import type { Machine } from './machine.ts'
import { update } from './operators.ts'
import { pathIn, shownPath } from './repository-path.ts'
import type { World } from './world.ts'
import { platform } from './platform.ts'
import type { Scope } from './scope.ts'
import {
  type Attributes,
  type Entry,
  type Function,
  type Text,
  Thunk,
  type Unknown,
  type Value,
  attributes,
  attributesOf,
  curried,
  failure,
  lazy,
  native,
  nothing,
  ready,
  text,
  unknown,
} from './value.ts'

/** A call of a builder that cannot be read, which names a release and a hash. */
export interface BuilderCall {
  readonly system: System
  readonly place: Place
  readonly org: Text
  readonly name: Text
  readonly version: Text
  readonly hash: Text
  readonly hashAttribute: string
}

const pkgsName =
  /^(pkgs|final|prev|super|nixpkgs|unstable|stable|upkgs|legacyPackages)['_]*$|^pkgs[-_'A-Z0-9]|[-_]pkgs$|^nixpkgs[-_A-Z0-9]|Pkgs$/

/** nixpkgs' own, and that of rycee's collection. */
const addOnBuilders: readonly string[] = ['fetchFirefoxAddon', 'buildFirefoxXpiAddon']

export class Nixpkgs implements World {
  readonly scope: Scope
  readonly recorder: Recorder
  readonly builderCalls: BuilderCall[] = []
  readonly #machine: Machine
  readonly #systems: ReadonlySet<System>
  readonly #pkgs = new Map<System, Attributes>()
  readonly #stdenvs = new Map<System, Attributes>()
  readonly #isNixpkgs = new WeakSet<Attributes>()
  readonly lib: Attributes

  constructor(machine: Machine, systems: ReadonlySet<System>) {
    this.#machine = machine
    this.#systems = systems
    this.recorder = new Recorder(machine)
    const load = native('import', (argument) => this.#import(argument))
    this.scope = builtinScope({
      currentSystem: machine.ofSystem(() => text(machine.system)),
      fetchurl: this.recorder.fetcher('builtins.fetchurl', machine.system),
      fetchTarball: this.recorder.fetcher('builtins.fetchTarball', machine.system),
      fetchGit: this.recorder.fetcher('builtins.fetchGit', machine.system),
      fetchTree: this.recorder.fetcher('builtins.fetchTree', machine.system),
      getFlake: native('getFlake', () => unknown('another flake is not read')),
      import: load,
      scopedImport: curried('scopedImport', 2, ([, path]) => this.#import(path!)),
      derivation: native('derivation', (args) => this.derivation(args)),
    })
    this.lib = libSet()
  }

  searchPath(name: string): Value {
    if (name === 'nix/fetchurl.nix') return this.recorder.fetcher('builtins.fetchurl', this.#machine.system)
    if (name === 'nixpkgs' || /^nixos|^unstable$|^nixpkgs-/.test(name)) return this.nixpkgsInput()
    if (name === 'nixpkgs/lib') return this.lib
    return unknown(`<${name}> is outside the repository`)
  }

  #import(argument: Thunk): Value {
    const value = argument.force()
    const path = pathIn(value)
    if (path !== null) return this.#machine.import(path)
    if (value.kind === 'function') return value
    if (value.kind === 'attributes') {
      if (value === this.lib) return value
      const out = value.entries.get('outPath')?.value.force()
      const own = out?.kind === 'string' ? pathIn(out) : null
      if (own !== null) return this.#machine.import(own)
      if (this.#isNixpkgs.has(value) || isSourceOfNixpkgs(value)) return native('nixpkgs', (given) => this.pkgs(this.#systemOf(given)))
      return unknown('the imported file is outside the repository')
    }
    return value.kind === 'unknown' ? value : unknown('the imported file is outside the repository')
  }

  #systemOf(given: Thunk): System {
    const value = given.force()
    this.#machine.exploration.add(given)
    if (value.kind !== 'attributes') return this.#machine.system
    for (const name of ['system', 'localSystem', 'hostPlatform']) {
      const wanted = value.entries.get(name)?.value.force()
      if (wanted?.kind === 'string') return wanted.text
    }
    return this.#machine.system
  }

  /** What a flake's `nixpkgs` input is, and a parameter of that name. */
  nixpkgsInput(): Attributes {
    const packages = lazy(() => {
      const entries = new Map<string, Entry>()
      for (const system of this.#systems) entries.set(system, { value: lazy(() => this.pkgs(system)), key: null })
      return { kind: 'attributes', entries, rest: (name) => unknown(`nixpkgs for ${name} is not known`), model: true }
    })
    const lib = { ...this.lib, rest: (name: string) => unknown(`lib.${name} is not known`) }
    const own = attributes({
      lib,
      legacyPackages: packages,
      outPath: unknown('the source of nixpkgs is not known'),
      rev: unknown('the revision of nixpkgs is not known'),
    })
    const input: Attributes = {
      kind: 'attributes',
      // Some call the package set so too; no name stands for both.
      entries: new Map([...this.pkgs(this.#machine.system).entries, ...own.entries]),
      rest: (name) => unknown(`nixpkgs.${name} is not known`),
      model: true,
    }
    this.#isNixpkgs.add(input)
    return input
  }

  /** nixpkgs for a system: known names, everything else Unknown. */
  pkgs(system: System): Attributes {
    const known = this.#pkgs.get(system)
    if (known !== undefined) return known
    const entries = new Map<string, Entry>()
    const set: Attributes = { kind: 'attributes', entries, rest: (name) => this.#unknownPackage(name), model: true }
    this.#pkgs.set(system, set)
    const add = (name: string, value: Thunk | Value): void => {
      entries.set(name, { value: value instanceof Thunk ? value : ready(value), key: null })
    }
    for (const name of fetcherNames) add(name, this.recorder.fetcher(name, system))
    add('fetchTarball', this.recorder.fetcher('builtins.fetchTarball', system))
    for (const name of addOnBuilders)
      add(
        name,
        native(name, (args, place) => this.#addOn(system, args, place)),
      )
    for (const name of [
      'stdenv',
      'stdenvNoCC',
      'stdenvNoLibs',
      'clangStdenv',
      'gccStdenv',
      'gcc13Stdenv',
      'gcc12Stdenv',
      'stdenvAdapters',
      'llvmPackages_stdenv',
    ])
      add(
        name,
        lazy(() => this.stdenv(system)),
      )
    add('lib', this.lib)
    add(
      'system',
      this.#machine.ofSystem(() => text(system)),
    )
    for (const name of ['hostPlatform', 'buildPlatform', 'targetPlatform'])
      add(
        name,
        this.#machine.ofSystem(() => platform(system)),
      )
    for (const name of [
      'pkgs',
      'buildPackages',
      'targetPackages',
      'pkgsHostTarget',
      'pkgsBuildHost',
      'pkgsBuildBuild',
      'unstable',
      'stable',
    ])
      add(name, set)
    add(
      'callPackage',
      curried('callPackage', 2, ([file, args]) => this.callPackage(system, file!, args!)),
    )
    add(
      'callPackages',
      curried('callPackages', 2, ([file, args]) => this.callPackage(system, file!, args!)),
    )
    add(
      'newScope',
      curried('newScope', 3, ([extra, file, args]) =>
        this.callPackage(system, file!, ready(update(extra!.force(), args!.force(), this.#machine))),
      ),
    )
    for (const name of ['extend', 'appendOverlays', 'appendConfig'])
      add(
        name,
        native(name, (argument) => (this.#machine.exploration.add(argument), set)),
      )
    add(
      'makeOverridable',
      curried('makeOverridable', 2, ([call, args]) => this.#machine.apply(call!.force(), args!, null)),
    )
    add(
      'config',
      attributes({}, (name) => unknown(`config.${name} is not known`), true),
    )
    for (const name of ['writeText', 'writeScript', 'writeScriptBin', 'writeShellScript', 'writeShellScriptBin'])
      add(
        name,
        curried(name, 2, ([, content]) => (this.#machine.exploration.add(content!), unknown(`what ${name} makes is not known`))),
      )
    return set
  }

  /** What makes an add-on of Firefox fetches it as `fetchurl` does, unless it is given the file. */
  #addOn(system: System, args: Thunk, place: Place | null): Value {
    const given = args.force()
    if (given.kind !== 'attributes' || !given.entries.has('url')) {
      this.#machine.exploration.add(args)
      return unknown('what an add-on is made of is not known')
    }
    const asked = attributesOf(new Map([...given.entries].filter(([name]) => /^(url|hash|sha\d+)$/.test(name))))
    const src = this.#machine.apply(this.recorder.fetcher('fetchurl', system), ready(asked), place)
    return this.derivation(ready(update(given, attributes({ src }), this.#machine)))
  }

  #unknownPackage(name: string): Value {
    return this.byAttribute(name)?.force() ?? unknown(`pkgs.${name} is not known`)
  }

  stdenv(system: System): Attributes {
    const known = this.#stdenvs.get(system)
    if (known !== undefined) return known
    const host = platform(system)
    const of = (value: Value): Thunk => this.#machine.ofSystem(() => value)
    const derive = native('mkDerivation', (args) => this.derivation(args))
    const inherited = [...host.entries]
      .filter(([name]) => /^is[A-Z]|^is(x86|i686|64|32)/.test(name))
      .map(([name, entry]) => [name, of(entry.value.force())] as const)
    const set = attributes(
      {
        ...Object.fromEntries(inherited),
        mkDerivation: derive,
        system: of(text(system)),
        hostPlatform: of(host),
        buildPlatform: of(host),
        targetPlatform: of(host),
        override: native('override', () => set),
      },
      (name) => unknown(`stdenv.${name} is not known`),
      true,
    )
    this.#stdenvs.set(system, set)
    return set
  }

  /** `callPackage`: parameters from nixpkgs where it is known to have them, else their defaults. */
  callPackage(system: System, file: Thunk, args: Thunk): Value {
    const given = file.force()
    const callee = given.kind === 'function' ? given : this.#import(file)
    if (callee.kind !== 'function') {
      // A builder that is not there is called with what tells the release.
      return callee.kind === 'attributes'
        ? callee
        : this.#machine.apply(callee, args, args.force().kind === 'attributes' ? this.#placeOf(args) : null)
    }
    const formals = callee.lambda?.node.formals
    const result = this.#machine.apply(
      callee,
      formals === null || formals === undefined ? args : lazy(() => this.#filled(system, formals, args)),
      null,
    )
    if (result.kind !== 'attributes' || result.model) return result
    const entries = new Map(result.entries)
    const override = native('override', (more) => {
      const wanted = more.force()
      const extra = wanted.kind === 'function' ? this.#machine.apply(wanted, args, null) : wanted
      return this.callPackage(system, file, ready(update(args.force(), extra, this.#machine)))
    })
    entries.set('override', { value: ready(override), key: null })
    const made: Attributes = { ...result, entries }
    return made
  }

  #placeOf(args: Thunk): Place | null {
    const value = args.force()
    if (value.kind !== 'attributes') return null
    for (const entry of value.entries.values())
      if (entry.key !== null && !('kind' in entry.key))
        return { file: entry.key.file, start: entry.key.node.start, end: entry.key.node.end }
    return null
  }

  #filled(system: System, formals: readonly { name: string; fallback: unknown }[], args: Thunk): Value {
    const given = args.force()
    const pkgs = this.pkgs(system)
    const entries = new Map<string, Entry>()
    for (const formal of formals) {
      const known = pkgs.entries.get(formal.name)
      if (known !== undefined) entries.set(formal.name, known)
      else if (formal.fallback === null) entries.set(formal.name, { value: lazy(() => this.#unknownPackage(formal.name)), key: null })
    }
    return given.kind === 'unknown' ? attributesOf(entries, () => given) : update(attributesOf(entries), given, this.#machine)
  }

  /** `mkDerivation`: its own arguments, seen from outside. */
  derivation(args: Thunk): Value {
    const given = args.force()
    const own: Thunk = given.kind === 'function' ? fixpoint(this.#machine, given) : args
    const value = own.force()
    if (value.kind !== 'attributes') return value.kind === 'unknown' ? value : failure('a derivation is made of a set')
    this.#machine.exploration.add(own)
    this.#machine.exploration.later(() => this.#noteSources(value))
    const passed = lazy(() => value.entries.get('passthru')?.value.force() ?? attributes({}))
    const entries = new Map<string, Entry>(value.entries)
    const through = passed.force()
    if (through.kind === 'attributes') for (const [name, entry] of through.entries) if (!entries.has(name)) entries.set(name, entry)
    const change = native('overrideAttrs', (call) =>
      this.#overridden((final) => (given.kind === 'function' ? this.#machine.apply(given, final, null) : value), call),
    )
    const fixed: Record<string, Value> = {
      type: text('derivation'),
      overrideAttrs: change,
      outPath: unknown('an output path is not known'),
      drvPath: unknown('a derivation path is not known'),
    }
    for (const [name, entry] of Object.entries(fixed)) entries.set(name, { value: ready(entry), key: null })
    return attributesOf(entries, (name) => unknown(`${name} of a derivation is not known`))
  }

  /** `overrideAttrs`: what was given is asked again and sees what it is changed to. Of two parameters the first is what comes of it, of one it is what was before. */
  #overridden(before: (final: Thunk) => Value, change: Thunk): Value {
    const changed = native('finalAttrs', (final) => {
      const old = before(final)
      if (old.kind !== 'attributes') return old
      const wanted = change.force()
      const once = wanted.kind === 'function' ? this.#machine.apply(wanted, ready(old), null) : wanted
      const extra = once.kind === 'function' ? this.#machine.applyAll(wanted, [final, ready(old)]) : once
      return update(old, extra, this.#machine)
    })
    return this.derivation(ready(changed))
  }

  /** The package that uses a fetch gives it its name. */
  #noteSources(value: Attributes): void {
    const name = this.#text(value, 'pname') ?? this.#text(value, 'name')
    const version = this.#text(value, 'version')
    if (name === null) return
    for (const key of ['src', 'srcs', 'sources']) {
      const source = value.entries.get(key)?.value.force()
      if (source !== undefined) this.recorder.usedBy(source, name, version)
    }
    const through = value.entries.get('passthru')?.value.force()
    const sources = through?.kind === 'attributes' ? through.entries.get('sources')?.value.force() : undefined
    if (sources?.kind === 'attributes')
      for (const [system, entry] of sources.entries)
        if (!this.#systems.has(system) || this.#machine.isSystem(system)) this.recorder.usedBy(entry.value.force(), name, version)
  }

  #text(set: Attributes, name: string): Text | null {
    const value = set.entries.get(name)?.value.force()
    return value?.kind === 'string' ? value : null
  }

  byName(name: string): Thunk | null {
    if (name === 'lib') return ready(this.lib)
    if (name === 'system') return this.#machine.ofSystem(() => text(this.#machine.system))
    if (name === 'inputs' || name === 'sources') return lazy(() => attributes({}, (input) => this.input(input), true))
    if (name === 'self') return lazy(() => this.self(''))
    if (name === 'config' || name === 'options') return null
    if (name === 'nixpkgs') return lazy(() => this.nixpkgsInput())
    if (pkgsName.test(name)) return lazy(() => this.pkgs(this.#machine.system))
    return this.pkgs(this.#machine.system).entries.get(name)?.value ?? null
  }

  byAttribute(name: string): Thunk | null {
    if (name === 'stdenv' || name === 'stdenvNoCC' || name === 'callPackage') return this.byName(name)
    if (fetcherNames.includes(name) || addOnBuilders.includes(name)) return this.byName(name)
    if (name === 'lib') return null
    if (name === 'overrideAttrs')
      return ready(
        native(name, (change) =>
          this.#overridden(() => attributes({}, (attribute) => unknown(`${attribute} of a package that is not here is not known`)), change),
        ),
      )
    if (/^nixpkgs/.test(name)) return lazy(() => this.nixpkgsInput())
    return null
  }

  /** A flake input by its name. */
  input(name: string): Value {
    if (/^flake-?utils|^utils$|^futils$/.test(name)) return flakeUtils(this.#machine, this.#systems)
    if (/^flake-?parts|^parts$/.test(name)) return flakeParts(this.#machine, this)
    if (name === 'self') return this.self('')
    if (/nixpkgs|^unstable$|^stable$|^pkgs$/.test(name)) return this.nixpkgsInput()
    if (name === 'systems') return unknown('the list of systems of another flake is not known')
    return unknown(`the flake input ${name} is outside the repository`)
  }

  /** The flake itself, at a folder of the repository. */
  self(folder: string): Attributes {
    return attributes({ outPath: text(shownPath(folder)) }, (name) => unknown(`self.${name} is not known`), true)
  }

  unknownCall(_: Unknown, argument: Value, place: Place): void {
    const filled = argument.kind === 'function' && argument.lambda !== null ? this.#packageFunction(argument) : argument
    if (filled.kind !== 'attributes') return
    this.#noteSources(filled)
    const call = this.#builderCall(filled, place)
    if (call !== null) this.builderCalls.push(call)
  }

  /** `buildGoModule (finalAttrs: { … })`: a set that sees itself. */
  #packageFunction(value: Function): Value {
    const { node } = value.lambda!
    if (node.formals !== null || !/^(final|self|this)(Attrs)?$/.test(node.parameter?.name ?? '')) return nothing
    const own = fixpoint(this.#machine, value)
    this.#machine.exploration.add(own)
    return own.force()
  }

  #builderCall(set: Attributes, place: Place): BuilderCall | null {
    const first = (...names: string[]): Text | null => {
      for (const name of names) {
        const value = this.#text(set, name)
        if (value !== null && value.text !== '') return value
      }
      return null
    }
    const org = first('org', 'owner')
    // Beside a repository, a name is that of a file or of the package.
    const name = first('repo', 'name', 'pname')
    const version = first('version', 'tag')
    if (org === null || name === null || version === null) return null
    for (const hashAttribute of ['sha256', 'hash', 'sha512', 'sha256s', 'hashes']) {
      let value = set.entries.get(hashAttribute)?.value.force()
      if (value?.kind === 'attributes') value = [...value.entries].find(([system]) => this.#machine.isSystem(system))?.[1].value.force()
      if (value?.kind === 'string') return { system: this.#machine.system, place, org, name, version, hash: value, hashAttribute }
    }
    return null
  }
}

/** Whether what was fetched, or what niv or npins tells of a source, is nixpkgs: by its address. */
function isSourceOfNixpkgs(set: Attributes): boolean {
  const told = (name: string): string => {
    const value = set.entries.get(name)?.value.force()
    return value?.kind === 'string' ? value.text : ''
  }
  return told('repo') === 'nixpkgs' || /\/nixpkgs(-channels)?(\.git)?(\/|$)|\/nixexprs\.tar|^channel:/i.test(told('url'))
}
