import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseReleaseUrl, type UrlSpan } from '../../src/core/release-url.ts'

/** What the spans cut out of the URL: tag and asset. */
function cut(url: string): readonly (string | null)[] {
  const parsed = parseReleaseUrl(url)
  const at = (span: UrlSpan | null): string | null => (span === null ? null : url.slice(...span))
  if (parsed === null) return []
  return parsed.kind === 'asset' ? [at(parsed.tagSpan), at(parsed.assetSpan)] : [at(parsed.tagSpan)]
}

describe('parseReleaseUrl', () => {
  const repository = { server: 'github.com', org: 'cue-lang', name: 'cue' }
  it.each([
    ['https://github.com/cue-lang/cue/releases/download/v1.0/cue.tar.gz', 'v1.0', 'cue.tar.gz', ['v1.0', 'cue.tar.gz']],
    ['https://GitHub.com/cue-lang/cue/releases/download/v1.0/cue', 'v1.0', 'cue', ['v1.0', 'cue']],
    ['https://www.github.com/cue-lang/cue/releases/download/v1.0/cue', 'v1.0', 'cue', ['v1.0', 'cue']],
    ['http://github.com/cue-lang/cue/releases/download/v1.0/cue', 'v1.0', 'cue', ['v1.0', 'cue']],
    ['https://github.com/cue-lang/cue/releases/download/cli%2Fv1/a', 'cli/v1', 'a', ['cli%2Fv1', 'a']],
    ['https://github.com/cue-lang/cue/releases/download/cli/v1/a', 'cli/v1', 'a', ['cli/v1', 'a']],
    ['https://github.com/cue-lang/cue/releases/download/v1/a%2Bb?x=/y#/z', 'v1', 'a+b', ['v1', 'a%2Bb']],
    ['https://github.com/cue-lang/cue/releases/download/100%/a', '100%', 'a', ['100%', 'a']],
    ['https://github.com/cue-lang/cue/releases/latest/download/a', null, 'a', [null, 'a']],
  ])('%s', (url, tag, asset, spans) => {
    expect(parseReleaseUrl(url)).toMatchObject({ kind: 'asset', repository, tag, asset, latest: tag === null })
    expect(cut(url)).toEqual(spans)
  })

  it.each([
    ['https://github.com/cue-lang/cue/archive/refs/tags/v1.0.tar.gz', 'v1.0', 'v1.0'],
    ['https://github.com/cue-lang/cue/archive/v1.0.zip?x', 'v1.0', 'v1.0'],
    ['https://github.com/cue-lang/cue/archive/refs/tags/cli/v1.tar.gz', 'cli/v1', 'cli/v1'],
    ['https://codeload.github.com/cue-lang/cue/tar.gz/refs/tags/v1.0', 'v1.0', 'v1.0'],
    ['https://codeload.github.com/cue-lang/cue/zip/v1%2B0', 'v1+0', 'v1%2B0'],
  ])('%s', (url, tag, span) => {
    expect(parseReleaseUrl(url)).toMatchObject({ kind: 'archive', repository, tag })
    expect(cut(url)).toEqual([span])
  })

  it.each([
    '',
    'not a url',
    'https://github.com/cue-lang/cue',
    'https://github.com/cue-lang/cue/releases/download/v1.0',
    'https://github.com/cue-lang/cue/releases/download/v1.0/',
    'https://github.com/cue-lang/cue/releases/tag/v1.0',
    'https://github.com/cue-lang/cue/releases/latest/download/a/b',
    'https://github.com/cue-lang/cue/archive/refs/heads/main.tar.gz',
    'https://github.com/cue-lang/cue/archive/0123456789012345678901234567890123456789.tar.gz',
    'https://gitlab.com/a/b/-/archive/v1/b.tar.gz',
    'https://x.example/?u=https://github.com/a/b/releases/download/v/x',
    'https://git hub/a/b/releases/download/v/x',
    'ftp://github.com/a/b/releases/download/v/x',
  ])('is null for %j', (url) => {
    expect(parseReleaseUrl(url)).toBeNull()
  })

  it('keeps the host of another server, with its port', () => {
    const url = 'https://ghe.example:8443/a/b/releases/download/v/x'
    expect(parseReleaseUrl(url)?.repository).toEqual({ server: 'ghe.example:8443', org: 'a', name: 'b' })
  })

  it('is null or right about every text, and the spans hold what was decoded', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9._+%-]{1,12}$/).filter((text) => !/^\.+$/.test(text))
    fc.assert(
      fc.property(part, part, fc.array(part, { minLength: 1, maxLength: 3 }), part, (org, name, tag, asset) => {
        const url = `https://github.com/${org}/${name}/releases/download/${tag.join('/')}/${asset}`
        expect(cut(url)).toEqual([tag.join('/'), asset])
      }),
    )
    fc.assert(fc.property(fc.string(), (text) => void parseReleaseUrl(`https://github.com/${text}`)))
  })
})
