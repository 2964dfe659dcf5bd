// Pull requests where people, other pins or the forge stand in the way, and names that a shell would take for more than names.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { contents } from '../e2e/lab.ts'
import { fileOf, git, pinOf, worldOf } from '../e2e/tools.ts'
import { asset, release, type World } from '../fake-github/world.ts'
import { commandsIn } from './driver.ts'
import { programsOf } from '../../src/action/programs.ts'
import { openRepository } from '../../src/action/repository.ts'
import { type Yard, openYard, token } from './yard.ts'

let yard: Yard
afterEach(async () => yard.close())

const proposing = { command: 'update', 'create-pull-request': 'true' }
const open = async (files: Readonly<Record<string, string>>, ...names: readonly string[]): Promise<void> => {
  yard = await openYard(worldOf(...names), files)
}
interface PinOutput {
  readonly pin: string
  readonly outcome: string
  readonly pullRequest: { readonly what: string; readonly number: number | null } | null
}
const pinsOf = (json: string): Record<string, readonly unknown[]> =>
  Object.fromEntries(
    (JSON.parse(json) as PinOutput[]).map((each) => [
      each.pin,
      [each.outcome, each.pullRequest?.what ?? null, each.pullRequest?.number ?? null],
    ]),
  )
const show = (revision: string): string => `${git(yard.remote, 'show', revision)}\n`

describe('one pull request for all', () => {
  it('holds a commit for each pin, and changes with the pins', async () => {
    await open({ 'a.nix': fileOf('one v1.0.0', 'two v1.0.0') }, 'one', 'two')
    const all = { ...proposing, 'pull-request': 'all' }
    const { code, log, outputs } = await yard.step(all)
    expect([code, pinsOf(outputs['pins']!)], log).toEqual([0, { one: ['updated', 'opened', 1], two: ['updated', 'opened', 1] }])
    expect(yard.gh().pulls).toMatchObject([{ title: 'Update 2 pins', headRefName: 'pinhash-all', baseRefName: 'main' }])
    expect(git(yard.remote, 'log', '--format=%s', 'main..pinhash-all')).toBe('two: v1.0.0 -> v1.1.0\none: v1.0.0 -> v1.1.0')
    expect(show('pinhash-all:a.nix')).toBe(fileOf('one v1.1.0', 'two v1.1.0'))
    yard.calls()
    const before = yard.branches()
    await yard.step(all)
    expect([yard.calls(), yard.branches()]).toEqual([[], before])
    yard.person('main', (folder) => {
      writeFileSync(join(folder, 'a.nix'), fileOf('one v1.1.0', 'two v1.0.0'))
      git(folder, 'commit', '-q', '-a', '-m', 'one by hand')
    })
    await yard.step(all)
    expect(yard.calls().map((call) => call.slice(0, 3))).toEqual([['pr', 'edit', '1']])
    expect(yard.gh().pulls).toMatchObject([{ title: 'two: v1.0.0 -> v1.1.0' }])
  })
})

describe('two pins of one name', () => {
  it('get a pull request each', async () => {
    await open({ 'a.nix': fileOf('one v1.0.0'), 'b.nix': fileOf('one v1.0.0') }, 'one')
    const { code, log, outputs } = await yard.step(proposing)
    const pins = JSON.parse(outputs['pins']!) as { file: string; pullRequest: { branch: string; number: number } }[]
    expect([code, pins.map(({ file, pullRequest }) => [file, pullRequest.number])], log).toEqual([
      0,
      [
        ['a.nix', 1],
        ['b.nix', 2],
      ],
    ])
    for (const { file, pullRequest } of pins) expect(git(yard.remote, 'diff', '--name-only', 'main', pullRequest.branch)).toBe(file)
  })
})

describe('without pull requests', () => {
  it('update changes the files of the checkout, and nothing else', async () => {
    await open({ 'sub/a.nix': fileOf('one v1.0.0', 'two v1.0.0') }, 'one', 'two')
    const before = yard.branches()
    const { code, outputs, log } = await yard.step({ command: 'update', pins: 'two', 'working-directory': 'sub' })
    expect([code, outputs['changed'], outputs['outcome']], log).toEqual([0, 'true', 'ok'])
    expect(contents(yard.workspace)).toEqual({ 'sub/a.nix': fileOf('one v1.0.0', 'two v1.1.0') })
    expect([yard.gh().calls, yard.branches()]).toEqual([[], before])
    expect(git(yard.workspace, 'log', '--format=%s')).toBe('start')
  })

  it('outdated says what there would be, and a dry run changes nothing', async () => {
    await open({ 'a.nix': fileOf('one v1.0.0') }, 'one')
    const { code, outputs } = await yard.step({ command: 'outdated' })
    expect([code, pinsOf(outputs['pins']!)]).toEqual([0, { one: ['outdated', null, null] }])
    const dry = await yard.step({ command: 'update', args: '--dry-run' })
    expect([dry.code, dry.outputs['changed'], contents(yard.workspace)]).toEqual([0, 'false', { 'a.nix': fileOf('one v1.0.0') }])
    const none = await yard.step({ ...proposing, args: '--dry-run' })
    expect([none.code, none.outputs['changed'], yard.calls()], none.log).toEqual([0, 'false', []])
  })
})

