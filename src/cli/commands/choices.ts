// The names that --type, --format and --to accept.
import type { Algorithm } from '../../core/digest.ts'
import type { SpellingName } from '../../core/report.ts'

export const algorithms: readonly Algorithm[] = ['sha256', 'sha512', 'sha1', 'md5']

export const spellings: readonly SpellingName[] = ['nix32', 'hex', 'base64', 'sri']
