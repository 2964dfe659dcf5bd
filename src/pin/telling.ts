// Texts of files → the files worth evaluating: those that can make a fetch, by a word of their own or through a file they import.

// Without one of these words a file neither calls a fetcher nor hands a hash to one.
const words = /fetch|sha(?:1|256|512)|[hH]ash/

// Only these bring another file's words in.
const loads = /\bimport\b|\bcallPackages?\b|\bscopedImport\b|\bimport(?:JSON|TOML)\b|\breadFile\b|\bfileContents\b|\breadDir\b/

const pathLiteral = /(?:\.\.?)?(?:\/[\w.+-]+)+|\.\.?(?![\w.])/g

/** The files that can make a fetch, in the order given. Data files (`.json`, `.toml`, …) may hold anything. */
export function tellingFiles(texts: ReadonlyMap<string, string>): Set<string> {
  const telling = new Set<string>()
  const importers = new Map<string, string[]>()
  for (const [path, text] of texts) {
    if (words.test(text)) {
      telling.add(path)
      continue
    }
    if (!loads.test(text)) continue
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
    for (const [written] of text.matchAll(pathLiteral)) {
      const target = resolved(folder, written)
      if (target === null) continue
      const file = [target, target === '' ? 'default.nix' : `${target}/default.nix`].find((each) => texts.has(each))
      if (file !== undefined) importers.set(file, [...(importers.get(file) ?? []), path])
      else if (/\.(?:json|toml|txt|version)$/i.test(target)) telling.add(path)
    }
    // What is put together from parts may lead anywhere.
    if (/\breadDir\b|\$\{[^}]*\}\/|\/\$\{|\.\s*\+\s*["/]/.test(text)) telling.add(path)
  }
  const waiting = [...telling]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop())
    for (const importer of importers.get(path) ?? [])
      if (!telling.has(importer)) {
        telling.add(importer)
        waiting.push(importer)
      }
  return telling
}

function resolved(folder: string, written: string): string | null {
  const steps = folder === '' ? [] : folder.split('/')
  for (const step of written.split('/')) {
    if (step === '' || step === '.') continue
    if (step !== '..') steps.push(step)
    else if (steps.pop() === undefined) return null
  }
  return steps.join('/')
}