describe('what people do', () => {
  it('a commit of theirs on the branch is not overwritten', async () => {
    await open({ 'a.nix': fileOf('one v1.0.0', 'two v1.0.0') }, 'one', 'two')
    await yard.step(proposing)
    yard.calls()
    yard.person('pinhash/one', (folder) => {
      writeFileSync(join(folder, 'more.txt'), 'more\n')
      git(folder, 'add', '.')
      git(folder, 'commit', '-q', '-m', 'more')
    })
    yard.fake.world.repositories[0]!.releases.unshift(
      release({ tag: 'v1.2.0', createdAt: '2025-01-20T00:00:00Z', assets: [asset('one_v1.2.0.tar.gz', 'one v1.2.0')] }),
    )
    const before = yard.branches()
    const { code, log, outputs } = await yard.step(proposing)
    expect([code, pinsOf(outputs['pins']!)], log).toEqual([0, { one: ['updated', 'left', 1], two: ['updated', 'unchanged', 2] }])
    expect([yard.branches(), yard.calls()]).toEqual([before, []])
    expect(commandsIn(log).join('\n')).toMatch(/^::notice title=one%3A pull request left::.*commits by somebody else/m)
  })

  it('what they closed is not opened again for the same version, and is for another', async () => {
    await open({ 'a.nix': fileOf('one v1.0.0') }, 'one')
    await yard.step(proposing)
    yard.changeGh(({ pulls }) => Object.assign(pulls[0]!, { state: 'CLOSED', title: 'no' }))
    git(yard.remote, 'update-ref', '-d', 'refs/heads/pinhash/one')
    yard.calls()
    const { code, log } = await yard.step(proposing)
    expect([code, yard.calls(), yard.head('pinhash/one')], log).toEqual([0, [], null])
    expect(log).toContain('pull request left https://github.com/acme/flake/pull/1: one: v1.0.0 -> v1.1.0 (it was closed for this version')
    yard.fake.world.repositories[0]!.releases.unshift(
      release({ tag: 'v1.2.0', createdAt: '2025-01-20T00:00:00Z', assets: [asset('one_v1.2.0.tar.gz', 'one v1.2.0')] }),
    )
    await yard.step(proposing)
    expect(yard.gh().pulls.map(({ number, title, state }) => [number, title, state])).toEqual([
      [1, 'no', 'CLOSED'],
      [2, 'one: v1.0.0 -> v1.2.0', 'OPEN'],
    ])
  })

  it('the words they gave a pull request stay until there is something new', async () => {
    await open({ 'a.nix': fileOf('one v1.0.0') }, 'one')
    await yard.step(proposing)
    yard.changeGh(({ pulls }) =>
      Object.assign(pulls[0]!, { title: 'chore: one', body: `My words.\r\n\r\n${pulls[0]!.body.replaceAll('\n', '\r\n')}` }),
    )
    yard.calls()
    await yard.step(proposing)
    expect([yard.calls(), yard.gh().pulls[0]!.title]).toEqual([[], 'chore: one'])
  })

  it('a pull request of a fork with the same branch name is none of its business', async () => {
    await open({ 'a.nix': fileOf('one v1.0.0') }, 'one')
    const fork = {
      number: 1,
      url: 'https://github.com/acme/flake/pull/1',
      state: 'OPEN',
      title: 'one: v1.0.0 -> v1.1.0',
      body: '',
      labels: [],
    } as const
    yard.changeGh(({ pulls }) => pulls.push({ ...fork, baseRefName: 'main', headRefName: 'pinhash/one', isCrossRepository: true }))
    await yard.step(proposing)
    expect(yard.gh().pulls.map(({ number, state, isCrossRepository }) => [number, state, isCrossRepository])).toEqual([
      [1, 'OPEN', true],
      [2, 'OPEN', false],
    ])
  })
})

