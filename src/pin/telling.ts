// Texts of files → which of them are worth evaluating: those that can make a fetch, by words of their own or through a file they import.
import { codeOf } from '../nix/code-of.ts'

// Without one of these words a file neither calls a fetcher nor hands a hash to one.
const words =
  /\bfetch(?!e[drs]|ing\b)[A-Za-z]|\b(?:sha1|sha256|sha512|hash|outputHash|sha256s|hashes)"?\s*[=;}]|\bsha(?:256|512)[-:][A-Za-z0-9+/]|\bfake(?:Hash|Sha256|Sha512)\b|"[0-9a-df-np-sv-z]{52}"|"[0-9a-f]{64}"/

// Only these bring another file's words in.
const loads = /\bimport\b|\bcallPackages?\b|\bscopedImport\b|\bimport(?:JSON|TOML)\b|\breadFile\b|\bfileContents\b|\breadDir\b/

const pathLiteral = /(?:\.\.?)?(?:\/[\w.+-]+)+|\.\.?(?![\w.])/g

// A path that is put together may lead to any file around.
const computedPath = /\breadDir\b|\$\{[^}]*\}\/|\/\$\{|\.\s*\+\s*["/]/

/** Which files can make fetches, and who imports whom. */
export interface Telling {
  /** Files with words of their own, in the order given. */
  readonly own: readonly string[]
  /** Files, with words or without, that may import one of these, at first hand or through others. */
  importersOf(files: Iterable<string>): Set<string>
  /** Whether a file has no words of its own and imports none that has. False of a file that was not given. */
  isQuiet(path: string): boolean
}

/** Reads the words of the texts; nothing is parsed. A file that only reads data hands it to one with words of its own. */
export function tellingFiles(texts: ReadonlyMap<string, string>): Telling {
  const own: string[] = []
  const importers = new Map<string, string[]>()
  /** Files with computed paths, by their folder. */
  const computed: { readonly path: string; readonly folder: string }[] = []
  const add = (file: string, importer: string): void => {
    const known = importers.get(file)
    if (known === undefined) importers.set(file, [importer])
    else known.push(importer)
  }
  for (const [path, text] of texts) {
    // Most words stand in examples and scripts, in strings that are no code.
    if (words.test(text) && words.test(codeOf(text))) own.push(path)
    if (!loads.test(text)) continue
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
    for (const [written] of text.matchAll(pathLiteral)) {
      const target = resolved(folder, written)
      if (target === null) continue
      const file = [target, target === '' ? 'default.nix' : `${target}/default.nix`].find((each) => texts.has(each))
      if (file !== undefined) add(file, path)
    }
    if (computedPath.test(text)) computed.push({ path, folder })
  }
  const importersOf = (files: Iterable<string>): Set<string> => {
    const waiting = [...files]
    const found = new Set<string>()
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      const around = computed.filter(({ folder }) => folder === '' || file!.startsWith(`${folder}/`)).map(({ path }) => path)
      for (const importer of [...(importers.get(file) ?? []), ...around])
        if (!found.has(importer)) {
          found.add(importer)
          waiting.push(importer)
        }
    }
    return found
  }
  const given = new Set(own)
  let loud: ReadonlySet<string> | null = null
  return {
    own,
    importersOf,
    isQuiet(path) {
      loud ??= importersOf(own)
      return texts.has(path) && !given.has(path) && !loud.has(path)
    },
  }
}

function resolved(folder: string, written: string): string | null {
  // As most are written.
  if (/^\.\/[^/.][^/]*$/.test(written)) return folder === '' ? written.slice(2) : `${folder}${written.slice(1)}`
  const steps = folder === '' ? [] : folder.split('/')
  for (const step of written.split('/')) {
    if (step === '' || step === '.') continue
    if (step !== '..') steps.push(step)
    else if (steps.pop() === undefined) return null
  }
  return steps.join('/')
}
