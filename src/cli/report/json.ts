// A document or an error → the one JSON text that --json prints.
import { InputError, PinhashError } from '../../core/errors.ts'

/** Two-space JSON and a line end; the shape is described by schema/report.schema.json. */
export function jsonText(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`
}

/** `{ error: { code, message } }`; what is no answer of pinhash has the code `bug`. */
export function errorDocument(error: unknown): {
  readonly error: { readonly code: string; readonly message: string; readonly excerpt?: string }
} {
  const code = error instanceof PinhashError ? error.code : 'bug'
  const excerpt = error instanceof InputError ? error.excerpt : null
  return { error: { code, message: messageOf(error), ...(excerpt === null ? {} : { excerpt }) } }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : String(error)
}
