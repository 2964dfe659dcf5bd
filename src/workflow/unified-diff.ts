// A change of a file → a unified diff of it.
import type { Change } from './ports.ts'

export async function unifiedDiff({ path, before, after }: Change): Promise<string> {
  const { createTwoFilesPatch } = await import('diff')
  const patch = createTwoFilesPatch('', '', before ?? '', after ?? '', undefined, undefined, { context: 3 })
  const hunks = patch.slice(patch.indexOf('\n@@') + 1)
  return `--- ${before === null ? '/dev/null' : nameInDiff(`a/${path}`)}\n+++ ${nameInDiff(`b/${path}`)}\n${hunks}`
}

/** As git and patch read it: a tab ends a name that holds spaces, and odder names are quoted. */
function nameInDiff(name: string): string {
  if (/["\\\p{Cc}]/u.test(name)) return JSON.stringify(name)
  return name.includes(' ') ? `${name}\t` : name
}
