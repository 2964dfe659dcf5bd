// A checkout → evaluated roots and the pins they show: what every workflow starts from.
import type { Problem } from '../core/report.ts'
import { compareText } from '../core/natural-order.ts'
import { excerpt } from '../core/position.ts'
import type { SourceTree } from '../nix/evaluate/source-tree.ts'
import { maySpeak } from '../pin/beside.ts'
import { type Discovery, discover } from '../pin/discover.ts'
import { otherTool } from '../pin/other-tools.ts'
import { type Reach, type Root, evaluateRoot, namesSystem } from '../pin/roots.ts'
import { type Spec, parseSpec } from '../pin/spec.ts'
import { Telling } from '../pin/telling.ts'
import type { Selection } from './context.ts'
import { policyProblems, strayComments } from './pin-policy.ts'
import type { SourceFiles } from './ports.ts'
import { Checkout } from './checkout.ts'

/** The name of the optional spec at the root. */
export const specFile = 'pinhash.json'

/** Paths of texts, and of folders whose names were wanted. */
export interface Asked {
  readonly texts: ReadonlySet<string>
  readonly folders: ReadonlySet<string>
}

/** Everything found in a repository. */
export interface Found {
  readonly checkout: Checkout
  readonly roots: readonly Root[]
  /** By root, what its evaluation asked the checkout for, whether or not it was there. */
  readonly asked: ReadonlyMap<string, Asked>
  readonly discovery: Discovery
  readonly spec: Spec | null
  readonly problems: readonly Problem[]
  /** Files with syntax errors: nothing in them is written. */
  readonly broken: ReadonlySet<string>
}

/**
 * Steps 1 and 2: load and discover. Never throws for what stands in the files. `evaluated` gives what a file came to where that is known, so that it is not
 * evaluated again: of one without syntax errors, all that its evaluation asks for being the same.
 */
export function load(
  files: SourceFiles,
  selection: Pick<Selection, 'globs'>,
  evaluated: (path: string) => Root | null = () => null,
): Found {
  const checkout = new Checkout(files)
  const problems: Problem[] = []
  const broken = new Set<string>()
  const declined = new Set<string>()
  let spec: Spec | null = null
  const listed = new Set(files.list(selection.globs))
  const telling = new Telling(listed)
  const speaking: string[] = []
  for (const path of listed) {
    const read = checkout.read(path)
    if (!('text' in read)) {
      problems.push({
        file: path,
        line: null,
        column: null,
        code: read.problem === 'binary' ? 'binary-file' : 'unreadable-file',
        message: read.message,
      })
      continue
    }
    if (path === specFile) {
      const parsed = parseSpec(read.text)
      if (parsed.ok) spec = parsed.spec
      else
        for (const { offset, message } of parsed.problems)
          problems.push({
            file: path,
            ...checkout.position({ file: path, start: offset, end: offset }),
            code: 'bad-config',
            message,
            excerpt: excerpt(read.text, offset),
          })
      continue
    }
    const tool = otherTool(path, read.text)
    if (tool !== null) {
      declined.add(path)
      problems.push(otherToolProblem(path, tool))
      continue
    }
    telling.add(path, read.text)
    if (path.endsWith('.nix') && maySpeak(read.text)) speaking.push(path)
  }
  for (const path of speaking) problems.push(...policyProblems(checkout, path))
  const asked = new Map<string, Asked>()
  const roots = rootsOf(
    telling,
    (path) => checkout.text(path) ?? '',
    (path, reach) => {
      const known = evaluated(path)
      if (known?.reach.isFar === reach.isFar) return known
      const [first] = checkout.document(path)?.problems ?? []
      if (first !== undefined && !broken.has(path)) {
        broken.add(path)
        problems.push({
          file: path,
          ...checkout.position({ file: path, start: first.start, end: first.end }),
          code: 'syntax',
          message: first.message,
          excerpt: excerpt(checkout.text(path) ?? '', first.start),
        })
      }
      const { tree, asked: own } = watched(checkout.tree())
      asked.set(path, own)
      return evaluateRoot(tree, path, reach)
    },
  )
  for (const { file, exhausted } of roots)
    if (exhausted)
      problems.push({
        file,
        line: null,
        column: null,
        code: 'unfinished',
        message: `${file} takes too long to evaluate as a whole; fetches that show only there are missing here`,
      })
  const generated = new Set(spec?.pins.map((pin) => pin.file))
  const foreign = (file: string): boolean => {
    if (declined.has(file) || generated.has(file)) return true
    const tool = otherTool(file, checkout.text(file) ?? '')
    if (tool === null) return false
    declined.add(file)
    problems.push(otherToolProblem(file, tool))
    return true
  }
  const discovery = discover(roots, foreign, (file) => checkout.document(file))
  // Where only some files are read, or not to their end, a comment may stand beside a pin that is not seen.
  const whole = selection.globs === null && roots.every(({ exhausted }) => !exhausted)
  for (const path of whole ? speaking : []) if (!broken.has(path)) problems.push(...strayComments(checkout, path, discovery))
  // Whatever found them: in the order of the files.
  problems.sort((one, other) => compareText(one.file, other.file) || (one.line ?? 0) - (other.line ?? 0))
  return { checkout, roots, asked, discovery, spec, problems, broken }
}

