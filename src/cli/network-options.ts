// The network options of a command line → what the network is to be set to.
import { InputError } from '../core/errors.ts'
import { type Mirror, readMirror } from '../core/mirror.ts'
import type { NetworkOptions } from '../download/settings.ts'
import type { Given } from './settings.ts'

/** Timers of Node do not go further. */
const mostSeconds = 86_400

/** Only what was given is in the result. Throws InputError `usage`. */
export function readNetworkOptions(given: Given): NetworkOptions {
  const [connect, headers, idle] = ['connect-timeout', 'header-timeout', 'idle-timeout'].map((name) => milliseconds(given, name, 0.001))
  const maxWait = milliseconds(given, 'max-wait', 0)
  const retries = given.value('retries')
  if (retries !== null && !/^[0-5]$/.test(retries))
    throw new InputError('usage', `--retries takes a whole number from 0 to 5, not ${JSON.stringify(retries)}`)
  const timeouts = {
    ...(connect === undefined ? {} : { connect }),
    ...(headers === undefined ? {} : { headers }),
    ...(idle === undefined ? {} : { idle }),
  }
  return {
    ...(Object.keys(timeouts).length === 0 ? {} : { timeouts }),
    ...(retries === null ? {} : { retries: Number(retries) }),
    ...(maxWait === undefined ? {} : { maxWait }),
    ...(given.list('mirror') === null ? {} : { mirrors: (given.list('mirror') ?? []).map(readMirrorOption) }),
    ...(given.flag('no-cache') ? { cache: false } : {}),
  }
}

function milliseconds(given: Given, name: string, least: number): number | undefined {
  const text = given.value(name)
  if (text === null) return undefined
  const seconds = /^\d{1,6}(?:\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN
  if (seconds >= least && seconds <= mostSeconds) return Math.round(seconds * 1000)
  throw new InputError('usage', `--${name} takes seconds, such as 30 or 0.5, up to ${mostSeconds}, not ${JSON.stringify(text)}`)
}

/** FROM may hold a `=` itself: TO begins where the second address does. */
function readMirrorOption(text: string): Mirror {
  const [, from, to] = /^(.+?)=(https?:.*)$/is.exec(text) ?? []
  if (from === undefined || to === undefined)
    throw new InputError('usage', '--mirror takes FROM=TO, such as https://github.com/=https://mirror.example/github/')
  const read = readMirror(from, to)
  if ('mirror' in read) return read.mirror
  throw new InputError('usage', `--mirror: ${read.problem}`)
}
