// The part of the table in which GitHub's API refuses, limits or breaks.
import { expect } from 'vitest'
import type { AnswerFault, Rule } from '../fake-github/faults.ts'
import { createQuota, release } from '../fake-github/world.ts'
import { type Ran, type Row, api, secrets } from './scene.ts'

const onApi =
  (fault: AnswerFault, more: Partial<Rule> = {}): (() => readonly Rule[]) =>
  () => [{ host: api, fault, ...more }]
const once = (fault: AnswerFault): (() => readonly Rule[]) => onApi(fault, { times: 1 })
const refusal = (status: number, message: string, headers: Record<string, string> = {}): AnswerFault => ({
  kind: 'status',
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ message }),
})

const arrives = { file: 'new', code: 0 } as const
const unknown = (reason: string, says: RegExp): Pick<Row, 'file' | 'code' | 'reason' | 'says'> => ({ file: 'old', code: 4, reason, says })
const asked = (ran: Ran): number => ran.requests.filter(({ host }) => host === api).length
const askedOnce = (ran: Ran): void => expect(asked(ran)).toBe(1)

/** So many releases that they take two pages, the newest last of all. */
const twoPages: Row['world'] = (world) => {
  const [repository] = world.repositories
  const old = Array.from({ length: 130 }, (_, i) => release({ tag: `v0.${i}.0`, createdAt: '2025-09-01T09:00:00Z' }))
  repository?.releases.push(...old)
}

const secondary = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'