describe('one pin that fails', () => {
  it('stops no other', async () => {
    await open({ 'a.nix': fileOf('one v1.0.0', 'gone v1.0.0', 'two v1.0.0') }, 'one', 'two')
    const { code, log, outputs } = await yard.step({ ...proposing, pins: 'one gone nobody two' })
    expect(pinsOf(outputs['pins']!), log).toMatchObject({ one: ['updated', 'opened', 1], two: ['updated', 'opened', 2] })
    expect([code, outputs['outcome']]).toEqual([3, 'missing'])
    expect(commandsIn(log).join('\n')).toMatch(/^::error title=pinhash%3A unknown-pin::.*nobody/m)
  })

  it('by a refusal of the forge is said, and made good by the next run', async () => {
    await open({ 'a.nix': fileOf('one v1.0.0') }, 'one')
    yard.changeGh((state) => void (state.refuse = ['pr create']))
    const { code, log, outputs } = await yard.step(proposing)
    expect([code, outputs['outcome'], pinsOf(outputs['pins']!)], log).toEqual([4, 'unknown', { one: ['updated', 'failed', null] }])
    expect(commandsIn(log).join('\n')).toMatch(/^::error title=one%3A pull request failed::.*not permitted to do that$/m)
    yard.changeGh((state) => void delete state.refuse)
    const pushed = yard.head('pinhash/one')
    const again = await yard.step(proposing)
    expect([again.code, yard.head('pinhash/one'), yard.gh().pulls.length]).toEqual([0, pushed, 1])
  })

  it('because its lines touch those of another is updated by itself', async () => {
    const hash = (pin: string, tag: string): string => /sha256 = "(.*?)"/.exec(pinOf(pin, tag))![1]!
    const line = (pin: string, tag: string): string =>
      `  ${pin} = fetchurl { url = "https://github.com/acme/${pin}/releases/download/${tag}/${pin}_${tag}.tar.gz"; sha256 = "${hash(pin, tag)}"; };\n`
    const file = (one: string, two: string): string => `{ fetchurl }:\n{\n${line('one', one)}${line('two', two)}}\n`
    await open({ 'a.nix': file('v1.0.0', 'v1.0.0') }, 'one', 'two')
    const { code, log } = await yard.step(proposing)
    expect([code, yard.gh().pulls.length], log).toEqual([0, 2])
    expect([show('pinhash/one:a.nix'), show('pinhash/two:a.nix')]).toEqual([file('v1.1.0', 'v1.0.0'), file('v1.0.0', 'v1.1.0')])
  })
})

