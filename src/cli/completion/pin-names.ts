// The repository → the names of its pins, as a shell can offer them.
import { setFlagsFromString } from 'node:v8'
import type { Context } from '../../workflow/context.ts'
import { list } from '../../workflow/list.ts'

/** Each once, in document order; without those that no command line can name (see requests.ts). Throws as `list` does. */
export async function pinNames(context: Context): Promise<readonly string[]> {
  // As in `list`: over before optimised code has earned what it cost to make.
  setFlagsFromString('--interrupt-budget=3000000')
  const { pins } = await list(context, { globs: null, systems: null, pins: [] })
  return [...new Set(pins.map(({ pin }) => pin))].filter((name) => name.trim() !== '' && !/^-|[\u0000-\u001f\u007f]/.test(name))
}
