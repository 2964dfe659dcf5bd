// Markdown of a report: what a maintainer reads, and what nothing in it can do.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PinDocument } from '../../src/cli/report/findings.ts'
import { bodyLimit, fitted } from '../../src/cli/report/markdown-limit.ts'
import { code, prose } from '../../src/cli/report/markdown-text.ts'
import { markdownText } from '../../src/cli/report/markdown.ts'
import type { Outcome } from '../../src/core/report.ts'
import { asset, foreign, listDocument, newHash, oldHash, outcome, outcomes, syntaxProblem, updated } from './documents.ts'
import { hostile, worstDocument, worstList } from './hostile.ts'

const markdown = (command: string, document: PinDocument, prefix = ''): string =>
  markdownText({ command, document, version: '1.2.3', prefix })

const from = {
  repository: { server: 'github.com', org: 'cue-lang', name: 'cue' },
  release: { tag: 'v0.11.0', publishedAt: '2026-11-13T10:00:00Z', age: 9, prerelease: false, immutable: true },
}
const refused = outcome({
  pin: 'gh',
  outcome: 'refused',
  to: null,
  reason: { code: 'downgrade', message: "v2 is older; 'pinhash update gh v2 --allow-downgrade' does it" },
})
const differs = outcome({
  pin: 'jq',
  outcome: 'mismatch',
  from: 'jq-1.7',
  to: 'jq-1.7',
  systems: { 'x86_64-linux': [asset()] },
  reason: { code: 'hash-differs', message: 'the bytes have another hash' },
})