describe('the checkout', () => {
  it('is left without a scratch work tree by a job that is stopped', async () => {
    await open({ 'a.nix': fileOf('one v1.0.0') }, 'one')
    const job = new AbortController()
    const programs = programsOf({ environment: process.env, signal: job.signal })
    const repository = await openRepository(yard.workspace, { environment: {}, token: null, programs })
    const trees = (): number => git(yard.workspace, 'worktree', 'list').split('\n').length
    const during = await repository.scratch(yard.head('main')!, async () => {
      job.abort()
      return trees()
    })
    expect([during, trees()]).toEqual([2, 1])
  })

  it('may be shallow, on another commit and full of changes', async () => {
    await open({ 'a.nix': fileOf('one v1.0.0') }, 'one')
    yard.person('main', (folder) => {
      writeFileSync(join(folder, 'notes.txt'), 'notes\n')
      git(folder, 'add', '.')
      git(folder, 'commit', '-q', '-m', 'notes')
    })
    git(yard.workspace, 'config', 'protocol.file.allow', 'always')
    git(yard.workspace, 'checkout', '-q', '--detach')
    git(yard.workspace, 'remote', 'set-url', 'origin', `file://${yard.remote}`)
    git(yard.workspace, 'fetch', '-q', '--depth=1', 'origin')
    writeFileSync(join(yard.workspace, 'a.nix'), 'not even Nix {')
    const before = [contents(yard.workspace), git(yard.workspace, 'status', '--porcelain'), git(yard.workspace, 'rev-parse', 'HEAD')]
    const { code, log } = await yard.step(proposing)
    expect([code, yard.gh().pulls.length], log).toEqual([0, 1])
    expect(git(yard.remote, 'rev-parse', 'pinhash/one^')).toBe(yard.head('main'))
    expect([contents(yard.workspace), git(yard.workspace, 'status', '--porcelain'), git(yard.workspace, 'rev-parse', 'HEAD')]).toEqual(
      before,
    )
    expect(readdirSync(join(yard.workspace, '.git')).includes('worktrees')).toBe(false)
  })

  it('may be one that git refuses, as that of another user in a container: its words are passed on', async () => {
    await open({ 'a.nix': fileOf('one v1.0.0') }, 'one')
    const { code, log } = await yard.step(proposing, { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' })
    expect([code, commandsIn(log)]).toEqual([
      2,
      [expect.stringMatching(/^::error .* check it out first\. Git said: fatal: .*safe\.directory/)],
    ])
  })

  it.each([
    [{ base: 'nosuch' }, 'origin has no branch nosuch'],
    [{ 'pull-request': 'some' }, 'pull-request takes one of each, all, not "some"'],
    [{ command: 'verify' }, 'only command: update'],
    [{ pins: '--help' }, 'reads as an option'],
    [{ args: '-C ..' }, 'working-directory'],
    [{ args: '--nosuch' }, 'there is no option --nosuch'],
    [{ args: '--help' }, 'looked at no pins'],
    [{ args: '--version', 'create-pull-request': 'false' }, 'looked at no pins'],
    [{ 'working-directory': 'nosuch' }, 'is no folder'],
    [{ 'working-directory': '..' }, 'leads out of'],
    [{ 'working-directory': '/' }, 'leads out of'],
  ])('refuses %j in one sentence', async (inputs, words) => {
    await open({ 'a.nix': fileOf('one v1.0.0') }, 'one')
    const { code, log, outputs } = await yard.step({ ...proposing, ...inputs })
    const errors = commandsIn(log).filter((line) => line.startsWith('::error'))
    expect([code, outputs['outcome'], errors], log).toEqual([2, 'bad-input', [expect.stringContaining(words)]])
    expect([yard.calls(), Object.keys(yard.branches())]).toEqual([[], ['main']])
  })
})

describe('hostile words', () => {
  const name = "we$(touch$IFS'pwned')`touch$IFS'pwned'`;touch$IFS'pwned'&#*::error::x|--title"
  const fileAt = (tag: string): string =>
    fileOf(`one ${tag}`)
      .replace('{ fetchurl }', '{ fetchurl, stdenv }')
      .replace('in fetchurl {', `in stdenv.mkDerivation { inherit version; pname = "${name.replaceAll('$', '\\$')}"; src = fetchurl {`)
      .replace('  };\n', '  }; };\n')

  it('in the name of a pin and in a release are words, and nothing runs', async () => {
    const world: Partial<World> = worldOf('one')
    Object.assign(world.repositories![0]!.releases[0]!, {
      title: '::set-output name=outcome::ok\n$(touch pwned) @everyone',
      notes: `\n::error::hacked\n<!-- pinhash 0 -->\n\${{ github.token }} ${token}`,
    })
    yard = await openYard(world, { 'a.nix': fileAt('v1.0.0') })
    const { code, log, outputs, summary } = await yard.step({ ...proposing, pins: `${name}\n` })
    expect([code, pinsOf(outputs['pins']!)], log).toEqual([0, { [name]: ['updated', 'opened', 1] }])
    const [pull] = yard.gh().pulls
    expect([pull?.title, show(`${pull!.headRefName}:a.nix`)]).toEqual([`${name}: v1.0.0 -> v1.1.0`, fileAt('v1.1.0')])
    expect(pull!.headRefName).toMatch(/^pinhash\/[A-Za-z0-9._+-]+-[0-9a-f]{7}$/)
    expect(`${pull!.body}${summary}`).not.toMatch(/@everyone|hacked/)
    expect(commandsIn(log)).toEqual([])
    for (const folder of [yard.workspace, join(yard.workspace, '..')]) expect(readdirSync(folder)).not.toContain('pwned')
    const told = [
      log,
      summary,
      JSON.stringify(outputs),
      JSON.stringify(yard.gh().calls),
      readFileSync(outputs['report']!, 'utf8'),
      pull!.body,
    ]
    for (const text of told) expect(text).not.toContain(token)
  })

  it('nobody is shown a token that a program says', async () => {
    await open({ 'a.nix': fileOf('one v1.0.0') }, 'one')
    yard.changeGh((state) => void (state.refuse = [`pr create`]))
    yard.changeGh((state) => void (state.token = token))
    const url = `https://x-access-token:${token}@nosuch.invalid/acme/flake.git`
    git(yard.workspace, 'remote', 'set-url', 'origin', url)
    const { code, log, outputs, summary } = await yard.step({ ...proposing })
    expect(code).toBe(4)
    for (const text of [log, summary, JSON.stringify(outputs), readFileSync(outputs['report']!, 'utf8')]) expect(text).not.toContain(token)
  })
})
