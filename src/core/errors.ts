// Errors that effectful leaves throw: one class a family, codes in a closed union, the cause kept.
// A message says what was tried, on what, what came back, and what to do. Anything else that is thrown is a bug.

/** Bad usage, configuration or file content. Exit code 2. */
export type InputCode =
  | 'usage'
  | 'bad-tag'
  | 'bad-hash'
  | 'bad-config'
  | 'bad-archive'
  | 'ambiguous-pin'
  | 'unreadable-file'
  | 'unwritable-file'
  | 'changed-file'
  | 'syntax'
  | 'no-base'
  | 'unusable-repository'
  | 'commit-failed'
/** Something named does not exist. Exit code 3. */
export type AbsentCode = 'no-pin' | 'unknown-pin' | 'no-release' | 'no-asset' | 'no-repository' | 'no-revision'
/** Could not find out. Exit code 4. */
export type NetworkCode =
  | 'unreachable'
  | 'rate-limited'
  | 'unauthorized'
  | 'forbidden'
  | 'server-error'
  | 'bad-answer'
  | 'timeout'
  | 'too-many-redirects'
  | 'insecure-redirect'
  | 'not-found'

/** Base of all errors that are answers, not bugs. */
export abstract class PinhashError extends Error {
  abstract readonly code: InputCode | AbsentCode | NetworkCode | 'interrupted'
  /** The exit code this error means when nothing else happened. */
  abstract readonly exitCode: number
}

/** What was given cannot be worked with. */
export class InputError extends PinhashError {
  override readonly name = 'InputError'
  readonly exitCode = 2
  readonly code: InputCode
  /** The source line and a caret under the place, two lines; null where there is none to show. */
  readonly excerpt: string | null
  constructor(code: InputCode, message: string, options: ErrorOptions & { excerpt?: string | undefined } = {}) {
    super(message, options)
    this.code = code
    this.excerpt = options.excerpt ?? null
  }
}

/** What was named is not there. */
export class AbsentError extends PinhashError {
  override readonly name = 'AbsentError'
  readonly exitCode = 3
  readonly code: AbsentCode
  constructor(code: AbsentCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The network or a server did not give an answer to rely on. */
export class NetworkError extends PinhashError {
  override readonly name = 'NetworkError'
  readonly exitCode = 4
  readonly code: NetworkCode
  /** Whether trying again could help. */
  readonly retryable: boolean
  /** When trying again could help: milliseconds since the epoch, where the server said so. */
  readonly retryAt: number | null
  constructor(code: NetworkCode, message: string, options: ErrorOptions & { retryable?: boolean; retryAt?: number | null } = {}) {
    super(message, options)
    this.code = code
    this.retryable = options.retryable ?? false
    this.retryAt = options.retryAt ?? null
  }
}

/** The user stopped the program. Exit code 130. */
export class InterruptedError extends PinhashError {
  override readonly name = 'InterruptedError'
  readonly exitCode = 130
  readonly code = 'interrupted'
}
