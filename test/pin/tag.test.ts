import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bareVersion, compareBuilds, compareTags, isDowngrade, isPrerelease, sameShape, tagProblem, tagShape } from '../../src/pin/tag.ts'

const number = fc.nat(12).map(String)
const core = fc.array(number, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'))
const suffix = fc.constantFrom(
  '',
  '',
  '-rc.1',
  '-rc.2',
  '-rc.10',
  '-rc1',
  'rc1',
  'b2',
  '-alpha',
  '-alpha.1',
  '-alpha.beta',
  '-1',
  '-dev',
  'a',
  'p1',
  '-hotfix.1',
  '+b1',
  '.windows.1',
)
const prefix = fc.constantFrom('', 'v', 'bun-v', 'cli/v', 'name-', 'go', 'r')
const versionTag = fc.tuple(prefix, core, suffix).map((parts) => parts.join(''))
const otherTag = fc.constantFrom(
  'nightly',
  'latest',
  '2024-05-01',
  '20240501',
  '2024.05.01',
  'jdk8u392-b08',
  'a1b2c3d4e5',
  '20240501-072601-f4abf8fd',
  'nightly-2024-05-02',
  'boost-1_85_0',
)
const tag = fc.oneof(
  { weight: 4, arbitrary: versionTag },
  { weight: 2, arbitrary: otherTag },
  fc.string({ unit: fc.constantFrom('v', '1', '2', '0', '.', '-', '_', '+', 'r', 'c', 'a', '/'), maxLength: 9 }),
)

describe('tagProblem', () => {
  it.each([
    ['', 'it is empty'],
    [' ', 'it holds white space'],
    ['v1 .0', 'it holds white space'],
    ['v1\n', 'it holds white space'],
    ['v1\u00a0', 'it holds white space'],
    ['v1\u0007', 'it holds a control character'],
    ['v1\u007f', 'it holds a control character'],
    ['v1\ud800', 'it is no valid Unicode text'],
    ['--help', 'it starts with "-", as an option does'],
    ['-v1', 'it starts with "-", as an option does'],
    ['v1..2', 'it holds ".."'],
    ['../../x', 'it holds ".."'],
    ['v1@{0}', 'it holds "@{"'],
    ['a//b', 'it holds "//"'],
    ['v1~1', 'it holds "~"'],
    ['v1^', 'it holds "^"'],
    ['a:b', 'it holds ":"'],
    ['v1?', 'it holds "?"'],
    ['v*', 'it holds "*"'],
    ['v[1]', 'it holds "["'],
    ['v1\\2', 'it holds "\\"'],
    ['/v1', 'it starts with "/"'],
    ['v1/', 'it ends with "/"'],
    ['v1.', 'it ends with "."'],
    ['.v1', 'a part of it starts with "."'],
    ['a/.v1', 'a part of it starts with "."'],
    ['v1.lock', 'a part of it ends with ".lock"'],
    ['a.lock/v1', 'a part of it ends with ".lock"'],
  ])('refuses %j: %s', (text, problem) => {
    expect(tagProblem(text)).toBe(problem)
  })

  it.each([
    'v1.2.3',
    '1.2',
    'cli/v1.0.0',
    '@scope/tool@1.2.3',
    'v1.2.3+build.5',
    'nightly',
    'v1.2.3-rc.1',
    'ünï-1',
    'a.locked',
    '$v{1}',
    '2024-05-01',
    '@',
  ])('accepts %j', (text) => {
    expect(tagProblem(text)).toBeNull()
  })
})

describe('bareVersion', () => {
  it.each([
    ['v1.2.3', 'v', '1.2.3'],
    ['1.2.3', '', '1.2.3'],
    ['bun-v1.2.3', 'bun-v', '1.2.3'],
    ['rust-v0.5.0', 'rust-v', '0.5.0'],
    ['cli/v1.0.0', 'cli/v', '1.0.0'],
    ['desktop_v1.2', 'desktop_v', '1.2'],
    ['name-1.2.3', 'name-', '1.2.3'],
    ['@scope/tool@1.2.3', '@scope/tool@', '1.2.3'],
    ['jq-1.7.1', 'jq-', '1.7.1'],
    ['go1.22.3', 'go', '1.22.3'],
    ['go1.22-2', 'go', '1.22-2'],
    ['python3.11-v1.2.3', 'python3.11-v', '1.2.3'],
    ['k8s-v2', 'k8s-v', '2'],
    ['tool2-1.2.3', 'tool2-', '1.2.3'],
    ['v1.2.3-rc.1', 'v', '1.2.3-rc.1'],
    ['v4-rc.1', 'v', '4-rc.1'],
    ['v1.28.2+k3s1', 'v', '1.28.2+k3s1'],
    ['v1.2.3-20240501', 'v', '1.2.3-20240501'],
    ['b4567', 'b', '4567'],
    ['v.1.2', 'v.', '1.2'],
    ['boost-1_85_0', 'boost-', '1_85_0'],
    ['2024-05-01', '', '2024-05-01'],
    ['nightly-2024-05-01', 'nightly-', '2024-05-01'],
    ['20240501-072601-f4abf8fd', '', '20240501-072601-f4abf8fd'],
    ['v1.2.3-linux', 'v', '1.2.3-linux'],
    ['nightly', '', 'nightly'],
    ['a1b2c3d4e5', '', 'a1b2c3d4e5'],
  ])('cuts %s into %j and %j', (text, before, version) => {
    expect(bareVersion(text)).toStrictEqual({ prefix: before, version })
  })

  it('loses nothing: prefix and version join to the tag', () => {
    fc.assert(
      fc.property(fc.oneof(tag, fc.string({ unit: 'binary' })), (text) => {
        const { prefix: before, version } = bareVersion(text)
        expect(before + version).toBe(text)
      }),
    )
  })
})

describe('tagShape', () => {
  it.each([
    ['v1.2', 'v1.2.3'],
    ['v1', 'v1.2.3'],
    ['v1.2.3', 'v1.3.0-rc.1'],
    ['v1.2.3', 'v10.20.30'],
    ['bun-v1.2.3', 'bun-v1.3'],
    ['cli/v1.0.0', 'cli/v2.0.0-beta'],
    ['2024-05-01', '2025-12-31'],
    ['20240501', '20251231'],
    ['2024.05.01', '2025.1'],
    ['nightly-2024-05-01', 'nightly-2024-06-01'],
    ['20240501-072601-f4abf8fd', '20240203-110809-5046fc22'],
    ['v2.45.1.windows.1', 'v2.46.0.windows.2'],
    ['v1.2.3-linux-x86_64', 'v1.2.4-linux-x86_64'],
    ['5.3.0.Final', '5.4.0.Final'],
    ['jdk8u392-b08', 'jdk8u402-b06'],
    ['b4567', 'b10000'],
    ['3.4', '3.4a'],
    ['v1.28.2+k3s1', 'v1.29.0+k3s2'],
  ])('%s and %s are of one', (a, b) => {
    expect(tagShape(a)).toBe(tagShape(b))
  })

  it.each([
    ['v1.2.3', 'cli-v2.0.0'],
    ['v1.2.3', '1.2.3'],
    ['v1.2.3', 'bun-v1.2.3'],
    ['cli/v1.0.0', 'lib/v1.0.0'],
    ['rust-v0.5.0', 'v0.5.0'],
    ['name-1.2.3', 'name2-1.2.3'],
    ['v1.2.3', 'nightly'],
    ['v1.2.3', '2024-05-01'],
    ['2024-05-01', '20240501'],
    ['1.2.3', '2024.05.01'],
    ['1.2.3', '20240501'],
    ['nightly', 'latest'],
    ['a1b2c3d4e5', 'b9b2c3d4e5'],
    ['v1.2.3', 'v1.2.4-linux'],
    ['v1.2.3-linux', 'v1.2.4-darwin'],
    ['boost-1_85_0', 'boost-1.86.0'],
  ])('%s and %s are not', (a, b) => {
    expect(sameShape(a, b)).toBe(false)
  })

  it('does not depend on the numbers of a version', () => {
    fc.assert(
      fc.property(prefix, core, core, (before, a, b) => {
        expect(tagShape(before + a)).toBe(tagShape(before + b))
      }),
    )
  })

  it('depends on the prefix', () => {
    fc.assert(
      fc.property(prefix, prefix, core, (a, b, numbers) => {
        expect(sameShape(a + numbers, b + numbers)).toBe(a === b)
      }),
    )
  })
})

describe('compareTags', () => {
  it.each([
    [['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1', '1.0.0']],
    [['v0.9.2', 'v0.10.0', 'v0.10.1', 'v0.11', 'v1', 'v1.0.1', 'v1.0.1.1', 'v2.0.0']],
    [['v1.0.0-rc1', 'v1.0.0-rc2', 'v1.0.0-rc.9', 'v1.0.0-rc10', 'v1.0.0']],
    [['1.0a1', '1.0b2', '1.0rc1', '1.0', '1.0.post1', '1.0.post2', '1.1']],
    [['3.3a', '3.4-rc', '3.4', '3.4a', '3.4b', '3.5']],
    [['9.3p1', '9.3p2', '9.10p1']],
    [['1.2.3-1', '1.2.3-2', '1.2.3-10', '1.2.3-x', '1.2.3']],
    [['1.2.3', '1.2.3-hotfix.1', '1.2.3-hotfix.2', '1.2.4']],
    [['2023-12-31', '2024-05-01', '2024-05-02', '2024-10-01']],
    [['20240203-110809-5046fc22', '20240501-072601-f4abf8fd', '20240501-072602-00000000']],
    [['2024.5.1', '2024.05.02', '2024.10.01']],
    [['nightly-2024-05-01', 'nightly-2024-05-02']],
    [['jdk8u392-b08', 'jdk8u402-b06', 'jdk11u1-b01']],
    [['b999', 'b4567', 'b10000']],
    [['v2.45.1.windows.1', 'v2.45.1.windows.2', 'v2.46.0.windows.1']],
    [['boost-1_9_0', 'boost-1_85_0']],
    [['99999999999999999998.0', '99999999999999999999.0', '100000000000000000000.0']],
  ])('puts %j in this order', (ordered) => {
    for (const [i, a] of ordered.entries()) {
      for (const [j, b] of ordered.entries()) expect(Math.sign(compareTags(a, b)), `${a} ${b}`).toBe(Math.sign(i - j))
    }
  })

  it.each([
    ['v1.2.3', '1.2.3'],
    ['v1.2', 'v1.2.0'],
    ['v1.2.3+a', 'v1.2.3+b'],
    ['v1.0.0-rc1', 'v1.0.0-rc.1'],
    ['2024.05.01', '2024.5.1'],
    ['v1.2.3-linux', 'v1.2.3'],
  ])('finds %s and %s level', (a, b) => {
    expect(compareTags(a, b)).toBe(0)
  })

  it('is antisymmetric, and level with itself', () => {
    fc.assert(
      fc.property(tag, tag, (a, b) => {
        expect(Math.sign(compareTags(a, b)) + Math.sign(compareTags(b, a))).toBe(0)
        expect(compareTags(a, a)).toBe(0)
      }),
      { numRuns: 3000 },
    )
  })

  it('is transitive', () => {
    fc.assert(
      fc.property(tag, tag, tag, (a, b, c) => {
        if (compareTags(a, b) <= 0 && compareTags(b, c) <= 0) expect(compareTags(a, c)).toBeLessThanOrEqual(0)
        if (compareTags(a, b) === 0) expect(Math.sign(compareTags(a, c))).toBe(Math.sign(compareTags(b, c)))
      }),
      { numRuns: 10_000 },
    )
  })

  it('orders full versions as their numbers are ordered', () => {
    const triple = fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30))
    fc.assert(
      fc.property(triple, triple, (a, b) => {
        const expected = Math.sign(a[0] - b[0] || a[1] - b[1] || a[2] - b[2])
        expect(Math.sign(compareTags(`v${a.join('.')}`, `v${b.join('.')}`))).toBe(expected)
      }),
    )
  })

  it('ignores what build metadata says, and lets it be asked for', () => {
    expect(compareTags('v1.28.2+k3s1', 'v1.28.2+k3s2')).toBe(0)
    expect(compareBuilds('v1.28.2+k3s1', 'v1.28.2+k3s2')).toBeLessThan(0)
    expect(compareBuilds('v1.28.2+k3s9', 'v1.28.2+k3s10')).toBeLessThan(0)
    expect(compareBuilds('v1.2.3+abcdef', 'v1.2.3+012345')).toBe(0)
  })
})

