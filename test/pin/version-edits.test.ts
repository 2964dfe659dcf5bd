// A version in a text: where it stands, and how its pieces share another one.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formsOf, occurrences, share, versionEdits } from '../../src/pin/version-edits.ts'
import { applyEdits } from '../../src/nix/edit.ts'
import { foundIn, someHash } from './found.ts'

const replaced = (text: string, old: string, now: string): string =>
  applyEdits(
    text,
    occurrences(text, 0, formsOf(old, now)).map(({ start, end, now: next }) => ({ start, end, text: next })),
  )

describe('a version stands', () => {
  it.each([
    ['by itself and behind its v', 'v1.2.3/tool-1.2.3', 'v2.0.0/tool-2.0.0'],
    ['encoded', 'cli%2Fv1.2.3/x', 'cli%2Fv2.0.0/x'],
    ['before other words', 'tool_1.2.3_linux 1.2.3-linux 1.2.3.tar.gz', 'tool_2.0.0_linux 2.0.0-linux 2.0.0.tar.gz'],
    ['with another sign between its numbers', 'tool_1_2_3.tgz 11_2_3 1_2 x1-2-3', 'tool_2_0_0.tgz 11_2_3 1_2 x1-2-3'],
    ['not inside longer numbers', '11.2.3 1.2.34 1.2.3.4 0.1.2.3', '11.2.3 1.2.34 1.2.3.4 0.1.2.3'],
  ])('%s', (_, text, expected) => {
    expect(replaced(text, 'v1.2.3', 'v2.0.0')).toBe(expected)
  })

  it('in the form it has: a tag with a name in front is found with it and without', () => {
    expect(replaced('rust-v1.0.0/v1.0.0/1.0.0', 'rust-v1.0.0', 'rust-v1.1.0')).toBe('rust-v1.1.0/v1.1.0/1.1.0')
  })

  it('with other signs than its tag has', () => {
    expect(replaced('R_2_6_2/expat-2.6.2.tgz', 'R_2_6_2', 'R_2_6_4')).toBe('R_2_6_4/expat-2.6.4.tgz')
    expect(replaced('v1.2/tool_1_2', 'v1.2', 'v1.3')).toBe('v1.3/tool_1_2')
  })

  it('with its build, however a file name spells the plus sign', () => {
    const text = 'jdk-21.0.1%2B12/jdk_21.0.1_12 jdk-21.0.1+12 k-21.0.1%2B12 k-21.0.1.12 k-21.0.1-12 k-21.0.1'
    expect(replaced(text, 'jdk-21.0.1+12', 'jdk-21.0.2+13')).toBe(
      'jdk-21.0.2%2B13/jdk_21.0.2_13 jdk-21.0.2+13 k-21.0.2%2B13 k-21.0.2.13 k-21.0.2-13 k-21.0.1',
    )
  })

  it('nowhere twice: occurrences are in order and do not overlap', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('v', '1.2', '1.2.3', '.', '3', '-', 'x', '%2F', '/')), (words) => {
        const text = words.join('')
        const found = occurrences(text, 0, formsOf('v1.2', 'v9.9'))
        for (const [i, { start, end }] of found.entries()) {
          expect(end).toBeLessThanOrEqual(found[i + 1]?.start ?? text.length)
          expect(['v1.2', '1.2']).toContain(text.slice(start, end))
        }
      }),
    )
  })
})

describe('pieces of a version', () => {
  it.each([
    [['1.2', '.', '11'], '1.3.0', ['1.3', '.', '0']],
    [['v', '1.2.3'], 'v2.0', ['v', '2.0']],
    [['1', '_', '2'], '2_0', ['2', '_', '0']],
    [['1.2', '.', '11'], '2', null],
    [['v', '1.2.3'], 'w2.0', null],
    [['1.2', '.', '11'], '1.2.12', ['1.2', '.', '12']],
    [['cli%2Fv', '1.0.0'], 'cli%2Fv1.1.0', ['cli%2Fv', '1.1.0']],
    [['cli%2Fv', '1.0.0'], 'cli%2Fv1.1.0-rc1', ['cli%2Fv', '1.1.0-rc1']],
    [['k9s-v', '1.0.0'], 'k9s-v1.1', ['k9s-v', '1.1']],
    [['1.0.0', '-x64'], '1.10.0-x64', ['1.10.0', '-x64']],
    [['1.0.0', '-x64'], '1.1.0-rc1-x64', ['1.1.0-rc1', '-x64']],
    [['1.0.0', '-rc1'], '1.1.0-rc2', ['1.1.0', '-rc2']],
    [['1.0.0', '-rc1'], '1.1.0', null],
    [['v', '1.0.0', '%2B', 'k3s1'], 'v1.1.0%2Bk3s2', ['v', '1.1.0', '%2B', 'k3s2']],
    [['v', '1.0.0', '%2B', 'k3s1'], 'v1.1.0-rc1%2Bk3s1', ['v', '1.1.0-rc1', '%2B', 'k3s1']],
    [['v', '1.0.0', '%2B', 'k3s1'], 'v1.1.0', null],
    [['jdk', '8u392', '-b', '08'], 'jdk8u402-b06', ['jdk', '8u402', '-b', '06']],
  ])('%j share %s as %j', (pieces, now, expected) => {
    expect(share(pieces, now)).toEqual(expected)
  })

  it('come to the whole, whatever it is, or to nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('1', '2.0', '.', '-', 'v', '10.2.3'), { minLength: 1, maxLength: 5 }),
        fc.string({ unit: fc.constantFrom('1', '.', '-', 'v', '0') }),
        (pieces, now) => {
          const shared = share(pieces, now)
          if (shared === null) return
          expect(shared.join('')).toBe(now)
          expect(shared).toHaveLength(pieces.length)
        },
      ),
    )
  })
})

