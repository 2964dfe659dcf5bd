// What may be offered → the script for bash, 3.2 and later.
import { type Model, type Offer, awaiting } from './model.ts'
import { quoted } from './quote.ts'
import { awaited, reading } from './words.ts'

export function bashScript(model: Model): string {
  const { commands, everywhere } = model
  const groups = awaiting(model)
  const options = (given: readonly { readonly written: string }[]): string => given.map(({ written }) => quoted(written)).join(' ')
  return `# bash completion for pinhash. Load it with: eval "$(pinhash completion bash)"

_pinhash() {
  local line=\${COMP_LINE:0:COMP_POINT} word='' open='' begun='' character next i cut=0
  local words=()
  COMPREPLY=()
  # The words as the shell will read them. Readline replaces only what follows the last of its own breaks, or begins with it where that is
  # @ or $: cut counts what stands before.
  for ((i = 0; i < \${#line}; i++)); do
    character=\${line:i:1}
    next=\${line:i+1:1}
    if [[ $open == "'" ]]; then
      if [[ $character == "'" ]]; then open=''; else word+=$character; fi
    elif [[ $character == \\\\ ]]; then
      if [[ -n $open && $next != [\\"\\$\\\`\\\\] ]]; then word+=$character; else word+=$next && ((i += 1)); fi
      begun=1
    elif [[ -n $open ]]; then
      if [[ $character == '"' ]]; then open=''; else word+=$character; fi
    elif [[ $character == "'" || $character == '"' ]]; then
      open=$character begun=1 cut=\${#word}
    elif [[ $character == [[:space:]] ]]; then
      if [[ -n $begun ]]; then words+=("$word"); fi
      word='' begun='' cut=0
    else
      word+=$character begun=1
      case $character in
        ['@$']) if [[ $COMP_WORDBREAKS == *"$character"* ]]; then cut=$((\${#word} - 1)); fi ;;
        *) if [[ $COMP_WORDBREAKS == *"$character"* ]]; then cut=\${#word}; fi ;;
      esac
    fi
  done

  local command='' directory='' awaited='' ended='' current=$word
  for ((i = 1; i < \${#words[@]}; i++)); do
    word=\${words[i]}
${reading(groups)}
  done

  if [[ -n $awaited && $current != -* ]]; then
    _pinhash_value "$awaited"
  elif [[ -z $ended && $current == --*=* ]]; then
    _pinhash_value "\${current%%=*}" "\${current%%=*}="
  elif [[ -z $ended && $current == -* ]]; then
    _pinhash_offer '' ${options(everywhere)}
    case $command in
${commands.map(({ name, options: own }) => (own.length === 0 ? '' : `      ${quoted(name)}) _pinhash_offer '' ${options(own)} ;;\n`)).join('')}    esac
  else
    case $command in
      '') _pinhash_offer '' ${commands.map(({ name }) => quoted(name)).join(' ')} ;;
${commands.map(({ name, positionals }) => `      ${quoted(name)}) ${offering(positionals)} ;;\n`).join('')}    esac
  fi
}

# _pinhash_value OPTION [PREFIX]: offers what the option takes, each after the prefix.
_pinhash_value() {
  case "$command $1" in
${groups.map((group) => `    ${awaited(group)}) ${offering(group.offer, '"${2-}"')} ;;\n`).join('')}  esac
}

# _pinhash_offer PREFIX WORD…: offers those that begin with what is there.
_pinhash_offer() {
  local prefix=$1 candidate
  shift
  for candidate; do
    candidate=$prefix$candidate
    if [[ $candidate != "$current"* ]]; then continue; fi
    candidate=\${candidate:cut}
    case $open in
      '"') candidate=\${candidate//\\\\/\\\\\\\\} candidate=\${candidate//\\"/\\\\\\"} candidate=\${candidate//\\$/\\\\\\$} candidate=\${candidate//\\\`/\\\\\\\`} ;;
      "'") candidate=\${candidate//\\'/\\'\\\\\\'\\'} ;;
      '') printf -v candidate %q "$candidate" ;;
    esac
    COMPREPLY+=("$candidate")
  done
}

# The names of the pins in the directory that the line says; where none fits, the word may be a file that holds pins.
_pinhash_pins() {
  local program=\${words[0]} name
  local names=()
  if ! type -P "$program" >/dev/null; then program=pinhash; fi
  if [[ $directory == '~' || $directory == '~/'* ]]; then directory=$HOME\${directory#'~'}; fi
  while IFS= read -r name; do names+=("$name"); done < <("$program" completion pins \${directory:+-C "$directory"} 2>/dev/null </dev/null)
  if ((\${#names[@]} > 0)); then _pinhash_offer '' "\${names[@]}"; fi
  if ((\${#COMPREPLY[@]} == 0)); then _pinhash_files default; fi
}

# Readline's own names of files, or of folders alone.
_pinhash_files() {
  compopt -o "$1" 2>/dev/null
  return 0
}

# bash 3.2 has no compopt: there, files are offered wherever nothing else is.
if type compopt >/dev/null 2>&1; then
  complete -F _pinhash pinhash
else
  complete -o default -F _pinhash pinhash
fi
`
}

function offering(offer: Offer, prefix = "''"): string {
  switch (offer.kind) {
    case 'words':
      return `_pinhash_offer ${prefix} ${offer.words.map(quoted).join(' ')}`
    case 'files':
      return '_pinhash_files default'
    case 'folders':
      return '_pinhash_files dirnames'
    case 'pins':
      return '_pinhash_pins'
    case 'nothing':
      return ':'
  }
}
