import { describe, expect, it } from 'vitest'
import { main } from '../../src/cli/main.ts'
import type { World } from '../../src/cli/world.ts'
import { AbsentError, InterruptedError, NetworkError } from '../../src/core/errors.ts'

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs pinhash where every URL holds its own address as bytes of that length, and every file its name. */
async function run(argv: readonly string[], over: Partial<World> = {}, terminal = false): Promise<Ran> {
  let [stdout, stderr] = ['', '']
  const size = (): { columns: number; rows: number } | null => (terminal ? { columns: 80, rows: 24 } : null)
  const world: World = {
    version: '1.2.3',
    environment: {},
    stdout: { write: (text) => void (stdout += text), size },
    stderr: { write: (text) => void (stderr += text), size },
    signal: new AbortController().signal,
    now: () => 0,
    compose: ({ progress, jobs, signal }) =>
      Promise.resolve({
        files: {
          root: '/',
          list: () => [],
          folder: () => null,
          read: () => ({ problem: 'missing', message: 'no file' }),
          write: () => Promise.resolve(),
        },
        forge: {
          release: () => Promise.reject(new AbsentError('no-release', 'no release')),
          releases: () => {
            throw new AbsentError('no-repository', 'no repository')
          },
          tags: () => {
            throw new AbsentError('no-repository', 'no repository')
          },
        },
        downloads: {
          digest: () => Promise.reject(new NetworkError('not-found', 'https://example.org/x answered 404')),
          text: () => Promise.resolve(''),
        },
        progress,
        jobs,
        signal,
        now: () => 0,
        reports: { prefix: () => '', write: () => Promise.resolve(), append: () => Promise.resolve() },
        open: async function* (file) {
          yield Buffer.from(file)
        },
      }),
    ...over,
  }
  return { code: await main(argv, world), stdout, stderr }
}

/** Of the byte `a`. */
const hashOfA = '1fs8xspqaxw0p5r4wz0lz3pqd9sdvhirmcriqbxcmg8vr89835ya'

describe('main', () => {
  it('answers with text', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' })
    expect((await run(['update', '--help'])).stdout).toMatch(/^Usage: pinhash update/)
  })

  it('prints the result of a command and nothing else', async () => {
    const { code, stdout, stderr } = await run(['hash', 'a'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^[0-9a-df-np-sv-z]{52}\n$/)
    expect((await run(['convert', '--to', 'hex', stdout.trim()])).stdout).toBe(
      'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb\n',
    )
  })

  it('prints one JSON document, in every case', async () => {
    for (const argv of [
      ['hash', 'a'],
      ['hash', 'https://example.org/x'],
      ['updat'],
      ['list', '--dry-run'],
      ['convert', '--to', 'sri', 'zz'],
    ]) {
      const { stdout, stderr } = await run([...argv, '--json'])
      expect(stderr).toBe('')
      expect(JSON.parse(stdout)).toBeTypeOf('object')
    }
    expect(JSON.parse((await run(['updat', '--json'])).stdout)).toEqual({
      error: { code: 'usage', message: 'there is no command "updat"; did you mean update?' },
    })
  })

  it('says usage errors in one line, with exit code 2', async () => {
    expect(await run(['updat'])).toEqual({ code: 2, stdout: '', stderr: 'pinhash: there is no command "updat"; did you mean update?\n' })
  })

  it('goes on where one input fails', async () => {
    expect(await run(['hash', 'a', 'https://example.org/x', 'a'])).toEqual({
      code: 3,
      stdout: `${hashOfA}  a\n${hashOfA}  a\n`,
      stderr: 'pinhash: https://example.org/x answered 404\n',
    })
  })

  it('calls its own faults bugs, and keeps the trace for --verbose', async () => {
    const compose = (): never => {
      throw new TypeError('x is not a function', { cause: new Error('deep\u001b') })
    }
    const quiet = await run(['hash', 'a'], { compose })
    expect(quiet).toEqual({
      code: 70,
      stdout: '',
      stderr: 'pinhash: this is a bug in pinhash: x is not a function; run with --verbose for the trace\n',
    })
    const verbose = await run(['hash', 'a', '--verbose'], { compose })
    expect(verbose.stderr).toMatch(/main\.test\.ts/)
    expect(verbose.stderr).toContain('  caused by: deep�\n')
    expect(JSON.parse((await run(['hash', 'a', '--json'], { compose })).stdout)).toEqual({
      error: { code: 'bug', message: 'x is not a function' },
    })
  })

  it('shows causes of an answer with --verbose', async () => {
    const compose = (): never => {
      throw new NetworkError('unreachable', 'could not reach it', { cause: new Error('ECONNREFUSED') })
    }
    expect(await run(['hash', 'a'], { compose })).toEqual({ code: 4, stdout: '', stderr: 'pinhash: could not reach it\n' })
    expect((await run(['hash', 'a', '--verbose'], { compose })).stderr).toBe('pinhash: could not reach it\n  caused by: ECONNREFUSED\n')
  })

  it('says that it was interrupted, whatever the interruption broke', async () => {
    const signal = AbortSignal.abort()
    for (const error of [new InterruptedError('stopped'), new Error('aborted'), new NetworkError('unreachable', 'socket closed')]) {
      const compose = (): never => {
        throw error
      }
      expect(await run(['hash', 'a'], { signal, compose })).toEqual({
        code: 130,
        stdout: '',
        stderr: 'pinhash: interrupted; nothing was written\n',
      })
    }
    expect((await run(['hash', 'a'], { signal })).code).toBe(130)
  })

  it('draws bars on a terminal only, and takes them away', async () => {
    const bars = /\u001b\[\d+F\u001b\[0J/
    expect((await run(['hash', 'a'], {}, true)).stderr).toMatch(bars)
    expect((await run(['hash', 'a'], {}, true)).stderr).toMatch(/\u001b\[0J$/)
    for (const option of ['--no-progress', '--quiet', '--json']) expect((await run(['hash', 'a', option], {}, true)).stderr).toBe('')
    expect((await run(['hash', 'a'], { environment: { TERM: 'dumb' } }, true)).stderr).toBe('')
    expect((await run(['hash', 'a', '--verbose'])).stderr).toBe('a: 1 B received\n')
  })
})
