// The text of a netrc file and a host → the login for it.
import { readFile } from 'node:fs/promises'
import { InputError } from '../core/errors.ts'

/** A user and a password; never part of a message. */
export interface Login {
  readonly user: string
  readonly password: string
}

/** One entry; `machine` is in lower case, null for `default`. */
export interface NetrcEntry {
  readonly machine: string | null
  readonly login: Login
}

/** Where the file is; `named` by a variable, or only where it usually lies. */
export interface NetrcFile {
  readonly path: string
  readonly named: boolean
}

const largest = 1024 * 1024

/**
 * Reads the entries as curl does: words between white space, a word in double quotes with `\` before what is meant as it is, `#` begins a
 * comment. `macdef` is passed over up to an empty line, unknown words are ignored, nothing counts after `default`. Never throws.
 */
export function parseNetrc(text: string): readonly NetrcEntry[] {
  const entries: NetrcEntry[] = []
  let current: { machine: string | null; user: string; password: string } | null = null
  const finish = (): void => {
    if (current !== null && (current.user !== '' || current.password !== ''))
      entries.push({ machine: current.machine, login: { user: current.user, password: current.password } })
    current = null
  }
  const words = wordsOf(text)
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === 'machine') {
      finish()
      current = { machine: (words[++i] ?? '').toLowerCase(), user: '', password: '' }
    } else if (word === 'default') {
      finish()
      current = { machine: null, user: '', password: '' }
    } else if (word === 'login') {
      const user = words[++i] ?? ''
      if (current !== null) current.user = user
    } else if (word === 'password') {
      const password = words[++i] ?? ''
      if (current !== null) current.password = password
    } else if (word === 'account') i++
  }
  finish()
  const end = entries.findIndex(({ machine }) => machine === null)
  return end === -1 ? entries : entries.slice(0, end + 1)
}

/** The first entry for this host; `default` is for every host. */
export function loginFor(host: string, entries: readonly NetrcEntry[]): Login | null {
  return entries.find(({ machine }) => machine === null || machine === host.toLowerCase())?.login ?? null
}

/** The entries of the file. One that is only looked for may be absent or unreadable; a named one throws InputError `bad-config` then. Its permissions are not looked at. */
export async function readNetrc(file: NetrcFile | null): Promise<readonly NetrcEntry[]> {
  if (file === null) return []
  try {
    const text = await readFile(file.path, 'utf8')
    return text.length > largest ? [] : parseNetrc(text)
  } catch (error) {
    if (!file.named) return []
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown'
    throw new InputError('bad-config', `NETRC names ${file.path}, which cannot be read (${why}); name a netrc file, or unset NETRC`, {
      cause: error,
    })
  }
}

/** The words, with comments and macros left out. */
function wordsOf(text: string): string[] {
  const words: string[] = []
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? ''
    let inMacro = false
    for (const [, quoted, bare, comment] of line.matchAll(/"((?:[^"\\]|\\.)*)"?|([^\s"#][^\s]*)|(#.*)/g)) {
      if (comment !== undefined) break
      const word = quoted === undefined ? (bare ?? '') : quoted.replaceAll(/\\(.)/g, (_, one: string) => escapes[one] ?? one)
      if (bare === 'macdef') inMacro = true
      if (inMacro) break
      words.push(word)
    }
    if (inMacro) while (i + 1 < lines.length && lines[i + 1] !== '') i++
  }
  return words
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }
