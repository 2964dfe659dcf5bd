// The pins of pinhash.json become the text of the generated Nix file: an attribute set by pin, plain data.
import { compareText } from '../core/natural-order.ts'
import type { System } from '../core/system.ts'
import { escapeString } from '../nix/escape.ts'

/** One pin of a generated file. */
export interface GeneratedPin {
  readonly pin: string
  readonly org: string
  readonly name: string
  /** As the pin's version literal in pinhash.json. */
  readonly version: string
  /** `sha256` in any spelling Nix reads. */
  readonly systems: readonly { readonly system: System; readonly url: string; readonly sha256: string }[]
}

/** The first line of every generated file. */
export const generatedHeader = '# Written by pinhash from pinhash.json; change that file, then run pinhash update.'

/** The whole file, the same for the same pins in any order, ending in a newline, in the form that the Nix formatters leave alone. */
export function printGeneratedFile(pins: readonly GeneratedPin[]): string {
  const sorted = pins.toSorted((a, b) => compareText(a.pin, b.pin))
  return `${generatedHeader}\n${set(
    sorted.map((each) => [each.pin, printPin(each)]),
    '',
  )}\n`
}

function printPin(each: GeneratedPin): string {
  const systems = each.systems.toSorted((a, b) => compareText(a.system, b.system))
  const indent = '  '
  return set(
    [
      ['org', nixString(each.org)],
      ['name', nixString(each.name)],
      ['version', nixString(each.version)],
      [
        'url',
        set(
          systems.map(({ system, url }) => [system, nixString(url)]),
          indent + indent,
        ),
      ],
      [
        'sha256',
        set(
          systems.map(({ system, sha256 }) => [system, nixString(sha256)]),
          indent + indent,
        ),
      ],
    ],
    indent,
  )
}

function set(bindings: readonly (readonly [string, string])[], indent: string): string {
  if (bindings.length === 0) return '{ }'
  return `{\n${bindings.map(([name, value]) => `${indent}  ${attributeName(name)} = ${value};\n`).join('')}${indent}}`
}

const keywords = new Set(['assert', 'else', 'if', 'in', 'inherit', 'let', 'or', 'rec', 'then', 'with'])

function attributeName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_'-]*$/.test(name) && !keywords.has(name) ? name : nixString(name)
}

function nixString(value: string): string {
  return `"${escapeString(value)}"`
}
