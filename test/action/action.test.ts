// action.yml itself, and what the action decides without any repository.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { readInputs, splitList } from '../../src/action/inputs.ts'
import { worstOf } from '../../src/action/pinhash.ts'
import { type PullRequest, type State, decide, proposalOf } from '../../src/action/proposal.ts'
import { outcomeWord, outputsText } from '../../src/action/report.ts'
import { accessOf } from '../../src/action/repository.ts'
import type { Outcome } from '../../src/core/report.ts'
import { action, actionPath, actionText, runAction } from './driver.ts'
import { evaluate } from './expression.ts'

describe('action.yml', () => {
  const [step] = action.runs.steps

  it('gives every input to its one step as a variable, and no script holds an expression', () => {
    expect([action.runs.using, action.runs.steps.length, step?.shell]).toEqual(['composite', 1, 'bash'])
    for (const each of action.runs.steps) expect(each.run).not.toContain('${{')
    expect(step?.env).toEqual(
      Object.fromEntries(
        Object.keys(action.inputs).map((name) => [`INPUT_${name.toUpperCase().replaceAll('-', '_')}`, `\${{ inputs.${name} }}`]),
      ),
    )
  })

  it('passes on every output of its step', () => {
    expect(Object.fromEntries(Object.entries(action.outputs).map(([name, { value }]) => [name, value]))).toEqual(
      Object.fromEntries(Object.keys(action.outputs).map((name) => [name, `\${{ steps.pinhash.outputs.${name} }}`])),
    )
    for (const each of [...Object.values(action.inputs), ...Object.values(action.outputs)]) expect(each.description).toMatch(/\S/)
  })

  it('names the permissions it needs', () => {
    for (const words of ['contents: read', 'contents: write', 'pull-requests: write', 'security-events: write'])
      expect(actionText).toContain(words)
  })
})

describe('the Node of the runner', () => {
  const home = mkdtempSync(join(tmpdir(), 'pinhash-node-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  const { engines } = JSON.parse(readFileSync(join(actionPath, 'package.json'), 'utf8')) as { engines: { node: string } }

  const run = async (version: string | null, path?: string): Promise<{ code: number | null; log: string }> => {
    const bin = mkdtempSync(join(home, 'bin-'))
    const script = version === null ? 'exit 127' : `if [ "$1" = --version ]; then echo ${version}; else echo ran "$1"; fi`
    writeFileSync(join(bin, 'node'), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, 'node'), 0o755)
    const environment = { PATH: `${bin}:/usr/bin:/bin` }
    return runAction({ workspace: home, temporary: home, token: '', environment, ...(path === undefined ? {} : { path }) }, {})
  }

  it.each([
    [null, false],
    ['v18.20.8', false],
    ['v20.9.0', false],
    ['v20.18.3', false],
    ['v20.19.0', true],
    ['v21.7.3', false],
    ['v22.9.0', false],
    ['v22.11.0', false],
    ['v22.12.0', true],
    ['v23.11.0', false],
    ['v24.0.0', true],
    ['v30.1.0', true],
  ])('%s: %j', async (version, fine) => {
    expect(engines.node).toBe('^20.19 || ^22.12 || >=24')
    const { code, log } = await run(version)
    if (fine) expect([code, log]).toEqual([0, `ran ${actionPath}/dist/step.js\n`])
    else
      expect([code, log]).toEqual([2, expect.stringMatching(/^::error title=pinhash::[^\n]*put actions\/setup-node before this step\n$/)])
  })

  it('a commit without the built program says so', async () => {
    mkdirSync(join(home, 'empty'))
    expect(await run('v24.0.0', join(home, 'empty'))).toMatchObject({
      code: 2,
      log: expect.stringContaining('use a release tag') as string,
    })
  })
})

describe('inputs', () => {
  it.each([
    ['', []],
    ['  one  two\tthree ', ['one', 'two', 'three']],
    ['one two\nthree\n', ['one two', 'three']],
    ['one two\n', ['one two']],
    ['$(id) `id`', ['$(id)', '`id`']],
    ['--message={pin} "x"\r\n\r\n--quiet', ['--message={pin} "x"', '--quiet']],
  ])('%j is %j', (text, list) => {
    expect(splitList(text)).toEqual(list)
  })

  it('read what a list of lines holds, whatever that is', () => {
    const word = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => text.trim() === text && !/[\r\n]/.test(text))
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(splitList(`${words.join('\n')}\n`)).toEqual(words)
      }),
    )
  })

  it('have defaults', () => {
    expect(readInputs({})).toEqual({ command: 'verify', pins: [], args: [], token: null, directory: '.', proposal: null })
  })

  it('are refused where a branch could not be called so', () => {
    expect(() => readInputs({ INPUT_BRANCH_PREFIX: '-x' })).toThrow('begins with -')
    expect(() => readInputs({ INPUT_BASE: 'a b' })).toThrow('which git does not take')
  })
})

