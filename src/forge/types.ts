// What a forge is asked: the interface this room implements.
import type { Release, Repository } from '../core/release.ts'

/** A forge's releases and tags. Every method throws NetworkError when it could not find out. */
export interface Forge {
  /** The published release of exactly this tag. Throws AbsentError `no-release` or `no-repository`. */
  release(repository: Repository, tag: string): Promise<Release>
  /** Releases as the forge lists them, newest first, page by page, drafts included where it shows them. Throws AbsentError `no-repository`. */
  releases(repository: Repository): AsyncIterable<readonly Release[]>
  /** Names of the repository's tags, whether or not there is a release of them, page by page, in no order to rely on. Throws AbsentError `no-repository`. */
  tags(repository: Repository): AsyncIterable<readonly string[]>
}
