// URLs of a pin's own release in comments → the edits that bring them along with the version.
import { parseReleaseUrl } from '../core/release-url.ts'
import type { Document } from '../nix/syntax.ts'
import { pathStart } from './fetch-version.ts'
import type { FileEdit } from './literal-edit.ts'
import type { Pin } from './pin.ts'
import { formsOf, occurrences } from './version-edits.ts'

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

/** Only URLs of the pin's repository and its current tag, or of its very files; of several pins they could speak of, the one that stands nearest has them. */
export function commentEdits(file: string, document: Document, pin: Pin, tag: string, others: readonly Pin[] = []): FileEdit[] {
  const { tag: old } = pin
  if (old === null) return []
  const edits: FileEdit[] = []
  const rivals = others.filter((other) => other !== pin)
  for (const { start, url } of commentUrls(document)) {
    if (!speaksOf(url, pin)) continue
    const distance = distanceTo(file, document, start, pin)
    if (rivals.some((rival) => speaksOf(url, rival) && distanceTo(file, document, start, rival) < distance)) continue
    const from = parseReleaseUrl(url)?.tagSpan?.[0] ?? pathStart(url)
    for (const found of occurrences(url, from, formsOf(old, tag)))
      edits.push({ file, start: start + found.start, end: start + found.end, text: found.now })
  }
  return edits
}

function speaksOf(url: string, { repository, tag, fetches }: Pin): boolean {
  if (fetches.some((fetch) => fetch.urls.some(({ text }) => text === url))) return true
  const release = parseReleaseUrl(url)
  return (
    release !== null &&
    repository !== null &&
    tag !== null &&
    release.tag === tag &&
    release.repository.org === repository.org &&
    release.repository.name === repository.name
  )
}

/** How far a comment is from the nearest thing of the pin in the same file; it speaks of what stands on its line or below it rather than of what stands above. */
function distanceTo(file: string, { text }: Document, start: number, pin: Pin): number {
  const places = [
    pin.place,
    ...pin.fetches.flatMap((fetch) => [fetch.place, ...fetch.hashes.flatMap(({ value }) => value.runs.map((run) => run.origin))]),
  ]
  const distances = places
    .filter((place) => place.file === file)
    .map((place) => {
      if (place.start >= start) return place.start - start
      return start - place.start + (/[\r\n]/.test(text.slice(place.start, start)) ? text.length : 0)
    })
  return Math.min(...distances)
}
