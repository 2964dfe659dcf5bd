// Where the reader of a data format is in its text, and how it says that something is wrong there.

/** What is wrong with a text, and where; thrown inside the readers only. */
export class Failure {
  readonly offset: number
  readonly message: string
  constructor(offset: number, message: string) {
    this.offset = offset
    this.message = message
  }
}

export type ReadResult<T> =
  | { readonly ok: true; readonly root: T }
  | { readonly ok: false; readonly offset: number; readonly message: string }

/** What a reader gives, or what is wrong with its text. */
export function resultOf<T>(read: () => T): ReadResult<T> {
  try {
    return { ok: true, root: read() }
  } catch (error) {
    if (error instanceof Failure) return { ok: false, offset: error.offset, message: error.message }
    throw error
  }
}

export class Cursor {
  readonly text: string
  at = 0
  depth = 0
  constructor(text: string) {
    this.text = text
  }

  take(character: string): boolean {
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }

  fail(expected: string): never {
    const next = this.text.codePointAt(this.at)
    const got = next === undefined ? 'the end of the text' : JSON.stringify(String.fromCodePoint(next))
    throw new Failure(this.at, `expected ${expected}, got ${got}`)
  }
}