describe('edits of a version', () => {
  const edited = (texts: Readonly<Record<string, string>>, tag: string): string | Record<string, string> => {
    const { discovery } = foundIn(texts)
    const planned = versionEdits(discovery.pins[0]!, tag)
    if (!planned.ok) return planned.message
    const files = new Set(planned.edits.map(({ file }) => file))
    return Object.fromEntries(
      [...files].map((file) => [
        file,
        applyEdits(
          texts[file]!,
          planned.edits.filter((edit) => edit.file === file),
        ),
      ]),
    )
  }
  const url = 'https://github.com/acme/tool/releases/download'

  it('touch neither host nor repository', () => {
    const text = (version: string): string =>
      `{ fetchurl }: fetchurl { url = "https://v1.example.org/acme/v1/releases/download/${version}/t"; hash = "${someHash}"; }`
    expect(edited({ 'a.nix': text('v1') }, 'v2')).toEqual({ 'a.nix': text('v2') })
  })

  it('are refused for a version with escapes that its value does not need', () => {
    const text = `{ fetchurl }: fetchurl { url = "${url}/v1.0\\x/t"; hash = "${someHash}"; }`
    expect(edited({ 'a.nix': text }, 'v1.1x')).toBe('v1.0x stands where it cannot be edited')
  })

  it('reach every mirror', () => {
    const text = (version: string): string =>
      `{ fetchurl }: fetchurl { urls = [ "${url}/v${version}/t" "https://mirror.example.org/${version}/t" ]; hash = "${someHash}"; }`
    expect(edited({ 'a.nix': text('1.0.0') }, 'v1.1.0')).toEqual({ 'a.nix': text('1.1.0') })
  })

  it.each([
    ['cli/v1.0.0', 'cli/v1.1.0', '1.0.0', '1.1.0', 'cli%2Fv${version}'],
    ['k9s-v1.0.0', 'k9s-v1.1.0', '1.0.0', '1.1.0', 'k9s-v${version}'],
    ['v1.0.0-x64', 'v1.1.0-x64', '1.0.0', '1.1.0', 'v${version}-x64'],
    ['v1.0.0+k3s1', 'v1.1.0+k3s2', '1.0.0+k3s1', '1.1.0+k3s2', 'v${builtins.replaceStrings ["+"] ["%2B"] version}'],
  ])('from %s to %s touch the version alone, whatever digits stand beside it', (_, tag, old, now, part) => {
    const text = (version: string): string =>
      `{ fetchurl }: let version = "${version}"; in fetchurl { url = "${url}/${part}/t"; hash = "${someHash}"; }`
    expect(edited({ 'a.nix': text(old) }, tag)).toEqual({ 'a.nix': text(now) })
  })

  it.each([
    ['ends in it', 'tool-1.0.0', 'tool-1.1.0'],
    ['ends in another', 'tool-11.0.0', 'tool-11.0.0'],
    ['has it elsewhere', '1.0.0-tool', '1.0.0-tool'],
  ])('reach the name of the package where it %s', (_, old, now) => {
    const text = (name: string, version: string): string =>
      `{ stdenv, fetchurl }: stdenv.mkDerivation { name = "${name}"; src = fetchurl { url = "${url}/v${version}/t"; hash = "${someHash}"; }; }`
    expect(edited({ 'a.nix': text(old, '1.0.0') }, 'v1.1.0')).toEqual({ 'a.nix': text(now, '1.1.0') })
  })

  it('reach every call that spells out the same URL and takes its hash from the same place', () => {
    const call = (version: string): string => `fetchurl { url = "${url}/v${version}/t"; hash = h; }`
    const text = (version: string): string => `{ fetchurl }: let h = "${someHash}"; in [ (${call(version)}) (${call(version)}) ]`
    expect(edited({ 'a.nix': text('1.0.0') }, 'v1.1.0')).toEqual({ 'a.nix': text('1.1.0') })
  })

  it('leave a number at the end of a name alone', () => {
    const text = (version: string): string =>
      `{ stdenv, fetchurl }: stdenv.mkDerivation { pname = "tool-2"; src = fetchurl { url = "${url}/v${version}/t"; hash = "${someHash}"; }; }`
    expect(edited({ 'a.nix': text('2') }, 'v3')).toEqual({ 'a.nix': text('3') })
  })

  it('are refused for a version that is computed', () => {
    const text = `{ fetchurl }: fetchurl { url = "${url}/v\${toString (1 + 1)}.0/t"; hash = "${someHash}"; }`
    expect(edited({ 'a.nix': text }, 'v3.1')).toEqual(expect.stringContaining('does not'))
  })
})
