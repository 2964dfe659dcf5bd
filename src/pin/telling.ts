// Texts of files → which of them are worth evaluating: those that can make a fetch, by words of their own or through a file they import.
import { codeOf } from '../nix/code-of.ts'

// Without one of these words a file neither calls a fetcher nor hands a hash to one.
const words =
  /\bfetch(?!e[drs]|ing\b)[A-Za-z]|\b(?:sha1|sha256|sha512|hash|outputHash|sha256s|hashes)"?\s*[=;}]|\bsha(?:256|512)[-:][A-Za-z0-9+/]|\bfake(?:Hash|Sha256|Sha512)\b|"[0-9a-df-np-sv-z]{52}"|"[0-9a-f]{64}"/

// Data in a string of several lines.
const data = /\bfrom(?:JSON|TOML)\s*''/

// Only these bring another file's words in.
const loads = /\bimport\b|\bcallPackages?\b|\bscopedImport\b|\bimport(?:JSON|TOML)\b|\breadFile\b|\bfileContents\b|\breadDir\b/

// In Nix a path has a slash.
const pathLiteral = /(?:\.\.?)?(?:\/[\w.+-]+)+/g

// A path that is put together may lead to any file around.
const computedPath =
  /\breadDir\b|\$\{[^}]*\}\/|\/\$\{|\.\s*\+\s*["/]|\.\.?(?:\/[\w.+-]+)+\)?\s*\+|\b(?:import|callPackages?)\s*\(\s*[\w.'-]+\s*\+/
const climbing = /(?:^|[\s("])(?:\.\.\/)+/g

/** Which files can make fetches, and who imports whom. Texts are looked at and not kept; nothing is parsed. */
export class Telling {
  /** Files with words of their own, in the order given. A file that only reads data hands it to one of these. */
  readonly own: string[] = []
  readonly #listed: ReadonlySet<string>
  readonly #given = new Set<string>()
  readonly #importers = new Map<string, string[]>()
  /** Files with computed paths, by the folder they lead into. */
  readonly #computed: { readonly path: string; readonly folder: string }[] = []
  #loud: ReadonlySet<string> | null = null
  #ownPaths: ReadonlySet<string> | null = null

  /** `listed` are the files there are, whether or not all of them are given. */
  constructor(listed: ReadonlySet<string>) {
    this.#listed = listed
  }

  /** Reads the words of a text. All are given before anything is asked. */
  add(path: string, text: string): void {
    this.#given.add(path)
    // Most words stand in examples and scripts, in strings that are no code.
    if (words.test(text) && (data.test(text) || words.test(codeOf(text)))) this.own.push(path)
    if (!loads.test(text)) return
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
    for (const [written] of text.matchAll(pathLiteral)) {
      const target = resolved(folder, written)
      if (target === null) continue
      const file = [target, target === '' ? 'default.nix' : `${target}/default.nix`].find((each) => this.#listed.has(each))
      if (file === undefined) continue
      const known = this.#importers.get(file)
      if (known === undefined) this.#importers.set(file, [path])
      else known.push(path)
    }
    if (computedPath.test(text)) this.#computed.push({ path, folder: highestOf(folder, text) })
  }

  has(path: string): boolean {
    return this.#given.has(path)
  }

  /** Whether a file has words of its own. */
  isOwn(path: string): boolean {
    this.#ownPaths ??= new Set(this.own)
    return this.#ownPaths.has(path)
  }

  /** The files given, in their order. */
  paths(): Iterable<string> {
    return this.#given
  }

  /** Files, with words or without, that may import one of these, at first hand or through others. */
  importersOf(files: Iterable<string>): Set<string> {
    const waiting = [...files]
    const found = new Set<string>()
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      const around = this.#computed.filter(({ folder }) => folder === '' || file!.startsWith(`${folder}/`)).map(({ path }) => path)
      for (const importer of [...(this.#importers.get(file) ?? []), ...around])
        if (!found.has(importer)) {
          found.add(importer)
          waiting.push(importer)
        }
    }
    return found
  }

  /** Whether a file has no words of its own and imports none that has. False of a file that was not given. */
  isQuiet(path: string): boolean {
    this.#loud ??= new Set([...this.own, ...this.importersOf(this.own)])
    return this.#given.has(path) && !this.#loud.has(path)
  }
}

/** The highest folder that paths in a text may start from. */
function highestOf(folder: string, text: string): string {
  let steps = 0
  for (const [written] of text.matchAll(climbing)) steps = Math.max(steps, (written.match(/\.\.\//g) ?? []).length)
  return steps === 0 ? folder : folder.split('/').slice(0, -steps).join('/')
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
