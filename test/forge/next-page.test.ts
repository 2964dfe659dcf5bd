import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nextPage } from '../../src/forge/next-page.ts'

const here = 'https://h/a?page=1'

it.each([
  ['<https://h/a?page=2>; rel="next", <https://h/a?page=9>; rel="last"', 'https://h/a?page=2'],
  ['<https://h/a?page=1>; rel="prev", <https://h/a?page=3>; rel="next"', 'https://h/a?page=3'],
  ['<https://h/a?x=1,2;3>; title="a, b"; rel="last next"', 'https://h/a?x=1,2;3'],
  ['<?page=2>;rel=next', 'https://h/a?page=2'],
  ['<https://h/a>; rel="nextish"', null],
  ['<https://h/a>; rel="last"', null],
  ['https://h/a; rel="next"', null],
  ['', null],
  [undefined, null],
])('%j', (header, expected) => {
  expect(nextPage(header, here)).toBe(expected)
})

it('never throws', () => {
  fc.assert(fc.property(fc.string(), (text) => nextPage(`<${text}>; rel="next"`, here) !== ''))
})
