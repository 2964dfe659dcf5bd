// URLs of a pin's own release in comments → the edits that bring them along with the version.
import { parseReleaseUrl } from '../core/release-url.ts'
import type { Document } from '../nix/syntax.ts'
import type { FileEdit } from './literal-edit.ts'
import type { Pin } from './pin.ts'
import { bareVersion } from './tag.ts'
import { occurrences } from './version-edits.ts'

const urlPattern = /https?:\/\/[^\s'"<>`)\]}]+/g

/** A release URL in a comment. */
export interface CommentUrl {
  readonly start: number
  readonly url: string
}

/** The URLs in a file's comments. */
export function commentUrls(document: Document): CommentUrl[] {
  return document.comments.flatMap(({ start, end }) =>
    [...document.text.slice(start, end).matchAll(urlPattern)].map((match) => ({ start: start + match.index, url: match[0] })),
  )
}

/** Only URLs of the pin's repository and its current tag; those of other pins stay. */
export function commentEdits(file: string, document: Document, pin: Pin, tag: string): FileEdit[] {
  const { repository, tag: old } = pin
  if (repository === null || old === null) return []
  const edits: FileEdit[] = []
  for (const { start, url } of commentUrls(document)) {
    const release = parseReleaseUrl(url)
    if (release === null || release.tag !== old || release.repository.org !== repository.org || release.repository.name !== repository.name) continue
    const forms: [string, string][] = [
      [old, tag],
      [encodeURIComponent(old), encodeURIComponent(tag)],
      [bareVersion(old).version, bareVersion(tag).version],
    ]
    const from = release.tagSpan?.[0] ?? 0
    for (const found of occurrences(url, from, forms)) edits.push({ file, start: start + found.start, end: start + found.end, text: found.now })
  }
  return edits
}