const otherToolProblem = (file: string, tool: string): Problem => ({
  file,
  line: null,
  column: null,
  code: 'other-tool',
  message: `${file} is written by ${tool}, which is the tool to update it`,
})

// An argument of a call that may take the place of a version, or of a part of an address, in the file that is called.
const bringsVersion = /\b(?:callPackages?|import)\b[^;{}]*(?<!\bfetch\w*\s*)\{[^{}]*\b(?:version|rev|tag|url|src)\s*(?:=|;)/

const writesVersion = /"[^"\s]*\d\.\d[^"\s]*"|"v?\d+"/

/**
 * Evaluates what can make a fetch; a file that only imports others where those need it, or where it may bring a version of its own. While one is
 * evaluated, what it imports is looked through only then, too: otherwise that is evaluated by itself.
 */
function rootsOf(telling: Telling, textOf: (path: string) => string, evaluated: (path: string, reach: Reach) => Root): Root[] {
  const far: Reach = { isFar: true, isDull: (path) => telling.isQuiet(path) }
  // What has no words is not evaluated by itself; it may still hand on a version of its own.
  const handsOn = (path: string): boolean => !telling.isOwn(path) && writesVersion.test(textOf(path)) && !telling.isQuiet(path)
  const near: Reach = { isFar: false, isDull: (path) => telling.has(path) && !handsOn(path) }
  const roots = new Map<string, Root>()
  const evaluate = (path: string, reach: Reach): unknown => roots.set(path, evaluated(path, reach))
  const brings = (path: string): boolean => bringsVersion.test(textOf(path))
  for (const path of telling.own) evaluate(path, brings(path) || namesSystem(textOf(path)) ? far : near)
  const fetching = new Set<string>()
  const needy = new Set<string>()
  for (const root of roots.values()) {
    for (const { place } of root.fetches) fetching.add(place.file)
    for (const { place, open } of root.unmanaged) if (open) needy.add(place.file)
  }
  const needed = telling.importersOf(needy)
  for (const path of telling.importersOf(fetching)) if (brings(path)) needed.add(path)
  for (const path of telling.paths()) if (needed.has(path) && roots.get(path)?.reach.isFar !== true) evaluate(path, far)
  return [...telling.paths()].flatMap((path) => roots.get(path) ?? [])
}

/** A tree, and what it is asked for from now on. */
function watched(tree: SourceTree): { tree: SourceTree; asked: Asked } {
  const texts = new Set<string>()
  const folders = new Set<string>()
  return {
    tree: {
      document: (path) => {
        texts.add(path)
        return tree.document(path)
      },
      text: (path) => {
        texts.add(path)
        return tree.text(path)
      },
      entries: (path) => {
        folders.add(path)
        return tree.entries(path)
      },
    },
    asked: { texts, folders },
  }
}