describe('isPrerelease', () => {
  it.each([
    'v1.2.3-rc.1',
    'v1.2.3-rc1',
    'v1.2.3rc1',
    '1.0b2',
    '1.0a1',
    'v1.2.3-beta',
    'v1.2.3-alpha.3',
    'v2-dev',
    'v1.2.3.dev0',
    'v1.2.3-nightly.20240501',
    '1.2.3pre',
    '1.2.3-pre1',
    'v1.2.3-preview',
    'v1.2.3-SNAPSHOT',
    'v1.2.3-canary.4',
    'v1.2.3-0',
    'v1.2.3-next.1',
    'nightly',
    'nightly-2024-05-01',
    '2024-05-01-beta',
    'canary',
    'tip',
    'beta-v1.2.3',
    'v1.2.3_rc1',
    'v1.2.3-rc.1-linux',
    'v1.2.3-linux-rc.1-x86_64',
    '1.0.m3',
  ])('%s is one', (text) => {
    expect(isPrerelease(text)).toBe(true)
  })

  it.each([
    'v1.2.3',
    '1.2',
    'v1',
    'bun-v1.2.3',
    'v1.2.3-linux',
    'v1.2.3-x86_64',
    'v1.2.3-darwin-arm64',
    '1.2.3-win32-x64',
    'v1.2.3-musl',
    '5.3.0.Final',
    'v1.2.3-stable',
    'v1.2.3+rc1',
    '3.4a',
    '9.3p1',
    '1.0.post1',
    '1.2.3-hotfix.1',
    '2024-05-01',
    '20240501-072601-f4abf8fd',
    'latest',
    'stable',
    'a1b2c3d4e5',
    'alphabet-v1.2.3',
    'predator-1.0.0',
    'rcm-1.0',
    'devtools-v1.2.3',
    'v2.45.1.windows.1',
    'v1.2.3-linux.2',
    'b4567',
    'jdk8u392-b08',
    'arch-1.0',
    '',
  ])('%s is none', (text) => {
    expect(isPrerelease(text)).toBe(false)
  })
})

describe('isDowngrade', () => {
  it.each([
    ['v1.2.3', 'v1.2.2', true],
    ['v1.2.3', 'v1.2.3-rc.1', true],
    ['v1.2.3', 'v1.2.3', false],
    ['v1.2.3', 'v1.10.0', false],
    ['0.10.0', 'v0.11.0', false],
    ['v0.11.0', '0.10.0', true],
    ['v1.28.2+k3s2', 'v1.28.2+k3s1', true],
    ['2024-05-02', '2024-05-01', true],
    ['jdk8u402-b06', 'jdk8u392-b08', true],
    ['nightly', 'nightly', false],
    ['nightly', 'v1.0.0', null],
    ['v1.0.0', 'cli-v0.9.0', null],
    ['v1.0.0', '2024-05-01', null],
    ['a1b2c3d4e5', 'b1b2c3d4e5', null],
  ])('from %s to %s: %s', (from, to, expected) => {
    expect(isDowngrade(from, to)).toBe(expected)
  })
})
