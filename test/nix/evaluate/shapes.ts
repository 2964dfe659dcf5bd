// The fixtures of shapes: where they are, what files they have, and which of them is evaluated.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

export const shapesFolder: string = [
  new URL('../../../fixtures/shapes/', import.meta.url),
  new URL('../../../../fixtures/shapes/', import.meta.url),
]
  .map((url) => url.pathname)
  .find((path) => {
    try {
      return statSync(path).isDirectory()
    } catch {
      return false
    }
  })!

function below(folder: string): string[] {
  return readdirSync(join(shapesFolder, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? below(join(folder, entry.name)) : [join(folder, entry.name)],
  )
}

/** All files of all shapes, by path. */
export const shapeFiles: Readonly<Record<string, string>> = Object.fromEntries(
  below('')
    .filter((path) => path !== 'expected.json')
    .map((path) => [path, readFileSync(join(shapesFolder, path), 'utf8')]),
)

/** The file of each shape that is evaluated: a flake's or folder's own, or the only one. */
export const shapes: readonly string[] = Object.keys(shapeFiles).filter(
  (path) => !path.includes('/') || /^[^/]+\/(flake|default)\.nix$/.test(path),
)
