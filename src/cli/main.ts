// argv and a world → output and an exit code: read the arguments, run the command, print what came of it.
import { InputError, InterruptedError, PinhashError } from '../core/errors.ts'
import { hasFlag, readArguments } from './arguments.ts'
import type { Invocation } from './arguments.ts'
import type { Command, Printed, Result } from './command.ts'
import { completionCommand } from './commands/completion.ts'
import { convertCommand } from './commands/convert.ts'
import { hashCommand } from './commands/hash.ts'
import { listCommand } from './commands/list.ts'
import { outdatedCommand } from './commands/outdated.ts'
import { updateCommand } from './commands/update.ts'
import { verifyCommand } from './commands/verify.ts'
import { ofError } from './exit-code.ts'
import { withoutPasswords } from './passwords.ts'
import type { Publishing } from './publish.ts'
import { formatAsked } from './reporting.ts'
import { targetsOf } from './report-targets.ts'
import { barProgress, lineProgress, noProgress, noteProgress } from './progress.ts'
import type { ShownProgress } from './progress.ts'
import { errorDocument, jsonText, messageOf } from './report/json.ts'
import { printable } from './report/layout.ts'
import { excerptLines } from './report/problems.ts'
import { coloured, plain, wantsColor } from './report/view.ts'
import type { View } from './report/view.ts'
import type { Settings } from './settings.ts'
import type { Ports, World } from './world.ts'

export const commands: readonly Command[] = [
  listCommand,
  updateCommand,
  verifyCommand,
  outdatedCommand,
  hashCommand,
  convertCommand,
  completionCommand(() => commands),
]

/** Runs pinhash. Never throws: everything thrown becomes one sentence (or, with `--json`, one document) and an exit code. */
export async function main(argv: readonly string[], world: World): Promise<number> {
  try {
    const columns = (world.stdout.size() ?? world.stderr.size())?.columns ?? 100
    const invocation = await readArguments(argv, commands, { version: world.version, columns })
    if (invocation.kind === 'run') return await run(invocation, world)
    world.stdout.write(invocation.text)
    return 0
  } catch (error) {
    const shown =
      world.signal.aborted && !(error instanceof InputError)
        ? new InterruptedError('interrupted; nothing was written', { cause: error })
        : error
    const format = formatAsked(argv)
    if (format !== 'text' && format !== 'json') {
      const { errorText } = await import('./publish.ts')
      const command = commands.find(({ name }) => argv.includes(name))?.name ?? null
      world.stdout.write(errorText(format, shown, { command, version: world.version }) ?? '')
    }
    return printError(shown, { json: format === 'json', verbose: hasFlag(argv, 'verbose') }, world)
  }
}

/** Says what went wrong and gives its exit code. */
export function printError(
  error: unknown,
  { json, verbose }: { json: boolean; verbose: boolean },
  world: Pick<World, 'stdout' | 'stderr'>,
): number {
  const bug = !(error instanceof PinhashError)
  if (json) world.stdout.write(withoutPasswords(jsonText(errorDocument(error))))
  else if (bug)
    world.stderr.write(
      `pinhash: this is a bug in pinhash: ${withoutPasswords(printable(messageOf(error)))}; run with --verbose for the trace\n`,
    )
  else {
    world.stderr.write(`pinhash: ${printable(messageOf(error))}\n`)
    const excerpt = error instanceof InputError ? error.excerpt : null
    for (const line of excerpt === null ? [] : excerptLines(excerpt)) world.stderr.write(`${withoutPasswords(line)}\n`)
  }
  if (verbose) for (const line of causes(error, bug)) world.stderr.write(`${withoutPasswords(line)}\n`)
  return ofError(error)
}

async function run({ command, settings, run: work }: Extract<Invocation, { kind: 'run' }>, world: World): Promise<number> {
  const start = world.now()
  const targets = targetsOf(settings, world.environment)
  const progress = progressFor(settings, world)
  let result: Result
  const composed: Promise<Ports>[] = []
  const context = (): Promise<Ports> => {
    const { directory, jobs, network, trustedRoot } = settings
    const ports = world.compose({ directory, jobs, progress, signal: world.signal, network, trustedRoot })
    composed.push(ports)
    return ports
  }
  const publishing = (): Publishing => ({
    command,
    format: settings.format,
    targets,
    world,
    files: async () => (await (composed[0] ?? context())).reports,
  })
  try {
    result = await work({ settings, context, signal: world.signal })
  } catch (error) {
    if (targets.length > 0) await (await import('./publish.ts')).publishError(error, publishing())
    throw error
  } finally {
    progress.close()
    for (const ports of composed)
      await ports.then(
        (each) => each.close?.(),
        () => undefined,
      )
  }
  const view = viewFor(settings, world, world.now() - start)
  if (settings.format === 'json') world.stdout.write(withoutPasswords(jsonText(result.document)))
  else if (settings.format === 'text') print(result.text(view), world)
  if ((settings.format === 'text' || settings.format === 'json') && targets.length === 0) return result.exitCode
  return (await import('./publish.ts')).publish(result, publishing(), view)
}

function print(printed: Printed, { stdout, stderr }: Pick<World, 'stdout' | 'stderr'>): void {
  // A diff stays as it is: it has to apply.
  const text = withoutPasswords(printed.stdout.map((line) => `${line}\n`).join('')) + (printed.verbatim ?? '')
  if (text !== '') stdout.write(text)
  if (printed.stderr.length > 0) stderr.write(withoutPasswords(printed.stderr.map((line) => `${line}\n`).join('')))
}

function progressFor({ format, quiet, verbose, progress }: Settings, { stderr, environment, now }: World): ShownProgress {
  if ((format !== 'text' && format !== 'markdown') || quiet) return noProgress
  if (progress && stderr.size() !== null && environment['TERM'] !== 'dumb') return barProgress(stderr, now)
  return verbose ? lineProgress(stderr) : noteProgress(stderr)
}

function viewFor({ color, quiet, verbose }: Settings, { stdout, stderr, environment }: World, milliseconds: number): View {
  const painter = (terminal: boolean): View['out'] => (wantsColor(color, terminal, environment) ? coloured : plain)
  const size = stdout.size()
  return { out: painter(size !== null), err: painter(stderr.size() !== null), columns: size?.columns ?? null, quiet, verbose, milliseconds }
}

/** The trace of a bug; of an answer, what it was caused by. */
function causes(error: unknown, bug: boolean): readonly string[] {
  const lines = bug && error instanceof Error ? (error.stack ?? '').split('\n').slice(1).map(printable) : []
  let cause = error instanceof Error ? error.cause : undefined
  for (let depth = 0; cause !== undefined && depth < 8; depth++) {
    lines.push(`  caused by: ${printable(messageOf(cause))}`)
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return lines
}