describe('outputs', () => {
  it('hold any value between lines that it cannot end', () => {
    expect(outputsText({ a: 'x\nend-w\ny', b: '' }, () => 'secret')).toBe(
      'a<<end-secret\nx\nend-w\ny\nend-secret\nb<<end-secret\n\nend-secret\n',
    )
  })

  it.each([
    [[0, 0], 0, 'ok'],
    [[4, 1, 3], 1, 'findings'],
    [[2, 3], 3, 'missing'],
    [[2, 4], 4, 'unknown'],
    [[0, 2], 2, 'bad-input'],
    [[130, 0], 130, 'interrupted'],
    [[1, 70], 70, 'bug'],
    [[143, 0], 143, 'interrupted'],
  ])('of %j is %i, %s', (codes, worst, word) => {
    expect([worstOf(codes), outcomeWord(worst)]).toEqual([worst, word])
  })
})

describe('the token', () => {
  it('goes to the server it is for, through variables, in the place of what was there', () => {
    const access = accessOf('https://github.com/acme/flake', 'secret', { GIT_CONFIG_COUNT: '1' })
    expect(access).toEqual({
      GIT_CONFIG_COUNT: '3',
      GIT_CONFIG_KEY_1: 'http.https://github.com/.extraheader',
      GIT_CONFIG_VALUE_1: '',
      GIT_CONFIG_KEY_2: 'http.https://github.com/.extraheader',
      GIT_CONFIG_VALUE_2: `AUTHORIZATION: basic ${Buffer.from('x-access-token:secret').toString('base64')}`,
    })
  })

  it.each([
    ['https://example.org/acme/flake', 'secret', {}],
    ['https://github.com.example.org/acme/flake', 'secret', {}],
    ['http://github.com/acme/flake', 'secret', {}],
    ['git@github.com:acme/flake', 'secret', {}],
    ['/srv/flake.git', 'secret', {}],
    ['https://github.com/acme/flake', null, {}],
    ['https://github.com/acme/flake', 'secret', { GITHUB_SERVER_URL: 'https://git.example.org' }],
  ])('and nowhere else: %s', (url, token, environment) => {
    expect(accessOf(url, token, environment)).toEqual({})
  })
})

