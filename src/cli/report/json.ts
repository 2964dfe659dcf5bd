// A document or an error → the one JSON text that --json prints.
import { PinhashError } from '../../core/errors.ts'

/** Two-space JSON and a line end; the shape is described by schema/report.schema.json. */
export function jsonText(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`
}

/** `{ error: { code, message } }`; what is no answer of pinhash has the code `bug`. */
export function errorDocument(error: unknown): { readonly error: { readonly code: string; readonly message: string } } {
  const code = error instanceof PinhashError ? error.code : 'bug'
  return { error: { code, message: messageOf(error) } }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : String(error)
}
