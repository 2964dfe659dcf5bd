// A source file's path and text → what the house forbids in it. Imports go down the list of rooms, and only bin.ts and step.ts meet the process.
import { posix } from 'node:path'
import { mask } from './mask.ts'

/** From the top of the house to its ground; a file imports its own room and those after it. */
export const rooms = [
  'bin',
  'step',
  'action',
  'index',
  'compose',
  'cli',
  'workflow',
  'pin',
  'nix',
  'forge',
  'download',
  'archive',
  'files',
  'hash',
  'core',
] as const

/** One of `rooms`. */
export type Room = (typeof rooms)[number]

/** Rooms without effects: text and values in, values out. */
export const pureRooms: ReadonlySet<Room> = new Set<Room>(['pin', 'nix', 'hash', 'core'])

/** Rooms that are one file at the top of src. */
export const fileRooms: ReadonlySet<Room> = new Set<Room>(['bin', 'step', 'index', 'compose'])

/** Those that know the process. */
const programRooms: ReadonlySet<Room | null> = new Set<Room | null>(['bin', 'step'])

/** Which rule a file breaks. */
export type RuleName =
  | 'no-room'
  | 'import-up'
  | 'import-impure'
  | 'import-package'
  | 'import-outside'
  | 'import-computed'
  | 'import-ending'
  | 'process'
  | 'console'
  | 'effect'
  | 'barrel'
  | 'first-line'

/** One breach of a rule, at a 1-based line. */
export interface Violation {
  readonly file: string
  readonly line: number
  readonly rule: RuleName
  readonly message: string
}

/** The room of a file such as `src/nix/parse.ts`; null where it is in none. */
export function roomOf(file: string): Room | null {
  const match = /^src\/(?:([^/]+)\/.+|([^/]+)\.ts)$/.exec(file)
  const room = rooms.find((name) => (fileRooms.has(name) ? name === match?.[2] : name === match?.[1]))
  return room ?? null
}

interface Import {
  readonly offset: number
  /** null where it is computed. */
  readonly specifier: string | null
}

/** Every import of a text: static, re-exporting, dynamic, for types and for effects alone. */
function importsOf(code: string, bare: string): readonly Import[] {
  const found: Import[] = []
  for (const match of code.matchAll(
    /(?<![.\w$#])(?:from|import\s*\(?)\s*(['"])(.*?)\1|(?<![.\w$#])(?:import|require)\s*\(\s*(?!['"\s)]|\w+\??:)/g,
  ))
    if (bare[match.index] !== ' ') found.push({ offset: match.index, specifier: match[2] ?? null })
  return found
}

/** Names a pure room must not reach for. `fetch` and `crypto` are the lint rule's, which knows what a local name is. */
const effects =
  /(?<![.\w$])(?:Buffer|setTimeout|setInterval|setImmediate|queueMicrotask|performance)\b|\bDate\.now\b|\bnew Date\s*\(\s*\)|\bMath\.random\b|\bimport\.meta\b/g

/** What the house forbids in this file, in the order of its lines; empty where all is well. `file` is relative to the repository. */
export function violations(file: string, text: string): readonly Violation[] {
  const room = roomOf(file)
  const { code, bare } = mask(text)
  const found: { offset: number; violation: Violation }[] = []
  const refuse = (offset: number, rule: RuleName, message: string): void => {
    found.push({ offset, violation: { file, line: text.slice(0, offset).split('\n').length, rule, message } })
  }
  const inPure = room !== null && pureRooms.has(room)
  if (room === null) refuse(0, 'no-room', `${file} is in no room: it belongs into one of ${rooms.join(', ')}`)
  if (/\/(?:index|utils?|helpers?)\.ts$/.test(file) && file !== 'src/index.ts') refuse(0, 'barrel', `${file} says nothing by its name`)
  if (!/^(?:#![^\n]*\n)?\/\/ \S/.test(text))
    refuse(0, 'first-line', `the first line of ${file} is not a // comment that says what becomes what`)

  for (const { offset, specifier } of importsOf(code, bare)) {
    if (specifier === null) refuse(offset, 'import-computed', `${file} imports what nobody can name beforehand`)
    else if (specifier === 'process' || specifier === 'node:process') {
      if (!programRooms.has(room)) refuse(offset, 'process', `${file} imports ${specifier}: only bin.ts and step.ts know the process`)
    } else if (!specifier.startsWith('.')) {
      if (inPure) refuse(offset, 'import-package', `${file} is in a pure room and imports ${specifier}`)
    } else {
      const target = posix.join(posix.dirname(file), specifier)
      const other = roomOf(target)
      if (!target.startsWith('src/')) refuse(offset, 'import-outside', `${file} imports ${specifier} from outside src`)
      else if (!target.endsWith('.ts')) refuse(offset, 'import-ending', `${file} imports ${specifier} without its ending .ts`)
      else if (other === null) refuse(offset, 'no-room', `${file} imports ${specifier}, which is in no room`)
      else if (room !== null && rooms.indexOf(other) < rooms.indexOf(room))
        refuse(offset, 'import-up', `${file} imports ${specifier}: ${other} is above ${room}`)
      else if (inPure && !pureRooms.has(other)) refuse(offset, 'import-impure', `${file} is in a pure room and imports ${specifier}`)
    }
  }
  if (!programRooms.has(room)) {
    for (const match of bare.matchAll(/(?<![.\w$])(?:process|globalThis)\b(?!\s*\??:)/g))
      refuse(match.index, 'process', `${file} uses ${match[0]}: only bin.ts and step.ts know the process`)
    for (const match of bare.matchAll(/(?<![.\w$])console\b(?!\s*\??:)/g))
      refuse(match.index, 'console', `${file} uses console: only bin.ts and step.ts write`)
  }
  if (inPure) for (const match of bare.matchAll(effects)) refuse(match.index, 'effect', `${file} is in a pure room and uses ${match[0]}`)
  return found.toSorted((a, b) => a.offset - b.offset).map(({ violation }) => violation)
}
