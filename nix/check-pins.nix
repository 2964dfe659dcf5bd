# A repository → a check that builds where pinhash reads all of it. It runs in Nix's sandbox, without a network: hashes are not compared with bytes.
{
  lib,
  runCommand,
  pinhash,
}:
{
  # The repository, such as `self`.
  src,
  # Globs of the files to look at; none means all.
  files ? [ ],
  name ? "pins",
}:
runCommand name { nativeBuildInputs = [ pinhash ]; } ''
  pinhash list ${
    lib.escapeShellArgs (
      [
        "-C"
        "${src}"
        "--no-progress"
      ]
      ++ lib.concatMap (file: [
        "--file"
        file
      ]) files
    )
  } > $out
''
