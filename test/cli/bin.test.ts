import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'

const bin = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))
const version = (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built program; `input` is its standard input, null leaves that open until `during` has run. */
function run(argv: readonly string[], input: string | null = '', during?: (child: ReturnType<typeof spawn>) => void): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...argv], { stdio: 'pipe' })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
    if (input === null) during?.(child)
    else child.stdin.end(input)
  })
}

beforeAll(() => {
  if (!existsSync(bin)) throw new Error('dist/bin.js is missing: npm run build makes it')
})

describe('the built program', () => {
  it('answers --version and --help on standard output', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
    const help = await run(['--help'])
    expect({ code: help.code, stderr: help.stderr }).toEqual({ code: 0, stderr: '' })
    expect(help.stdout).toContain('pinhash update')
  })

  it('refuses what it does not know with exit code 2 and one line', async () => {
    expect(await run(['updat'])).toEqual({ code: 2, stdout: '', stderr: 'pinhash: there is no command "updat"; did you mean update?\n' })
    expect((await run([])).code).toBe(2)
    expect((await run(['-C', '/nowhere/at/all', 'hash', '-'], 'x')).code).toBe(2)
  })

  it('hashes standard input and files', async () => {
    expect(await run(['hash', '-'])).toEqual({ code: 0, stdout: '0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73\n', stderr: '' })
    const file = fileURLToPath(import.meta.url)
    const piped = await run(['hash', '--type', 'sha512', '--format', 'sri', '-'], readFileSync(file, 'utf8'))
    expect(await run(['hash', '--expect', piped.stdout.trim(), '--format', 'sri', file])).toEqual(piped)
    expect((await run(['hash', '--expect', piped.stdout.trim(), bin])).code).toBe(1)
    expect(await run(['hash', '/nowhere'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'pinhash: Could not read /nowhere: it does not exist\n',
    })
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends on %s with %i', async (signal, code) => {
    const { stdout, ...ran } = await run(['hash', '-', '--verbose'], null, (child) => {
      // More than a pipe holds: once it is written, the program reads, so its handlers stand.
      child.stdin?.write('x'.repeat(1_000_000), () => child.kill(signal))
    })
    expect(ran.code).toBe(code)
    expect(stdout).toBe('')
  })

  it('does not mind a reader that went away', async () => {
    const ran = await run(['--help'], null, (child) => {
      child.stdout?.destroy()
      child.stdin?.end()
    })
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 0, stderr: '' })
  })
})
