// action.yml and inputs → its steps, run in order as a runner runs those of a composite action.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { evaluate } from './expression.ts'

export interface ActionStep {
  readonly id?: string
  readonly name?: string
  readonly shell: string
  readonly run: string
  readonly env?: Readonly<Record<string, string>>
}

export interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>
  readonly runs: { readonly using: string; readonly steps: readonly ActionStep[] }
}

export const actionPath: string = fileURLToPath(new URL('../../', import.meta.url))
export const actionText: string = readFileSync(join(actionPath, 'action.yml'), 'utf8')
export const action = parse(actionText) as ActionFile

export interface Job {
  /** The checkout. */
  readonly workspace: string
  /** Where files of the runner are put. */
  readonly temporary: string
  /** What the runner and the workflow set. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** `github.token`. */
  readonly token: string
  /** Where the action lies, instead of here. */
  readonly path?: string
}

export interface StepResult {
  readonly code: number | null
  readonly log: string
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
}

/** Inputs that action.yml does not have are refused, as actionlint would. */
export async function runAction(job: Job, given: Readonly<Record<string, string>>): Promise<StepResult> {
  const folder = mkdtempSync(join(job.temporary, 'step-'))
  const files = Object.fromEntries(['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY', 'GITHUB_ENV'].map((name) => [name, join(folder, name)]))
  for (const file of Object.values(files)) writeFileSync(file, '')
  for (const name of Object.keys(given)) if (!(name in action.inputs)) throw new Error(`action.yml has no input ${name}`)
  const known: Record<string, string> = { 'github.token': job.token }
  for (const [name, { default: value = '' }] of Object.entries(action.inputs))
    known[`inputs.${name}`] = given[name] ?? evaluate(value, { 'github.token': job.token })
  let [code, log]: [number | null, string] = [0, '']
  for (const step of action.runs.steps) {
    const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, evaluate(value, known)]))
    const script = join(folder, 'script.sh')
    writeFileSync(script, step.run)
    if (step.shell !== 'bash') throw new Error(`no shell ${step.shell} here`)
    const ran = await start('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], job.workspace, {
      ...job.environment,
      ...files,
      RUNNER_TEMP: job.temporary,
      GITHUB_WORKSPACE: job.workspace,
      GITHUB_ACTION_PATH: job.path ?? actionPath,
      ...env,
    })
    log += ran.log
    code = ran.code
    if (step.id !== undefined)
      for (const [name, value] of outputsOf(readFileSync(files['GITHUB_OUTPUT']!, 'utf8')))
        known[`steps.${step.id}.outputs.${name}`] = value
    if (code !== 0) break
  }
  const outputs = Object.fromEntries(
    Object.entries(action.outputs).map(([name, { value }]) => [name, evaluate(value, withEmpty(value, known))]),
  )
  return { code, log, outputs, summary: readFileSync(files['GITHUB_STEP_SUMMARY']!, 'utf8') }
}

/** An output that a step did not set is empty. */
function withEmpty(text: string, known: Readonly<Record<string, string>>): Record<string, string> {
  const names = [...text.matchAll(/steps\.[\w-]+\.outputs\.[\w-]+/g)].map(([name]) => name)
  return { ...Object.fromEntries(names.map((name) => [name, ''])), ...known }
}

/** As the runner reads its file of outputs. */
function outputsOf(text: string): [name: string, value: string][] {
  const lines = text.split('\n')
  const found: [string, string][] = []
  for (let i = 0; i < lines.length; i++) {
    const [, name, end] = /^([^=]+?)<<(.+)$/.exec(lines[i]!) ?? []
    if (name === undefined) {
      if (lines[i] !== '') throw new Error(`the runner cannot read the output ${JSON.stringify(lines[i])}`)
      continue
    }
    const last = lines.indexOf(end!, i + 1)
    if (last === -1) throw new Error(`the output ${name} has no end`)
    found.push([name, lines.slice(i + 1, last).join('\n')])
    i = last
  }
  return found
}

function start(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly code: number | null; readonly log: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let log = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (log += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, log }))
  })
}

/** The workflow commands that the runner would heed: those that are not between `stop-commands` and its word. */
export function commandsIn(log: string): string[] {
  let word: string | null = null
  const heeded: string[] = []
  for (const line of log.split(/\r?\n/).map((each) => each.trimStart())) {
    if (word !== null) {
      if (line.trimEnd() === `::${word}::`) word = null
    } else if (line.startsWith('::stop-commands::')) word = line.slice('::stop-commands::'.length).trim()
    else if (line.startsWith('::') || line.startsWith('##[')) heeded.push(line)
  }
  return heeded
}
