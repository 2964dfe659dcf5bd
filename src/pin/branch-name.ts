// The pins of a repository → for each the branch that its updates go to, the same one for every version.
import { Xxh64 } from '../hash/xxh64.ts'

/** What a branch name depends on. A version is not part of it, nor is a line. */
export interface Branched {
  readonly name: string
  readonly file: string
}

const longest = 80
const hashed = /-[0-9a-f]{7}$/

/**
 * One name for each pin, in their order. Every name is one that git takes, and no two are the same, not even where case does not count. A name that git takes as it is stays
 * as it is; one that has to be changed, or that another pin has too, ends in seven hexadecimal digits. A pin keeps its branch whatever other pins come or go, unless
 * one of its own name does. The prefix must have no `prefixProblem`.
 */
export function branchNames(pins: readonly Branched[], prefix: string): readonly string[] {
  const slugs = pins.map(({ name }) => slugOf(name))
  const keys = pins.map((pin, i) => keyOf(pin, i, pins))
  const used = new Set<string>()
  // A name that had to be changed gets digits in any case, and so is in nobody's way.
  const whole = slugs.map((slug, i) => (slug === pins[i]!.name && !hashed.test(slug.toLowerCase()) ? slug.toLowerCase() : null))
  const isPlain = (i: number): boolean => whole[i] !== null && whole.indexOf(whole[i]!) === whole.lastIndexOf(whole[i]!)
  return pins.map((_, i) => {
    if (isPlain(i)) return prefix + slugs[i]!
    for (let salt = 0; ; salt++) {
      const branch = `${slugs[i]!}-${shortHash(salt === 0 ? keys[i]! : `${keys[i]!} ${salt}`)}`
      if (used.has(branch.toLowerCase())) continue
      used.add(branch.toLowerCase())
      return prefix + branch
    }
  })
}

/** What of a name is a part of a branch name everywhere: git's rules, and those of file systems. */
function slugOf(name: string): string {
  const plain = name
    .slice(0, longest)
    .replace(/[^A-Za-z0-9._+-]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/(?:\.lock)+$/i, '-lock')
    .replace(/^[-.]+|[-.]+$/g, '')
  return plain === '' ? 'pin' : plain
}

/** The name alone where no other pin has it; else the file as well, and in one file which of them it is. */
function keyOf({ name, file }: Branched, at: number, pins: readonly Branched[]): string {
  const same = pins.filter((pin) => pin.name === name)
  if (same.length === 1) return JSON.stringify([name])
  const before = pins.slice(0, at).filter((pin) => pin.name === name && pin.file === file).length
  return JSON.stringify([name, file, ...(before === 0 ? [] : [before])])
}

function shortHash(text: string): string {
  const hash = new Xxh64()
  hash.update(new TextEncoder().encode(text))
  return hash.digest().toString(16).padStart(16, '0').slice(0, 7)
}