describe('an update', () => {
  const pulled: Outcome = { ...updated, ...from, warnings: [{ code: 'coverage', message: 'aarch64-darwin gets its own asset' }] }

  it('is the body of a pull request', () => {
    expect(markdown('update', outcomes([refused, pulled, outcome({ pin: 'rg', outcome: 'unchanged', to: 'v0.10.0' })]), 'infra/'))
      .toBe(`## 1 pin updated, 1 unchanged, 1 refused

### \`cue\` [\`v0.10.0\`](https://github.com/cue-lang/cue/releases/tag/v0.10.0) → [\`v0.11.0\`](https://github.com/cue-lang/cue/releases/tag/v0.11.0)

published 9 days ago, on 2026-11-13 · immutable · [what changed](https://github.com/cue-lang/cue/compare/v0.10.0...v0.11.0) · \`infra/flake.nix:46\`

| system | asset | evidence |
| --- | --- | --- |
| x86\\_64-linux | \`cue_v0.11.0_linux_amd64.tar.gz\` | bytes, digest, checksums.txt |
| aarch64-darwin | \`cue_v0.11.0_darwin_arm64.tar.gz\` | bytes |

- \`cue\`, warning (\`coverage\`): aarch64-darwin gets its own asset

<details>
<summary>Old and new hashes of 2 assets</summary>

| system | where | old hash | new hash | size |
| --- | --- | --- | --- | ---: |
| x86\\_64-linux | \`infra/flake.nix:50\` | \`${oldHash}\` | \`${newHash}\` | 8.4 MB |
| aarch64-darwin | \`infra/flake.nix:51\` | \`06k72afvj1k2jzhbbd7bj2jmhkk0v2q5hxsm9kx1qy4p9bq0pz2r\` | \`1q7d0xzbc6qs7nv9l1j3yv8m5h0rk4p2dgx7i6w8bfa9cz3n2s1l\` | 12.1 MB |

</details>

### Not updated

**refused**: \`gh\` \`v0.10.0\`, \`infra/flake.nix:46\` (\`downgrade\`): v2 is older; \`pinhash update gh v2 --allow-downgrade\` does it

<details>
<summary>1 pin unchanged</summary>

| pin | version | where |  |
| --- | --- | --- | --- |
| \`rg\` | \`v0.10.0\` | \`infra/flake.nix:46\` |  |

</details>
`)
  })

  it('counts an asset of several systems once', () => {
    const systems = Object.fromEntries(['aarch64-linux', 'x86_64-linux'].map((system) => [system, [asset({ old: oldHash, new: newHash })]]))
    expect(markdown('update', outcomes([{ ...pulled, systems }]))).toContain('<summary>Old and new hashes of 1 asset</summary>')
  })

  it('says of a dry run what it would be', () => {
    expect(markdown('update', { ...outcomes([updated]), diff: '' })).toMatch(/^## 1 pin would be updated\n/)
  })

  it('encodes tags and names in addresses, and links to no server whose name is none', () => {
    const odd = { ...pulled, to: 'cli/v1 (2)', repository: { ...from.repository, name: 'a)b' } }
    expect(markdown('update', outcomes([odd]))).toContain(
      '[`cli/v1 (2)`](https://github.com/cue-lang/a%29b/releases/tag/cli%2Fv1%20%282%29)',
    )
    const elsewhere = { ...pulled, repository: { ...from.repository, server: 'evil.example/?' } }
    expect(markdown('update', outcomes([elsewhere]))).not.toContain('](')
  })
})

describe('a verification', () => {
  const down = outcome({ pin: 'gh', outcome: 'unknown', reason: { code: 'rate-limited', message: 'GitHub answers again at 12:00' } })

  it('has what is wrong first, then what could not be found out, and the rest folded', () => {
    const text = markdown('verify', outcomes([down, outcome({ outcome: 'verified' }), differs], [foreign, syntaxProblem]))
    expect(text.split('\n').slice(0, 13)).toEqual([
      '## 1 pin verified, 1 with another hash, 1 unresolved',
      '',
      '| pin | version | outcome | code | where |',
      '| --- | --- | --- | --- | --- |',
      '| `jq` | `jq-1.7` | **mismatch** | `hash-differs` | `flake.nix:46` |',
      '| `gh` | `v0.10.0` | could not find out | `rate-limited` | `flake.nix:46` |',
      '',
      '- `jq`, why (`hash-differs`): the bytes have another hash',
      '',
      '<details>',
      '<summary>The hash in the file and the one found</summary>',
      '',
      '| system | where | the file holds | found | size |',
    ])
    expect(text).toContain('<summary>1 pin verified</summary>')
    expect(text).toContain('### Files that could not be read\n\n- `nix/bad.nix:3:7`: a ; is missing (`syntax`)\n')
    expect(text).toContain('<summary>1 file left alone</summary>\n\n- `npins/default.nix`: npins keeps this file (`other-tool`)\n')
  })

  it('says what was compared, where only what changed was looked at', () => {
    const compared = { base: 'origin/main', commit: '0123456789', pins: 9, changed: 0, remarks: ['the history is short'] }
    expect(markdown('verify', { ...outcomes([]), compared })).toBe(
      '## Nothing to verify\n\nNone of 9 pins differs from origin/main (0123456); there is nothing to verify\n\nThe history is short\n',
    )
    const shard = { number: 2, of: 4, pins: 9, taken: 0, split: '0123456789ab' }
    expect(markdown('verify', { ...outcomes([]), shard })).toBe(
      '## Nothing to verify\n\nShard 2 of 4 (split 0123456789ab) has none of 9 pins; there is nothing to verify\n',
    )
    expect(markdown('verify', { ...outcomes([differs]), compared: { ...compared, changed: 1 } })).toMatch(
      /^## 1 pin with another hash\n\n1 of 9 pins differs from origin\/main/,
    )
  })
})

describe('newer versions', () => {
  it('are a row a pin, with links, those that could not be told first', () => {
    const newer = outcome({
      ...from,
      outcome: 'outdated',
      newest: 'v0.11.0',
      newestOfAll: 'v0.12.0-rc.1',
      ages: { current: 100, newest: 9, newestOfAll: null },
    })
    const text = markdown('outdated', outcomes([newer, refused, outcome({ pin: 'rg', outcome: 'unchanged', newest: 'v0.10.0' })]))
    const page = 'https://github.com/cue-lang/cue/releases/tag'
    expect(text).toMatch(
      /^## 1 of 3 pins outdated, 1 refused\n\n\| pin \| current \|.*\n.*\n\| `gh` \| `v0.10.0` \| \? \| \? \| \*\*refused\*\* \|/,
    )
    expect(text).toContain(
      `| \`cue\` | [\`v0.10.0\`](${page}/v0.10.0) (100 days ago) | [\`v0.11.0\`](${page}/v0.11.0) (9 days ago) | [\`v0.12.0-rc.1\`](${page}/v0.12.0-rc.1) | [what changed](https://github.com/cue-lang/cue/compare/v0.10.0...v0.11.0) | \`flake.nix:46\` |`,
    )
    expect(text).toContain('<summary>1 pin not outdated</summary>')
  })
})

it('a list is a table, and what is not managed is folded', () => {
  const text = markdown('list', listDocument)
  expect(text).toMatch(/^## 2 pins, 1 fetch seen, not managed\n\n\| pin \| version \| repository \| systems \| where \| {2}\|\n/)
  expect(text).toContain('| `cue` | `v0.10.0` | `cue-lang/cue` | x86\\_64-linux, aarch64-darwin | `flake.nix:46` |  |\n')
  expect(text).toContain('| `flake.nix:9` | `fetchurl` | the URL is not known: it depends on config.version |')
})

/** What is left of a line of Markdown when code, escapes, entities and links of ours are taken out, read from the left as Markdown is. */
function bare(line: string): string {
  return line
    .replaceAll(/\\[\\`*_[\]~!]|[@#]&#8203;|&#\d+;|`[^`]*`|<code>[A-Za-z0-9 &#;]*<\/code>/g, 'C')
    .replaceAll(/\[(?:C|what changed)\]\(https:\/\/[\w.:%/~-]+\)/g, 'L')
}

describe('whatever a repository or a server says', () => {
  function check(text: string): void {
    for (const line of text.trimEnd().split('\n')) {
      const left = bare(line)
      // No mention, reference, markup, link or address that is not ours.
      const inside = left
        .replace(/^#{2,3} /, '')
        .replace(/^<\/?(?:details|summary)>|<\/summary>$/g, '')
        .replaceAll(/\*\*[a-z ]+\*\*/g, 'B')
      expect(inside).not.toMatch(/[`<>[\]*~@#$\\]|:\/\/|\bwww\.|\bGH-\d|!\[/)
      expect(line).not.toMatch(/^\s*::/)
      // What stands among tags is no Markdown.
      if (line.startsWith('<')) expect(line).toMatch(/^<\/?details>$|^<summary>[\w ,]+<\/summary>$/)
      if (line.startsWith('| ')) expect(line.endsWith(' |')).toBe(true)
    }
    // All rows of a table have as many cells.
    for (const table of text.split(/\n\n/).filter((block) => /^\| .*\n\| ---/.test(block))) {
      const widths = table
        .trimEnd()
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .map((line) => line.split('|').length)
      expect(new Set(widths).size).toBe(1)
    }
  }

  it.each(hostile)('%j is shown and does nothing', (text) => {
    for (const command of ['update', 'verify', 'outdated']) check(markdown(command, worstDocument(text)))
    check(markdown('list', worstList(text)))
  })

  it('nor does any other text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."`|\\<>&#@*_[]()!~$:/w.GH-1a \n\r'"), maxLength: 30 }), (text) => {
        check(`- ${prose(text)}\n- ${code(text)}\n`)
        expect(prose(text) + code(text)).not.toContain('\n')
        expect(code(text)).not.toContain('|')
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['@octocat', '@&#8203;octocat'],
    ['fixes #1', 'fixes #&#8203;1'],
    ['see https://a.example/b.', 'see `https://a.example/b`.'],
    ["run 'pinhash update cue' now", 'run `pinhash update cue` now'],
    ['a | b', 'a &#124; b'],
    ['a_b*c', 'a\\_b\\*c'],
  ])('%s becomes %s', (text, shown) => {
    expect(prose(text)).toBe(shown)
  })
})

describe('the length of a body', () => {
  const many = (number: number): readonly Outcome[] => Array.from({ length: number }, (_, i) => ({ ...updated, ...from, pin: `pin ${i}` }))

  it('is cut at the folded tables first, and says so', () => {
    const text = markdown('update', outcomes(many(80)))
    expect(text.length).toBeLessThanOrEqual(bodyLimit)
    expect(text.match(/^### /gm)).toHaveLength(80)
    const folds = text.match(/<details>/g)?.length ?? 0
    expect(folds).toBeGreaterThan(10)
    expect(text.trimEnd().split('\n').at(-1)).toBe(`_Left out, to stay below 65,536 characters: ${80 - folds} folded tables._`)
  })

  it('is cut at pins where that is not enough', () => {
    const text = markdown('update', outcomes(many(900)))
    expect(text.length).toBeLessThanOrEqual(bodyLimit)
    expect(text).toMatch(/\n_Left out, to stay below 65,536 characters: \d+ folded tables and the last \d+ entries\._\n$/)
  })

  it('is never too much', () => {
    const block = fc.record({ text: fc.string({ maxLength: 900 }), fold: fc.string({ maxLength: 900 }) })
    fc.assert(
      fc.property(fc.array(block, { maxLength: 12 }), fc.integer({ min: 1000, max: 4000 }), (blocks, limit) => {
        const whole = blocks.map(({ text, fold }) => text + fold).join('')
        const shown = fitted([{ text: 'x' }, ...blocks], limit)
        expect(shown.length).toBeLessThanOrEqual(limit)
        if (whole.length < limit) expect(shown).toBe(`x${whole}`)
      }),
    )
  })
})
