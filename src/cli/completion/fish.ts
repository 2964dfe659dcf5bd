// What may be offered → the script for fish, 3.1 and later.
import { type Model, type Offer, type OfferedOption, awaiting } from './model.ts'
import { quotedForFish as quoted } from './quote.ts'

export function fishScript(model: Model): string {
  const { commands, everywhere } = model
  const patterns = awaiting(model).flatMap((group) => group.patterns)
  return `# fish completion for pinhash. Load it with: pinhash completion fish | source

# The command on the line, then the directory that -C says; either may be empty.
function __pinhash_read
    set -l command ''
    set -l directory ''
    set -l awaited ''
    set -l ended ''
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if test -n "$awaited"; and not string match -q -- '-*' $word
            test "$awaited" = -C; and set directory $word
            set awaited ''
        else if test -n "$ended"
            continue
        else if test "$word" = --
            set ended 1
        else if string match -q -- '-*' $word
            set awaited ''
            switch "$command $word"
                case ${patterns.map(quoted).join(' ')}
                    set awaited $word
            end
        else if test -z "$command"
            set command $word
        end
    end
    printf '%s\\n' $command $directory
end

function __pinhash_command
    set -l read (__pinhash_read)
    contains -- "$read[1]" $argv
end

# The names of the pins in the directory that the line says.
function __pinhash_pins
    set -l read (__pinhash_read)
    set -l program (commandline -opc)[1]
    type -q -- $program; or set program pinhash
    set -l directory (string replace -r '^~(?=/|$)' -- $HOME "$read[2]")
    set -l given
    test -n "$directory"; and set given -C $directory
    command $program completion pins $given 2>/dev/null </dev/null
end

complete -c pinhash -f
${everywhere.map((option) => line('', option)).join('')}
${commands.map(({ name, summary }) => `complete -c pinhash -n ${quoted("__pinhash_command ''")} -a ${quoted(name)} -d ${quoted(summary)}\n`).join('')}${commands
    .map(({ name, options, positionals }) => {
      const condition = ` -n ${quoted(`__pinhash_command ${name}`)}`
      const words = offering(positionals)
      return `\n${words === '' ? '' : `complete -c pinhash${condition}${words}\n`}${options.map((option) => line(condition, option)).join('')}`
    })
    .join('')}`
}

function line(condition: string, { written, text, value, optional }: OfferedOption): string {
  const name = written.startsWith('--') ? `-l ${written.slice(2)}` : `-s ${written.slice(1)}`
  const words = value === null || optional ? '' : value.kind === 'files' ? ' -r -F' : ` -x${offering(value)}`
  return `complete -c pinhash${condition} ${name}${words} -d ${quoted(text)}\n`
}

function offering(offer: Offer): string {
  switch (offer.kind) {
    case 'words':
      return ` -a ${quoted(offer.words.join(' '))}`
    case 'files':
      return ' -F'
    case 'folders':
      return ` -a '(__fish_complete_directories (commandline -ct))'`
    case 'pins':
      return ` -a '(__pinhash_pins)'`
    case 'nothing':
      return ''
  }
}