/** The rows. */
export const apiRows: readonly Row[] = [
  {
    name: 'the quota of the token is used up',
    world: (world) => void (world.tokens[secrets.token]!.quota = createQuota(5000, { remaining: 0 })),
    ...unknown('rate-limited', /used up until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC for the token in GITHUB_TOKEN/),
    also: askedOnce,
  },
  {
    name: 'the quota of the address is used up',
    env: () => ({ GITHUB_TOKEN: '' }),
    world: (world) => void (world.quota = createQuota(60, { remaining: 0, refusal: 429 })),
    ...unknown('rate-limited', /UTC; a token in GITHUB_TOKEN raises the limit/),
    also: askedOnce,
  },
  {
    name: 'the quota begins anew in a moment',
    faults: () =>
      once(
        refusal(403, 'API rate limit exceeded', {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000)),
        }),
      )(),
    ...arrives,
  },
  {
    name: 'a secondary limit with a time that can be waited for',
    faults: once(refusal(403, secondary, { 'retry-after': '1' })),
    ...arrives,
    also: (ran) => expect(ran.milliseconds).toBeGreaterThan(950),
  },
  {
    name: 'a secondary limit with a time that cannot',
    faults: onApi(refusal(403, secondary, { 'retry-after': '90' })),
    ...unknown('rate-limited', /used up until/),
    also: askedOnce,
  },
  {
    name: 'a secondary limit without a time',
    faults: onApi(refusal(403, secondary)),
    ...unknown('rate-limited', /used up until/),
    also: askedOnce,
  },
  {
    name: 'a token that is not valid',
    env: () => ({ GITHUB_TOKEN: 'b4d-token' }),
    ...unknown('unauthorized', /the token in GITHUB_TOKEN is not valid here/),
    also: (ran) => {
      askedOnce(ran)
      expect(ran.stdout + ran.stderr).not.toContain('b4d-token')
    },
  },
  {
    name: 'a proxy that removes the User-Agent',
    faults: onApi({
      kind: 'status',
      status: 403,
      headers: { 'content-type': 'text/html' },
      body: 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.',
    }),
    ...unknown('forbidden', /without a User-Agent; a proxy on the way/),
  },
  {
    name: 'a permission that is missing',
    faults: onApi(refusal(403, 'Resource not accessible by personal access token', { 'x-accepted-github-permissions': 'contents=read' })),
    ...unknown('forbidden', /GITHUB_TOKEN lacks the permission contents=read/),
    also: askedOnce,
  },
  {
    name: 'single sign-on that is missing',
    faults: onApi(
      refusal(403, 'Resource protected by organization SAML enforcement.', {
        'x-github-sso': 'required; url=https://github.com/orgs/cue-lang/sso?token=ABC',
      }),
    ),
    ...unknown(
      'forbidden',
      /not authorized for the organization's single sign-on; authorize it at https:\/\/github\.com\/orgs\/cue-lang\/sso\b/,
    ),
  },
  {
    name: 'an address that is not on the allow list',
    faults: onApi(
      refusal(
        403,
        'Although you appear to have the correct authorization credentials, the `cue-lang` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.',
      ),
    ),
    ...unknown('forbidden', /not on the organization's IP allow list/),
  },
  {
    name: 'a scope that is missing',
    faults: onApi(refusal(403, 'Not allowed', { 'x-oauth-scopes': 'gist', 'x-accepted-oauth-scopes': 'repo' })),
    ...unknown('forbidden', /GITHUB_TOKEN lacks the scope repo/),
  },
  {
    name: 'a repository that is not there',
    world: (world) => void (world.repositories.length = 0),
    file: 'old',
    code: 3,
    reason: 'no-repository',
    says: /no repository cue-lang\/cue/,
  },
  {
    name: 'a repository that was renamed',
    world: (world) => Object.assign(world.repositories[0]!, { name: 'cuelang', formerly: ['cue-lang/cue'] }),
    ...arrives,
  },
  { name: 'JSON that breaks off, once', faults: once({ kind: 'malformed' }), ...arrives },
  { name: 'JSON that breaks off, always', faults: onApi({ kind: 'malformed' }), ...unknown('bad-answer', /something that is not JSON/) },
  {
    name: 'JSON of another shape',
    faults: onApi({ kind: 'status', status: 200, body: '[{"tag_name":1}]' }),
    ...unknown('bad-answer', /unknown form/),
  },
  { name: 'an HTML page from the API, once', faults: once({ kind: 'html200' }), ...arrives },
  {
    name: 'all pages are read',
    world: twoPages,
    ...arrives,
    also: (ran) => expect(ran.requests.filter(({ path }) => path.includes('/releases?per_page')).length).toBe(2),
  },
  {
    name: 'a page that is missing',
    world: twoPages,
    faults: onApi(refusal(404, 'Not Found'), { path: /page=2/ }),
    ...unknown('bad-answer', /gave no such page/),
  },
  {
    name: 'a page that fails',
    world: twoPages,
    faults: onApi(refusal(502, 'Bad Gateway'), { path: /page=2/ }),
    ...unknown('server-error', /status 502/),
  },
  {
    name: 'a page that lies elsewhere',
    world: twoPages,
    faults: once({ kind: 'status', status: 200, body: '[]', headers: { link: '<https://elsewhere.example/2>; rel="next"' } }),
    ...unknown('bad-answer', /on another server, https:\/\/elsewhere\.example/),
  },
  { name: 'the API is reset in the middle, once', faults: once({ kind: 'reset', after: 300 }), ...arrives },
  { name: 'the API stalls, once', faults: once({ kind: 'stall' }), ...arrives },
  {
    name: 'the API stalls in the middle, always',
    limits: ['--idle-timeout', '0.8', '--retries', '1'],
    faults: onApi({ kind: 'stall', after: 100 }),
    ...unknown('timeout', /stalled/),
  },
  {
    name: 'the API is down',
    faults: onApi(refusal(500, 'Server Error')),
    ...unknown('server-error', /status 500/),
    also: (ran) => expect(asked(ran)).toBe(3),
  },
  {
    name: 'the API is down, but the tag is named',
    argv: ['update', 'cue', 'v1.1.0'],
    faults: onApi(refusal(500, 'Server Error')),
    ...arrives,
    says: /worked from the public URLs alone/,
  },
]
