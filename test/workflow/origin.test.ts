// The release a pin is at: nothing where it cannot be had, and never a reason to pass over what else went wrong.
import pLimit from 'p-limit'
import { expect, it } from 'vitest'
import { AbsentError, InterruptedError, NetworkError } from '../../src/core/errors.ts'
import type { Context } from '../../src/workflow/context.ts'
import { heldRelease } from '../../src/workflow/origin.ts'

const repository = { server: 'github.com', org: 'acme', name: 'tool' }
const failing = (thrown: Error): Parameters<typeof heldRelease>[2] => ({
  context: { forge: { release: () => Promise.reject(thrown) } } as unknown as Context,
  requests: pLimit(1),
})

it.each([new NetworkError('unreachable', 'no way'), new AbsentError('no-release', 'none')])('%s: none is to be had', async (error) => {
  expect(await heldRelease(repository, 'v1', failing(error))).toBeNull()
})

it.each([new InterruptedError('interrupted'), new TypeError('a bug')])('%s is passed on', async (error) => {
  await expect(heldRelease(repository, 'v1', failing(error))).rejects.toBe(error)
})

it.each([
  [null, 'v1'],
  [repository, null],
])('asks nothing where there is no release to ask for', async (where, tag) => {
  expect(await heldRelease(where, tag, failing(new TypeError('asked')))).toBeNull()
})