describe('a decision', () => {
  const outcome: Outcome = {
    pin: 'cue',
    outcome: 'updated',
    file: 'flake.nix',
    line: 1,
    from: 'v0.10.0',
    to: 'v0.11.0',
    systems: {},
    warnings: [],
    commit: { id: 'a'.repeat(40), message: 'cue: v0.10.0 -> v0.11.0\n\nMore.' },
    release: { tag: 'v0.11.0', publishedAt: '2025-07-01T10:01:00Z', age: 9, prerelease: false, immutable: false },
  }
  const origin = { version: '1.0.0', prefix: '' }
  const proposal = proposalOf('pinhash/cue', [outcome], origin)
  const pull: PullRequest = { number: 7, url: 'u', title: proposal.title, body: proposal.body, state: 'OPEN', base: 'main' }
  const mine = { author: 'bot@x', committer: 'bot@x' }
  const blobs = new Map([['flake.nix', 'b1']])
  const state: State = { branch: { commits: [mine], blobs }, pulls: [pull], base: 'main', email: 'bot@x', blobs }
  const settled = (push: boolean, title: boolean, body: boolean): object => ({ do: 'settle', push, edit: { title, body } })

  it('says the same tomorrow', () => {
    const tomorrow = { ...outcome, release: { ...outcome.release!, age: 10 } }
    expect([proposalOf('pinhash/cue', [tomorrow], origin), proposal.title]).toEqual([proposal, 'cue: v0.10.0 -> v0.11.0'])
  })

  it.each<[string, Partial<State>, object]>([
    ['nothing to do', {}, settled(false, false, false)],
    ['no branch and no pull request', { branch: null, pulls: [] }, { ...settled(true, false, false), pull: null }],
    ['pushed, but never opened', { pulls: [] }, { ...settled(false, false, false), pull: null }],
    ['merged before', { branch: null, pulls: [{ ...pull, state: 'MERGED' }] }, { ...settled(true, false, false), pull: null }],
    ['other content', { blobs: new Map([['flake.nix', 'b2']]) }, settled(true, false, false)],
    ['one file more on the branch', { branch: { commits: [mine], blobs: new Map([...blobs, ['x', 'y']]) } }, settled(true, false, false)],
    ['a body without the marker', { pulls: [{ ...pull, title: 'x', body: 'x' }] }, settled(false, true, true)],
    ['renamed by a person', { pulls: [{ ...pull, title: 'x' }] }, settled(false, false, false)],
    ['closed', { pulls: [{ ...pull, state: 'CLOSED' }] }, { do: 'leave', number: 7 }],
    ['closed and renamed', { pulls: [{ ...pull, state: 'CLOSED', title: 'x' }] }, { do: 'leave', number: 7 }],
    ['closed, its body rewritten', { pulls: [{ ...pull, state: 'CLOSED', body: '' }] }, { do: 'leave', number: 7 }],
    [
      'closed, rewritten and renamed',
      { pulls: [{ ...pull, state: 'CLOSED', body: '', title: 'x' }] },
      { ...settled(false, false, false), pull: null },
    ],
    ['closed and another one open', { pulls: [pull, { ...pull, number: 6, state: 'CLOSED' }] }, settled(false, false, false)],
    ['to another base', { pulls: [{ ...pull, base: 'stable' }] }, { do: 'leave', number: 7 }],
    ['a commit by a person', { branch: { commits: [mine, { author: 'p@x', committer: 'bot@x' }], blobs } }, { do: 'leave', number: 7 }],
    ['a commit amended by a person', { branch: { commits: [{ author: 'bot@x', committer: 'p@x' }], blobs } }, { do: 'leave', number: 7 }],
  ])('%s', (_, change, decision) => {
    expect(decide(proposal, { ...state, ...change })).toMatchObject(decision)
  })

  it('edits the title and the body for another version', () => {
    const next = proposalOf('pinhash/cue', [{ ...outcome, to: 'v0.12.0', commit: { id: 'b', message: 'cue: v0.10.0 -> v0.12.0' } }], origin)
    expect(decide(next, state)).toMatchObject(settled(false, true, true))
    expect(decide(next, { ...state, pulls: [{ ...pull, state: 'CLOSED' }] })).toMatchObject({ do: 'settle', pull: null })
  })
})

describe('the reader of expressions', () => {
  it.each([
    ['a ${{ inputs.x }} b', 'a 1 b'],
    ['no expression', 'no expression'],
  ])('%j', (text, value) => {
    expect(evaluate(text, { 'inputs.x': '1' })).toBe(value)
  })

  it.each(['${{ inputs.y }}', "${{ inputs.x || 'a' }}", '${{ toJSON(inputs) }}', '${{ }}'])('refuses %s', (text) => {
    expect(() => evaluate(text, { 'inputs.x': '1' })).toThrow()
  })
})
