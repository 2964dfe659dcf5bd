// A step of a job → its inputs, pinhash at work, perhaps pull requests, and what the job is told of it.
import { existsSync, statSync } from 'node:fs'
import { appendFile, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { InputError } from '../core/errors.ts'
import { repositoryPrefix } from '../files/prefix.ts'
import { type Inputs, readInputs } from './inputs.ts'
import { type Failure, type Ran, failureOf, pinhashOf, withoutToken, worstOf } from './pinhash.ts'
import { programsOf } from './programs.ts'
import { type Proposed, propose } from './propose.ts'
import { pullsOf } from './pulls.ts'
import { type Told, logText, outcomeWord, outputsText, pinsJson, summaryText } from './report.ts'
import { openRepository } from './repository.ts'
import type { Step } from './world.ts'

/** Gives the exit code: that of the worst that happened to any pin. Never throws. */
export async function runStep(step: Step): Promise<number> {
  let inputs: Inputs | null = null
  let result: Worked = { ran: { code: 0, document: null, failures: [] }, proposed: [] }
  const thrown: (Failure & { readonly exitCode: number })[] = []
  const folder = await mkdtemp(path.join(step.environment['RUNNER_TEMP'] || tmpdir(), 'pinhash-'))
  try {
    inputs = readInputs(step.environment)
    result = await work(inputs, step, folder)
  } catch (error) {
    thrown.push(failureOf(error))
  }
  const { ran, proposed } = result
  const exitCode = worstOf([
    ran.code,
    ...thrown.map((each) => each.exitCode),
    ...proposed.map(({ code }) => code),
    step.signal.aborted ? 130 : 0,
  ])
  const directory = path.resolve(step.directory, inputs?.directory ?? '.')
  const told: Told = {
    command: inputs?.command ?? 'verify',
    version: step.version,
    document: ran.document,
    failures: [...ran.failures, ...thrown],
    proposed,
    prefix: repositoryPrefix(directory, step.environment['GITHUB_WORKSPACE']),
  }
  await tell(told, { step, folder, exitCode, token: inputs?.token ?? null, inPlace: inputs?.proposal === null })
  return exitCode
}

interface Worked {
  readonly ran: Ran
  readonly proposed: readonly Proposed[]
}

async function work(inputs: Inputs, step: Step, folder: string): Promise<Worked> {
  const { environment, version, signal } = step
  const { token, proposal } = inputs
  const directory = path.resolve(step.directory, inputs.directory)
  const below = path.relative(step.directory, directory)
  if (path.isAbsolute(below) || below.split(path.sep)[0] === '..')
    throw new InputError(
      'usage',
      `working-directory ${JSON.stringify(inputs.directory)} leads out of ${step.directory}; name a folder in it`,
    )
  if (!existsSync(directory) || !statSync(directory).isDirectory())
    throw new InputError(
      'usage',
      `working-directory ${JSON.stringify(inputs.directory)} is no folder of ${step.directory}; check the repository out first`,
    )
  const programs = programsOf(step)
  const secret = token === null ? {} : { GITHUB_TOKEN: token }
  if (proposal === null) {
    const pinhash = pinhashOf({ step, programs, environment: secret, token, folder })
    return { ran: await pinhash.run(directory, inputs.command, inputs.pins, inputs.args), proposed: [] }
  }
  const repository = await openRepository(directory, { environment, token, programs })
  const pinhash = pinhashOf({ step, programs, environment: { ...secret, ...repository.identity }, token, folder })
  const pulls = pullsOf({ environment, token, programs, directory, bodyFile: path.join(folder, 'body.md') })
  return propose({ inputs: { ...inputs, proposal }, environment, version, pinhash, repository, pulls, signal })
}

interface Telling {
  readonly step: Step
  readonly folder: string
  readonly exitCode: number
  readonly token: string | null
  /** Whether the checkout itself was worked on. */
  readonly inPlace: boolean
}

/** In the log, in files, in the summary and in the outputs. The token is in none of them. */
async function tell(told: Told, { step, folder, exitCode, token, inPlace }: Telling): Promise<void> {
  const safe = (text: string): string => withoutToken(text, token)
  const { document, failures, proposed, command } = told
  const [report, summary] = [path.join(folder, 'report.json'), path.join(folder, 'report.md')]
  await writeFile(report, safe(`${JSON.stringify(document ?? { error: failures[0] }, null, 2)}\n`))
  await writeFile(summary, safe(summaryText(told)))
  step.write(safe(logText(told)))
  const isUpdated = command === 'update' && inPlace && (document?.outcomes ?? []).some(({ outcome }) => outcome === 'updated')
  const isProposed = proposed.some(({ what }) => what === 'opened' || what === 'changed')
  const values = {
    outcome: outcomeWord(exitCode),
    'exit-code': String(exitCode),
    changed: String((isUpdated && document?.diff === undefined) || isProposed),
    report,
    summary,
    pins: safe(pinsJson(told)),
  }
  const append = async (variable: string, text: string): Promise<void> => {
    const file = step.environment[variable] ?? ''
    if (file !== '') await appendFile(file, text)
  }
  await append('GITHUB_STEP_SUMMARY', safe(`${summaryText(told)}\n`))
  await append(
    'GITHUB_OUTPUT',
    outputsText(values, () => step.random()),
  )
}
