// Options that await values → the lines with which bash and zsh read the words before the one to be completed.
import type { Awaiting } from './model.ts'
import { pattern } from './quote.ts'

/** A pattern of `case` for the options that await such a value; it goes by `"$command OPTION"`. */
export const awaited = ({ patterns }: Awaiting): string => patterns.map(pattern).join(' | ')

/** Takes up `$word`: as the command, the directory that -C says, or the option that awaits a value. */
export const reading = (groups: readonly Awaiting[]): string => `    if [[ -n $awaited && $word != -* ]]; then
      if [[ $awaited == -C ]]; then directory=$word; fi
      awaited=''
    elif [[ -n $ended ]]; then
      continue
    elif [[ $word == -- ]]; then
      ended=1
    elif [[ $word == -* ]]; then
      awaited=''
      case "$command $word" in
        (${groups.map(awaited).join(' | ')}) awaited=$word ;;
      esac
    elif [[ -z $command ]]; then
      command=$word
    fi`
