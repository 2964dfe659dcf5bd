import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withoutPasswords } from '../../src/cli/passwords.ts'

describe('withoutPasswords', () => {
  it.each([
    ['GET https://me:s3cret@host/a failed', 'GET https://host/a failed'],
    ['"https://t0ken@host:8/a@b"', '"https://host:8/a@b"'],
    ['http://a:b@c/d and HTTPS://e:f%40@g/h', 'http://c/d and HTTPS://g/h'],
    ['https://host/a and mail@host', 'https://host/a and mail@host'],
    ['org/name@v1', 'org/name@v1'],
    ['https://host', 'https://host'],
  ])('%s', (text, expected) => {
    expect(withoutPasswords(text)).toBe(expected)
  })

  it('leaves JSON what it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.webUrl({ withQueryParameters: true }), (value, url) => {
        const text = withoutPasswords(JSON.stringify({ value, url: url.replace('://', '://me:pass@') }))
        expect((JSON.parse(text) as { url: string }).url).toBe(url)
      }),
    )
  })
})
