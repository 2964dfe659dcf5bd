# What flake.nix uses of nixpkgs → values that show what was asked for. Nothing of it touches a store.
let
  lib = {
    genAttrs = names: make: builtins.listToAttrs (map (name: { inherit name; value = make name; }) names);
    importJSON = file: builtins.fromJSON (builtins.readFile file);
    last = list: builtins.elemAt list (builtins.length list - 1);
    splitString = mark: text: builtins.filter builtins.isString (builtins.split mark text);
    mapAttrs = builtins.mapAttrs;
    concatMap = builtins.concatMap;
    makeBinPath = packages: builtins.concatStringsSep ":" (map (package: "${package}/bin") packages);
    optionalString = condition: text: if condition then text else "";
    escapeShellArgs = words: builtins.concatStringsSep " " (map (word: "'${builtins.replaceStrings [ "'" ] [ "'\\''" ] word}'") words);
    licenses.mit = "MIT";
    fileset = {
      toSource = { root, fileset }: { root = toString root; files = fileset; };
      unions = map (path: assert builtins.pathExists path; toString path);
    };
  };
  made = name: given: { type = "derivation"; inherit name given; outPath = "/store/${name}"; };
  packagesFor =
    system:
    let
      pkgs = {
        inherit lib;
        stdenv = { hostPlatform.system = system; buildPlatform.canExecute = _: true; };
        installShellFiles = made "install-shell-files" { };
        git = made "git" { };
        nodejs = made "nodejs" { };
        xz = made "xz" { };
        nix = made "nix" { };
        buildNpmPackage = given: made "${given.pname}-${given.version}" given;
        importNpmLock = {
          __functor = _: { npmRoot, packageLock }: { root = toString npmRoot; inherit (packageLock) packages; };
          npmConfigHook = made "npm-config-hook" { };
        };
        runCommand = name: given: command: made name (given // { inherit command; });
        writeShellScript = name: text: made name { inherit text; };
        mkShell = given: made "shell" given;
        callPackage = file: given: let make = import file; in make (builtins.intersectAttrs (builtins.functionArgs make) pkgs // given);
      };
    in
    pkgs;
in
{
  inherit lib;
  legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" "aarch64-darwin" "riscv64-linux" ] packagesFor;
}
