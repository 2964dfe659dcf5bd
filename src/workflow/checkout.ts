// The repository's files → texts and their trees, each read and parsed once, as on disk or with other texts in their place.
import type { ReadResult } from '../core/cursor.ts'
import { Kept } from '../core/kept.ts'
import { type JsonNode, parseJson } from '../core/json.ts'
import { lineIndex } from '../core/position.ts'
import type { LineIndex } from '../core/position.ts'
import type { Place } from '../core/span.ts'
import { type TomlDocument, parseTomlDocument } from '../core/toml.ts'
import type { SourceTree } from '../nix/evaluate/source-tree.ts'
import { parse } from '../nix/parse.ts'
import type { Document } from '../nix/syntax.ts'
import type { SourceFiles } from './ports.ts'

/** Texts that replace those on disk, by path. */
export type Overlay = ReadonlyMap<string, string>

/** Characters of texts that are kept, and of those whose trees are; a tree takes some twenty times the memory. Only a giant repository has more. */
const mostText = 2 ** 27
const mostParsed = 2 ** 24

export class Checkout {
  readonly files: SourceFiles
  readonly #texts = new Kept<string | null>(mostText)
  readonly #documents = new Kept<Document>(mostParsed)
  readonly #data = new Kept<JsonNode | null>(mostParsed)
  readonly #toml = new Kept<TomlDocument | null>(mostParsed)
  readonly #paths = new Set<string>()
  readonly #indexes = new Map<string, LineIndex>()
  readonly #folders = new Map<string, ReturnType<SourceFiles['folder']>>()

  constructor(files: SourceFiles) {
    this.files = files
  }

  /** The text, or why there is none; whoever asks later gets what was read first, as long as there is room for it. */
  read(path: string): ReturnType<SourceFiles['read']> {
    const read = this.files.read(path)
    this.#paths.add(path)
    if ('text' in read) this.#texts.set(path, read.text, read.text.length)
    else this.#texts.set(path, null, 0)
    return read
  }

  /** Every file that was asked for, whether or not it is there. */
  paths(): Iterable<string> {
    return this.#paths
  }

  /** The text as it was when first read; null where there is none. */
  text(path: string): string | null {
    const known = this.#texts.get(path)
    if (known !== undefined) return known
    const read = this.read(path)
    return 'text' in read ? read.text : null
  }

  #document(path: string): Document | null {
    const known = this.#documents.get(path)
    if (known !== undefined) return known
    const text = this.text(path)
    if (text === null) return null
    const document = parse(text)
    this.#documents.set(path, document, text.length)
    return document
  }

  #folder(path: string): ReturnType<SourceFiles['folder']> {
    let folder = this.#folders.get(path)
    if (folder === undefined) {
      folder = this.files.folder(path)
      this.#folders.set(path, folder)
    }
    return folder
  }

  /** The parsed text on disk. */
  document(path: string): Document | null {
    return this.#document(path)
  }

  /** The JSON text on disk as a tree; null where it is none. */
  json(path: string): JsonNode | null {
    return this.#parsed(path, this.#data, parseJson)
  }

  /** The TOML text on disk, with its layout; null where it is none. */
  toml(path: string): TomlDocument | null {
    return this.#parsed(path, this.#toml, parseTomlDocument)
  }

  #parsed<T>(path: string, kept: Kept<T | null>, parseText: (text: string) => ReadResult<T>): T | null {
    const known = kept.get(path)
    if (known !== undefined) return known
    const text = this.text(path) ?? ''
    const result = parseText(text)
    const root = result.ok ? result.root : null
    kept.set(path, root, text.length)
    return root
  }

  /** What evaluation reads, some texts replaced. */
  tree(overlay: Overlay = new Map()): SourceTree {
    const parsed = new Map<string, Document>()
    return {
      document: (path) => {
        const text = overlay.get(path)
        if (text === undefined) return this.#document(path)
        const known = parsed.get(path) ?? parse(text)
        parsed.set(path, known)
        return known
      },
      text: (path) => overlay.get(path) ?? this.text(path),
      entries: (path) => this.#folder(path),
    }
  }

  /** 1-based line and column of a place. */
  position(place: Place): { readonly line: number; readonly column: number } {
    let index = this.#indexes.get(place.file)
    if (index === undefined) {
      index = lineIndex(this.text(place.file) ?? '')
      this.#indexes.set(place.file, index)
    }
    return index.positionAt(place.start)
  }
}
