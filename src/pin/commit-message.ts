// A template such as `{pin}: {from} -> {to}` and what happened to a pin → the message of its commit.
import { nearest } from './nearest.ts'

/** What the placeholders stand for; null where it is not known, which is written as nothing. */
export interface MessageWords {
  readonly pin: string
  readonly from: string | null
  readonly to: string | null
  readonly org: string | null
  readonly name: string | null
  readonly file: string
}

const placeholders: readonly (keyof MessageWords)[] = ['pin', 'from', 'to', 'org', 'name', 'file']

/** Why a text is no template, as one clause, or null. */
export function messageProblem(template: string): string | null {
  if (template.trim() === '') return 'expected a message, got an empty text'
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(template)) return 'expected a message, got a control character'
  for (const [, name = ''] of template.matchAll(/\{([^{}]*)\}/g)) {
    if (isPlaceholder(name)) continue
    const near = nearest(name, placeholders, 1)[0]
    const all = placeholders.map((each) => `{${each}}`).join(', ')
    return `unknown placeholder {${name}}; ${near === undefined ? `there are ${all}` : `did you mean {${near}}?`}`
  }
  return /[{}]/.test(template.replace(/\{[^{}]*\}/g, '')) ? 'a brace stands without its counterpart' : null
}

/** The message. Without a template `cue: v0.10.0 -> v0.11.0`, and where the version stays `cue: new hashes of v0.10.0`. The template must have no `messageProblem`. */
export function commitMessage(template: string | null, words: MessageWords): string {
  if (template === null) {
    const { pin, from, to } = words
    const what = from !== null && to !== null && from !== to ? `${from} -> ${to}` : `new hashes${to === null ? '' : ` of ${to}`}`
    return plain(`${pin}: ${what}`)
  }
  const message = template.replace(/\{([^{}]*)\}/g, (whole, name: string) => (isPlaceholder(name) ? plain(words[name] ?? '') : whole))
  // As git does it: the first line is the subject.
  return message.trimStart()
}

/** What is filled in must not begin a line of its own. */
const plain = (text: string): string => text.replace(/\p{Cc}+/gu, ' ')

const isPlaceholder = (name: string): name is keyof MessageWords => (placeholders as readonly string[]).includes(name)
