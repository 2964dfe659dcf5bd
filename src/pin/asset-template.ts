// A template such as `{name}_{version}_{os}_{arch}.tar.gz`, a release and a system become the asset's name.
import type { System } from '../core/system.ts'
import { nearest } from './nearest.ts'
import { inFormOf } from './newest.ts'
import { bareVersion } from './tag.ts'

/** Systems that may be named, and the words Go uses for their halves: what most assets are named with. */
export const osNames: Readonly<Record<string, string>> = {
  linux: 'linux',
  darwin: 'darwin',
  freebsd: 'freebsd',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  windows: 'windows',
}
export const archNames: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  i686: '386',
  armv6l: 'armv6',
  armv7l: 'armv7',
  riscv64: 'riscv64',
  powerpc64le: 'ppc64le',
  s390x: 's390x',
}

/** What the placeholders of a template are filled from. */
export interface AssetWords {
  readonly org: string
  readonly name: string
  /** The version literal that the template was written beside; it tells the form of `{version}`. */
  readonly version: string
  /** Words for the halves of a system, by Nix's own, where they are not Go's. */
  readonly os: Readonly<Record<string, string>>
  readonly arch: Readonly<Record<string, string>>
}

/**
 * `{org}`, `{name}`; `{tag}`, the release's tag; `{version}`, the tag in the form of the version literal; `{bare}`, the version without its prefix;
 * `{system}`, the Nix system; `{os}` and `{arch}`, its halves in Go's words (`linux`, `amd64`) or the pin's own.
 */
const placeholders: Readonly<Record<string, (words: AssetWords, tag: string, system: System) => string>> = {
  org: (words) => words.org,
  name: (words) => words.name,
  tag: (_, tag) => tag,
  version: (words, tag) => inFormOf(words.version, tag),
  bare: (_, tag) => bareVersion(tag).version,
  system: (_words, _tag, system) => system,
  os: (words, _, system) => word(words.os, osNames, half(system, 1)),
  arch: (words, _, system) => word(words.arch, archNames, half(system, 0)),
}

/** Why a text is no template, as one clause, or null. */
export function templateProblem(template: string): string | null {
  if (template === '') return 'expected the name of an asset, got an empty text'
  for (const [, name] of template.matchAll(/\{([^{}]*)\}/g)) {
    if (name === undefined || Object.hasOwn(placeholders, name)) continue
    const near = nearest(name, Object.keys(placeholders), 1)[0]
    const all = Object.keys(placeholders).map((each) => `{${each}}`)
    return `unknown placeholder {${name}}; ${near === undefined ? `there are ${all.join(', ')}` : `did you mean {${near}}?`}`
  }
  const rest = template.replace(/\{[^{}]*\}/g, '')
  if (/[{}]/.test(rest)) return 'a brace stands without its counterpart'
  if (/[/\\]/.test(rest)) return 'expected the name of an asset, got a path'
  return null
}

/** Fills a template that has no problem. */
export function fillTemplate(template: string, words: AssetWords, tag: string, system: System): string {
  return template.replace(/\{([^{}]*)\}/g, (whole, name: string) => {
    const fill = Object.hasOwn(placeholders, name) ? placeholders[name] : undefined
    return fill === undefined ? whole : fill(words, tag, system)
  })
}

/** Whether this is a Nix platform double that pins can be for. */
export function isSystem(text: string): boolean {
  return Object.hasOwn(archNames, half(text, 0)) && Object.hasOwn(osNames, half(text, 1))
}

function half(system: System, which: 0 | 1): string {
  const dash = system.indexOf('-')
  return which === 0 ? system.slice(0, Math.max(dash, 0)) : system.slice(dash + 1)
}

function word(own: Readonly<Record<string, string>>, usual: Readonly<Record<string, string>>, key: string): string {
  return (Object.hasOwn(own, key) ? own[key] : undefined) ?? (Object.hasOwn(usual, key) ? usual[key] : undefined) ?? key
}
