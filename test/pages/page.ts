// A page of Markdown → what it shows, in order, as a text into which other output can be put.

/** What a page does to the folder that its commands work in, or shows of it. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  /** `<!-- folder: NAME -->`: a new folder, with the files of that name. */
  | { readonly kind: 'folder'; readonly name: string }
  /** `<!-- world: NAME -->`: from here on GitHub is as this world has it. */
  | { readonly kind: 'world'; readonly name: string }
  /** `<!-- run: COMMAND -->`: is run, and what it prints is not shown. */
  | { readonly kind: 'run'; readonly command: string }
  /** `<!-- file: PATH -->` before a block: the block is that file. */
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  /** A line of a `console` block that begins with `$`, and what is shown below it. */
  | { readonly kind: 'command'; readonly command: string; readonly output: string }
  /** A `diff` block: a part of what `git diff` prints. */
  | { readonly kind: 'diff'; readonly text: string }

/** Total; the texts of `written` for each part are those of the page, byte for byte. */
export function partsOf(page: string): readonly (Part & { readonly written: string })[] {
  const parts: (Part & { written: string })[] = []
  let path: string | null = null
  let fence: { readonly language: string; body: string } | null = null
  const say = (text: string): void => void parts.push({ kind: 'text', text, written: text })
  for (const line of page.split(/(?<=\n)/)) {
    if (fence !== null && line.trimEnd() !== '```') {
      fence.body += line
      continue
    }
    if (fence !== null) {
      parts.push(...blockOf(fence, path))
      fence = path = null
      say(line)
      continue
    }
    const [, key, value = ''] = /^<!-- (folder|world|file|run): (.+) -->$/.exec(line.trimEnd()) ?? []
    const [, language] = /^```([a-z]*)$/.exec(line.trimEnd()) ?? []
    if (key === 'file') path = value
    if (language !== undefined) fence = { language, body: '' }
    if (key === 'run') parts.push({ kind: key, command: value, written: line })
    else if (key === 'folder' || key === 'world') parts.push({ kind: key, name: value, written: line })
    else say(line)
  }
  return parts
}

function blockOf(
  { language, body }: { readonly language: string; readonly body: string },
  path: string | null,
): (Part & { written: string })[] {
  if (path !== null) return [{ kind: 'file', path, text: body, written: body }]
  if (language === 'diff') return [{ kind: 'diff', text: body, written: body }]
  if (language !== 'console') return [{ kind: 'text', text: body, written: body }]
  return body.split(/^(?=\$ )/m).map((written) => {
    const [first = '', ...rest] = written.split(/(?<=\n)/)
    return { kind: 'command', command: first.slice(2).trimEnd(), output: rest.join(''), written }
  })
}
