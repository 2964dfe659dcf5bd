// Documents of every outcome, with warnings, problems and the worst strings that a repository or a server could hold.
import type { ListDocument, Outcome, OutcomeDocument, OutcomeName, Problem, ReasonCode } from '../../src/core/report.ts'
import { asset, foreign, listDocument, oldHash, outcome, syntaxProblem } from './documents.ts'

/** Each breaks something where it is printed as it is. */
export const hostile: readonly string[] = [
  'x\n::set-output name=a::b',
  'x\r\n  ::add-mask::y',
  '::error file=a::b',
  'a%0Ab,c=d:e',
  '| a | b |',
  '`code` ``two``',
  '<script>alert(1)</script><!--',
  '</details></code>',
  '@octocat and @org/team',
  '#1 GH-2 org/name#3 https://github.com/a/b/issues/4 www.example.org',
  '[a](https://evil.example) ![b](c)',
  '**bold** _it_ ~~no~~ $x$ :tada:',
  '&lt;b&gt; &#64;me &commat;you',
  '\\| \\` \\',
  '\u001b[31m\u0007\u202e',
  '\u2028\u0085::warning::z',
  '{0} {{',
  '\ud800',
  ' ',
]

const reasons: Readonly<Record<OutcomeName, ReasonCode | null>> = {
  unchanged: null,
  updated: null,
  verified: null,
  outdated: null,
  mismatch: 'hash-differs',
  drift: 'replaced-upstream',
  missing: 'no-asset',
  refused: 'doubt',
  unknown: 'rate-limited',
}

export const outcomeNames: readonly OutcomeName[] = Object.keys(reasons) as OutcomeName[]

/** An outcome of that name in which every string is the one given, save those that pinhash itself makes up. */
export function outcomeOf(name: OutcomeName, text: string): Outcome {
  const code = reasons[name]
  const right = { new: oldHash, url: `https://github.com/o/n/releases/download/v1/${text}`, evidence: ['bytes', text], unchecked: [text] }
  const wrong = { ...right, new: text, line: 51 }
  return outcome({
    pin: text,
    outcome: name,
    file: `nix/${fileName(text)}`,
    from: text,
    to: code === null ? `${text}2` : null,
    systems: { 'x86_64-linux': [asset(right)], [text]: [asset(wrong)] },
    warnings: [
      { code: 'coverage', message: text },
      { code: 'coverage', message: `again ${text}` },
    ],
    repository: { server: text === ' ' ? 'github.com' : text, org: text, name: text },
    release: { tag: text, publishedAt: text, age: 9, prerelease: true, immutable: true },
    constraints: [text],
    newest: text,
    newestOfAll: `${text}3`,
    ages: { current: 1, newest: null, newestOfAll: 0 },
    ...(code === null ? {} : { reason: { code, message: text } }),
  })
}

/** Of a file system: no slash stands in a name. */
const fileName = (text: string): string => text.replaceAll('/', '_')

export function problemOf(text: string): Problem {
  return { ...syntaxProblem, file: fileName(text), message: text, excerpt: text }
}

/** All nine outcomes and all kinds of problems. */
export function worstDocument(text: string): OutcomeDocument {
  return { outcomes: outcomeNames.map((name) => outcomeOf(name, text)), problems: [problemOf(text), foreign] }
}

export function worstList(text: string): ListDocument {
  const [pin] = listDocument.pins
  return {
    pins: pin === undefined ? [] : [{ ...pin, pin: text, org: text, name: text, tag: text, file: fileName(text), constraints: [text] }],
    unmanaged: [{ file: fileName(text), line: 1, fetcher: text, reason: text }],
    problems: [problemOf(text), foreign],
  }
}
