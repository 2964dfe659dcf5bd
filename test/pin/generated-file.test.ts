import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from '../../src/nix/parse.ts'
import type { Expression, StringLiteral } from '../../src/nix/syntax.ts'
import { generatedHeader, printGeneratedFile } from '../../src/pin/generated-file.ts'
import type { GeneratedPin } from '../../src/pin/generated-file.ts'

const cue: GeneratedPin = {
  pin: 'cue',
  org: 'cue-lang',
  name: 'cue',
  version: 'v0.10.0',
  systems: [
    {
      system: 'x86_64-linux',
      url: 'https://github.com/cue-lang/cue/releases/download/v0.10.0/cue_v0.10.0_linux_amd64.tar.gz',
      sha256: '1liz',
    },
    {
      system: 'aarch64-darwin',
      url: 'https://github.com/cue-lang/cue/releases/download/v0.10.0/cue_v0.10.0_darwin_arm64.tar.gz',
      sha256: '06k7',
    },
  ],
}

/** The value of a tree that is nothing but attribute sets and strings. */
function data(node: Expression): unknown {
  if (node.kind === 'string') return plain(node)
  if (node.kind !== 'attributes' || node.recursive) throw new Error(`found ${node.kind}`)
  return new Map(
    node.bindings.map((binding) => {
      const [name, ...more] = binding.kind === 'binding' ? binding.path : []
      if (binding.kind !== 'binding' || name === undefined || more.length > 0 || name.kind === 'interpolation')
        throw new Error('found no plain binding')
      return [name.kind === 'identifier' ? name.name : plain(name), data(binding.value)]
    }),
  )
}

function plain(node: StringLiteral): string {
  return node.parts.map((part) => (part.kind === 'text' ? part.value : expect.fail('found an interpolation'))).join('')
}

describe('printGeneratedFile', () => {
  it('prints the file as the formatters leave it', () => {
    const other = {
      pin: '7zip',
      org: 'ip7z',
      name: '7zip',
      version: '24.08',
      systems: [{ system: 'x86_64-linux', url: 'https://e.org/7z', sha256: 'sha256-AA=' }],
    }
    expect(printGeneratedFile([cue, other])).toBe(`${generatedHeader}
{
  "7zip" = {
    org = "ip7z";
    name = "7zip";
    version = "24.08";
    url = {
      x86_64-linux = "https://e.org/7z";
    };
    sha256 = {
      x86_64-linux = "sha256-AA=";
    };
  };
  cue = {
    org = "cue-lang";
    name = "cue";
    version = "v0.10.0";
    url = {
      aarch64-darwin = "https://github.com/cue-lang/cue/releases/download/v0.10.0/cue_v0.10.0_darwin_arm64.tar.gz";
      x86_64-linux = "https://github.com/cue-lang/cue/releases/download/v0.10.0/cue_v0.10.0_linux_amd64.tar.gz";
    };
    sha256 = {
      aarch64-darwin = "06k7";
      x86_64-linux = "1liz";
    };
  };
}
`)
  })

  it('prints no pins as an empty set', () => {
    expect(printGeneratedFile([])).toBe(`${generatedHeader}\n{ }\n`)
  })

  it('quotes the names that Nix would not take bare', () => {
    for (const pin of ['if', 'or', 'rec', 'a b', 'a.b', '1a', '', '${x}', 'a"b', 'ünï']) {
      const text = printGeneratedFile([{ ...cue, pin }])
      expect(text).toContain(`\n  "`)
      expect([...(data(parse(text).root) as Map<string, unknown>).keys()]).toStrictEqual([pin])
    }
    expect(printGeneratedFile([{ ...cue, pin: "_a-b'c" }])).toContain("\n  _a-b'c = {")
  })

  it('is plain data that reads back as what was printed, whatever the texts hold and in whatever order they come', () => {
    const text = fc
      .oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: fc.constantFrom('$', '{', '}', '"', '\\', '\n', '\r', '\t', 'a', "'") }))
      .filter((each) => !each.includes('\0'))
    const systems = fc.uniqueArray(fc.record({ system: text, url: text, sha256: text }), { selector: (each) => each.system, maxLength: 3 })
    const pins = fc.uniqueArray(fc.record({ pin: text, org: text, name: text, version: text, systems }), {
      selector: (each) => each.pin,
      maxLength: 3,
    })
    fc.assert(
      fc.property(pins, (all) => {
        const printed = printGeneratedFile(all)
        const document = parse(printed)
        expect(document.problems).toStrictEqual([])
        expect(data(document.root)).toEqual(
          new Map(
            all.map(({ pin, org, name, version, systems: each }) => [
              pin,
              new Map<string, unknown>([
                ['org', org],
                ['name', name],
                ['version', version],
                ['url', new Map(each.map(({ system, url }) => [system, url]))],
                ['sha256', new Map(each.map(({ system, sha256 }) => [system, sha256]))],
              ]),
            ]),
          ),
        )
        expect(printGeneratedFile(all.toReversed().map((each) => ({ ...each, systems: each.systems.toReversed() })))).toBe(printed)
      }),
    )
  })
})
