// What may be offered → the script for zsh, as a file of its function path or to be sourced.
import { type Model, type Offer, type OfferedOption, awaiting } from './model.ts'
import { quoted } from './quote.ts'
import { awaited, reading } from './words.ts'

export function zshScript(model: Model): string {
  const { commands, everywhere } = model
  const groups = awaiting(model)
  return `#compdef pinhash
# zsh completion for pinhash. Keep it as _pinhash in a folder of $fpath, or load it after compinit with: source <(pinhash completion zsh)

_pinhash() {
  local word command='' directory='' awaited='' ended='' i
  local -a offered
  for ((i = 2; i < CURRENT; i++)); do
    word=\${(Q)words[i]}
${reading(groups)}
  done

  if [[ -n $awaited && $PREFIX != -* ]]; then
    _pinhash_value $awaited
  elif [[ -z $ended && $PREFIX == --*=* ]]; then
    awaited=\${PREFIX%%=*}
    compset -P 1 '*='
    _pinhash_value $awaited
  elif [[ -z $ended && $PREFIX == -* ]]; then
    offered=(${described(everywhere)})
    case $command in
${commands.map(({ name, options }) => (options.length === 0 ? '' : `      (${quoted(name)}) offered+=(${described(options)}) ;;\n`)).join('')}    esac
    _describe -o option offered
  else
    case $command in
      ('')
        offered=(${commands.map(({ name, summary }) => entry(name, summary)).join(' ')})
        _describe command offered
        ;;
${commands.map(({ name, positionals }) => `      (${quoted(name)}) ${offering(positionals)} ;;\n`).join('')}    esac
  fi
}

# _pinhash_value OPTION: offers what the option takes.
_pinhash_value() {
  case "$command $1" in
${groups.map((group) => `    (${awaited(group)}) ${offering(group.offer)} ;;\n`).join('')}  esac
}

# The names of the pins in the directory that the line says; where none fits, the word may be a file that holds pins.
_pinhash_pins() {
  local program=\${(Q)words[1]}
  local -a names
  if [[ -z \${commands[$program]-} && ! -x $program ]] program=pinhash
  if [[ $directory == '~' || $directory == '~/'* ]] directory=$HOME\${directory#'~'}
  names=(\${(f)"$(command $program completion pins \${directory:+-C} \${directory:+$directory} 2>/dev/null </dev/null)"})
  compadd -J pins -- $names || _files
}

if [[ \${funcstack[1]-} == _pinhash ]]; then
  _pinhash "$@"
else
  compdef _pinhash pinhash
fi
`
}

function described(options: readonly OfferedOption[]): string {
  return options.map(({ written, text }) => entry(written, text)).join(' ')
}

/** `name:description`, as _describe reads it. */
function entry(name: string, text: string): string {
  return quoted(`${name.replaceAll(/[\\:]/g, (character) => `\\${character}`)}:${text}`)
}

function offering(offer: Offer): string {
  switch (offer.kind) {
    case 'words':
      return `compadd -- ${offer.words.map(quoted).join(' ')}`
    case 'files':
      return '_files'
    case 'folders':
      return '_files -/'
    case 'pins':
      return '_pinhash_pins'
    case 'nothing':
      return ':'
  }
}
