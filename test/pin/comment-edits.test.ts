// Comments → which of their URLs come along with a pin, and which stay.
import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../src/nix/edit.ts'
import { commentEdits } from '../../src/pin/comment-edits.ts'
import { foundIn, someHash } from './found.ts'

const url = 'https://github.com/acme/tool/releases/download'

/** The text after the comments of its n-th pin came along to a tag. */
function brought(text: string, tag: string, n = 0): string {
  const { checkout, discovery } = foundIn({ 'a.nix': text })
  return applyEdits(text, commentEdits('a.nix', checkout.document('a.nix')!, discovery.pins[n]!, tag, discovery.pins))
}

describe('a URL in a comment', () => {
  const file = (comment: string): string =>
    `{ fetchurl }:\n${comment}\nfetchurl { url = "${url}/v1.0.0/tool.zip"; hash = "${someHash}"; }\n`
  it.each([
    ['of the release comes along', `# ${url}/v1.0.0/tool_1.0.0_linux.zip`, `# ${url}/v1.1.0/tool_1.1.0_linux.zip`],
    ['in a block comment comes along', `/* see <${url}/v1.0.0/x>, (${url}/v1.0.0/y) */`, `/* see <${url}/v1.1.0/x>, (${url}/v1.1.0/y) */`],
    [
      'of a source archive comes along',
      '# https://github.com/acme/tool/archive/v1.0.0.tar.gz',
      '# https://github.com/acme/tool/archive/v1.1.0.tar.gz',
    ],
    ['of another release stays', `# ${url}/v0.9.0/tool.zip`, `# ${url}/v0.9.0/tool.zip`],
    [
      'of another repository stays',
      '# https://github.com/acme/other/releases/download/v1.0.0/x',
      '# https://github.com/acme/other/releases/download/v1.0.0/x',
    ],
    ['of no release stays', '# https://github.com/acme/tool/blob/v1.0.0/README', '# https://github.com/acme/tool/blob/v1.0.0/README'],
    ['has company that stays', `# 1.0.0: ${url}/v1.0.0/x v1.0.0`, `# 1.0.0: ${url}/v1.1.0/x v1.0.0`],
  ])('%s', (_, before, after) => {
    expect(brought(file(before), 'v1.1.0')).toBe(file(after))
  })
})

it('the URL of the very file comes along where there is no forge', () => {
  const file = (comment: string, version: string): string =>
    `{ fetchurl }:\n# ${comment}\nfetchurl { url = "https://1.0.0.example.org/${version}/t-${version}.zip"; hash = "${someHash}"; }`
  const before = file('https://1.0.0.example.org/1.0.0/t-1.0.0.zip', '1.0.0')
  expect(brought(before, '1.1.0')).toBe(file('https://1.0.0.example.org/1.1.0/t-1.1.0.zip', '1.0.0'))
})

it('of two pins of one release each takes the comments that stand nearer to it', () => {
  const pin = (version: string, comment: string): string =>
    `  # ${url}/${comment}/x\n  (let version = "${version}"; in fetchurl { url = "${url}/v\${version}/t"; hash = "${someHash}"; })\n`
  const file = (first: string, second: string): string => `{ fetchurl }: [\n${pin('1.0.0', first)}${pin('1.0.0', second)}]`
  expect(brought(file('v1.0.0', 'v1.0.0'), 'v1.1.0', 0)).toBe(file('v1.1.0', 'v1.0.0'))
  expect(brought(file('v1.0.0', 'v1.0.0'), 'v1.1.0', 1)).toBe(file('v1.0.0', 'v1.1.0'))
})
